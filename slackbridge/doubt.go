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
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// zeroTime is the time of an attempt that certainly did not happen.
var zeroTime time.Time

// refusedPause is how long a conversation waits after Slack said no to its
// channel: somebody has to act first.
const refusedPause = 20 * time.Second

// backlook is how far before an attempt Slack is searched, for clocks that
// differ.
const backlook = time.Minute

// mendFor says what to do about an error code of Slack.
func mendFor(code string) string {
	switch code {
	case "not_in_channel", "channel_not_found":
		return "Invite the app with /invite, or correct the channel in handoff.yaml."
	case "is_archived":
		return "Unarchive the channel, or set another one in handoff.yaml."
	case "missing_scope":
		return "Update the app with the manifest of handoff manifest and install it again."
	case "restricted_action", "restricted_action_thread_only_channel", "restricted_action_read_only_channel":
		return "Allow the app to post in the channel's settings."
	}
	return "Run handoff doctor."
}

// ofChannel says that a refusal concerns the channel and not one post in it.
func (f *failure) ofChannel() bool {
	switch f.Code {
	case "not_in_channel", "channel_not_found", "is_archived", "restricted_action", "restricted_action_thread_only_channel", "restricted_action_read_only_channel":
		return true
	}
	return f.Method == "conversations.info" || f.Method == "conversations.join"
}

// admit makes sure that a channel may hold conversations: the bot is in it and
// nobody from outside is.
func (v *visit) admit(ctx context.Context, channel string) error {
	r, err := v.rooms.info(ctx, channel)
	if err != nil {
		return v.cannot(ctx, channel, err)
	}
	if !r.Member && !r.Private && !r.Archived {
		if err := v.rooms.join(ctx, channel); err != nil {
			return v.cannot(ctx, channel, err)
		}
		if r, err = v.rooms.info(ctx, channel); err != nil {
			return v.cannot(ctx, channel, err)
		}
	}
	if !r.Shared {
		v.notes.mended("shared " + channel)
		return nil
	}
	v.notes.stand("shared "+channel, "The channel <#"+channel+"> is shared with another organisation. Nothing of a visitor is posted there. Use a channel of your own workspace, or end the sharing.")
	return &later{at: v.now.Add(refusedPause), why: "the channel is shared"}
}

// findRoot looks for the root of an attempt whose answer is missing.
func (v *visit) findRoot(ctx context.Context, t ledger.Thread) (bool, error) {
	if err := v.settled(t.Attempted); err != nil {
		return false, err
	}
	args := url.Values{"channel": {t.Channel}, "oldest": {stamp(t.Attempted.Add(-backlook))}, "include_all_metadata": {"true"}, "limit": {pageSize}}
	var root string
	err := v.search(ctx, "conversations.history", args, func(m slackMessage) bool {
		if m.carries(t.Marker) {
			root = m.TS
		}
		return root != ""
	})
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

// carries says that a message has this marker.
func (m slackMessage) carries(marker string) bool {
	if m.Metadata != nil && m.Metadata.Type == metadataType && m.Metadata.Payload["marker"] == marker {
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
func (v *visit) settled(attempted time.Time) error {
	if ready := attempted.Add(v.Limits.DoubtWait); ready.After(v.Now()) {
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
		ts, err := v.findPost(ctx, p)
		if hasCode(err, "thread_not_found") {
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
// there is none.
func (v *visit) findPost(ctx context.Context, p ledger.Post) (ts string, err error) {
	args := url.Values{"channel": {v.thread.Channel}, "ts": {v.thread.TS}, "oldest": {stamp(p.Attempted.Add(-backlook))}, "include_all_metadata": {"true"}, "limit": {pageSize}}
	err = v.search(ctx, "conversations.replies", args, func(m slackMessage) bool {
		first, last, ok := found(m, v.w.Conversation)
		if ok && m.TS != v.thread.TS && overlap(p, first, last) {
			ts = m.TS
		}
		return ts != ""
	})
	return ts, err
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
func (v *visit) search(ctx context.Context, method string, args url.Values, stop func(slackMessage) bool) error {
	key := method + " " + args.Encode()
	if at, ok := v.lookups.Load(key); ok {
		args.Set("cursor", at.(string))
	}
	for {
		if ok, retry := v.client.limits.take(method, args.Get("channel")); !ok {
			return &later{at: retry, why: "the limit of " + method}
		}
		page, err := v.client.messages(ctx, method, args)
		if err != nil {
			v.lookups.Delete(key) // the cursor itself may be what is refused
			return err
		}
		if slices.ContainsFunc(page.messages, stop) || page.next == "" {
			v.lookups.Delete(key)
			return nil
		}
		v.lookups.Store(key, page.next)
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

func (c *client) messages(ctx context.Context, method string, args url.Values) (messagePage, error) {
	var answer struct {
		Messages []json.RawMessage `json:"messages"`
		Meta     struct {
			Cursor string `json:"next_cursor"`
		} `json:"response_metadata"`
	}
	if err := c.read(ctx, method, args, &answer); err != nil {
		return messagePage{}, err
	}
	out := messagePage{next: answer.Meta.Cursor}
	for _, r := range answer.Messages {
		var m slackMessage
		if loose(r, &m) != nil || m.TS == "" {
			out.odd++
			continue
		}
		out.messages = append(out.messages, m)
	}
	return out, nil
}
