package uitest

import "testing"

// inSight is a function of the page: whether all of an element is within the window.
const inSight = `(e=>{const r=e?.getBoundingClientRect();return r&&r.width>0&&r.top>=0&&r.left>=0&&r.right<=innerWidth&&r.bottom<=innerHeight})`

// What stands by the button keeps to it, and within the window, wherever the site puts it.
func TestWhatStandsByTheButtonStaysInSight(t *testing.T) {
	r := start(t, setup{site: site{attrs: `data-offset="500,300"`}})
	small := desktop.in(func(s *screen) { s.width, s.height = 820, 640 })
	v := r.visit(small)
	r.held(v)
	r.maya.says("A line that makes the card wide enough to be put aside")
	v.until("q('preview')?.getClientRects().length")
	v.until(inSight + "(q('preview'))")
	v.until("Math.abs(q('preview').getBoundingClientRect().right - q('launcher').getBoundingClientRect().right) < 1")
	v.until("Math.abs(q('launcher').getBoundingClientRect().top - q('preview').getBoundingClientRect().bottom - 12) < 1")
	v.press("launcher")
	v.until("q('panel')?.open")
	v.until(inSight + "(q('panel')) && q('panel').getBoundingClientRect().height > 200")
	v.clean()
}

// The look is the site's to set where docs/widget.md says so, and what its owner sends
// with a report holds nothing of the visitor.
func TestASiteSetsTheLookAndReportsWithoutSecrets(t *testing.T) {
	r := start(t, setup{site: site{style: "handoff-widget::part(chat){--handoff-surface:rgb(255, 250, 240);--handoff-accent:rgb(120, 20, 60)}"}})
	v := r.visit(desktop)
	v.open()
	v.say("a secret")
	v.reads("visitor: a secret", "bot: ")
	v.until("getComputedStyle(q('panel')).backgroundColor === 'rgb(255, 250, 240)'")
	v.until("[q('launcher'), all('.own .bubble')[0]].every(e => getComputedStyle(e).backgroundColor === 'rgb(120, 20, 60)')")
	v.until("(d => d.version && d.status === 'online')(Handoff.debug())")
	if v.js("[storage().token, 'secret'].some(s => JSON.stringify(Handoff.debug()).includes(s))") != false {
		t.Errorf("a report holds what is the visitor's: %v", v.js("Handoff.debug()"))
	}
	v.clean()
}

// In a frame the chat stands on the button's side, also right to left.
func TestTheFrameStandsOnTheButtonsSide(t *testing.T) {
	for attrs, side := range map[string]string{
		`data-locale="ar"`:                      "left",
		`data-locale="ar" data-position="left"`: "right",
		`data-position="left"`:                  "left",
	} {
		t.Run(attrs, func(t *testing.T) {
			r := start(t, setup{site: site{attrs: `data-isolation="iframe" ` + attrs, csp: "none"}})
			v := r.visit(desktop)
			v.click("launcher")
			v.until("Handoff.isOpen()")
			v.until("(([a,b])=>Math.abs(a-b)<1)([q('launcher'),document.querySelector('iframe[data-handoff=frame]')].map(e=>e.getBoundingClientRect()." + side + "))")
		})
	}
}

// A card that grows takes the end of the log along: what sends it stays in sight.
func TestARatingThatGrowsStaysInSight(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop.in(func(s *screen) { s.height = 560 }))
	v.open()
	v.say("hello")
	v.reads("visitor: hello", "bot: ")
	r.withMaya(v)
	r.maya.closes()
	v.until("q('rating')?.offsetParent")
	v.until("all('[data-handoff=rating] .primary')[0].getBoundingClientRect().bottom <= q('log').getBoundingClientRect().bottom")
	if v.js(`(all('[name=score]')[3].click(),new Promise(done=>requestAnimationFrame(()=>requestAnimationFrame(done)))
.then(()=>all('[data-handoff=rating] .primary')[0].getBoundingClientRect().bottom<=q('log').getBoundingClientRect().bottom))`) != true {
		t.Error("the button that sends the rating is out of sight")
	}
	v.clean()
}
