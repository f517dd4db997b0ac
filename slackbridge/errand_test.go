package slackbridge_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
)

const samDirect = "D0SAM"

// directs are the direct messages that Sam has got.
func directs(list []fakeslack.Message) (out []string) {
	for _, m := range list {
		out = append(out, m.Visible())
	}
	return out
}

// Whoever gets a chat by somebody else's hand learns it by a direct message, once,
// whatever happens to the answer.
func TestNewOwnerIsTold(t *testing.T) {
	for name, fault := range map[string]fakeslack.Failure{
		"well": nil, "no answer": fakeslack.Drop{After: true}, "not stored": fakeslack.Drop{}, "an error after": fakeslack.Status{Code: 500, After: true}, "too fast": fakeslack.RateLimited("1"),
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			c := s.claimed("Anna")
			if fault != nil {
				s.slack.Inject(fakeslack.Fault{Method: "chat.postMessage", Channel: sam, Times: 1, Do: fault})
			}
			c.press(maya, "handoff_transfer")
			c.submit(maya, map[string]string{"agent": sam, "note": "speaks Dutch"})
			c.shows("<@U0SAM> has this chat now, passed on from <@U0MAYA>.")
			s.until("the direct message", func(st *fakeslack.State) bool { return len(st.History(samDirect)) > 0 })
			c.says("Hello?")
			c.shows("passed on from", "Hello?")
			s.restart()
			c.says("Still there?")
			c.shows("Hello?", "Still there?")
			got := directs(s.slack.History(samDirect))
			if len(got) != 1 || !strings.Contains(got[0], "You have this chat now: Anna") || !strings.Contains(got[0], "Passed on by <@U0MAYA>") ||
				!strings.Contains(got[0], "Open the thread") || !strings.Contains(got[0], "speaks Dutch") {
				t.Errorf("direct messages %q", got)
			}
		})
	}
}

// Who takes a chat over herself needs no message.
func TestNobodyElseIsTold(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	c.press(sam, "handoff_takeover")
	c.mode(conversation.WithAgent, sam)
	c.shows("<@U0SAM> took over from <@U0MAYA>")
	if got := directs(s.slack.History(samDirect)); len(got) != 0 {
		t.Errorf("direct messages %q", got)
	}
}

// The transcript of a long conversation is in the thread as a file, too, once.
func TestLongTranscriptIsAFile(t *testing.T) {
	for name, fault := range map[string]fakeslack.Fault{
		"well":           {},
		"no answer":      {Method: "files.completeUploadExternal", Times: 1, Do: fakeslack.Drop{After: true}},
		"not completed":  {Method: "files.completeUploadExternal", Times: 1, Do: fakeslack.Drop{}},
		"an error after": {Method: "files.completeUploadExternal", Times: 1, Do: fakeslack.Status{Code: 500, After: true}},
		"no address":     {Method: "files.getUploadURLExternal", Times: 1, Do: fakeslack.Status{Code: 500}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			c := s.open("Anna")
			for i := range 205 {
				c.says(fmt.Sprintf("line %d\nof many", i))
			}
			if fault.Do != nil {
				s.slack.Inject(fault)
			}
			c.escalate()
			c.card()
			c.shows("line 0", "line 100", "line 204")
			s.until("the file", func(st *fakeslack.State) bool { return len(files(st.Thread(c.channel, c.root))) > 0 })
			s.restart()
			c.says("one more")
			c.shows("line 204", "one more")
			got := files(s.slack.Thread(c.channel, c.root))
			if len(got) != 1 || got[0].Name != c.reference+".txt" {
				t.Fatalf("files %+v", got)
			}
			text := string(got[0].Data)
			if strings.Count(text, "Anna: line ") != 205 || !strings.Contains(text, "Anna: line 204\n    of many") || strings.Contains(text, "one more") {
				t.Errorf("the file reads\n%s", text)
			}
		})
	}
}

// files are those in the thread of a chat.
func files(thread []fakeslack.Message) (out []fakeslack.File) {
	for _, m := range thread {
		out = append(out, m.Files...)
	}
	return out
}
