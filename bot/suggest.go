package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/template"
	"time"

	_ "embed"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/knowledge"
	"github.com/handoff-bot/handoff/llm"
	"github.com/handoff-bot/handoff/markup"
)

// Suggester drafts lines for agents, from the knowledge and what was said. It
// appends nothing and shows nobody anything: a person reads what it wrote, and
// sends it or not. So a draft may say what the AI itself never may; what of it only
// the team decides is named beside it.
type Suggester struct {
	bot    *Bot
	model  Model
	team   string // the language the team writes in while lines are translated
	prompt *template.Template
}

// SuggestTimeout is how long the model has for a draft: a person looks on.
const SuggestTimeout = 20 * time.Second

// What the one call of a draft may read and write.
const (
	suggestReadTokens  = promptBudget
	suggestWriteTokens = 600
	suggestBytes       = 12_000
	suggestRunes       = 2_000
)

// Why there is no draft. Any other error is the model's.
var (
	// ErrNoModel: the built-in model drafts nothing, and at the level human_only
	// no model is called.
	ErrNoModel = errors.New("no model drafts here")
	// ErrOverBudget: another call would exceed a day's budget.
	ErrOverBudget = errors.New("the budget for the model is spent")
	// ErrNothing: the model had nothing to say, or nothing that may be used.
	ErrNothing = errors.New("the model drafted nothing")
)

//go:embed prompts/suggest.md
var suggestPrompt string

var suggestShape = llm.Shape{Name: "suggestion", Schema: json.RawMessage(
	`{"type":"object","properties":{"reply":{"type":"string"}},"required":["reply"],"additionalProperties":false}`)}

// Suggestion is a draft, as plain text of at most 2,000 characters. Reserved names
// what of it only the team may decide.
type Suggestion struct {
	Text     string
	Reserved []string
}

// Suggester returns what drafts with a model of its own, and shares the bot's log,
// knowledge and budget.
func (b *Bot) Suggester(model Model, team string) (*Suggester, error) {
	prompt, err := template.New("suggest").Parse(suggestPrompt)
	if err != nil {
		return nil, fmt.Errorf("parse the prompt of drafts: %w", err)
	}
	return &Suggester{bot: b, model: model, team: team, prompt: prompt}, nil
}

// May says that a model may be asked about a conversation at all.
func (g *Suggester) May(s conversation.State) bool { return g.bot.mayAsk(g.bot.Settings(), s) }

// mayAsk says that a model other than the built-in one may be called about a
// conversation.
func (b *Bot) mayAsk(set Settings, s conversation.State) bool {
	level := set.Policy.Level(set.Level(s.Widget))
	return !set.Model.IsOffline() && level != escalation.HumanOnly && s.Level != escalation.HumanOnly
}

// Suggest drafts the next line for an agent.
func (g *Suggester) Suggest(ctx context.Context, id conversation.ID) (Suggestion, error) {
	b, set := g.bot, g.bot.Settings()
	s, err := b.Log.State(ctx, id)
	if err != nil {
		return Suggestion{}, fmt.Errorf("read the state: %w", err)
	}
	if !b.mayAsk(set, s) {
		return Suggestion{}, ErrNoModel
	}
	past, err := readHistory(ctx, b.Log, s)
	if err != nil {
		return Suggestion{}, err
	}
	lines := spoken(past.lines, s.Seq)
	request, err := g.request(ctx, set, g.language(s), lines)
	if err != nil {
		return Suggestion{}, err
	}
	text, err := b.fill(ctx, g.model, set, s, request, llm.Usage{In: suggestReadTokens, Out: suggestWriteTokens}, SuggestTimeout)
	if err != nil {
		return Suggestion{}, err
	}
	var wrote struct {
		Reply string `json:"reply"`
	}
	if !readObject(text, &wrote) {
		return Suggestion{}, ErrNothing
	}
	reply := strings.TrimSpace(markup.FromMarkdown(wrote.Reply, set.Links).Plain())
	if reply == "" || b.leaks(reply) {
		return Suggestion{}, ErrNothing
	}
	reply = shorten(reply, suggestRunes)
	return Suggestion{Text: reply, Reserved: set.Policy.Reserved(reply)}, nil
}

// fill makes one call within the budget and returns what the model wrote.
func (b *Bot) fill(ctx context.Context, model Model, set Settings, s conversation.State, r llm.Request, worst llm.Usage, within time.Duration) (string, error) {
	day := dayOf(b.Now())
	over, release, err := b.hold(ctx, s.ID, day, set.limits(s.Visitor, worst, 0))
	if err != nil {
		return "", err
	}
	if over {
		return "", ErrOverBudget
	}
	defer release()
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	reply, err := model.Stream(ctx, r, short(suggestBytes))
	b.charge(ctx, s, day, set.Model.Budget, reply.Usage)
	if err != nil {
		b.Logger.Warn("the model did not fill a form in", "form", r.Shape.Name, "conversation", s.ID, "cause", cause(err))
		return "", fmt.Errorf("ask the model: %w", err)
	}
	return reply.Text, nil
}

// language is what the agent writes in: while her lines are translated, the team's.
func (g *Suggester) language(s conversation.State) string {
	if s.Translate.Seq != 0 {
		return "the language with the tag " + g.team
	}
	return "the language of the visitor's lines"
}

func (g *Suggester) request(ctx context.Context, set Settings, language string, lines []line) (llm.Request, error) {
	var last line
	var question string
	for _, l := range lines {
		switch {
		case l.role == conversation.Visitor && last.role == conversation.Visitor:
			question += "\n" + l.text
		case l.role == conversation.Visitor:
			question = l.text
		}
		last = l
	}
	var found []knowledge.Passage
	if question != "" {
		var err error
		if found, err = g.bot.Library.Search(ctx, question, passagesPerTurn); err != nil {
			g.bot.Logger.Warn("knowledge not searched", "error", err)
		}
	}
	var system strings.Builder
	err := g.prompt.Execute(&system, map[string]any{
		"Instructions": strings.TrimSpace(set.Model.Instructions), "Language": language,
		"Canary": g.bot.canary, "Passages": found,
	})
	if err != nil {
		return llm.Request{}, fmt.Errorf("fill the prompt of a draft: %w", err)
	}
	chat, err := asJSON(newest(lines, last))
	return llm.Request{
		Messages: []llm.Message{{Role: llm.RoleSystem, Content: system.String()}, {Role: llm.RoleUser, Content: chat}},
		Shape:    &suggestShape, MaxTokens: suggestWriteTokens,
	}, err
}

// asJSON writes lines as the model reads them, one object each.
func asJSON(lines []line) (string, error) {
	var chat strings.Builder
	for _, l := range lines {
		raw, err := json.Marshal(briefLine{l.seq, speakers[l.role], shorten(l.text, briefLineRunes)})
		if err != nil {
			return "", fmt.Errorf("write a line for the model: %w", err)
		}
		chat.Write(append(raw, '\n'))
	}
	return chat.String(), nil
}
