package slackbridge

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// What a mark proposes for the policy. It is shown when the mark is made, beside
// what a close proposes to learn, and in the weekly list. Handoff never writes the
// policy's file.

// Mender proposes changes of the policy in force. Missed is about the visitor's line
// that should have brought a person, Wrong about the decision that asked for one in
// vain, with the lines it was made on. Both are false when there is nothing to
// propose.
type Mender interface {
	Missed(line string, m conversation.Missed) (draw.Mend, bool)
	Wrong(d conversation.Decided, said map[conversation.Seq]string) (draw.Mend, bool)
}

// mendOf is what a mark proposes, nil for nothing.
func (b *Bridge) mendOf(events []conversation.Event, mark conversation.Body) *draw.Mend {
	if b.Mends == nil {
		return nil
	}
	var m draw.Mend
	var ok bool
	said := draw.SaidOf(events)
	switch mark := mark.(type) {
	case conversation.Missed:
		m, ok = b.Mends.Missed(said[mark.Of], mark)
	case conversation.Misjudged:
		m, ok = b.Mends.Wrong(draw.EscalationOf(events, mark.Epoch).Why, said)
	}
	if !ok {
		return nil
	}
	return &m
}

// maxProposed is how many mends stand beside what a close proposes to learn.
const maxProposed = 3

// proposedMends are what the standing marks of a conversation propose, the last few.
func (b *Bridge) proposedMends(events []conversation.Event) []draw.Mend {
	var out []draw.Mend
	for _, m := range draw.MarksOf(events) {
		if mend := b.mendOf(events, m.Body); mend != nil {
			out = append(out, *mend)
		}
	}
	return out[max(0, len(out)-maxProposed):]
}

// marking says that what was delivered is the form of a mark: it is stored, and the
// answer shows what the mark proposes.
func marking(raw []byte) (e envelope, ok bool) {
	ok = webapi.Decode(raw, &e) == nil && e.Type == "view_submission" && (e.View.CallbackID == draw.ModalMissed || e.View.CallbackID == draw.ModalMisjudged)
	return e, ok
}

// proposeAtOnce is the answer to the form of a mark, nil when the mark proposes
// nothing or that cannot be told in time: then the form closes.
func (b *Bridge) proposeAtOnce(ctx context.Context, e envelope) any {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	view, ok, err := b.mendView(ctx, e)
	if err != nil {
		b.log.Warn("what a mark proposes was not shown", "modal", e.View.CallbackID, "error", err)
	}
	if err != nil || !ok {
		return nil
	}
	return map[string]any{"response_action": "update", "view": view}
}

func (b *Bridge) mendView(ctx context.Context, e envelope) (view slack.ModalViewRequest, ok bool, err error) {
	me := b.self.Load()
	if me == nil || e.team() != me.Team {
		return view, false, nil
	}
	if _, why, err := b.standingAnywhere(ctx, *me, e.User); err != nil || why != "" {
		return view, false, err // the press is refused with words of its own
	}
	id, _, _ := strings.Cut(e.View.Metadata, " ")
	state, err := b.Log.State(ctx, conversation.ID(id))
	if err != nil {
		return view, false, fmt.Errorf("read the state: %w", err)
	}
	events, err := readAll(ctx, b.Log, state.ID, 0)
	if err != nil {
		return view, false, err
	}
	var mark conversation.Body = conversation.Misjudged{Epoch: state.Epoch}
	if e.View.CallbackID == draw.ModalMissed {
		missed, ok, err := b.missedIn(e.View)
		if err != nil || !ok {
			return view, false, err
		}
		mark = missed
	}
	mend := b.mendOf(events, mark)
	if mend == nil {
		return view, false, nil
	}
	return draw.MendView(state, *mend), true, nil
}
