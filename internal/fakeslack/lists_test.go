package fakeslack_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

const searching = `{"type":"modal","callback_id":"reply","title":{"type":"plain_text","text":"Reply"},"submit":{"type":"plain_text","text":"Send"},"blocks":[
 {"type":"input","block_id":"text","optional":true,"label":{"type":"plain_text","text":"Text"},"element":{"type":"plain_text_input","action_id":"text"}},
 {"type":"actions","block_id":"tools","elements":[{"type":"external_select","action_id":"canned","min_query_length":0,"placeholder":{"type":"plain_text","text":"Canned replies"}}]}]}`

// TestStaffPageAsksForOptions searches a list whose options the app gives.
func TestStaffPageAsksForOptions(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	listen(t, s, func(e socketmode.Event) (any, bool) {
		cb, ok := e.Data.(slack.InteractionCallback)
		if !ok || cb.Type != slack.InteractionTypeBlockSuggestion {
			return nil, true
		}
		name := "found for " + cb.Value
		text := slack.NewTextBlockObject("plain_text", name, false, false)
		return slack.OptionsResponse{Options: []*slack.OptionBlockObject{slack.NewOptionBlockObject("r1", text, nil)}}, true
	})
	call(t, s, "chat.postMessage", map[string]string{"channel": support, "text": "open", "blocks": opener})
	b := browse(t, s.URL()+"/", 1280, 800)
	n := len(s.Deliveries())
	b.click("button-open")
	call(t, s, "views.open", map[string]string{"trigger_id": used(t, s, n).TriggerID, "view": searching})
	b.see("modal")
	b.do("open the list", chromedp.Click(id("field-canned")+" button"), chromedp.WaitVisible(id("picker-search")))
	b.write("picker-search", "umbrella")
	b.until("what was found", `document.querySelector('[data-testid="option-r1"]')?.textContent.includes("found for umbrella")`)
	n = len(s.Deliveries())
	b.click("option-r1")
	if a := used(t, s, n).ActionCallback.BlockActions[0]; a.BlockID != "tools" || a.SelectedOption.Value != "r1" {
		t.Errorf("chosen: got %s %q, want tools r1", a.BlockID, a.SelectedOption.Value)
	}
}

// TestStaffPageNamesWhatItDoesNotKnow: what the page cannot draw is said, so that
// the walk finds it.
func TestStaffPageNamesWhatItDoesNotKnow(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	b := browse(t, s.URL()+"/", 1280, 800)
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`import("./page/blocks.js").then((m) => {
		const ctx = { emoji: {}, people: new Map(), channels: new Map(), groups: {} };
		const node = m.renderBlocks([{ type: "hologram", block_id: "a" }, { type: "actions", block_id: "b", elements: [{ type: "lever", action_id: "l" }] },
			{ type: "rich_text", block_id: "c", elements: [{ type: "rich_text_section", elements: [{ type: "scent" }] }] }], ctx, () => {});
		return [...node.querySelectorAll('[data-testid="unknown"]')].map((n) => n.textContent).join("|");
	})`, chromedp.EvalAwaitPromise))
	want := "This page does not know the block “hologram”.|This page does not know the element “lever”.|This page does not know the text “scent”."
	if err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}
