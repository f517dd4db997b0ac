package markup

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// wire is the tree's JSON with < > & readable.
func wire(t *testing.T, tree Tree) string {
	t.Helper()
	out, err := json.Marshal(tree)
	if err != nil {
		t.Fatalf("encoding %#v: %v", tree, err)
	}
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(out))
}

func sample() Tree {
	return Tree{
		Paragraph{Children: []Inline{Text{Text: "a", Bold: true, Italic: true}, Break{}, Text{Text: "b", Code: true, Strike: true}}},
		List{Ordered: true, Start: 3, Items: []Tree{
			{Paragraph{Children: []Inline{Text{Text: "one"}}}, List{Items: []Tree{{Paragraph{Children: []Inline{Text{Text: "in"}}}}}}},
			{Paragraph{Children: []Inline{Text{Text: "two"}}}},
		}},
		Code{Text: "x\ny", Lang: "go"},
		Quote{Children: Tree{Paragraph{Children: []Inline{Link{URL: "https://evil.example/", Label: "bank.example", Host: "evil.example"}}}}},
	}
}

const sampleJSON = `[{"type":"paragraph","children":[{"type":"text","text":"a","bold":true,"italic":true},{"type":"break"},{"type":"text","text":"b","code":true,"strike":true}]},` +
	`{"type":"list","ordered":true,"start":3,"items":[[{"type":"paragraph","children":[{"type":"text","text":"one"}]},{"type":"list","ordered":false,"items":[[{"type":"paragraph","children":[{"type":"text","text":"in"}]}]]}],[{"type":"paragraph","children":[{"type":"text","text":"two"}]}]]},` +
	`{"type":"code","text":"x\ny","lang":"go"},` +
	`{"type":"quote","children":[{"type":"paragraph","children":[{"type":"link","url":"https://evil.example/","text":"bank.example","host":"evil.example"}]}]}]`

func TestTreeJSON(t *testing.T) {
	if got := wire(t, sample()); got != sampleJSON {
		t.Errorf("got  %s\nwant %s", got, sampleJSON)
	}
	var back Tree
	if err := json.Unmarshal([]byte(sampleJSON), &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, sample()) {
		t.Errorf("read back %#v", back)
	}
	if got := wire(t, nil); got != "[]" {
		t.Errorf("empty tree is %s, want []", got)
	}
}

func TestTreeJSONFromOthers(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"unknown block with text", `[{"type":"banner","text":"Sale"}]`, `[{"type":"paragraph","children":[{"type":"text","text":"Sale"}]}]`},
		{"unknown block with children", `[{"type":"aside","children":[{"type":"text","text":"x"}]}]`, `[{"type":"paragraph","children":[{"type":"text","text":"x"}]}]`},
		{"unknown block without text", `[{"type":"gap"},{"type":"code","text":"x"}]`, `[{"type":"code","text":"x"}]`},
		{"unknown inline", `[{"type":"paragraph","children":[{"type":"sparkle","text":"x","glow":3}]}]`, `[{"type":"paragraph","children":[{"type":"text","text":"x"}]}]`},
		{"unsafe link", `[{"type":"paragraph","children":[{"type":"link","url":"javascript:alert(1)","text":"x"}]}]`, `[{"type":"paragraph","children":[{"type":"text","text":"x"}]}]`},
		{"hidden characters", `[{"type":"paragraph","children":[{"type":"text","text":"a\u202eb\nc"}]}]`, `[{"type":"paragraph","children":[{"type":"text","text":"ab"},{"type":"break"},{"type":"text","text":"c"}]}]`},
		{"null", `null`, `[]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var tree Tree
			if err := json.Unmarshal([]byte(tt.in), &tree); err != nil {
				t.Fatal(err)
			}
			if got := wire(t, tree); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	for _, bad := range []string{`{}`, `[1]`, `[{"type":"paragraph","children":3}]`, strings.Repeat(`[{"type":"quote","children":`, 200) + "[]" + strings.Repeat("}]", 200)} {
		var tree Tree
		if err := json.Unmarshal([]byte(bad), &tree); err == nil {
			t.Errorf("%.60s: read without an error as %#v", bad, tree)
		}
	}
}

func TestFromPlain(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", `[]`},
		{" \n\n ", `[]`},
		{"*hi* <b> [x](http://y)", `[{"type":"paragraph","children":[{"type":"text","text":"*hi* <b> [x](http://y)"}]}]`},
		{"a\r\nb\n\n\n\nc\n", `[{"type":"paragraph","children":[{"type":"text","text":"a"},{"type":"break"},{"type":"text","text":"b"}]},{"type":"paragraph","children":[{"type":"text","text":"c"}]}]`},
		{"<!channel> &lt;\u202e", `[{"type":"paragraph","children":[{"type":"text","text":"<!channel> &lt;"}]}]`},
	}
	for _, tt := range tests {
		if got := wire(t, FromPlain(tt.in)); got != tt.want {
			t.Errorf("FromPlain(%q)\ngot  %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

func TestPlain(t *testing.T) {
	want := "a\nb\n\n3. one\n   - in\n4. two\n\nx\ny\n\n> bank.example (https://evil.example/)"
	if got := sample().Plain(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	links := Tree{Paragraph{Children: []Inline{Link{URL: "mailto:a@b.example", Label: "a@b.example"}, Text{Text: " "}, Link{URL: "https://x.example/", Label: "https://x.example"}}}}
	if got, want := links.Plain(), "a@b.example https://x.example"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzTreeJSON(f *testing.F) {
	f.Add([]byte(sampleJSON))
	f.Add([]byte(`[{"type":"list","items":[[{"type":"x"}]],"start":-3}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var tree Tree
		if json.Unmarshal(data, &tree) != nil {
			return
		}
		first := wire(t, tree)
		var again Tree
		if err := json.Unmarshal([]byte(first), &again); err != nil {
			t.Fatalf("%s does not read back: %v", first, err)
		}
		if second := wire(t, again); second != first {
			t.Fatalf("%s, then %s", first, second)
		}
		checkTree(t, tree, 0)
	})
}

// checkTree holds a tree against the promises of the package comment.
func checkTree(t *testing.T, tree Tree, depth int) {
	t.Helper()
	if depth > maxJSONDepth {
		t.Fatalf("nested %d deep", depth)
	}
	for _, b := range tree {
		switch b := b.(type) {
		case Paragraph:
			checkInlines(t, b.Children)
		case Code:
			checkClean(t, b.Text)
		case Quote:
			checkTree(t, b.Children, depth+1)
		case List:
			for _, item := range b.Items {
				checkTree(t, item, depth+1)
			}
		}
	}
}

func checkInlines(t *testing.T, children []Inline) {
	t.Helper()
	for _, c := range children {
		switch c := c.(type) {
		case Text:
			checkClean(t, c.Text)
			if strings.Contains(c.Text, "\n") {
				t.Fatalf("text with a newline: %q", c.Text)
			}
		case Link:
			checkClean(t, c.Label)
			if _, ok := safeURL(c.URL); !ok {
				t.Fatalf("unsafe link %q", c.URL)
			}
		}
	}
}

func checkClean(t *testing.T, s string) {
	t.Helper()
	if Clean(s) != s {
		t.Fatalf("not clean: %q", s)
	}
}
