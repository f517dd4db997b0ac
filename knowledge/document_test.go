package knowledge

import (
	"strings"
	"testing"
	"time"
)

func read(t *testing.T, name, text string) []Passage {
	t.Helper()
	doc, err := parse(name, []byte(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return doc.passages(name)
}

// brief lists passages as "heading: text".
func brief(passages []Passage) string {
	var out []string
	for _, p := range passages {
		out = append(out, p.Heading+": "+p.Text)
	}
	return strings.Join(out, "\n--\n")
}

func TestMarkdownPassages(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"headings make a path", "# Shop\nintro\n## Returns\na\n### Cards\nb\n## Other\nc", ": intro\n--\nReturns: a\n--\nReturns > Cards: b\n--\nOther: c"},
		{"no heading in a code block", "## A\n```sh\n# not a heading\nrun\n```\nb", "A: # not a heading\nrun\nb"},
		{"underlined headings", "Shop\n====\na\n\nNext\n----\nb", ": a\n--\nNext: b"},
		{"lists", "## A\n1. one\n2. two\n   - in\n\n   more", "A: - one\n- two\n- in\n  more"},
		{"table", "## A\n| a | b |\n|---|---|\n| 1 | **2** |", "A: a | b\n1 | 2"},
		{"links and images", "## A\n[the *form*](https://www.acme.example/f) ![a cat](cat.png) [here](./local.md) <https://x.example>", "A: the form (https://www.acme.example/f) a cat here https://x.example"},
		{"entities and escapes", "## A\nfish &amp; chips \\* 5 &lt; 6 `a &amp; b`", "A: fish & chips * 5 < 6 a &amp; b"},
		{"comments and tags are hidden", "## A\nb <!-- secret --> <b>c</b>\n\n<!-- secret\nsecret -->\n\n<div>d</div>\n\n[//]: # (secret)", "A: b  c\nd"},
		{"hidden elements", "## A\nb <span style=\"display: none\">secret <b>x</b> secret</span> c\n\n<div hidden>\n\nsecret\n\n</div>\n\nd", "A: b  c\nd"},
		{"invisible characters", "## A\nre\u200bfund \U000e0073\U000e0065 \u202ex\u00ad", "A: refund  x"},
		{"front matter only at the start", "## A\nb\n\n---\ntitle: x\n---\n", "A: b"},
		{"empty sections leave nothing", "# Shop\n## A\n## B\nc", "B: c"},
		{"windows line ends", "## A\r\nb\r\nc\r\n", "A: b\nc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := brief(read(t, "a.md", tt.in)); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestTitles(t *testing.T) {
	tests := []struct{ name, in, title, url string }{
		{"a.md", "# Shop\nx", "Shop", ""},
		{"a.md", "---\ntitle: \"Better\"\nurl: https://www.acme.example/a\n---\n# Shop\nx", "Better", "https://www.acme.example/a"},
		{"a.md", "---\nurl: javascript:alert(1)\n---\nx", "A", ""},
		{"help/return-policy_eu.md", "x", "Return policy eu", ""},
		{"a.html", "<title>Page – Acme</title><body>x", "Page – Acme", ""},
		{"a.html", "<title>Page – Acme</title><main><h1>Page</h1>x</main>", "Page", ""},
		{"a.txt", "x", "A", ""},
	}
	for _, tt := range tests {
		got := read(t, tt.name, tt.in)[0]
		if got.Title != tt.title || got.URL != tt.url {
			t.Errorf("%q: title %q url %q, want %q %q", tt.in, got.Title, got.URL, tt.title, tt.url)
		}
	}
}

func TestHTMLPassages(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"main only", "<body>cookie bar<main><h2>A</h2><p>b</p></main>footer</body>", "A: b"},
		{"article", "<body>x<article><p>b</p></article>y</body>", ": b"},
		{"body without its frame", "<body><header>x</header><nav>x</nav><p>b</p><aside>x</aside><footer>x</footer></body>", ": b"},
		{"no scripts, forms or comments", "<main><p>b</p><script>x</script><style>x</style><form>x</form><!-- x --><template>x</template><noscript>x</noscript></main>", ": b"},
		{"no hidden elements", `<main><p>b</p><p hidden>x</p><p aria-hidden="true">x</p><p style="visibility:hidden">x</p><p style="font-size:0">x</p><p style="position:absolute;left:-9999px">x</p><p style="opacity:0.5">c</p></main>`, ": b\nc"},
		{"table", "<main><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table></main>", ": a | b\n1 | 2"},
		{"lists and entities", "<main><ul><li>a &amp; b</li><li>c*d_e</li></ul></main>", ": - a & b\n- c*d_e"},
		{"code", "<main><pre><code># x &lt; y</code></pre></main>", ": # x < y"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := brief(read(t, "a.html", tt.in)); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestLongSectionsAreCut(t *testing.T) {
	sentence := "This is a sentence of about fifty characters, more. "
	paragraph := strings.TrimSpace(strings.Repeat(sentence, 10))
	inputs := map[string]string{
		"paragraphs":   strings.Repeat(paragraph+"\n\n", 5),
		"one block":    strings.Repeat(sentence, 100),
		"no spaces":    strings.Repeat("ü", 3000),
		"no sentences": strings.Repeat("word ", 1000),
	}
	for name, in := range inputs {
		got := read(t, "a.md", in)
		if len(got) < 2 {
			t.Errorf("%s: %d passages", name, len(got))
		}
		var letters int
		for _, p := range got {
			if len(p.Text) > MaxPassage {
				t.Errorf("%s: a passage of %d bytes", name, len(p.Text))
			}
			if strings.ContainsRune(p.Text, '\ufffd') || strings.HasPrefix(name, "paragraphs") && !strings.HasSuffix(p.Text, ".") {
				t.Errorf("%s: badly cut: %q", name, p.Text)
			}
			letters += len(strings.Join(strings.Fields(p.Text), ""))
		}
		if want := len(strings.Join(strings.Fields(in), "")); letters != want {
			t.Errorf("%s: %d letters, want %d", name, letters, want)
		}
	}
}

func TestUnreadableDocuments(t *testing.T) {
	for name, data := range map[string]string{"deep.md": strings.Repeat("> ", 300) + "x", "brackets.html": strings.Repeat("[", 30_000), "a.md": "a\x00b", "b.txt": "a\xffb", "c.html": "<body></body>", "d.md": "<!-- x -->", "e.txt": " \n\n "} {
		if doc, err := parse(name, []byte(data)); err == nil {
			t.Errorf("%s: read as %+v", name, doc)
		}
	}
}

// timeOf is how long f takes on this machine as busy as it is now.
func timeOf(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// The bound is far above what these files need and far below what a parser without a budget would. It is stretched on
// a slow or busy machine by the time plain prose takes.
func TestHostileDocumentsAreFast(t *testing.T) {
	const size = 256 << 10
	prose := []byte(strings.Repeat("Plain words. ", size/13))
	bound := max(5*time.Second, 100*timeOf(func() { _, _ = parse("a.md", prose) }))
	for _, piece := range []string{"[", "[](", "[a](", "*a_ ", "<", "`", "> ", ">", "- ", "1. ", "<div>", "<span hidden>", "a|b\n-|-\n", "- a\n", "&", "<!--", "[a]: b\n", "\n"} {
		for _, name := range []string{"a.md", "a.html", "a.txt"} {
			start := time.Now()
			if doc, err := parse(name, []byte(strings.Repeat(piece, size/len(piece)))); err == nil {
				doc.passages(name)
			}
			if took := time.Since(start); took > bound {
				t.Errorf("%s: 256 KB of %q took %v", name, piece, took)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a.md", "# a\n- b\n> c\n<div hidden>d</div>\n| a |\n|---|\n| b |")
	f.Add("a.html", "<main><h1>a</h1><table><tr><td>b</table><p hidden>c")
	f.Add("a.txt", "a\n\nb")
	f.Fuzz(func(t *testing.T, name, text string) {
		if !isDocument(name) {
			name = "a.md"
		}
		doc, err := parse(name, []byte(text))
		if err != nil {
			if strings.Contains(err.Error(), "cannot be read:") {
				t.Fatal(err) // a panic
			}
			return
		}
		for _, p := range doc.passages(name) {
			if len(p.Text) > MaxPassage || p.Text == "" || p.Title == "" {
				t.Fatalf("%+v", p)
			}
		}
	})
}
