package uitest

import (
	"testing"

	"github.com/handoff-bot/handoff/internal/handofftest"
)

func TestADarkChatOnALightPage(t *testing.T) {
	r := start(t, setup{site: site{attrs: `data-theme="dark"`}})
	v := r.visit(desktop)
	v.open()
	v.say("where is my parcel")
	v.reads("visitor: where is my parcel", "bot: two working days")
	v.until("getComputedStyle(q('panel')).backgroundColor === 'rgb(21, 23, 28)' && getComputedStyle(q('composer')).color === 'rgb(236, 238, 242)'")
	v.shot("dark")
	v.clean()
}

// A browser without what the widget needs (docs/widget.md, "Browsers") has the page as
// if the script were not there.
func TestAnOlderBrowserShowsNothing(t *testing.T) {
	r := start(t, setup{site: site{script: "CSS.supports=()=>false;window.said=[];for(const n of ['log','info','warn','error'])console[n]=(...a)=>said.push(a.join(' '))"}})
	v := r.visit(desktop)
	v.until("window.Handoff?.version")
	if got := v.js("Handoff.boot({key: '" + handofftest.Key + "'}).then(() => 'started', () => 'refused')"); got != "refused" {
		t.Errorf("boot: %v", got)
	}
	v.js("(Handoff.open(), void Handoff.send('hello'))")
	if got := v.js("document.querySelectorAll('handoff-widget').length + said.join()"); got != "0" {
		t.Errorf("on the page, and in the console: got %v, want nothing", got)
	}
	v.clean()
}
