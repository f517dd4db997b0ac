package slackbridge

import (
	"context"
	"slices"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/replies"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// pressCanned fills the chosen reply in.
func (b *Bridge) pressCanned(ctx context.Context, p press) error {
	if p.e.View.ID == "" {
		return errDrop
	}
	r, there := replies.In(b.cannedReplies(), p.action.SelectedOption.Value)
	values, err := b.values(ctx, p)
	if err != nil {
		return err
	}
	return b.redrawForm(ctx, p, func(f *draw.ReplyForm) {
		if !there {
			f.Notes = []draw.Span{draw.Words("This reply is no longer in the configuration. Choose another one.")}
			return
		}
		text := replies.Fill(r.Text.In(p.state.Locale), values)
		if f.Put(text) {
			f.Notes = draw.MissingNote(text)
		}
	})
}

// pressDraft asks the AI for a draft. Meanwhile the form says so; what she has
// written comes back with the draft, or with the reason why there is none.
func (b *Bridge) pressDraft(ctx context.Context, p press) error {
	if p.e.View.ID == "" || b.Drafts == nil {
		return errDrop
	}
	if err := b.redrawForm(ctx, p, func(f *draw.ReplyForm) { f.Busy = true }); err != nil {
		return err
	}
	s := b.Drafts.Suggest(ctx, p.id)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return b.redrawForm(ctx, p, func(f *draw.ReplyForm) {
		if s.Failed != "" {
			f.Notes = []draw.Span{draw.Words(s.Failed)}
			return
		}
		if f.Put(s.Text) {
			f.Notes = draw.DraftNote(s.Decides)
		}
	})
}

// redrawForm changes the open form. Of several presses that overlap each goes on
// from what the one before has drawn. A form that was closed stays closed.
func (b *Bridge) redrawForm(ctx context.Context, p press, change func(*draw.ReplyForm)) error {
	view := p.e.View.ID
	defer b.formLocks.lock(view)()
	now := p.stand()
	if drawn, ok := b.forms.last(view); ok && drawn.hash != now.hash {
		now = drawn // drawn since the press
	}
	f, err := b.newForm(ctx, p)
	if err != nil {
		return err
	}
	f.Text, f.Filled, f.Rev = now.text, now.filled, now.rev+1
	change(&f)
	hash, err := b.updateView(ctx, view, now.hash, f.View())
	if webapi.HasCode(err, "hash_conflict") { // drawn by another process: what was pressed last counts
		hash, err = b.updateView(ctx, view, "", f.View())
	}
	if webapi.HasCode(err, goneViews...) {
		return nil
	}
	if err != nil {
		return err
	}
	b.forms.keep(view, drawnForm{hash: hash, text: f.Text, filled: f.Filled, rev: f.Rev})
	return nil
}

// goneViews are the ways Slack says that a modal is no longer open.
var goneViews = []string{"not_found", "view_not_found", "internal_view_closed"}

// updateView draws a modal anew and returns its hash.
func (b *Bridge) updateView(ctx context.Context, id, hash string, view slack.ModalViewRequest) (string, error) {
	now := ""
	err := b.client.Patient(ctx, "views.update", "", func(ctx context.Context) error {
		answer, err := b.client.API.UpdateViewContext(ctx, view, "", hash, id)
		if err == nil {
			now = answer.Hash
		}
		return err
	})
	return now, err
}

// suggestions answers Slack's question for the options of the long list, nil when
// this is something else. It asks nobody: Slack waits three seconds for it.
func (b *Bridge) suggestions(raw []byte) any {
	var e envelope
	if webapi.Decode(raw, &e) != nil || e.Type != "block_suggestion" {
		return nil
	}
	options := []*slack.OptionBlockObject{}
	if e.ActionID == draw.ActCanned {
		found := replies.Find(b.cannedReplies(), e.Value)
		options = slices.Concat(options, draw.CannedOptions(found[:min(len(found), draw.MaxListed)]))
	}
	return map[string]any{"options": options}
}

// atOnce is what Slack is answered before anything is stored, nil when it is
// only acknowledged.
func (b *Bridge) atOnce(raw []byte) any {
	if answer := objections(raw); answer != nil {
		return answer
	}
	return b.suggestions(raw)
}
