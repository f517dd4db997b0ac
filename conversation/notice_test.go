package conversation

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestHumanOnlyHasNoAssistant: at the level human_only nothing that the system
// says tells the visitor of an assistant, whatever is done by whom. The notices
// that do are the queue's, which gives nobody back to the bot at that level.
func TestHumanOnlyHasNoAssistant(t *testing.T) {
	told := map[Notice]bool{NoticeNobody: true, NoticeContinues: true}
	for n, text := range english {
		switch speaks := strings.Contains(strings.ToLower(text), "assistant"); {
		case speaks && !told[n] && n != NoticeHandedBack && n != NoticeCancelled:
			t.Errorf("%s speaks of the assistant: is it true at human_only?", n)
		case !speaks && told[n]:
			t.Errorf("%s does not speak of the assistant any more", n)
		}
	}
	said := map[Notice]bool{}
	rapid.Check(t, func(t *rapid.T) {
		s := State{}
		add := func(d Decider, now time.Time) {
			drafts, err := d(s)
			if err != nil {
				return
			}
			for i, draft := range drafts {
				m, ok := draft.Body.(Message)
				if !ok || draft.Author.Role != System {
					continue
				}
				if e, escalated := drafts[max(0, i-1)].Body.(Escalated); escalated && e.Level != levelHumanOnly || told[m.Notice] {
					return // an act of another level, or the queue's
				}
				said[m.Notice] = true
				if strings.Contains(strings.ToLower(m.Text), "assistant") {
					t.Fatalf("in mode %s the visitor reads %q", s.Mode, m.Text)
				}
			}
			if next, _, err := Extend(s, "cnv_1", "", drafts, now); err == nil {
				s = next
				s.Level = levelHumanOnly
			}
		}
		add(Append(Draft{Author: anna, Body: Opened{Visitor: "vis_anna"}}), t0)
		s.Level = levelHumanOnly
		for i := range rapid.IntRange(1, 40).Draw(t, "steps") {
			now := t0.Add(time.Duration(i) * time.Hour)
			add(acts(t, s, now), now)
		}
	})
	for _, n := range []Notice{NoticeHandedBackPeople, NoticeCancelledPeople, NoticeReleased, NoticeClosed} {
		if !said[n] {
			t.Errorf("%s was never said", n)
		}
	}
}
