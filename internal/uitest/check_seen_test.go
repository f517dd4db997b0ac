package uitest

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/llm/llmtest"
)

func TestUI089_TheLogIsSilentAndOneAnnouncerSpeaks(t *testing.T) {
	everyWay(t, setup{}, func(_ *rig, v *tab) {
		v.open()
		v.until(`q('log').getAttribute('role')==='log' && q('log').getAttribute('aria-live')==='off' && q('log').getAttribute('aria-label')
	&& q('announcer').getAttribute('role')==='status' && !q('log').contains(q('announcer'))`)
		v.js("(window.announcer=q('announcer'),0)")
		v.say("hello")
		v.reads("visitor: hello", "bot: ")
		v.until("announcer === q('announcer') && announcer.isConnected && announcer.textContent.includes('says')")
		v.clean()
	})
}

// said collects what the announcer and the alert say from here on.
const said = `(window.said=[],[q('announcer'),all('[role=alert].sr')[0]].forEach(e=>new MutationObserver(()=>e.textContent&&said.push(e.textContent)).observe(e,{childList:true,characterData:true,subtree:true})),0)`

func TestUI090_ALongAnswerIsAnnouncedTwiceAtMost(t *testing.T) {
	everyWay(t, setup{}, func(r *rig, v *tab) {
		r.streams(strings.Repeat("Parcels take two working days to get there. ", 25), time.Millisecond)
		v.open()
		v.js(said)
		v.say("How long does delivery take?")
		v.until("said.some(s => s.includes('Parcels take two'))")
		if got := value[[]string](v, "said"); len(got) > 2 {
			v.Errorf("said %d times: %q", len(got), got)
		}
		v.clean()
	})
}

func TestUI091_OpeningAHistoryAnnouncesNothing(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.waits()
	r.maya.claims()
	for i := range 50 {
		r.maya.says(fmt.Sprintf("line %d", i+1))
	}
	v.until("log().at(-1).text === 'line 50'")
	v.press("close")
	v.reload()
	v.until("window.Handoff?.state?.().conversation.phase === 'agent'")
	v.js(said)
	v.press("launcher")
	v.until("q('panel')?.open && log().at(-1).text === 'line 50'")
	if got := value[[]string](v, "said"); len(got) > 0 {
		t.Errorf("said %q", got)
	}
	v.clean()
}

func TestUI092_AFailedSendIsAnAlertOnce(t *testing.T) {
	everyWay(t, setup{}, func(r *rig, v *tab) {
		v.open()
		v.js(said)
		r.wire.fail("POST /messages", 500, 1)
		v.say("hello")
		v.until("q('retry') && said.length > 0")
		if got := value[[]string](v, "said"); len(got) != 1 || !strings.Contains(got[0], "not sent") {
			v.Errorf("said %q, want one alert", got)
		}
		v.clean()
	})
}

func TestUI094_AtFourHundredPercentNothingIsLost(t *testing.T) {
	framedToo(t, setup{widget: "starters: [One thing, Another]"}, []screen{{width: 320, height: 256}}, func(_ *rig, v *tab) {
		v.open()
		v.say("How long does delivery take?")
		v.reads("visitor: How long", "bot: ")
		v.until("document.documentElement.scrollWidth <= innerWidth && q('panel').scrollWidth <= innerWidth && q('log').scrollWidth <= q('log').clientWidth")
		v.fill("and then")
		v.until(`['composer','send'].every(hook=>{const r=q(hook).getBoundingClientRect();return r.top>=0&&r.bottom<=innerHeight&&r.right<=innerWidth&&q(hook).contains(root.elementFromPoint(r.x+r.width/2,r.y+r.height/2))})`)
		v.until(`(()=>{const e=all('[data-handoff=message]').at(-1);e.scrollIntoView({block:'end'});const r=e.getBoundingClientRect(),l=q('log').getBoundingClientRect();return l.height>=22&&r.bottom<=l.bottom+1})()`)
		v.clean()
	})
}

func TestUI097_ForcedColoursKeepEdgesIconsAndFocus(t *testing.T) {
	forced := desktop.in(func(s *screen) { s.forced = true })
	framedToo(t, setup{}, []screen{forced}, func(_ *rig, v *tab) {
		v.open()
		v.say("hello")
		v.reads("visitor: hello", "bot: ")
		v.until("all('.bubble').every(e => parseFloat(getComputedStyle(e).borderTopWidth) >= 1) && all('.bubble').length > 0")
		v.until("all('svg').filter(e=>e.getClientRects().length).every(e => { const c = getComputedStyle(e); return (c.stroke !== 'none' || c.fill !== 'none') && c.color !== getComputedStyle(q('panel')).backgroundColor })")
		v.keys("\t")
		v.until("(c => c.outlineStyle !== 'none' && parseFloat(c.outlineWidth) >= 2)(getComputedStyle(root.activeElement))")
		v.clean()
	})
}

// tokens are the pairs of colours that words and edges stand in, with the contrast that
// each must reach in light and in dark; 4.5 is asked for text, 3 for edges (WCAG 2.2).
var tokens = []pair{
	{"text", "surface", 17.9, 15.4}, {"muted", "surface", 5.98, 7.76}, {"muted", "surface-2", 5.58, 6.97}, {"border", "surface", 1.25, 1.37},
	{"border-strong", "surface", 3.3, 4.15}, {"border-strong", "surface-2", 3.08, 3.73}, {"on-accent", "accent", 6.37, 7.41}, {"link", "surface", 7.87, 9.17},
	{"danger", "danger-bg", 5.72, 7.66}, {"warn", "warn-bg", 6.79, 9.22}, {"ok", "ok-bg", 5.64, 8.4}, {"white", "badge", 5.73, 5.73},
}

type pair struct {
	fore, ground string
	light, dark  float64
}

func (p pair) ink() string {
	if p.fore == "white" {
		return p.fore
	}
	return "var(--handoff-" + p.fore + ")"
}

// ratios gives the page ratio(a, b), the contrast of two colours by the formula of WCAG.
const ratios = `(window.rgb=c=>(c.match(/[\d.]+/g)??[]).slice(0,3).map(Number),
window.lum=c=>{const[r,g,b]=rgb(c).map(v=>(v/=255)<=.04045?v/12.92:((v+.055)/1.055)**2.4);return .2126*r+.7152*g+.0722*b},
window.ratio=(a,b)=>{const[x,y]=[lum(a),lum(b)].sort((p,q)=>q-p);return (x+.05)/(y+.05)},0)`

func TestUI099_EveryAccentIsReadable(t *testing.T) {
	dark := desktop.in(func(s *screen) { s.dark = true })
	framedToo(t, setup{}, []screen{desktop, dark}, func(_ *rig, v *tab) {
		isDark := v.js("matchMedia('(prefers-color-scheme:dark)').matches") == true
		v.open()
		v.say("hello")
		v.reads("visitor: hello", "bot: ")
		v.js(ratios)
		for _, p := range tokens {
			got := value[float64](v, fmt.Sprintf(`(()=>{const e=document.createElement('i');root.querySelector('.h').append(e);e.style.color=%q;e.style.backgroundColor='var(--handoff-%s)';const c=getComputedStyle(e);const n=ratio(c.color,c.backgroundColor);e.remove();return n})()`, p.ink(), p.ground))
			want := p.light
			if isDark {
				want = p.dark
			}
			if math.Round(got*100) < math.Round(want*100) {
				v.Errorf("%s on %s: %.2f, want %v", p.fore, p.ground, got, want)
			}
		}
		for i := range 30 {
			accent := fmt.Sprintf("#%02x%02x%02x", i*53%256, i*97%256, i*151%256)
			v.js(fmt.Sprintf("(Handoff.update({accent:%q}),0)", accent))
			v.until(`(()=>{const c=getComputedStyle(all('.own .bubble')[0]);return ratio(c.color,c.backgroundColor)>=4.5})()`)
		}
		v.clean()
	})
}

func TestUI101_TheThemeFollowsTheBrowserUnlessItIsSaid(t *testing.T) {
	r := start(t, setup{site: site{head: `<meta name="color-scheme" content="dark">`}})
	v := r.visit(desktop)
	v.open()
	const ground = "getComputedStyle(q('panel')).backgroundColor"
	v.until(ground + " === 'rgb(255, 255, 255)' && getComputedStyle(q('composer')).colorScheme.includes('light')")
	v.prefer(desktop.in(func(s *screen) { s.dark = true }))
	v.until(ground + " === 'rgb(21, 23, 28)'")
	v.js("(Handoff.update({theme:'light'}),0)")
	v.until(ground + " === 'rgb(255, 255, 255)'")
	v.prefer(desktop)
	v.js("(Handoff.update({theme:'dark'}),0)")
	v.until(ground + " === 'rgb(21, 23, 28)'")
	v.clean()
}

func TestUI102_FromRightToLeftEverythingIsMirrored(t *testing.T) {
	r := start(t, setup{site: site{attrs: `data-locale="ar" data-dir="rtl"`}})
	r.house.Model.Script(llmtest.Say("كما يلي:\n\n```\ncode here\n```"))
	v := r.visit(desktop)
	v.until("q('launcher')?.getBoundingClientRect().left < 60")
	v.open()
	v.until("q('panel').getBoundingClientRect().left < 60 && getComputedStyle(q('panel')).direction === 'rtl'")
	// An empty field begins where her language does, one with words where they do.
	v.until("getComputedStyle(q('composer')).direction === 'rtl' && q('composer').scrollWidth === q('composer').clientWidth")
	v.fill("How long")
	v.until("getComputedStyle(q('composer')).direction === 'ltr'")
	v.say("How long does delivery take? مرحبا")
	v.until("all('.lines pre').length === 1 && getComputedStyle(all('.lines pre')[0]).direction === 'ltr'")
	v.until("all('.own .bubble')[0].dir === 'auto' && all('.own')[0].getBoundingClientRect().left <= all('.lines')[0].getBoundingClientRect().left + 1")
	v.until("q('close').getBoundingClientRect().left < q('menu').getBoundingClientRect().left")
	v.shot("mirrored")
	v.beginsAtTheRight()
	v.clean()
}

// beginsAtTheRight asks for a person and looks at the empty fields of the form, and at an
// address in one.
func (v *tab) beginsAtTheRight() {
	v.Helper()
	v.js("void Handoff.escalate()")
	v.until("Handoff.state().conversation.phase === 'waiting'")
	v.menu()
	v.click("leave-email")
	v.until("q('contact')?.getClientRects().length")
	v.until("all('[data-handoff=contact] :is(input,textarea)').every(e => getComputedStyle(e).direction === 'rtl')")
	v.js("void (all('[name=email]')[0].value = 'ann@example.com')")
	v.until("(c => c.direction === 'ltr' && c.textAlign === 'right')(getComputedStyle(all('[name=email]')[0]))")
}
