package queue

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/feed"
)

const id conversation.ID = "cnv_test"

// world is one conversation and the queue that reads it.
type world struct {
	t      *testing.T
	queue  *Queue
	policy *escalation.Policy
	slack  bool
	state  conversation.State
	keys   map[string]bool
	log    []conversation.Event
	now    time.Time
}

func newWorld(t *testing.T, now string, change func(*escalation.Config)) *world {
	t.Helper()
	w := &world{t: t, slack: true, keys: map[string]bool{}, now: at(t, now)}
	w.configure(change)
	w.queue = New(Deps{
		Policy:  func() *escalation.Policy { return w.policy },
		Slack:   func() bool { return w.slack },
		Channel: func() string { return "C0SUPPORT" },
		Group:   func() string { return "S0AGENTS" },
	})
	w.append("", conversation.Draft{Body: conversation.Opened{Visitor: "vis_1", Reference: "H-4F2K"}})
	w.visitor("hello")
	return w
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	v, err := time.ParseInLocation("2006-01-02 15:04:05", text, berlin)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (w *world) configure(change func(*escalation.Config)) {
	w.t.Helper()
	c := escalation.Defaults()
	c.Hours = escalation.Hours{
		Timezone: "Europe/Berlin",
		Open:     map[string]escalation.Ranges{"mon-fri": {"09:00-17:30"}},
		Holidays: []string{"2026-12-25"},
	}
	c.RestrictedTopics = []escalation.Topic{{Name: "Billing", Phrases: []string{"refund"}, Channel: "C0BILLING"}}
	if change != nil {
		change(&c)
	}
	p, wrong := escalation.Compile(c)
	if len(wrong) > 0 {
		w.t.Fatal(wrong)
	}
	w.policy = p
}

func (w *world) append(key string, drafts ...conversation.Draft) []conversation.Event {
	w.t.Helper()
	s, events, err := conversation.Extend(w.state, id, key, drafts, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	w.state, w.log = s, append(w.log, events...)
	return events
}

func (w *world) visitor(text string) {
	w.t.Helper()
	w.append("", conversation.Draft{Author: conversation.Author{Role: conversation.Visitor}, Body: conversation.Message{Text: text}})
}

func (w *world) system(b conversation.Body) {
	w.t.Helper()
	w.append("", conversation.Draft{Author: conversation.Author{Role: conversation.System}, Body: b})
}

// handle runs the queue until it has nothing to append, as the Runner would, and
// returns what it appended and when it is due.
func (w *world) handle() ([]conversation.Event, time.Time) {
	w.t.Helper()
	var all []conversation.Event
	for range 10 {
		done, err := w.queue.Handle(context.Background(), feed.Work{State: w.state, Now: w.now})
		if err != nil {
			w.t.Fatal(err)
		}
		if done.Through != w.state.Seq {
			w.t.Fatalf("through %d, want all %d events", done.Through, w.state.Seq)
		}
		if done.Decide == nil {
			return all, done.Due
		}
		drafts, err := done.Decide(w.state)
		if err != nil {
			w.t.Fatal(err)
		}
		if done.Key != "" && w.keys[done.Key] || len(drafts) == 0 {
			return all, done.Due
		}
		w.keys[done.Key] = done.Key != ""
		all = append(all, w.append(done.Key, drafts...)...)
		if !done.Due.IsZero() {
			return all, done.Due
		}
	}
	w.t.Fatal("the queue never comes to rest")
	return nil, time.Time{}
}

func (w *world) wantDue(got time.Time, want string) {
	w.t.Helper()
	if !got.Equal(at(w.t, want)) {
		w.t.Errorf("due %v, want %v", got.In(w.now.Location()), want)
	}
}

// said are the texts of the system lines among events.
func said(events []conversation.Event) string {
	var texts []string
	for _, e := range events {
		if m, ok := e.Body.(conversation.Message); ok {
			texts = append(texts, m.Text)
		}
	}
	return strings.Join(texts, " | ")
}

func TestRoute(t *testing.T) {
	rows := []struct {
		name   string
		now    string
		change func(*escalation.Config)
		e      conversation.Escalated
		want   conversation.Routed
	}{
		{"default channel, open", "2026-11-20 10:00:00", nil, conversation.Escalated{Reason: "asked"},
			conversation.Routed{Channel: "C0SUPPORT", Priority: "normal", Mention: "here", Staffed: true}},
		{"topic", "2026-11-20 10:00:00", nil, conversation.Escalated{Reason: "topic", Topic: "Billing", Priority: "urgent"},
			conversation.Routed{Channel: "C0BILLING", Priority: "urgent", Mention: "here", Staffed: true}},
		{"rule before topic", "2026-11-20 10:00:00", nil, conversation.Escalated{Reason: "topic", Topic: "Billing", Channel: "C0VIP"},
			conversation.Routed{Channel: "C0VIP", Priority: "normal", Mention: "here", Staffed: true}},
		{"group", "2026-11-20 10:00:00", func(c *escalation.Config) { c.Notify = "group" }, conversation.Escalated{Reason: "asked"},
			conversation.Routed{Channel: "C0SUPPORT", Priority: "normal", Mention: "S0AGENTS", Staffed: true}},
		{"nobody", "2026-11-20 10:00:00", func(c *escalation.Config) { c.Notify = "none" }, conversation.Escalated{Reason: "asked"},
			conversation.Routed{Channel: "C0SUPPORT", Priority: "normal", Staffed: true}},
		{"quiet", "2026-11-20 10:00:00", nil, conversation.Escalated{Reason: "asked", Quiet: true},
			conversation.Routed{Channel: "C0SUPPORT", Priority: "normal", Staffed: true}},
		{"closed", "2026-11-20 18:00:00", nil, conversation.Escalated{Reason: "asked"},
			conversation.Routed{Channel: "C0SUPPORT", Priority: "normal", NextOpen: at(t, "2026-11-23 09:00:00").UTC(), Shown: true}},
		{"holiday", "2026-12-24 18:00:00", nil, conversation.Escalated{Reason: "asked"},
			conversation.Routed{Channel: "C0SUPPORT", Priority: "normal", NextOpen: at(t, "2026-12-28 09:00:00").UTC(), Shown: true}},
		{"topic with its own hours", "2026-11-20 18:00:00", func(c *escalation.Config) {
			c.RestrictedTopics[0].Hours = &escalation.Hours{Timezone: "Europe/Berlin", Open: map[string]escalation.Ranges{"fri": {"08:00-20:00"}}}
		}, conversation.Escalated{Reason: "topic", Topic: "Billing"},
			conversation.Routed{Channel: "C0BILLING", Priority: "normal", Mention: "here", Staffed: true}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, row.now, row.change)
			w.system(row.e)
			events, _ := w.handle()
			if len(events) == 0 {
				t.Fatal("no route")
			}
			if got := events[0].Body; got != row.want {
				t.Errorf("got  %+v\nwant %+v", got, row.want)
			}
		})
	}
}

func TestFridayToMonday(t *testing.T) {
	w := newWorld(t, "2026-11-20 17:00:00", nil)
	w.system(conversation.Escalated{Reason: "asked"})
	events, due := w.handle()
	if w.state.Phase() != conversation.PhaseWaiting || said(events) != "" {
		t.Fatalf("phase %s, said %q", w.state.Phase(), said(events))
	}
	w.wantDue(due, "2026-11-20 17:01:00")
	w.system(conversation.Announced{Epoch: 1, Channel: "C0SUPPORT"})

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

func TestNoSlack(t *testing.T) {
	w := newWorld(t, "2026-11-20 10:00:00", nil)
	w.slack = false
	w.system(conversation.Escalated{Reason: "asked"})
	events, _ := w.handle()
	if w.state.Phase() != conversation.PhaseOffline || !strings.HasSuffix(said(events), "H-4F2K.") {
		t.Errorf("phase %s, said %q", w.state.Phase(), said(events))
	}
	w.slack = true
	if w.handle(); w.state.Phase() != conversation.PhaseWaiting {
		t.Errorf("with Slack configured: phase %s", w.state.Phase())
	}
}

func TestUnreachable(t *testing.T) {
	w := newWorld(t, "2026-11-20 10:00:00", nil)
	w.system(conversation.Escalated{Reason: "asked"})
	w.handle()
	for _, row := range []struct {
		now  string
		want string
	}{
		{"2026-11-20 10:00:59", ""},
		{"2026-11-20 10:01:00", conversation.NoticeUnreachable.Say().Text},
		{"2026-11-20 10:02:00", ""},
		{"2026-11-20 10:30:00", ""},
	} {
		w.now = at(t, row.now)
		events, due := w.handle()
		if said(events) != row.want {
			t.Errorf("%s: said %q, want %q", row.now, said(events), row.want)
		}
		if !due.After(w.now) {
			t.Errorf("%s: due %v is not ahead", row.now, due)
		}
	}
	w.append("", conversation.Draft{Author: conversation.Author{Role: conversation.Visitor}, Body: conversation.Cancelled{}})
	w.system(conversation.Escalated{Reason: "asked"})
	w.handle()
	w.now = w.now.Add(time.Minute)
	if events, _ := w.handle(); said(events) == "" {
		t.Error("a second escalation is not told of")
	}
}

func TestAnnouncedIsReachable(t *testing.T) {
	w := newWorld(t, "2026-11-20 10:00:00", nil)
	w.system(conversation.Escalated{Reason: "asked"})
	w.handle()
	w.system(conversation.Announced{Epoch: 1, Channel: "C0SUPPORT"})
	w.now = w.now.Add(time.Hour)
	if events, _ := w.handle(); len(events) != 0 {
		t.Errorf("appended %v", events)
	}
}

func TestIdle(t *testing.T) {
	maya := conversation.Author{Role: conversation.Agent, ID: "U1", Name: "Maya"}
	claimed := conversation.Draft{Author: maya, Body: conversation.Claimed{Agent: conversation.Staff{ID: "U1", Name: "Maya"}}}
	reply := conversation.Draft{Author: maya, Body: conversation.Message{Text: "hi"}}
	asked := conversation.Draft{Body: conversation.Escalated{Reason: "asked"}}
	rows := []struct {
		name   string
		drafts []conversation.Draft
		change func(*escalation.Config)
		closes bool
	}{
		{"with the bot", nil, nil, true},
		{"never, when switched off", nil, func(c *escalation.Config) { c.IdleClose = 0 }, false},
		{"with an agent, answered", []conversation.Draft{claimed, reply}, nil, true},
		{"with an agent, unanswered", []conversation.Draft{claimed}, nil, false},
		{"waiting", []conversation.Draft{asked}, nil, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, "2026-11-20 10:00:00", row.change)
			w.append("", row.drafts...)
			w.handle()
			w.now = at(t, "2026-11-21 09:59:59")
			if w.handle(); w.state.Mode == conversation.IsClosed {
				t.Fatal("closed a second early")
			}
			w.now = at(t, "2026-11-21 10:00:01")
			w.handle()
			if got := w.state.Mode == conversation.IsClosed; got != row.closes {
				t.Fatalf("closed %v, want %v", got, row.closes)
			}
			if row.closes && w.state.Closure.Reason != conversation.ClosedIdle {
				t.Errorf("closed by %s", w.state.Closure.Reason)
			}
		})
	}
}

func TestTransferredKeepsItsChannel(t *testing.T) {
	w := newWorld(t, "2026-11-20 17:00:00", nil)
	w.system(conversation.Escalated{Reason: "topic", Topic: "Billing"})
	w.handle()
	w.system(conversation.Transferred{Channel: "C0OTHER"})
	w.now = at(t, "2026-11-20 17:30:00")
	w.handle()
	if got := w.state.Route.Channel; got != "C0OTHER" {
		t.Errorf("routed to %s, want where it was transferred", got)
	}
}

func TestTakenOverWithoutEscalationAndReleased(t *testing.T) {
	w := newWorld(t, "2026-11-20 10:00:00", nil)
	maya := conversation.Staff{ID: "U1", Name: "Maya"}
	w.system(conversation.Claimed{Agent: maya})
	w.system(conversation.Released{Agent: maya})
	w.handle()
	if got := w.state.Route; got.Channel != "C0SUPPORT" || !got.Staffed {
		t.Errorf("route %+v", got)
	}
}

func TestReload(t *testing.T) {
	w := newWorld(t, "2026-11-20 18:00:00", nil)
	w.system(conversation.Escalated{Reason: "asked"})
	_, due := w.handle()
	w.wantDue(due, "2026-11-20 18:01:00")
	w.configure(func(c *escalation.Config) { c.Hours.Open = map[string]escalation.Ranges{"daily": {"00:00-24:00"}} })
	w.now = due
	if w.handle(); !w.state.Route.Staffed {
		t.Error("longer hours did not take hold")
	}
}

func TestNewEventsAreLookedAt(t *testing.T) {
	w := newWorld(t, "2026-11-20 10:00:00", nil)
	w.system(conversation.Escalated{Reason: "asked"})
	done, err := w.queue.Handle(context.Background(), feed.Work{State: w.state, Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	w.visitor("never mind")
	if _, err := done.Decide(w.state); !errors.Is(err, conversation.ErrSuperseded) {
		t.Errorf("a route would be kept over what was said since: %v", err)
	}
}

func TestWhen(t *testing.T) {
	now := at(t, "2026-10-23 18:00:00") // the clocks change on the 25th
	for text, want := range map[string]string{
		"2026-10-23 20:00:00": "today at 20:00",
		"2026-10-24 09:00:00": "tomorrow at 09:00",
		"2026-10-26 09:00:00": "Monday at 09:00",
		"2026-10-29 09:00:00": "Thursday at 09:00",
		"2026-10-30 09:00:00": "Friday, 30 October at 09:00",
	} {
		if got := when(at(t, text), now); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
