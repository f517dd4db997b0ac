package uitest

import (
	"context"
	"errors"
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
}

// rig is an installation, the wire before it, and a site.
type rig struct {
	*testing.T
	house *handofftest.House
	wire  *wire
	site  *site
	url   string // the site's page
	maya  *agent
	first context.Context //nolint:containedctx // the browser context that the visits share
}

// start makes a rig whose product answers. The check runs in parallel from here.
func start(t *testing.T, s setup) *rig {
	t.Helper()
	if _, err := chromium(); errors.Is(err, errNoChromium) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	return furnish(t, s)
}

// furnish is start without the browser.
func furnish(t *testing.T, s setup) *rig {
	t.Helper()
	r := &rig{T: t, wire: newWire(t), site: &s.site}
	r.url = r.site.serve(t, r.wire.URL)
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
	if r.first == nil {
		v := r.stranger(s, scripts...)
		r.first = v.ctx
		return v
	}
	ctx, closed := chromedp.NewContext(r.first)
	r.Cleanup(closed)
	return r.load(ctx, s, scripts)
}

// stranger opens the site in a browser context of its own: another visitor.
func (r *rig) stranger(s screen, scripts ...string) *tab {
	r.Helper()
	b, err := chromium()
	if err != nil {
		r.Fatal(err)
	}
	ctx, closed := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	r.Cleanup(closed)
	return r.load(ctx, s, scripts)
}

func (r *rig) load(ctx context.Context, s screen, scripts []string) *tab {
	r.Helper()
	v := &tab{T: r.T, ctx: ctx, url: r.url, phone: s.phone()}
	steps := s.actions()
	for _, source := range scripts {
		steps = append(steps, early(source))
	}
	v.do(append(steps, chromedp.Navigate(r.url))...)
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
