package slackbridge

import (
	"context"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// room is what we need to know of a channel.
type room struct {
	Name              string
	Shared, Member    bool
	Private, Archived bool
	asked             time.Time
}

// rooms knows the channels, believed for an hour unless Slack says otherwise.
type rooms struct {
	client *client
	now    func() time.Time

	mu      sync.Mutex
	known   map[string]room
	refused map[string]*refusal
}

// refusal is Slack's no to a channel. For as long as it holds nobody asks again.
type refusal struct {
	f     *failure
	until time.Time
	told  int // conversations that were sent away
}

func newRooms(c *client, now func() time.Time) *rooms {
	return &rooms{client: c, now: now, known: map[string]room{}, refused: map[string]*refusal{}}
}

func (r *rooms) info(ctx context.Context, channel string) (room, error) {
	r.mu.Lock()
	known, ok := r.known[channel]
	no := r.refused[channel]
	r.mu.Unlock()
	if no != nil && no.until.After(r.now()) {
		return room{}, no.f
	}
	if ok && r.now().Sub(known.asked) < time.Hour {
		return known, nil
	}
	if ok, retry := r.client.limits.take("conversations.info", channel); !ok {
		return room{}, &failure{Method: "conversations.info", Kind: limited, Retry: retry.Sub(r.now()), err: errPace}
	}
	err := r.client.call(ctx, "conversations.info", channel, func(ctx context.Context) error {
		ch, err := r.client.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
		if err == nil {
			known = room{Name: ch.Name, Shared: ch.IsExtShared, Member: ch.IsMember, Private: ch.IsPrivate, Archived: ch.IsArchived, asked: r.now()}
		}
		return err
	})
	if err != nil {
		return room{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[channel] = known
	return known, nil
}

// refuse notes that Slack said no to a channel, and says when a conversation may
// try again: together they look about twenty times a second.
func (r *rooms) refuse(channel string, f *failure) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, channel)
	no := r.refused[channel]
	if now := r.now(); no == nil || !no.until.After(now) {
		no = &refusal{f: f, until: now.Add(refusedPause)}
		r.refused[channel] = no
	}
	no.told++
	return no.until.Add(time.Duration(no.told-1) * 50 * time.Millisecond)
}

// forget drops what is known of a channel, after Slack said that it changed.
func (r *rooms) forget(channel string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, channel)
	delete(r.refused, channel)
}

// join enters a public channel.
func (r *rooms) join(ctx context.Context, channel string) error {
	r.forget(channel)
	return r.client.call(ctx, "conversations.join", channel, func(ctx context.Context) error {
		_, _, _, err := r.client.api.JoinConversationContext(ctx, channel)
		return err
	})
}
