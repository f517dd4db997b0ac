package slackbridge

import (
	"cmp"
	"context"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

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
		draw.ModalHandBack:  b.submitHandBack,
		draw.ModalAssign:    b.submitAssign,
		draw.ModalTransfer:  b.submitTransfer,
		draw.ModalClose:     b.submitClose,
		draw.ModalBlock:     b.submitBlock,
		draw.ModalLabels:    b.submitLabels,
		draw.ModalMisjudged: b.submitMisjudged,
		draw.ModalMissed:    b.submitMissed,
		draw.ModalLearn:     b.submitLearn,
		draw.ModalMove:      b.submitMove,
		draw.ModalReply:     b.submitReply,
		draw.ModalEdit:      b.submitEdit,
	}
}

// workView deals with a submitted modal. The submitter is looked up again: a
// modal can stay open for a long time.
func (b *Bridge) workView(ctx context.Context, me identity, e envelope) error {
	if e.View.CallbackID == draw.ModalLeave {
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
	object := map[string]func(viewRef) map[string]string{draw.ModalClose: objectToClose, draw.ModalTransfer: objectToTransfer, draw.ModalReply: objectToReply, draw.ModalEdit: objectToReply}[e.View.CallbackID]
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
		if b.openModal(ctx, p.e.Trigger, draw.HandBackForm(p.id)) {
			return nil
		}
	}
	return b.handBack(ctx, p, "")
}

func (b *Bridge) submitHandBack(ctx context.Context, p press) error {
	return b.handBack(ctx, p, p.e.View.text(draw.InputInstruction))
}

func (b *Bridge) handBack(ctx context.Context, p press, instruction string) error {
	out, err := b.append(ctx, p, conversation.HandBack(p.by, instruction, p.admin))
	if err != nil {
		return err
	}
	b.offerUndo(ctx, p, out, draw.Words("You handed this chat back to the AI."))
	return nil
}

// tellInThread says something privately in the conversation's thread, for acts
// that were not started there.
func (b *Bridge) tellInThread(p press, spans ...draw.Span) {
	b.privately(p, whisper{m: draw.Say(spans...)})
}

// privately shows a message to the presser in the thread where the conversation
// was when she pressed: the act may have taken it to where she is not. Who cannot
// be reached there gets it as a direct message, without buttons that need the
// thread.
func (b *Bridge) privately(p press, w whisper) {
	w.user = p.who.ID
	if p.spot.TS == "" {
		w.m.Blocks = w.m.Blocks[:1]
		b.direct.add(w)
		return
	}
	w.channel, w.thread, w.afterReply = p.spot.Channel, p.spot.TS, true
	b.aside.add(w)
}
