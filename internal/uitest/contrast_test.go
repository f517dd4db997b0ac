package uitest

import "testing"

// Who asks the browser for more contrast gets edges and quiet words that are as plain as
// the rest; what stands on an edge's colour is still read.
func TestMoreContrastIsGivenToWhoAsksForIt(t *testing.T) {
	more := desktop.in(func(s *screen) { s.contrast = true })
	dark := more.in(func(s *screen) { s.dark = true })
	framedToo(t, setup{}, []screen{more, dark}, func(r *rig, v *tab) {
		v.open()
		v.say("hello")
		v.reads("visitor: hello", "bot: ")
		v.js(ratios)
		v.js("(window.on=(e,what='color')=>ratio(getComputedStyle(e)[what],getComputedStyle(q('panel')).backgroundColor),0)")
		v.until("['.meta','.foot','.head p'].every(s => all(s).some(e => on(e) >= 15))")
		// The ring stands in for the edge of the field that is written in.
		v.until("(q('composer').blur(), on(all('.field')[0],'borderTopColor') >= 7 && on(all('.head')[0],'borderBottomColor') >= 3)")
		v.until("q('send').disabled && ratio(getComputedStyle(q('send')).color, getComputedStyle(q('send'),'::before').backgroundColor) >= 3")
		v.press("menu")
		v.until("all('[role=menu]').some(e => on(e,'borderTopColor') >= 7)")
		v.shot("contrast")
		v.clean()
	})
}
