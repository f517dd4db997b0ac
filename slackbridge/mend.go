package slackbridge

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// What a mark proposes for the policy. It is shown when the mark is made, beside
// what a close proposes to learn, and in the weekly list. Handoff never writes the
// policy's file.

// Mend is a change of the policy's file, for a person to make: what it is in words,
// the YAML to paste, "" for none, and where in the file, handoff.yaml:12, "" when it
// is not known or something new.
type Mend struct{ Say, YAML, Place string }

// Mender proposes changes of the policy in force. Missed is about the visitor's line
// that should have brought a person, Wrong about the decision that asked for one in
// vain, with the lines it was made on. Both are false when there is nothing to
// propose.
type Mender interface {
	Missed(line string, m conversation.Missed) (Mend, bool)
	Wrong(d conversation.Decided, said map[conversation.Seq]string) (Mend, bool)
}

// Sizes of what is shown of a mend, in characters.
const (
	maxMendSay  = 400
	maxMendYAML = 400
)

// mendOf is what a mark proposes.
func (b *Bridge) mendOf(events []conversation.Event, mark conversation.Body) (m Mend, ok bool) {
	if b.Mends == nil {
		return m, false
	}
	said := saidOf(events)
	switch mark := mark.(type) {
	case conversation.Missed:
		return b.Mends.Missed(said[mark.Of], mark)
	case conversation.Misjudged:
		return b.Mends.Wrong(escalationOf(events, mark.Epoch).why, said)
	default:
		return m, false
	}
}

// elements show a mend.
func (m Mend) elements() []any {
	spans := []span{words(oneLine(m.Say, maxMendSay))}
	if m.Place != "" {
		spans = append(spans, words(" ("+m.Place+")"))
	}
	out := []any{slack.NewRichTextSection(rich(spans)...)}
	if m.YAML != "" {
		out = append(out, &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: rich([]span{words(clip(raw(m.YAML), maxMendYAML))})})
	}
	return out
}

// maxProposed is how many mends stand beside what a close proposes to learn.
const maxProposed = 3

// proposedMends are what the standing marks of a conversation propose, the last few.
func (b *Bridge) proposedMends(events []conversation.Event) []Mend {
	var out []Mend
	for _, m := range marksOf(events) {
		if mend, ok := b.mendOf(events, m.Body); ok {
			out = append(out, mend)
		}
	}
	return out[max(0, len(out)-maxProposed):]
}

// marking says that what was delivered is the form of a mark: it is stored, and the
// answer shows what the mark proposes.
func marking(raw []byte) (e envelope, ok bool) {
	ok = webapi.Decode(raw, &e) == nil && e.Type == "view_submission" && (e.View.CallbackID == modalMissed || e.View.CallbackID == modalMisjudged)
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
		return view, false, fmt.Errorf("read the log: %w", err)
	}
	var mark conversation.Body = conversation.Misjudged{Epoch: state.Epoch}
	if e.View.CallbackID == modalMissed {
		missed, ok, err := b.missedIn(e.View)
		if err != nil || !ok {
			return view, false, err
		}
		mark = missed
	}
	mend, ok := b.mendOf(events, mark)
	if !ok {
		return view, false, nil
	}
	view = modal(modalRead, "For the policy", state.ID, richLine("", strong(state.Reference), words("\nThe next one is decided as you say when the policy's file is changed. Handoff does not write it; this is for whoever does, and stands in the weekly list, too.")),
		richBlock{elements: mend.elements()})
	view.Close = plain("Close")
	return view, true, nil
}
