package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/llm"
)

// What the one call of a brief may read and write.
const (
	briefLineRunes   = 1_000
	briefHistory     = 12_000 // bytes of lines
	briefReadTokens  = 6_000
	briefWriteTokens = 400
)

// briefShape is the form of the answer.
var briefShape = llm.Shape{Name: "brief", Schema: json.RawMessage(`{"type":"object","properties":{
"ask":{"type":"string"},
"points":{"type":"array","items":{"type":"object","properties":{"text":{"type":"string"},"line":{"type":"integer"}},"required":["text","line"],"additionalProperties":false}}
},"required":["ask","points"],"additionalProperties":false}`)}

// ask lets the model write the summary. It is false when there is no model to
// ask, or nothing to use in what it wrote.
func (b *Brief) ask(ctx context.Context, s conversation.State, now time.Time, lines []line, trigger line) (conversation.Summarised, bool) {
	set := b.bot.Settings()
	level := set.Policy.Level(set.Level(s.Widget))
	if set.Model.IsOffline() || level == escalation.HumanOnly || s.Level == escalation.HumanOnly {
		return conversation.Summarised{}, false
	}
	worst := llm.Usage{In: briefReadTokens, Out: briefWriteTokens}
	over, release, err := b.bot.hold(ctx, s.ID, dayOf(now), set.limits(s.Visitor, worst, 0))
	defer release()
	if err != nil || over {
		return conversation.Summarised{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, BriefTimeout)
	defer cancel()
	request, err := b.request(lines, trigger)
	if err != nil {
		b.bot.Logger.Error("brief not asked for", "conversation", s.ID, "error", err)
		return conversation.Summarised{}, false
	}
	reply, err := b.model.Stream(ctx, request, func(llm.Delta) error { return nil })
	b.bot.charge(ctx, s, dayOf(now), set.Model.Budget, reply.Usage)
	var summary conversation.Summarised
	if err == nil {
		summary, err = readBrief(reply.Text, lines)
	}
	if err != nil {
		b.bot.Logger.Warn("the brief is cut out of the lines", "conversation", s.ID, "cause", cause(err))
		return conversation.Summarised{}, false
	}
	return summary, true
}

// briefLine is a line as the model reads it. As JSON no line can look like
// another one, or like the end of them.
type briefLine struct {
	Line conversation.Seq `json:"line"`
	From string           `json:"from"`
	Text string           `json:"text"`
}

// speakers are the names of the roles for the model.
var speakers = map[conversation.Role]string{
	conversation.Visitor: "visitor", conversation.Bot: "assistant", conversation.Agent: "colleague",
}

func (b *Brief) request(lines []line, trigger line) (llm.Request, error) {
	var system strings.Builder
	if err := b.prompt.Execute(&system, map[string]int{"Ask": askRunes, "Points": maxPoints, "Point": pointRunes}); err != nil {
		return llm.Request{}, fmt.Errorf("fill the prompt of the brief: %w", err)
	}
	chat, err := asJSON(newest(lines, trigger))
	return llm.Request{
		Messages: []llm.Message{{Role: llm.RoleSystem, Content: system.String()}, {Role: llm.RoleUser, Content: chat}},
		Shape:    &briefShape, MaxTokens: briefWriteTokens,
	}, err
}

// newest are the last lines that fit, and in any case the one that asked.
func newest(lines []line, trigger line) []line {
	left := briefHistory - min(len(trigger.text), briefLineRunes)
	var out []line
	for _, l := range slices.Backward(lines) {
		if l.seq != trigger.seq {
			left -= min(len(l.text), briefLineRunes)
		}
		if left >= 0 || l.seq == trigger.seq {
			out = append(out, l)
		}
	}
	slices.Reverse(out)
	return out
}

var errNoBrief = errors.New("the model's summary makes no sense")

// readBrief takes the summary out of the model's answer. Of its points those
// stand that name a line of the conversation.
func readBrief(text string, lines []line) (conversation.Summarised, error) {
	var wrote struct {
		Ask    string `json:"ask"`
		Points []struct {
			Text string           `json:"text"`
			Line conversation.Seq `json:"line"`
		} `json:"points"`
	}
	if !readObject(text, &wrote) {
		return conversation.Summarised{}, errNoBrief
	}
	summary := conversation.Summarised{By: conversation.ByModel, Text: shorten(wrote.Ask, askRunes)}
	for _, p := range wrote.Points {
		said := slices.ContainsFunc(lines, func(l line) bool { return l.seq == p.Line })
		point := conversation.Point{Text: shorten(p.Text, pointRunes), Seq: p.Line}
		if said && point.Text != "" && !leads(point.Text) && len(summary.Points) < maxPoints {
			summary.Points = append(summary.Points, point)
		}
	}
	if summary.Text == "" || leads(summary.Text) || len(wrote.Points) > 0 && len(summary.Points) == 0 {
		return conversation.Summarised{}, errNoBrief
	}
	return summary, nil
}

// readObject reads the one JSON object that a model was asked for, and nothing
// that was not: some servers wrap it in words.
func readObject(text string, into any) bool {
	from, to := strings.Index(text, "{"), strings.LastIndex(text, "}")
	if from < 0 || to < from {
		return false
	}
	decoder := json.NewDecoder(strings.NewReader(text[from : to+1]))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return false
	}
	_, err := decoder.Token()
	return errors.Is(err, io.EOF)
}

// leads says that a text has what would lead an agent elsewhere: a link, or a
// mention. The model has no reason to write one.
func leads(text string) bool {
	return slices.ContainsFunc([]string{"://", "www.", "](", "<!", "<@", "<#", "@here", "@channel", "@everyone"}, func(s string) bool {
		return strings.Contains(strings.ToLower(text), s)
	})
}
