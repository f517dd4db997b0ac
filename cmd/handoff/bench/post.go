package bench

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// post measures the visitor's POST: it is answered when the line is durable. The
// conversations wait for a person, so no answer of the bot is in the way; the
// mirror to Slack runs beside, at Slack's pace.
func (j *job) post(ctx context.Context) ([]Row, error) {
	var rows []Row
	for i, n := range j.size.clients {
		err := j.inside(ctx, slackPace, func(ctx context.Context, h *house) error {
			took, lasted, err := h.flood(ctx, n, j.size.rate)
			if err != nil {
				return err
			}
			if i == 0 {
				rows = append(rows, delays(fmt.Sprintf("visitor's POST until it is durable, %s, p50 / p95", clients(n)), took))
			}
			rows = append(rows, rate(clients(n), took, lasted))
			return nil
		})
		if err != nil {
			return rows, err
		}
	}
	return rows, nil
}

func clients(n int) string {
	if n == 1 {
		return "1 client"
	}
	return fmt.Sprintf("%d clients", n)
}

func rate(who string, took []time.Duration, lasted time.Duration) Row {
	perSecond, p99 := float64(len(took))/lasted.Seconds(), quantile(took, 0.99)
	return Row{
		Name: "messages stored, " + who, Figure: fmt.Sprintf("%.0f /s, p99 %s", perSecond, brief(p99)),
		Values: map[string]float64{"rate_per_s": perSecond, "p50_ms": ms(quantile(took, 0.5)), "p99_ms": ms(p99), "messages": float64(len(took))},
	}
}

// flood lets n visitors write as fast as they are answered.
func (h *house) flood(ctx context.Context, n int, lasts time.Duration) (took []time.Duration, lasted time.Duration, err error) {
	visitors := make([]*visitor, n)
	for i := range visitors {
		v, err := newVisitor(ctx, h.client, h.url, "/")
		if err != nil {
			return nil, 0, err
		}
		if err := v.act(ctx, "escalate", map[string]any{}); err != nil {
			return nil, 0, err
		}
		visitors[i] = v
	}
	times := make([][]time.Duration, n)
	start := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for i, v := range visitors {
		g.Go(func() (err error) {
			times[i], err = v.pour(ctx, start.Add(lasts))
			return err
		})
	}
	err = g.Wait()
	for _, t := range times {
		took = append(took, t...)
	}
	return took, time.Since(start), err
}

// most bounds the lines of one visitor.
const most = 100_000

func (v *visitor) pour(ctx context.Context, until time.Time) ([]time.Duration, error) {
	var took []time.Duration
	for i := 0; i < most && time.Now().Before(until); i++ {
		start := time.Now()
		if err := v.say(ctx, fmt.Sprintf("p-%d", i), "A line of the usual length, as people write them."); err != nil {
			return took, err
		}
		took = append(took, time.Since(start))
	}
	return took, nil
}
