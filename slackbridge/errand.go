package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// What is done in Slack beside the thread: a direct message to a new owner, the
// transcript as a file. Each is derived from the log and has a row, written before
// and completed after, so that a crash neither loses nor repeats it.

// errands does what the events ask for. said says that everything stands in the
// thread: files come after it.
func (v *visit) errands(ctx context.Context, said bool) error {
	if v.Errands == nil {
		return nil
	}
	for _, e := range v.w.Events {
		b, ok := e.Body.(conversation.Transferred)
		if !ok || b.To.ID == "" || b.To.ID == e.Author.ID || v.state.Owner.ID != b.To.ID || !draw.IsUser(b.To.ID) {
			continue // nobody to tell: she pressed it herself, or it is another's by now
		}
		if err := v.tellOwner(ctx, e, b); err != nil {
			return err
		}
	}
	if !said {
		return nil
	}
	if err := v.shareFiles(ctx); err != nil {
		return err
	}
	if err := v.fileTranscript(ctx); err != nil {
		return err
	}
	return v.proposeLearned(ctx)
}

// errand returns the row, a new one when there is none, and whether it is done.
func (v *visit) errand(ctx context.Context, name string) (e ledger.Errand, done bool, err error) {
	e, err = v.Errands.Errand(ctx, v.w.Conversation, name)
	if errors.Is(err, conversation.ErrNotFound) {
		return ledger.Errand{Conversation: v.w.Conversation, Name: name, State: ledger.Sending}, false, nil
	}
	if err != nil {
		return e, false, fmt.Errorf("look for an errand: %w", err)
	}
	return e, e.State != ledger.Sending, nil
}

func (v *visit) saveErrand(ctx context.Context, e ledger.Errand) error {
	if err := v.Errands.SaveErrand(ctx, e); err != nil {
		return fmt.Errorf("note an errand: %w", err)
	}
	return nil
}

// undone notes what became of an errand that failed. What Slack refuses is given
// up: the thread has the line that mentions her, and the transcript itself.
func (v *visit) undone(ctx context.Context, e ledger.Errand, err error) error {
	f, ok := webapi.Failed(err)
	switch {
	case !ok:
		return err
	case f.Kind == webapi.Doubtful:
		return v.cannot(ctx, v.thread.Channel, err) // the row says that it may have happened
	case f.Kind == webapi.Refused:
		v.log.Warn("an errand was refused", "conversation", v.w.Conversation, "errand", e.Name, "error", err)
		e.State = ledger.Gone
		return v.saveErrand(ctx, e)
	}
	e.Attempted = zeroTime
	if serr := v.saveErrand(ctx, e); serr != nil {
		return errors.Join(err, serr)
	}
	return v.cannot(ctx, v.thread.Channel, err)
}

// tellOwner sends the new owner a direct message with the way to the thread.
func (v *visit) tellOwner(ctx context.Context, ev conversation.Event, b conversation.Transferred) error {
	e, done, err := v.errand(ctx, fmt.Sprintf("dm:%d", ev.Seq))
	if err != nil || done {
		return err
	}
	mark := fmt.Sprintf("h:%s:dm%d", v.w.Conversation, ev.Seq)
	if !e.Attempted.IsZero() {
		there, err := v.arrivedAt(ctx, e, b.To.ID, mark)
		if err != nil {
			return err
		}
		if there {
			e.State = ledger.Sent
			return v.saveErrand(ctx, e)
		}
	}
	m, err := v.ownerMessage(ctx, ev, b, mark)
	if err != nil {
		return err
	}
	if ok, retry := v.client.Throttle.Take("chat.postMessage", b.To.ID); !ok {
		return &later{at: retry, why: "a direct message"}
	}
	if !v.leads() {
		return &later{at: v.Now().Add(notLeading), why: "another process leads"}
	}
	e.Attempted = v.Now()
	if err := v.saveErrand(ctx, e); err != nil {
		return err
	}
	ts, err := v.send(ctx, b.To.ID, "", m)
	if err != nil {
		return v.undone(ctx, e, err)
	}
	e.State, e.Ref = ledger.Sent, ts
	return v.saveErrand(ctx, e)
}

// arrivedAt looks for a direct message whose answer is missing.
func (v *visit) arrivedAt(ctx context.Context, e ledger.Errand, user, mark string) (there bool, err error) {
	if err := v.settled(e.Attempted); err != nil {
		return false, err
	}
	if ok, retry := v.client.Throttle.Take("conversations.open", ""); !ok {
		return false, &later{at: retry, why: "the limit of conversations.open"}
	}
	var channel string
	err = v.client.Call(ctx, "conversations.open", "", func(ctx context.Context) error {
		c, _, _, err := v.client.API.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
		if err == nil {
			channel = c.ID
		}
		return err
	})
	if err == nil {
		args := url.Values{"channel": {channel}, "oldest": {stamp(e.Attempted.Add(-backlook))}, "include_all_metadata": {"true"}, "limit": {pageSize}}
		err = v.search(ctx, "conversations.history", args, func(m slackMessage) bool {
			there = there || m.carries(mark)
			return there
		})
	}
	var wait *later
	if err != nil && !errors.As(err, &wait) {
		return false, v.undone(ctx, e, err)
	}
	return there, err
}

// ownerMessage tells a new owner of the chat, with the way to its thread.
func (v *visit) ownerMessage(ctx context.Context, ev conversation.Event, b conversation.Transferred, mark string) (draw.Message, error) {
	name, err := v.visitorName(ctx)
	if err != nil {
		return draw.Message{}, err
	}
	brief, err := v.briefs.of(ctx, v.w.Conversation)
	if err != nil {
		return draw.Message{}, fmt.Errorf("read the brief: %w", err)
	}
	info := draw.About{State: v.state, Brief: brief, Visitor: name, Link: v.permalink(v.thread.Channel, v.thread.TS)}
	return info.ToOwner(ev, b, mark), nil
}
