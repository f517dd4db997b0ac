package slackbridge

import (
	"context"
	"log/slog"
	"testing"
	"time"
)

type counts map[string]int

func (c counts) Count(ctx context.Context, name string, _ time.Time, n int) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	c[name] += n
	return c[name], nil
}

// A notice that was counted for all processes and never sent is given back when
// its process ends; one that may stand in Slack is not.
func TestANoticeThatWasNotSentIsGivenBack(t *testing.T) {
	c := counts{"notice a": 1, "notice ended b": 1, "notice c": 1}
	n := newNotices(&Bridge{Deps: Deps{Now: time.Now, Counts: c}, log: slog.New(slog.DiscardHandler)})
	n.queue = []notice{
		{cause: "a", counted: true}, {cause: "b", good: true, counted: true}, {cause: "c", counted: true, tried: time.Now()}, {cause: "d"},
	}
	ctx, end := context.WithCancel(t.Context())
	end()
	if err := n.run(ctx); err != nil {
		t.Fatal(err)
	}
	if c["notice a"] != 0 || c["notice ended b"] != 0 || c["notice c"] != 1 || c["notice d"] != 0 {
		t.Errorf("counted: %v", c)
	}
}
