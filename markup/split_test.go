package markup

import (
	"slices"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"
)

// signs are what a cut could break, and what costs more than a character.
var signs = []string{"a", "word ", "word. ", "\n", "\n\n", "&", "<b>", "é", "e\u0301", "👩‍👩‍👧‍👦", "👍🏽", "🇩🇪", "1️⃣", "ক্ষি", "한", "שלום ", "漢字", "```", strings.Repeat("x", 70)}

func drawText(t *rapid.T, name string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(signs), 0, 80).Draw(t, name), "")
}

func TestSplitText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, limit := drawText(t, "text"), rapid.IntRange(8, 90).Draw(t, "limit")
		pieces := SplitText(text, limit)
		if got := strings.Join(pieces, ""); got != text {
			t.Fatalf("together %q, want %q", got, text)
		}
		ends := map[int]bool{0: true}
		for g := uniseg.NewGraphemes(text); g.Next(); {
			_, to := g.Positions()
			ends[to] = true
		}
		at := 0
		for i, p := range pieces {
			if Size(p) > limit && uniseg.GraphemeClusterCount(p) > 1 {
				t.Errorf("piece %d has %d characters, the limit is %d: %q", i, Size(p), limit, p)
			}
			if at += len(p); !ends[at] {
				t.Errorf("piece %d ends within a character: %q", i, p)
			}
		}
	})
}

func TestSplitTextAtWords(t *testing.T) {
	for _, tt := range []struct {
		text  string
		limit int
		want  []string
	}{
		{"", 5, []string{""}},
		{"short", 5, []string{"short"}},
		{"one two three", 8, []string{"one two ", "three"}},
		{"one\ntwo three", 8, []string{"one\ntwo ", "three"}},
		{"lines\nand words", 10, []string{"lines\n", "and words"}},
		{"&&&", 10, []string{"&&", "&"}},
		{"👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 7, []string{"👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"}},
		{"👩‍👩‍👧‍👦", 3, []string{"👩‍👩‍👧‍👦"}},
	} {
		if got := SplitText(tt.text, tt.limit); !slices.Equal(got, tt.want) {
			t.Errorf("%q by %d: %q, want %q", tt.text, tt.limit, got, tt.want)
		}
	}
}

// said is all that a message says, in order.
func said(t Tree) string {
	var out strings.Builder
	for _, b := range t {
		switch b := b.(type) {
		case Paragraph:
			for _, c := range b.Children {
				switch c := c.(type) {
				case Text:
					out.WriteString(c.Text)
				case Link:
					out.WriteString(c.Label + c.URL)
				case Break:
					out.WriteByte('\n')
				}
			}
		case Code:
			out.WriteString(b.Text)
		case Quote:
			out.WriteString(said(b.Children))
		case List:
			for _, item := range b.Items {
				out.WriteString(said(item))
			}
		}
	}
	return out.String()
}

// coded is what stands in code blocks.
func coded(t Tree) string {
	var out strings.Builder
	for _, b := range t {
		switch b := b.(type) {
		case Code:
			out.WriteString(b.Lang + b.Text)
		case Quote:
			out.WriteString(coded(b.Children))
		case List:
			for _, item := range b.Items {
				out.WriteString(coded(item))
			}
		case Paragraph:
		}
	}
	return out.String()
}

func drawTree(t *rapid.T, depth int) Tree {
	var out Tree
	for range rapid.IntRange(0, 4).Draw(t, "blocks") {
		kinds := 4
		if depth > 2 {
			kinds = 2
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			p := Paragraph{}
			for range rapid.IntRange(1, 4).Draw(t, "inlines") {
				p.Children = append(p.Children, rapid.SampledFrom([]Inline{Text{Text: drawText(t, "words"), Bold: true}, Text{Text: drawText(t, "more")}, Break{}, Link{URL: "https://x.example", Label: "x"}}).Draw(t, "inline"))
			}
			out = append(out, p)
		case 1:
			out = append(out, Code{Text: drawText(t, "code")})
		case 2:
			out = append(out, Quote{Children: drawTree(t, depth+1)})
		case 3:
			l := List{Ordered: rapid.Bool().Draw(t, "ordered")}
			for range rapid.IntRange(1, 4).Draw(t, "items") {
				l.Items = append(l.Items, drawTree(t, depth+1))
			}
			out = append(out, l)
		}
	}
	return out
}

func TestSplitTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree, limit := drawTree(t, 0), rapid.IntRange(30, 200).Draw(t, "limit")
		var all, code strings.Builder
		for i, piece := range tree.Split(limit) {
			all.WriteString(said(piece))
			code.WriteString(coded(piece))
			if piece.Size() > limit {
				t.Errorf("piece %d has %d characters, the limit is %d", i, piece.Size(), limit)
			}
		}
		if got, want := all.String(), said(tree); got != want {
			t.Errorf("together\n%q\nwant\n%q", got, want)
		}
		if got, want := code.String(), coded(tree); got != want {
			t.Errorf("code\n%q\nwant\n%q", got, want)
		}
	})
}

func TestSplitKeepsTheKind(t *testing.T) {
	long := strings.Repeat("line of code\n", 20)
	for i, piece := range (Tree{Code{Text: long, Lang: "go"}}).Split(100) {
		if c, ok := piece[0].(Code); !ok || c.Lang != "go" || len(piece) != 1 {
			t.Errorf("piece %d = %#v", i, piece)
		}
	}
	list := List{Ordered: true, Start: 3}
	for range 5 {
		list.Items = append(list.Items, FromPlain(strings.Repeat("word ", 10)))
	}
	next := 3
	for _, piece := range (Tree{list}).Split(120) {
		l, ok := piece[0].(List)
		if !ok || max(l.Start, 1) != next {
			t.Errorf("%#v, want a list from %d on", piece, next)
		}
		next += len(l.Items)
	}
	if next != 8 {
		t.Errorf("it ends before %d, want 8", next)
	}
}
