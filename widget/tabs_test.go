package widget_test

import (
	"encoding/base64"
	"testing"

	"github.com/chromedp/chromedp"
)

// beside opens the same page in another tab of the same browser.
func (b *tab) beside(url string) *tab {
	b.Helper()
	ctx, closed := chromedp.NewContext(b.ctx)
	b.Cleanup(closed)
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		b.Fatal(err)
	}
	return &tab{T: b.T, ctx: ctx, name: b.name}
}

func (s *chatServer) streaming() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.streams)
}

func TestTabsShareOneStreamAndTheNextTakesItOver(t *testing.T) {
	chat := newChatServer(t)
	url := site(t, chat.URL, "")
	b := open(t, desktop, url)
	b.click("launcher")
	b.write("hello")
	waitFor(t, chat.listening)
	other := b.beside(url)
	other.until("window.Handoff && Handoff.state().status === 'online'")
	chat.bot("for both", nil)
	b.until("log().endsWith('hello|for both')")
	other.click("launcher")
	other.until("log().endsWith('hello|for both')")
	if got := chat.streaming(); got != 1 {
		t.Errorf("streams: got %d, want 1", got)
	}
	chat.pass("draft", object{"turn": "t", "content": paragraph("half")})
	other.until("log().includes('half')")
	b.js("location.href='about:blank'")
	chat.bot("after the first has gone", nil)
	other.until("log().endsWith('hello|for both|after the first has gone')")
	waitFor(t, func() bool { return chat.streaming() == 1 })
	other.clean()
}

func TestLoggingOutEndsAllTabs(t *testing.T) {
	chat := newChatServer(t)
	url := site(t, chat.URL, "")
	b := open(t, desktop, url)
	b.click("launcher")
	b.write("secret")
	waitFor(t, chat.listening)
	other := b.beside(url)
	other.click("launcher")
	other.until("log().endsWith('secret')")
	b.js("Handoff.shutdown()")
	other.until("!log().includes('secret') && q('composer').value === ''")
	b.until("localStorage.length === 0")
	if got := chat.called("DELETE /v1/sessions/current"); got != 1 {
		t.Errorf("sessions ended: got %d, want 1", got)
	}
	other.clean()
}

// signed is a token that names sub; the fake server believes it.
func signed(sub string) string {
	return "x." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"`+sub+`"}`)) + ".x"
}

func TestAnotherUserSeesNothingOfTheFirst(t *testing.T) {
	chat := newChatServer(t)
	b := open(t, desktop, site(t, chat.URL, ""))
	b.click("launcher")
	b.until("q('panel')?.open")
	b.js("(window.who=[],Handoff.on('identity:changed',d=>who.push(d.visitorId)),Handoff.on('identity:failed',d=>who.push('failed')),0)")
	b.js("void Handoff.identify({jwt:'" + signed("ann") + "'})")
	b.until("who.join() === 'vis_ann'")
	b.write("a secret of ann")
	waitFor(t, chat.listening)
	b.js("void Handoff.identify({jwt:'" + signed("ann") + "'})")
	b.until("who.length === 2 && log().includes('a secret of ann')")
	b.js("Handoff.identify({jwt:'" + signed("bob") + "'}).then(()=>window.later=log())")
	b.until("who.join() === 'vis_ann,vis_ann,vis_bob' && !log().includes('secret')")
	b.js("(window.gone='',Handoff.identify({jwt:'nonsense'}).catch(e=>window.gone=e.message))")
	b.until("gone && who.at(-1) === 'failed' && Handoff.state().status === 'idle'")
	b.js("(Handoff.track('cart_filled', {items: 2}), Handoff.send('anonymous again'))")
	b.until("log().endsWith('anonymous again')")
	waitFor(t, func() bool { return chat.lastBody("/v1/events")["name"] == "cart_filled" })
	b.clean()
}
