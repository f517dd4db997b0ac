package bench

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// every is how often each visitor writes during the outage.
const every = 500 * time.Millisecond

// outage lets Slack answer 500 to every call for a while. Visitors go on writing;
// when Slack is back, it measures how soon the first line stands in a thread, and
// counts what was dropped.
func (j *job) outage(ctx context.Context) ([]Row, error) {
	var rows []Row
	err := j.inside(ctx, slackPace, func(ctx context.Context, h *house) error {
		var chats []*chat
		for range j.size.chats {
			c, err := h.claimed(ctx)
			if err != nil {
				return err
			}
			defer c.leave()
			if err := c.say(ctx, "before", "Before the outage."); err != nil {
				return err
			}
			if err := c.stands(ctx, "Before the outage."); err != nil {
				return err
			}
			chats = append(chats, c)
		}
		var err error
		rows, err = h.fails(ctx, chats, j.size.outage)
		return err
	})
	return rows, err
}

func (h *house) fails(ctx context.Context, chats []*chat, lasts time.Duration) ([]Row, error) {
	lift := h.slack.Inject(fakeslack.Fault{Do: fakeslack.Status{Code: http.StatusInternalServerError}})
	lines, err := write(ctx, chats, lasts)
	lift()
	back := time.Now()
	if err != nil {
		return nil, err
	}
	all := func(st *fakeslack.State, want func(have, all int) bool) bool {
		have, n := 0, 0
		for i, c := range chats {
			t := count(below(st.Thread(channel, c.root)), lines[i])
			have, n = have+t.sent-t.lost, n+t.sent
		}
		return want(have, n)
	}
	if err := h.until(ctx, "a line after the outage", func(st *fakeslack.State) bool {
		return all(st, func(have, _ int) bool { return have > 0 })
	}); err != nil {
		return nil, err
	}
	first := time.Since(back)
	// What does not come is counted below; it is a figure, not an error.
	_ = h.until(ctx, "every line", func(st *fakeslack.State) bool {
		return all(st, func(have, n int) bool { return have == n })
	})
	last := time.Since(back)
	var total tally
	for i, c := range chats {
		total = total.add(count(c.thread(), lines[i]))
	}
	return outageRows(lasts, total, first, last), ctx.Err()
}

// write lets the visitors write until the time is over and returns their lines.
func write(ctx context.Context, chats []*chat, lasts time.Duration) ([][]string, error) {
	lines := make([][]string, len(chats))
	for n := range int(lasts / every) {
		for i, c := range chats {
			text := fmt.Sprintf("[outage %d %04d]", i, n)
			if err := c.say(ctx, fmt.Sprintf("outage-%d", n), text); err != nil {
				return nil, err
			}
			lines[i] = append(lines[i], text)
		}
		if err := sleep(ctx, every); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

func outageRows(lasts time.Duration, found tally, first, last time.Duration) []Row {
	what := fmt.Sprintf("Slack answers 500 for %.0f s", lasts.Seconds())
	values := map[string]float64{}
	found.into(values)
	return []Row{
		{Name: what + ": visitor's lines", Figure: found.String(), Values: values},
		{
			Name: what + ": first / last line in a thread after Slack is back", Figure: brief(first) + " / " + brief(last),
			Values: map[string]float64{"first_ms": ms(first), "last_ms": ms(last)},
		},
	}
}
