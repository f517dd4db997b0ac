package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// talkover counts the bot's lines where it has to be silent: after an agent has
// taken the conversation from it in the middle of its answer, after an agent's
// reply without a claim, and while the visitor waits for a person.
func (j *job) talkover(ctx context.Context) ([]Row, error) {
	var rows []Row
	err := j.inside(ctx, fullSpeed, func(ctx context.Context, h *house) error {
		for _, way := range []struct {
			name  string
			tries int
			pause time.Duration
			try   func(*house, context.Context) (int, error)
		}{
			{"AI lines after a claim, pressed while it answers", j.size.claimed, slowly, (*house).afterClaim},
			{"AI lines after a reply without a claim", j.size.replied, 0, (*house).afterReply},
			{"AI lines while waiting for a person", j.size.waiting, 0, (*house).whileWaiting},
		} {
			h.model.pause.Store(int64(way.pause))
			before := h.model.cut.Load()
			bad, err := h.tries(ctx, way.tries, way.try)
			if err != nil {
				return err
			}
			row := of(way.name, bad, way.tries)
			if cut := h.model.cut.Load() - before; way.pause > 0 {
				row.Figure += fmt.Sprintf("; %d answers cut short", cut)
				row.Values["cut"] = float64(cut)
			}
			rows = append(rows, row)
		}
		return nil
	})
	return rows, err
}

// slowly is the model's pause before each of its 18 words.
const slowly = 8 * time.Millisecond

// tries runs n tries, four at once, and counts those with a line too many.
func (h *house) tries(ctx context.Context, n int, try func(*house, context.Context) (int, error)) (bad int, err error) {
	found := make([]int, n)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for i := range n {
		g.Go(func() (err error) {
			found[i], err = try(h, ctx)
			return err
		})
	}
	err = g.Wait()
	for _, lines := range found {
		bad += min(lines, 1)
	}
	return bad, err
}

// afterClaim asks the bot twice and takes the conversation over at a random moment
// of its second answer.
func (h *house) afterClaim(ctx context.Context) (int, error) {
	v, err := h.visitor(ctx, watched)
	if err != nil {
		return 0, err
	}
	defer v.leave()
	if err := v.ask(ctx); err != nil {
		return 0, err
	}
	c, err := h.card(ctx, v)
	if err != nil {
		return 0, err
	}
	action, err := c.button(ctx, "Take over")
	if err != nil {
		return 0, err
	}
	if err := v.say(ctx, "second", "And how much is shipping?"); err != nil {
		return 0, err
	}
	if err := sleep(ctx, rand.N(18*slowly)); err != nil { //nolint:gosec // a moment, not a secret
		return 0, err
	}
	if err := h.slack.Press(fakeslack.SampleMaya, channel, c.root, action); err != nil {
		return 0, err
	}
	if err := v.wait(ctx, "the claim", func(s *stream) bool { return s.phase() == "agent" }); err != nil {
		return 0, err
	}
	return v.botsSince(ctx, func(it item) bool { return it.Phase == "agent" })
}

// afterReply asks the bot, asks for a person, gets a reply from an agent who has
// not claimed, and goes on.
func (h *house) afterReply(ctx context.Context) (int, error) {
	c, err := h.asked(ctx)
	if err != nil {
		return 0, err
	}
	defer c.leave()
	if c, err = h.card(ctx, c.visitor); err != nil {
		return 0, err
	}
	if err := c.replies("Let me look."); err != nil {
		return 0, err
	}
	if err := c.wait(ctx, "the reply", func(s *stream) bool { return len(s.by("agent")) > 0 }); err != nil {
		return 0, err
	}
	if err := c.say(ctx, "more", question); err != nil {
		return 0, err
	}
	return c.botsSince(ctx, func(it item) bool { return it.by("agent") })
}

// whileWaiting asks the bot, asks for a person, and goes on before one comes.
func (h *house) whileWaiting(ctx context.Context) (int, error) {
	c, err := h.asked(ctx)
	if err != nil {
		return 0, err
	}
	defer c.leave()
	if err := c.say(ctx, "more", question); err != nil {
		return 0, err
	}
	return c.botsSince(ctx, func(it item) bool { return it.Phase == "waiting" })
}

// asked is a conversation in which the bot has answered, which shows that it
// does, and the visitor has asked for a person.
func (h *house) asked(ctx context.Context) (*chat, error) {
	v, err := h.visitor(ctx, "/")
	if err != nil {
		return nil, err
	}
	if err := v.ask(ctx); err != nil {
		return nil, err
	}
	if err := v.act(ctx, "escalate", map[string]any{}); err != nil {
		return nil, err
	}
	return &chat{visitor: v, h: h}, v.wait(ctx, "that she waits", func(s *stream) bool { return s.phase() == "waiting" })
}

// botsSince waits a moment and counts the bot's lines behind the first event that
// fits.
func (s *stream) botsSince(ctx context.Context, from func(item) bool) (int, error) {
	if err := sleep(ctx, settles); err != nil {
		return 0, err
	}
	n, since := 0, false
	for _, it := range s.seen() {
		if since && it.by("bot") {
			n++
		}
		since = since || from(it)
	}
	return n, nil
}
