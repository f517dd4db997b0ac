package uitest

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"
)

const escape = "\u001b"

// focus is the element of the widget that has the focus.
const focus = "held()"

func TestUI022_TheLauncherIsReachedAndPressedByKeys(t *testing.T) {
	everyWay(t, setup{}, func(_ *rig, v *tab) {
		v.until("q('launcher')")
		v.js("void document.getElementById('next').focus()")
		v.keys(kb.Tab)
		v.until(focus + " === q('launcher')")
		for _, key := range []string{"\r", " "} {
			v.keys(key)
			v.until("q('panel')?.open && q('launcher').getAttribute('aria-expanded') === 'true' && " + focus + " === q('composer')")
			v.keys(escape)
			v.until("!q('panel').open && q('launcher').getAttribute('aria-expanded') === 'false' && " + focus + " === q('launcher')")
		}
		v.clean()
	})
}

func TestUI024_EscapeClosesAndGoesBackToTheOpener(t *testing.T) {
	everyWay(t, setup{site: site{body: `<button id="ask">Ask us</button>`}}, func(_ *rig, v *tab) {
		v.open()
		v.until(focus + " === q('composer')")
		v.keys(escape)
		v.until("!q('panel').open && " + focus + " === q('launcher') && !history.state?.handoff") // a phone goes back, too
		v.js("(()=>{const b=document.getElementById('ask');b.onclick=()=>Handoff.open();b.focus();b.click();return 0})()")
		v.until("q('panel').open && " + focus + " === q('composer')")
		v.keys(escape)
		v.until("!q('panel').open && document.activeElement.id === 'ask'")
		v.clean()
	})
}

func TestUI025_EscapeInAMenuClosesOnlyTheMenu(t *testing.T) {
	everyWay(t, setup{}, func(_ *rig, v *tab) {
		v.open()
		for _, hook := range []string{"emoji", "menu"} {
			v.press(hook)
			v.until("all('[role=menu]').length === 1 && all('[role=menu]')[0].contains(" + focus + ")")
			v.keys(escape)
			v.until("all('[role=menu]').length === 0 && q('panel').open && " + focus + " === q('" + hook + "')")
		}
		v.press("emoji")
		v.until("all('[role=menu]').length === 1")
		v.keys(kb.ArrowRight)
		v.keys("\r")
		v.until("q('composer').value === '😂' && " + focus + " === q('composer')")
		v.clean()
	})
}

func TestUI026_FocusLeavesADesktopPanelAndStaysInAPhones(t *testing.T) {
	r := start(t, setup{site: site{style: "main{min-height:3000px}"}})
	v := r.visit(desktop)
	v.open()
	for range 20 {
		v.keys(kb.Tab)
		if value[bool](v, "document.activeElement !== document.querySelector('handoff-widget')") {
			break
		}
	}
	if value[bool](v, "document.activeElement === document.querySelector('handoff-widget')") {
		t.Error("Tab never leaves the panel")
	}
	p := r.stranger(phone)
	p.open()
	for range 20 {
		p.keys(kb.Tab)
		if !value[bool](p, "!"+focus+" ? document.activeElement === document.body : q('panel').contains("+focus+")") {
			t.Fatalf("Tab leaves the panel of a phone: %v", p.js("document.activeElement.outerHTML.slice(0,80)"))
		}
	}
	p.js("void q('log').focus()")
	p.keys(kb.PageDown)
	p.keys(kb.End)
	p.do(call(input.SynthesizeScrollGesture, input.SynthesizeScrollGestureParams{X: 200, Y: 400, YDistance: -300}))
	if got := value[float64](p, "scrollY"); got != 0 {
		t.Errorf("the page behind scrolled to %v", got)
	}
	p.clean()
}

func TestUI027_TheTabOrderIsTheContracts(t *testing.T) {
	everyWay(t, setup{config: "handoff: {level: balanced, human_button: {after_answers: 1}}"}, func(r *rig, v *tab) {
		v.open()
		v.say("How long does delivery within Germany take?")
		v.reads("visitor: How long", "bot: ")
		v.until("all('.dock [data-handoff=human]').length === 1")
		v.fill("more")
		v.still()
		v.js("void q('menu').focus()")
		order := []string{"menu"}
		for range 16 {
			v.keys(kb.Tab)
			at := value[string](v, "held()?.dataset.handoff ?? (held() ? 'in the log' : 'page')")
			order = append(order, at)
			if at == "send" || at == "page" {
				break
			}
		}
		order = slices.DeleteFunc(order, func(hook string) bool { return slices.Contains([]string{"in the log", "up", "down"}, hook) })
		if got, want := strings.Join(order, " "), "menu close log human composer attach emoji send"; got != want {
			v.Errorf("tab order: got %s, want %s; beside the field stands %v", got, want, v.js("all('.dock .chips').map(e => e.outerHTML).join()"))
		}
		v.clean()
	})
}

// ring measures the focus of one element: the outline of the element, or of what
// stands for it, against the surface around it.
const ring = `(e=>{e.focus({focusVisible:true});
const shown=[e,e.nextElementSibling,e.parentElement].filter(Boolean).map(x=>getComputedStyle(x)).find(c=>c.outlineStyle!=='none'&&parseFloat(c.outlineWidth)>=2);
if(!shown)return 'no outline';
const rgb=c=>(c.match(/[\d.]+/g)??[]).slice(0,3).map(Number);
const lum=c=>{const[r,g,b]=rgb(c).map(v=>(v/=255)<=.04045?v/12.92:((v+.055)/1.055)**2.4);return .2126*r+.7152*g+.0722*b};
const ratio=(a,b)=>{const[x,y]=[lum(a),lum(b)].sort((p,q)=>q-p);return (x+.05)/(y+.05)};
const surface=getComputedStyle(q('panel')).backgroundColor;
const got=ratio(shown.outlineColor,surface);return got>=3?'':'contrast '+got.toFixed(2)})`

func TestUI028_TheFocusIsSeenEverywhere(t *testing.T) {
	dark := desktop.in(func(s *screen) { s.dark = true })
	framedToo(t, setup{config: "handoff: {level: balanced, human_button: {after_answers: 1}}"}, []screen{desktop, dark}, func(_ *rig, v *tab) {
		v.open()
		v.keys(kb.Tab) // from here on focus shows
		v.say("how long does it take")
		v.reads("visitor: how long", "bot: ")
		v.until("q('human')?.offsetParent")
		v.fill("more")
		v.menu()
		for _, wrong := range value[[]string](v, `all('button,a[href],textarea,input,[tabindex="0"]').filter(e=>e.getClientRects().length&&!e.disabled).sort((a,b)=>!!b.closest('.menu')-!!a.closest('.menu')).map(e=>[e.dataset.handoff??e.className,`+ring+`(e)]).filter(f=>f[1]).map(f=>f.join(': '))`) {
			v.Error(wrong)
		}
		v.clean()
	})
}

// small lists the buttons whose hit area is less than 44 by 44.
const small = `all(all('.menu').length?'.menu button':q('panel').open?'.panel button,.panel input[type=radio]':'button').filter(e=>e.getClientRects().length&&!e.closest('.copy')).map(e=>{
e.scrollIntoView({block:'center'});const r=e.getBoundingClientRect();const x=r.x+r.width/2,y=r.y+r.height/2;const w=Math.max(r.width/2-1,21),h=Math.max(r.height/2-1,21);
const miss=[[0,0],[-w,0],[w,0],[0,-h],[0,h]].filter(([dx,dy])=>{const at=root.elementFromPoint(x+dx,y+dy);return !(at&&(at===e||e.contains(at)||at.closest('label')?.contains(e)))});
return miss.length?(e.dataset.handoff??e.className)+' '+e.innerText+' '+Math.round(r.width)+'x'+Math.round(r.height)+' misses '+JSON.stringify(miss):''}).filter(Boolean)`

func TestUI029_EveryTargetIsLargeEnough(t *testing.T) {
	everyWay(t, setup{config: "handoff: {level: balanced, human_button: {after_answers: 1}}", widget: "starters: [One thing, Another]"}, func(r *rig, v *tab) {
		v.open()
		look := func(state string) {
			v.Helper()
			for _, wrong := range value[[]string](v, small) {
				v.Errorf("%s: %s", state, wrong)
			}
		}
		look("first run")
		v.say("how long does it take")
		v.reads("visitor: how long", "bot: ")
		v.until("q('human')?.offsetParent")
		look("answered")
		r.wire.fail("POST /messages", 500, 1)
		v.say("and then")
		v.until("q('retry')")
		look("failed")
		v.click("delete")
		v.menu()
		look("menu")
		v.keys(escape)
		v.click("human")
		v.until("q('cancel')?.offsetParent")
		look("waiting")
		v.clean()
	})
}
