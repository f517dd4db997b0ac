package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// claims lets two agents press Claim at once, again and again, and counts the
// conversations that had two owners.
func (j *job) claims(ctx context.Context) ([]Row, error) {
	two, told := 0, 0
	err := j.inside(ctx, fullSpeed, func(ctx context.Context, h *house) error {
		for range j.size.races {
			owners, loserTold, err := h.race(ctx)
			if err != nil {
				return err
			}
			if owners != 1 {
				two++
			}
			if loserTold {
				told++
			}
		}
		return nil
	})
	row := of("two claims at once: not exactly one owner", two, j.size.races)
	row.Figure += fmt.Sprintf("; %d losers told", told)
	row.Values["losers_told"] = float64(told)
	return []Row{row}, err
}

// settles is how long one waits for something that should not happen. A turn of
// the bot takes a tenth of it.
const settles = 500 * time.Millisecond

// race makes one conversation wait, lets two agents claim it at the same moment,
// and counts who became its owner and whether the other was told.
func (h *house) race(ctx context.Context) (owners int, told bool, err error) {
	c, err := h.waiting(ctx)
	if err != nil {
		return 0, false, err
	}
	defer c.leave()
	if err := c.say(ctx, "hello", "Is anybody there?"); err != nil { // Slack hides private words in an empty thread
		return 0, false, err
	}
	if err := c.stands(ctx, "Is anybody there?"); err != nil {
		return 0, false, err
	}
	action, err := c.button(ctx, "Claim")
	if err != nil {
		return 0, false, err
	}
	var both errgroup.Group
	for _, user := range []string{fakeslack.SampleMaya, fakeslack.SampleSam} {
		both.Go(func() error { return h.slack.Press(user, channel, c.root, action) })
	}
	if err := both.Wait(); err != nil {
		return 0, false, err
	}
	if err := c.wait(ctx, "the claim", func(s *stream) bool { return s.phase() == "agent" }); err != nil {
		return 0, false, err
	}
	told, err = c.loserTold(ctx)
	names := map[string]bool{}
	for _, it := range c.seen() {
		if it.kind == "state" && it.Phase == "agent" {
			names[it.Agent.Name] = true
		}
	}
	return len(names), told, err
}

// loserTold waits a moment for private words to one of the two.
func (c *chat) loserTold(ctx context.Context) (bool, error) {
	moment, cancel := context.WithTimeout(ctx, 4*settles)
	defer cancel()
	err := c.h.slack.WaitFor(moment, func(st *fakeslack.State) bool {
		for _, user := range []string{fakeslack.SampleMaya, fakeslack.SampleSam} {
			for _, m := range st.Ephemerals(user) {
				if m.ThreadTS == c.root {
					return true
				}
			}
		}
		return false
	})
	if err != nil && ctx.Err() == nil && errors.Is(moment.Err(), context.DeadlineExceeded) {
		return false, nil
	}
	return err == nil, err
}
