package conversation

import (
	"strings"
	"testing"
	"time"
)

// TestTakesUp: when nobody had time the bot answers what the visitor wrote while
// she waited, and nothing that a verdict has judged.
func TestTakesUp(t *testing.T) {
	back := with(func(s State) Decider { return BackToBot(s.Queued.Seq, BackNobody, NoticeNobody.Say()) })
	judged := []Decider{says("a person please"), escalates(2, "")}
	for name, tt := range map[string]struct {
		acts  []Decider
		open  Seq // the visitor's first line that is left to the bot, 0 for none
		reset Seq // where the chapter begins; 0 for the hand back itself
	}{
		"nothing was written":              {judged, 0, 0},
		"she wrote while she waited":       {after(judged, says("my order is late"), says("hello?")), 2, 3},
		"the button, a line in flight":     {[]Decider{says("my order is late"), button()}, 2, 1},
		"the button, and then a line":      {[]Decider{says("hi"), botSays(2, Message{Text: "Hello"}), button(), says("and to France?")}, 7, 6},
		"the owner had answered, then not": {after(owned(), AgentSays(maya, Message{}, "1", AsOwner), says("thanks"), Requeue(maya.ID, ReleasedSilent)), 9, 8},
		"the owner had answered it all":    {after(owned(), AgentSays(maya, Message{}, "1", AsOwner), Release(maya)), 0, 0},
		"reopened":                         {after(owned(), AgentSays(maya, Message{}, "1", AsOwner), Close(maya, Closing{}, false), says("still broken")), 12, 11},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(t, after(tt.acts, back)...)
			if s.Mode != WithBot || s.Unanswered.Seq != tt.open {
				t.Errorf("mode %s, open %d, want %d", s.Mode, s.Unanswered.Seq, tt.open)
			}
			if tt.reset == 0 {
				tt.reset = s.Seq - 1
			}
			if s.Chapter() != tt.reset || s.Reset != s.Seq-1 {
				t.Errorf("the chapter begins at %d, want %d", s.Chapter(), tt.reset)
			}
			if judges := s.LastVisitor.Seq > max(s.Judged, s.Chapter()); judges != (tt.open > 0) {
				t.Errorf("a line for the bot: %v, want %v", judges, tt.open > 0)
			}
		})
	}
}

// An agent who hands back has read what she wrote.
func TestHandBackBeginsAfresh(t *testing.T) {
	if s := play(t, after(waiting(), says("hello?"), HandBack(maya, "", false))...); s.Unanswered.Seq != 0 || s.Chapter() != s.Seq-1 {
		t.Errorf("open %d, chapter from %d, want a fresh one", s.Unanswered.Seq, s.Chapter())
	}
}

func TestCancelLeavesHerLinesToTheBot(t *testing.T) {
	s := play(t, after(waiting(), says("hello?"), Cancel(anna))...)
	if s.Mode != WithBot || s.Unanswered.Seq != 2 || s.Chapter() != 1 {
		t.Errorf("open %d, chapter from %d, want from her first line on", s.Unanswered.Seq, s.Chapter())
	}
}

// TestReopenedKeepsWhoMayClaim: the topic, the level and the agents of the
// escalation before hold for the one that reopening makes.
func TestReopenedKeepsWhoMayClaim(t *testing.T) {
	e := Escalated{Reason: ReasonButton, Level: "human_only", Agents: []string{"S0BILL"}}
	s := play(t, says("hi"), AskByButton(anna, "button", e, Message{}, t0, time.Hour), Claim(maya, ByButton), Close(maya, Closing{}, false), says("again"))
	if s.Mode != Waiting || s.Level != e.Level || len(s.Agents) != 1 {
		t.Errorf("reopened: %+v", s)
	}
}

// TestEscalationWords: what happens, what she can do, and no promise when.
func TestEscalationWords(t *testing.T) {
	for n, text := range notices {
		if !n.SaysEscalated() {
			continue
		}
		happens, can, _ := strings.Cut(text, ". ")
		if !strings.Contains(happens, "team") || !strings.HasPrefix(can, "You ") || strings.Count(text, ". ") != 1 {
			t.Errorf("%s: %q is not what happens and what she can do", n, text)
		}
		for _, promise := range []string{"soon", "shortly", "moment", "minute", "right away", "immediately"} {
			if strings.Contains(text, promise) {
				t.Errorf("%s promises %q", n, promise)
			}
		}
		if p := n.Plain(); strings.Contains(notices[p], "sorry") {
			t.Errorf("%s has no words without an apology", n)
		}
	}
}
