package bench

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// answer measures what the product adds to the model's own time: from the POST of
// a question to the complete answer on the visitor's stream, minus the time the
// model server spent. Each question is the first of a new conversation.
func (j *job) answer(ctx context.Context) ([]Row, error) {
	var rows []Row
	err := j.inside(ctx, fullSpeed, func(ctx context.Context, h *house) error {
		v, err := newVisitor(ctx, h.client, h.url, "/")
		if err != nil {
			return err
		}
		defer v.leave()
		var over, first []time.Duration
		before := h.model.asked.Load()
		for range j.size.turns {
			o, f, err := h.turn(ctx, v)
			if err != nil {
				return err
			}
			over, first = append(over, o), append(first, f)
		}
		calls := float64(h.model.asked.Load()-before) / float64(j.size.turns)
		row := delays("AI: overhead over the model, p50 / p95", over)
		row.Values["model_calls"] = calls
		row.Figure += fmt.Sprintf("; %.1f model calls an answer", calls)
		rows = append(rows, row, delays("AI: POST to the first words on the screen, p50 / p95", first))
		row, err = h.crowd(ctx, crowded, j.size.rate)
		rows = append(rows, row)
		return err
	})
	return rows, err
}

// turn asks in a new conversation. It returns the time to the complete answer
// without the model's own, and the time to the first words.
func (h *house) turn(ctx context.Context, v *visitor) (over, first time.Duration, err error) {
	if err := v.open(ctx, "/"); err != nil {
		return 0, 0, err
	}
	v.follow(ctx)
	if err := v.wait(ctx, "the stream", func(s *stream) bool { return s.opened }); err != nil {
		return 0, 0, err
	}
	spent, start := h.model.spent.Load(), time.Now()
	if err := v.ask(ctx); err != nil {
		return 0, 0, err
	}
	done := v.answered(0)
	first = done.Sub(start)
	if drafts := v.seenDrafts(); len(drafts) > 0 && drafts[0].Before(done) {
		first = drafts[0].Sub(start)
	}
	return done.Sub(start) - time.Duration(h.model.spent.Load()-spent), first, nil
}

// ask says the question and waits for the bot's line.
func (v *visitor) ask(ctx context.Context) error {
	before := v.bots()
	if err := v.say(ctx, fmt.Sprintf("q-%d", before), question); err != nil {
		return err
	}
	return v.wait(ctx, "the bot's answer", func(s *stream) bool { return len(s.by("bot")) > before })
}

// by lists the lines of a role; the lock is held.
func (s *stream) by(role string) []item {
	var out []item
	for _, it := range s.items {
		if it.by(role) {
			out = append(out, it)
		}
	}
	return out
}

// bots counts the bot's lines.
func (s *stream) bots() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.by("bot"))
}

// answered is when the bot's nth line arrived.
func (s *stream) answered(n int) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.by("bot")[n].at
}

func (s *stream) seenDrafts() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drafts
}

// crowded is how many visitors ask at once.
const crowded = 16

// crowd lets n visitors ask one question after the other, each in a new
// conversation, and counts the answers.
func (h *house) crowd(ctx context.Context, n int, lasts time.Duration) (Row, error) {
	answers := make([]int, n)
	start := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for i := range n {
		g.Go(func() error {
			v, err := newVisitor(ctx, h.client, h.url, "/")
			if err != nil {
				return err
			}
			defer v.leave()
			for answers[i] < most && time.Since(start) < lasts {
				if _, _, err := h.turn(ctx, v); err != nil {
					return err
				}
				answers[i]++
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return Row{}, err
	}
	total, lasted := 0, time.Since(start)
	for _, a := range answers {
		total += a
	}
	perSecond := float64(total) / lasted.Seconds()
	return Row{
		Name: fmt.Sprintf("AI: answers, %d visitors at once", n), Figure: fmt.Sprintf("%.0f /s", perSecond),
		Values: map[string]float64{"rate_per_s": perSecond, "answers": float64(total)},
	}, nil
}
