package queue

import (
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

const night = "2026-11-20 18:00:00"

func TestFridayToMonday(t *testing.T) {
	w := worldAt(t, "2026-11-20 17:00:00")
	w.escalates(conversation.Escalated{Reason: "asked"})
	events, due := w.handle()
	if w.state.Phase() != conversation.PhaseWaiting || said(events) != "" {
		t.Fatalf("phase %s, said %q", w.state.Phase(), said(events))
	}
	w.wantDue(due, "2026-11-20 17:01:00")
	w.now = at(t, "2026-11-20 17:29:30")
	_, due = w.handle()
	w.wantDue(due, "2026-11-20 17:30:00")
	w.now = due
	events, _ = w.handle()
	want := "Nobody from the team is here right now. Leave an address and we'll answer there. Your reference is H-4F2K. " +
		"The team is back Monday at 09:00 (Europe/Berlin)."
	if w.state.Phase() != conversation.PhaseOffline || said(events) != want {
		t.Fatalf("phase %s, said %q", w.state.Phase(), said(events))
	}
	w.now = at(t, "2026-11-23 08:59:45")
	events, due = w.handle()
	if len(events) != 0 {
		t.Fatalf("appended %v before the opening", events)
	}
	w.wantDue(due, "2026-11-23 09:00:00")
	w.now = due
	events, _ = w.handle()
	if w.state.Phase() != conversation.PhaseWaiting || !w.state.Route.Staffed || said(events) != "" || len(events) != 1 {
		t.Fatalf("phase %s, events %v", w.state.Phase(), events)
	}
}

// She is asked for an address once in a wait, and never for one that is known.
func TestAwayAsksOnce(t *testing.T) {
	w := worldAt(t, night)
	w.escalates(conversation.Escalated{})
	events, _ := w.handle()
	if !strings.Contains(said(events), "Leave an address") {
		t.Errorf("said %q", said(events))
	}
	w.until("2026-11-23 17:29:00") // nobody had time all Monday
	events, _ = w.handle()
	if len(events) != 0 {
		t.Errorf("appended %v", trace(events))
	}
	w.now = at(t, "2026-11-23 17:30:00")
	events, _ = w.handle()
	if !strings.Contains(said(events), "What you wrote is kept") || !strings.Contains(said(events), "Tuesday") && !strings.Contains(said(events), "tomorrow") {
		t.Errorf("said %q, want no second question", said(events))
	}

	w = worldAt(t, night)
	w.system(conversation.ContactGiven{Mail: true})
	w.escalates(conversation.Escalated{})
	events, _ = w.handle()
	if strings.Contains(said(events), "Leave an address") || !strings.Contains(said(events), "The team is back Monday") {
		t.Errorf("an address is known, and she was told %q", said(events))
	}
}

func TestAIContinues(t *testing.T) {
	for _, row := range []struct {
		name  string
		now   string
		level string
		e     conversation.Escalated
		want  []string
	}{
		{"at night", night, "", conversation.Escalated{}, []string{"18:00:00 handed_back away", "18:00:00 says continues"}},
		{"by day", ten, "", conversation.Escalated{}, []string{"10:00:00 routed C0SUPPORT staffed here"}},
		{"a restricted topic waits for people", night, "", conversation.Escalated{Topic: "Billing"},
			[]string{"18:00:00 routed C0BILLING empty", "18:00:00 says away"}},
		{"and so does who may not be answered by the bot", night, escalation.HumanOnly, conversation.Escalated{},
			[]string{"18:00:00 routed C0SUPPORT empty", "18:00:00 says away"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := worldAt(t, row.now, way(escalation.AwayContinues))
			w.level = row.level
			w.escalates(row.e)
			events, _ := w.handle()
			wantTrace(t, trace(events), row.want...)
		})
	}
}

// The office closes over somebody who waits.
func TestAIContinuesAtClosingTime(t *testing.T) {
	w := worldAt(t, "2026-11-20 17:29:00", way(escalation.AwayContinues))
	w.escalates(conversation.Escalated{})
	wantTrace(t, w.until("2026-11-20 18:00:00"),
		"17:29:00 routed C0SUPPORT staffed here", "17:30:00 handed_back away", "17:30:00 says continues")
}

func TestSuggest(t *testing.T) {
	suggest := func(c *escalation.Config) {
		c.Away = escalation.Away{Suggest: escalation.Text{"en": "Call **us** at [+49 30 1234](tel:+49301234).", "de": "Rufen Sie an."}}
	}
	w := worldAt(t, night, suggest)
	w.escalates(conversation.Escalated{})
	events, _ := w.handle()
	wantTrace(t, trace(events), "18:00:00 routed C0SUPPORT empty", "18:00:00 says suggest")
	m, _ := events[1].Body.(conversation.Message)
	if m.Text != "Call us at +49 30 1234 (+49301234)." || !strings.Contains(string(m.Content), `"url":"tel:+49301234"`) {
		t.Errorf("said %q, drawn as %s", m.Text, m.Content)
	}
	if w.state.Mode != conversation.Waiting {
		t.Error("she no longer waits")
	}
	if got := w.until("2026-11-21 12:00:00"); len(got) != 0 {
		t.Errorf("and then %v", got)
	}
	w = worldAt(t, night, suggest)
	w.locale = "de-AT"
	w.escalates(conversation.Escalated{})
	if events, _ = w.handle(); said(events) != "Rufen Sie an." {
		t.Errorf("in German: %q", said(events))
	}
}

// What she writes while she waits is confirmed once, in every wait.
func TestAdded(t *testing.T) {
	for _, now := range []string{ten, night} {
		w := worldAt(t, now)
		w.escalates(conversation.Escalated{})
		w.handle()
		w.now = w.now.Add(10_000_000_000)
		w.visitor("one more thing")
		events, _ := w.handle()
		if len(events) != 1 || said(events) != "Added for the team." {
			t.Errorf("%s: said %q", now, said(events))
		}
		w.visitor("and another")
		if events, _ = w.handle(); len(events) != 0 {
			t.Errorf("%s: said %q again", now, said(events))
		}
		w.act(conversation.Claim(person("U1"), conversation.ByButton))
		w.act(conversation.Release(person("U1")))
		w.handle()
		w.visitor("hello?")
		if events, _ = w.handle(); said(events) != "Added for the team." {
			t.Errorf("%s: in the next wait: %q", now, said(events))
		}
	}
}

func TestUnreachable(t *testing.T) {
	w := worldAt(t, ten)
	w.system(conversation.Escalated{Reason: "asked"})
	wantTrace(t, w.until("2026-11-20 10:30:00"), "10:00:00 routed C0SUPPORT staffed here", "10:01:00 says team_unreachable")
	w.append(conversation.Draft{Author: conversation.Author{Role: conversation.Visitor}, Body: conversation.Cancelled{}})
	w.system(conversation.ContactGiven{Mail: true})
	w.system(conversation.Escalated{Reason: "asked"})
	wantTrace(t, w.until("2026-11-20 11:00:00"), "10:30:00 routed C0SUPPORT staffed here", "10:31:00 says team_trying")

	w = worldAt(t, ten)
	w.escalates(conversation.Escalated{Reason: "asked"})
	wantTrace(t, w.until("2026-11-20 11:00:00"), "10:00:00 routed C0SUPPORT staffed here")
}
