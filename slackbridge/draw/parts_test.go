package draw

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/handoff-bot/handoff/markup"
)

// However long a line is, its parts together are the line, and each fits a post.
func TestParts(t *testing.T) {
	pieces := []string{"word ", "&", "<b>", "👩‍👩‍👧‍👦", "line\n", strings.Repeat("x", 500), strings.Repeat("long words ", 300)}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 60).Draw(t, "words"), "")
		if text = raw(text); rapid.Bool().Draw(t, "tree") {
			text = markup.FromPlain(text).Plain()
		}
		it := item{seq: 7, text: text, quoted: true, spans: []Span{Words("Maya said")}}
		var all strings.Builder
		list := whole([]item{it})
		for i, part := range list {
			all.WriteString(part.text)
			if part.size() > maxPostChars || len(list) > 1 && (part.part != i+1 || part.parts != len(list) || !part.alone) {
				t.Errorf("part %d of %d has %d characters: %d/%d", i, len(list), part.size(), part.part, part.parts)
			}
			if (len(part.spans) > 0) != (i == 0) {
				t.Errorf("part %d begins with %v", i, part.spans)
			}
			m := Post{items: []item{part}}.Render("cnv_x", 1, false)
			if len(m.Blocks) > maxPostBlocks {
				t.Errorf("part %d has %d blocks", i, len(m.Blocks))
			}
		}
		if all.String() != text {
			t.Errorf("together %q, want %q", all.String(), text)
		}
	})
}
