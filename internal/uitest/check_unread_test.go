package uitest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// held brings a visitor to an agent, with the panel closed.
func (r *rig) held(v *tab) {
	r.Helper()
	v.waits()
	r.maya.claims()
	v.until("Handoff.state().conversation.phase === 'agent'")
	v.press("close")
	v.until("!q('panel').open")
}

func TestUI079_WhatWaitsIsShownBesideTheLauncher(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	r.held(v)
	r.maya.says("The first line")
	v.until("all('.badge')[0].innerText === '1' && q('launcher').getAttribute('aria-label').includes('1 unread message')")
	v.until("q('preview').offsetParent !== undefined && q('preview').innerText.includes('Maya') && q('preview').innerText.includes('The first line')")
	for i := range 11 {
		r.maya.says(fmt.Sprintf("line %d", i+2))
	}
	v.until("all('.badge')[0].innerText === '9+' && q('launcher').getAttribute('aria-label').includes('12 unread')")
	v.until("q('preview').innerText.includes('line 12')")
	v.press("dismiss")
	v.until("!q('preview').getClientRects().length && all('.badge')[0].innerText === '9+'")
	v.press("launcher")
	v.until("q('panel').open && all('.badge')[0].hidden")
	v.clean()
}

func TestUI080_TheTitleCountsWhileTheTabIsHidden(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	r.held(v)
	own := value[string](v, "document.title")
	v.hide(true)
	r.maya.says("one")
	v.until(fmt.Sprintf("document.title === '(1) ' + %q", own))
	v.js("(document.title='Sale',0)")
	r.maya.says("two")
	v.until("document.title === '(2) Sale'")
	v.hide(false)
	v.until("document.title === 'Sale'")
	v.clean()
}

// ears counts the sounds of a page.
const ears = `window.sounds=0;window.AudioContext=class{constructor(){window.sounds++}
createGain(){return{connect(){},gain:{setValueAtTime(){},exponentialRampToValueAtTime(){}}}}
createOscillator(){return{frequency:{},connect(){},start(){},stop(){}}}close(){return Promise.resolve()}get currentTime(){return 0}get destination(){return{}}}`

func TestUI081_OneSoundForAnAgentsLine(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop, ears)
	r.held(v)
	second := r.visit(desktop, ears)
	second.until("Handoff?.state?.().conversation.phase === 'agent'")
	second.press("launcher")
	second.until("q('panel')?.open")
	second.press("close")
	r.maya.says("one")
	heard := func() float64 { return value[float64](v, "sounds") + value[float64](second, "sounds") }
	eventually(t, "a sound", func() bool { return heard() == 1 })
	r.maya.says("two") // within three seconds
	v.until("Handoff.state().unread === 2")
	second.until("Handoff.state().unread === 2")
	if got := heard(); got != 1 {
		t.Errorf("sounds in two tabs: got %v, want 1", got)
	}
	v.press("launcher")
	v.menu()
	v.click("mute")
	v.press("close")
	v.reload()
	v.until("window.Handoff?.state?.().conversation.phase === 'agent'")
	v.until("storage().muted === true")
	v.press("launcher")
	v.until("q('panel')?.open")
	v.press("close")
	r.maya.says("three")
	v.until("Handoff.state().unread > 0")
	if got := value[float64](v, "sounds"); got != 0 {
		t.Errorf("sounds after muting: got %v, want 0", got)
	}
	v.clean()
}

// sounded is how many sounds the page has made. One that is on its way holds the lock.
func (v *tab) sounded() float64 {
	v.Helper()
	return value[float64](v, "navigator.locks.request('handoff:sound', () => sounds)")
}

// A sound is for an agent's line alone, where she does not look, and not before she
// has touched the page.
func TestASoundHasItsReasons(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop, ears)
	v.press("launcher")
	v.until("root.activeElement === q('composer')")
	v.press("close")
	v.until("!q('panel').open")
	v.js("void Handoff.send('how long does it take', {silent: true})")
	v.until("Handoff.state().unread === 1 && q('preview')?.getClientRects().length")
	if got := v.sounded(); got != 0 {
		t.Errorf("sounds for the bot: got %v, want 0", got)
	}
	v.open()
	r.withMaya(v)
	r.maya.says("while she looks")
	v.reads("agent: while she looks")
	if got := v.sounded(); got != 0 {
		t.Errorf("sounds while she looks: got %v, want 0", got)
	}
	v.hide(true)
	r.maya.says("while she does not")
	v.until("sounds === 1")
	v.clean()

	untouched := r.stranger(desktop, ears)
	untouched.until("q('launcher')")
	untouched.js("void Handoff.escalate()")
	untouched.until("storage().conversation?.reference")
	maya := r.maya.at(value[string](untouched, "storage().conversation.reference"))
	maya.claims()
	maya.says("you cannot hear me")
	untouched.until("Handoff.state().unread === 1 && q('preview')?.innerText.includes('hear me')")
	if got := untouched.js("navigator.userActivation.hasBeenActive"); got != false {
		t.Fatal("the page was touched")
	}
	if got := untouched.sounded(); got != 0 {
		t.Errorf("sounds before she touched the page: got %v, want 0", got)
	}
	untouched.clean()
}

func TestUI082_ReadMeansSeen(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	r.held(v)
	read := func() int { return len(r.wire.asked("POST /read")) }
	// The last of what she saw before may still be on its way.
	eventually(t, "the request for what she saw", func() bool {
		last := value[string](v, "JSON.stringify({seq: storage().read})")
		return slices.ContainsFunc(r.wire.asked("POST /read"), func(sent request) bool { return sent.Body == last })
	})
	before := read()
	r.maya.says("while closed")
	v.until("Handoff.state().unread === 1")
	v.hide(true)
	v.js("(Handoff.open(),0)")
	v.until("q('panel').open")
	r.maya.says("while hidden")
	v.until("Handoff.state().unread === 2")
	if got := read(); got != before {
		t.Errorf("read %d times while she did not look", got-before)
	}
	v.hide(false)
	v.until("Handoff.state().unread === 0")
	eventually(t, "the request", func() bool { return read() == before+1 })

	r.maya.says(strings.Repeat("A line that fills the log.\n", 60))
	eventually(t, "the request for the long line", func() bool { return read() == before+2 })
	v.js("void (q('log').scrollTop = 0)")
	v.until("q('log').scrollTop === 0")
	r.maya.says("below what she reads")
	v.until("q('pill').innerText.trim() === '1 new message' && Handoff.state().unread === 1")
	if got := read(); got != before+2 {
		t.Errorf("read %d times, want not what is out of view", got-before-2)
	}
	v.js("void q('pill').querySelector('button').click()")
	v.until("Handoff.state().unread === 0")
	eventually(t, "the request for what she scrolled to", func() bool { return read() == before+3 })
	v.clean()
}
