package bot

import (
	"context"
	"fmt"
	"slices"
	"text/template"
	"time"

	_ "embed"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/feed"
)

// Brief is the feed.Handler of the consumer "brief": it says what a conversation
// is about when people are asked for it, once per escalation.
//
// It is a reader of its own, so that neither the card nor a turn ever waits for
// it. One short call of the model writes the summary; every point of it names the
// line it comes from, and a point that names none is dropped. Where there is no
// model (offline://, the level human_only, over budget, down, slow, or an answer
// that makes no sense) the summary is cut out of what the visitor wrote. A crash
// before the append costs one more call.
type Brief struct {
	bot    *Bot
	model  Model
	prompt *template.Template
}

// BriefConsumer is the brief's name among the readers.
const BriefConsumer = "brief"

// BriefTimeout is how long the model has for a summary.
const BriefTimeout = 10 * time.Second

// What a summary may hold: together no more than 600 characters, a glance.
const (
	askRunes   = 150
	maxPoints  = 5
	pointRunes = 90
)

//go:embed prompts/brief.md
var briefPrompt string

// Brief returns the reader that shares the bot's log and budget. model is asked
// for summaries only, so that its failures say nothing about the one that answers.
func (b *Bot) Brief(model Model) (*Brief, error) {
	prompt, err := template.New("brief").Parse(briefPrompt)
	if err != nil {
		return nil, fmt.Errorf("parse the prompt of the brief: %w", err)
	}
	return &Brief{bot: b, model: model, prompt: prompt}, nil
}

// Handle appends the summary of an escalation that has none, as soon as the
// visitor has said something.
func (b *Brief) Handle(ctx context.Context, w feed.Work) (feed.Done, error) {
	done := feed.Done{Through: w.State.Seq}
	s := w.State
	people := s.Mode == conversation.Waiting || s.Mode == conversation.WithAgent
	if !people || s.Summarised >= s.Epoch {
		return done, nil
	}
	past, err := readHistory(ctx, b.bot.Log, s)
	if err != nil {
		return feed.Done{}, err
	}
	lines := spoken(past.lines, s.Seq)
	ask, ok := past.trigger(lines, s.Reason)
	if !ok {
		return done, nil
	}
	summary, ok := b.ask(ctx, s, w.Now, lines, ask)
	if ctx.Err() != nil {
		return feed.Done{}, ctx.Err()
	}
	if !ok {
		summary = extract(lines, ask)
	}
	summary.Epoch, summary.Through = s.Epoch, s.Seq
	done.Decide = conversation.Summarise(summary)
	return done, nil
}

// spoken are the lines of people and the bot that still stand, up to an event.
func spoken(lines []line, last conversation.Seq) []line {
	var out []line
	for _, l := range lines {
		if l.role != conversation.System && l.text != "" && l.seq <= last {
			out = append(out, l)
		}
	}
	return out
}

// trigger is the visitor's line for which people were asked: the one that the
// verdict points to, or else her last one before it. When she only asks for a
// person there, says yes to one or is angry, it is the last line that says more.
// When she asked by the button before she wrote anything it is the first she
// writes then; ok is false until she does.
func (h *history) trigger(lines []line, reason string) (trigger line, ok bool) {
	evidence, last := h.evidence(), line{}
	for _, l := range lines {
		if l.role != conversation.Visitor || ok && l.seq > h.escalated {
			continue
		}
		if slices.Contains(wordless, reason) && news(l.text, nil) >= enough {
			last = l
		}
		if trigger, ok = l, true; l.seq == evidence {
			break
		}
	}
	if last.seq != 0 {
		return last, true
	}
	return trigger, ok
}

// wordless are the reasons whose line need not say what it is about.
var wordless = []string{escalation.ReasonAsked, escalation.ReasonButton, escalation.ReasonFrustrated}

// sameAct is how many events lie at most between a verdict and the escalation
// that was appended with it.
const sameAct = 2

// evidence is the visitor's line that the escalation's own verdict points to, 0
// for none.
func (h *history) evidence() conversation.Seq {
	if h.verdictAt == 0 || h.escalated-h.verdictAt > sameAct {
		return 0
	}
	for _, signal := range h.verdict.Signals {
		named := signal.Name == evidenceOf[h.verdict.Reason] || signal.Name == escalation.SignalTopic+":"+h.verdict.Topic
		if named && signal.Seq != 0 { // 0 is the bot's own draft
			return signal.Seq
		}
	}
	return h.verdict.On
}

// evidenceOf names the signal that a reason rests on, where that is a place in
// the visitor's words.
var evidenceOf = map[string]string{
	escalation.ReasonAsked:      escalation.SignalAsks,
	escalation.ReasonFrustrated: escalation.SignalFrustrated,
	escalation.ReasonRepeated:   escalation.SignalRepeated,
}
