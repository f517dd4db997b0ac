package eval

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/escalation"
)

// other is a policy that differs from the one of [policy] in topic, level and
// channel.
func other(t *testing.T) *escalation.Policy {
	t.Helper()
	c := escalation.Defaults()
	c.Level = escalation.Quick
	c.RestrictedTopics = []escalation.Topic{{Name: "Pens", Phrases: []string{"fountain pen"}, Channel: "C0PENS", Priority: "high"}}
	p, problems := escalation.Compile(c)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

// full is a report with everything that can be asked for of utterances.
func full(t *testing.T, lines string) Report {
	t.Helper()
	utterances, required, err := Read(folder, "", strings.NewReader(lines))
	if err != nil {
		t.Fatal(err)
	}
	p, q := policy(t), other(t)
	outcomes := Run(p, "", utterances)
	r := NewReport(p, outcomes)
	r.Changes, r.Near = NewChanges(q, "next.yaml"), NewNearMisses(.2)
	for _, o := range outcomes {
		r.Changes.Compare(q, "", o)
		r.Near.Look(o)
	}
	r.Changes.Sorted()
	r.Near.Sorted()
	r.Checks = r.Check(required)
	return r
}

func TestChanges(t *testing.T) {
	r := full(t, labelled)
	want := []string{"offer (frustration) → escalate (frustration)", "offer (repeated) → escalate (repeated)",
		"escalate (topic Refunds) → answer", "answer → escalate (topic Pens)"}
	if r.Changes.Lines != 10 || r.Changes.Changed != len(want) {
		t.Errorf("%d of %d changed: %+v", r.Changes.Changed, r.Changes.Lines, r.Changes.Groups)
	}
	for _, title := range want {
		found := false
		for _, g := range r.Changes.Groups {
			found = found || g.Change == title && g.Count == 1 && len(g.Cases) == 1
		}
		if !found {
			t.Errorf("no %q in %+v", title, r.Changes.Groups)
		}
	}
	for line, want := range map[string]string{
		`{"require": "changes", "at_most": 4}`:                                     "",
		`{"require": "changes", "at_most": 3}`:                                     "changes: there are 4, at most 3 are allowed",
		`{"require": "changes", "from": "escalate", "to": "answer", "at_most": 0}`: "changes from escalate to answer: there are 1, at most 0 are allowed",
		`{"require": "changes", "from": "ask", "at_most": 0}`:                      "",
		`{"require": "changes", "from": "shout", "at_most": 0}`:                    "from and to are acts",
		`{"require": "changes"}`:                                                   "requires nothing",
		`{"require": "changes", "at_most": 1, "recall": 1}`:                        "only from, to and at_most",
		`{"require": "asks_person", "at_most": 1}`:                                 `are for "changes"`,
	} {
		_, required, err := Read("gate.jsonl", "", strings.NewReader(line))
		got := strings.Join(r.Missed(required), "; ")
		if err != nil {
			got = err.Error()
		}
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
	none := 0
	if got := (Report{}).Missed([]Requirement{{Detector: ofChanges, AtMost: &none}}); len(got) != 1 || !strings.Contains(got[0], "--against") {
		t.Errorf("a gate without a comparison: %q", got)
	}
}

func TestSameActOtherDetails(t *testing.T) {
	was := Ruling{Act: "escalate", Reason: "topic", Topic: "A", Channel: "C0A", Why: "x"}
	for name, c := range map[string]struct {
		becomes Ruling
		want    string
	}{
		"nothing":      {was, ""},
		"other words":  {Ruling{Act: "escalate", Reason: "topic", Topic: "A", Channel: "C0A", Why: "y"}, ""},
		"no channel":   {Ruling{Act: "escalate", Reason: "topic", Topic: "A"}, "escalate, channel C0A → none"},
		"other topic":  {Ruling{Act: "escalate", Reason: "topic", Topic: "B", Channel: "C0A", Priority: "low"}, "escalate, topic A → B, priority none → low"},
		"other act":    {Ruling{Act: "answer"}, "escalate (topic A) → answer"},
		"other reason": {Ruling{Act: "offer", Reason: "unknown"}, "escalate (topic A) → offer (unknown)"},
	} {
		if got := (Change{Was: was, Becomes: c.becomes}).title(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

const cross = `
{"id": "1", "text": "This is disappointing", "detector": "frustration", "label": 1, "source": "a"}
{"id": "2", "text": "This is a bit disappointing", "detector": "frustration", "label": 0, "source": "a"}
{"id": "3", "text": "You are useless", "detector": "frustration", "label": 1, "source": "b"}
{"id": "4", "text": "You are useless, this is ridiculous", "detector": "frustration", "label": 1, "source": "b"}
{"id": "5", "text": "Thanks", "detector": "frustration", "label": 0, "source": "b"}
`

func TestNearMissesAndCurve(t *testing.T) {
	r := full(t, cross)
	if len(r.Near.Cases) != 1 || r.Near.Cases[0].Name != "1" || r.Near.Cases[0].Signal != escalation.SignalFrustrated || r.Near.Lines != 5 {
		t.Errorf("near: %+v", r.Near)
	}
	c := r.Sections[0].Curve
	if c == nil || c.Threshold != escalation.ClearSign || len(c.Points) < fewPoints {
		t.Fatalf("curve %+v", c)
	}
	last := Figures{Recall: 2}
	for _, p := range c.Points {
		if p.Recall > last.Recall {
			t.Errorf("the recall rises at %v: %+v", p.Threshold, c.Points)
		}
		last = p.Figures
	}
	if full(t, labelled).Sections[0].Curve != nil {
		t.Error("a detector that says yes or no has a curve")
	}
	if wrong := r.Sections[0].Wrong; len(wrong) != 1 || wrong[0].Name != "1" || wrong[0].Seen || wrong[0].Score == 0 {
		t.Errorf("wrong: %+v", wrong)
	}
}

// Words from outside are words on a terminal, in JSON and on the page.
func TestHostileWords(t *testing.T) {
	evil := `<script>alert(1)</script></title></style><img src=x onerror=alert(2)>` + "\x1b[31m\u202e"
	line, err := json.Marshal(map[string]any{
		"id": evil, "text": "This is disappointing " + evil, "detector": "frustration", "label": 1, "source": evil, "kind": evil, "lang": evil,
	})
	if err != nil {
		t.Fatal(err)
	}
	r := full(t, strings.Join([]string{string(line), cross, labelled}, "\n"))
	r.Changes.By = evil
	r.Changes.Add(Change{Name: evil, Text: evil, Was: Ruling{Act: "answer", Why: evil}, Becomes: Ruling{Act: "escalate", Reason: "topic", Topic: evil, Channel: evil, Priority: evil, Why: evil}})
	r.Recorded = &Recorded{Since: r.Changes, Said: []Opinion{{Name: evil, Text: evil, Says: wrongly, Note: evil, Rule: evil, Phrase: evil}}, Unlike: r.Changes.Groups[0].Cases}
	r.Checks = []Check{{About: evil, Figure: "recall", Missed: evil}}
	var page, text, raw bytes.Buffer
	if err := r.PrintHTML(&page, evil); err != nil {
		t.Fatal(err)
	}
	if err := r.Print(&text); err != nil {
		t.Fatal(err)
	}
	if err := r.PrintJSON(&raw); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "<img", "\x1b", "\u202e", "http://", "https://", "ZgotmplZ"} {
		if strings.Contains(page.String(), bad) {
			t.Errorf("%q is in the page", bad)
		}
	}
	if n := strings.Count(page.String(), "</style>"); n != 1 {
		t.Errorf("%d ends of the style", n)
	}
	for _, bad := range []string{"\x1b", "\u202e"} {
		if strings.Contains(text.String(), bad) {
			t.Errorf("%q is in the text", bad)
		}
	}
	if strings.Contains(raw.String(), "<script") || !json.Valid(raw.Bytes()) {
		t.Error("the JSON is not safe to put into a page")
	}
	for _, want := range []string{"Near misses", "<svg", "Against", "Recorded conversations", "What agents say", "<path class=\"r\" d=\"M", "&lt;script&gt;"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("no %q in the page", want)
		}
	}
}
