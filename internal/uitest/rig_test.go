package uitest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/handoff-bot/handoff/internal/handofftest"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// setup says what is special about an installation and its site. The zero value is
// a shop with the widget under the strict policy, and a model that answers.
type setup struct {
	site   site
	widget string              // YAML lines below widget:, without indent ("greeting: Hello")
	key    string              // YAML of the widget's key ("identity: required")
	config string              // YAML of whole sections ("handoff: …"); without one the sample policy
	house  handofftest.Options // Policy is config
	whole  bool                // it is about frames, or pages that Back brings as they were left
}

// rig is an installation, the wire before it, and a site.
type rig struct {
	*testing.T
	house *handofftest.House
	wire  *wire
	site  *site
	url   string // the site's page
	maya  *agent
	// Where it is looked at: an engine, or Chromium's context that the visits share.
	engine engine
	first  context.Context //nolint:containedctx // the life of this value is the browser's
	whole  bool
}

// start makes a rig whose product answers. The check runs in parallel from here,
// but for those that TestEngines runs.
func start(t *testing.T, s setup) *rig {
	t.Helper()
	if e := engineOf(t); e != nil {
		r := furnish(t, s)
		r.engine = e
		return r
	}
	browses(t)
	t.Parallel()
	return furnish(t, s)
}

// everyWay does a check in the page and in a frame, on a desktop and with fingers on a phone.
func everyWay(t *testing.T, s setup, check func(r *rig, v *tab)) {
	t.Helper()
	framedToo(t, s, []screen{desktop, phone}, check)
}

// framedToo does a check in the page and in a frame, on each of some screens.
func framedToo(t *testing.T, s setup, on []screen, check func(r *rig, v *tab)) {
	t.Helper()
	for _, on := range on {
		for where, framed := range map[string]bool{"in the page": false, "in a frame": true} {
			t.Run(on.String()+" "+where, func(t *testing.T) {
				s := s
				s.site.framed = framed
				r := start(t, s)
				check(r, r.visit(on))
			})
		}
	}
}

// furnish is start without the browser.
func furnish(t *testing.T, s setup) *rig {
	t.Helper()
	r := &rig{T: t, wire: newWire(t), site: &s.site, whole: s.whole}
	r.url = r.site.serve(t, r.wire)
	s.house.Policy = s.policy(r.url)
	if s.house.Runs == nil {
		s.house.Runs = handofftest.InProcess
	}
	r.house = handofftest.New(t, s.house)
	r.house.Start()
	r.wire.leadTo(r.house.URL)
	r.maya = r.agent("maya")
	r.says("Parcels take two working days.")
	return r
}

func (s setup) policy(site string) string {
	key := ""
	if s.key != "" {
		key = ", " + s.key
	}
	var b strings.Builder
	fmt.Fprintf(&b, "widget:\n  keys: [{key: %s, origins: [%q, %q]%s}]\n", handofftest.Key, site, handofftest.Origin, key)
	if !strings.Contains("\n"+s.widget, "\ntitle:") {
		b.WriteString("  title: Sample shop\n")
	}
	for line := range strings.SplitSeq(s.widget, "\n") {
		b.WriteString("  " + line + "\n")
	}
	return b.String() + s.config + "\n"
}

// visit opens the site in a tab. A second visit is another tab of the same browser:
// it shares storage with the first. The scripts run before the page's own.
func (r *rig) visit(s screen, scripts ...string) *tab {
	r.Helper()
	if r.engine != nil {
		return r.load(r.opened(), s, scripts)
	}
	if r.first == nil {
		v := r.stranger(s, scripts...)
		r.first = v.page.(chromiumPage).ctx
		return v
	}
	ctx, closed := chromedp.NewContext(r.first)
	r.Cleanup(closed)
	return r.load(chromiumPage{ctx}, s, scripts)
}

// opened is an empty page of the engine. What it keeps lies with the site's origin,
// which is this rig's alone.
func (r *rig) opened() page {
	r.Helper()
	p, closed, err := r.engine.open(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(closed)
	return p
}

// stranger opens the site in a browser context of its own: another visitor. An engine
// has one for all: there the site forgets its visitor, who must have gone.
func (r *rig) stranger(s screen, scripts ...string) *tab {
	r.Helper()
	if r.engine != nil {
		v := r.load(r.opened(), s, scripts)
		v.js("(localStorage.clear(), sessionStorage.clear())")
		v.reload()
		return v
	}
	ctx, closed := chromedp.NewContext(r.browser().ctx, chromedp.WithNewBrowserContext())
	r.Cleanup(closed)
	return r.load(chromiumPage{ctx}, s, scripts)
}

func (r *rig) browser() *browser {
	r.Helper()
	if r.whole {
		return shared(r.T, wholeChromium)
	}
	return browses(r.T)
}

func (r *rig) load(p page, s screen, scripts []string) *tab {
	r.Helper()
	v := &tab{T: r.T, page: p, url: r.url, phone: s.phone()}
	v.must(func(ctx context.Context) error { return p.size(ctx, s) })
	for _, source := range scripts {
		v.must(func(ctx context.Context) error { return p.early(ctx, source) })
	}
	v.goTo("")
	return v
}

// says lets the model answer everything with text, from now on.
func (r *rig) says(text string) { r.house.Model.Script(llmtest.Say(text)) }

// streams lets it answer word by word.
func (r *rig) streams(text string, each time.Duration) {
	r.house.Model.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{Text: text, Delay: each}})
}

// hangs lets it never answer. An outright failure is
// house.Model.Script(llmtest.Fail(500)).
func (r *rig) hangs() {
	r.house.Model.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{HangFirst: true}})
}
