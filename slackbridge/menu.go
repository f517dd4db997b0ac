package slackbridge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// pressMenu does what was chosen in the card's menu.
func (b *Bridge) pressMenu(ctx context.Context, p press) error {
	choice, _, _ := strings.Cut(p.action.SelectedOption.Value, ":")
	run := map[string]func(context.Context, press) error{
		menuWhy:        b.openWhy,
		menuTranscript: b.openTranscript,
		menuLabels:     b.openLabels,
		menuBlock:      b.openBlock,
		menuLift:       b.pressLift,
		menuMisjudged:  b.openMisjudged,
	}[choice]
	if run == nil {
		return errDrop
	}
	return run(ctx, p)
}

func (b *Bridge) openWhy(ctx context.Context, p press) error {
	events, err := readAll(ctx, b.Log, p.id, 0)
	if err != nil {
		return fmt.Errorf("read the log: %w", err)
	}
	view := modal(modalRead, "Why?", p.id, whyBlocks(p.state, events)...)
	view.Close = plain("Close")
	return b.orTell(ctx, p, view, "It did not open in time. Choose it again.")
}

// whyBlocks explain the last escalation with what the policy saw.
func whyBlocks(s conversation.State, events []conversation.Event) []slack.Block {
	var escalated conversation.Escalated
	var decided, why conversation.Decided // the last verdict, and that of the escalation
	texts := map[conversation.Seq]string{}
	found := errors.New("none")
	for _, e := range events {
		switch b := e.Body.(type) {
		case conversation.Message:
			texts[e.Seq] = b.Text
		case conversation.Decided:
			if b.Act == conversation.ActEscalate {
				decided = b
			}
		case conversation.Escalated:
			escalated, found = b, nil
			why, decided = decided, conversation.Decided{}
		}
	}
	if found != nil {
		return []slack.Block{richLine("", words("Nobody was asked for in this chat ("+s.Reference+")."))}
	}
	spans := []span{strong(s.Reference), words("\n" + cmp.Or(oneLine(escalated.Explain, 600), reasonWords(escalated.Reason)))}
	add := func(label, text string) {
		if text != "" {
			spans = append(spans, strong("\n"+label+": "), words(text))
		}
	}
	add("Rule", oneLine(escalated.Rule, 120))
	add("Level", oneLine(escalated.Level, 40))
	add("Topic", oneLine(escalated.Topic, 120))
	add("Policy", clip(cmp.Or(escalated.Policy, why.Policy), 16))
	blocks := []slack.Block{richLine("", spans...)}
	for i, sig := range why.Signals {
		if i == 20 {
			break
		}
		elements := []any{slack.NewRichTextSection(rich([]span{strong(oneLine(sig.Name, 60)), words(fmt.Sprintf(" %.2f%s", sig.Value, seenBy(sig)))})...)}
		if q := quoted(texts, why.Draft, sig); q != "" {
			elements = append(elements, quote(q))
		}
		blocks = append(blocks, richBlock{elements: elements})
	}
	return blocks
}

// seenBy names who saw something, when it is not the policy itself.
func seenBy(sig conversation.Signal) string {
	if sig.By == "" {
		return ""
	}
	return " (by the triage " + oneLine(sig.By, 20) + ")"
}

// quoted is the evidence of a signal, cut out of the line it was seen in.
func quoted(texts map[conversation.Seq]string, draft string, sig conversation.Signal) string {
	text := texts[sig.Seq]
	if sig.Seq == 0 {
		text = draft
	}
	if sig.From < 0 || sig.To > len(text) || sig.From >= sig.To {
		return ""
	}
	return oneLine(strings.ToValidUTF8(text[sig.From:sig.To], ""), 200)
}
