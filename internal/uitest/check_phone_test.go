package uitest

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

func TestUI105_APhonesPanelIsAsLargeAsWhatIsSeen(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(phone)
	v.open()
	v.say("How long does delivery take?")
	v.reads("visitor: How long", "bot: ")
	const same = "(r=>Math.abs(r.top-visualViewport.offsetTop)<1&&Math.abs(r.height-visualViewport.height)<1&&Math.abs(r.width-visualViewport.width)<1)(q('panel').getBoundingClientRect())"
	v.until(same)
	// The keyboard takes 300 px of what is seen, and none of the layout.
	v.js("(Object.defineProperty(visualViewport,'height',{configurable:true,get:()=>innerHeight-300}),visualViewport.dispatchEvent(new Event('resize')),0)")
	v.until(same)
	v.until("q('composer').getBoundingClientRect().bottom <= innerHeight - 300")
	v.until("(r=>r.bottom<=q('log').getBoundingClientRect().bottom+1&&r.bottom>q('log').getBoundingClientRect().top)(all('[data-handoff=message]').at(-1).getBoundingClientRect())")
	v.shot("keyboard")
	v.clean()
}

func TestUI106_ThePhoneDoesNotZoomIn(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(phone)
	own := v.js("document.querySelector('meta[name=viewport]').content")
	v.open()
	v.until("parseFloat(getComputedStyle(q('composer')).fontSize) >= 16")
	if got := v.js("document.querySelector('meta[name=viewport]').content"); got != own {
		t.Errorf("the page's viewport: got %v, want %v", got, own)
	}
	v.clean()
}

func TestUI107_TheSafeAreaStaysFree(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(phone)
	top, bottom := int64(47), int64(34)
	v.do(call(emulation.SetSafeAreaInsetsOverride, emulation.SetSafeAreaInsetsOverrideParams{Insets: &emulation.SafeAreaInsets{Top: &top, TopMax: &top, Bottom: &bottom, BottomMax: &bottom}}))
	v.until("q('launcher') && innerHeight - q('launcher').getBoundingClientRect().bottom >= 34 + 16")
	v.open()
	v.until("all('.tools')[0].getBoundingClientRect().top >= 47 && innerHeight - q('composer').getBoundingClientRect().bottom >= 34")
	v.clean()
}

func TestUI108_ThePageBehindStaysWhereItIs(t *testing.T) {
	r := start(t, setup{site: site{style: "main{min-height:4000px}"}})
	v := r.visit(phone)
	v.js("(scrollTo(0,700),0)")
	v.until("scrollY === 700 && q('launcher')")
	v.press("launcher")
	v.until("q('panel')?.open && q('composer').offsetParent")
	v.press("close")
	v.until("!q('panel').open && scrollY === 700")
	v.clean()
}
