package queue

import (
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

func idleAfter(d time.Duration) func(*escalation.Config) {
	return func(c *escalation.Config) { c.IdleClose = d }
}

func TestIdle(t *testing.T) {
	claim := conversation.Claim(person("U1"), conversation.ByButton)
	for _, row := range []struct {
		name   string
		acts   []conversation.Decider
		asks   bool
		change func(*escalation.Config)
		want   []string
	}{
		{"with the bot", nil, false, nil, []string{"09:00:00 says idle_warning", "10:00:00 closed idle", "10:00:00 says closed_idle"}},
		{"after a shorter time", nil, false, idleAfter(time.Hour), []string{"10:54:00 says idle_warning", "11:00:00 closed idle", "11:00:00 says closed_idle"}},
		{"never, when switched off", nil, false, idleAfter(0), nil},
		{"with an agent, answered", []conversation.Decider{claim, reply("U1")}, true, nil,
			[]string{"09:00:00 says idle_warning", "10:00:00 closed idle", "10:00:00 says closed_idle"}},
		{"with an agent, unanswered", []conversation.Decider{claim}, true, nil, nil},
		{"waiting", nil, true, nil, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := worldAt(t, ten, row.change, func(c *escalation.Config) { c.Hours = escalation.Hours{} })
			if row.asks {
				w.escalates(conversation.Escalated{})
				w.handle()
			}
			for _, act := range row.acts {
				w.act(act)
			}
			wantTrace(t, w.until("2026-11-22 10:00:00"), row.want...)
		})
	}
}

// A line of hers after the warning keeps it open, and is warned of anew.
func TestIdleWarningIsHeard(t *testing.T) {
	w := worldAt(t, ten, idleAfter(10*time.Hour))
	wantTrace(t, w.until("2026-11-20 19:30:00"), "19:00:00 says idle_warning")
	if got := said(w.log[len(w.log)-1:]); got != "Still there? This chat closes in 1 hour unless you write." {
		t.Errorf("said %q", got)
	}
	w.visitor("still here")
	wantTrace(t, w.until("2026-11-21 06:00:00"), "04:30:00 says idle_warning", "05:30:00 closed idle", "05:30:00 says closed_idle")
}

// After a downtime the warning still comes first, with its whole time.
func TestIdleAfterADowntime(t *testing.T) {
	w := worldAt(t, ten)
	w.now = at(t, "2026-11-25 10:00:00")
	wantTrace(t, w.until("2026-11-25 12:00:00"), "10:00:00 says idle_warning", "11:00:00 closed idle", "11:00:00 says closed_idle")
}

// In a chat where nobody has written there is nobody to warn.
func TestIdleWithoutALine(t *testing.T) {
	w := worldAt(t, ten)
	w.state = conversation.State{}
	w.append(conversation.Draft{Author: conversation.Author{Role: conversation.Visitor}, Body: conversation.Opened{Visitor: "vis_1"}})
	wantTrace(t, w.until("2026-11-22 10:00:00"), "10:00:00 closed idle", "10:00:00 says closed_idle")
}

// A long wait is no silence of hers: when the bot has it again the time begins
// anew.
func TestIdleAfterALongWait(t *testing.T) {
	w := worldAt(t, "2026-11-20 17:00:00", ladder(rung(time.Hour, escalation.RungReturn)))
	w.escalates(conversation.Escalated{})
	w.until("2026-11-23 09:30:00")
	if w.state.Mode != conversation.WithBot {
		t.Fatalf("mode %s", w.state.Mode)
	}
	wantTrace(t, w.until("2026-11-24 10:00:00"), "08:30:00 says idle_warning", "09:30:00 closed idle", "09:30:00 says closed_idle")
}

func TestIn(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Hour: "in 1 hour", 6 * time.Minute: "in 6 minutes", time.Minute: "in 1 minute", 30 * time.Second: "in 30 seconds",
	} {
		if got := in(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
