package fakeslack_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

func buttonJSON(id, label, value string) string {
	return fmt.Sprintf(`{"type":"button","action_id":%q,"text":{"type":"plain_text","text":%q},"value":%q}`, id, label, value)
}

func actions(elements ...string) string {
	return `{"type":"actions","elements":[` + strings.Join(elements, ",") + `]}`
}

type blockCase struct {
	name, blocks string
	ok           bool
}

func blockCases() []blockCase {
	many := make([]string, 26)
	for i := range many {
		many[i] = buttonJSON(fmt.Sprint("b", i), "x", "")
	}
	option := `{"text":{"type":"plain_text","text":"a"},"value":"a"}`
	return []blockCase{
		{"a section", `{"type":"section","text":{"type":"mrkdwn","text":"x"}}`, true},
		{"fields alone", `{"type":"section","fields":[{"type":"mrkdwn","text":"x"}]}`, true},
		{"unknown type", `{"type":"carousel"}`, false},
		{"no type", `{}`, false},
		{"empty section", `{"type":"section"}`, false},
		{"empty text", `{"type":"section","text":{"type":"mrkdwn","text":""}}`, false},
		{"text that is a string", `{"type":"section","text":"x"}`, false},
		{"text of no kind", `{"type":"section","text":{"type":"html","text":"x"}}`, false},
		{"eleven fields", `{"type":"section","fields":[` + strings.TrimSuffix(strings.Repeat(`{"type":"mrkdwn","text":"x"},`, 11), ",") + `]}`, false},
		{"long field", `{"type":"section","fields":[{"type":"mrkdwn","text":"` + text(2001) + `"}]}`, false},
		{"header in mrkdwn", `{"type":"header","text":{"type":"mrkdwn","text":"x"}}`, false},
		{"header over 150", `{"type":"header","text":{"type":"plain_text","text":"` + text(151) + `"}}`, false},
		{"block_id of 255", `{"type":"divider","block_id":"` + text(255) + `"}`, true},
		{"block_id of 256", `{"type":"divider","block_id":"` + text(256) + `"}`, false},
		{"block_id twice", `{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}`, false},
		{"a button", actions(buttonJSON("a", "x", "v")), true},
		{"button label over 75", actions(buttonJSON("a", text(76), "")), false},
		{"button value over 2000", actions(buttonJSON("a", "x", text(2001))), false},
		{"button without text", actions(`{"type":"button","action_id":"a"}`), false},
		{"button with a wrong style", actions(`{"type":"button","style":"blue","action_id":"a","text":{"type":"plain_text","text":"x"}}`), false},
		{"the same button twice", actions(buttonJSON("a", "x", "")) + "," + actions(buttonJSON("a", "y", "")), false},
		{"action_id of 256", actions(buttonJSON(text(256), "x", "")), false},
		{"26 elements", actions(many...), false},
		{"no elements", actions(), false},
		{"text inside actions", actions(`{"type":"plain_text","text":"x"}`), false},
		{"a select", actions(`{"type":"static_select","action_id":"a","options":[` + option + `]}`), true},
		{"a select without options", actions(`{"type":"static_select","action_id":"a"}`), false},
		{"six in an overflow", actions(`{"type":"overflow","action_id":"a","options":[` + strings.TrimSuffix(strings.Repeat(option+",", 6), ",") + `]}`), false},
		{"option without a value", actions(`{"type":"overflow","action_id":"a","options":[{"text":{"type":"plain_text","text":"a"}}]}`), false},
		{"confirm without a title", actions(`{"type":"button","action_id":"a","text":{"type":"plain_text","text":"x"},"confirm":{}}`), false},
		{"context", `{"type":"context","elements":[{"type":"mrkdwn","text":"x"},{"type":"image","alt_text":"a","image_url":"https://a.example/a.png"}]}`, true},
		{"eleven in a context", `{"type":"context","elements":[` + strings.TrimSuffix(strings.Repeat(`{"type":"mrkdwn","text":"x"},`, 11), ",") + `]}`, false},
		{"button in a context", `{"type":"context","elements":[` + buttonJSON("a", "x", "") + `]}`, false},
		{"rich text", `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"<!channel>"}]}]}`, true},
		{"rich text list of text", `{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","elements":[{"type":"text","text":"a"}]}]}`, false},
		{"rich text of nothing", `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":""}]}]}`, false},
		{"markdown", `{"type":"markdown","text":"**x**"}`, true},
		{"markdown over 12,000 in all", `{"type":"markdown","text":"` + text(7000) + `"},{"type":"markdown","text":"` + text(7000) + `"}`, false},
		{"image without alt text", `{"type":"image","image_url":"https://a.example/a.png"}`, false},
	}
}

func TestBlockValidation(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	for _, c := range blockCases() {
		t.Run(c.name, func(t *testing.T) {
			got := call(t, s, "chat.postMessage", set{"channel": support, "text": "x", "blocks": "[" + c.blocks + "]"})
			if got["ok"] != c.ok {
				t.Fatalf("got %v", got)
			}
			if c.ok {
				return
			}
			meta, _ := got["response_metadata"].(map[string]any)
			if messages, _ := meta["messages"].([]any); got["error"] != "invalid_blocks" || len(messages) == 0 {
				t.Errorf("got %v, want invalid_blocks with messages", got)
			}
		})
	}
}

func TestViewValidation(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	home := func(blocks string) string { return `{"type":"home","blocks":[` + blocks + `]}` }
	cases := []struct {
		name, view string
		ok         bool
	}{
		{"a Home tab", home(divider), true},
		{"the same action in two blocks", home(actions(buttonJSON("a", "x", "1")) + "," + actions(buttonJSON("a", "x", "2"))), true},
		{"the same action twice in one block", home(actions(buttonJSON("a", "x", "1"), buttonJSON("a", "x", "2"))), false},
		{"100 blocks", home(strings.TrimSuffix(strings.Repeat(divider+",", 100), ",")), true},
		{"101 blocks", home(strings.TrimSuffix(strings.Repeat(divider+",", 101), ",")), false},
		{"no blocks", `{"type":"home"}`, false},
		{"long private metadata", `{"type":"home","private_metadata":"` + text(3001) + `","blocks":[]}`, false},
		{"long callback id", `{"type":"home","callback_id":"` + text(256) + `","blocks":[]}`, false},
		{"markdown", home(`{"type":"markdown","text":"x"}`), false},
	}
	for _, c := range cases {
		if got := call(t, s, "views.publish", set{"user_id": maya, "view": c.view}); got["ok"] != c.ok {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}
