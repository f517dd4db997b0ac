package markup

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

// FuzzRichText reads any blocks and any text as Slack's, writes what came of it as
// rich_text, whole and in pieces, and reads that again: nothing panics, what is written
// holds only text and links, and no word is lost on the way.
func FuzzRichText(f *testing.F) {
	for _, seed := range append(hostile, "*a* _b_ <https://c.example|d> ```e``` &gt; f\n:wave: <!date^1767261600^{date}>") {
		f.Add([]byte(`[]`), seed)
	}
	for _, seed := range []string{
		`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a","style":{"bold":true}},{"type":"emoji","name":"wave","skin_tone":"3"},{"type":"link","url":"https://x.example","text":"y"}]}]}]`,
		`[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"ordered","indent":1,"offset":4,"border":1,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]}]},{"type":"rich_text_quote","elements":[{"type":"date","timestamp":"17"}]}]}]`,
		`[{"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"text","text":"a\nb"}],"language":"go"},{"type":"hologram","elements":[{"type":"text","text":7}]}]}]`,
	} {
		f.Add([]byte(seed), "x")
	}
	f.Fuzz(func(t *testing.T, blocks []byte, text string) {
		fromBlocks, _ := FromSlackBlocks(blocks, staff)
		for _, tree := range []Tree{fromBlocks, FromMrkdwn(text, staff)} {
			checkTree(t, tree, 0)
			back := written(t, tree)
			if got, want := letters(back), letters(tree); got != want && !liesSomewhere(tree) {
				t.Errorf("%q comes back as %q\nfrom %#v", want, got, tree)
			}
			var pieces strings.Builder
			for _, piece := range tree.Split(60) {
				written(t, piece)
				pieces.WriteString(said(piece))
			}
			if got, want := pieces.String(), said(tree); got != want {
				t.Errorf("in pieces %q, want %q", got, want)
			}
		}
	})
}

// written is what a message says after it was written for Slack and read again.
func written(t *testing.T, tree Tree) Tree {
	t.Helper()
	block := tree.SlackRichText("b")
	if block == nil {
		return nil
	}
	for _, kind := range kinds(t, block) {
		if !strings.HasPrefix(kind, "rich_text") && kind != "text" && kind != "link" {
			t.Errorf("an element of the type %q is written: %s", kind, block)
		}
	}
	back, ok := FromSlackBlocks(asArray(block), Names{})
	if !ok {
		t.Errorf("not readable: %s", block)
	}
	return back
}

// kinds lists the types of all elements.
func kinds(t *testing.T, raw json.RawMessage) []string {
	t.Helper()
	var e struct {
		Type     string            `json:"type"`
		Elements []json.RawMessage `json:"elements"`
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		t.Fatal(err)
	}
	out := []string{e.Type}
	for _, child := range e.Elements {
		out = append(out, kinds(t, child)...)
	}
	return out
}

// letters are the letters of a message; numbers stand before items, too.
func letters(t Tree) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, t.Plain())
}

// liesSomewhere says that the true host stands beside a label, which Slack shows as
// words of their own.
func liesSomewhere(t Tree) bool {
	raw, _ := json.Marshal(t) // strings, numbers and booleans
	return strings.Contains(string(raw), `"host":`)
}

// FuzzRephrased gives a message any phrases, as a model may write them: nothing
// panics, what is taken keeps the addresses of its links, and its own phrases are
// taken.
func FuzzRephrased(f *testing.F) {
	for _, seed := range []string{"⟦1⟧a⟦/1⟧ ⟦2⟧b⟦/2⟧", "a⟦/0⟧", "⟦/1⟧⟦1⟧", "⟦9999⟧", "a\nb"} {
		f.Add(seed)
	}
	tree := Tree{
		Paragraph{Children: []Inline{Text{Text: "Your parcel is "}, Text{Text: "on its way", Bold: true}, Text{Text: ": "}, Link{URL: "https://shop.example/t", Label: "track it"}}},
		Paragraph{Children: []Inline{Text{Text: "A1", Code: true}, Text{Text: " is your code"}}},
	}
	if own, ok := tree.Rephrased(tree.Phrases()); !ok || own.Plain() != tree.Plain() {
		f.Fatalf("its own phrases make %q, %v", own.Plain(), ok)
	}
	f.Fuzz(func(t *testing.T, first string) {
		out, ok := tree.Rephrased([]string{first, tree.Phrases()[1]})
		if ok && !strings.Contains(string(encoded(t, out)), "https://shop.example/t") {
			t.Errorf("%q loses the link: %+v", first, out)
		}
	})
}

func encoded(t *testing.T, tree Tree) []byte {
	t.Helper()
	raw, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
