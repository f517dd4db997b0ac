package slackbridge

import (
	"context"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
)

// Desk keeps who may answer, and how far visitors have read. Each method is one
// transaction.
type Desk interface {
	// Agents lists everybody who may answer or once might.
	Agents(ctx context.Context) ([]duty.Agent, error)
	// ChangeAgent reads an agent, changes her and writes her back; who is new
	// begins as the zero Agent. change may run more than once.
	ChangeAgent(ctx context.Context, id string, change func(*duty.Agent)) (duty.Agent, error)
	// Load counts the conversations that each agent owns, by her id.
	Load(ctx context.Context) (map[string]int, error)
	// Seen is how far the visitor of a conversation has read, in her numbering.
	Seen(ctx context.Context, id conversation.ID) (conversation.Seq, error)
	// Line lists all who wait and are routed.
	Line(ctx context.Context) ([]conversation.Wait, error)
}

// Office is what the policy says of a moment. Open and Change are the hours:
// Change is when they end, or begin; zero for never. Zone is where the office
// is. Manual says that only who said so is on duty. Seats says that the queue
// chooses people, so that their presence matters.
type Office struct {
	Open   bool
	Change time.Time
	Zone   *time.Location
	Manual bool
	Seats  bool
}

// office asks the policy. Without one it is always open, and everybody counts.
func (b *Bridge) office(now time.Time) Office {
	o := Office{Open: true}
	if b.Office != nil {
		o = b.Office(now)
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	return o
}

// today is the day at the office, 2026-11-21.
func (o Office) today(now time.Time) string { return now.In(o.Zone).Format(time.DateOnly) }

// clock says a time of the office in words as short as they can be: 17:30, or
// Monday 09:00, or 4 January 09:00.
func (o Office) clock(t, now time.Time) string {
	t, now = t.In(o.Zone), now.In(o.Zone)
	switch d := t.Sub(now); {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04")
	case d < 6*24*time.Hour:
		return t.Format("Monday 15:04")
	}
	return t.Format("2 January 15:04")
}

// agent finds an agent's row; the zero row when there is none yet.
func (b *Bridge) agent(ctx context.Context, id string) (duty.Agent, error) {
	list, err := b.Desk.Agents(ctx)
	for _, a := range list {
		if a.ID == id {
			return a, err
		}
	}
	return duty.Agent{ID: id}, err
}
