package uitest

import (
	"testing"

	"github.com/handoff-bot/handoff/llm/llmtest"
)

// holdsFocus waits until the element of this hook has the keyboard.
func (v *tab) holdsFocus(hook string) {
	v.Helper()
	v.until("root.activeElement?.dataset.handoff === '" + hook + "'")
}

// What has the keyboard keeps it when the row it stands in is drawn anew: here the
// team's module comes and takes a chip away.
func TestTheKeyboardStaysWhenTheTeamsModuleComes(t *testing.T) {
	r := start(t, setup{config: "handoff: {level: ai_only}"})
	r.house.Model.Script(llmtest.Fail(500))
	release := r.wire.hold("GET /team.js")
	v := r.visit(desktop)
	v.open()
	v.say("hello")
	v.until("q('again')?.offsetParent && q('human')?.offsetParent")
	v.js("(window.before = q('again'), before.focus(), 0)")
	release()
	v.until("q('contact')?.offsetParent && !q('human')?.offsetParent && !before.isConnected")
	v.holdsFocus("again")
	v.clean()
}

// A button that is drawn anew by its own press keeps the keyboard, and one that goes
// gives it to the composer, or to the log of a phone.
func TestAPressLeavesTheKeyboardInTheChat(t *testing.T) {
	r := start(t, setup{widget: "starters: [\"Where is it?\"]"})
	v := r.visit(desktop)
	v.open()
	v.takesFiles()
	v.js("void q('chip').focus()")
	v.keys("\r")
	v.reads("visitor: Where is it?", "bot: ")
	v.holdsFocus("composer")
	v.until("q('up')")
	v.js("void q('up').focus()")
	v.keys("\r")
	v.until("q('up').ariaPressed === 'true'")
	v.holdsFocus("up")

	p := r.stranger(phone)
	p.open()
	p.takesFiles()
	p.js("void q('chip').focus()")
	p.keys("\r")
	p.reads("visitor: Where is it?", "bot: ")
	p.holdsFocus("log")
	v.clean()
	p.clean()
}
