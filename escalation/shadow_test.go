package escalation

import (
	"reflect"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// A shadow is logged with its policy alone when it decides the same, and with its
// verdict when something else would have happened.
func TestBeside(t *testing.T) {
	quick := func(c *Config) { c.Level = Quick }
	for _, row := range []struct {
		name         string
		live, shadow func(*Config)
		says         string
		finding      Finding
		want         conversation.ShadowVerdict // without policy and signals
	}{
		{"the same", nil, nil, billing, Finding{}, conversation.ShadowVerdict{}},
		{"another level that changes nothing", nil, quick, billing, Finding{}, conversation.ShadowVerdict{}},
		{"sooner", nil, quick, furious, known, conversation.ShadowVerdict{Act: "escalate", Rule: "level/frustration", Reason: ReasonFrustrated, Level: Quick}},
		{"later", quick, nil, furious, known, conversation.ShadowVerdict{Act: "offer", Rule: "level/frustration", Reason: ReasonFrustrated, Level: Balanced}},
		{"a topic that is new", func(c *Config) { c.RestrictedTopics = nil }, nil, billing, Finding{},
			conversation.ShadowVerdict{Act: "escalate", Rule: "topic/Billing disputes", Reason: ReasonTopic, Topic: "Billing disputes", Level: Balanced, Priority: "high", Channel: "C0BILLING"}},
		{"another channel", nil, func(c *Config) { c.RestrictedTopics[0].Channel = "C0MONEY" }, billing, Finding{},
			conversation.ShadowVerdict{Act: "escalate", Rule: "topic/Billing disputes", Reason: ReasonTopic, Topic: "Billing disputes", Level: Balanced, Priority: "high", Channel: "C0MONEY"}},
		{"tags of what is only answered", nil, func(c *Config) { c.Rules = []Rule{{Name: "r", When: "true", Tags: []string{"x"}}} }, shipping, known, conversation.ShadowVerdict{}},
		{"one line in Slack", nil, func(c *Config) { c.Rules = []Rule{{Name: "r", When: "true", Do: DoNotify}} }, shipping, known,
			conversation.ShadowVerdict{Act: "answer", Level: Balanced, Notify: true}},
		{"other words", nil, func(c *Config) { c.RestrictedTopics[0].Say = English("One moment.") }, billing, Finding{}, conversation.ShadowVerdict{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			live, shadow := policyWith(t, row.live), policyWith(t, row.shadow)
			s := written(row.says)
			s.Finding = row.finding
			d := shadow.Beside(live.Judge(s).Decided(2, "trn", ""), s)
			if d.Shadow == nil || d.Shadow.Policy != shadow.Hash() || d.Policy != live.Hash() {
				t.Fatalf("%+v beside %s", d.Shadow, d.Policy)
			}
			got := *d.Shadow
			got.Policy, got.Same, got.Signals = "", false, nil
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
			if d.Shadow.Differs() != (row.want.Act != "") || d.Shadow.Differs() != (d.ShadowExplain != "") {
				t.Errorf("differs %v, explained %q", d.Shadow.Differs(), d.ShadowExplain)
			}
			replaysAsShadow(t, shadow, d)
		})
	}
}

// replaysAsShadow decides a shadow's verdict again from what is stored.
func replaysAsShadow(t *testing.T, shadow *Policy, d conversation.Decided) {
	t.Helper()
	if !d.Shadow.Differs() {
		return
	}
	p, err := Parse(shadow.Text())
	if err != nil || p.Hash() != d.Shadow.Policy {
		t.Fatalf("the stored policy: %v", err)
	}
	v, w := ReplayShadow(p, d), d.Shadow
	got := []any{string(v.Act), v.Rule, v.Reason, v.Topic, v.Level, v.Priority, v.Channel, v.Tags, v.Notify, v.Agents, v.Explain}
	want := []any{w.Act, w.Rule, w.Reason, w.Topic, w.Level, w.Priority, w.Channel, w.Tags, w.Notify, w.Agents, d.ShadowExplain}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("replayed %+v, want %+v", got, want)
	}
}

func TestNoShadowAddsNothing(t *testing.T) {
	var none *Policy
	s := written(billing)
	d := policyWith(t, nil).Judge(s).Decided(2, "trn", "")
	if got := none.Beside(d, s); got.Shadow != nil {
		t.Errorf("%+v", got.Shadow)
	}
	if got := none.BesideButton(d, s); got.Shadow != nil {
		t.Errorf("%+v", got.Shadow)
	}
}

// A shadow remembers what it alone has seen: its offer, too, comes once.
func TestAShadowsOfferComesOnce(t *testing.T) {
	live := policyWith(t, nil)
	shadow := policyWith(t, func(c *Config) {
		c.Rules = []Rule{{Name: "stuck", When: "conversation.unresolved_turns >= 1", Do: DoOffer}}
	})
	var past []conversation.Decided
	var differed int
	for i := range 3 {
		s := written([]string{shipping, sizes, "Do you sell socks?"}[:i+1]...)
		s.Finding, s.Past = known, past
		on := conversation.Seq(i + 2)
		d := shadow.Beside(live.Judge(s).Decided(on, "trn", ""), s)
		past = append(past, d)
		if d.Shadow.Differs() {
			differed++
			if d.Shadow.Rule != "rule/stuck" {
				t.Errorf("line %d: %+v", on, d.Shadow)
			}
		}
		replaysAsShadow(t, shadow, d)
	}
	if differed != 1 {
		t.Errorf("the shadow offered %d times, want once", differed)
	}
}

// The button: what a shadow would have refused is logged, too.
func TestBesideButton(t *testing.T) {
	live := policyWith(t, nil)
	for _, row := range []struct {
		name   string
		shadow func(*Config)
		act    Act
		rule   string
	}{
		{"the same", nil, "", ""},
		{"leaves a message", func(c *Config) { c.Level = AIOnly }, Withhold, "level/asked"},
		{"too early", func(c *Config) { c.HumanButton = HumanButton{AfterAnswers: 2, Strict: true} }, Answer, ruleButton},
		{"elsewhere", func(c *Config) { c.Rules = []Rule{{Name: "all", When: "true", Channel: "C0ALL"}} }, Escalate, ruleButton},
	} {
		t.Run(row.name, func(t *testing.T) {
			shadow := policyWith(t, row.shadow)
			s := written(shipping)
			d := shadow.BesideButton(live.Button(s).Verdict.Decided(0, "", ""), s)
			if got := d.Shadow; got.Act != string(row.act) || got.Rule != row.rule {
				t.Errorf("%+v %q", got, d.ShadowExplain)
			}
			replaysAsShadow(t, shadow, d)
		})
	}
}

// A text that an earlier version has stored lacks what came later.
func TestParseTakesAnOlderText(t *testing.T) {
	p, err := Parse(`{"level":"quick","ask_in_words":true}`)
	if err != nil || p.Config().Level != Quick || p.Config().Notify != NotifyOnDuty {
		t.Errorf("%+v, %v", p, err)
	}
}
