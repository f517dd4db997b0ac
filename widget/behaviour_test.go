package widget_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/handoff-bot/handoff/widget"
)

// begin opens the chat with one question in it and the stream up.
func begin(t *testing.T, s screen) (*chatServer, *tab) {
	t.Helper()
	chat := newChatServer(t)
	b := open(t, s, site(t, chat.URL, ""))
	b.click("launcher")
	b.write("hello")
	waitFor(t, chat.listening)
	return chat, b
}

func (s *chatServer) listening() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.streams) > 0
}

func TestAHoleIsFilledBeforeWhatFollows(t *testing.T) {
	chat, b := begin(t, desktop)
	chat.mu.Lock()
	chat.skipped[3] = true
	chat.mu.Unlock()
	chat.bot("two", nil)
	chat.bot("three", nil)
	chat.bot("four", nil)
	b.until("log().endsWith('hello|two|three|four')")
	chat.pass("message", object{"seq": 2, "id": "msg_2", "from": object{"role": "bot"}, "text": "two"})
	chat.bot("five", nil)
	b.until("log().endsWith('hello|two|three|four|five')")
	b.clean()
}

func TestACutStreamLosesAndRepeatsNothing(t *testing.T) {
	chat, b := begin(t, desktop)
	chat.pass("draft", object{"turn": "t", "content": paragraph("half of")})
	b.until("log().includes('half of')")
	chat.cut()
	chat.bot("half of it, and the rest", nil)
	chat.bot("more", nil)
	b.until("log().endsWith('hello|half of it, and the rest|more')")
	b.clean()
}

func TestAReloadBringsTheChatBack(t *testing.T) {
	chat, b := begin(t, desktop)
	chat.say("state", object{"phase": "agent", "agent": object{"name": "Maya"}})
	chat.agent("I am here")
	b.until("log().includes('I am here')")
	b.js("q('composer').focus()")
	b.keys("unfinished")
	b.click("close")
	b.until("!q('panel').open")
	if err := chromedp.Do(b.ctx, chromedp.Reload()); err != nil {
		t.Fatal(err)
	}
	b.until("window.Handoff && Handoff.state().conversation.phase === 'agent'")
	waitFor(t, chat.listening)
	chat.agent("Still there?")
	b.until("all('.badge')[0].innerText === '1' && q('launcher').ariaLabel === 'Open chat, 1 unread message'")
	b.click("launcher")
	b.until("log().endsWith('hello|I am here|Still there?') && q('composer').value === 'unfinished'")
	b.until("all('.badge')[0].hidden")
	waitFor(t, func() bool { return chat.called("/read") > 0 })
	b.clean()
}

func TestWhatIsReadAtOnceIsNotCounted(t *testing.T) {
	chat, b := begin(t, desktop)
	b.js("(window.counts=[],addEventListener('handoff:unread',e=>counts.push(e.detail.count)),0)")
	chat.bot("I am here", nil)
	b.until("log().includes('I am here')")
	waitFor(t, func() bool { return chat.called("/read") > 0 })
	if got := b.js("counts.join()+all('.badge')[0].innerText"); got != "" {
		t.Errorf("counted before her eyes: got %q, want nothing", got)
	}
	b.clean()
}

func TestTooFastKeepsTheTextAndCountsDown(t *testing.T) {
	chat, b := begin(t, desktop)
	chat.refuse("/messages", 429)
	b.js("q('composer').focus()")
	b.keys("again\r")
	b.until("q('composer').value === 'again' && q('send').disabled && all('.notice')[0].innerText.includes('Try again in 20 s')")
	b.until("all('.notice')[0].innerText.includes('Try again in 19 s')")
	b.shot("desktop-13-limited")
	b.clean()
}

func TestAClosedConversationKeepsTheTextForANewOne(t *testing.T) {
	chat, b := begin(t, desktop)
	chat.refuse("/messages", 409)
	b.js("q('composer').focus()")
	b.keys("one more\r")
	b.until("all('.notice')[0].innerText.includes('ended') && q('new')")
	b.js("q('new').click()")
	b.until("q('composer').offsetParent && q('composer').value === 'one more' && !log().includes('hello')")
	b.clean()
}

func TestAnExpiredSessionIsRenewedInSilence(t *testing.T) {
	chat, b := begin(t, desktop)
	chat.mu.Lock()
	clear(chat.tokens)
	chat.mu.Unlock()
	b.write("second")
	waitFor(t, func() bool { return chat.called("/messages") == 3 })
	b.until("log().endsWith('hello|second') && all('.note').some(e=>e.innerText==='Sent')")
	if got := chat.called("/v1/sessions"); got != 2 {
		t.Errorf("sessions: got %d, want 2", got)
	}
	b.clean()
}

func TestOfflineMessagesWaitAndGoOutInOrder(t *testing.T) {
	chat, b := begin(t, desktop)
	b.js("(window.on=false, Object.defineProperty(navigator,'onLine',{configurable:true,get:()=>window.on}), dispatchEvent(new Event('offline')))")
	b.js("q('composer').focus()")
	for _, text := range []string{"one", "two", "three"} {
		b.keys(text + "\r")
	}
	b.until("q('banner').innerText === \"You're offline. Messages will send when you reconnect.\" && all('.unsent').length === 3")
	b.shot("desktop-14-queued")
	if got := chat.called("/messages"); got != 1 {
		t.Errorf("messages sent while offline: got %d, want 1", got)
	}
	b.js("(window.on=true, dispatchEvent(new Event('online')))")
	b.until("all('.unsent').length === 0 && log().endsWith('hello|one|two|three') && q('banner').hidden")
	b.clean()
}

func TestALostAnswerIsNotSentTwice(t *testing.T) {
	chat, b := begin(t, desktop)
	chat.refuse("/messages", 500)
	b.js("q('composer').focus()")
	b.keys("once\r")
	b.until("q('retry') && all('[role=alert]').some(e=>e.innerText.includes('not sent'))")
	first := chat.lastBody("/messages")["client_id"]
	b.click("retry")
	b.until("!q('retry') && log().endsWith('hello|once')")
	if got := chat.lastBody("/messages")["client_id"]; got != first {
		t.Errorf("client_id of the retry: got %v, want %v", got, first)
	}
}

func TestReadingAboveIsNotDisturbed(t *testing.T) {
	chat, b := begin(t, desktop)
	for range 30 {
		chat.bot("A line of an answer that is here to fill the log.", nil)
	}
	b.until("log().split('|').length > 30")
	b.js("q('log').scrollTo(0, 200)")
	b.until("q('log').scrollTop === 200")
	time.Sleep(100 * time.Millisecond)
	chat.bot("new one", nil)
	chat.bot("new two", nil)
	b.until("!q('pill').hidden && q('pill').innerText === '2 new messages'")
	if got := b.js("q('log').scrollTop"); got != float64(200) {
		t.Errorf("scroll position: got %v, want 200", got)
	}
	b.shot("desktop-16-pill")
	b.js("q('pill').querySelector('button').click()")
	b.until("q('pill').hidden && q('log').scrollHeight - q('log').clientHeight - q('log').scrollTop < 3")
}

func TestALongAnswerKeepsItsFirstLineInSight(t *testing.T) {
	chat, b := begin(t, desktop)
	tree := paragraph("The first line.")
	for range 40 {
		tree = append(tree, paragraph("And another paragraph of it.")...)
		chat.pass("draft", object{"turn": "t", "content": tree})
	}
	chat.bot("long", object{"content": tree})
	b.until("all('.row.bot').some(e=>e.innerText.includes('another'))")
	b.until("(()=>{const r=[...all('.row.bot')].filter(e=>e.offsetParent).pop().getBoundingClientRect(), l=q('log').getBoundingClientRect(); return r.top >= l.top && r.top < l.top + 60})()")
}

func TestStopEndsTheTurn(t *testing.T) {
	chat, b := begin(t, desktop)
	chat.pass("draft", object{"turn": "t", "content": paragraph("As I was saying")})
	b.until("log().includes('saying')")
	b.click("stop")
	b.until("!q('stop')?.offsetParent && all('.note').some(e=>e.innerText==='Stopped'&&e.offsetParent)")
	waitFor(t, func() bool { return chat.called("/stop") == 1 })
	chat.bot("As I was saying", object{"stopped": true})
	b.until("log().endsWith('hello|As I was saying')")
	b.clean()
}

func TestAskingForAPersonIsOneRequest(t *testing.T) {
	chat, b := begin(t, phone)
	b.until("!q('human')")
	chat.bot("one", nil)
	chat.bot("two", nil)
	b.until("q('human')?.innerText === 'Talk to a person'")
	b.js("[q('human').click(), q('human')?.click()]")
	waitFor(t, func() bool { return chat.called("/escalate") == 1 })
	chat.say("state", object{"phase": "waiting"})
	b.until("q('banner').innerText.includes('Waiting for a person')")
	b.js("all('[data-handoff=chip]').find(e=>e.innerText.includes('email')).click()")
	b.until("q('contact')?.offsetParent")
	b.click("cancel")
	waitFor(t, func() bool { return chat.called("/escalate/cancel") == 1 })
	if got := chat.called("/escalate"); got != 1 {
		t.Errorf("escalate calls: got %d, want 1", got)
	}
	b.clean()
}

func TestTheMenuAlwaysLeadsToAPerson(t *testing.T) {
	chat := newChatServer(t)
	b := open(t, desktop, site(t, chat.URL, ""))
	b.click("launcher")
	b.click("menu")
	b.until("root.activeElement === q('human')")
	b.shot("desktop-17-menu")
	b.keys("\u001b")
	b.until("!q('human') && q('panel').open && root.activeElement === q('menu')")
	b.click("menu")
	b.click("human")
	waitFor(t, func() bool { return chat.called("/escalate") == 1 })
	b.clean()
}

func TestKeyboardStaysInItsPlace(t *testing.T) {
	chat := newChatServer(t)
	b := open(t, desktop, site(t, chat.URL, ""))
	b.until("q('launcher')")
	b.js("q('launcher').focus()")
	b.keys("\r")
	b.until("root.activeElement === q('composer')")
	// What is fetched when nothing else is to do comes first: it draws the panel again.
	b.js("void requestIdleCallback(() => requestIdleCallback(() => setTimeout(() => { window.idle = true }, 300)))")
	b.until("window.idle === true")
	b.keys("k?")
	b.until("q('composer').value === 'k?'")
	if got := b.js("window.keys.includes('k')"); got != false {
		t.Error("the page's own shortcut saw a key typed in the chat")
	}
	order := ""
	b.js("q('menu').focus()")
	for range 7 {
		order += b.js("root.activeElement?.dataset.handoff ?? 'none'").(string) + " "
		b.keys("\t")
	}
	if want := "menu close log chip chip chip composer "; order != want {
		t.Errorf("tab order: got %q, want %q", order, want)
	}
	b.js("q('composer').focus()")
	b.keys("\u001b")
	b.until("!q('panel').open && root.activeElement === q('launcher')")
	b.clean()
}

func TestOnAPhoneThePanelIsTheScreen(t *testing.T) {
	_, b := begin(t, phone)
	b.until("q('panel').matches(':modal')")
	if got := b.js("JSON.stringify([q('panel').getBoundingClientRect().width, q('panel').getBoundingClientRect().height])"); got != "[390,844]" {
		t.Errorf("panel: got %v, want [390,844]", got)
	}
	if got := b.js("parseFloat(getComputedStyle(q('composer')).fontSize)"); got.(float64) < 16 {
		t.Errorf("composer font: got %v px, want at least 16", got)
	}
	b.js("document.getElementById('own').focus()")
	if b.js("document.activeElement.id") == "own" {
		t.Error("the page behind takes the focus")
	}
	b.clean()
}

func TestADeadServerLeavesNoTrace(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"500":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"HTML": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>proxy</html>")) },
	} {
		t.Run(name, func(t *testing.T) {
			chat := newChatServer(t)
			inner := chat.Config.Handler
			asked := make(chan bool, 8)
			chat.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/v1/") {
					w.Header().Set("Access-Control-Allow-Origin", "*")
					handler(w, r)
					asked <- true
					return
				}
				inner.ServeHTTP(w, r)
			})
			b := open(t, desktop, site(t, chat.URL, ""))
			<-asked
			b.until("window.Handoff?.version")
			b.js("Handoff.open()")
			time.Sleep(200 * time.Millisecond)
			if b.js("document.querySelector('handoff-widget')") != nil {
				t.Error("the launcher is there")
			}
			b.clean()
		})
	}
}

func TestTheSiteDrivesTheChat(t *testing.T) {
	chat := newChatServer(t)
	b := open(t, desktop, site(t, chat.URL, `data-position="left" data-theme="dark"`))
	b.until("window.Handoff")
	b.js("(window.heard=[], ['ready','open','close','message:sent','message:received','conversation:started','conversation:claimed','escalation:requested'].forEach(n=>addEventListener('handoff:'+n,e=>heard.push(n))), Handoff.on('ready',()=>heard.push('late ready')), Handoff.once('open',()=>{throw new Error('mine')}), Handoff.setContext({plan:'pro'}))")
	b.until("heard.includes('late ready')")
	b.js("(document.getElementById('own').focus(), Handoff.open({draft:'from the site'}))")
	b.until("Handoff.isOpen() && q('composer').value === 'from the site'")
	if got := b.js("document.activeElement.id"); got != "own" {
		t.Errorf("focus: got %v, want the page's own field", got)
	}
	b.js("Handoff('send','hello from the page').then(r=>window.sent=r.id)")
	b.until("window.sent && heard.includes('message:sent')")
	if got := chat.lastBody("/v1/conversations")["context"]; got == nil || got.(object)["plan"] != "pro" {
		t.Errorf("context: got %v, want plan pro", got)
	}
	waitFor(t, chat.listening)
	b.js("(Handoff.on('escalation:requested', d=>d.preventDefault()), void Handoff.escalate({reason:'x'}))")
	b.until("heard.includes('escalation:requested')")
	chat.say("state", object{"phase": "agent", "agent": object{"name": "Maya"}})
	chat.agent("hi")
	b.until("heard.includes('conversation:claimed') && heard.includes('message:received') && Handoff.state().conversation.agent.name === 'Maya'")
	if got := chat.called("/escalate"); got != 0 {
		t.Errorf("escalate calls after preventDefault: got %d, want 0", got)
	}
	b.js("(document.body.replaceWith(document.createElement('body')), document.documentElement.append(Object.assign(document.createElement('x'))))")
	b.until("document.querySelectorAll('handoff-widget').length === 1 && q('panel').open")
	b.js("Handoff.shutdown()")
	b.until("!document.querySelector('handoff-widget') && localStorage.length === 0 && sessionStorage.length === 0")
	waitFor(t, func() bool { return chat.called("DELETE /v1/sessions/current") == 1 })
	if got := b.js("wrong.join()"); got != "error Uncaught Error: mine" {
		t.Errorf("errors: got %v, want the throwing listener's alone", got)
	}
}

func TestCallsBeforeTheScriptAreKept(t *testing.T) {
	chat := newChatServer(t)
	early := `window.order=[];window.Handoff={q:[['on',['ready',()=>order.push('ready')]],['on',['open',()=>order.push('open')]],['open',[{draft:'early'}]]]}`
	b := open(t, desktop, site(t, chat.URL, "", early))
	b.until("q('panel')?.open && q('composer').value === 'early' && order.join() === 'ready,open'")
	again, _ := widget.Loader()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[any](string(again)+";0")); err != nil {
		t.Fatal(err)
	}
	if got := b.js("document.querySelectorAll('handoff-widget').length"); got != float64(1) {
		t.Errorf("widgets after a second script tag: got %v, want 1", got)
	}
	b.js("Handoff.shutdown().then(()=>Handoff.boot({key:'pk_test', theme:'dark'}))")
	b.until("q('launcher') && all('.h')[0].dataset.theme === 'dark'")
	b.click("launcher")
	b.until("q('panel')?.open && log().includes('AI assistant') && q('composer').value === ''")
}

func TestBeforeTheFirstOpenThereAreTwoRequests(t *testing.T) {
	var paths []string
	chat := newChatServer(t)
	inner := chat.Config.Handler
	seen := make(chan string, 32)
	chat.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r.URL.Path
		inner.ServeHTTP(w, r)
	})
	b := open(t, desktop, site(t, chat.URL, ""))
	b.until("q('launcher')")
	time.Sleep(300 * time.Millisecond)
	for len(seen) > 0 {
		paths = append(paths, <-seen)
	}
	if got, want := strings.Join(paths, " "), "/widget.js /v1/widget/config"; got != want {
		t.Errorf("requests: got %q, want %q", got, want)
	}
	if got := b.js("localStorage.length + sessionStorage.length"); got != float64(0) {
		t.Errorf("storage entries: got %v, want none", got)
	}
}
