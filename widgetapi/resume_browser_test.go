package widgetapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/browsertest"
	"github.com/handoff-bot/handoff/widget"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// builtAssets are the widget's real files.
type builtAssets struct{}

func (builtAssets) Loader() ([]byte, string)                 { return widget.Loader() }
func (builtAssets) Asset(path string) ([]byte, string, bool) { return widget.Asset(path) }
func (builtAssets) ResumePage() []byte                       { return widget.ResumePage() }
func (builtAssets) FramePage() []byte                        { return widget.FramePage() }

// browser opens an address in a Chromium of its own.
func browser(t *testing.T, address string) func(expression string) any {
	t.Helper()
	ctx := browsertest.Start(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	return func(expression string) any {
		t.Helper()
		const find = `(()=>{const root=document.querySelector('handoff-widget')?.shadowRoot;const q=(hook)=>root?.querySelector('[data-handoff="'+hook+'"]');return (`
		got, err := chromedp.Run(ctx, chromedp.Evaluate[any](find+expression+`)})()`))
		if err != nil {
			t.Fatalf("%s: %v", expression, err)
		}
		return got
	}
}

func until(t *testing.T, js func(string) any, expression string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); js("!!("+expression+")") != true; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never true: %s\nthe page: %v", expression, js("document.body.innerText + ' | ' + root?.textContent"))
		}
	}
}

// A visitor opens the link of a mail in another browser: nothing happens until
// she presses the button; then she reads what was said, writes, and is answered.
func TestResumeInABrowser(t *testing.T) {
	h := newHouse(t)
	h.server.deps.Assets = builtAssets{}
	cfg := *h.cfg.Load()
	cfg.Server.PublicURL = h.url
	h.cfg.Store(&cfg)
	g := h.guest()
	id, link := g.open(), session.NewLink()
	g.say(id, "c1", "Where is order 1182?")
	g.proves(id, "ada@shop.example")
	h.mails(session.Resume, id, link, "ada@shop.example")
	before := len(h.events(id))

	js := browser(t, h.url+"/resume#"+link)
	until(t, js, "document.getElementById('go').offsetParent")
	js("(window.wrong=[],addEventListener('securitypolicyviolation',e=>wrong.push(e.violatedDirective+' '+e.blockedURI)),addEventListener('unhandledrejection',e=>wrong.push(String(e.reason))))")
	if len(h.events(id)) != before || js("document.querySelector('handoff-widget')") != nil {
		t.Error("opening the link did something")
	}
	js("document.getElementById('go').click()")
	until(t, js, "q('log')?.innerText.includes('order 1182') && !location.hash && !document.querySelector('main').offsetParent && !q('launcher').offsetParent && !q('close').offsetParent")
	if box, _ := js("q('panel').getBoundingClientRect().height === innerHeight && getComputedStyle(document.body).display === 'grid'").(bool); !box {
		t.Error("the chat does not fill the page, or the page has no style")
	}
	h.appendAs(id, agentSays("It leaves today."))
	until(t, js, "q('log').innerText.includes('It leaves today.')")
	js("(q('composer').value='Thank you', q('composer').dispatchEvent(new Event('input')), q('send').click())")
	until(t, js, "[...root.querySelectorAll('.note')].some(e=>e.innerText==='Sent'&&e.offsetParent)")
	if m, ok := h.last(id).(conversation.Message); !ok || m.Text != "Thank you" {
		t.Errorf("the last event: %+v", h.last(id))
	}
	if wrong := js("wrong.join('; ')"); wrong != "" {
		t.Errorf("the page saw: %v", wrong)
	}
	// The same page again, without the code: the chat is still here.
	js("location.reload()")
	until(t, js, "document.readyState==='complete' && !document.getElementById('go').hidden && document.querySelector('main').offsetParent")
	js("document.getElementById('go').click()")
	until(t, js, "q('log')?.innerText.includes('Thank you')")

	again := browser(t, h.url+"/resume#"+link)
	until(t, again, "document.getElementById('go').offsetParent")
	again("document.getElementById('go').click()")
	until(t, again, "document.getElementById('say').innerText.includes('This link was used already') && document.getElementById('go').hidden")
	if got := g.do(http.MethodGet, "/v1/conversations", nil); got.status != http.StatusOK || !strings.Contains(string(got.body), string(id)) {
		t.Errorf("the first device: %d %s", got.status, got.body)
	}
}
