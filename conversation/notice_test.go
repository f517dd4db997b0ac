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
	for n, text := range notices {
		switch speaks := strings.Contains(strings.ToLower(text), "assistant"); {
		case speaks && !told[n] && n != NoticeHandedBack && n != NoticeCancelled:
			t.Errorf("%s speaks of the assistant: is it true at human_only?", n)
		case !speaks && told[n]:
			t.Errorf("%s does not speak of the assistant any more", n)
		}
	}
	// One walk past every notice that must be looked at, then walks at random.
	said := map[Notice]bool{}
	p := newPeopleOnly(said, told)
	ask := AskByButton(anna, "button", Escalated{Reason: ReasonButton, Level: levelHumanOnly}, Message{}, t0, hours)
	for _, d := range []Decider{ask, Claim(maya, ByButton), Release(maya), Claim(maya, ByButton), HandBack(maya, "", false), ask, Cancel(anna), ask, Claim(maya, ByButton), Close(maya, Closing{}, false)} {
		p.add(t, d, t0)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := newPeopleOnly(said, told)
		for i := range rapid.IntRange(1, 40).Draw(t, "steps") {
			now := t0.Add(time.Duration(i) * time.Hour)
			p.add(t, acts(t, p.s, now), now)
		}
	})
	for _, n := range []Notice{NoticeHandedBackPeople, NoticeCancelledPeople, NoticeReleased, NoticeClosed} {
		if !said[n] {
			t.Errorf("%s was never said", n)
		}
	}
}

// peopleOnly is a conversation at the level human_only.
type peopleOnly struct {
	s          State
	said, told map[Notice]bool
}

func newPeopleOnly(said, told map[Notice]bool) *peopleOnly {
	s, _, err := Extend(State{}, "cnv_1", "", []Draft{{Author: anna, Body: Opened{Visitor: "vis_anna"}}}, t0)
	if err != nil {
		panic(err)
	}
	s.Level = levelHumanOnly
	return &peopleOnly{s: s, said: said, told: told}
}

// add does something, if it can be done, and fails when the visitor is told of an
// assistant.
func (p *peopleOnly) add(t rapid.TB, d Decider, now time.Time) {
	drafts, err := d(p.s)
	if err != nil {
		return
	}
	for i, draft := range drafts {
		m, ok := draft.Body.(Message)
		if !ok || draft.Author.Role != System {
			continue
		}
		if e, escalated := drafts[max(0, i-1)].Body.(Escalated); escalated && e.Level != levelHumanOnly || p.told[m.Notice] {
			return // an act of another level, or the queue's
		}
		p.said[m.Notice] = true
		if strings.Contains(strings.ToLower(m.Text), "assistant") {
			t.Fatalf("in mode %s the visitor reads %q", p.s.Mode, m.Text)
		}
	}
	if next, _, err := Extend(p.s, "cnv_1", "", drafts, now); err == nil {
		p.s = next
		p.s.Level = levelHumanOnly
	}
}
