package uitest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/handoff-bot/handoff/internal/browsertest"
)

// largeText is a visit by somebody who has set her browser's text to 32 px: a
// profile of her own, in a browser of its own.
func (r *rig) largeText(s screen) *tab {
	r.Helper()
	dir := r.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "Default"), 0o700); err != nil {
		r.Fatal(err)
	}
	prefs := `{"webkit":{"webprefs":{"default_font_size":32,"default_fixed_font_size":26}}}`
	if err := os.WriteFile(filepath.Join(dir, "Default", "Preferences"), []byte(prefs), 0o600); err != nil {
		r.Fatal(err)
	}
	ctx, closed := chromedp.NewContext(browsertest.Start(r, browsertest.Whole(), chromedp.UserDataDir(dir)))
	r.Cleanup(closed)
	return r.load(chromiumPage{ctx}, s, nil)
}

// clipped lists what is cut off: words that stick out of their box or of the
// window, where no ellipsis says so.
const clipped = `all('h2,h3,.who p,button,.chip,.banner span,label,.text,.bubble,.notice,.foot').filter(e => { if (!e.getClientRects().length) return false;
const box = e.getBoundingClientRect(), range = document.createRange(); range.selectNodeContents(e); const text = range.getBoundingClientRect();
const cut = getComputedStyle(e).overflow === 'hidden' && e.scrollHeight > e.clientHeight + 2;
return box.width > 1 && getComputedStyle(e).textOverflow !== 'ellipsis' && (cut || text.left < box.left - 1 || text.right > box.right + 1 || box.left < -1 || box.right > innerWidth + 1) }).map(e => e.innerText).join(' | ')`

func TestUI095_TextFollowsTheBrowsersTextSize(t *testing.T) {
	r := start(t, setup{config: "handoff: {level: balanced, human_button: {after_answers: 1}}", widget: "starters: [How long does shipping take?, Can I send boots back?]"})
	for _, s := range []screen{desktop, {width: 700, height: 900}} {
		plain, large := r.stranger(s), r.largeText(s)
		if got := large.js("getComputedStyle(document.documentElement).fontSize"); got != "32px" {
			t.Fatalf("the browser's text: got %v, want 32px", got)
		}
		const sizes = "['launcher','composer','send','menu'].map(hook=>(c=>[parseFloat(c.fontSize),parseFloat(c.minHeight)||parseFloat(c.height)])(getComputedStyle(q(hook)))).concat([[parseFloat(getComputedStyle(all('.text')[0]).fontSize),parseFloat(getComputedStyle(all('.head')[0]).minHeight)]])"
		var seen [2][][]float64
		for i, v := range []*tab{plain, large} {
			v.open()
			v.until("all('.text').length > 0")
			seen[i] = value[[][]float64](v, sizes)
		}
		for i, pair := range seen[0] {
			for j, before := range pair {
				if got := seen[1][i][j]; got < 1.95*before || got > 2.05*before {
					t.Errorf("%d wide, size %d of part %d: got %v px, want twice %v", s.width, j, i, got, before)
				}
			}
		}
		look := func(state string) {
			t.Helper()
			large.shot(state)
			if got := large.js(clipped); got != "" {
				t.Errorf("%s, %d wide: cut off: %v", state, s.width, got)
			}
			large.until("q('panel').scrollWidth <= q('panel').clientWidth && q('log').scrollWidth <= q('log').clientWidth + 1")
			large.until("['composer','send','close'].every(hook => { const b = q(hook).getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight + 1 && b.right <= innerWidth + 1 })")
		}
		look("first run")
		large.say("How long does delivery take?")
		large.reads("visitor: How long", "bot: ")
		look("answered")
		large.click("human")
		large.until("q('cancel')?.getClientRects().length")
		look("waiting")
		large.clean()
	}
}

// shown says that the focus is in the widget and seen: a ring on the element or on
// what stands for it.
const shown = `(e=>e&&e.matches(':focus-visible')&&[e,e.nextElementSibling,e.parentElement].filter(Boolean).some(x=>(c=>c.outlineStyle!=='none'&&parseFloat(c.outlineWidth)>=2)(getComputedStyle(x))))(root.activeElement)`

// tabs goes on, or back, by Tab until an expression of the focused element e is
// true, and looks at each step whether the focus is seen.
func (v *tab) tabs(back bool, expression string) {
	v.Helper()
	press := v.keys
	if back {
		press = v.shifted
	}
	is := "(e=>e&&(" + expression + "))(root.activeElement)"
	for range 40 {
		if value[bool](v, "!!"+is) {
			return
		}
		press(kb.Tab)
		if value[bool](v, "!!root.activeElement && !"+shown) {
			v.Errorf("the focus is not seen on %v", v.js("root.activeElement.outerHTML.slice(0,120)"))
		}
	}
	v.shot("lost")
	v.Fatalf("Tab never reaches %s", expression)
}

func hook(name string) string { return "e.dataset.handoff==='" + name + "'" }

// The system's own dialog for files is not ours: the story notes that it would open.
const chooser = `(()=>{const click=HTMLInputElement.prototype.click;HTMLInputElement.prototype.click=function(){if(this.type==='file')window.chooses=(window.chooses??0)+1;else click.call(this)}})()`

func TestUI100_TheWholeStoryByKeysAlone(t *testing.T) {
	r := start(t, setup{site: site{script: chooser}, config: "handoff: {level: balanced, human_button: {after_answers: 1}}"})
	v := r.visit(desktop)
	v.until("q('launcher')")
	v.js("void document.getElementById('next').focus()")
	v.tabs(false, hook("launcher"))
	v.keys("\r")
	v.until("q('panel')?.open && " + focus + " === q('composer')")
	v.keys("How long does delivery within Germany take?\r")
	v.reads("visitor: How long", "bot: ")
	v.until("all('.source').length > 0")

	// The answer: what it rests on, and a thumb.
	v.tabs(true, hook("up"))
	v.keys(" ")
	v.until("q('up').getAttribute('aria-pressed') === 'true'")
	v.tabs(true, hook("log"))
	v.keys(kb.Home)
	v.until("q('log').scrollTop === 0")
	v.keys(kb.End)

	// A person, and an address meanwhile.
	v.tabs(false, hook("human"))
	v.keys("\r")
	v.until("q('cancel')?.getClientRects().length")
	v.tabs(true, "e.innerText?.includes('Leave your email')")
	v.keys("\r")
	v.until(focus + "?.name === 'name'") // the form that she asked for has the keyboard
	v.tabs(false, "e.type==='email'")
	v.keys("ann@example.com\r")
	v.until("!q('contact')?.getClientRects().length")

	// The chat with her, and a file.
	r.maya.claims()
	r.maya.says("What does it look like?")
	v.reads("agent: What does it look like?")
	v.tabs(false, hook("attach"))
	v.keys("\r")
	v.until("window.chooses === 1")
	v.picks("photo.png")
	v.kept()
	v.until(focus + " === q('composer')")
	v.keys("Like this\r")
	v.reads("agent: What does", "visitor: Like this")
	v.until("all('.own [data-handoff=file-image]').length === 1")

	r.maya.sees("Like this") // a line that comes after the end would open the chat again
	r.maya.closes()
	v.endsByKeys()
}

// endsByKeys: what the chat was worth, once more, the menu, and the end.
func (v *tab) endsByKeys() {
	v.Helper()
	v.until("q('rating')?.getClientRects().length")
	v.tabs(true, "e.type==='radio'")
	v.keys(kb.ArrowLeft) // the last has the focus in WebKit, where nothing follows it
	v.keys(kb.ArrowLeft)
	v.tabs(false, "e.type==='submit'&&e.classList.contains('primary')")
	v.keys("\r")
	v.until("q('rating').innerText.includes('Thank you')")
	v.tabs(false, hook("composer"))
	v.keys("One more thing\r")
	v.reads("visitor: One more thing")
	v.until("Handoff.state().conversation.phase !== 'closed'")
	v.tabs(true, hook("menu"))
	v.keys("\r")
	v.until("all('[role=menuitem]')[0] === " + focus)
	v.keys(kb.ArrowDown)
	v.until("all('[role=menuitem]')[1] === " + focus)
	v.keys(escape)
	v.until(focus + " === q('menu')")
	v.tabs(false, hook("close"))
	v.keys("\r")
	v.until("!q('panel').open && " + focus + " === q('launcher')")
	v.clean()
}
