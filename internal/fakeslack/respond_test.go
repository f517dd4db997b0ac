package fakeslack_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// pressed presses the card's button and returns what the app got.
func pressed(t *testing.T, s *fakeslack.Server, l *listener, ts string) slack.InteractionCallback {
	t.Helper()
	if err := s.Press(maya, support, ts, "claim"); err != nil {
		t.Fatal(err)
	}
	for {
		if cb, ok := l.next(t).Data.(slack.InteractionCallback); ok {
			return cb
		}
	}
}

func TestResponseURL(t *testing.T) {
	ctx := context.Background()
	var now atomic.Int64
	now.Store(1_700_000_000)
	s, _ := start(t, fakeslack.Options{Now: func() time.Time { return time.Unix(now.Load(), 0) }})
	l := listen(t, s, nil)
	root := postCard(t, s)
	post := func(url string, m slack.WebhookMessage) error {
		return slack.PostWebhookCustomHTTPContext(ctx, url, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, &m)
	}
	url := pressed(t, s, l, root).ResponseURL
	if err := post(url, slack.WebhookMessage{Text: "only you"}); err != nil || len(s.Ephemerals(maya)) != 1 {
		t.Errorf("private answer: got %v, %d", err, len(s.Ephemerals(maya)))
	}
	if err := post(url, slack.WebhookMessage{Text: "all", ResponseType: "in_channel", ThreadTimestamp: root}); err != nil || len(s.Thread(support, root)) != 2 {
		t.Errorf("answer in the thread: got %v, %d", err, len(s.Thread(support, root)))
	}
	if err := post(url, slack.WebhookMessage{Text: "claimed", ReplaceOriginal: true}); err != nil || s.Thread(support, root)[0].Text != "claimed" {
		t.Errorf("replace: got %v, %q", err, s.Thread(support, root)[0].Text)
	}
	for range 2 {
		_ = post(url, slack.WebhookMessage{Text: "more"})
	}
	var status slack.StatusCodeError
	if err := post(url, slack.WebhookMessage{Text: "a sixth"}); !errors.As(err, &status) || status.Code != http.StatusNotFound {
		t.Errorf("sixth use: got %v", err)
	}
	s.Switch(func(sw *fakeslack.Switches) { sw.UntypedReplies = true })
	other := postCard(t, s)
	url = pressed(t, s, l, other).ResponseURL
	if err := post(url, slack.WebhookMessage{Text: "untyped"}); err != nil {
		t.Errorf("untyped reply: got %v", err)
	}
	now.Add(31 * 60)
	if err := post(url, slack.WebhookMessage{Text: "late"}); err == nil {
		t.Error("after 31 minutes: no error")
	}
	s.Inject(fakeslack.Fault{Method: "response_url", Do: fakeslack.Status{Code: 500}})
	if err := post(url, slack.WebhookMessage{Text: "x"}); !errors.As(err, &status) || status.Code != 500 {
		t.Errorf("fault: got %v", err)
	}
}

func TestEphemeralCanBeReplacedAndDeleted(t *testing.T) {
	ctx := context.Background()
	s, _ := start(t, fakeslack.Options{})
	l := listen(t, s, nil)
	out := call(t, s, "chat.postEphemeral", set{"channel": support, "user": maya, "text": "choose", "blocks": cardBlocks})
	ts, _ := out["message_ts"].(string)
	if _, stored := s.Message(support, ts); stored || len(s.Deliveries()) != 0 {
		t.Error("an ephemeral message was stored or told about")
	}
	cb := pressed(t, s, l, ts)
	if !cb.Container.IsEphemeral || cb.Message.Timestamp != "" {
		t.Errorf("press: got %+v", cb.Container)
	}
	hc := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if err := slack.PostWebhookCustomHTTPContext(ctx, cb.ResponseURL, hc, &slack.WebhookMessage{Text: "chosen", ReplaceOriginal: true}); err != nil || s.Ephemerals(maya)[0].Text != "chosen" {
		t.Errorf("replace: got %v, %+v", err, s.Ephemerals(maya))
	}
	if err := slack.PostWebhookCustomHTTPContext(ctx, cb.ResponseURL, hc, &slack.WebhookMessage{DeleteOriginal: true}); err != nil || len(s.Ephemerals(maya)) != 0 {
		t.Errorf("delete: got %v, %+v", err, s.Ephemerals(maya))
	}
}

func TestQuietThreadsHideEphemerals(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	for _, c := range []struct{ replies, shown int }{{0, 0}, {1, 1}} {
		root := thread(t, s, c.replies)
		got := call(t, s, "chat.postEphemeral", set{"channel": support, "user": maya, "thread_ts": root, "text": "x"})
		if got["ok"] != true || len(s.Ephemerals(maya)) != c.shown {
			t.Errorf("%d replies: got %v, %d shown", c.replies, got, len(s.Ephemerals(maya)))
		}
	}
}

func TestTriggersLiveThreeSecondsAndWorkOnce(t *testing.T) {
	var now atomic.Int64
	now.Store(1_700_000_000)
	s, _ := start(t, fakeslack.Options{Now: func() time.Time { return time.Unix(now.Load(), 0) }})
	l := listen(t, s, nil)
	root := postCard(t, s)
	fresh := pressed(t, s, l, root).TriggerID
	open := func(trigger string) any {
		return call(t, s, "views.open", set{"trigger_id": trigger, "view": assignView})["error"]
	}
	if got := open(fresh); got != nil {
		t.Errorf("fresh: got %v", got)
	}
	if got := open(fresh); got != "exchanged_trigger_id" {
		t.Errorf("used: got %v", got)
	}
	stale := pressed(t, s, l, root).TriggerID
	now.Add(4)
	if got := open(stale); got != "expired_trigger_id" {
		t.Errorf("stale: got %v", got)
	}
}

func TestViewStack(t *testing.T) {
	ctx := context.Background()
	answers := map[string]any{}
	s, _ := start(t, fakeslack.Options{})
	l := listen(t, s, func(e socketmode.Event) (any, bool) {
		if cb, ok := e.Data.(slack.InteractionCallback); ok && cb.Type == slack.InteractionTypeViewSubmission {
			return answers[cb.View.CallbackID], true
		}
		return nil, true
	})
	root := postCard(t, s)
	call(t, s, "views.open", set{"trigger_id": pressed(t, s, l, root).TriggerID, "view": assignView})
	id := s.Views(maya)[0].ID
	hash := s.Views(maya)[0].Hash
	if got := call(t, s, "views.update", set{"view_id": id, "hash": "old", "view": assignView})["error"]; got != "hash_conflict" {
		t.Errorf("wrong hash: got %v", got)
	}
	if got := call(t, s, "views.update", set{"view_id": id, "hash": hash, "view": assignView}); got["ok"] != true || s.Views(maya)[0].Hash == hash {
		t.Errorf("update: got %v", got)
	}
	answers["assign"] = map[string]any{"response_action": "push", "view": map[string]any{"type": "modal", "title": map[string]any{"type": "plain_text", "text": "Sure?"}, "blocks": []any{map[string]any{"type": "divider"}}}}
	values := map[string]string{"who": sam, "mode": "private", "flags": "urgent"}
	if problems, err := s.Submit(ctx, maya, id, values); err != nil || len(problems) != 0 || len(s.Views(maya)) != 2 || s.Views(maya)[1].Title != "Sure?" {
		t.Fatalf("push: got %v %v, %d views", problems, err, len(s.Views(maya)))
	}
	if err := s.CloseView(maya, s.Views(maya)[1].ID); err != nil {
		t.Error(err)
	}
	answers["assign"] = map[string]any{"response_action": "errors", "errors": map[string]string{"nowhere": "x"}}
	if _, err := s.Submit(ctx, maya, id, values); err == nil {
		t.Error("errors for an unknown block: no error")
	}
	answers["assign"] = map[string]any{"response_action": "clear"}
	if _, err := s.Submit(ctx, maya, id, values); err != nil || len(s.Views(maya)) != 0 {
		t.Errorf("clear: got %v, %d views", err, len(s.Views(maya)))
	}
	if _, err := s.Submit(ctx, maya, id, nil); err == nil {
		t.Error("a closed view: no error")
	}
}
