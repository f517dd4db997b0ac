package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// The inbox: what the App Home and the modal "Open inbox" show to one agent. It is
// read in a few queries (readInbox) and drawn from them alone ([draw.Inbox]).

// Lists is what the inbox asks of the log.
type Lists interface {
	// List is one page of the conversations that a query finds.
	List(ctx context.Context, q conversation.Query) (conversation.Listing, error)
	// Numbers counts the desk now, and since a moment.
	Numbers(ctx context.Context, since time.Time) (conversation.Numbers, error)
	// Labels is what conversations can be filtered by.
	Labels(ctx context.Context) (conversation.Labels, error)
	// Stamp changes when something happens in any conversation.
	Stamp(ctx context.Context) (int64, error)
	// HoldHome notes which process draws somebody's App Home: the one that has dealt
	// with the last thing she did in it. HomeHolder is that one, "" for none.
	HoldHome(ctx context.Context, user, holder string) error
	HomeHolder(ctx context.Context, user string) (string, error)
}

// readInbox reads what an agent's inbox shows.
func (b *Bridge) readInbox(ctx context.Context, user string, v draw.HomeView) (draw.Inbox, error) {
	now := b.Now()
	in := draw.Inbox{User: user, Now: now, View: v, Try: b.Try != nil, Names: map[string]string{}}
	if err := b.readDuty(ctx, &in); err != nil {
		return in, err
	}
	o := b.office(now)
	local := now.In(o.Zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, o.Zone)
	var err error
	if in.Numbers, err = b.Log.Numbers(ctx, midnight); err != nil {
		return in, fmt.Errorf("count the desk: %w", err)
	}
	if in.Labels, err = b.Log.Labels(ctx); err != nil {
		return in, fmt.Errorf("list the filters: %w", err)
	}
	lists := draw.HomeLists(user)
	if b.people.admin(user) || len(b.Config.Admins) == 0 {
		lists = append(lists, draw.BlockedList())
	}
	for _, l := range lists {
		page, err := b.readList(ctx, l, v)
		if err != nil {
			return in, err
		}
		in.Lists = append(in.Lists, page)
	}
	return in, nil
}

// readDuty reads the reader's own duty, and the names of all.
func (b *Bridge) readDuty(ctx context.Context, in *draw.Inbox) error {
	if b.Desk == nil {
		return nil
	}
	agents, err := b.Desk.Agents(ctx)
	if err != nil {
		return fmt.Errorf("read the table of agents: %w", err)
	}
	me, err := b.agent(ctx, in.User)
	if err != nil {
		return fmt.Errorf("read the table of agents: %w", err)
	}
	for _, a := range agents {
		in.Names[a.ID] = a.Name
	}
	in.Duty, in.OnDuty = b.dutyWords(me), me.OnDuty(b.office(in.Now).Manual, in.Now)
	return nil
}

// readList reads one page of a list; a page behind the last is the last.
func (b *Bridge) readList(ctx context.Context, l draw.HomeList, v draw.HomeView) (draw.HomePage, error) {
	q := l.QueryFor(v)
	found, err := b.Log.List(ctx, q)
	if err == nil && len(found.States) == 0 && found.Total > 0 {
		q.Offset = (found.Total - 1) / l.Size * l.Size
		found, err = b.Log.List(ctx, q)
	}
	if err != nil {
		return draw.HomePage{}, fmt.Errorf("list conversations: %w", err)
	}
	out := draw.HomePage{HomeList: l, Total: found.Total}
	out.Query = q
	out.Rows, err = b.readRows(ctx, found.States)
	return out, err
}

// readRows reads what the rows of some conversations show: their threads in one
// query, and of each log only what is newer than the brief that is kept.
func (b *Bridge) readRows(ctx context.Context, states []conversation.State) ([]draw.Row, error) {
	ids := make([]conversation.ID, len(states))
	for i, s := range states {
		ids[i] = s.ID
	}
	threads, err := b.Threads.ThreadsOf(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("look for the threads: %w", err)
	}
	rows := make([]draw.Row, 0, len(states))
	for _, s := range states {
		brief, err := b.briefs.upTo(ctx, s.ID, s.Seq)
		if errors.Is(err, conversation.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the brief: %w", err)
		}
		r := draw.Row{State: s, Brief: brief}
		if t := threads[s.ID]; t.TS != "" {
			r.Link = b.permalink(t.Channel, t.TS)
		}
		rows = append(rows, r)
	}
	return rows, nil
}
