package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// kills ends the product with SIGKILL at random moments while visitors and agents
// write, and counts what became of every line that was acknowledged: by the API
// to the visitor, by Slack to the agent.
func (j *job) kills(ctx context.Context) ([]Row, error) {
	var rows []Row
	err := j.outside(ctx, func(ctx context.Context, h *house) error {
		p, err := j.start(h)
		if err != nil {
			return err
		}
		if err := h.connected(ctx); err != nil {
			return errors.Join(p.explain(err), p.kill())
		}
		t := &torture{job: j, house: h, program: p}
		err = t.run(ctx)
		err = errors.Join(t.program.explain(err), t.program.kill())
		rows = t.rows()
		return err
	})
	return rows, err
}

// torture is one run of kills.
type torture struct {
	*job
	*house
	program            *program
	chats              []*chat
	said, answered     [][]string // by chat
	toSlack, toVisitor tally
}

// chatsAtOnce is how many conversations go on while the product is killed.
const chatsAtOnce = 2

func (t *torture) run(ctx context.Context) error {
	for range chatsAtOnce {
		c, err := t.claimed(ctx)
		if err != nil {
			return err
		}
		defer c.leave()
		t.chats = append(t.chats, c)
	}
	each := t.size.each / chatsAtOnce
	for i := range t.chats {
		t.said = append(t.said, numbered(fmt.Sprintf("c%d visitor", i), each))
		t.answered = append(t.answered, numbered(fmt.Sprintf("c%d agent", i), each))
	}
	g, writing := errgroup.WithContext(ctx)
	for i, c := range t.chats {
		g.Go(func() error { return t.talk(writing, c, t.said[i]) })
		g.Go(func() error { return t.reply(writing, c, t.answered[i]) })
	}
	g.Go(func() error { return t.killAgain(writing) })
	if err := g.Wait(); err != nil {
		return err
	}
	t.settle(ctx)
	for i, c := range t.chats {
		t.toSlack = t.toSlack.add(count(c.thread(), t.said[i]))
		t.toVisitor = t.toVisitor.add(count(shown(c.seen()), t.answered[i]))
	}
	return ctx.Err()
}

// between is the longest life of a process before the next kill.
const between = 600 * time.Millisecond

// rhythm spreads the lines over the kills.
func (t *torture) rhythm(ctx context.Context) error {
	lasts := time.Duration(t.Kills) * (between/2 + 150*time.Millisecond)
	mean := lasts / time.Duration(max(1, t.size.each/chatsAtOnce))
	return sleep(ctx, rand.N(2*mean+1)) //nolint:gosec // a moment, not a secret
}

func (t *torture) talk(ctx context.Context, c *chat, lines []string) error {
	for i, line := range lines {
		if err := c.insist(ctx, fmt.Sprintf("kill-%d", i), line); err != nil {
			return err
		}
		if err := t.rhythm(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (t *torture) reply(ctx context.Context, c *chat, lines []string) error {
	for _, line := range lines {
		if err := c.replies(line); err != nil {
			return err
		}
		if err := t.rhythm(ctx); err != nil {
			return err
		}
	}
	return nil
}

// killAgain kills the product and starts it, again and again.
func (t *torture) killAgain(ctx context.Context) error {
	for range t.Kills {
		if err := sleep(ctx, rand.N(between)); err != nil { //nolint:gosec // a moment, not a secret
			return err
		}
		if err := t.program.kill(); err != nil {
			return err
		}
		p, err := t.start(t.house)
		if err != nil {
			return err
		}
		t.program = p
		if err := t.ready(ctx); err != nil {
			return err
		}
	}
	return nil
}

// settle waits until everything has arrived, or does not come any more. What is
// missing then is counted as lost.
func (t *torture) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 3*patience)
	defer cancel()
	for i, c := range t.chats {
		for ctx.Err() == nil && count(shown(c.seen()), t.answered[i]).lost > 0 {
			_ = c.wait(ctx, "every reply", func(s *stream) bool { return count(texts(s.items), t.answered[i]).lost == 0 })
		}
		_ = t.slack.WaitFor(ctx, func(st *fakeslack.State) bool { return count(below(st.Thread(channel, c.root)), t.said[i]).lost == 0 })
	}
	_ = sleep(ctx, 2*time.Second) // what is there twice comes late
}

func (t *torture) rows() []Row {
	name := fmt.Sprintf("%d kill -9, %d lines each way, ", t.Kills, t.size.each)
	row := func(way string, found tally) Row {
		values := map[string]float64{"kills": float64(t.Kills)}
		found.into(values)
		return Row{Name: name + way, Figure: found.String(), Values: values}
	}
	return []Row{row("to Slack", t.toSlack), row("to the visitor", t.toVisitor)}
}
