package slackbridge

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// Posting has no idempotency key in Slack. So the row is written before the post
// and completed after it; when the answer is missing, the thread is read and the
// post looked for by its marker before anything is sent again.

// errStray says that Slack put a reply into the channel: its thread is gone.
var errStray = errors.New("the thread is gone")

// send posts into a thread, or a root when thread is empty, and returns the ts.
// A reply that Slack put into the channel, because the root was deleted, is
// reported as errStray.
func (b *Bridge) send(ctx context.Context, channel, thread string, m draw.Message) (ts string, err error) {
	options := m.Options()
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	var landed string
	err = b.client.Call(ctx, "chat.postMessage", channel, func(ctx context.Context) error {
		_, at, posted, err := b.client.API.PostMessageWithResponseContext(ctx, channel, options...)
		ts, landed = at, posted.ThreadTimestamp
		if err == nil && at == "" {
			return errors.New("the answer has no ts")
		}
		return err
	})
	if err == nil {
		b.rooms.worked(channel)
	}
	if err != nil || thread == "" || landed == thread {
		return ts, err
	}
	return ts, errStray
}

// removeStray takes a reply away that Slack put into the channel. One that Slack
// does not delete, because it stands under another name, loses its words.
func (b *Bridge) removeStray(ctx context.Context, channel, ts string) error {
	if err := b.client.Throttle.Allow("chat.delete", channel); err != nil {
		return err
	}
	err := b.client.Call(ctx, "chat.delete", channel, func(ctx context.Context) error {
		_, _, err := b.client.API.DeleteMessageContext(ctx, channel, ts)
		return err
	})
	f, bad := webapi.Failed(err)
	if !bad || webapi.HasCode(err, "message_not_found") {
		return nil
	}
	if f.Kind != webapi.Refused {
		return err
	}
	const text = "This line belonged to a thread that was deleted. The chat goes on in another one."
	if err = b.update(ctx, channel, ts, draw.Say(draw.Slant(text))); err != nil {
		b.log.Warn("a stray post stays in the channel", "channel", channel, "error", err)
	}
	if f, bad = webapi.Failed(err); bad && f.Kind != webapi.Refused {
		return err
	}
	return nil
}

// open posts the card as the root of a new thread.
func (v *visit) open(ctx context.Context, channel string) error {
	t, err := v.row(ctx, channel)
	if err != nil || t.State == ledger.Open {
		return err
	}
	if !t.Attempted.IsZero() {
		if found, err := v.findRoot(ctx, t); found || err != nil {
			return err
		}
	}
	if ok, retry := v.client.Throttle.Turn(channel, v.w.Conversation, true, v.waited()); !ok {
		return &later{at: retry, why: "the channel's limit"}
	}
	if !v.leads() {
		return &later{at: v.Now().Add(notLeading), why: "another process leads"}
	}
	card, err := v.card(ctx, v.w.Conversation)
	if err != nil {
		return err
	}
	v.silent = v.digests.crowded(channel, v.state)
	card.State, card.Silent = v.state, v.silent
	rev, print := int(v.state.Seq), card.Print(t.Marker)
	if v.thread, err = v.attempt(ctx, t, card.Render(t.Marker, rev), print); webapi.HasCode(err, blockRefusals...) {
		v.log.Warn("the card was refused and goes out plain", "conversation", v.w.Conversation, "error", err)
		v.thread, err = v.attempt(ctx, t, card.Plain(t.Marker, rev), print)
	}
	if err != nil {
		return v.cannot(ctx, channel, err)
	}
	if v.silent || v.state.Quiet {
		v.digests.count(channel)
	}
	return nil
}

// lostCodes are the ways Slack says that nothing can be said in a thread any more.
var lostCodes = []string{"thread_not_found", "cannot_reply_to_message", "restricted_action_thread_locked"}

// blockRefusals are the ways Slack says that it cannot draw something.
var blockRefusals = []string{"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "invalid_arguments"}

// row writes the row of a thread before its root is posted.
func (v *visit) row(ctx context.Context, channel string) (ledger.Thread, error) {
	t, _, err := v.Threads.OpenThread(ctx, ledger.Thread{
		Conversation: v.w.Conversation, Epoch: v.state.Epoch, Team: v.me.Team, Channel: channel, Since: v.since(),
		Marker: fmt.Sprintf("h:%s:c%d-%s", v.w.Conversation, v.state.Epoch, strings.ToLower(rand.Text()[:6])),
	})
	if err != nil {
		return t, fmt.Errorf("write the thread's row: %w", err)
	}
	v.thread = t
	return t, nil
}

// attempt sends the root and completes its row.
func (v *visit) attempt(ctx context.Context, t ledger.Thread, m draw.Message, print string) (ledger.Thread, error) {
	t, err := v.changeThread(ctx, t, func(t *ledger.Thread) { t.Attempted = v.Now() })
	if err != nil {
		return t, fmt.Errorf("note the attempt: %w", err)
	}
	ts, err := v.send(ctx, t.Channel, "", m)
	if f, bad := webapi.Failed(err); bad && f.Kind != webapi.Doubtful {
		if t, serr := v.changeThread(ctx, t, func(t *ledger.Thread) { t.Attempted = zeroTime }); serr != nil {
			return t, errors.Join(err, serr)
		}
		return t, err
	}
	if err != nil {
		return t, err
	}
	return v.rootStands(ctx, t, ts, print)
}

// rootStands completes the row; print is the card as it was posted, "" when that
// is not known any more.
func (v *visit) rootStands(ctx context.Context, t ledger.Thread, ts, print string) (ledger.Thread, error) {
	t, err := v.changeThread(ctx, t, func(t *ledger.Thread) {
		t.TS, t.State, t.Card, t.CardAt = ts, ledger.Open, print, v.Now()
	})
	if err != nil {
		return t, fmt.Errorf("complete the thread's row: %w", err)
	}
	v.thread = t
	return t, nil
}

// waited is since when the visitor waits for her card.
func (v *visit) waited() time.Time {
	for _, at := range []time.Time{v.state.WaitFrom, v.state.Escalated.At} {
		if !at.IsZero() {
			return at
		}
	}
	return v.now
}

// post sends one post and completes its row. since is when the first of it was
// said.
func (v *visit) post(ctx context.Context, p draw.Post, since time.Time) error {
	if ok, retry := v.client.Throttle.Turn(v.thread.Channel, v.w.Conversation, p.Urgent(), since); !ok {
		return &later{at: retry, why: "the channel's limit", paced: true}
	}
	if !v.leads() {
		return &later{at: v.Now().Add(notLeading), why: "another process leads"}
	}
	row := v.idleRow()
	row.First, row.Last, row.State, row.Attempted = p.First(), p.Last(), ledger.Sending, v.Now()
	row.Part, row.Parts = p.Part()
	row, err := v.Posts.SavePost(ctx, row)
	if err != nil {
		return fmt.Errorf("write the post's row: %w", err)
	}
	ts, err := v.send(ctx, v.thread.Channel, v.thread.TS, p.Render(v.w.Conversation, row.Rev, v.Config.VisitorNames))
	if webapi.HasCode(err, blockRefusals...) {
		ts, err = v.send(ctx, v.thread.Channel, v.thread.TS, p.Bare(v.w.Conversation, row.Rev, v.Config.VisitorNames))
	}
	switch f, bad := webapi.Failed(err); {
	case errors.Is(err, errStray):
		if err := v.removeStray(ctx, v.thread.Channel, ts); err != nil {
			return v.cannot(ctx, v.thread.Channel, err) // the row stays in doubt
		}
		return v.lost(ctx)
	case webapi.HasCode(err, lostCodes...):
		return v.lost(ctx)
	case bad && f.Kind != webapi.Doubtful:
		row.Attempted = zeroTime
		if _, serr := v.Posts.SavePost(ctx, row); serr != nil {
			return errors.Join(err, serr)
		}
		return v.cannot(ctx, v.thread.Channel, err)
	case err != nil:
		return v.cannot(ctx, v.thread.Channel, err)
	}
	row.TS, row.State = ts, ledger.Sent
	if row, err = v.Posts.SavePost(ctx, row); err != nil {
		return fmt.Errorf("complete the post's row: %w", err)
	}
	v.posts, v.fresh = append(v.posts, row), append(v.fresh, row.ID)
	return nil
}

// idleRow returns a row that was written for a post that certainly did not
// happen, or a new one.
func (v *visit) idleRow() ledger.Post {
	for i, p := range v.posts {
		if p.State == ledger.Sending && p.Attempted.IsZero() {
			v.posts = append(v.posts[:i:i], v.posts[i+1:]...)
			return p
		}
	}
	return ledger.Post{Conversation: v.w.Conversation, Thread: v.thread.ID}
}

// cannot says when to try again after a failed call, and tells the operator what
// only people can mend.
func (v *visit) cannot(ctx context.Context, channel string, err error) error {
	f, ok := webapi.Failed(err)
	if !ok {
		return err
	}
	now := v.Now()
	switch f.Kind {
	case webapi.Limited:
		return &later{at: now.Add(f.Retry), why: f.Error(), paced: true}
	case webapi.Doubtful:
		return &later{at: now.Add(v.Limits.DoubtWait), why: f.Error()}
	case webapi.Unreachable, webapi.TokenRefused:
		due, _ := v.health.ComeBack(v.w.Conversation)
		if due.IsZero() {
			due = now.Add(v.Limits.ProbeEvery)
		}
		return &later{at: due, why: f.Error()}
	case webapi.Refused:
	}
	if ofChannel(f) || f.OfApp() {
		return &later{at: v.sendAway(channel, v.w.Conversation, f), why: f.Error()}
	}
	v.notes.tell("post "+f.Code, fmt.Sprintf("Slack does not take a post of %s: %s. The other conversations go on. %s", v.state.Reference, draw.Mrkdwn(f.Code), mendFor(f.Code)), true)
	return &later{at: now.Add(refusedPause), why: f.Error()}
}

// lost gives a thread up whose root is gone. The conversation goes on in a new
// one, where a note says so.
func (v *visit) lost(ctx context.Context) error {
	if err := v.giveUp(ctx, v.thread); err != nil {
		return err
	}
	return &later{at: v.Now(), why: "the thread is lost"}
}

// giveUp marks a thread lost. The note wakes the mirror; a conversation that had
// left the thread needs none. Called again after a crash it goes on where it was.
func (b *Bridge) giveUp(ctx context.Context, t ledger.Thread) error {
	was := t.State
	if was != ledger.Lost {
		b.log.Warn("a thread is lost", "conversation", t.Conversation, "channel", t.Channel)
		if _, err := b.changeThread(ctx, t, func(t *ledger.Thread) { was, t.State = t.State, ledger.Lost }); err != nil {
			return fmt.Errorf("give the thread up: %w", err)
		}
	}
	if was == ledger.Moved {
		return nil
	}
	note := conversation.Draft{Author: conversation.Author{Role: conversation.System}, Source: conversation.FromSlack,
		Body: conversation.Note{Text: "The earlier thread was deleted in Slack. The chat goes on here."}}
	_, err := b.Log.Append(ctx, t.Conversation, fmt.Sprintf("s:lost:%d", t.ID), conversation.Append(note))
	if err != nil {
		return fmt.Errorf("note the lost thread: %w", err)
	}
	return nil
}
