package markup

import (
	"encoding/json"
	"strings"
	"testing"
)

var staff = Names{
	User:    func(id string) string { return map[string]string{"U0MAYA001": "Maya"}[id] },
	Channel: func(id string) string { return id }, // a look-up that knows nothing better must not leak
}

func TestFromSlackBlocks(t *testing.T) {
	section := func(elements string) string {
		return `[{"type":"rich_text","block_id":"x","elements":[{"type":"rich_text_section","elements":[` + elements + `]}]}]`
	}
	p := func(inlines string) string { return `[{"type":"paragraph","children":[` + inlines + `]}]` }
	text := func(s string) string { return `{"type":"text","text":"` + s + `"}` }
	tests := []struct{ name, in, want string }{
		{"text and styles", section(`{"type":"text","text":"a "},{"type":"text","text":"b","style":{"bold":true,"strike":true}}`), p(text("a ") + `,{"type":"text","text":"b","bold":true,"strike":true}`)},
		{"lines and paragraphs", section(`{"type":"text","text":"a\nb\n\nc"}`), p(text("a") + `,{"type":"break"},` + text("b"))[:len(p(text("a")+`,{"type":"break"},`+text("b")))-1] + `,` + p(text("c"))[1:]},
		{"nothing is decoded", section(`{"type":"text","text":"&lt;b&gt; *x* <@U0MAYA001>"}`), p(text("&lt;b&gt; *x* <@U0MAYA001>"))},
		{"known person", section(`{"type":"user","user_id":"U0MAYA001"}`), p(text("@Maya"))},
		{"unknown person", section(`{"type":"text","text":"ask "},{"type":"user","user_id":"U0OTHER01"}`), p(text("ask teammate"))},
		{"group, broadcast, channel", section(`{"type":"usergroup","usergroup_id":"S0TEAM001"},{"type":"text","text":" "},{"type":"broadcast","range":"here"},{"type":"text","text":" "},{"type":"channel","channel_id":"C0PRIVATE"}`), p(text("@team @team a channel"))},
		{"emoji", section(`{"type":"emoji","name":"wave","unicode":"1f44b-1f3fd"},{"type":"emoji","name":"+1","skin_tone":3},{"type":"emoji","name":"flag-de"},{"type":"emoji","name":"party_parrot"}`), p(text("👋🏽👍🏼🇩🇪:party_parrot:"))},
		{"emoji of controls", section(`{"type":"emoji","name":"x_y","unicode":"202e"}`), p(text(":x_y:"))},
		{"link", section(`{"type":"link","url":"https://www.acme.example/a?b=c","text":"here"}`), p(`{"type":"link","url":"https://www.acme.example/a?b=c","text":"here"}`)},
		{"link that lies", section(`{"type":"link","url":"https://evil.example","text":"bank.example"}`), p(`{"type":"link","url":"https://evil.example","text":"bank.example","host":"evil.example"}`)},
		{"unsafe link", section(`{"type":"link","url":"javascript:alert(1)","text":"here"}`), p(text("here"))},
		{"link into Slack", section(`{"type":"link","url":"https://acme.slack.com/archives/C0PRIVATE/p1"}`), p(text("internal link"))},
		{"date with and without fallback", section(`{"type":"date","timestamp":0,"format":"{date}","fallback":"today"},{"type":"text","text":" "},{"type":"date","timestamp":0}`), p(text("today 1 January 1970, 00:00 UTC"))},
		{"colour", section(`{"type":"color","value":"#F405B3"}`), p(text("#F405B3"))},
		{"unknown element keeps its text", section(`{"type":"sparkle","text":"x","glow":{}}`), p(text("x"))},
		{"wrong type of one field", section(`{"type":"text","text":"x","indent":"deep"}`), p(text("x"))},
		{"preformatted", `[{"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"text","text":"a\n\nb &amp; "},{"type":"link","url":"https://x.example"}],"border":0}]}]`, `[{"type":"code","text":"a\n\nb &amp; https://x.example"}]`},
		{"quote", `[{"type":"rich_text","elements":[{"type":"rich_text_quote","elements":[{"type":"text","text":"a"}]}]}]`, `[{"type":"quote","children":` + p(text("a")) + `}]`},
		{"other blocks are skipped", `[{"type":"image","image_url":"https://x.example/y.png"},{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]}]}]`, p(text("a"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree, ok := FromSlackBlocks(json.RawMessage(tt.in), staff)
			if got := wire(t, tree); !ok || got != tt.want {
				t.Errorf("ok %v\ngot  %s\nwant %s", ok, got, tt.want)
			}
		})
	}
}

func TestFromSlackBlocksNothingToRead(t *testing.T) {
	for _, in := range []string{``, `null`, `{}`, `[]`, `[{"type":"section"}]`, `[3]`, strings.Repeat(`[{"elements":`, 3000)} {
		if tree, ok := FromSlackBlocks(json.RawMessage(in), staff); ok || len(tree) > 0 {
			t.Errorf("%.30s: got %v, %v", in, tree, ok)
		}
	}
}

func TestFromSlackBlocksSaysWhatItCannotRead(t *testing.T) {
	for _, in := range []string{`{"type":"hologram"}`, `{"type":"text","text":7}`, `{"type":"text","text":"a"},{"type":"place","id":"P1"}`} {
		blocks := `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + in + `]}]}]`
		if tree, ok := FromSlackBlocks(json.RawMessage(blocks), staff); ok {
			t.Errorf("%s: got %v as if it were all", in, tree)
		}
	}
}

func TestSlackListsNest(t *testing.T) {
	item := func(s string) string {
		return `{"type":"rich_text_section","elements":[{"type":"text","text":"` + s + `"}]}`
	}
	list := func(style string, indent, offset string, items ...string) string {
		return `{"type":"rich_text_list","style":"` + style + `","indent":` + indent + `,"offset":` + offset + `,"border":0,"elements":[` + strings.Join(items, ",") + `]}`
	}
	in := `[{"type":"rich_text","elements":[` + strings.Join([]string{
		`{"type":"rich_text_section","elements":[{"type":"text","text":"Steps:\n"}]}`,
		list("ordered", "0", "0", item("one")), list("bullet", "1", "0", item("in"), item("in2")), list("bullet", "3", "0", item("deep")),
		list("ordered", "0", "1", item("two")), list("bullet", "0", "0", item("dot")),
	}, ",") + `]}]`
	tree, _ := FromSlackBlocks(json.RawMessage(in), staff)
	want := "Steps:\n\n1. one\n   - in\n   - in2\n     - deep\n2. two\n\n- dot"
	if got := tree.Plain(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	back, _ := FromSlackBlocks(asArray(tree.SlackRichText("b")), staff)
	if got := back.Plain(); got != want {
		t.Errorf("there and back\n%s\nwant\n%s", got, want)
	}
}

func asArray(block json.RawMessage) json.RawMessage {
	return json.RawMessage("[" + string(block) + "]")
}

func TestFromMrkdwn(t *testing.T) {
	p := func(inlines string) string { return `[{"type":"paragraph","children":[` + inlines + `]}]` }
	text := func(s string) string { return `{"type":"text","text":"` + s + `"}` }
	tests := []struct{ name, in, want string }{
		{"entities once", "&amp;lt;img&amp;gt; &lt;b&gt; &amp;", p(text("&lt;img&gt; <b> &"))},
		{"other entities stay", "&quot; &#42;", p(text("&quot; &#42;"))},
		{"styles", "*b* _i_ ~s~ `c`", p(`{"type":"text","text":"b","bold":true},` + text(" ") + `,{"type":"text","text":"i","italic":true},` + text(" ") + `,{"type":"text","text":"s","strike":true},` + text(" ") + `,{"type":"text","text":"c","code":true}`)},
		{"nested styles", "*a _b_*", p(`{"type":"text","text":"a ","bold":true},{"type":"text","text":"b","bold":true,"italic":true}`)},
		{"no style inside words", "2*3*4 snake_case_name a ~ b", p(text("2*3*4 snake_case_name a ~ b"))},
		{"crossing marks", "*a _b* c_", p(`{"type":"text","text":"a _b","bold":true},` + text(" c_"))},
		{"lines", "a\nb\n\nc", p(text("a") + `,{"type":"break"},` + text("b"))[:len(p(text("a")+`,{"type":"break"},`+text("b")))-1] + "," + p(text("c"))[1:]},
		{"Markdown is literal", "**b** [t](u) # h", p(text("**b** [t](u) # h"))},
		{"mentions", "<@U0MAYA001> <@U0OTHER01|other> <#C0PRIVATE|secret> <!subteam^S0TEAM001|@sales> <!here> <!channel|channel>", p(text("@Maya teammate a channel @team @team @team"))},
		{"date", "<!date^1392734382^{date}|Feb 18>", p(text("Feb 18"))},
		{"link", "<https://x.example/?a=1&amp;b=2|x &lt;y&gt;>", p(`{"type":"link","url":"https://x.example/?a=1&b=2","text":"x <y>"}`)},
		{"link without a label", "<http://x.example>", p(`{"type":"link","url":"http://x.example","text":"http://x.example"}`)},
		{"mail", "<mailto:a@x.example|a@x.example>", p(`{"type":"link","url":"mailto:a@x.example","text":"a@x.example"}`)},
		{"telephone", "<tel:+49301234|+49 30 1234>", p(text("+49 30 1234"))},
		{"unsafe link", "<javascript:alert(1)|x>", p(text("x"))},
		{"emoji", ":wave: :+1::skin-tone-4: :party_parrot: 10:30:45 :not closed", p(text("👋 👍🏽 :party_parrot: 10:30:45 :not closed"))},
		{"no emoji in code", "`:wave:`", p(`{"type":"text","text":":wave:","code":true}`)},
		{"code block", "see ```a &lt; b\n*c* <https://x.example|x>``` end", `[{"type":"paragraph","children":[` + text("see") + `]},{"type":"code","text":"a < b\n*c* x"},{"type":"paragraph","children":[` + text("end") + `]}]`},
		{"quote", "&gt; a\n&gt;b\nc", `[{"type":"quote","children":` + p(text("a")+`,{"type":"break"},`+text("b")) + `},{"type":"paragraph","children":[` + text("c") + `]}]`},
		{"quote to the end", "x\n&gt;&gt;&gt; a\nb", `[{"type":"paragraph","children":[` + text("x") + `]},{"type":"quote","children":` + p(text("a")+`,{"type":"break"},`+text("b")) + `}]`},
		{"unfinished", "<https://x.example *a `b", p(text("<https://x.example *a `b"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := wire(t, FromMrkdwn(tt.in, staff)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestNamesNeverLeakIDs(t *testing.T) {
	echo := func(id string) string { return id }
	other := func(string) string { return "@U0OTHER01" }
	for _, names := range []Names{{}, {User: echo, Group: echo, Channel: echo}, {User: other, Group: other, Channel: other}} {
		tree := FromMrkdwn("<@U0MAYA001> <#C0PRIVATE> <!subteam^S0TEAM001>", names)
		if got, want := tree.Plain(), "teammate a channel @team"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSlackRichText(t *testing.T) {
	tree := FromMarkdown("Hi **you** <!channel> & `x`\n\nSecond [here](https://ok.example/) and [bank.example](https://ok.example/)\n\n1. one\n   - in\n2. two\n\n> q\n\n```\ncode\n```", Links{AllowAll: true})
	want := `{"type":"rich_text","block_id":"h:1","elements":[` +
		`{"type":"rich_text_section","elements":[{"type":"text","text":"Hi "},{"type":"text","text":"you","style":{"bold":true}},{"type":"text","text":" <!channel> & "},{"type":"text","text":"x","style":{"code":true}},{"type":"text","text":"\n"},{"type":"text","text":"\n"},{"type":"text","text":"Second "},{"type":"link","url":"https://ok.example/","text":"here"},{"type":"text","text":" and "},{"type":"link","url":"https://ok.example/","text":"bank.example"},{"type":"text","text":" (ok.example)"}]},` +
		`{"type":"rich_text_list","style":"ordered","indent":0,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]}]},` +
		`{"type":"rich_text_list","style":"bullet","indent":1,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"in"}]}]},` +
		`{"type":"rich_text_list","style":"ordered","indent":0,"offset":1,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"two"}]}]},` +
		`{"type":"rich_text_quote","elements":[{"type":"text","text":"q"}]},` +
		`{"type":"rich_text_preformatted","elements":[{"type":"text","text":"code"}]}]}`
	got := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(tree.SlackRichText("h:1")))
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := (Tree{}).SlackRichText("h:1"); got != nil {
		t.Errorf("empty tree: got %s, want nil", got)
	}
}

func FuzzFromMrkdwn(f *testing.F) {
	for _, seed := range append(hostile, "*a* _b_ <https://c.example|d> ```e``` &gt; f\n:wave:") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tree := FromMrkdwn(text, staff)
		checkTree(t, tree, 0)
		tree.SlackRichText("b")
	})
}

func FuzzFromSlackBlocks(f *testing.F) {
	f.Add([]byte(`[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"ordered","indent":2,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]}]}]}]`))
	f.Add([]byte(`[{"type":"rich_text","elements":[{"type":"rich_text_quote","elements":[{"type":"emoji","unicode":"1f44b"},{"type":"link","url":"https://x.example"}]}]}]`))
	f.Fuzz(func(t *testing.T, blocks []byte) {
		tree, _ := FromSlackBlocks(blocks, staff)
		checkTree(t, tree, 0)
		tree.Plain()
	})
}
