package uitest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// clientIDs are the client ids of the lines that came over the wire, in order.
func (r *rig) clientIDs() []string {
	r.Helper()
	var out []string
	for _, q := range r.wire.asked("POST /messages") {
		var body struct {
			ClientID string `json:"client_id"`
		}
		if err := json.Unmarshal([]byte(q.Body), &body); err != nil || body.ClientID == "" {
			r.Errorf("a line names no client_id: %v", err)
		}
		out = append(out, body.ClientID)
	}
	return out
}

// greeted is a visitor with the panel open and one answered question behind her.
func greeted(r *rig, scripts ...string) *tab {
	r.Helper()
	v := r.visit(desktop, scripts...)
	v.open()
	v.say("hello")
	v.reads("visitor: hello", "bot: ")
	r.wire.listening()
	return v
}

func TestUI032_ASentLineIsShownAtOnceWithItsState(t *testing.T) {
	r := start(t, setup{})
	r.hangs() // an answer would take the receipt away
	v := r.visit(desktop, `addEventListener('keydown',e=>{if(e.key==='Enter')window.pressed=performance.now()},true)`)
	v.open()
	release := r.wire.hold("POST /messages")
	v.js("void new MutationObserver(() => { if (all('.row.own').length) window.drawn ??= performance.now() }).observe(root, {subtree: true, childList: true})")
	v.say("where is my parcel")
	v.until("log().at(-1).text === 'where is my parcel' && all('.own .note').at(-1)?.innerText === 'Sending'")
	t.Logf("bubble %.1f ms after Enter", value[float64](v, "drawn - pressed"))
	eventually(t, "the request", func() bool { return len(r.clientIDs()) == 1 })
	release()
	v.until("all('.own .note').some(e => e.innerText === 'Sent')")
	v.reads("visitor: where is my parcel")
	v.clean()
}

func TestUI033_ShiftEnterBreaksTheLineAndAnInputMethodKeepsEnter(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.open()
	v.keys("one")
	v.shifted("\r")
	v.keys("two")
	v.until(`q('composer').value === 'one\ntwo'`)
	v.js("void (q('composer').value = '')")
	v.do(call(input.ImeSetComposition, input.ImeSetCompositionParams{Text: "にほ", SelectionStart: 2, SelectionEnd: 2}))
	v.keys("\r")
	v.do(call(input.InsertText, input.InsertTextParams{Text: "日本"}))
	v.until("q('composer').value.includes('日本')")
	if got := len(r.wire.asked("POST /messages")); got != 0 {
		t.Errorf("lines sent while composing: got %d, want 0", got)
	}
	v.keys("\r")
	v.reads("visitor: 日本")
	v.clean()
}

func TestUI034_NothingIsNotSent(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.open()
	for _, text := range []string{"", "   ", "\u00a0 "} {
		v.js(fmt.Sprintf("void (q('composer').value = %q, q('composer').dispatchEvent(new Event('input')))", text))
		v.until("q('send').disabled")
		v.keys("\r")
	}
	v.js("void (q('composer').value = '')")
	v.say("something")
	v.reads("visitor: something", "bot: ")
	if got := len(r.clientIDs()); got != 1 {
		t.Errorf("lines sent: got %d, want 1", got)
	}
	v.clean()
}

func TestUI035_AFailedSendStaysAndIsSentOnce(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.open()
	r.wire.fail("POST /messages", 500, 1)
	v.say("where is my parcel")
	v.until("q('retry') && log().at(-1).status === 'failed'")
	v.click("retry")
	v.reads("visitor: where is my parcel", "bot: ")
	v.until("!q('retry')")
	if ids := r.clientIDs(); len(ids) != 2 || ids[0] != ids[1] {
		t.Errorf("client ids: got %q, want one id twice", ids)
	}
	v.clean()
}

func TestUI036_ALostAnswerIsNotSentTwice(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	// The stream must not settle the line before its answer is lost.
	r.wire.events(func(event) []event { return nil })
	r.wire.lose("POST /messages", 1)
	v.say("only once")
	v.until("q('retry')")
	r.wire.events(nil)
	v.click("retry")
	v.reads("visitor: hello", "bot: ", "visitor: only once")
	v.until("!q('retry') && all('.unsent').length === 0")
	if got := len(r.wire.asked("POST /messages")); got != 3 {
		t.Errorf("requests: got %d, want 3", got)
	}
	v.clean()
}

func TestUI037_OfflineLinesWaitAndGoOutInOrder(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	v.offline(true)
	for _, text := range []string{"first", "second", "third"} {
		v.say(text)
	}
	v.until(`q('banner').innerText === "You're offline. Messages will send when you reconnect." && all('.unsent').length === 3`)
	v.until(`all('.own .note').at(-1).innerText === "Will send when you're back online"`)
	if got := len(r.clientIDs()); got != 1 {
		t.Errorf("lines sent while offline: got %d, want the one before", got-1)
	}
	v.offline(false)
	v.reads("visitor: hello", "visitor: first", "visitor: second", "visitor: third")
	v.until("all('.unsent').length === 0 && !q('banner').innerText.includes('offline')")
	var texts []string
	for _, q := range r.wire.asked("POST /messages") {
		texts = append(texts, q.Body)
	}
	if all := strings.Join(texts, ""); len(texts) != 4 || strings.Index(all, "first") > strings.Index(all, "second") || strings.Index(all, "second") > strings.Index(all, "third") {
		t.Errorf("requests: got %q, want each once in order", texts)
	}
}

// One request lost while the stream stands: her next line takes the first along.
func TestALineDoesNotOvertakeOneThatFailed(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	r.wire.refuse("POST /messages", 2)
	v.say("the first")
	v.until("q('retry')")
	v.say("the second")
	v.until("log().filter(l => l.status === 'failed').length === 2")
	v.say("the third")
	v.reads("visitor: hello", "visitor: the first", "visitor: the second", "visitor: the third")
	v.until("all('.unsent').length === 0")
	v.clean()
}

func TestUI038_AReloadKeepsWhatIsQueued(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	r.wire.refuse("POST /messages", 1)
	v.say("kept over a reload")
	v.until("q('retry')")
	r.wire.down()
	v.say("this one too")
	v.until("storage().outbox.length === 2")
	r.wire.up()
	v.reload()
	v.reads("visitor: hello", "visitor: kept over a reload", "visitor: this one too")
	v.until("all('.unsent').length === 0 && !storage().outbox")
	v.clean()

	r.site.attrs = `data-persistence="none"`
	v = r.stranger(desktop)
	v.open()
	v.say("hello")
	v.reads("visitor: hello", "bot: ")
	r.wire.down()
	v.say("gone with the page")
	v.until("q('retry')")
	r.wire.up()
	v.reload()
	v.open()
	if got := v.js("log().length + Object.keys(localStorage).length + Object.keys(sessionStorage).length"); got != 1.0 {
		t.Errorf("after a reload without persistence: got %v lines and entries, want the greeting alone", got)
	}
}

func TestUI039_TooFastKeepsTheTextAndCountsDown(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r, clock)
	r.wire.fail("POST /messages", 429, 1, "Retry-After: 20")
	v.say("again")
	v.until("q('composer').value === 'again' && q('send').disabled && all('.notice')[0].innerText.includes('Try again in 20 s')")
	v.js("void (window.skew += 10000)")
	v.until("q('send').disabled && /Try again in (10|9|8) s/.test(all('.notice')[0].innerText)")
	v.js("void (window.skew += 11000)")
	v.until("!q('send').disabled && all('.notice')[0].hidden")
	v.click("send")
	v.reads("visitor: hello", "visitor: again")
	v.clean()
}

func TestUI040_TheLimitIsShownBeforeItIsMet(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.open()
	v.fill(strings.Repeat("x", 3199))
	v.until("all('.count')[0].hidden && !q('send').disabled")
	v.fill("x")
	v.until("all('.count')[0].innerText === '800 characters left'")
	v.fill(strings.Repeat("y", 801))
	v.until("q('send').disabled && q('composer').ariaInvalid === 'true'")
	if got := v.js("root.getElementById(q('composer').getAttribute('aria-describedby')).innerText"); got != "1 character too long. Shorten the message to send it." {
		t.Errorf("reason: got %v", got)
	}
	v.keys("\r")
	v.js("void Handoff.send('z'.repeat(4001))")
	v.until("q('retry')")
	if got := value[string](v, "all('.failed .note')[0].innerText"); !strings.Contains(got, "The message is too long") {
		t.Errorf("reason of the server: got %q", got)
	}
	if got := len(r.clientIDs()); got != 1 {
		t.Errorf("requests: got %d, want the one past the composer", got)
	}
	v.clean()
}

func TestUI043_TheDraftSurvivesReloadAndNavigation(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	v.fill("half a thought")
	v.js("void (history.pushState({}, '', '/elsewhere'), document.body.replaceWith(document.createElement('body')))")
	v.until("q('composer').value === 'half a thought'")
	v.reload()
	v.until("q('panel')?.open && q('composer').value === 'half a thought'")
	v.js("Handoff.shutdown().then(() => 0)")
	v.until("!Object.keys(localStorage).some(k => localStorage[k].includes('half a thought'))")
	v.reload()
	v.open()
	v.until("q('composer').value === ''")
	v.clean()
}

func TestUI044_ADoubleClickSendsOnce(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.open()
	v.fill("just once")
	at := value[[]float64](v, "(()=>{const r=q('send').getBoundingClientRect();return [r.x+r.width/2,r.y+r.height/2]})()")
	v.do(chromedp.MouseClickXY(at[0], at[1], chromedp.ClickCount(1)), chromedp.MouseClickXY(at[0], at[1], chromedp.ClickCount(2)))
	v.reads("visitor: just once", "bot: ")
	if got := len(r.clientIDs()); got != 1 {
		t.Errorf("lines sent: got %d, want 1", got)
	}
	v.clean()
}
