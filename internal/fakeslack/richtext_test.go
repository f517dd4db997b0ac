package fakeslack_test

import (
	"encoding/json"
	"testing"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// What people type, as text and as the elements of the rich_text block.
func TestComposer(t *testing.T) {
	s := fakeslack.Sample(fakeslack.Options{})
	sec := func(inner string) string { return `[{"elements":[` + inner + `],"type":"rich_text_section"}]` }
	cases := []struct{ typed, text, elements string }{
		{"hello", "hello", sec(`{"text":"hello","type":"text"}`)},
		{"a < b & c", "a &lt; b &amp; c", sec(`{"text":"a \u003c b \u0026 c","type":"text"}`)},
		{"<!channel> no", "<!channel> no", sec(`{"range":"channel","type":"broadcast"},{"text":" no","type":"text"}`)},
		{"*big* deal", "*big* deal", sec(`{"style":{"bold":true},"text":"big","type":"text"},{"text":" deal","type":"text"}`)},
		{"2*3*4", "2*3*4", sec(`{"text":"2*3*4","type":"text"}`)},
		{"*_both_*", "*_both_*", sec(`{"style":{"bold":true,"italic":true},"text":"both","type":"text"}`)},
		{"~old~ `x<y`", "~old~ `x&lt;y`", sec(`{"style":{"strike":true},"text":"old","type":"text"},{"text":" ","type":"text"},{"style":{"code":true},"text":"x\u003cy","type":"text"}`)},
		{"see https://a.example/x.", "see <https://a.example/x>.", sec(`{"text":"see ","type":"text"},{"type":"link","url":"https://a.example/x"},{"text":".","type":"text"}`)},
		{"at acme.com", "at <http://acme.com|acme.com>", sec(`{"text":"at ","type":"text"},{"text":"acme.com","type":"link","url":"http://acme.com"}`)},
		{"hi @maya", "hi <@U0MAYA>", sec(`{"text":"hi ","type":"text"},{"type":"user","user_id":"U0MAYA"}`)},
		{"ask @billing-team", "ask <!subteam^S0BILL>", sec(`{"text":"ask ","type":"text"},{"type":"usergroup","usergroup_id":"S0BILL"}`)},
		{"mail me@acme", "mail me@acme", sec(`{"text":"mail me","type":"text"},{"text":"@acme","type":"text"}`)},
		{"ok 👍", "ok :+1:", sec(`{"text":"ok ","type":"text"},{"name":"+1","type":"emoji","unicode":"1f44d"}`)},
		{":nosuch: x", ":nosuch: x", sec(`{"text":":nosuch:","type":"text"},{"text":" x","type":"text"}`)},
		{"- a\n- b", "• a\n• b", `[{"border":0,"elements":[{"elements":[{"text":"a","type":"text"}],"type":"rich_text_section"},{"elements":[{"text":"b","type":"text"}],"type":"rich_text_section"}],"indent":0,"style":"bullet","type":"rich_text_list"}]`},
		{"1. a", "1. a", `[{"border":0,"elements":[{"elements":[{"text":"a","type":"text"}],"type":"rich_text_section"}],"indent":0,"style":"ordered","type":"rich_text_list"}]`},
		{"> wise", "&gt; wise", `[{"elements":[{"text":"wise","type":"text"}],"type":"rich_text_quote"}]`},
		{"```\na *b*\n```", "```a *b*```", `[{"border":0,"elements":[{"text":"a *b*","type":"text"}],"type":"rich_text_preformatted"}]`},
		{"one\ntwo", "one\ntwo", sec(`{"text":"one\ntwo","type":"text"}`)},
	}
	for _, c := range cases {
		ts, err := s.Say(sam, support, "", c.typed)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := s.Message(support, ts)
		got, err := json.Marshal(m.Blocks[0]["elements"])
		if err != nil {
			t.Fatal(err)
		}
		if m.Text != c.text || string(got) != c.elements {
			t.Errorf("%q:\n got %q %s\nwant %q %s", c.typed, m.Text, got, c.text, c.elements)
		}
	}
}
