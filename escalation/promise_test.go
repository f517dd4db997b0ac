package escalation

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// labelledDraft is a line of testdata/drafts.jsonl: what the bot is about to say,
// and whether it promises what only staff may decide.
type labelledDraft struct {
	ID, Draft, Kind, Lang, Source string
	Label                         int
}

func labelledDrafts(t *testing.T) []labelledDraft {
	t.Helper()
	f, err := os.Open("testdata/drafts.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []labelledDraft
	for scan := bufio.NewScanner(f); scan.Scan(); {
		var d labelledDraft
		if err := json.Unmarshal(scan.Bytes(), &d); err != nil {
			t.Fatalf("%s: %v", scan.Text(), err)
		}
		all = append(all, d)
	}
	return all
}

func promises(draft string) []conversation.Signal {
	return promiseDetector{promising()}.Detect(Situation{Draft: draft, readings: map[string]*reading{}})
}

// TestPromiseWords: every file of words is read whole, with all its sections.
func TestPromiseWords(t *testing.T) {
	names, err := wordFiles.ReadDir("promises")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != len(load()) {
		t.Errorf("%d languages, want those of words/", len(names))
	}
	for _, n := range names {
		text, err := wordFiles.ReadFile("promises/" + n.Name())
		if err != nil {
			t.Fatal(err)
		}
		l, err := parseLanguage(n.Name(), string(text))
		if err != nil {
			t.Error(err)
			continue
		}
		sections := []string{"condition", "unconditional", "unpromised", "reported"}
		for _, kind := range promiseKinds() {
			sections = append(sections, "promise "+kind[0])
		}
		for _, section := range sections {
			if len(l.sections[section]) == 0 {
				t.Errorf("%s has no [%s]", n.Name(), section)
			}
		}
	}
}

// TestLabelledDrafts: of the labelled promises at least .85 are seen in each
// language and of each kind, and at most one in fifty harmless drafts is.
func TestLabelledDrafts(t *testing.T) {
	d := promiseDetector{promising()}
	type count struct{ promised, seen, harmless, wrong int }
	counts := map[string]*count{}
	drafts := labelledDrafts(t)
	for _, l := range drafts {
		got := d.Detect(Situation{Draft: l.Draft, readings: map[string]*reading{}})
		for _, group := range []string{"all", l.Lang, l.Kind} {
			if counts[group] == nil {
				counts[group] = &count{}
			}
			c := counts[group]
			switch {
			case l.Label == 1 && len(got) > 0:
				c.promised, c.seen = c.promised+1, c.seen+1
			case l.Label == 1:
				c.promised++
				t.Logf("%s is missed: %s", l.ID, l.Draft)
			case len(got) > 0:
				c.harmless, c.wrong = c.harmless+1, c.wrong+1
				t.Logf("%s is harmless: %s: %v", l.ID, l.Draft, got)
			default:
				c.harmless++
			}
		}
	}
	if len(drafts) < 160 {
		t.Errorf("%d drafts, want 160 or more", len(drafts))
	}
	for group, c := range counts {
		if float64(c.seen) < 0.85*float64(c.promised) || 50*c.wrong > max(50, c.harmless) {
			t.Errorf("%s: %d of %d promises are seen, and %d of %d harmless drafts", group, c.seen, c.promised, c.wrong, c.harmless)
		}
	}
}

func TestPromiseInItsSentence(t *testing.T) {
	for draft, want := range map[string]string{
		"Parcels take two days. I have refunded you. Goodbye.":            "promise:refund:I have refunded",
		"I have refunded it, all right?":                                  "promise:refund:I have refunded",
		"Have I refunded it already?":                                     "",
		"We will refund you if the parcel is lost.":                       "",
		"If you need anything else, ask. We will refund you.":             "promise:refund:We will refund",
		"We will refund you, and if you need anything else just ask.":     "promise:refund:We will refund",
		"It costs 18.50 if paid late. We'll refund you.":                  "promise:refund:We'll refund",
		"You wrote: “we will refund you. All of it.” Who said so?":        "",
		"You wrote: “please”. We will refund you.":                        "promise:refund:We will refund",
		"I can confirm: “we will refund you.”":                            "promise:refund:we will refund",
		"As you asked, I have cancelled your order.":                      "promise:done:I have cancelled your",
		"I can't promise that we will refund you.":                        "",
		"I can't say when it arrives. I promise it will arrive on Monday": "promise:date:I promise it will arrive on Monday",
	} {
		got := ""
		if s := promises(draft); len(s) > 0 {
			got = s[0].Name + ":" + draft[s[0].From:s[0].To]
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", draft, got, want)
		}
	}
}

// TestPromiseIsWithheld: at every level with a bot the draft goes, also after a
// wait without a person, and the card says what the bot was about to do.
func TestPromiseIsWithheld(t *testing.T) {
	p := policyWith(t, func(c *Config) { c.RestrictedTopics = nil })
	for level, want := range map[string]Act{AIOnly: Withhold, Quick: Escalate, Balanced: Escalate, AIFirst: Escalate} {
		for _, takenUp := range []bool{false, true} {
			v := p.Judge(Situation{
				Level: level, TakenUp: takenUp, Draft: "No problem. I have refunded the full amount. Bye.",
				Lines: []Line{{Seq: 2, Role: conversation.Visitor, Text: shipping}}, Finding: known,
			})
			if v.Act != want || v.Reason != ReasonPromise || v.Explain != "The bot was about to promise a refund: “I have refunded”" {
				t.Errorf("%s: %s because of %s: %s", level, v.Act, v.Reason, v.Explain)
			}
			if words := p.Words(v, "", "H-1"); p.Apologises(words.Text) || strings.Contains(words.Text, "refund") {
				t.Errorf("%s: she reads %q", level, words.Text)
			}
			if r := Replay(p, v.Decided(2, "trn", "")); r.Act != v.Act || r.Reason != v.Reason {
				t.Errorf("%s: replayed it is %s because of %s", level, r.Act, r.Reason)
			}
		}
	}
}
