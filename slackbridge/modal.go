package slackbridge

import (
	"cmp"
	"context"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// The modals. Their private metadata is the conversation's id, and that of the reply's form
// how often it was drawn and a fingerprint.
const (
	modalHandBack = "handoff_modal_handback"
	modalRead     = "handoff_modal_read"

	inputInstruction = "instruction"
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
	return b.openAt(ctx, trigger, false, view) != ""
}

// openView opens a modal after a press and returns its id, "" when the trigger is
// used up. A press in a modal puts it on top of that one, which is there again when
// it is closed.
func (b *Bridge) openView(ctx context.Context, p press, view slack.ModalViewRequest) string {
	return b.openAt(ctx, p.e.Trigger, p.e.View.Type == "modal", view)
}

func (b *Bridge) openAt(ctx context.Context, trigger string, push bool, view slack.ModalViewRequest) (id string) {
	method, open := "views.open", b.client.API.OpenViewContext
	if push {
		method, open = "views.push", b.client.API.PushViewContext
	}
	err := b.client.Patient(ctx, method, "", func(ctx context.Context) error {
		answer, err := open(ctx, trigger, view)
		if err == nil {
			id = cmp.Or(answer.ID, "opened") // an answer without an id cannot be updated
		}
		return err
	})
	if err != nil {
		b.log.Warn("a modal did not open", "modal", view.CallbackID, "error", err)
		return ""
	}
	return id
}

// submits maps each modal to what its submission does.
func (b *Bridge) submits() map[string]func(context.Context, press) error {
	return map[string]func(context.Context, press) error{
		modalHandBack:  b.submitHandBack,
		modalAssign:    b.submitAssign,
		modalTransfer:  b.submitTransfer,
		modalClose:     b.submitClose,
		modalBlock:     b.submitBlock,
		modalLabels:    b.submitLabels,
		modalMisjudged: b.submitMisjudged,
		modalMissed:    b.submitMissed,
		modalLearn:     b.submitLearn,
		modalMove:      b.submitMove,
		modalReply:     b.submitReply,
		modalEdit:      b.submitEdit,
	}
}

// workView deals with a submitted modal. The submitter is looked up again: a
// modal can stay open for a long time.
func (b *Bridge) workView(ctx context.Context, me identity, e envelope) error {
	if e.View.CallbackID == modalLeave {
		return b.submitLeave(ctx, me, e)
	}
	id, _, _ := strings.Cut(e.View.Metadata, " ")
	p := press{me: me, e: e, id: conversation.ID(id)}
	p.action = pressed{ActionID: e.View.CallbackID, ActionTS: e.View.ID + "." + e.View.Hash}
	run := b.submits()[e.View.CallbackID]
	if run == nil {
		return errDrop
	}
	if ok, err := b.admitPress(ctx, &p); err != nil || !ok {
		return err
	}
	err := run(ctx, p)
	if refusal := refusalWords(err); refusal != nil {
		b.tellPresser(p, refusal...)
		return nil
	}
	return err
}

// objections looks at a submitted modal before it is stored and returns the
// answer that keeps it open, with what is wrong below each field; nil when
// nothing is. It asks nobody: Slack waits three seconds for it.
func objections(raw []byte) any {
	var e envelope
	if webapi.Decode(raw, &e) != nil || e.Type != "view_submission" {
		return nil
	}
	object := map[string]func(viewRef) map[string]string{modalClose: objectToClose, modalTransfer: objectToTransfer, modalReply: objectToReply, modalEdit: objectToReply}[e.View.CallbackID]
	if object == nil {
		return nil
	}
	if wrong := object(e.View); len(wrong) > 0 {
		return map[string]any{"response_action": "errors", "errors": wrong}
	}
	return nil
}

func (b *Bridge) pressHandBack(ctx context.Context, p press) error {
	if p.fresh {
		view := modal(modalHandBack, "Hand back to AI", p.id, textInput(inputInstruction, "Instruction for the AI", "Optional. Say what to do next.", ""))
		view.Submit = plain("Hand back")
		if b.openModal(ctx, p.e.Trigger, view) {
			return nil
		}
	}
	return b.handBack(ctx, p, "")
}

func (b *Bridge) submitHandBack(ctx context.Context, p press) error {
	return b.handBack(ctx, p, p.e.View.text(inputInstruction))
}

func (b *Bridge) handBack(ctx context.Context, p press, instruction string) error {
	out, err := b.append(ctx, p, conversation.HandBack(p.by, instruction, p.admin))
	if err != nil {
		return err
	}
	b.offerUndo(ctx, p, out, words("You handed this chat back to the AI."))
	return nil
}

// tellInThread says something privately in the conversation's thread, for acts
// that were not started there.
func (b *Bridge) tellInThread(p press, spans ...span) {
	b.privately(p, whisper{m: message{text: parsed(spans), blocks: block1(richLine("", spans...))}})
}

// privately shows a message to the presser in the thread where the conversation
// was when she pressed: the act may have taken it to where she is not. Who cannot
// be reached there gets it as a direct message, without buttons that need the
// thread.
func (b *Bridge) privately(p press, w whisper) {
	w.user = p.who.ID
	if p.spot.TS == "" {
		w.m.blocks = w.m.blocks[:1]
		b.direct.add(w)
		return
	}
	w.channel, w.thread, w.afterReply = p.spot.Channel, p.spot.TS, true
	b.aside.add(w)
}
