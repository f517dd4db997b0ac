package slackbridge

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// zeroTime is the time of an attempt that certainly did not happen.
var zeroTime time.Time

// backlook is how far before an attempt Slack is searched, for clocks that
// differ.
const backlook = time.Minute

// findRoot looks for the root of an attempt whose answer is missing, and completes
// the row, or clears it.
func (v *visit) findRoot(ctx context.Context, t ledger.Thread) (bool, error) {
	root, err := v.rootOf(ctx, t)
	switch {
	case err != nil:
		return false, v.cannot(ctx, t.Channel, err)
	case root != "":
		_, err = v.rootStands(ctx, t, root, "")
		v.askBackfill() // what was written there meanwhile named a thread nobody knew
		return true, err
	}
	v.thread, err = v.changeThread(ctx, t, func(t *ledger.Thread) { t.Attempted = zeroTime })
	return false, err
}

// rootOf returns the ts of the root of an attempt, "" when it did not arrive.
func (v *visit) rootOf(ctx context.Context, t ledger.Thread) (root string, err error) {
	if err := v.settled(t.Attempted); err != nil {
		return "", err
	}
	args := url.Values{"channel": {t.Channel}, "oldest": {stamp(t.Attempted.Add(-backlook))}, "include_all_metadata": {"true"}, "limit": {pageSize}}
	err = v.search(ctx, "conversations.history", args, func(m slackMessage) bool {
		if m.carries(t.Marker) {
			root = m.TS
		}
		return root != ""
	})
	return root, err
}

// carries says that a message has this marker.
func (m slackMessage) carries(marker string) bool {
	if m.Metadata != nil && m.Metadata.Type == draw.MetadataType && m.Metadata.Payload["marker"] == marker {
		return true
	}
	for _, id := range m.blockIDs() {
		if strings.HasPrefix(id, marker+":") {
			return true
		}
	}
	return false
}

// settled waits until an attempt is old enough to be looked for: it may still be
// on its way.
func (b *Bridge) settled(attempted time.Time) error {
	if ready := attempted.Add(b.Limits.DoubtWait); ready.After(b.Now()) {
		return &later{at: ready, why: "a post is in doubt"}
	}
	return nil
}

func stamp(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) + ".000000" }

// resolve looks for the posts whose answers are missing.
func (v *visit) resolve(ctx context.Context) error {
	for i, p := range v.posts {
		if p.State != ledger.Sending || p.Attempted.IsZero() {
			continue
		}
		if err := v.settled(p.Attempted); err != nil {
			return err
		}
		ts, gone, err := v.findPost(ctx, p)
		if gone || webapi.HasCode(err, "thread_not_found") {
			if err := v.clearStray(ctx, p); err != nil {
				return v.cannot(ctx, v.thread.Channel, err)
			}
			return v.lost(ctx)
		}
		if err != nil {
			return v.cannot(ctx, v.thread.Channel, err)
		}
		if p.Attempted = zeroTime; ts != "" {
			p.TS, p.State = ts, ledger.Sent
		}
		if v.posts[i], err = v.Posts.SavePost(ctx, p); err != nil {
			return fmt.Errorf("settle a post in doubt: %w", err)
		}
	}
	return nil
}

// findPost returns the ts of the message that carries a post's events, "" when
// there is none; gone says that the root was deleted.
func (v *visit) findPost(ctx context.Context, p ledger.Post) (ts string, gone bool, err error) {
	args := url.Values{"channel": {v.thread.Channel}, "ts": {v.thread.TS}, "oldest": {stamp(p.Attempted.Add(-backlook))}, "include_all_metadata": {"true"}, "limit": {pageSize}}
	err = v.search(ctx, "conversations.replies", args, func(m slackMessage) bool {
		gone = gone || m.TS == v.thread.TS && m.Subtype == "tombstone"
		if v.shows(m, p) {
			ts = m.TS
		}
		return ts != ""
	})
	return ts, gone && ts == "", err
}

// shows says that a message carries events of a post.
func (v *visit) shows(m slackMessage, p ledger.Post) bool {
	first, last, ok := found(m, v.w.Conversation)
	return ok && m.TS != v.thread.TS && overlap(p, first, last) && (p.Parts == 0 || partOf(m, v.w.Conversation) == p.Part)
}

// clearStray takes a post in doubt out of the channel, where Slack puts a reply
// whose root was deleted.
func (v *visit) clearStray(ctx context.Context, p ledger.Post) error {
	args := url.Values{"channel": {v.thread.Channel}, "oldest": {stamp(p.Attempted.Add(-backlook))}, "include_all_metadata": {"true"}, "limit": {pageSize}}
	var stray string
	err := v.search(ctx, "conversations.history", args, func(m slackMessage) bool {
		if m.thread() == "" && v.shows(m, p) {
			stray = m.TS
		}
		return stray != ""
	})
	if err != nil || stray == "" {
		return err
	}
	return v.removeStray(ctx, v.thread.Channel, stray)
}

func overlap(p ledger.Post, first, last conversation.Seq) bool {
	return first <= p.Last && last >= p.First
}

// pageSize is the most messages Slack returns at once (conversations.history:
// 999; fewer on some plans).
const pageSize = "999"

// search reads pages of messages until stop says that it has seen enough. The
// pace Slack allows may end it half-way: then it goes on there at the next visit,
// or a long thread would never be read to its end.
func (b *Bridge) search(ctx context.Context, method string, args url.Values, stop func(slackMessage) bool) error {
	key := method + " " + args.Encode()
	if at, ok := b.lookups.Load(key); ok {
		args.Set("cursor", at.(string))
	}
	for {
		if ok, retry := b.client.Throttle.Take(method, args.Get("channel")); !ok {
			return &later{at: retry, why: "the limit of " + method}
		}
		page, err := messages(ctx, b.client, method, args)
		if err != nil {
			b.lookups.Delete(key) // the cursor itself may be what is refused
			return err
		}
		if slices.ContainsFunc(page.messages, stop) || page.next == "" {
			b.lookups.Delete(key)
			return nil
		}
		b.lookups.Store(key, page.next)
		args.Set("cursor", page.next)
	}
}

// messagePage is one page of history or replies. Odd counts the messages that
// could not be read.
type messagePage struct {
	messages []slackMessage
	odd      int
	next     string
}

// messages reads one page of a method that lists messages.
func messages(ctx context.Context, c *webapi.Client, method string, args url.Values) (messagePage, error) {
	var answer struct {
		Messages []json.RawMessage `json:"messages"`
		Meta     struct {
			Cursor string `json:"next_cursor"`
		} `json:"response_metadata"`
	}
	if err := c.Read(ctx, method, args, &answer); err != nil {
		return messagePage{}, err
	}
	out := messagePage{next: answer.Meta.Cursor}
	for _, r := range answer.Messages {
		var m slackMessage
		if webapi.Decode(r, &m) != nil || m.TS == "" {
			out.odd++
			continue
		}
		out.messages = append(out.messages, m)
	}
	return out, nil
}
