package markup

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "Hello, world\n\tYes", "Hello, world\n\tYes"},
		{"line ends", "a\r\nb\rc\u2028d\u0085e", "a\nb\nc\nd\ne"},
		{"controls", "a\x00b\x1bc\x7fd\u009fe", "abcde"},
		{"zero width", "re\u200bfu\ufeffnd \u2060x\u00ad", "refund x"},
		{"joiner between letters", "re\u200dfund re\u200cfund", "refund refund"},
		{"direction", "\u202egnp.exe\u202c \u2066x\u2069 \u200e\u200f\u061c", "gnp.exe x "},
		{"tags", "hi\U000e0068\U000e0069\U000e007f", "hi"},
		{"variation selectors as data", "a\ufe00\ufe01\U000e0101b", "ab"},
		{"fillers", "a\u115f\u3164\uffa0b", "ab"},
		{"bad UTF-8", "a\xffb\xc0\xaf", "a\ufffdb\ufffd\ufffd"},
		{"emoji sequence stays", "👩\u200d👧 ❤\ufe0f", "👩\u200d👧 ❤\ufe0f"},
		{"skin tone sequence stays", "👩🏽\u200d💻", "👩🏽\u200d💻"},
		{"Persian joiner stays", "می\u200cخواهم", "می\u200cخواهم"},
		{"eight marks", "a" + strings.Repeat("\u0301", 20) + "b\u0301", "a" + strings.Repeat("\u0301", 8) + "b\u0301"},
		{"Arabic number sign stays", "\u0600١", "\u0600١"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Clean(tt.in); got != tt.want {
				t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"a\u200db", "👩\u200d\u200d👧", "\r\r\n", "a\u0301\u200c\u0301", "\xff", "ک\u200c\u200cک", "☺\ufe0f\ufe0f\u200d☺"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Clean(text)
		if !utf8.ValidString(got) {
			t.Fatalf("Clean(%q) = %q is not UTF-8", text, got)
		}
		if again := Clean(got); again != got {
			t.Fatalf("Clean twice: %q, then %q", got, again)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return r != zwj && r != zwnj && r != '\ufe0f' && r != '\ufe0e' && isInvisible(r) }); i >= 0 {
			t.Fatalf("Clean(%q) = %q keeps %q", text, got, got[i:])
		}
	})
}
