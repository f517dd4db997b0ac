package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// relay measures the way of a visitor's line into the Slack thread: one line at a
// time, and a burst.
func (j *job) relay(ctx context.Context) ([]Row, error) {
	var rows []Row
	err := j.inside(ctx, fullSpeed, func(ctx context.Context, h *house) error {
		c, err := h.claimed(ctx)
		if err != nil {
			return err
		}
		defer c.leave()
		took, err := c.lineByLine(ctx, j.size.lines)
		if err != nil {
			return err
		}
		rows = append(rows, delays("visitor's line to the Slack thread, p50 / p95", took))
		row, err := c.burst(ctx, j.size.burst, "no limits")
		rows = append(rows, row)
		return err
	})
	if err != nil {
		return rows, err
	}
	err = j.inside(ctx, slackPace, func(ctx context.Context, h *house) error {
		c, err := h.claimed(ctx)
		if err != nil {
			return err
		}
		defer c.leave()
		row, err := c.burst(ctx, j.size.burst, "at Slack's pace")
		rows = append(rows, row)
		return err
	})
	return rows, err
}

// lineByLine says one line, waits until it stands in the thread, and says the
// next.
func (c *chat) lineByLine(ctx context.Context, n int) ([]time.Duration, error) {
	var took []time.Duration
	for i, text := range numbered("single", n) {
		start := time.Now()
		if err := c.say(ctx, fmt.Sprintf("single-%d", i), text); err != nil {
			return took, err
		}
		if err := c.stands(ctx, text); err != nil {
			return took, err
		}
		took = append(took, time.Since(start))
	}
	return took, nil
}

// burst says n lines without a pause and waits for the last.
func (c *chat) burst(ctx context.Context, n int, pace string) (Row, error) {
	lines, start := numbered("burst", n), time.Now()
	for i, text := range lines {
		if err := c.say(ctx, fmt.Sprintf("burst-%d", i), text); err != nil {
			return Row{}, err
		}
	}
	last := lines[n-1]
	err := c.h.until(ctx, "the end of the burst", func(st *fakeslack.State) bool { return strings.Contains(below(st.Thread(channel, c.root)), last) })
	if err != nil {
		return Row{}, err
	}
	took, found := time.Since(start), count(c.thread(), lines)
	values := map[string]float64{"last_ms": ms(took)}
	found.into(values)
	return Row{
		Name: fmt.Sprintf("burst of %d lines, until the last stands there, %s", n, pace), Figure: fmt.Sprintf("%s; %s", brief(took), found), Values: values,
	}, nil
}

// reply measures the way of an agent's line to the visitor: one at a time, and a
// burst of lines 10 ms apart.
func (j *job) reply(ctx context.Context) ([]Row, error) {
	var rows []Row
	err := j.inside(ctx, fullSpeed, func(ctx context.Context, h *house) error {
		c, err := h.claimed(ctx)
		if err != nil {
			return err
		}
		defer c.leave()
		took, err := c.replyByReply(ctx, j.size.lines)
		if err != nil {
			return err
		}
		rows = append(rows, delays("agent's line to the visitor, p50 / p95", took))
		row, err := c.volley(ctx, j.size.burst)
		rows = append(rows, row)
		return err
	})
	return rows, err
}

func (c *chat) replyByReply(ctx context.Context, n int) ([]time.Duration, error) {
	var took []time.Duration
	for _, text := range numbered("reply", n) {
		start := time.Now()
		if err := c.replies(text); err != nil {
			return took, err
		}
		if err := c.wait(ctx, text, func(s *stream) bool { return s.items[len(s.items)-1].Text == text }); err != nil {
			return took, err
		}
		took = append(took, c.lastAt().Sub(start))
	}
	return took, nil
}

func (s *stream) lastAt() time.Time {
	seen := s.seen()
	return seen[len(seen)-1].at
}

// apart is the time between two lines of a volley.
const apart = 10 * time.Millisecond

// volley lets an agent say n lines, 10 ms apart, and counts those that the
// visitor is shown out of order.
func (c *chat) volley(ctx context.Context, n int) (Row, error) {
	lines, start := numbered("volley", n), time.Now()
	for i, text := range lines {
		if err := sleep(ctx, time.Until(start.Add(time.Duration(i)*apart))); err != nil {
			return Row{}, err
		}
		if err := c.replies(text); err != nil {
			return Row{}, err
		}
	}
	err := c.wait(ctx, "the volley", func(s *stream) bool { return count(texts(s.items), lines).lost == 0 })
	if err != nil {
		return Row{}, err
	}
	found, arrived := count(shown(c.seen()), lines), count(texts(c.seen()), lines)
	values := map[string]float64{"arrived_misplaced": float64(arrived.misplaced)}
	found.into(values)
	return Row{
		Name:   fmt.Sprintf("%d agent's lines 10 ms apart, shown to the visitor", n),
		Figure: fmt.Sprintf("%s (%d arrived out of order)", found, arrived.misplaced), Values: values,
	}, nil
}
