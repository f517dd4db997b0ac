package fakeslack_test

import (
	"context"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

func button(id string) *slack.ActionBlock {
	return slack.NewActionBlock("act", slack.NewButtonBlockElement(id, "42", slack.NewTextBlockObject(slack.PlainTextType, "Claim", false, false)))
}

// The whole of it once: the bot posts, a person answers and presses, a modal
// opens and is submitted, the message changes.
func TestConversationOverSocketMode(t *testing.T) {
	ctx := context.Background()
	s, api := start(t, fakeslack.Options{})
	l := listen(t, s, func(e socketmode.Event) (any, bool) {
		if cb, ok := e.Data.(slack.InteractionCallback); ok && cb.Type == slack.InteractionTypeViewSubmission {
			if cb.View.State.Values["why"]["reason"].Value == "bad" {
				return map[string]any{"response_action": "errors", "errors": map[string]string{"why": "Say more."}}, true
			}
		}
		return nil, true
	})

	_, root, err := api.PostMessageContext(ctx, support, slack.MsgOptionText("New chat", false), slack.MsgOptionBlocks(
		slack.NewSectionBlock(slack.NewTextBlockObject(slack.PlainTextType, "Where is <!channel>?", false, false), nil, nil), button("claim")))
	if err != nil {
		t.Fatal(err)
	}
	own := message(t, l.next(t))
	if own.TimeStamp != root || own.BotID != fakeslack.SampleBot {
		t.Errorf("echo: got ts %s bot %s", own.TimeStamp, own.BotID)
	}

	if _, err := s.Say(maya, support, root, "on it *now*"); err != nil {
		t.Fatal(err)
	}
	said := message(t, l.next(t))
	if said.User != maya || said.ThreadTimeStamp != root || said.ClientMsgID == "" || len(said.Blocks.BlockSet) != 1 {
		t.Errorf("human reply: got %+v", said)
	}

	if err := s.Press(maya, support, root, "claim"); err != nil {
		t.Fatal(err)
	}
	cb := l.next(t).Data.(slack.InteractionCallback)
	if got := cb.ActionCallback.BlockActions[0]; got.ActionID != "claim" || got.Value != "42" || cb.Container.MessageTs != root || cb.ResponseURL == "" {
		t.Errorf("press: got %+v", cb)
	}
	view := slack.ModalViewRequest{Type: slack.VTModal, Title: slack.NewTextBlockObject(slack.PlainTextType, "Close", false, false), Submit: slack.NewTextBlockObject(slack.PlainTextType, "Close chat", false, false),
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewInputBlock("why", slack.NewTextBlockObject(slack.PlainTextType, "Reason", false, false), nil, slack.NewPlainTextInputBlockElement(nil, "reason"))}}}
	opened, err := api.OpenViewContext(ctx, cb.TriggerID, view)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		value, problem string
		open           int
	}{{"", "Please complete this required field.", 1}, {"bad", "Say more.", 1}, {"done", "", 0}} {
		problems, err := s.Submit(ctx, maya, opened.ID, map[string]string{"reason": step.value})
		if err != nil || problems["why"] != step.problem || len(s.Views(maya)) != step.open {
			t.Errorf("submit %q: got %v %v, %d open", step.value, problems, err, len(s.Views(maya)))
		}
	}
	if _, _, _, err := api.UpdateMessageContext(ctx, support, root, slack.MsgOptionText("Claimed", false)); err != nil {
		t.Fatal(err)
	}
	m, _ := s.Message(support, root)
	if len(m.Blocks) != 0 || m.Text != "Claimed" {
		t.Errorf("update without blocks: got %d blocks, %q", len(m.Blocks), m.Text)
	}
}

func message(t *testing.T, e socketmode.Event) *slackevents.MessageEvent {
	t.Helper()
	outer, ok := e.Data.(slackevents.EventsAPIEvent)
	if !ok {
		t.Fatalf("got %T, want an event", e.Data)
	}
	m, ok := outer.InnerEvent.Data.(*slackevents.MessageEvent)
	if !ok {
		t.Fatalf("got %T, want a message", outer.InnerEvent.Data)
	}
	return m
}

func TestUnackedIsRetried(t *testing.T) {
	seen := 0
	s, _ := start(t, fakeslack.Options{Delay: func(d time.Duration) time.Duration { return d / 50 }})
	l := listen(t, s, func(e socketmode.Event) (any, bool) { seen++; return nil, seen > 1 })
	if _, err := s.Say(sam, support, "", "hello"); err != nil {
		t.Fatal(err)
	}
	first, second := l.next(t), l.next(t)
	if first.Request.RetryAttempt != 0 || second.Request.RetryAttempt != 1 || second.Request.RetryReason != "timeout" {
		t.Errorf("got attempts %d, %d (%s)", first.Request.RetryAttempt, second.Request.RetryAttempt, second.Request.RetryReason)
	}
	a, b := first.Data.(slackevents.EventsAPIEvent), second.Data.(slackevents.EventsAPIEvent)
	if x, y := a.Data.(*slackevents.EventsAPICallbackEvent).EventID, b.Data.(*slackevents.EventsAPICallbackEvent).EventID; x != y {
		t.Errorf("event ids differ: %s, %s", x, y)
	}
	wait(t, s, func(st *fakeslack.State) bool { d := st.Deliveries(); return d[0].Acked && d[0].Attempts == 2 })
}
