package eval

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// beside is a recording with one decision and what a shadow made of it.
func beside(n int, shadow *conversation.ShadowVerdict, explain string) Recording {
	at := time.Date(2026, 1, 20, 10, n, 0, 0, time.UTC)
	event := func(seq conversation.Seq, b conversation.Body) conversation.Event {
		return conversation.Event{Seq: seq, At: at, Draft: conversation.Draft{Body: b}}
	}
	return Recording{ID: "cnv_x", Events: []conversation.Event{
		event(1, conversation.Opened{Reference: fmt.Sprintf("H-%04d", n)}),
		event(2, conversation.Message{Text: fmt.Sprintf("Line %d\x1b[31m", n)}),
		event(3, conversation.Decided{On: 2, Act: "answer", Policy: "live", Explain: "Nothing asks for a person", Shadow: shadow, ShadowExplain: explain}),
	}}
}

func TestShadowIsSummedUp(t *testing.T) {
	list := []Recording{beside(0, nil, ""), beside(1, &conversation.ShadowVerdict{Policy: "old"}, "")}
	for n := range 7 {
		list = append(list, beside(10+n, &conversation.ShadowVerdict{Policy: "new", Act: "escalate", Reason: "topic", Topic: "Billing"}, "Restricted topic Billing"))
	}
	list = append(list, beside(20, &conversation.ShadowVerdict{Policy: "new", Act: "answer", Notify: true}, "Nothing asks for a person"), beside(21, &conversation.ShadowVerdict{Policy: "new"}, ""))
	s := NewShadowed(list)
	if s.Decisions != 11 || s.Beside != 10 || len(s.Shadows) != 2 || s.Shadows[0].Policy != "new" || s.Shadows[1].Differ != 0 {
		t.Fatalf("%+v", s)
	}
	one := s.Shadows[0]
	if one.Decisions != 9 || one.Differ != 8 || len(one.Groups) != 2 || one.Groups[0].Count != 7 || len(one.Groups[0].Cases) != newest {
		t.Fatalf("%+v", one)
	}
	if got := one.Groups[0].Cases[0].Name; got != "H-0016, line 3" {
		t.Errorf("the newest is %s", got)
	}
	var b, j strings.Builder
	if err := s.Print(&b); err != nil {
		t.Fatal(err)
	}
	if err := s.PrintJSON(&j); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"11 decisions, 10 of them beside a shadow policy", "shadow policy new since 2026-01-20 10:10 UTC: 9 decisions, 8 differ",
		"7 × answer → escalate (topic Billing)", "Nothing asks for a person", "Restricted topic Billing", "1 × answer, another rule",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &b)
		}
	}
	if strings.Contains(b.String(), "\x1b") || !strings.Contains(j.String(), `"differ": 8`) {
		t.Errorf("%s\n%s", &b, &j)
	}
}
