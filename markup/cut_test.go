package markup

import (
	"strings"
	"testing"
)

func TestCut(t *testing.T) {
	tests := []struct{ complete, rest string }{
		{"", ""},
		{"", "Hello"},
		{"", "Hello."},
		{"Hello. ", ""},
		{"Hello. ", "World"},
		{"Hello! Really? ", "Yes"},
		{"Well… ", "no"},
		{"", "It costs 3."},
		{"", "It costs 3.5 euros"},
		{"", "Use e.g. a card"},
		{"", "Ask Mr. Smith and J. Doe or Dr. No"},
		{"", "Open from 9 a.m. to"},
		{"We open at 9 a.m. ", "The shop"},
		{"", "Bring a card, etc. and"},
		{"Bring a card, etc. ", "Then"},
		{"It ended in 2024. ", "Then"},
		{"", "1. First"},
		{"1. First\n", "2. Second"},
		{"- one\n- two\n", "- thr"},
		{"She said \"Stop.\" ", "Then"},
		{"(Really.) ", "Then"},
		{"**Done.** ", "Next"},
		{"", "**Note. This is"},
		{"", "See [our page. Yes](https://a.example/x. y"},
		{"See [our page](https://a.example/x.html). ", "Then"},
		{"", "Run `a. b"},
		{"Run `a. b`. ", "Then"},
		{"Look:\n", "```go\nfmt.Println(1). \n"},
		{"Look:\n```go\nx. y\n```\n", "After"},
		{"Look:\n", "~~~\n```\nstill. in\n"},
		{"", "```go"},
		{"好的。", "请稍"},
		{"你好！好吗？", ""},
		{"Visit example.com or shop.example. ", "It"},
		{"", "Wait..."},
		{"Wait... ", "ok"},
		{"a\nb\n\n", "c"},
		{"Is it? ", ""},
	}
	for _, tt := range tests {
		text := tt.complete + tt.rest
		complete, rest := Cut(text)
		if complete != tt.complete || rest != tt.rest {
			t.Errorf("Cut(%q) = %q, %q, want %q, %q", text, complete, rest, tt.complete, tt.rest)
		}
	}
}

// However a text arrives, cutting piece by piece loses nothing and never takes back what was released.
func TestCutWhileStreaming(t *testing.T) {
	text := "Hi there. It costs 3.50 euros, e.g. by card. See:\n\n1. One. Two.\n2. Three\n\n```\ncode. here\n```\nDone **now. Really.** Yes"
	for step := 1; step < 9; step++ {
		var shown, waiting string
		for at := 0; at < len(text); at += step {
			waiting += text[at:min(at+step, len(text))]
			complete, rest := Cut(waiting)
			shown, waiting = shown+complete, rest
			if strings.HasSuffix(shown, "3.") || strings.HasSuffix(strings.TrimSpace(shown), "e.g.") || strings.Count(shown, "```") == 1 {
				t.Fatalf("step %d: released %q", step, shown)
			}
		}
		if shown+waiting != text {
			t.Errorf("step %d: got %q, want %q", step, shown+waiting, text)
		}
	}
}

func FuzzCut(f *testing.F) {
	for _, seed := range []string{"Hello. World", "```\na. b", "**a. b** c. d", "[x. y](z) . ", "1. a\n2. b", "\xff. \xfe", "。。", "*\\*. ."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		complete, rest := Cut(text)
		if complete+rest != text {
			t.Fatalf("Cut(%q) = %q, %q", text, complete, rest)
		}
	})
}
