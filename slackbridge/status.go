package slackbridge

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// replyStatus is /handoff status.
func (b *Bridge) replyStatus(ctx context.Context, reply func(draw.Message) error) error {
	out, err := b.statusLines(ctx)
	if err != nil {
		return err
	}
	return reply(draw.Status(out))
}

// statusLines say who is on duty, who is away, who waits, and whether everything
// works.
func (b *Bridge) statusLines(ctx context.Context) ([]draw.Span, error) {
	var out []draw.Span
	if b.Desk != nil {
		people, err := b.dutyLines(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, people...)
	}
	counts, err := b.countLines(ctx)
	if err != nil {
		return nil, err
	}
	return append(out, draw.Words(strings.Join(counts, "\n"))), nil
}

// dutyLines are the people: on duty with what they have in hand, away, off.
func (b *Bridge) dutyLines(ctx context.Context) ([]draw.Span, error) {
	rows, err := b.Desk.Agents(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the table of agents: %w", err)
	}
	load, err := b.Desk.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("count what agents have: %w", err)
	}
	now := b.Now()
	o := b.office(now)
	var on, away, off []string
	for _, a := range rows {
		name := draw.OneLine(cmp.Or(a.Name, a.ID), draw.MaxName)
		if n := load[a.ID]; n > 0 {
			name += fmt.Sprintf(" (%s)", draw.Chats(n))
		}
		switch {
		case a.Gone:
		case !a.OnDuty(o.Manual, now):
			off = append(off, name)
		case a.Absent(now):
			away = append(away, name+quietUntil(a, o, now))
		default:
			on = append(on, name)
		}
	}
	out := []draw.Span{draw.Words(hoursWords(o, now) + "\n"), draw.Strong("On duty: "), draw.Words(listed(on, "nobody") + "\n")}
	if len(away) > 0 {
		out = append(out, draw.Strong("On duty, but away: "), draw.Words(listed(away, "")+"\n"))
	}
	if len(off) > 0 {
		out = append(out, draw.Strong("Off duty: "), draw.Words(listed(off, "")+"\n"))
	}
	return out, nil
}

func hoursWords(o Office, now time.Time) string {
	switch {
	case o.Open && o.Change.IsZero():
		return "The office is always open."
	case o.Open:
		return "The office is open until " + o.clock(o.Change, now) + "."
	case o.Change.IsZero():
		return "The office is closed."
	}
	return "The office is closed until " + o.clock(o.Change, now) + "."
}

func quietUntil(a duty.Agent, o Office, now time.Time) string {
	if now.Before(a.DNDUntil) {
		return " (do not disturb until " + o.clock(a.DNDUntil, now) + ")"
	}
	return ""
}

func listed(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// countLines are the numbers: the conversations by whose turn it is, and the
// health of the bridge.
func (b *Bridge) countLines(ctx context.Context) ([]string, error) {
	var out []string
	for _, l := range []struct {
		mode  conversation.Mode
		label string
	}{{conversation.Waiting, "waiting"}, {conversation.WithAgent, "with an agent"}, {conversation.WithBot, "with the AI"}} {
		q := conversation.Query{Modes: []conversation.Mode{l.mode}, Oldest: l.mode == conversation.Waiting, Limit: 100}
		states, err := b.Log.Search(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("count conversations: %w", err)
		}
		line := fmt.Sprintf("%d %s", len(states), l.label)
		if len(states) == q.Limit {
			line = fmt.Sprintf("%d or more %s", q.Limit, l.label)
		}
		if q.Oldest && len(states) > 0 {
			line += ", the first for " + draw.Minutes(b.Now().Sub(states[0].WaitFrom))
		}
		out = append(out, line)
	}
	if ok, why := b.Health(); !ok {
		return append(out, "Not well: "+why), nil
	}
	return append(out, "Everything works."), nil
}
