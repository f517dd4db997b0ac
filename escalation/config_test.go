package escalation

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/goccy/go-yaml"
)

func TestDefaultsCompile(t *testing.T) {
	p, wrong := Compile(Defaults())
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	if p.Level("") != Balanced || p.ReopenWithin() != 72*time.Hour || p.IdleClose() != 24*time.Hour {
		t.Errorf("defaults are %+v", p.Config())
	}
	if open, next := p.Open(time.Time{}); !open || !next.IsZero() {
		t.Error("without hours it is not always open")
	}
}

// mistakes are configurations with one thing wrong, by the key of the problem.
var mistakes = []struct {
	key, says string
	change    func(*Config)
}{
	{"level", "not known", func(c *Config) { c.Level = "fast" }},
	{"notify", "not known", func(c *Config) { c.Notify = "all" }},
	{"restricted_topics[0].name", "no name", func(c *Config) { c.RestrictedTopics = []Topic{{Phrases: []string{"x"}}} }},
	{"restricted_topics[0].phrases", "no phrases", func(c *Config) { c.RestrictedTopics = []Topic{{Name: "a"}} }},
	{"restricted_topics[0].phrases[1]", "no words that", func(c *Config) { c.RestrictedTopics = []Topic{{Name: "a", Phrases: []string{"x", "…"}}} }},
	{"restricted_topics[0].phrases[0]", "meaning", func(c *Config) { c.RestrictedTopics = []Topic{{Name: "a", Phrases: []string{"do it for me"}}} }},
	{"restricted_topics[1].name", "twice", func(c *Config) {
		c.RestrictedTopics = []Topic{{Name: "a", Phrases: []string{"x"}}, {Name: "A ", Phrases: []string{"y"}}}
	}},
	{"restricted_topics[0].priority", "not known", func(c *Config) { c.RestrictedTopics = []Topic{{Name: "a", Phrases: []string{"x"}, Priority: "top"}} }},
	{"restricted_topics[0].level", "not known", func(c *Config) { c.RestrictedTopics = []Topic{{Name: "a", Phrases: []string{"x"}, Level: "top"}} }},
	{"restricted_topics[0].agents[1]", "neither a user id", func(c *Config) {
		c.RestrictedTopics = []Topic{{Name: "a", Phrases: []string{"x"}, Agents: []string{"U1", "maya"}}}
	}},
	{"restricted_topics[0].channel", "not a channel id", func(c *Config) {
		c.RestrictedTopics = []Topic{{Name: "a", Phrases: []string{"x"}, Channel: "#billing"}}
	}},
	{"restricted_topics[0].hours.timezone", "not a known", func(c *Config) {
		c.RestrictedTopics = []Topic{{Name: "a", Phrases: []string{"x"}, Hours: &Hours{Timezone: "Berlin", Open: map[string]Ranges{"mon": {"9:00-10:00"}}}}}
	}},
	{"rules[0].name", "no name", func(c *Config) { c.Rules = []Rule{{When: "true", Do: "offer"}} }},
	{"rules[0].when", "empty", func(c *Config) { c.Rules = []Rule{{Name: "a", Do: "offer"}} }},
	{"rules[0].when", "unknown name visitr (1:1)", func(c *Config) { c.Rules = []Rule{{Name: "a", When: "visitr.plan == 1", Do: "offer"}} }},
	{"rules[0].when", "(1:14)", func(c *Config) { c.Rules = []Rule{{Name: "a", When: "conversation.length > 1", Do: "offer"}} }},
	{"rules[0].when", "(1:9)", func(c *Config) { c.Rules = []Rule{{Name: "a", When: "signals.anger > 1", Do: "offer"}} }},
	{"rules[0].when", "bool", func(c *Config) { c.Rules = []Rule{{Name: "a", When: "1 + 1", Do: "offer"}} }},
	{"rules[0].when", "now", func(c *Config) { c.Rules = []Rule{{Name: "a", When: "now() > now()", Do: "offer"}} }},
	{"rules[0].do", "not known", func(c *Config) { c.Rules = []Rule{{Name: "a", When: "true", Do: "shout"}} }},
	{"rules[0]", "does nothing", func(c *Config) { c.Rules = []Rule{{Name: "a", When: "true"}} }},
	{"rules[0].agents[0]", "neither a user id", func(c *Config) { c.Rules = []Rule{{Name: "a", When: "true", Agents: []string{"C0BILLING"}}} }},
	{"rules[0].channel", "not a channel id", func(c *Config) { c.Rules = []Rule{{Name: "a", When: "true", Channel: "vip"}} }},
	{"human_button.after_answers", "negative", func(c *Config) { c.HumanButton.AfterAnswers = -1 }},
	{"hours.timezone", "not a known", func(c *Config) { c.Hours = Hours{Timezone: "Mars", Open: map[string]Ranges{"mon": {"09:00-10:00"}}} }},
	{"hours.open.mon", "not a time", func(c *Config) { c.Hours = Hours{Open: map[string]Ranges{"mon": {"17:00-09:00"}}} }},
	{"hours.open.someday", "no days", func(c *Config) { c.Hours = Hours{Open: map[string]Ranges{"someday": {"09:00-10:00"}}} }},
	{"hours.holidays[0]", "not a day", func(c *Config) {
		c.Hours = Hours{Open: map[string]Ranges{"mon": {"09:00-10:00"}}, Holidays: []string{"25.12."}}
	}},
	{"hours.open", "no hours", func(c *Config) { c.Hours = Hours{Timezone: "Europe/Berlin"} }},
	{"routing.duty", "not known", func(c *Config) { c.Routing.Duty = "mine" }},
	{"routing.mode", "not known", func(c *Config) { c.Routing.Mode = "push" }},
	{"routing.order[1]", "not known", func(c *Config) { c.Routing.Order = []string{"least_busy", "fastest"} }},
	{"routing.order[1]", "twice", func(c *Config) { c.Routing.Order = []string{"least_busy", "least_busy"} }},
	{"routing.capacity", "negative", func(c *Config) { c.Routing.Capacity = -1 }},
	{"routing.skills.Refunds", "no restricted topic", func(c *Config) { c.Routing.Skills = map[string]string{"Refunds": "S0BILL"} }},
	{"routing.skills.a", "not a user group", func(c *Config) {
		c.RestrictedTopics = []Topic{{Name: "a", Phrases: []string{"x"}}}
		c.Routing.Skills = map[string]string{"a": "U0MAYA"}
	}},
	{"routing.accept_within", "too short", func(c *Config) { c.Routing.AcceptWithin = 9 * time.Second }},
	{"when_nobody[0].do", "not known", func(c *Config) { c.WhenNobody = []Rung{{After: time.Minute, Do: "panic"}} }},
	{"when_nobody[0].after", "no time", func(c *Config) { c.WhenNobody = []Rung{{Do: RungPing}} }},
	{"when_nobody[1].after", "before the step above", func(c *Config) {
		c.WhenNobody = []Rung{{After: 2 * time.Minute, Do: RungPing}, {After: time.Minute, Do: RungContact}}
	}},
	{"when_nobody[0].channel", "no channel", func(c *Config) { c.WhenNobody = []Rung{{After: time.Minute, Do: RungOverflow}} }},
	{"when_nobody[0].channel", "not a channel id", func(c *Config) {
		c.WhenNobody = []Rung{{After: time.Minute, Do: RungOverflow, Channel: "#backup"}}
	}},
	{"when_nobody[0].channel", "takes no channel", func(c *Config) {
		c.WhenNobody = []Rung{{After: time.Minute, Do: RungPing, Channel: "C0BACKUP"}}
	}},
	{"when_nobody[0].address", "no address", func(c *Config) { c.WhenNobody = []Rung{{After: time.Minute, Do: RungEmail}} }},
	{"when_nobody[0].address", "not a mail address", func(c *Config) {
		c.WhenNobody = []Rung{{After: time.Minute, Do: RungEmail, Address: "Desk <desk@example.com>"}}
	}},
	{"when_nobody[0].address", "takes no address", func(c *Config) {
		c.WhenNobody = []Rung{{After: time.Minute, Do: RungReturn, Address: "desk@example.com"}}
	}},
	{"when_owner_silent.remind", "negative", func(c *Config) { c.WhenOwnerSilent.Remind = -1 }},
	{"when_owner_silent.requeue", "negative", func(c *Config) { c.WhenOwnerSilent.Requeue = -1 }},
	{"when_owner_silent.remind", "not before requeue", func(c *Config) {
		c.WhenOwnerSilent = OwnerSilent{Remind: 10 * time.Minute, Requeue: 3 * time.Minute}
	}},
	{"away", "not known", func(c *Config) { c.Away = Away{Way: "none"} }},
	{"away", "no text", func(c *Config) { c.Away = Away{Way: AwaySuggest} }},
	{"away", "no text", func(c *Config) { c.Away = Away{Suggest: Text{"en": " "}} }},
	{"away", "no text", func(c *Config) { c.Away = Away{} }},
	{"reopen_within", "negative", func(c *Config) { c.ReopenWithin = -1 }},
	{"idle_close", "negative", func(c *Config) { c.IdleClose = -1 }},
}

func TestProblems(t *testing.T) {
	for _, row := range mistakes {
		c := Defaults()
		row.change(&c)
		p, wrong := Compile(c)
		if p != nil || len(wrong) != 1 {
			t.Errorf("%s: policy %v, problems %+v", row.key, p != nil, wrong)
			continue
		}
		if wrong[0].Key != row.key || !strings.Contains(wrong[0].Message, row.says) || wrong[0].Mend == "" {
			t.Errorf("%s: got %+v, want a message with %q and a mend", row.key, wrong[0], row.says)
		}
	}
}

const sample = `
level: ai_first
restricted_topics:
  - name: Billing disputes
    phrases: [charged twice, refund]
    channel: C0BILLING
    say: { en: Let me ask billing., de: Ich frage die Buchhaltung. }
    hours: { open: { mon-fri: "09:00-12:00, 13:00-17:00" } }
rules:
  - { name: vip, when: visitor.plan == "enterprise", do: escalate, say: One moment., tags: [vip] }
hours: { timezone: Europe/Berlin, open: { mon-fri: ["09:00-12:00", "13:00-17:30"], sat: "10:00-12:00" }, holidays: [2026-12-25] }
reopen_within: 48h
`

func TestReadsYAML(t *testing.T) {
	direct := Defaults()
	if err := yaml.Unmarshal([]byte(sample), &direct); err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := yaml.Unmarshal([]byte(sample), &tree); err != nil {
		t.Fatal(err)
	}
	mapped := Defaults()
	d, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result: &mapped, ErrorUnused: true,
		DecodeHook: mapstructure.ComposeDecodeHookFunc(
			mapstructure.DecodeHookFuncType(DecodeHook), mapstructure.StringToTimeDurationHookFunc()),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Decode(tree); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(direct, mapped) {
		t.Errorf("yaml     %+v\nmapstructure %+v", direct, mapped)
	}
	p, wrong := Compile(mapped)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	topic, ok := p.Topic("Billing disputes")
	if !ok || topic.Say.In("de-AT") != "Ich frage die Buchhaltung." || topic.Say.In("fr") != "Let me ask billing." {
		t.Errorf("topic %+v", topic)
	}
	if got := mapped.Rules[0].Say.In("de"); got != "One moment." {
		t.Errorf("a string is English, got %q for de", got)
	}
	if got := topic.Hours.Open["mon-fri"]; len(got) != 2 || got[1] != "13:00-17:00" {
		t.Errorf("ranges %q", got)
	}
	again, err := Parse(p.Text())
	if err != nil || again.Hash() != p.Hash() || len(p.Hash()) != 12 {
		t.Errorf("read again: %v, hash %s and %s", err, p.Hash(), again.Hash())
	}
	if other, _ := Compile(Defaults()); other.Hash() == p.Hash() {
		t.Error("two policies, one hash")
	}
}

func TestChannelAndLevel(t *testing.T) {
	c := Defaults()
	c.RestrictedTopics = []Topic{{Name: "Billing", Phrases: []string{"refund"}, Channel: "C1"}}
	p, _ := Compile(c)
	for _, row := range [][3]string{{"Billing", "", "C1"}, {"Billing", "C2", "C2"}, {"", "", ""}, {"Gone", "", ""}} {
		if got := p.Channel(row[0], row[1]); got != row[2] {
			t.Errorf("Channel(%q, %q) = %q, want %q", row[0], row[1], got, row[2])
		}
	}
	for widget, want := range map[string]string{"": Balanced, "quick": Quick, "nonsense": Balanced} {
		if got := p.Level(widget); got != want {
			t.Errorf("Level(%q) = %q, want %q", widget, got, want)
		}
	}
}
