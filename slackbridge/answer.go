package slackbridge

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// Forms that answer at once: what was submitted changes nothing, and the answer
// takes the place of the form. It travels in the acknowledgement, since an update
// sent beside it could come first. Nothing of it is stored.

// answerTime is how long an answer may take; Slack waits three seconds.
const answerTime = 2 * time.Second

// answering says that what was delivered is a form that is answered at once.
func (b *Bridge) answering(raw []byte) (envelope, func(context.Context, envelope) (slack.ModalViewRequest, error)) {
	var e envelope
	if webapi.Decode(raw, &e) != nil || e.Type != "view_submission" {
		return e, nil
	}
	return e, map[string]func(context.Context, envelope) (slack.ModalViewRequest, error){
		draw.ModalSearch: b.submitSearch, draw.ModalTry: b.submitTry,
	}[e.View.CallbackID]
}

// answerAtOnce returns the answer to such a form, nil for anything else.
func (b *Bridge) answerAtOnce(ctx context.Context, raw []byte) any {
	e, answer := b.answering(raw)
	if answer == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	wrong := map[string]string{draw.ModalSearch: draw.InputWords, draw.ModalTry: draw.InputSentence}[e.View.CallbackID]
	refuse := func(why string) any {
		return map[string]any{"response_action": "errors", "errors": map[string]string{wrong: why}}
	}
	me := b.self.Load()
	if me == nil || e.team() != me.Team {
		return refuse("Handoff is starting. Try again in a moment.")
	}
	_, why, err := b.standingAnywhere(ctx, *me, e.User)
	if err == nil && why != "" {
		return refuse(why)
	}
	var view slack.ModalViewRequest
	if err == nil {
		view, err = answer(ctx, e)
	}
	if err != nil {
		b.log.Warn("a form was not answered", "modal", e.View.CallbackID, "error", err)
		return refuse("It took too long. Try again.")
	}
	return map[string]any{"response_action": "update", "view": view}
}

// submitTry judges a sentence. Nothing of it is kept.
func (b *Bridge) submitTry(ctx context.Context, e envelope) (slack.ModalViewRequest, error) {
	sentence, level := e.View.text(draw.InputSentence), draw.Unchosen(e.View.chosen(draw.InputLevel))
	said, err := b.tried(ctx, sentence, level)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	return draw.TryForm(sentence, level, b.Levels, said), nil
}
