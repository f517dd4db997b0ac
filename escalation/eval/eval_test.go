package eval

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/escalation"
)

const folder = "labelled/human_request/shop.jsonl"

// labelled has one line of each kind of outcome, by the policy of [policy].
const labelled = `
{"id": "1", "text": "Let me talk to a human", "label": 1, "source": "shop", "kind": "explicit", "lang": "en"}
{"id": "2", "text": "Where is my parcel?", "label": 0, "source": "shop", "kind": "negative", "lang": "en"}
{"id": "3", "text": "Ich möchte mit einem Mitarbeiter sprechen", "label": 1, "source": "club", "lang": "de"}
{"id": "4", "text": "The weather is fine", "label": 1, "source": "club", "lang": "de"}
{"id": "5", "text": "an operator, please", "label": 0, "source": "club", "lang": "de"}
{"id": "6", "text": "hm", "label": null, "source": "club"}
{"id": "7", "text": "I want a refund", "topic": "Refunds", "source": "shop"}
{"id": "8", "text": "I want a fountain pen", "topic": "none", "source": "shop"}
{"id": "9", "text": "where is my parcel 77", "previous": "Where is my parcel 77?", "label": 1, "source": "shop"}
{"id": "10", "text": "You are useless", "detector": "frustration", "label": 1, "source": "shop"}
`

func policy(t *testing.T) *escalation.Policy {
	t.Helper()
	c := escalation.Defaults()
	c.RestrictedTopics = []escalation.Topic{{Name: "Refunds", Phrases: []string{"refund"}}}
	p, problems := escalation.Compile(c)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

func report(t *testing.T) Report {
	t.Helper()
	utterances, required, err := Read(folder, "", strings.NewReader(labelled))
	if err != nil || len(required) != 0 {
		t.Fatal(required, err)
	}
	return NewReport(policy(t), Run(policy(t), "", utterances))
}

func TestCounts(t *testing.T) {
	r := report(t)
	want := map[string]Count{
		escalation.SignalAsks:       {Lines: 5, Right: 2, FalseAlarm: 1, Missed: 1},
		escalation.SignalTopic:      {Lines: 2, Right: 1},
		escalation.SignalRepeated:   {Lines: 1, Right: 1},
		escalation.SignalFrustrated: {Lines: 1, Right: 1},
	}
	if len(r.Sections) != len(want) || r.Skipped != 1 {
		t.Errorf("%d sections, %d skipped", len(r.Sections), r.Skipped)
	}
	for _, s := range r.Sections {
		if s.All != want[s.Detector] {
			t.Errorf("%s: got %+v, want %+v", s.Detector, s.All, want[s.Detector])
		}
	}
	asks := r.Sections[0]
	if got, want := asks.By[BySource], []Group{{"club", Count{3, 1, 1, 1}}, {"shop", Count{2, 1, 0, 0}}}; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("by source: got %+v, want %+v", got, want)
	}
	mean, worst, ok := asks.Mean(BySource)
	if !ok || mean != (Figures{.75, .75, .75}) || worst != (Figures{.5, .5, .5}) {
		t.Errorf("mean %+v, worst %+v", mean, worst)
	}
}

func TestFiguresOfNothing(t *testing.T) {
	var c Count
	if c.Precision() != 1 || c.Recall() != 1 || c.FalseAlarms() != 0 {
		t.Errorf("%v %v %v", c.Precision(), c.Recall(), c.FalseAlarms())
	}
	c = Count{Lines: 1001, FalseAlarm: 2, Missed: 1}
	if c.Precision() != 0 || c.Recall() != 0 || c.F1() != 0 || c.FalseAlarms() != 2 {
		t.Errorf("%v %v %v %v", c.Precision(), c.Recall(), c.F1(), c.FalseAlarms())
	}
}

func TestRequirements(t *testing.T) {
	r := report(t)
	for line, want := range map[string]string{
		`{"require": "asks_person", "recall": 0.6}`:                           "",
		`{"require": "asks_person", "precision": 0.9}`:                        "asks_person: precision is 0.667, at least 0.900 is required",
		`{"require": "asks_person", "source": "shop", "f1": 1}`:               "",
		`{"require": "asks_person", "source": "*", "recall": 0.8}`:            "asks_person, mean by source: recall is 0.750, at least 0.800 is required",
		`{"require": "asks_person", "lang": "de", "false_alarms": 50}`:        "asks_person, lang de: 1000.00 false alarms per 1,000, at most 50.00 are allowed",
		`{"require": "asks_person", "lang": "fr", "recall": 0.1}`:             "asks_person, lang fr: there are no such lines",
		`{"require": "restricted_topic", "topic": "Refunds", "precision": 1}`: "",
		`{"require": "asks", "recall": 1}`:                                    "there is no detector",
		`{"require": "asks_person"}`:                                          "requires nothing",
		`{"require": "asks_person", "recal": 1}`:                              "unknown field",
		`{"require": "asks_person", "kind": "a", "lang": "b", "recall": 1}`:   "several columns",
		`{"require": "asks_person", "kind": "*", "false_alarms": 1}`:          "name one kind",
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
}

func TestReadRefuses(t *testing.T) {
	for line, want := range map[string]string{
		`nonsense`:                       `a.jsonl:1: not a JSON object`,
		`{"id": "1"}`:                    "it has no text",
		`{"text": "x"}`:                  "whose label",
		`{"text": "x", "detector": "y"}`: `no detector "y"`,
		`{"text": "x", "detector": "restricted_topic"}`:        "names no topic",
		`{"text": "x", "detector": "frustration", "label": 2}`: "its label is 2",
	} {
		if _, _, err := Read("a.jsonl", "", strings.NewReader(line)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
	u, _, err := Read("a.jsonl", escalation.SignalAsks, strings.NewReader(`{"text": "x", "label": 0}`))
	if err != nil || len(u) != 1 || u[0].Detector != escalation.SignalAsks {
		t.Errorf("%+v, %v", u, err)
	}
}

func TestPrinted(t *testing.T) {
	r := report(t)
	var text, raw bytes.Buffer
	if err := r.Print(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"nothing is trained", "asks_person ", "  source club ", "mean by source", "worst source", "  topic Refunds ", "1 lines have no label"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
	if err := r.PrintJSON(&raw); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Sections []struct {
			Detector string
			All      struct{ Lines, Positive int }
			By       map[string][]struct{ Value string }
		}
	}
	if err := json.Unmarshal(raw.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if s := got.Sections[0]; s.Detector != escalation.SignalAsks || s.All.Lines != 5 || s.All.Positive != 3 || s.By[BySource][0].Value != "club" {
		t.Errorf("got %+v", s)
	}
}

func TestDecision(t *testing.T) {
	utterances, _, err := Read(folder, "", strings.NewReader(labelled))
	if err != nil {
		t.Fatal(err)
	}
	outcomes := Run(policy(t), escalation.AIOnly, utterances)
	if d := outcomes[0].Decision(); d.ID != "1" || !d.Seen || d.Act != string(escalation.Withhold) || !strings.Contains(d.Why, "talk to a human") || d.Topics != nil {
		t.Errorf("got %+v", d)
	}
	if d := outcomes[6].Decision(); d.Topics == nil || len(*d.Topics) != 1 || (*d.Topics)[0] != "Refunds" {
		t.Errorf("got %+v", d)
	}
	if d := outcomes[7].Decision(); d.Topics == nil || len(*d.Topics) != 0 {
		t.Errorf("no topic is told as %+v", d)
	}
}

// What `make eval` holds the detectors to is about each of them, and about nothing
// else.
func TestRequiredFile(t *testing.T) {
	f, err := os.Open("required.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	utterances, required, err := Read("required.jsonl", "", f)
	if err != nil || len(utterances) > 0 {
		t.Fatalf("%d utterances, %v", len(utterances), err)
	}
	seen := map[string]bool{}
	for _, r := range required {
		seen[r.Detector] = true
	}
	for _, name := range Detectors() {
		if !seen[name] {
			t.Errorf("nothing is required of %s", name)
		}
	}
}
