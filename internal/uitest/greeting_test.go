package uitest

import "testing"

// held7 keeps the timers of seven seconds: window.ring() lets them go off.
const held7 = `(()=>{const set=setTimeout,due=[];window.setTimeout=(f,ms,...a)=>ms===7000?due.push(f):set(f,ms,...a);
window.waiting=()=>due.length;window.ring=()=>due.splice(0).forEach(f=>f())})()`

// greets is a shop that greets after seven seconds.
func greets(attrs string) setup {
	return setup{widget: "greeting: Good day", site: site{attrs: `data-greet-after="7" ` + attrs}}
}

// rings waits until the greeting waits for its time, and lets that come.
func (v *tab) rings() {
	v.Helper()
	v.until("window.waiting() > 0")
	v.js("(window.ring(), 0)")
}

const greetingSeen = "q('greeting')?.getClientRects().length"

// The greeting comes once in a visit, takes nothing, and stays away when put aside.
func TestTheGreetingComesOnceAndStaysAside(t *testing.T) {
	r := start(t, greets(`data-locale="de"`))
	v := r.visit(desktop, held7)
	v.until("q('launcher')")
	v.js("(document.getElementById('own').focus(), 0)")
	v.rings()
	v.until(greetingSeen)
	v.until("q('greeting').innerText.includes('Good day') && q('dismiss').getAttribute('aria-label') === 'Ausblenden'")
	v.until(inSight + "(q('greeting')) && q('greeting').parentNode.getAttribute('aria-live') === 'polite'")
	v.until("document.activeElement.id === 'own' && !Handoff.isOpen() && !q('panel')")
	v.shot("greeting")
	v.reload()
	v.isNotToGreet()
	// Another tab is another visit.
	other := r.visit(desktop, held7)
	other.rings()
	other.until(greetingSeen)
	other.press("dismiss")
	other.until("!q('greeting') && storage().aside > 0")
	third := r.visit(desktop, held7, `sessionStorage.clear()`)
	third.isNotToGreet()
	v.clean()
	other.clean()
	third.clean()
}

// isNotToGreet fails when the module of the greeting has run and waits for its time.
func (v *tab) isNotToGreet() {
	v.Helper()
	const module = "performance.getEntriesByType('resource').find(e => e.name.endsWith('/greet.js'))"
	v.until(module)
	v.js("import(" + module + ".name).then(() => new Promise(done => setTimeout(done)))")
	if v.js("window.waiting()") != 0.0 {
		v.Error("a greeting that is not to come waits for its time")
	}
}

// A press opens the chat; who has opened it is not greeted in this visit.
func TestAPressOnTheGreetingOpensTheChat(t *testing.T) {
	r := start(t, greets(""))
	v := r.visit(desktop, held7)
	v.rings()
	v.until(greetingSeen)
	v.press("greeting")
	v.until("Handoff.isOpen() && !q('greeting')")
	v.until("root.activeElement === q('composer')")
	other := r.stranger(desktop, held7)
	other.until("window.waiting() > 0")
	other.open()
	other.press("close")
	other.until("!Handoff.isOpen()")
	other.rings()
	other.js("new Promise(done => setTimeout(done))")
	if other.js("!q('greeting')") != true {
		t.Error("somebody who has opened the chat is greeted")
	}
	v.clean()
	other.clean()
}

// It waits while the button is hidden or a phone's keyboard is open, and for consent.
func TestTheGreetingWaitsForItsPlace(t *testing.T) {
	r := start(t, greets(`data-consent="required"`))
	v := r.visit(phone, held7)
	v.until("window.Handoff?.version")
	if v.js("performance.getEntriesByType('resource').some(e => e.name.endsWith('/greet.js'))") != false {
		t.Error("the greeting is fetched without consent")
	}
	v.js("(Handoff.consent(true), Handoff.ready())")
	v.until("window.waiting() > 0")
	v.js("(document.getElementById('own').focus(), Handoff.hide(), 0)")
	v.rings()
	v.js("(Handoff.show(), new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))")
	v.until("!" + greetingSeen)
	v.js("(document.activeElement.blur(), 0)")
	v.until(greetingSeen)
	v.js("(Handoff.hide(), 0)")
	v.until("!" + greetingSeen)
	v.js("(Handoff.show(), 0)")
	v.until(besideLauncher + "(q('greeting'))")
	v.until(greetingSeen + " && !q('greeting').parentNode.hasAttribute('aria-live')")
	v.js("Handoff.shutdown()")
	v.until("!document.querySelector('handoff-widget') && sessionStorage.length === 0")
	v.clean()
}
