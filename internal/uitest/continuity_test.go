package uitest

import (
	"strings"
	"testing"
)

// Who reads above is there again after a reload: nothing counts as new but what she has
// not seen. Who was at the end is at the end.
func TestWhereSheReadSurvivesAReload(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	r.held(v)
	v.open()
	r.maya.says(strings.Repeat("A line that fills the log.\n", 60) + "The last of them.")
	v.until("log().some(l => l.text.includes('The last of them.'))")
	v.js("void (" + logBox + ".scrollTop = 150)")
	v.until("Math.abs(" + logBox + ".scrollTop - 150) < 3 && !" + atEnd)
	v.js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))") // the page hears of it in the next
	v.reload()
	v.until("q('panel')?.open && log().some(l => l.text.includes('The last of them.'))")
	v.until("Math.abs(" + logBox + ".scrollTop - 150) < 3 && q('pill').hidden")
	r.maya.says("one more below")
	v.until("q('pill').innerText.trim() === '1 new message' && Math.abs(" + logBox + ".scrollTop - 150) < 3")
	v.js("void q('pill').querySelector('button').click()")
	v.until(atEnd + " && q('pill').hidden")
	v.reload()
	v.until("q('panel')?.open && log().some(l => l.text.includes('one more below'))")
	v.until(atEnd + " && q('pill').hidden")
	v.js("Handoff.shutdown().then(() => 0)")
	v.reload()
	v.until("!Object.keys(sessionStorage).length")
	v.clean()
}
