package uitest

import (
	"os"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/handoff-bot/handoff/internal/handofftest"
)

// scene opens a state of the gallery and waits until it is reached.
func scene(t *testing.T, gallery, id string, s screen, query string) *tab {
	t.Helper()
	ctx, closed := chromedp.NewContext(browses(t).ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(closed)
	v := &tab{T: t, page: chromiumPage{ctx}, phone: s.phone()}
	v.do(append(s.actions(), chromedp.Navigate(gallery+id+query))...)
	v.until("document.documentElement?.dataset.scene")
	if got := v.js("document.documentElement.dataset.scene"); got != "reached" {
		t.Fatalf("the state %s is %v: %v", id, got, v.js("document.getElementById('problem').textContent"))
	}
	return v
}

// cut lists words that are cut off, those that may end in dots left out.
const cut = `all('.panel button,.panel .text,.panel .system div,.panel label,.panel legend,.panel .banner,.panel .notice,.panel .note,.panel .count,.panel h3,.panel .card p').filter(e=>e.getClientRects().length&&getComputedStyle(e).textOverflow!=='ellipsis')
.filter(e=>e.scrollWidth>e.clientWidth+1&&getComputedStyle(e).display!=='inline'&&!e.matches('.textbutton,:has(.textbutton)')||e.getBoundingClientRect().right>q('panel').getBoundingClientRect().right+1)
.map(e=>(e.dataset.handoff??e.className)+' '+e.innerText.slice(0,40)+' '+e.scrollWidth+'>'+e.clientWidth)`

// bareCut is cut for a page without the widget: what the site itself shows there.
const bareCut = `[...document.querySelectorAll('aside p,aside button,main p,h1')].filter(e=>e.getClientRects().length)
.filter(e=>e.scrollWidth>e.clientWidth+1||e.getBoundingClientRect().right>innerWidth+1).map(e=>e.tagName+' '+e.innerText.slice(0,40)+' '+e.scrollWidth+'>'+e.clientWidth)`

// seen is what one walk through all states has found, by check.
type seen struct {
	once    sync.Once
	whole   bool // the walk came to its end
	missing []string
	axe     []string
	names   []string
	cut     []string
	moves   []string
}

var walk seen

// walked walks through every state once, on a desktop and on a dark phone, for all
// the checks that look at each; the first of them pays. The contrast is measured in
// both themes on both.
func walked(t *testing.T) *seen {
	t.Helper()
	browses(t)
	axe, err := os.ReadFile("../../widget/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("axe-core is not installed: npm ci in widget")
	}
	t.Parallel()
	walk.once.Do(func() {
		gallery := handofftest.Gallery(t)
		still := desktop.in(func(s *screen) { s.still = true })
		dark := phone.in(func(s *screen) { s.still, s.dark = true, true })
		for _, s := range handofftest.Scenes() {
			for query, on := range map[string]screen{"?theme=light": still, "?theme=dark": dark} {
				name := s.ID + query
				if !t.Run(name, func(t *testing.T) { walk.look(scene(t, gallery, s.ID, on, query), s.Bare, name, string(axe)) }) {
					walk.missing = append(walk.missing, name)
				}
			}
		}
		walk.whole = true
	})
	if !walk.whole || len(walk.missing) > 0 {
		t.Errorf("the walk is not whole: %v is missing", walk.missing)
	}
	return &walk
}

// look looks at the widget of a scene, or at the page itself where the scene says
// why nothing of the widget is in it (bare).
func (w *seen) look(v *tab, bare, name, axe string) {
	v.Helper()
	ground, cutting, include := "root", "q('panel')?"+cut+":[]", "{include:[['handoff-widget']]}"
	if bare != "" {
		ground, cutting, include = "document", bareCut, "document"
	}
	if got := value[bool](v, "!root"); got != (bare != "") {
		v.Fatalf("nothing of the widget is in the page: got %v, the scene says %q", got, bare)
	}
	note := func(into *[]string, found []string) {
		for _, f := range found {
			*into = append(*into, name+": "+f)
		}
	}
	note(&w.moves, value[[]string](v, ground+".getAnimations().map(a=>a.animationName??'a transition')"))
	note(&w.names, value[[]string](v, `[...`+ground+`.querySelectorAll('button')].filter(e=>e.getClientRects().length).filter(e=>{
const named=e.getAttribute('aria-label')??e.innerText.trim();return !named||(e.title&&!named.includes(e.title))}).map(e=>e.outerHTML.slice(0,120))`))
	if _, err := v.eval(v.Context(), axe+";0"); err != nil {
		v.Fatal("axe-core does not load")
	}
	note(&w.axe, value[[]string](v, `axe.run(`+include+`).then(r=>r.violations.map(v=>v.id+': '+v.nodes.map(n=>n.target.join(' ')+' '+n.failureSummary).join(', '))
.concat(r.passes.length<5&&(!root||q('panel')?.open)?['too few rules apply']:[]))`))
	// And the colours of the other theme.
	note(&w.axe, value[[]string](v, `(all('.h').forEach(h=>h.dataset.theme=h.dataset.theme==='dark'?'light':'dark'),axe.run(`+include+`,{runOnly:['color-contrast']}))
.then(r=>r.violations.map(v=>'the other theme: '+v.nodes.map(n=>n.target.join(' ')+' '+n.failureSummary).join(', ')))`))
	v.js(`(()=>{const s=new CSSStyleSheet();s.replaceSync('*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}');
const g=` + ground + `;g.adoptedStyleSheets=[...g.adoptedStyleSheets,s];return 0})()`)
	note(&w.cut, value[[]string](v, cutting))
}

func report(t *testing.T, found []string) {
	t.Helper()
	for _, f := range found {
		t.Error(f)
	}
}

func TestUI088_AxeFindsNothingInAnyState(t *testing.T)   { report(t, walked(t).axe) }
func TestUI093_EveryIconHasItsName(t *testing.T)         { report(t, walked(t).names) }
func TestUI096_WiderTextSpacingCutsNothing(t *testing.T) { report(t, walked(t).cut) }
func TestUI098_ReducedMotionMovesNothing(t *testing.T)   { report(t, walked(t).moves) }
