package fakeslack_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

const cardBlocks = `[
 {"type":"header","text":{"type":"plain_text","text":"Visitor 7K2 asks about a double charge"}},
 {"type":"section","text":{"type":"mrkdwn","text":"*Why:* restricted topic _Billing disputes_, seq 3\n> I was charged twice for order 1042"},"accessory":{"type":"overflow","action_id":"card_menu","options":[{"text":{"type":"plain_text","text":"Why?"},"value":"why"},{"text":{"type":"plain_text","text":"Transcript"},"value":"transcript"}]}},
 {"type":"section","fields":[{"type":"mrkdwn","text":"*Page*\n<https://www.example.com/pricing|Pricing>"},{"type":"mrkdwn","text":"*Priority*\n:red_circle: urgent"}]},
 {"type":"context","elements":[{"type":"mrkdwn","text":":large_green_circle: here now"},{"type":"plain_text","text":"H-4F2K"}]},
 {"type":"actions","block_id":"card","elements":[
  {"type":"button","action_id":"claim","style":"primary","text":{"type":"plain_text","text":"Claim"},"value":"c1"},
  {"type":"button","action_id":"assign","text":{"type":"plain_text","text":"Assign…"},"value":"c1"},
  {"type":"static_select","action_id":"tag","placeholder":{"type":"plain_text","text":"Tag"},"options":[{"text":{"type":"plain_text","text":"refund"},"value":"refund"}]},
  {"type":"button","action_id":"close","style":"danger","text":{"type":"plain_text","text":"Close"},"value":"c1","confirm":{"title":{"type":"plain_text","text":"Close the chat?"},"text":{"type":"plain_text","text":"The visitor is told."},"confirm":{"type":"plain_text","text":"Close it"},"deny":{"type":"plain_text","text":"Keep"}}}]}
]`

const assignView = `{"type":"modal","callback_id":"assign","title":{"type":"plain_text","text":"Assign the chat"},"submit":{"type":"plain_text","text":"Assign"},"close":{"type":"plain_text","text":"Cancel"},"blocks":[
 {"type":"section","text":{"type":"mrkdwn","text":"Chat *H-4F2K* with Visitor 7K2"}},
 {"type":"input","block_id":"to","label":{"type":"plain_text","text":"Agent"},"element":{"type":"users_select","action_id":"who","placeholder":{"type":"plain_text","text":"Choose a person"}}},
 {"type":"input","block_id":"note","optional":true,"label":{"type":"plain_text","text":"Note"},"hint":{"type":"plain_text","text":"The visitor never sees it."},"element":{"type":"plain_text_input","action_id":"text","multiline":true}},
 {"type":"input","block_id":"how","label":{"type":"plain_text","text":"Tell them"},"element":{"type":"radio_buttons","action_id":"mode","initial_option":{"text":{"type":"plain_text","text":"In the thread"},"value":"thread"},"options":[{"text":{"type":"plain_text","text":"In the thread"},"value":"thread"},{"text":{"type":"plain_text","text":"Privately"},"value":"private","description":{"type":"plain_text","text":"As a direct message"}}]}},
 {"type":"input","block_id":"flags","optional":true,"label":{"type":"plain_text","text":"Also"},"element":{"type":"checkboxes","action_id":"flags","options":[{"text":{"type":"mrkdwn","text":"Mark as *urgent*"},"value":"urgent"}]}}]}`

const homeView = `{"type":"home","blocks":[
 {"type":"header","text":{"type":"plain_text","text":"Inbox"}},
 {"type":"context","elements":[{"type":"plain_text","text":"1 waiting, 1 yours"}]},
 {"type":"divider"},
 {"type":"section","text":{"type":"mrkdwn","text":"*Visitor 7K2* waiting 2 min\nI was charged twice for order 1042"},"accessory":{"type":"button","action_id":"home_open","text":{"type":"plain_text","text":"Open"},"value":"c1"}},
 {"type":"section","text":{"type":"mrkdwn","text":"*Ana Ruiz* waiting on you 6 min\nDoes the plan include phone support?"},"accessory":{"type":"button","action_id":"home_open","text":{"type":"plain_text","text":"Open"},"value":"c2"}}]}`

// scene fills the workspace through the API, the way the product would, and
// runs an app that opens a modal, answers privately and publishes a Home tab.
func scene(t *testing.T) (s *fakeslack.Server, root string) {
	t.Helper()
	ctx := context.Background()
	s, api := start(t, fakeslack.Options{})
	app := func(e socketmode.Event) (any, bool) {
		if cb, ok := e.Data.(slack.InteractionCallback); ok {
			answerPress(ctx, s, api, cb)
		}
		return nil, true
	}
	listen(t, s, app)
	root = postCard(t, s)
	if _, _, err := api.PostMessageContext(ctx, support, slack.MsgOptionTS(root), slack.MsgOptionUsername("Visitor 7K2"), slack.MsgOptionText("I was charged twice for order 1042. Can you look?", true)); err != nil {
		t.Fatal(err)
	}
	say := func(user, thread, text string) {
		if _, err := s.Say(user, support, thread, text); err != nil {
			t.Fatal(err)
		}
	}
	say(sam, "", "Morning all :wave: the *pricing page* is being changed today, see https://www.example.com/pricing")
	say(priya, "", "Thanks! Things to check:\n- the old `PLAN_A` link\n- invoices from _last week_\n> please tell @Maya first")
	say(maya, root, "Hello, let me look at that order for you.")
	say(maya, root, "Our log says:\n```charge 1  12.00 EUR\ncharge 2  12.00 EUR```")
	if err := s.React(sam, support, root, "eyes"); err != nil {
		t.Fatal(err)
	}
	if _, err := api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: maya, View: homeRequest(t)}); err != nil {
		t.Fatal(err)
	}
	return s, root
}

// postCard posts the card of a conversation as it is, past slack-go's types.
func postCard(t *testing.T, s *fakeslack.Server) string {
	t.Helper()
	out := call(t, s, "chat.postMessage", map[string]string{"channel": support, "text": "Visitor 7K2 asks about a double charge", "blocks": cardBlocks})
	ts, _ := out["ts"].(string)
	if ts == "" {
		t.Fatalf("post the card: %v", out)
	}
	return ts
}

func homeRequest(t *testing.T) slack.HomeTabViewRequest {
	t.Helper()
	var v slack.HomeTabViewRequest
	if err := json.Unmarshal([]byte(homeView), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// answerPress is the app's side of the card.
func answerPress(ctx context.Context, s *fakeslack.Server, api *slack.Client, cb slack.InteractionCallback) {
	if cb.Type != slack.InteractionTypeBlockActions {
		return
	}
	switch cb.ActionCallback.BlockActions[0].ActionID {
	case "assign":
		var v slack.ModalViewRequest
		if json.Unmarshal([]byte(assignView), &v) == nil {
			_, _ = api.OpenViewContext(ctx, cb.TriggerID, v)
		}
	case "claim":
		_, _ = api.PostEphemeralContext(ctx, cb.Channel.ID, cb.User.ID, slack.MsgOptionText("You have this chat now. Your replies in the thread go to the visitor.", false))
	}
}
