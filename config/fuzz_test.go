package config

import (
	"errors"
	"io/fs"
	"reflect"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

// FuzzPolicy gives the loader any YAML below handoff: it loads or names what is
// wrong and where, the same twice, and what loads compiles and judges.
func FuzzPolicy(f *testing.F) {
	for _, text := range []string{
		"handoff: {level: balanced}\n",
		"handoff:\n  rules:\n    - { name: vip, when: 'visitor.plan == \"enterprise\"', do: escalate, priority: urgent, tags: [vip] }\n",
		"handoff:\n  restricted_topics:\n    - name: Billing\n      phrases: [charged twice, refund]\n      channel: C0BILLING\n      hours: {timezone: Europe/Berlin, open: {mon-fri: '09:00-17:30'}}\n",
		"handoff:\n  rules: [{name: a, when: 'topics[', do: offer}]\n",
		"handoff: {rules: {file: rules.yaml}, restricted_topics: {file: ../../etc/passwd}}\n",
		"handoff: &a {rules: [*a]}\n", "handoff: [1, 2\n", "handoff:\n\t- x\n", "handoff: {level: 'no such', idle_close: -1h, frob: 1}\n",
		"handoff:\n  when_nobody:\n    - { after: 2m, do: ping_group }\n  away: {way: suggest, text: {en: x}}\n",
	} {
		f.Add([]byte(text))
	}
	none := func(string) ([]byte, error) { return nil, fs.ErrNotExist }
	f.Fuzz(func(t *testing.T, text []byte) {
		data := append([]byte(minimal), text...)
		file, err := parse("handoff.yaml", data, with(), none)
		again, errAgain := parse("handoff.yaml", data, with(), none)
		if (err == nil) != (errAgain == nil) || err != nil && err.Error() != errAgain.Error() {
			t.Fatalf("read twice: %v, then %v", err, errAgain)
		}
		if err != nil {
			placed(t, err)
			return
		}
		if file.Hash != again.Hash || !reflect.DeepEqual(file.Handoff, again.Handoff) {
			t.Fatal("read twice, and differs")
		}
		p, wrong := escalation.Compile(file.Handoff)
		if len(wrong) > 0 {
			t.Fatalf("it loads and does not compile: %+v", wrong)
		}
		s := escalation.Situation{Lines: []escalation.Line{{Seq: 1, Role: conversation.Visitor, Text: "I was charged twice, where is my refund?"}}}
		v := p.Judge(s)
		if got := p.Judge(s); got.Act != v.Act || got.Policy != v.Policy || v.Explain == "" {
			t.Errorf("judged %+v, then %+v", v, got)
		}
	})
}

// placed checks that every problem says what is wrong and where: a key or a line.
func placed(t *testing.T, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || len(e.Problems) == 0 {
		t.Fatalf("%T without problems: %v", err, err)
	}
	for _, p := range e.Problems {
		if p.Message == "" || p.Key == "" && p.Line == 0 {
			t.Errorf("a problem without a place: %+v", p)
		}
	}
}
