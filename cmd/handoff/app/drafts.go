package app

import (
	"context"
	"errors"

	"github.com/handoff-bot/handoff/bot"
	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge"
)

// drafts is what drafts for agents, nil without a model that could.
func (a *App) drafts(file *config.File) (slackbridge.Drafter, error) {
	if file.AI.IsOffline() {
		return nil, nil
	}
	g, err := a.bot.Suggester(newAside(file, a.Options, bot.SuggestTimeout), file.Slack.Locale)
	if err != nil {
		return nil, err
	}
	return drafts{g}, nil
}

// drafts tells agents what the AI drafted, or why it did not.
type drafts struct{ *bot.Suggester }

// Suggest implements slackbridge.Drafter.
func (d drafts) Suggest(ctx context.Context, id conversation.ID) slackbridge.Suggestion {
	s, err := d.Suggester.Suggest(ctx, id)
	switch {
	case err == nil:
		return slackbridge.Suggestion{Text: s.Text, Decides: s.Reserved}
	case errors.Is(err, bot.ErrOverBudget):
		return slackbridge.Suggestion{Failed: "The day's budget for the AI is spent, so there is no draft. Write the reply yourself."}
	case errors.Is(err, bot.ErrNothing), errors.Is(err, bot.ErrNoModel):
		return slackbridge.Suggestion{Failed: "The AI has nothing to draft from here. Write the reply yourself."}
	}
	return slackbridge.Suggestion{Failed: "The AI did not answer, so there is no draft. Try again in a moment, or write the reply yourself."}
}

// buildTranslator makes what translates between agents and visitors, when there are
// both a Slack and a model that could.
func (a *App) buildTranslator(file *config.File) (err error) {
	if file.Slack == nil || file.AI.IsOffline() {
		return nil
	}
	a.translator, err = a.bot.Translator(newAside(file, a.Options, bot.SuggestTimeout), file.Slack.Locale)
	return err
}

// translates is the translator as the bridge takes it, nil for none.
func (a *App) translates() slackbridge.Translator {
	if a.translator == nil {
		return nil
	}
	return a.translator
}
