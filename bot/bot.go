package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"text/template"
	"time"

	_ "embed"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/knowledge"
	"github.com/handoff-bot/handoff/llm"
	"github.com/handoff-bot/handoff/markup"
)

// Model writes answers. llm.OpenAI and llm.Offline are two.
type Model interface {
	Stream(ctx context.Context, r llm.Request, each func(llm.Delta) error) (llm.Reply, error)
}

// Library finds passages for a question, best first.
type Library interface {
	Search(ctx context.Context, question string, n int) ([]knowledge.Passage, error)
}

// Spend keeps what answers have cost, in millionths of the currency, by day and
// scope ("" for all, or a visitor's id).
type Spend interface {
	AddSpend(ctx context.Context, day time.Time, scope string, micro int64) (int64, error)
	Spent(ctx context.Context, day time.Time, scope string) (int64, error)
}

// Wakes tells of news in a conversation. feed.Notifier is one.
type Wakes interface {
	Watch(id conversation.ID) (wake <-chan struct{}, stop func())
}

// Shows carries drafts to the visitor's stream. feed.Live is one.
type Shows interface {
	Publish(id conversation.ID, s feed.Signal)
}

// Settings is what a turn needs of the configuration, one snapshot per turn.
type Settings struct {
	Policy *escalation.Policy
	// Shadow decides beside the policy and is only recorded; nil for none.
	Shadow *escalation.Policy
	// Level is the widget key's own level, "" for the policy's.
	Level  func(widget string) string
	Model  llm.Config
	Links  markup.Links
	Author conversation.Author // the bot's own
	// AnswersPerDay bounds the model's calls for one visitor and day; 0 means no bound.
	AnswersPerDay int
}

// Deps is what the bot works with.
type Deps struct {
	Log      conversation.Reader
	Model    Model
	Triage   Model // ai.triage_model; nil without it
	Library  Library
	Spend    Spend
	Wakes    Wakes
	Shows    Shows
	Settings func() Settings
	// Alert tells the admins something, at most once per cause and hour.
	Alert  func(cause, text string)
	Now    func() time.Time
	Logger *slog.Logger
}

// Bot is the feed.Handler of the consumer "bot".
type Bot struct {
	Deps
	prompt *template.Template
	canary string
	rules  []string // sentences of the prompt that no draft repeats
	holds  *holds
}

// Consumer is the bot's name among the readers.
const Consumer = "bot"

//go:embed prompts/system.md
var systemPrompt string

// New returns a Bot.
func New(d Deps) (*Bot, error) {
	prompt, err := template.New("system").Parse(systemPrompt)
	if err != nil {
		return nil, fmt.Errorf("parse the system prompt: %w", err)
	}
	return &Bot{Deps: d, prompt: prompt, canary: conversation.RandomID("ref"), rules: rulesOf(systemPrompt), holds: newHolds()}, nil
}

// Handle runs a turn when the visitor waits for the bot, and otherwise moves on.
func (b *Bot) Handle(ctx context.Context, w feed.Work) (feed.Done, error) {
	done := feed.Done{Through: w.State.Seq}
	s := w.State
	if s.Mode != conversation.WithBot || s.LastVisitor.Seq <= max(s.Judged, s.Chapter()) {
		return done, nil
	}
	t, err := b.newTurn(ctx, s, w.Now)
	if err != nil {
		return feed.Done{}, err
	}
	drafts, err := t.run(ctx)
	switch {
	case errors.Is(err, errAgain):
		// The turn failed and is counted; the next attempt starts it afresh.
		// From now on: the attempt may have taken long to fail.
		done.Through, done.Due = w.After, b.Now().Add(t.pause)
	case err != nil:
		return feed.Done{}, err
	}
	done.Decide = conversation.BotActs(t.on, drafts...)
	return done, nil
}
