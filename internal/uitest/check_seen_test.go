package uitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/llm/llmtest"
)

func TestUI089_TheLogIsSilentAndOneAnnouncerSpeaks(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.open()
	v.until(`q('log').getAttribute('role')==='log' && q('log').getAttribute('aria-live')==='off' && q('log').getAttribute('aria-label')
&& q('announcer').getAttribute('role')==='status' && !q('log').contains(q('announcer'))`)
	v.js("(window.announcer=q('announcer'),0)")
	v.say("hello")
	v.reads("visitor: hello", "bot: ")
	v.until("announcer === q('announcer') && announcer.isConnected && announcer.textContent.includes('says')")
	v.clean()
}

// said collects what the announcer and the alert say from here on.
const said = `(window.said=[],[q('announcer'),all('[role=alert].sr')[0]].forEach(e=>new MutationObserver(()=>e.textContent&&said.push(e.textContent)).observe(e,{childList:true,characterData:true,subtree:true})),0)`

func TestUI090_ALongAnswerIsAnnouncedTwiceAtMost(t *testing.T) {
	r := start(t, setup{})
	r.streams(strings.Repeat("Parcels take two working days to get there. ", 25), time.Millisecond)
	v := r.visit(desktop)
	v.open()
	v.js(said)
	v.say("How long does delivery take?")
	v.until("said.some(s => s.includes('Parcels take two'))")
	if got := value[[]string](v, "said"); len(got) > 2 {
		t.Errorf("said %d times: %q", len(got), got)
	}
	v.clean()
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
	r := start(t, setup{})
	v := r.visit(desktop)
	v.open()
	v.js(said)
	r.wire.fail("POST /messages", 500, 1)
	v.say("hello")
	v.until("q('retry') && said.length > 0")
	if got := value[[]string](v, "said"); len(got) != 1 || !strings.Contains(got[0], "not sent") {
		t.Errorf("said %q, want one alert", got)
	}
	v.clean()
}

func TestUI094_AtFourHundredPercentNothingIsLost(t *testing.T) {
	r := start(t, setup{widget: "starters: [One thing, Another]"})
	v := r.visit(screen{width: 320, height: 256})
	v.open()
	v.say("How long does delivery take?")
	v.reads("visitor: How long", "bot: ")
	v.until("document.documentElement.scrollWidth <= innerWidth && q('panel').scrollWidth <= innerWidth && q('log').scrollWidth <= q('log').clientWidth")
	v.fill("and then")
	v.until(`['composer','send'].every(hook=>{const r=q(hook).getBoundingClientRect();return r.top>=0&&r.bottom<=innerHeight&&r.right<=innerWidth&&q(hook).contains(root.elementFromPoint(r.x+r.width/2,r.y+r.height/2))})`)
	v.until(`(()=>{const e=all('[data-handoff=message]').at(-1);e.scrollIntoView({block:'end'});const r=e.getBoundingClientRect(),l=q('log').getBoundingClientRect();return l.height>=22&&r.bottom<=l.bottom+1})()`)
	v.clean()
}

func TestUI097_ForcedColoursKeepEdgesIconsAndFocus(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop.in(func(s *screen) { s.forced = true }))
	v.open()
	v.say("hello")
	v.reads("visitor: hello", "bot: ")
	v.until("all('.bubble').every(e => parseFloat(getComputedStyle(e).borderTopWidth) >= 1) && all('.bubble').length > 0")
	v.until("all('svg').filter(e=>e.getClientRects().length).every(e => { const c = getComputedStyle(e); return (c.stroke !== 'none' || c.fill !== 'none') && c.color !== getComputedStyle(q('panel')).backgroundColor })")
	v.keys("\t")
	v.until("(c => c.outlineStyle !== 'none' && parseFloat(c.outlineWidth) >= 2)(getComputedStyle(root.activeElement))")
	v.clean()
}

func TestUI099_EveryAccentIsReadable(t *testing.T) {
	r := start(t, setup{})
	for _, s := range []screen{desktop, desktop.in(func(s *screen) { s.dark = true })} {
		v := r.stranger(s)
		v.open()
		v.say("hello")
		v.reads("visitor: hello", "bot: ")
		v.js(`(window.rgb=c=>(c.match(/[\d.]+/g)??[]).slice(0,3).map(Number),
window.lum=c=>{const[r,g,b]=rgb(c).map(v=>(v/=255)<=.04045?v/12.92:((v+.055)/1.055)**2.4);return .2126*r+.7152*g+.0722*b},
window.ratio=(a,b)=>{const[x,y]=[lum(a),lum(b)].sort((p,q)=>q-p);return (x+.05)/(y+.05)},0)`)
		// The table of tokens: text, muted, link, danger, warn and ok on their grounds.
		for _, pair := range [][3]string{{"text", "surface", "15"}, {"muted", "surface", "4.5"}, {"muted", "surface-2", "4.5"}, {"link", "surface", "4.5"}, {"danger", "danger-bg", "4.5"}, {"warn", "warn-bg", "4.5"}, {"ok", "ok-bg", "4.5"}, {"border-strong", "surface", "3"}, {"border-strong", "surface-2", "3"}} {
			got := value[float64](v, fmt.Sprintf(`(()=>{const e=document.createElement('i');root.querySelector('.h').append(e);e.style.color='var(--handoff-%s)';e.style.backgroundColor='var(--handoff-%s)';const c=getComputedStyle(e);const n=ratio(c.color,c.backgroundColor);e.remove();return n})()`, pair[0], pair[1]))
			var want float64
			_, _ = fmt.Sscan(pair[2], &want)
			if got < want {
				t.Errorf("dark %v: %s on %s: %.2f, want %v", s.dark, pair[0], pair[1], got, want)
			}
		}
		for i := range 30 {
			accent := fmt.Sprintf("#%02x%02x%02x", i*53%256, i*97%256, i*151%256)
			v.js(fmt.Sprintf("(Handoff.update({accent:%q}),0)", accent))
			v.until(`(()=>{const c=getComputedStyle(all('.own .bubble')[0]);return ratio(c.color,c.backgroundColor)>=4.5})()`)
		}
		v.clean()
	}
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
	v.until("getComputedStyle(q('composer')).direction === 'rtl'")
	v.fill("How long")
	v.until("getComputedStyle(q('composer')).direction === 'ltr'")
	v.say("How long does delivery take? مرحبا")
	v.until("all('.lines pre').length === 1 && getComputedStyle(all('.lines pre')[0]).direction === 'ltr'")
	v.until("all('.own .bubble')[0].dir === 'auto' && all('.own')[0].getBoundingClientRect().left <= all('.lines')[0].getBoundingClientRect().left + 1")
	v.until("q('close').getBoundingClientRect().left < q('menu').getBoundingClientRect().left")
	v.clean()
}
