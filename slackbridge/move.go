package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// A line in the wrong thread is moved to another conversation: it is taken back
// there and said here. The line itself stays in the thread in which it was
// written, as what people in Slack write always does; a note says where it went.

// openMove offers the author of a line the conversations it can go to: those she
// has, and those that wait.
func (b *Bridge) openMove(ctx context.Context, p press, w where) error {
	if w.event.Author.ID != p.who.ID {
		b.tellPresser(p, draw.Words("Only its author can move this line."))
		return nil
	}
	targets, err := b.targets(ctx, p, w.home)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		b.tellPresser(p, draw.Words("There is no other chat it could go to: you have none, and none is waiting."))
		return nil
	}
	text, _ := w.now()
	view := draw.MoveForm(p.id, lineName(p, w), text, targets)
	if !p.fresh || !b.openModal(ctx, p.e.Trigger, view) {
		b.tellPresser(p, draw.Words("The list did not open in time. Choose Move to another chat again."))
	}
	return nil
}

// targets lists where a line of the presser, which is at home, may go.
func (b *Bridge) targets(ctx context.Context, p press, home conversation.ID) ([]draw.Row, error) {
	var out []draw.Row
	for _, q := range []conversation.Query{
		{Modes: []conversation.Mode{conversation.WithAgent}, Owner: p.who.ID, Limit: draw.MaxTargets},
		{Modes: []conversation.Mode{conversation.Waiting}, Oldest: true, Limit: draw.MaxTargets},
	} {
		states, err := b.Log.Search(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("list conversations: %w", err)
		}
		for _, s := range states {
			if s.ID == home || len(out) == draw.MaxTargets {
				continue
			}
			if why, err := b.mayTake(ctx, p.me, s, p.who.ID); err != nil || len(why) > 0 {
				if err != nil {
					return nil, err
				}
				continue
			}
			brief, err := b.briefs.of(ctx, s.ID)
			if err != nil {
				return nil, fmt.Errorf("read the brief: %w", err)
			}
			out = append(out, draw.Row{State: s, Brief: brief})
		}
	}
	return out, nil
}

// pressMove opens the list from the button of a private message.
func (b *Bridge) pressMove(ctx context.Context, p press) error {
	w, err := b.find(ctx, p.me.Team, p.channel, p.thread, p.ts)
	if errors.Is(err, errHold) {
		return errDrop
	}
	if err != nil {
		return err
	}
	if _, gone := w.last(); gone || w.inside() {
		b.replaceOriginal(p, draw.Words("The visitor does not see this line any more."))
		return nil
	}
	return b.openMove(ctx, p, w)
}

// submitMove moves the line. Whether the other conversation takes it is looked at
// first; then the line is taken back, and then said there. Each is one act with a
// key of its own, so that a crash between them only repeats.
func (b *Bridge) submitMove(ctx context.Context, p press) error {
	w, err := b.submittedLine(ctx, p)
	if err != nil {
		return err
	}
	if w.event.Author.ID != p.who.ID {
		b.tellAt(w, p.who.ID, draw.Words("Only its author can move this line."))
		return nil
	}
	to, err := b.Log.State(ctx, conversation.ID(p.e.View.chosen(draw.InputTarget)))
	if errors.Is(err, conversation.ErrNotFound) || to.ID == w.home {
		return errDrop
	}
	if err != nil {
		return fmt.Errorf("read the state: %w", err)
	}
	why, err := b.mayTake(ctx, p.me, to, p.who.ID)
	if err != nil {
		return err
	}
	if len(why) > 0 {
		b.tellAt(w, p.who.ID, why...)
		return nil
	}
	return b.moveLine(ctx, p, w, to)
}

// moveLine takes the line back here and says it there.
func (b *Bridge) moveLine(ctx context.Context, p press, w where, to conversation.State) error {
	here, err := b.Log.State(ctx, w.home)
	if err != nil {
		return fmt.Errorf("read the state: %w", err)
	}
	key := fmt.Sprintf("%s%s:%s:%d", w.line, movedAway, here.ID, w.event.Seq)
	say := w.saidThere(p.by, here)
	left, err := b.Log.ByKey(ctx, here.ID, key)
	if errors.Is(err, conversation.ErrNotFound) {
		if _, err := say(to); refusalWords(err) != nil {
			b.tellAt(w, p.who.ID, append(refusalWords(err), draw.Words(" The line was not moved."))...)
			return nil
		}
		left, err = b.leave(ctx, p, w, to, key)
	}
	r, ok := left.Body.(conversation.Retracted)
	if err != nil || !ok {
		return err
	}
	gone := gonePrivately(r.Unseen)
	_, err = b.Log.Append(ctx, to.ID, key, say)
	if why := refusalWords(err); why != nil {
		b.tellAt(w, p.who.ID, append(why, draw.Words(" The line was not sent there, but it was taken back here. "+gone))...)
		return nil
	}
	if err != nil {
		return fmt.Errorf("say the line there: %w", err)
	}
	b.tellAt(w, p.who.ID, append([]draw.Span{draw.Words(gone + " It was sent to " + to.Reference + ". ")}, b.threadLink(ctx, to.ID)...)...)
	b.refreshCard(ctx, here.ID)
	b.refreshCard(ctx, to.ID)
	return nil
}

// saidThere is the line as it is said in the other conversation, with a note of
// where it comes from.
func (w where) saidThere(by conversation.Author, here conversation.State) conversation.Decider {
	text, content := w.now()
	say := conversation.AgentSays(by, conversation.Message{Text: text, Content: content, Moved: true, Files: w.carried()}, "", conversation.AsOwner)
	from := conversation.Draft{Author: by, Source: conversation.FromSlack, Body: conversation.Note{Text: "Moved here from " + here.Reference + "."}}
	return func(s conversation.State) ([]conversation.Draft, error) {
		drafts, err := say(s)
		if err != nil {
			return nil, err
		}
		return slices.Insert(drafts, len(drafts)-1, from), nil
	}
}

// leave takes the line back with a note that says where it went, and returns the
// retraction; the zero event when another act has taken it back.
func (b *Bridge) leave(ctx context.Context, p press, w where, to conversation.State, key string) (conversation.Event, error) {
	if _, gone := w.last(); gone {
		b.tellAt(w, p.who.ID, draw.Words("This line was taken back already."))
		return conversation.Event{}, nil
	}
	note := conversation.Draft{Author: p.by, Source: conversation.FromSlack, Body: conversation.Note{Text: "Moved a line to " + to.Reference + "."}}
	back := w.retraction(b.unseen(ctx, w, w.ts, slackTime(b.Now())))
	if r, ok := back.Body.(conversation.Retracted); ok {
		r.MovedTo = to.ID
		back.Body = r
	}
	out, err := b.Log.Append(ctx, w.home, key, conversation.Append(note, back))
	if err != nil {
		return conversation.Event{}, fmt.Errorf("take the line back: %w", err)
	}
	b.lock(ctx, w.home, w.thread.Channel, w.ts, true)
	return out.Events[len(out.Events)-1], nil
}

// threadLink is where a conversation stands now, nothing while it has no thread.
func (b *Bridge) threadLink(ctx context.Context, id conversation.ID) []draw.Span {
	t, err := b.Threads.ThreadOf(ctx, id)
	if err != nil || t.TS == "" {
		return nil
	}
	return []draw.Span{draw.Link("Open the thread", b.permalink(t.Channel, t.TS))}
}
