package uitest

import (
	"net/http"
	"testing"
	"time"
)

// A browser remembers that a module did not come. After a moment of bad network a
// press works all the same, without a word to the page and without `unavailable`.
func TestAPressAfterBadNetworkOpensTheChat(t *testing.T) {
	for name, c := range map[string]struct {
		attrs string
		bad   func(*wire)
	}{
		"no answer":       {"", func(w *wire) { w.refuse("/panel.js", 1000) }},
		"a bad gateway":   {"", func(w *wire) { w.fail("/panel.js", http.StatusBadGateway, 1000) }},
		"isolation":       {`data-isolation="iframe"`, func(w *wire) { w.refuse("/isolate.js", 1000) }},
		"the options too": {`data-starters='["One"]'`, func(w *wire) { w.refuse("/panel.js", 1000) }},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, setup{site: site{attrs: c.attrs, csp: framing, script: lines}})
			v := r.visit(desktop)
			v.until("q('launcher')")
			c.bad(r.wire)
			v.press("launcher")
			if got := v.js("Handoff.send('lost').then(() => 'sent', () => 'failed')"); got != "failed" {
				t.Fatalf("without the panel a line was %v", got)
			}
			r.wire.forget()
			v.press("launcher")
			v.until("Handoff.isOpen()")
			if got := v.js("lines.join('; ')"); got != "" {
				t.Errorf("the console: %v", got)
			}
			v.clean()
		})
	}
}

// framing is the strict policy with the frame of the chat server.
const framing = "default-src 'none'; script-src $CHAT 'nonce-page'; connect-src $CHAT; img-src $CHAT blob:; style-src 'nonce-page'; frame-src $CHAT; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// What the panel fetches later comes again, too, and takes from the panel that is
// there: that one is fetched once.
func TestModulesThatDidNotComeAreAskedForAgain(t *testing.T) {
	r := start(t, setup{key: verifying("optional")})
	v := r.visit(desktop)
	v.until("q('launcher')")
	for _, name := range []string{"panel", "team", "identity"} {
		r.wire.refuse("/"+name+".js", 1000)
	}
	v.js("Handoff.send('lost').catch(() => 0)")
	r.wire.forget()
	for _, name := range []string{"team", "identity"} {
		r.wire.refuse("/"+name+".js", 1000)
	}
	v.open()
	const identify, escalate = "Handoff.identify({jwt: 'no'}).then(() => '', (e) => e.code ?? e.name)", "Handoff.escalate().then(() => true, () => false)"
	if got := v.js(identify); got != "TypeError" {
		t.Errorf("identify without its module: got %v", got)
	}
	if got := v.js(escalate); got != false {
		t.Error("escalated without the team's module")
	}
	r.wire.forget()
	if got := v.js(identify); got != "identity" {
		t.Errorf("identify: got %v, want the server's answer", got)
	}
	for deadline := time.Now().Add(patience); v.js(escalate) != true; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the team's module does not come any more")
		}
	}
	v.until("q('banner')?.offsetParent")
	panels := 0
	for _, got := range r.wire.asked("/panel.js") {
		if got.Status == http.StatusOK {
			panels++
		}
	}
	if panels != 1 {
		t.Errorf("the panel was fetched %d times", panels)
	}
	v.clean()
}

// The same in a frame, for its page and for the panel in it.
func TestAFrameThatDidNotComeIsAskedForAgain(t *testing.T) {
	for _, missing := range []string{"/widget/frame", "/framed.js", "/panel.js"} {
		t.Run(missing[1:], func(t *testing.T) {
			r := start(t, setup{site: site{attrs: `data-isolation="iframe"`, csp: framing}})
			v := r.visit(desktop)
			v.until("q('launcher')")
			r.wire.refuse(missing, 1000)
			v.press("launcher")
			v.until("document.querySelector('[data-handoff=frame]')")
			for deadline := time.Now().Add(patience); len(r.wire.asked(missing)) == 0; time.Sleep(15 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("%s was not asked for", missing)
				}
			}
			r.wire.forget()
			for deadline := time.Now().Add(patience); v.js("Handoff.isOpen()") != true; time.Sleep(500 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("the chat does not open any more")
				}
				v.js("Handoff.open()")
			}
			v.clean()
		})
	}
}
