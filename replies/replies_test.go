package replies

import (
	"slices"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

func TestFill(t *testing.T) {
	values := map[string]string{"visitor.first_name": "Anna", "reference": "H-4F2K", "topic": " "}
	for _, c := range []struct {
		text, want string
		missing    []string
	}{
		{"Hello {visitor.first_name}, about {reference}:", "Hello Anna, about H-4F2K:", nil},
		{"{reference}", "H-4F2K", nil},
		{"On {page.title}, {topic} and {page.title}", "On {page.title}, {topic} and {page.title}", []string{"{page.title}", "{topic}"}},
		{"Write {{reference}} or {{}}", "Write {reference} or {}", []string{"{reference}"}},
		{"No variable", "No variable", nil},
		{"", "", nil},
	} {
		got := Fill(c.text, values)
		if got != c.want {
			t.Errorf("Fill(%q) = %q, want %q", c.text, got, c.want)
		}
		if m := Missing(got); !slices.Equal(m, c.missing) {
			t.Errorf("Missing(%q) = %q, want %q", got, m, c.missing)
		}
	}
}

// A value that looks like a variable is no variable: nothing is filled in twice.
func TestFillOnce(t *testing.T) {
	got := Fill("Hello {visitor.name}", map[string]string{"visitor.name": "{agent.first_name}", "agent.first_name": "Maya"})
	if want := "Hello {agent.first_name}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestProblems(t *testing.T) {
	ok := conversation.English("Hello {visitor.first_name}.")
	for _, c := range []struct {
		name  string
		list  []Reply
		key   string
		says  string
		mends string
	}{
		{"good", []Reply{{Name: "Hello", Text: ok}, {Name: "By locale", Text: conversation.Text{"en": "Hi", "de": "Hallo {{}}"}}}, "", "", ""},
		{"no name", []Reply{{Text: ok}}, "replies[0].name", "is missing", "Opening hours"},
		{"two of a name", []Reply{{Name: "A", Text: ok}, {Name: "a", Text: ok}}, "replies[1].name", "the name of replies[0]", "its own"},
		{"long name", []Reply{{Name: strings.Repeat("x", 61), Text: ok}}, "replies[0].name", "longer than 60", "shorten"},
		{"no text", []Reply{{Name: "A"}}, "replies[0].text", "is missing", "write"},
		{"empty text", []Reply{{Name: "A", Text: conversation.English(" ")}}, "replies[0].text", "is empty", "write"},
		{"long text", []Reply{{Name: "A", Text: conversation.English(strings.Repeat("x", 2501))}}, "replies[0].text", "longer than 2500", "shorten"},
		{"no such variable", []Reply{{Name: "A", Text: conversation.English("Hello {visitor.nmae}")}}, "replies[0].text", "names {visitor.nmae}, which is no variable", "{visitor.name}"},
		{"in one language", []Reply{{Name: "A", Text: conversation.Text{"en": "Hi", "de": "Hallo {name}"}}}, "replies[0].text.de", "names {name}", "{agent.first_name}"},
		{"a brace alone", []Reply{{Name: "A", Text: conversation.English("Hello {visitor.name")}}, "replies[0].text", "names {, which is no variable", "{{ and }}"},
		{"no locale", []Reply{{Name: "A", Text: conversation.Text{"english!": "Hi"}}}, "replies[0].text.english!", "no locale", "pt-BR"},
		{"many tags", []Reply{{Name: "A", Text: ok, Tags: make([]string, 11)}}, "replies[0].tags", "11 entries", "10"},
		{"too many", make([]Reply, 1001), "replies", "1001 entries", "1000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := Problems(c.list)
			if c.key == "" {
				if len(found) > 0 {
					t.Fatalf("got %v", found)
				}
				return
			}
			if len(found) == 0 || found[0].Key != c.key || !strings.Contains(found[0].Message, c.says) || !strings.Contains(found[0].Mend, c.mends) {
				t.Errorf("got %v, want %s %q, %q", found, c.key, c.says, c.mends)
			}
		})
	}
}

func TestFind(t *testing.T) {
	list := []Reply{
		{Name: "Delivery", Text: conversation.English("It takes two days.")},
		{Name: "Refund", Text: conversation.English("No delivery is needed."), Tags: []string{"money"}},
	}
	for words, want := range map[string]string{"": "Delivery Refund", "deliv": "Delivery Refund", "MONEY": "Refund", "zzz": ""} {
		var got []string
		for _, r := range Find(list, words) {
			got = append(got, r.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("Find(%q) = %v, want %s", words, got, want)
		}
	}
	if _, ok := In(list, "Refund"); !ok {
		t.Error("Refund is not in the list")
	}
	if _, ok := In(list, "refund"); ok {
		t.Error("a name counts as it is written")
	}
}

func FuzzFill(f *testing.F) {
	f.Add("Hello {visitor.name} {{}} {", "Anna")
	f.Fuzz(func(t *testing.T, text, value string) {
		filled := Fill(text, map[string]string{"visitor.name": value})
		if _, bad := unknown(text); !bad && !strings.ContainsAny(text, "{}") && filled != text {
			t.Errorf("Fill(%q) = %q", text, filled)
		}
	})
}
