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
// Change is when they end, or begin; zero for never. Day is the day in the
// office's zone, 2026-11-21. Manual says that only who said so is on duty. Seats
// says that the queue chooses people, so that their presence matters.
type Office struct {
	Open   bool
	Change time.Time
	Day    string
	Zone   *time.Location
	Manual bool
	Seats  bool
}
