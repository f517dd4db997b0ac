package uitest

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/handoff-bot/handoff/internal/handofftest"
)

// lines keeps what is said in the console.
const lines = "window.lines=[];for(const n of ['log','info','warn','error'])console[n]=(...a)=>lines.push(a.join(' '))"

// saysUnavailable waits for the card that says that nobody can be reached, seen and in its words.
func (v *tab) saysUnavailable(words string) {
	v.Helper()
	v.until(`all('[role=status]').some(e => e.innerText === '` + words + `' && ` + inSight + `(e))`)
}

// besideLauncher is a function of the page: a card ends where the button does, 12 px above it.
const besideLauncher = `(e=>{const card=e.getBoundingClientRect(),own=q('launcher').getBoundingClientRect(),near=(a,b)=>Math.abs(a-b)<1;
return near(own.top-card.bottom,12)&&(near(own.right,card.right)||near(own.left,card.left))})`

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
			v.until("all('.h > p').map(e => " + besideLauncher + "(e)).join() === 'true'")
			v.keys(kb.Escape)
			v.until("!all('.h > p').some(e => e.checkVisibility())")
			v.press("launcher")
			v.saysUnavailable("Chat is unavailable right now.")
			v.do(chromedp.MouseClickXY(20, 20)) // the page
			v.until("!all('.h > p').some(e => e.checkVisibility())")
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
	v.until("all('.h > p').map(e => " + besideLauncher + "(e)).join() === 'true'")
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

// One that is shut down while its panel is on its way leaves nothing, and no error. A
// page hears of a promise of the loader's that fails only where its tag has crossorigin.
func TestAShutdownWhileThePanelComesIsQuiet(t *testing.T) {
	r := start(t, setup{site: site{attrs: `crossorigin data-unavailable="say"`, script: lines}})
	v := r.visit(desktop)
	v.until("q('launcher')")
	arrives := r.wire.hold("/panel.js")
	v.press("launcher")
	eventually(t, "the panel is asked for", func() bool { return len(r.wire.asked("/panel.js")) > 0 })
	v.js("void Handoff.shutdown()")
	arrives()
	v.until("performance.getEntriesByType('resource').some(e => e.name.endsWith('/panel.js'))")
	v.js("Handoff.boot({key: '" + handofftest.Key + "'})")
	v.press("launcher")
	v.until("Handoff.isOpen() && !lines.length")
	v.clean()
}

// The same at once after the start, before a chat that is there was fetched.
func TestAShutdownAtOnceIsQuiet(t *testing.T) {
	r := start(t, setup{site: site{script: "addEventListener('handoff:ready', () => sessionStorage.leaves && Handoff.shutdown())"}})
	v := r.visit(desktop)
	v.open()
	v.say("hello")
	v.reads("visitor: hello", "bot: ")
	v.js("void (sessionStorage.leaves = 'yes')")
	v.reload()
	v.until("window.Handoff?.version && !document.querySelector('handoff-widget') && localStorage.length === 0")
	v.js("new Promise(done => requestIdleCallback(() => done()))")
	v.clean()
}
