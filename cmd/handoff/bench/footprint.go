package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// footprint measures the product in a process of its own: from its start until it
// serves visitors and listens to Slack, its memory at rest, and its memory with
// many open streams.
func (j *job) footprint(ctx context.Context) ([]Row, error) {
	var rows []Row
	err := j.outside(ctx, func(ctx context.Context, h *house) error {
		ready, slack, err := j.startsOf(ctx, h, j.size.starts)
		if err != nil {
			return err
		}
		serves, listens := quantile(ready, 0.5), quantile(slack, 0.5)
		rows = append(rows, Row{
			Name: "start until ready for visitors / for Slack", Figure: brief(serves) + " / " + brief(listens),
			Values: map[string]float64{"visitors_ms": ms(serves), "slack_ms": ms(listens), "starts": float64(j.size.starts)},
		})
		p, err := j.start(h)
		if err != nil {
			return err
		}
		found, err := j.weigh(ctx, h, p)
		rows = append(rows, found...)
		h.client.CloseIdleConnections() // the server waits for those that never asked anything
		return errors.Join(p.explain(err), p.stop())
	})
	return rows, err
}

// startsOf starts the product n times. The first start makes the database and is
// left out when there are others.
func (j *job) startsOf(ctx context.Context, h *house, n int) (ready, slack []time.Duration, err error) {
	for range n {
		start := time.Now()
		p, err := j.start(h)
		if err != nil {
			return nil, nil, err
		}
		err = h.ready(ctx)
		ready = append(ready, time.Since(start))
		if err == nil {
			err = h.connected(ctx)
		}
		slack = append(slack, time.Since(start))
		if err = errors.Join(p.explain(err), p.stop()); err != nil {
			return nil, nil, err
		}
	}
	if n > 1 {
		ready, slack = ready[1:], slack[1:]
	}
	return ready, slack, nil
}

// weigh reads the memory of the running product, at rest and with open streams.
func (j *job) weigh(ctx context.Context, h *house, p *program) ([]Row, error) {
	if err := h.connected(ctx); err != nil {
		return nil, err
	}
	idle, err := j.rested(ctx, p)
	if err != nil {
		return nil, err
	}
	rows := []Row{{Name: "memory at rest (resident)", Figure: bytesOf(idle), Values: map[string]float64{"resident_bytes": float64(idle)}}}
	visitors, err := h.crowdOf(ctx, j.size.streams)
	defer func() {
		for _, v := range visitors {
			v.leave()
		}
	}()
	if err != nil {
		return rows, err
	}
	full, err := j.rested(ctx, p)
	if err != nil {
		return rows, err
	}
	return append(rows, Row{
		Name: fmt.Sprintf("memory with %d open visitor streams", j.size.streams), Figure: bytesOf(full),
		Values: map[string]float64{"resident_bytes": float64(full), "streams": float64(j.size.streams)},
	}), nil
}

func (j *job) rested(ctx context.Context, p *program) (int64, error) {
	if err := sleep(ctx, j.size.idle); err != nil {
		return 0, err
	}
	return p.memory()
}

// crowdOf opens n visitors' streams.
func (h *house) crowdOf(ctx context.Context, n int) ([]*visitor, error) {
	visitors := make([]*visitor, n)
	open, opening := errgroup.WithContext(ctx)
	open.SetLimit(16)
	for i := range visitors {
		open.Go(func() error {
			v, err := newVisitor(opening, h.client, h.url, "/")
			if err != nil {
				return err
			}
			v.follow(ctx)
			visitors[i] = v
			return v.wait(ctx, "the stream", func(s *stream) bool { return s.opened })
		})
	}
	err := open.Wait()
	return present(visitors), err
}

func present(visitors []*visitor) []*visitor {
	var out []*visitor
	for _, v := range visitors {
		if v != nil {
			out = append(out, v)
		}
	}
	return out
}
