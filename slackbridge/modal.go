package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// The modals. Their private metadata is the conversation's id and nothing else.
const (
	modalHandBack = "handoff_modal_handback"
	modalAssign   = "handoff_modal_assign"
	modalRead     = "handoff_modal_read"

	inputInstruction = "instruction"
	inputAgent       = "agent"
)

func modal(callback, title string, id conversation.ID, blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, Title: plain(clip(title, 24)), Close: plain("Cancel"),
		Blocks: slack.Blocks{BlockSet: blocks}, PrivateMetadata: string(id),
	}
}

// openModal opens a modal. It is false when the trigger is used up: then the act
// goes on without it.
func (b *Bridge) openModal(ctx context.Context, trigger string, view slack.ModalViewRequest) bool {
	err := b.client.patient(ctx, "views.open", "", func(ctx context.Context) error {
		_, err := b.client.api.OpenViewContext(ctx, trigger, view)
		return err
	})
	if err != nil {
		b.log.Warn("a modal did not open", "modal", view.CallbackID, "error", err)
	}
	return err == nil
}

func (b *Bridge) pressHandBack(ctx context.Context, p press) error {
	if p.fresh {
		input := slack.NewPlainTextInputBlockElement(plain("Optional. Say what to do next."), inputInstruction)
		input.Multiline, input.MaxLength = true, 2000
		block := slack.NewInputBlock("", plain("Instruction for the AI"), nil, input)
		block.Optional = true
		view := modal(modalHandBack, "Hand back to AI", p.id, block)
		view.Submit = plain("Hand back")
		if b.openModal(ctx, p.e.Trigger, view) {
			return nil
		}
	}
	_, err := b.append(ctx, p, conversation.HandBack(p.by, "", p.admin))
	return err
}

func (b *Bridge) pressAssign(ctx context.Context, p press) error {
	pick := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plain("Choose an agent"), inputAgent)
	view := modal(modalAssign, "Assign", p.id, slack.NewInputBlock("", plain("Who takes this chat?"), nil, pick))
	view.Submit = plain("Assign")
	if !p.fresh || !b.openModal(ctx, p.e.Trigger, view) {
		b.tellPresser(ctx, p, words("The list did not open in time. Press Assign… again."))
	}
	return nil
}

// workView deals with a submitted modal. The submitter is looked up again: a
// modal can stay open for a long time.
func (b *Bridge) workView(ctx context.Context, me identity, e envelope) error {
	id, _, _ := strings.Cut(e.View.Metadata, " ")
	p := press{me: me, e: e, id: conversation.ID(id)}
	p.action = pressed{ActionID: e.View.CallbackID, ActionTS: e.View.ID + "." + e.View.Hash}
	if e.View.CallbackID != modalHandBack && e.View.CallbackID != modalAssign && e.View.CallbackID != modalMove {
		return errDrop
	}
	if ok, err := b.admitPress(ctx, &p); err != nil || !ok {
		return err
	}
	if e.View.CallbackID == modalMove {
		return b.submitMove(ctx, p)
	}
	var err error
	if e.View.CallbackID == modalHandBack {
		text, _ := e.View.field(inputInstruction)
		_, err = b.append(ctx, p, conversation.HandBack(p.by, strings.TrimSpace(text), p.admin))
	} else {
		_, user := e.View.field(inputAgent)
		err = b.assign(ctx, p, user)
	}
	if refusal := refusalWords(err); refusal != nil {
		b.tellInThread(ctx, p, refusal...)
		return nil
	}
	return err
}

func (b *Bridge) assign(ctx context.Context, p press, user string) error {
	who, why, err := b.people.standing(ctx, p.me.Team, b.homeOf(ctx, &p), user)
	if hasCode(err, "user_not_found", "user_not_visible") {
		why = "nobody by that name is in this workspace"
	} else if err != nil {
		return fmt.Errorf("look the agent up: %w", err)
	}
	if why != "" {
		b.tellInThread(ctx, p, person(user), words(" cannot take this chat: only agents can. Nothing was changed."))
		return nil
	}
	to := conversation.Staff{ID: who.ID, Name: b.people.shown(who)}
	_, err = b.append(ctx, p, conversation.Transfer(p.by, conversation.Passing{To: to}, p.admin))
	return err
}

// tellInThread says something privately in the conversation's thread, for acts
// that were not started there.
func (b *Bridge) tellInThread(ctx context.Context, p press, spans ...span) {
	t, err := b.Threads.ThreadOf(ctx, p.id)
	if err != nil || t.TS == "" {
		b.directly(ctx, p.who.ID, spans...)
		return
	}
	b.whisperSpans(ctx, t.Channel, p.who.ID, t.TS, spans...)
}

// pressMenu opens what only wants to be read.
func (b *Bridge) pressMenu(ctx context.Context, p press) error {
	choice, _, _ := strings.Cut(p.action.SelectedOption.Value, ":")
	events, err := readAll(ctx, b.Log, p.id, 0)
	if err != nil {
		return fmt.Errorf("read the log: %w", err)
	}
	title, blocks := "Why?", whyBlocks(p.state, events)
	if choice == menuTranscript {
		title, blocks = "Transcript", transcriptBlocks(p.state, events)
	}
	view := modal(modalRead, title, p.id, blocks...)
	view.Close = plain("Close")
	if !p.fresh || !b.openModal(ctx, p.e.Trigger, view) {
		b.tellPresser(ctx, p, words("It did not open in time. Choose it again."))
	}
	return nil
}

// whyBlocks explain the last escalation with what the policy saw.
func whyBlocks(s conversation.State, events []conversation.Event) []slack.Block {
	var escalated conversation.Escalated
	var decided conversation.Decided
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
		}
	}
	if found != nil {
		return []slack.Block{richLine("", words("Nobody was asked for in this chat ("+s.Reference+")."))}
	}
	spans := []span{strong(s.Reference), words("\n" + firstNonEmpty(oneLine(escalated.Explain, 600), reasonWords(escalated.Reason)))}
	add := func(label, text string) {
		if text != "" {
			spans = append(spans, strong("\n"+label+": "), words(text))
		}
	}
	add("Rule", oneLine(escalated.Rule, 120))
	add("Level", oneLine(escalated.Level, 40))
	add("Topic", oneLine(escalated.Topic, 120))
	add("Policy", clip(firstNonEmpty(escalated.Policy, decided.Policy), 16))
	blocks := []slack.Block{richLine("", spans...)}
	if escalated.Decided == 0 && escalated.Reason == conversation.ReasonButton {
		return blocks
	}
	for i, sig := range decided.Signals {
		if i == 20 {
			break
		}
		elements := []any{slack.NewRichTextSection(rich([]span{strong(oneLine(sig.Name, 60)), words(fmt.Sprintf(" %.2f", sig.Value))})...)}
		if q := quoted(texts, decided.Draft, sig); q != "" {
			elements = append(elements, quote(q))
		}
		blocks = append(blocks, richBlock{elements: elements})
	}
	return blocks
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

// maxTranscript is how many lines the modal shows; the thread has them all.
const maxTranscript = 90

// transcriptBlocks are the last lines of a conversation.
func transcriptBlocks(s conversation.State, events []conversation.Event) []slack.Block {
	sc := newScript(s, noThread, conversation.Handle(s.Visitor), events)
	items := sc.items(events)
	var blocks []slack.Block
	if len(items) > maxTranscript {
		items = items[len(items)-maxTranscript:]
		blocks = append(blocks, richLine("", slant("The last lines; the thread has them all.")))
	}
	for i, it := range items {
		it.text = clip(it.text, maxBlockChars)
		it.tree, it.sources = nil, nil
		named := it.voice.name != "" && (i == 0 || it.voice != items[i-1].voice)
		for _, block := range it.blocks(s.ID, 0, named) {
			if rb, ok := block.(richBlock); ok {
				rb.id = ""
				block = rb
			}
			blocks = append(blocks, block)
		}
	}
	if len(blocks) == 0 {
		blocks = append(blocks, richLine("", words("Nothing was said yet.")))
	}
	return blocks
}
