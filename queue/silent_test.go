package queue

import (
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

func silentAfter(remind, requeue time.Duration) func(*escalation.Config) {
	return func(c *escalation.Config) {
		c.WhenOwnerSilent = escalation.OwnerSilent{Remind: remind, Requeue: requeue}
	}
}

func reply(id string) conversation.Decider {
	return conversation.AgentSays(person(id), conversation.Message{Text: "hi"}, "1", conversation.AsOwner)
}

// ownedAt is a conversation that U1 has claimed and answered.
func ownedAt(t *testing.T, now string, change ...func(*escalation.Config)) *world {
	w := worldAt(t, now, change...)
	w.escalates(conversation.Escalated{})
	w.handle()
	w.act(conversation.Claim(person("U1"), conversation.ByButton))
	w.act(reply("U1"))
	return w
}

func TestSilentOwner(t *testing.T) {
	w := ownedAt(t, ten, silentAfter(3*time.Minute, 10*time.Minute))
	if got := w.until("2026-11-20 10:59:00"); len(got) != 0 {
		t.Fatalf("nothing is owed: %v", got)
	}
	w.now = at(t, "2026-11-20 11:00:00")
	w.visitor("and?")
	of := w.state.LastVisitor.Seq
	wantTrace(t, w.until("2026-11-20 11:09:59"), "11:03:00 reminded U1 "+itoa(of))
	wantTrace(t, w.until("2026-11-20 11:10:30"), "11:10:00 released U1 silent", "11:10:00 says agent_away", "11:10:00 routed C0SUPPORT staffed here")
	if !w.state.WaitFrom.Equal(at(t, "2026-11-20 11:00:00")) {
		t.Errorf("her place in line counts from %v, want from her line", w.state.WaitFrom)
	}
}

func itoa(s conversation.Seq) string { return string(rune('0' + int(s)%10)) }

// silentRow is an owner who may be silent, and what the queue does until the
// evening, or on Monday morning.
type silentRow struct {
	name   string
	change func(*escalation.Config)
	world  func(*testing.T, func(*escalation.Config)) *world
	want   []string
}

// back is what it looks like when a conversation goes back into the queue.
func back(clock, owner string) []string {
	return []string{clock + " released " + owner + " silent", clock + " says agent_away", clock + " routed C0SUPPORT staffed here"}
}

func silentRows() []silentRow {
	both := silentAfter(3*time.Minute, 10*time.Minute)
	return []silentRow{
		{"never, without the setting", nil, asking("10:00:00"), nil},
		{"reminds alone", silentAfter(3*time.Minute, 0), asking("10:00:00"), []string{"10:03:00 reminded"}},
		{"puts back alone", silentAfter(0, 10*time.Minute), asking("10:00:00"), back("10:10:00", "U1")},
		{"a claim without a word", both, claimedLate(true), append([]string{"10:33:00 reminded"}, back("10:40:00", "U1")...)},
		{"a line from before the claim counts from the claim", both, claimedLate(false), append([]string{"10:33:00 reminded"}, back("10:40:00", "U1")...)},
		{"the next owner has a clock of her own", both, asking("10:00:00", conversation.TakeOver(person("U2"), "U1")),
			append([]string{"10:08:00 reminded"}, back("10:15:00", "U2")...)},
		{"more lines do not move it", both, asking("10:00:00", conversation.VisitorSays(conversation.Author{Role: conversation.Visitor}, conversation.Message{Text: "hello?"}, time.Time{}, 0)),
			back("10:10:00", "U1")},
		{"an answer ends it", both, asking("10:00:00", reply("U1")), nil},
		{"it stands still out of hours", both, asking("17:29:00"), append([]string{"09:02:00 reminded"}, back("09:09:00", "U1")...)},
	}
}

func TestSilentOwnerRows(t *testing.T) {
	for _, row := range silentRows() {
		t.Run(row.name, func(t *testing.T) {
			w := row.world(t, row.change)
			end := "2026-11-20 17:00:00"
			if len(row.want) > 0 && row.want[0] < "09:30" {
				end = "2026-11-23 12:00:00"
			}
			got := w.until(end)
			for i, line := range got {
				if len(line) > 17 && line[9:17] == "reminded" {
					got[i] = line[:17]
				}
			}
			wantTrace(t, got, row.want...)
		})
	}
}

// claimedLate is a conversation that U1 claims at half past ten, without a word.
// answered: the bot had answered the visitor's line, and she pressed the button.
func claimedLate(answered bool) func(*testing.T, func(*escalation.Config)) *world {
	return func(t *testing.T, c func(*escalation.Config)) *world {
		w := worldAt(t, ten, c)
		if answered {
			w.append(conversation.Draft{Author: conversation.Author{Role: conversation.Bot}, Body: conversation.Message{Text: "Hello.", Answer: true}})
		}
		w.escalates(conversation.Escalated{})
		w.handle()
		w.now = at(t, "2026-11-20 10:30:00")
		w.act(conversation.Claim(person("U1"), conversation.ByButton))
		return w
	}
}

// asking is an owned conversation in which the visitor asks something at a time of
// that Friday; five minutes later the acts happen.
func asking(clock string, acts ...conversation.Decider) func(*testing.T, func(*escalation.Config)) *world {
	return func(t *testing.T, c func(*escalation.Config)) *world {
		w := ownedAt(t, "2026-11-20 09:30:00", c, func(c *escalation.Config) { c.IdleClose = 0 })
		w.now = at(t, "2026-11-20 "+clock)
		w.visitor("and?")
		if len(acts) == 0 {
			return w
		}
		w.until("2026-11-20 10:05:00")
		for _, act := range acts {
			w.act(act)
		}
		return w
	}
}

// After a downtime the owner is reminded first, and has a fair time to act.
func TestSilentOwnerAfterADowntime(t *testing.T) {
	w := asking("10:00:00")(t, silentAfter(3*time.Minute, 10*time.Minute))
	w.now = at(t, "2026-11-20 10:20:00")
	got := w.until("2026-11-20 10:30:00")
	wantTrace(t, got[1:2], "10:21:00 released U1 silent")

	w = asking("10:00:00")(t, silentAfter(3*time.Minute, 10*time.Minute))
	w.until("2026-11-20 10:05:00")
	w.queue = New(w.queue.deps)
	wantTrace(t, w.until("2026-11-20 10:30:00")[:1], "10:10:00 released U1 silent")
}

// While Slack is down nobody counts as silent.
func TestSilentOwnerWhileSlackIsDown(t *testing.T) {
	w := asking("10:00:00")(t, silentAfter(3*time.Minute, 10*time.Minute))
	w.steady = false
	if got := w.until("2026-11-20 11:00:00"); len(got) != 0 {
		t.Fatalf("did %v", got)
	}
	w.steady = true
	if got := w.until("2026-11-20 11:30:00"); len(got) < 2 || got[1] != "11:01:00 released U1 silent" {
		t.Errorf("did %v, want a reminder and, a minute later, the queue", got)
	}
}
