package draw

import (
	"strings"
	"testing"
)

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("wide ", 30)
	for _, c := range []struct{ line, text, want string }{
		{"She has CALLED before", "called", "She has |CALLED| before"},
		{"Ärger mit der\n Rechnung", " ärger ", "|Ärger| mit der Rechnung"},
		{"İstanbul, please", "PLEASE", "İstanbul, |please|"},
		{"here", "here", "|here|"},
		{long + "needle " + long, "needle", "…" + strings.Repeat("wide ", 12) + "|needle|" + strings.Repeat(" wide", 12) + "…"},
		{"here", "there", "no"},
	} {
		before, match, after, ok := excerpt(c.line, c.text)
		got := before + "|" + match + "|" + after
		if !ok {
			got = "no"
		}
		if got != c.want {
			t.Errorf("%q in %q: got %q, want %q", c.text, c.line, got, c.want)
		}
	}
}
