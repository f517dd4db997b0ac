package slackbridge

import (
	"context"
	"slices"
	"strconv"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// What agents say of the policy's decisions: that no person was needed, or that
// one was. The marks are events and change nothing in the chat; they become
// labelled cases for `handoff eval`, and the admin channel's weekly list.

// openMissed asks which line should have brought a person.
func (b *Bridge) openMissed(ctx context.Context, p press) error {
	events, err := readAll(ctx, b.Log, p.id, 0)
	if err != nil {
		return err
	}
	view, ok := draw.MissedForm(p.state, events, b.topics())
	if !ok {
		b.tellPresser(p, draw.Words("The AI has decided about no line of this chat by itself, so no person was missed."))
		return nil
	}
	return b.orTell(ctx, p, view, "The form did not open in time. Press Should have escalated again.")
}

// topics are the restricted topics, by name.
func (b *Bridge) topics() []string {
	if b.Topics == nil {
		return nil
	}
	return b.Topics()
}

// missedIn is what a submitted form says of a line; it is false when its topic is no
// longer in the configuration.
func (b *Bridge) missedIn(v viewRef) (m conversation.Missed, ok bool, err error) {
	seq, err := strconv.ParseInt(v.chosen(draw.InputLine), 10, 64)
	if err != nil {
		return m, false, errDrop
	}
	m = conversation.Missed{Of: conversation.Seq(seq), Phrase: draw.OneLine(v.text(draw.InputPhrase), draw.MaxPhrase), Note: v.text(draw.InputNote)}
	m.Saw, m.Topic, ok = draw.SawOf(v.chosen(draw.InputSaw), b.topics())
	return m, ok, nil
}

func (b *Bridge) submitMissed(ctx context.Context, p press) error {
	m, ok, err := b.missedIn(p.e.View)
	if err != nil {
		return err
	}
	if !ok {
		b.tellPresser(p, draw.Words("This topic is no longer in the configuration. Nothing was noted; choose Should have escalated again."))
		return nil
	}
	out, err := b.append(ctx, p, conversation.Miss(p.by, m))
	if err == nil && len(out.Events) > 0 {
		b.tellPresser(p, draw.Words("Noted: "+p.state.Reference+" should have come to a person. The chat stays as it is."))
	}
	return err
}

// pressUnmark takes a mark back and draws the form again.
func (b *Bridge) pressUnmark(ctx context.Context, p press) error {
	seq, err := strconv.ParseInt(p.ts, 10, 64)
	if err != nil {
		return errDrop
	}
	events, err := readAll(ctx, b.Log, p.id, 0)
	if err != nil {
		return err
	}
	marks := draw.MarksOf(events)
	i := slices.IndexFunc(marks, func(m draw.Mark) bool { return m.Seq == conversation.Seq(seq) })
	if i < 0 {
		b.tellPresser(p, draw.Words("That was taken back already."))
		return nil
	}
	if _, err := b.append(ctx, p, conversation.Unmark(p.by, marks[i].Seq)); err != nil {
		return err
	}
	if p.e.View.ID == "" {
		return nil
	}
	if events, err = readAll(ctx, b.Log, p.id, 0); err != nil {
		return err
	}
	view, ok := draw.MisjudgedForm(p.state, events), true
	if marks[i].Line > 0 {
		view, ok = draw.MissedForm(p.state, events, b.topics())
	}
	if ok {
		b.changeView(ctx, p, view)
	}
	return nil
}

// changeView puts another view into the place of the one that was pressed.
func (b *Bridge) changeView(ctx context.Context, p press, view slack.ModalViewRequest) {
	err := b.client.Patient(ctx, "views.update", "", func(ctx context.Context) error {
		_, err := b.client.API.UpdateViewContext(ctx, view, "", p.e.View.Hash, p.e.View.ID)
		return err
	})
	if err != nil {
		b.log.Warn("a view was not changed", "conversation", p.id, "error", err) // she presses again, or has closed it
	}
}

func (b *Bridge) openMisjudged(ctx context.Context, p press) error {
	if p.state.Epoch == 0 {
		return b.openMissed(ctx, p) // nobody was asked for, so that is what can be wrong
	}
	events, err := readAll(ctx, b.Log, p.id, 0)
	if err != nil {
		return err
	}
	return b.orTell(ctx, p, draw.MisjudgedForm(p.state, events), "The form did not open in time. Choose Wrong escalation… again.")
}

func (b *Bridge) submitMisjudged(ctx context.Context, p press) error {
	out, err := b.append(ctx, p, conversation.Misjudge(p.by, p.e.View.text(draw.InputNote)))
	if err == nil && len(out.Events) > 0 {
		b.tellPresser(p, draw.Words("Noted. The chat stays as it is."))
	}
	return err
}
