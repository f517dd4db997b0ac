package queue

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/feed"
)

const id conversation.ID = "cnv_test"

// world is one conversation, the team, and the queue that reads it.
type world struct {
	t      failer
	queue  *Queue
	policy *escalation.Policy
	level  string
	slack  bool
	steady bool
	agents []string
	roster Roster
	knew   []string
	locale string
	state  conversation.State
	log    []conversation.Event
	now    time.Time
}

// failer is what a table test and a property test have in common.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// worldAt is a conversation in which the visitor has said hello, in an office that
// is open from Monday to Friday, with a billing topic.
func worldAt(t failer, now string, change ...func(*escalation.Config)) *world {
	t.Helper()
	w := &world{t: t, slack: true, steady: true, now: at(t, now)}
	w.configure(change...)
	w.queue = New(Deps{
		Policy:  func() *escalation.Policy { return w.policy },
		Level:   func(string) string { return w.level },
		Slack:   func() bool { return w.slack },
		Steady:  func() bool { return w.steady },
		Channel: func() string { return "C0SUPPORT" },
		Agents:  func() []string { return w.agents },
		Group:   func() string { return "S0AGENTS" },
		Roster:  func(context.Context) Roster { return w.roster },
		Knew:    func(context.Context, string) []string { return w.knew },
		Locale:  func(context.Context, conversation.ID) string { return w.locale },
	})
	w.append(conversation.Draft{Body: conversation.Opened{Visitor: "vis_1", Reference: "H-4F2K"}})
	w.visitor("hello")
	return w
}

func at(t failer, text string) time.Time {
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

func (w *world) configure(change ...func(*escalation.Config)) {
	w.t.Helper()
	c := escalation.Defaults()
	c.Hours = escalation.Hours{
		Timezone: "Europe/Berlin",
		Open:     map[string]escalation.Ranges{"mon-fri": {"09:00-17:30"}},
		Holidays: []string{"2026-12-25"},
	}
	c.RestrictedTopics = []escalation.Topic{{Name: "Billing", Phrases: []string{"refund"}, Channel: "C0BILLING"}}
	for _, f := range change {
		if f != nil {
			f(&c)
		}
	}
	p, wrong := escalation.Compile(c)
	if len(wrong) > 0 {
		w.t.Fatal(wrong)
	}
	w.policy = p
}

func (w *world) append(drafts ...conversation.Draft) []conversation.Event {
	w.t.Helper()
	s, events, err := conversation.Extend(w.state, id, "", drafts, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	w.state, w.log = s, append(w.log, events...)
	return events
}

func (w *world) visitor(text string) {
	w.t.Helper()
	w.append(conversation.Draft{Author: conversation.Author{Role: conversation.Visitor}, Body: conversation.Message{Text: text}})
}

func (w *world) system(b conversation.Body) {
	w.t.Helper()
	w.append(conversation.Draft{Author: conversation.Author{Role: conversation.System}, Body: b})
}

// act runs a decider of somebody else.
func (w *world) act(d conversation.Decider) {
	w.t.Helper()
	drafts, err := d(w.state)
	if err != nil {
		w.t.Fatal(err)
	}
	w.append(drafts...)
}

// escalates asks for a person, and the card stands at once.
func (w *world) escalates(e conversation.Escalated) *world {
	w.t.Helper()
	w.system(e)
	w.system(conversation.Announced{Epoch: w.state.Epoch, Channel: "C0SUPPORT"})
	return w
}

// person is an agent's author.
func person(id string) conversation.Author {
	return conversation.Author{Role: conversation.Agent, ID: id, Name: id}
}

// team is a known roster of agents in the support channel, whose presence is
// known.
func (w *world) team(ids ...string) {
	w.roster = Roster{Roster: duty.Roster{Known: true, Load: map[string]int{}}}
	for _, id := range ids {
		w.roster.Agents = append(w.roster.Agents, duty.Agent{ID: id, Name: id, Places: []string{"C0SUPPORT"}, AwayAt: w.now})
	}
}

// agent changes somebody of the team.
func (w *world) agent(id string, change func(*duty.Agent)) {
	agents := slices.Clone(w.roster.Agents)
	change(&agents[slices.IndexFunc(agents, func(a duty.Agent) bool { return a.ID == id })])
	w.roster.Agents = agents
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
		drafts, err := done.Decide(w.state)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(drafts) == 0 {
			return all, done.Due
		}
		if !done.Due.IsZero() {
			w.t.Fatalf("an act with a due time %v", done.Due)
		}
		all = append(all, w.append(drafts...)...)
	}
	w.t.Fatalf("the queue never comes to rest: %s", strings.Join(trace(all), "; "))
	return nil, time.Time{}
}

// until lets time pass and the queue act whenever it is due, and returns what it
// did, one line each: "10:02:00 step ping_group".
func (w *world) until(end string) []string {
	w.t.Helper()
	stop := at(w.t, end)
	var all []conversation.Event
	for {
		events, due := w.handle()
		all = append(all, events...)
		if due.IsZero() || due.After(stop) {
			w.now = stop
			return trace(all)
		}
		w.now = due
	}
}

func trace(events []conversation.Event) []string {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	var lines []string
	for _, e := range events {
		lines = append(lines, e.At.In(berlin).Format("15:04:05 ")+brief(e.Body))
	}
	return lines
}

// brief is an event in a few words.
func brief(b conversation.Body) string {
	words := []string{string(conversation.KindOf(b))}
	switch b := b.(type) {
	case conversation.Message:
		words = []string{"says", string(b.Notice)}
	case conversation.Routed:
		words = append(words, b.Channel, map[bool]string{true: "staffed", false: "empty"}[b.Staffed], b.Mention)
	case conversation.Offered:
		words = append(words, b.Agent.ID)
	case conversation.Stepped:
		words = append(words, b.Do, b.Group, b.Channel, b.Address)
	case conversation.Transferred:
		words = append(words, string(b.Why), b.To.ID, b.Channel)
	case conversation.Reminded:
		words = append(words, b.Agent.ID, fmt.Sprint(b.Of))
	case conversation.Released:
		words = append(words, b.Agent.ID, string(b.Why))
	case conversation.HandedBack:
		words = append(words, string(b.Why))
	case conversation.Closed:
		words = append(words, string(b.Reason))
	}
	return strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), " ")
}

func wantTrace(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
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
