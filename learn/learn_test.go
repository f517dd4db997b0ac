package learn

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// chat makes events of lines: v: is the visitor's, a: an agent's, n: a note.
func chat(lines ...string) []conversation.Event {
	events := []conversation.Event{{Seq: 1, Draft: conversation.Draft{Author: conversation.Author{Role: conversation.Visitor}, Body: conversation.Opened{Context: map[string]any{"first_name": "Robin", "plan": "pro"}}}}}
	for i, line := range lines {
		e := conversation.Event{Seq: conversation.Seq(i + 2)}
		switch kind, text, _ := strings.Cut(line, ":"); kind {
		case "v":
			e.Author, e.Body = conversation.Author{Role: conversation.Visitor, Name: "Robin Weber"}, conversation.Message{Text: text}
		case "a":
			e.Author, e.Body = conversation.Author{Role: conversation.Agent, ID: "U1", Name: "Maya"}, conversation.Message{Text: text}
		case "b":
			e.Author, e.Body = conversation.Author{Role: conversation.Bot}, conversation.Message{Text: text}
		case "n":
			e.Author, e.Body = conversation.Author{Role: conversation.Agent, ID: "U1", Name: "Maya"}, conversation.Note{Text: text}
		}
		events = append(events, e)
	}
	return events
}

func TestPropose(t *testing.T) {
	const parcels = "Parcels to Norway take six working days, and duties are paid at the door."
	for _, tc := range []struct {
		name             string
		lines            []string
		question, answer string
	}{
		{"a question and its answer", []string{"v:Hello. How long does delivery to Norway take?", "b:I do not know.", "a:Hi Robin, " + strings.ToLower(parcels[:1]) + parcels[1:]}, "How long does delivery to Norway take?", parcels},
		{"only a greeting", []string{"v:How long does delivery take?", "a:Hello, I am Maya, how can I help?"}, "", ""},
		{"only a note", []string{"v:How long does delivery take?", "n:" + parcels}, "", ""},
		{"nobody asked", []string{"a:" + parcels}, "", ""},
		{"several lines", []string{"v:Do you deliver to Norway?", "a:Yes, we do deliver to Norway.", "a:" + parcels}, "Do you deliver to Norway?", "Yes, we do deliver to Norway.\n\n" + parcels},
		{"asking back is no answer", []string{"v:Where is it?", "a:What is the number of your order, please, and where did you buy it?", "v:Do you deliver to Norway?", "a:" + parcels}, "Do you deliver to Norway?", parcels},
		{"names, addresses and numbers", []string{"v:Can you write to robin@web.example about order DE-12345?", "a:Robin Weber, we have written to robin@web.example and +49 30 1234567 about order DE-12345; see https://shop.example/orders/98765."},
			"Can you write to [address] about order [number]?", "[visitor] [visitor], we have written to [address] and [number] about order [number]; see https://shop.example/orders/98765."},
		{"the question wins over the longer talk", []string{"v:I like your shop a lot indeed", "a:" + parcels + " Thank you so much for your kind words about it.", "v:Do you deliver to Norway?", "a:" + parcels}, "Do you deliver to Norway?", parcels},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, ok := Read(chat(tc.lines...), 99).Cut()
			if ok != (tc.answer != "") || p.Question != tc.question || p.Answer != tc.answer {
				t.Errorf("got %t\n%q\n%q\nwant\n%q\n%q", ok, p.Question, p.Answer, tc.question, tc.answer)
			}
			if ok && len(p.From) < 2 {
				t.Errorf("no lines: %+v", p)
			}
		})
	}
	if _, ok := Read(chat("v:Do you deliver to Norway?", "a:"+parcels), 2).Cut(); ok {
		t.Error("proposed what came later")
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	f := File{filepath.Join(dir, "learned.md")}
	e := Entry{ID: "cnv_1-9", Question: "Do you deliver\nto Norway?", Answer: "# Yes <b>we</b> do.\n--- really", Source: "H-4F2K, lines 2 and 5", By: "Maya --> x", At: time.UnixMilli(0)}
	for range 2 {
		if err := f.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(f.Path)
	if err != nil {
		t.Fatal(err)
	}
	want := heading + "\n## Do you deliver to Norway?\n\n\\# Yes &lt;b>we&lt;/b> do.\n\\--- really\n\n<!-- learned cnv_1-9 · H-4F2K, lines 2 and 5 · approved 1970-01-01 by Maya —> x -->\n"
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	// What people make of an entry stays, and is not written again.
	edited := strings.ReplaceAll(string(got), "Yes", "Certainly")
	if err := os.WriteFile(f.Path, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(f.Path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Add(e); err != nil {
		t.Fatal(err)
	}
	second := e
	second.ID = "cnv_2-9"
	if err := f.Add(second); err != nil {
		t.Fatal(err)
	}
	if got, _ = os.ReadFile(f.Path); !strings.HasPrefix(string(got), edited) || strings.Count(string(got), "<!-- learned ") != 2 {
		t.Errorf("got\n%s", got)
	}
	if list, _ := os.ReadDir(dir); len(list) != 1 {
		t.Errorf("something is left over: %v", list)
	}
	if info, _ := os.Stat(f.Path); info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v", info.Mode())
	}
}

func TestFileRefuses(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.md"), filepath.Join(dir, "link.md")
	if err := os.WriteFile(real, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, dir, filepath.Join(dir, "no", "such.md")} {
		if err := (File{path}).Add(Entry{ID: "x"}); err == nil {
			t.Errorf("%s was written", path)
		}
	}
}
