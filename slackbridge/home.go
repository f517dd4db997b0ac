package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// The inbox: what the App Home and the modal "Open inbox" show to one agent. It is
// read in a few queries (homeData) and drawn from them alone ([inbox.blocks]).

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

// inbox is all that is drawn.
type inbox struct {
	user    string
	now     time.Time
	view    homeView
	duty    string // "" where nobody is kept on duty
	onDuty  bool
	numbers conversation.Numbers
	labels  conversation.Labels
	names   map[string]string // of agents, by id
	lists   []homePage
	try     bool // sentences can be tried
}

// homePage is one page of a list.
type homePage struct {
	homeList
	rows  []inboxRow
	total int
}

// inboxRow is one conversation of a list; link leads to its thread, "" for none.
type inboxRow struct {
	state conversation.State
	brief Brief
	link  string
}

// readInbox reads what an agent's inbox shows.
func (b *Bridge) readInbox(ctx context.Context, user string, v homeView) (inbox, error) {
	now := b.Now()
	in := inbox{user: user, now: now, view: v, try: b.Try != nil, names: map[string]string{}}
	if err := b.readDuty(ctx, &in); err != nil {
		return in, err
	}
	o := b.office(now)
	local := now.In(o.Zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, o.Zone)
	var err error
	if in.numbers, err = b.Log.Numbers(ctx, midnight); err != nil {
		return in, fmt.Errorf("count the desk: %w", err)
	}
	if in.labels, err = b.Log.Labels(ctx); err != nil {
		return in, fmt.Errorf("list the filters: %w", err)
	}
	lists := homeLists(user)
	if b.people.admin(user) || len(b.Config.Admins) == 0 {
		lists = append(lists, blockedList())
	}
	for _, l := range lists {
		page, err := b.readList(ctx, l, v)
		if err != nil {
			return in, err
		}
		in.lists = append(in.lists, page)
	}
	return in, nil
}

// readDuty reads the reader's own duty, and the names of all.
func (b *Bridge) readDuty(ctx context.Context, in *inbox) error {
	if b.Desk == nil {
		return nil
	}
	agents, err := b.Desk.Agents(ctx)
	if err != nil {
		return fmt.Errorf("read the table of agents: %w", err)
	}
	me, err := b.agent(ctx, in.user)
	if err != nil {
		return fmt.Errorf("read the table of agents: %w", err)
	}
	for _, a := range agents {
		in.names[a.ID] = a.Name
	}
	in.duty, in.onDuty = b.dutyWords(me), me.OnDuty(b.office(in.now).Manual, in.now)
	return nil
}

// readList reads one page of a list; a page behind the last is the last.
func (b *Bridge) readList(ctx context.Context, l homeList, v homeView) (homePage, error) {
	q := l.page(v)
	found, err := b.Log.List(ctx, q)
	if err == nil && len(found.States) == 0 && found.Total > 0 {
		q.Offset = (found.Total - 1) / l.size * l.size
		found, err = b.Log.List(ctx, q)
	}
	if err != nil {
		return homePage{}, fmt.Errorf("list conversations: %w", err)
	}
	out := homePage{homeList: l, total: found.Total}
	out.query = q
	out.rows, err = b.readRows(ctx, found.States)
	return out, err
}

// readRows reads what the rows of some conversations show: their threads in one
// query, and of each log only what is newer than the brief that is kept.
func (b *Bridge) readRows(ctx context.Context, states []conversation.State) ([]inboxRow, error) {
	ids := make([]conversation.ID, len(states))
	for i, s := range states {
		ids[i] = s.ID
	}
	threads, err := b.Threads.ThreadsOf(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("look for the threads: %w", err)
	}
	rows := make([]inboxRow, 0, len(states))
	for _, s := range states {
		brief, err := b.briefs.upTo(ctx, s.ID, s.Seq)
		if errors.Is(err, conversation.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the brief: %w", err)
		}
		r := inboxRow{state: s, brief: brief}
		if t := threads[s.ID]; t.TS != "" {
			r.link = b.permalink(t.Channel, t.TS)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// inboxBlocks are the blocks of an agent's inbox.
func (b *Bridge) inboxBlocks(ctx context.Context, user string, v homeView) ([]slack.Block, error) {
	in, err := b.readInbox(ctx, user, v)
	if err != nil {
		return nil, err
	}
	return in.blocks(), nil
}

// noThread is the thread of nothing: every line counts as written elsewhere.
var noThread = ledger.Thread{Epoch: 1 << 30, TS: "9"}
