package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"

	_ "embed"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/learn"
	"github.com/handoff-bot/handoff/llm"
)

// Learner is the feed.Handler of the consumer "learn": it proposes once for each
// conversation that an agent has closed what could be kept as knowledge.
//
// One call of the model writes the question and the answer from what people have
// said, without what tells who the visitor is; [learn.Thread.Accept] says what of
// it is taken. Where there is no model, and when anything is wrong with what it
// wrote, both are cut out of the lines. A crash before the append is not followed by
// a second call: they are cut out then, too.
type Learner struct {
	bot      *Bot
	model    Model
	proposes func() bool
	prompt   *template.Template
}

// LearnConsumer is the learner's name among the readers.
const LearnConsumer = "learn"

// LearnTimeout is how long the model has for a proposal. Nobody waits for it.
const LearnTimeout = 20 * time.Second

// What the one call of a proposal may read and write.
const (
	learnReadTokens  = 6_000
	learnWriteTokens = 800
	learnQuestion    = 150 // characters
	learnAnswer      = 800
)

//go:embed prompts/learn.md
var learnPrompt string

var learnShape = llm.Shape{Name: "learned", Schema: json.RawMessage(`{"type":"object","properties":{
"question":{"type":"string"},"answer":{"type":"string"},"question_line":{"type":"integer"},"answer_lines":{"type":"array","items":{"type":"integer"}}
},"required":["question","answer","question_line","answer_lines"],"additionalProperties":false}`)}

// Learner returns the reader that shares the bot's log and budget. model is asked
// for proposals only. proposes says, at each close, that one is wanted.
func (b *Bot) Learner(model Model, proposes func() bool) (*Learner, error) {
	prompt, err := template.New("learn").Parse(learnPrompt)
	if err != nil {
		return nil, fmt.Errorf("parse the prompt of what is learned: %w", err)
	}
	return &Learner{bot: b, model: model, proposes: proposes, prompt: prompt}, nil
}

// Handle appends the proposal of a close that has none.
func (l *Learner) Handle(ctx context.Context, w feed.Work) (feed.Done, error) {
	done := feed.Done{Through: w.State.Seq}
	if w.State.Mode != conversation.IsClosed || w.State.Proposed != 0 || !l.proposes() {
		return done, nil
	}
	var events []conversation.Event
	if err := eachEvent(ctx, l.bot.Log, w.State.ID, func(e conversation.Event) { events = append(events, e) }); err != nil {
		return feed.Done{}, err
	}
	closed := learn.Closed(events, w.Now)
	if closed == 0 {
		return done, nil
	}
	proposed, ok := l.propose(ctx, w, learn.Read(events, closed))
	if ctx.Err() != nil {
		return feed.Done{}, ctx.Err()
	}
	if ok || slices.ContainsFunc(events, isMark) {
		proposed.Of = closed
		done.Decide = conversation.Propose(proposed)
	}
	return done, nil
}

// isMark says that an event is an agent's word about the policy, which may propose
// a change of it.
func isMark(e conversation.Event) bool {
	switch e.Body.(type) {
	case conversation.Misjudged, conversation.Missed:
		return true
	default:
		return false
	}
}

// propose is what a thread proposes, by the model or cut out; it is false when
// there is nothing to keep.
func (l *Learner) propose(ctx context.Context, w feed.Work, thread learn.Thread) (conversation.Proposed, bool) {
	if thread.Answered() && w.Attempts <= 1 {
		p, err := l.write(ctx, w.State, thread)
		if err == nil {
			return conversation.Proposed{By: conversation.ByModel, From: p.From, Question: p.Question, Answer: p.Answer}, p.Answer != ""
		}
	}
	p, ok := thread.Cut()
	return conversation.Proposed{By: conversation.ByExtract, From: p.From, Question: p.Question, Answer: p.Answer}, ok
}

// write lets the model write the proposal. It is empty when the model finds nothing
// worth keeping.
func (l *Learner) write(ctx context.Context, s conversation.State, thread learn.Thread) (learn.Proposal, error) {
	set := l.bot.Settings()
	if !l.bot.mayAsk(set, s) {
		return learn.Proposal{}, ErrNoModel
	}
	request, err := l.request(thread)
	if err != nil {
		return learn.Proposal{}, err
	}
	text, err := l.bot.fill(ctx, l.model, set, s, request, llm.Usage{In: learnReadTokens, Out: learnWriteTokens}, LearnTimeout)
	if err != nil {
		return learn.Proposal{}, err
	}
	var wrote struct {
		Question     string             `json:"question"`
		Answer       string             `json:"answer"`
		QuestionLine conversation.Seq   `json:"question_line"`
		AnswerLines  []conversation.Seq `json:"answer_lines"`
	}
	if !readObject(text, &wrote) || l.bot.leaks(wrote.Question) || l.bot.leaks(wrote.Answer) {
		return learn.Proposal{}, ErrNothing
	}
	if wrote.Question == "" && wrote.Answer == "" {
		return learn.Proposal{}, nil
	}
	p, err := thread.Accept(learn.Proposal{Question: wrote.Question, Answer: wrote.Answer, From: append([]conversation.Seq{wrote.QuestionLine}, wrote.AnswerLines...)})
	if err != nil {
		l.bot.Logger.Warn("what the model proposes is not taken", "conversation", s.ID, "cause", err)
	}
	return p, err
}

func (l *Learner) request(thread learn.Thread) (llm.Request, error) {
	var system strings.Builder
	if err := l.prompt.Execute(&system, map[string]int{"Question": learnQuestion, "Answer": learnAnswer}); err != nil {
		return llm.Request{}, fmt.Errorf("fill the prompt of what is learned: %w", err)
	}
	var lines []line
	for _, said := range thread.Lines() {
		lines = append(lines, line{seq: said.Seq, role: said.Role, text: said.Text})
	}
	chat, err := asJSON(newest(lines, line{}))
	return llm.Request{
		Messages: []llm.Message{{Role: llm.RoleSystem, Content: system.String()}, {Role: llm.RoleUser, Content: chat}},
		Shape:    &learnShape, MaxTokens: learnWriteTokens,
	}, err
}
