package slackbridge

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// Whoever goes off duty decides about what she still has: for each conversation,
// or for all of them.

// askLeave tells somebody who went off duty by a button how it stands, and asks
// about what she still has: as a modal while there is a trigger, in the Home, and
// otherwise as a message with a button that opens it.
func (b *Bridge) askLeave(ctx context.Context, p press, how string) error {
	list, err := b.hers(ctx, p.who.ID)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		b.replaceOriginal(p, draw.Words(how))
		return nil
	}
	if p.e.Container.ViewID != "" && p.fresh && b.openLeave(ctx, p, list) {
		return nil
	}
	b.tellLeave(p, how, len(list))
	return nil
}

// tellLeave says it where the agent is: in answer to the command, in place of the
// message she pressed, or as a direct message.
func (b *Bridge) tellLeave(p press, how string, n int) {
	m := draw.StillHas(how, n)
	if p.e.Response != "" {
		b.answers.add(whisper{user: p.who.ID, address: p.e.Response, replace: p.e.Container.Ephemeral, m: m})
		return
	}
	b.direct.add(whisper{user: p.who.ID, m: m})
}

// hers lists what an agent has.
func (b *Bridge) hers(ctx context.Context, user string) ([]conversation.State, error) {
	list, err := b.Log.Search(ctx, conversation.Query{Modes: []conversation.Mode{conversation.WithAgent}, Owner: user, Limit: manyChats})
	if err != nil {
		return nil, fmt.Errorf("list what an agent has: %w", err)
	}
	return list, nil
}

// pressLeave opens the modal from the message's button.
func (b *Bridge) pressLeave(ctx context.Context, p press) error {
	list, err := b.hers(ctx, p.who.ID)
	if err != nil {
		return err
	}
	switch {
	case len(list) == 0:
		b.replaceOriginal(p, draw.Words("You have no chat any more."))
	case !p.fresh || !b.openLeave(ctx, p, list):
		b.tellPresser(p, draw.Words("The list did not open in time. Press the button again."))
	}
	return nil
}

func (b *Bridge) openLeave(ctx context.Context, p press, list []conversation.State) bool {
	var rows []draw.Row
	for _, s := range list[:min(len(list), draw.MaxLeave)] {
		brief, err := b.briefs.of(ctx, s.ID)
		if err != nil {
			b.log.Warn("a brief was not read", "conversation", s.ID, "error", err)
			return false
		}
		rows = append(rows, draw.Row{State: s, Brief: brief})
	}
	return b.openModal(ctx, p.e.Trigger, draw.LeaveForm(p.who.ID, b.Now(), rows, len(list)))
}

// submitLeave does what she has decided. Only what she owns at that moment is
// touched, whatever the modal names.
func (b *Bridge) submitLeave(ctx context.Context, me identity, e envelope) error {
	p := press{me: me, e: e, action: pressed{ActionID: draw.ModalLeave}}
	return b.workDeskPress(ctx, p, func(ctx context.Context, p press) error {
		list, err := b.hers(ctx, p.who.ID)
		if err != nil {
			return err
		}
		all, note := e.View.chosen(draw.InputAll), e.View.text(draw.InputNote)
		gone := 0
		for _, s := range list {
			do := all
			if do == draw.LeaveEach || do == "" {
				do = e.View.State.Values[draw.LeaveField(s.ID)][draw.InputLeave].SelectedOption.Value
			}
			if do != draw.LeaveHand && do != draw.LeaveReady {
				continue
			}
			left := note
			if do == draw.LeaveReady {
				left = ""
			}
			key := fmt.Sprintf("s:v:%s:%s:%s.%s", me.Team, p.who.ID, e.View.ID, e.View.Hash)
			if _, err := b.Log.Append(ctx, s.ID, key, handOver(p.by, left)); err != nil {
				return fmt.Errorf("release a conversation: %w", err)
			}
			b.refreshCard(ctx, s.ID)
			gone++
		}
		b.directly(p.who.ID, draw.Words(draw.LeftWords(gone, len(list)-gone)))
		b.homes.touch(p.who.ID)
		return nil
	})
}

// handOver puts an agent's own conversation back into the queue as she leaves,
// with a note for whoever takes it. It does nothing when it is not hers any more.
func handOver(by conversation.Author, note string) conversation.Decider {
	return func(s conversation.State) ([]conversation.Draft, error) {
		drafts, err := conversation.Leave(by.ID, conversation.ReleasedOff)(s)
		if err != nil || len(drafts) == 0 || note == "" {
			return drafts, err
		}
		left := conversation.Draft{Author: by, Source: conversation.FromSlack, Body: conversation.Note{Text: note}}
		return append([]conversation.Draft{left}, drafts...), nil
	}
}

// releaseAnswered gives the team what visitors write to agents who are off duty.
// Each keeps a conversation until she has answered what was asked before she went;
// a line that came after, with nothing older left to answer, is a colleague's. What
// she claimed while off duty is hers: that was her wish.
func (b *Bridge) releaseAnswered(ctx context.Context) error {
	rows, err := b.Desk.Agents(ctx)
	if err != nil {
		return fmt.Errorf("read the table of agents: %w", err)
	}
	now := b.Now()
	rows = slices.DeleteFunc(rows, func(a duty.Agent) bool { return a.Choice != duty.Off || a.Gone || a.OnDuty(false, now) })
	if len(rows) == 0 {
		return nil
	}
	load, err := b.Desk.Load(ctx)
	if err != nil {
		return fmt.Errorf("count what agents have: %w", err)
	}
	for _, a := range rows {
		if load[a.ID] == 0 {
			continue
		}
		list, err := b.hers(ctx, a.ID)
		if err != nil {
			return err
		}
		for _, s := range list {
			if !writtenSince(s, a.Since) {
				continue
			}
			_, err := b.Log.Append(ctx, s.ID, "", func(s conversation.State) ([]conversation.Draft, error) {
				if !writtenSince(s, a.Since) {
					return nil, nil
				}
				return conversation.Leave(a.ID, conversation.ReleasedOff)(s)
			})
			if err != nil {
				return fmt.Errorf("release a conversation: %w", err)
			}
		}
	}
	return nil
}

// writtenSince says that what the visitor waits for was all written after a time,
// by when the owner had the conversation already.
func writtenSince(s conversation.State, since time.Time) bool {
	return s.Unanswered.Seq != 0 && s.Unanswered.At.After(since) && s.Claimed.At.Before(since)
}
