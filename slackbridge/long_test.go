package slackbridge_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// TestLongLinesReachTheThreadWhole: what the AI and a visitor say at length stands in
// the thread in several posts, whole and once, although Slack loses answers in the
// middle and the process is started anew.
func TestLongLinesReachTheThreadWhole(t *testing.T) {
	var answer, question strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&answer, "A%d & so on. ", i)
	}
	for i := range 2500 {
		fmt.Fprintf(&question, "<q%d>", i)
	}
	code := strings.Repeat("x := 1 // a line of code\n", 400)
	s := newStage(t)
	c := s.open("Anna")
	c.says("Help")
	c.botSays(answer.String() + "\n\n```\n" + code + "```")
	lift := s.slack.Inject(fakeslack.Fault{Method: "chat.postMessage", Skip: 2, Times: 1, Do: fakeslack.Drop{After: true}})
	defer lift()
	c.escalate()
	c.card()
	c.until("the first parts", func(st *fakeslack.State) bool { return len(st.Thread(c.channel, c.root)) > 2 })
	s.restart()
	c.says(question.String())
	c.says("the end")
	c.shows("the end")
	var shown strings.Builder
	for _, m := range s.slack.Thread(c.channel, c.root) {
		if m.TS != c.root {
			shown.WriteString(strings.TrimPrefix(m.Visible(), "AI\n") + "\n") // each post says who speaks
		}
	}
	squeeze := func(text string) string { return strings.Join(strings.Fields(text), "") }
	said := squeeze(shown.String())
	for name, want := range map[string]string{"answer": answer.String(), "question": question.String(), "code": code} {
		if n := strings.Count(said, squeeze(want)); n != 1 {
			t.Errorf("the %s stands %d times in the thread, whole", name, n)
		}
	}
	for _, call := range s.slack.Calls() {
		if strings.Contains(call.Error, "blocks") || strings.Contains(call.Error, "too_long") {
			t.Errorf("%s: %s", call.Method, call.Error)
		}
	}
}
