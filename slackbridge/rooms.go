package slackbridge

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// room is what we need to know of a channel.
type room struct {
	Name              string
	Shared, Member    bool
	Private, Archived bool
	removed           bool      // the app was in it before
	asked             time.Time // zero: never
	changed           bool      // since then
}

// rooms knows the channels: what Slack says of them, and which cannot hold
// conversations now. What is known is believed for roomLife unless Slack says
// that it changed; the watch asks again each minute about those that are in use.
type rooms struct {
	client  *webapi.Client
	threads Threads
	now     func() time.Time
	stirred chan struct{} // capacity one: a channel has shut, or has changed

	mu    sync.Mutex
	known map[string]room
	used  map[string]bool // conversations were, or wanted to be, there
	shut  map[string]*refusal
	news  map[string]int    // how often Slack said that a channel changed
	back  []conversation.ID // who waited for channels that have opened
}

// refusal is why a channel cannot hold conversations. Until it ends nobody asks
// again.
type refusal struct {
	f       *webapi.Failure
	until   time.Time
	emptied bool              // its open conversations have left
	waiting []conversation.ID // who was sent away, in order
	waits   map[conversation.ID]bool
}

func newRooms(c *webapi.Client, threads Threads, now func() time.Time) *rooms {
	return &rooms{client: c, threads: threads, now: now, stirred: make(chan struct{}, 1), known: map[string]room{}, used: map[string]bool{}, shut: map[string]*refusal{}, news: map[string]int{}}
}

// oneAsks is how long the others wait for whom has gone to see whether a shut channel
// has opened.
const oneAsks = 2 * time.Second

// roomLife is how long a channel is believed to be as it was. Slack tells one node
// that a channel changed, and the leader's watch asks each minute; the other nodes
// ask when they are about to post and know nothing newer than this.
const roomLife = 90 * time.Second

// info is what Slack says of a channel. While Slack does not answer that question,
// what it said before counts.
func (r *rooms) info(ctx context.Context, channel string) (room, error) {
	r.mu.Lock()
	known := r.known[channel]
	r.mu.Unlock()
	ok := !known.asked.IsZero() && !known.changed
	if ok && r.now().Sub(known.asked) < roomLife {
		return known, nil
	}
	fresh, err := r.ask(ctx, channel)
	if f, bad := webapi.Failed(err); ok && bad && f.Kind != webapi.Refused {
		return known, nil
	}
	return fresh, err
}

// ask asks Slack about a channel.
func (r *rooms) ask(ctx context.Context, channel string) (room, error) {
	if err := r.client.Throttle.Allow("conversations.info", channel); err != nil {
		return room{}, err
	}
	before := r.heard(channel)
	var out room
	err := r.client.Call(ctx, "conversations.info", channel, func(ctx context.Context) error {
		ch, err := r.client.API.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
		if err == nil {
			out = room{Name: ch.Name, Shared: ch.IsExtShared, Member: ch.IsMember, Private: ch.IsPrivate, Archived: ch.IsArchived, asked: r.now()}
		}
		return err
	})
	if err != nil {
		return room{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.known[channel]
	out.removed = !out.Member && (old.Member || old.removed)
	out.changed = r.news[channel] != before // the answer may be older than the change
	r.known[channel] = out
	return out, nil
}

// codeShared is our own word for a channel that people of other organisations
// read.
const codeShared = "shared"

// look says why a channel cannot hold conversations, nil when it can. A public
// channel that we were never in is joined; one that we were removed from is not
// entered again. An error means that Slack has not said.
func (r *rooms) look(ctx context.Context, team, channel string) (*webapi.Failure, error) {
	r.mu.Lock()
	r.used[channel] = true
	if no := r.shut[channel]; no != nil {
		if no.until.After(r.now()) {
			r.mu.Unlock()
			return no.f, nil
		}
		no.until = r.now().Add(oneAsks)
	}
	before := r.news[channel]
	r.mu.Unlock()
	defer r.again(channel, before)
	is, err := r.info(ctx, channel)
	if err == nil && !is.Member && !is.removed && !is.Private && !is.Archived && !is.Shared {
		is, err = r.enter(ctx, team, channel, is)
	}
	if f, bad := webapi.Failed(err); bad && ofChannel(f) {
		r.refuse(channel, f)
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	if code := is.trouble(); code != "" {
		f := &webapi.Failure{Method: "conversations.info", Kind: webapi.Refused, Code: code}
		r.refuse(channel, f)
		return f, nil
	}
	r.open(channel)
	return nil, nil
}

// trouble is why a channel cannot hold conversations, as Slack's code for it.
func (r room) trouble() string {
	switch {
	case r.Archived:
		return "is_archived"
	case r.Shared:
		return codeShared
	case !r.Member:
		return "not_in_channel"
	}
	return ""
}

// enter joins a public channel that we were never in.
func (r *rooms) enter(ctx context.Context, team, channel string, is room) (room, error) {
	known, err := r.threads.KnowsChannel(ctx, team, channel)
	if err != nil {
		return is, fmt.Errorf("look for threads in the channel: %w", err)
	}
	if known {
		return is, nil // somebody has taken us out
	}
	if err := r.client.Throttle.Allow("conversations.join", channel); err != nil {
		return is, err
	}
	err = r.client.Call(ctx, "conversations.join", channel, func(ctx context.Context) error {
		_, _, _, err := r.client.API.JoinConversationContext(ctx, channel)
		return err
	})
	if err != nil {
		return is, err
	}
	return r.ask(ctx, channel)
}

// refuse notes that a channel cannot hold conversations. Slack is asked again after
// refusedPause.
func (r *rooms) refuse(channel string, f *webapi.Failure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outdate(channel)
	no := r.shut[channel]
	if no == nil {
		no = &refusal{waits: map[conversation.ID]bool{}}
		r.shut[channel] = no
	}
	if no.f == nil || no.f.Code != f.Code {
		poke(r.stirred)
	}
	no.f, no.until = f, r.now().Add(refusedPause)
}

// outdate makes the next question go to Slack; the name stays known.
func (r *rooms) outdate(channel string) {
	is := r.known[channel]
	is.changed = true
	r.known[channel] = is
}

// inUse lists the channels with conversations, and these.
func (r *rooms) inUse(also []string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, channel := range also {
		if isChannel(channel) {
			r.used[channel] = true
		}
	}
	return slices.Sorted(maps.Keys(r.used))
}

// outdated lets the next look ask Slack, if it may be asked.
func (r *rooms) outdated(channel string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	is := r.known[channel]
	if !is.asked.IsZero() && !is.changed {
		is.asked = r.now().Add(-roomLife)
		r.known[channel] = is
	}
}

// emptied says that a shut channel's open conversations have left, empty notes it.
func (r *rooms) emptied(channel string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	no := r.shut[channel]
	return no == nil || no.emptied
}

func (r *rooms) empty(channel string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if no := r.shut[channel]; no != nil {
		no.emptied = true
	}
}

// comeBack says when a conversation that a channel has no place for may look again:
// together they look about twenty times a second. It is woken before when the
// channel opens.
func (r *rooms) comeBack(channel string, id conversation.ID) time.Time {
	const each, most = 50 * time.Millisecond, 10 * time.Minute
	r.mu.Lock()
	defer r.mu.Unlock()
	no := r.shut[channel]
	if no == nil {
		return r.now()
	}
	if !no.waits[id] {
		no.waits[id] = true
		no.waiting = append(no.waiting, id)
	}
	return no.until.Add(min(time.Duration(len(no.waiting)-1)*each, most))
}

// refused says why a channel is shut, nil when it is not.
func (r *rooms) refused(channel string) *webapi.Failure {
	r.mu.Lock()
	defer r.mu.Unlock()
	if no := r.shut[channel]; no != nil {
		return no.f
	}
	return nil
}

// seen are the refusals that Slack shows when it is asked about the channel. Of the
// others only a post can tell that they are over.
func seen(f *webapi.Failure) bool {
	switch f.Code {
	case "is_archived", "not_in_channel", "channel_not_found", codeShared:
		return true
	}
	return f.Method != "chat.postMessage"
}

// open notes that a channel can hold conversations, as far as Slack shows it.
func (r *rooms) open(channel string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if no := r.shut[channel]; no != nil && seen(no.f) {
		r.reopen(channel, no)
	}
}

// worked notes that a post has arrived in a channel.
func (r *rooms) worked(channel string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if no := r.shut[channel]; no != nil {
		r.reopen(channel, no)
	}
}

func (r *rooms) reopen(channel string, no *refusal) {
	delete(r.shut, channel)
	r.back = append(r.back, no.waiting...)
	poke(r.stirred)
}

// returned takes those who waited for channels that have opened.
func (r *rooms) returned() []conversation.ID {
	r.mu.Lock()
	defer r.mu.Unlock()
	back := r.back
	r.back = nil
	return back
}

// forget drops what is known of a channel, after Slack said that it changed.
func (r *rooms) forget(channel string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.news[channel]++
	r.reconsider(channel)
}

// left notes that we were taken out of a channel, which we may not have asked about.
func (r *rooms) left(channel string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	is := r.known[channel]
	is.removed = true
	r.known[channel] = is
}

// again reconsiders a channel that changed while somebody looked at it: what was
// found may be older than the change.
func (r *rooms) again(channel string, before int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.news[channel] != before {
		r.reconsider(channel)
	}
}

// reconsider makes the next look ask Slack, and asks for one.
func (r *rooms) reconsider(channel string) {
	r.outdate(channel)
	if no := r.shut[channel]; no != nil {
		no.until = time.Time{}
	}
	poke(r.stirred)
}

// heard counts how often Slack said that a channel changed.
func (r *rooms) heard(channel string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.news[channel]
}
