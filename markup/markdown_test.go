package markup

import (
	"strings"
	"testing"
	"time"
)

func TestFromMarkdown(t *testing.T) {
	p := func(inlines string) string { return `[{"type":"paragraph","children":[` + inlines + `]}]` }
	text := func(s string) string { return `{"type":"text","text":"` + s + `"}` }
	tests := []struct{ name, in, want string }{
		{"styles", "a **b** *c* `d` ~~e~~ ***f***", p(text("a ") + `,{"type":"text","text":"b","bold":true},` + text(" ") + `,{"type":"text","text":"c","italic":true},` + text(" ") + `,{"type":"text","text":"d","code":true},` + text(" ") + `,{"type":"text","text":"e","strike":true},` + text(" ") + `,{"type":"text","text":"f","bold":true,"italic":true}`)},
		{"heading", "## Returns", p(`{"type":"text","text":"Returns","bold":true}`)},
		{"soft and hard breaks", "a\nb  \nc", p(text("a") + `,{"type":"break"},` + text("b") + `,{"type":"break"},` + text("c"))},
		{"list", "2. a\n3. b\n   - c", `[{"type":"list","ordered":true,"start":2,"items":[` + p(text("a")) + `,[` + strings.TrimSuffix(p(text("b"))[1:], "]") + `,{"type":"list","ordered":false,"items":[` + p(text("c")) + `]}]]}]`},
		{"code", "```go\na < b\n\n# no heading\n```", `[{"type":"code","text":"a < b\n\n# no heading","lang":"go"}]`},
		{"open fence", "```\nx", `[{"type":"code","text":"x"}]`},
		{"quote", "> a", `[{"type":"quote","children":` + p(text("a")) + `}]`},
		{"html is text", "<script>alert(1)</script> <img src=x onerror=y>", p(text("<script>alert(1)</script> <img src=x onerror=y>"))},
		{"html block is text", "<div>\n<b>x</b>\n</div>", p(text("<div>") + `,{"type":"break"},` + text("<b>x</b>") + `,{"type":"break"},` + text("</div>"))},
		{"image is its description", "![a cat](https://evil.example/?d=secret)", p(text("a cat"))},
		{"image in an allowed link", "[![logo](https://evil.example/x.png)](https://ok.example/)", p(`{"type":"link","url":"https://ok.example/","text":"logo"}`)},
		{"table", "| a | b |\n|---|---|\n| 1 | 2 |", p(`{"type":"text","text":"a","bold":true},` + text(" | ") + `,{"type":"text","text":"b","bold":true},{"type":"break"},` + text("1 | 2"))},
		{"entities once", "&amp;lt;b&amp;gt; &lt;i&gt; &#42;x&#42;", p(text("&lt;b&gt; <i> *x*"))},
		{"escaped entity", `\&lt; \*x\*`, p(text("&lt; *x*"))},
		{"hidden by an entity", "a&#x202e;b&#0;c&#8203;d", p(text("ab\ufffdcd"))},
		{"control tokens", "<!channel> <@U123456> event: message", p(text("<!channel> <@U123456> event: message"))},
		{"lone marks", "2 * 3 * 4 _ [x] `", p(text("2 * 3 * 4 _ [x] `"))},
		{"a long rule", "a\n\n--------------------------------\n\n* * * * * * * * * * * * * * * *\n\nb", `[{"type":"paragraph","children":[` + text("a") + `]},{"type":"paragraph","children":[` + text("b") + `]}]`},
		{"lines of dashes in code", "```\na\n--------------------\n```", `[{"type":"code","text":"a\n--------------------"}]`},
		{"nothing", "\n\n---\n\n", `[]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := wire(t, FromMarkdown(tt.in, Links{AllowHosts: []string{"ok.example"}}))
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestMarkdownLinks(t *testing.T) {
	long := strings.Repeat("x", 65)
	links := Links{AllowHosts: []string{"ok.example", "*.shop.example", "www.acme.example"}}
	tests := []struct{ name, in, url, host string }{
		{"allowed", "[a](https://ok.example/p?q=1#f)", "https://ok.example/p?q=1#f", ""},
		{"bare", "see https://ok.example/p.", "https://ok.example/p", ""},
		{"angle", "<https://ok.example/p>", "https://ok.example/p", ""},
		{"upper case host", "[a](HTTPS://OK.EXAMPLE/)", "https://ok.example/", ""},
		{"sub domain", "[a](https://a.b.shop.example)", "https://a.b.shop.example", ""},
		{"domain of a wildcard", "[a](https://shop.example)", "https://shop.example", ""},
		{"mail", "[a](mailto:help@acme.example?bcc=x@evil.example)", "mailto:help@acme.example", ""},
		{"label of another host", "[bank.example](https://ok.example/)", "https://ok.example/", "ok.example"},
		{"label with another address", "[https://bank.example/login](https://ok.example/)", "https://ok.example/", "ok.example"},
		{"label with the same host", "[www.ok.example/help](https://ok.example/)", "https://ok.example/", ""},
		{"long query dropped", "[a](https://ok.example/p?d=" + long + ")", "https://ok.example/p", ""},
		{"long fragment dropped", "[a](https://ok.example/p#" + long + ")", "https://ok.example/p", ""},
		{"other host", "[a](https://evil.example/?d=secret)", "", ""},
		{"host as prefix", "[a](https://ok.example.evil.example/)", "", ""},
		{"wildcard is no suffix", "[a](https://evilshop.example/)", "", ""},
		{"user name", "[a](https://ok.example@evil.example/)", "", ""},
		{"user name of an allowed host", "[a](https://x:y@ok.example/)", "", ""},
		{"backslash", `[a](https:\\ok.example\\x)`, "", ""},
		{"no scheme", "[a](//ok.example/)", "", ""},
		{"javascript", "[a](javascript:alert(1))", "", ""},
		{"javascript with an entity", "[a](java&#10;script:alert(1))", "", ""},
		{"javascript with a control", "[a](&#1;javascript:alert(1))", "", ""},
		{"data", "[a](data:text/html,x)", "", ""},
		{"vbscript", "<vbscript:x>", "", ""},
		{"reference", "[a][r]\n\n[r]: https://ok.example/r", "https://ok.example/r", ""},
		{"mail to elsewhere", "[a](mailto:x@evil.example)", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := firstLink(FromMarkdown(tt.in, links))
			if got.URL != tt.url || got.Host != tt.host {
				t.Errorf("%s: link to %q host %q, want %q host %q", tt.in, got.URL, got.Host, tt.url, tt.host)
			}
		})
	}
	if got := firstLink(FromMarkdown("https://any.example/", Links{AllowAll: true})); got.URL == "" {
		t.Error("AllowAll: no link")
	}
	for in, want := range map[string]string{
		"[call](tel:+49-30-1234)": "tel:+49-30-1234", "[call](tel:112)": "tel:112", "[call](tel:+49301234?x=1)": "tel:+49301234",
		"[call](tel:evil)": "", "[call](tel:)": "", "[call](tel://112)": "", "[call](tel:*21*112#)": "",
	} {
		if got := firstLink(FromMarkdown(in, Links{Phones: true})); got.URL != want {
			t.Errorf("Phones: %s: link to %q, want %q", in, got.URL, want)
		}
	}
	if got := firstLink(FromMarkdown("[a](tel:112)", Links{AllowAll: true})); got.URL != "" {
		t.Error("a number is a link without Phones")
	}
	if got := firstLink(FromMarkdown("https://any.example/", Links{})); got.URL != "" {
		t.Errorf("zero Links: link to %s", got.URL)
	}
}

func firstLink(tree Tree) Link {
	for _, b := range tree {
		if p, ok := b.(Paragraph); ok {
			for _, c := range p.Children {
				if l, ok := c.(Link); ok {
					return l
				}
			}
		}
	}
	return Link{}
}

func TestDeepMarkdownKeepsItsText(t *testing.T) {
	for _, in := range []string{strings.Repeat("> ", 40) + "deep", strings.Repeat("- ", 40) + "deep", strings.Repeat("1. ", 40) + "deep", strings.Repeat("*_", 40) + "deep" + strings.Repeat("_*", 40)} {
		tree := FromMarkdown(in, Links{})
		if depth := treeDepth(tree); depth > MaxDepth {
			t.Errorf("%.20q: %d deep", in, depth)
		}
		if !strings.Contains(tree.Plain(), "deep") {
			t.Errorf("%.20q: text is lost: %s", in, wire(t, tree))
		}
	}
}

func treeDepth(tree Tree) int {
	deepest := 0
	for _, b := range tree {
		switch b := b.(type) {
		case Quote:
			deepest = max(deepest, treeDepth(b.Children))
		case List:
			for _, item := range b.Items {
				deepest = max(deepest, treeDepth(item))
			}
		}
	}
	if len(tree) == 0 {
		return 0
	}
	return deepest + 1
}

// hostile are pieces that make naive parsers quadratic when repeated.
var hostile = []string{
	"[", "]", "*", "**", "_", ">", "> ", "- ", "1. ", "`", "``` \n", "![", "[a](", "[](", "[[]]", "[x](<", "<", "&", `\`, "|", "a|b\n-|-\n", "~", "~a~ ~~b", "*a_ ",
	"a**b", "a*", "- a\n", "- a\n  ", "> a\n", "[a]: b\n", "[a][b]", "https://a.b ", "http://", "www.", "a@b.c ", "\n", "a\n===\n", "# ", "&amp;", "a``b```", "<a@b.c>", "\t",
	":", ":a", ":wave:", "&gt;", "&gt;&gt;&gt;\n", "<a|b>", "<@U1>", "*a ", ". ", "a.", "...", "a. \n", "(a.) ", "🙂", "a\u0301\u0301",
}

// timeOf is how long f takes on this machine as busy as it is now.
func timeOf(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// The readers take linear time. The bound is far above what they need (see the benchmarks, under 50 ms) and far
// below what a quadratic reader would; it is stretched on a slow or busy machine by the time plain prose takes.
func TestHostileSourcesAreFast(t *testing.T) {
	const size = 64 << 10
	prose := strings.Repeat("Plain words of a reply. ", size/24)
	bound := max(time.Second, 200*timeOf(func() { FromMarkdown(prose, Links{}) }))
	readers := map[string]func(string){
		"markdown": func(s string) { FromMarkdown(s, Links{AllowAll: true}).Plain() },
		"mrkdwn":   func(s string) { FromMrkdwn(s, Names{}).Plain() },
		"plain":    func(s string) { FromPlain(s).SlackRichText("b") },
		"cut":      func(s string) { Cut(s) },
	}
	for name, read := range readers {
		for _, piece := range hostile {
			source := strings.Repeat(piece, size/len(piece))
			if took := min(timeOf(func() { read(source) }), timeOf(func() { read(source) })); took > bound {
				t.Errorf("%s: 64 KB of %q took %v", name, piece, took)
			}
		}
	}
}

func BenchmarkHostileMarkdown(b *testing.B) {
	for _, piece := range []string{"[", "*", ">", "[](", "*a_ ", "a|b\n-|-\n"} {
		b.Run(piece, func(b *testing.B) {
			source := strings.Repeat(piece, 64<<10/len(piece))
			for b.Loop() {
				FromMarkdown(source, Links{AllowAll: true})
			}
		})
	}
}

func FuzzFromMarkdown(f *testing.F) {
	for _, seed := range append(hostile, "# a\n\n- b\n  1. c\n\n> d\n\n```go\ne\n```\n[f](https://g.example \"h\") ![i](j)") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		tree := FromMarkdown(src, Links{AllowAll: true})
		checkTree(t, tree, 0)
		if depth := treeDepth(tree); depth > MaxDepth {
			t.Fatalf("%d deep", depth)
		}
		tree.Plain()
		tree.SlackRichText("b")
	})
}
