package uitest

import "testing"

// lines keeps what is said in the console.
const lines = "window.lines=[];for(const n of ['log','info','warn','error'])console[n]=(...a)=>lines.push(a.join(' '))"

// saysUnavailable waits for the card that says that nobody can be reached, seen and in its words.
func (v *tab) saysUnavailable(words string) {
	v.Helper()
	v.until(`all('[role=status]').some(e => e.innerText === '` + words + `' && ` + inSight + `(e))`)
}

// A server that cannot be reached leaves the button where the site wants that; each
// press says so and tries again, and the first that finds the server opens the chat.
func TestAnUnreachableServerIsSaid(t *testing.T) {
	for name, attrs := range map[string]string{"alone": `data-unavailable="say"`, "with checked options": `data-unavailable="say" data-starters='["One"]'`} {
		t.Run(name, func(t *testing.T) {
			r := start(t, setup{site: site{attrs: attrs, script: lines}})
			r.wire.refuse("/v1/widget/config", 1000)
			r.wire.refuse("/settings.js", 1000)
			v := r.visit(desktop)
			v.press("launcher")
			v.saysUnavailable("Chat is unavailable right now.")
			v.shot("unavailable")
			r.wire.forget()
			v.press("launcher")
			v.until("Handoff.isOpen() && q('composer')?.offsetParent")
			if got := v.js("document.querySelectorAll('handoff-widget').length + lines.length"); got != 1.0 {
				t.Errorf("hosts and console lines: got %v, want the one host", got)
			}
			v.clean()
		})
	}
}

// The same when the panel does not come; the site's words are text.
func TestAPanelThatDoesNotComeIsSaid(t *testing.T) {
	r := start(t, setup{site: site{attrs: `data-unavailable="say" data-unavailable-text="<b>Call us</b>" data-position="left"`, script: lines}})
	v := r.visit(phone)
	v.until("q('launcher')")
	r.wire.refuse("/panel.js", 1000)
	v.press("launcher")
	v.saysUnavailable("<b>Call us</b>")
	r.wire.forget()
	v.press("launcher")
	v.until("Handoff.isOpen() && !all('.h > p').length")
	v.clean()
}

// A widget that is shut down meanwhile leaves nothing.
func TestAShutdownTakesTheButtonOfAnUnreachableServer(t *testing.T) {
	r := start(t, setup{site: site{attrs: `data-unavailable="say"`, script: lines}})
	r.wire.refuse("/v1/widget/config", 1000)
	v := r.visit(desktop)
	v.press("launcher")
	v.saysUnavailable("Chat is unavailable right now.")
	v.js("Handoff.shutdown()")
	v.until("!document.querySelector('handoff-widget') && !lines.length")
	v.clean()
}
