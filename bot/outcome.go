package bot

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/knowledge"
	"github.com/handoff-bot/handoff/markup"
)

// maxSources is how many sources an answer shows.
const maxSources = 3

func (t *turn) system(b conversation.Body) conversation.Draft {
	return conversation.Draft{Author: conversation.Author{Role: conversation.System}, Source: conversation.FromBot, Body: b}
}

func (t *turn) line(m conversation.Message) conversation.Draft {
	m.Turn = t.id
	if content, err := json.Marshal(markup.FromMarkdown(m.Text, t.set.Links)); err == nil {
		m.Content = content
	}
	return conversation.Draft{Author: t.set.Author, Source: conversation.FromBot, Body: m}
}

// outcome turns a verdict that needs no answer into events. withheld is the
// draft that tripped it, "" when the visitor's words did.
func (t *turn) outcome(v escalation.Verdict, withheld string) []conversation.Draft {
	decided := t.decided(v, withheld)
	switch v.Act {
	case escalation.Escalate:
		return t.escalates(decided, v)
	case escalation.Ask:
		return []conversation.Draft{decided, t.line(conversation.Message{Ask: true,
			Text: t.speech().Say("bot.ask", "I can bring in a colleague. Tell me in a sentence or two what it is about, so that they can help you at once.")})}
	case escalation.Withhold:
		return []conversation.Draft{decided, t.system(t.words(v))}
	case escalation.Offer, escalation.Answer:
	}
	return []conversation.Draft{decided, t.line(conversation.Message{Text: t.offerWords(v), Offer: true})}
}

// speech says the bot's own lines, where the model has no part, in the language she
// writes, as far as that is known, else in the one of her page. They are stored as
// they are said, as answers are.
func (t *turn) speech() conversation.Speech {
	return conversation.SpeechIn(t.state.Speaks, t.state.Locale)
}

// offerWords asks whether a person is wanted, where there is no answer to go with
// the question.
func (t *turn) offerWords(v escalation.Verdict) string {
	switch {
	case v.WantsPerson():
		return t.speech().Say("bot.show", "I can ask the team for you: choose “Talk to a person” below. Or tell me more, and I'll keep trying.")
	case v.Reason == escalation.ReasonModelDown, v.Reason == escalation.ReasonOverBudget:
		return t.speech().Say("bot.retry", "I can't answer that right now. Would you like me to ask the team again?")
	}
	return t.speech().Say("bot.offer", "I don't have anything about that in my knowledge. Would you like to talk to a person?")
}

// words is what the visitor is told of a verdict that escalates or withholds.
func (t *turn) words(v escalation.Verdict) conversation.Message {
	return t.set.Policy.Words(v, t.past.saidBefore(), t.state.Reference)
}

func (t *turn) escalates(decided conversation.Draft, v escalation.Verdict) []conversation.Draft {
	drafts := []conversation.Draft{decided}
	if v.Reason == escalation.ReasonAsked {
		drafts = append(drafts, t.system(conversation.Asked{How: "words"}))
	}
	asked := v.Escalated()
	asked.Quiet = t.cancelledJustNow()
	return append(drafts, t.system(asked), t.system(t.words(v)))
}

// calledFor is how long the team counts as called after somebody was asked for:
// the default of the limit for the button.
const calledFor = 10 * time.Minute

// cancelledJustNow: people were called for her a moment ago, and she sent them
// away. She gets them again, but nobody is mentioned: asking and cancelling in
// turn must not ring the team each time.
func (t *turn) cancelledJustNow() bool {
	return t.past.cancelled > t.past.escalated && t.past.escalated > 0 && t.now.Sub(t.state.Escalated.At) < calledFor
}

// says is the answer, with its sources, and with an offer when the verdict asks
// for one, in the words of the rule that does.
func (t *turn) says(v escalation.Verdict, text string) []conversation.Draft {
	if v.Act == escalation.Offer && v.Say != "" {
		text += "\n\n" + v.Say
	}
	m := conversation.Message{Text: text, Offer: v.Act == escalation.Offer}
	if v.Reason != escalation.ReasonUnknown {
		m.Answer, m.Sources = true, t.sources()
	}
	return []conversation.Draft{t.decided(v, ""), t.line(m)}
}

// sources cites the documents that were good enough to answer from, each once.
func (t *turn) sources() []conversation.Citation {
	var cited []conversation.Citation
	seen := map[string]bool{}
	for _, p := range t.passages {
		if p.Score < knowledge.Floor || seen[p.Doc] || len(cited) == maxSources {
			continue
		}
		seen[p.Doc] = true
		cited = append(cited, citation(p))
	}
	return cited
}

// citation names the document as its source does, never by its place on the
// server.
func citation(p knowledge.Passage) conversation.Citation {
	return conversation.Citation{Title: p.Title, URL: p.URL, Path: p.Doc}
}

// stopped keeps what the visitor had read when she pressed Stop.
func (t *turn) stopped() []conversation.Draft {
	text := strings.TrimSpace(t.draft.released)
	decided := t.decided(t.judge(""), "")
	return []conversation.Draft{decided, t.line(conversation.Message{Text: text, Stopped: true})}
}

func (t *turn) leaked() []conversation.Draft {
	decided := t.decided(t.judge(""), "")
	return []conversation.Draft{decided, t.line(conversation.Message{Text: t.speech().Say("bot.leak", "I can't share that. Is there anything else I can help you with?")})}
}
