package bot_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/bot"
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/llm"
	"github.com/handoff-bot/handoff/llm/llmtest"
	"github.com/handoff-bot/handoff/markup"
)

func (h *house) translator() *bot.Translator {
	h.t.Helper()
	tr, err := h.bot.Translator(h.desk(), "en")
	if err != nil {
		h.t.Fatal(err)
	}
	return tr
}

// translate runs the reader once over what there is.
func (h *house) translate(tr *bot.Translator) []conversation.Translated {
	h.t.Helper()
	s, err := h.store.State(h.t.Context(), h.id)
	if err != nil {
		h.t.Fatal(err)
	}
	done, err := tr.Handle(h.t.Context(), feed.Work{Claim: feed.Claim{Conversation: h.id}, State: s, Now: time.Now()})
	if err != nil {
		h.t.Fatal(err)
	}
	if done.Through != s.Seq {
		h.t.Errorf("through %d, want %d", done.Through, s.Seq)
	}
	if done.Decide == nil {
		return nil
	}
	before := len(bodies[conversation.Translated](h.events()))
	h.act(done.Decide)
	return bodies[conversation.Translated](h.events())[before:]
}

// spanish is a chat with Maya in which two lines are Spanish.
func (h *house) spanish() {
	h.t.Helper()
	h.withMaya()
	h.says("Hola")
	h.says("¿Dónde está mi paquete?")
	h.act(conversation.Switch(maya, true))
}

func TestTranslateForTheTeam(t *testing.T) {
	h := newHouse(t)
	h.spanish()
	tr := h.translator()
	h.model.Script(llmtest.Fill("to_team", `{"language":"es","lines":["","`+question+`","Hello","Where is my parcel?"]}`))
	got := h.translate(tr)
	if len(got) != 4 || got[2].Text != "Hello" || got[3].Text != "Where is my parcel?" || got[3].Locale != "es" {
		t.Fatalf("translated %+v", got)
	}
	if got[0].Text != "" || got[1].Text != "" {
		t.Errorf("lines in the team's language are said again: %+v", got[:2])
	}
	if again := h.translate(tr); again != nil {
		t.Errorf("translated twice: %+v", again)
	}
	if strings.Contains(h.logged(), "paquete") {
		t.Error("the visitor's words are in the log of the program")
	}
}

func TestTranslateTheLastLinesOnly(t *testing.T) {
	h := newHouse(t)
	h.withMaya()
	for i := range 25 {
		h.says(fmt.Sprintf("línea %d", i))
	}
	h.act(conversation.Switch(maya, true))
	h.model.Script(llmtest.Fill("to_team", `{"language":"es","lines":[`+strings.TrimSuffix(strings.Repeat(`"line",`, bot.Backlog), ",")+`]}`))
	if got := h.translate(h.translator()); len(got) != bot.Backlog || got[0].Failed {
		t.Errorf("%d lines translated, want %d: %+v", len(got), bot.Backlog, got)
	}
}

// Whatever goes wrong is said once, and the next line is another chance.
func TestTranslateWithoutTheModel(t *testing.T) {
	for name, reply := range map[string]llmtest.Reply{
		"down": {Status: 503}, "slow": {HangFirst: true}, "prose": {Text: "Hello."}, "too few": {Text: `{"language":"es","lines":["Hello"]}`},
		"cut": {Text: `{"language":"es","li`, CutAfter: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.spanish()
			tr := h.translator()
			h.model.Script(llmtest.Step{Shape: "to_team", Times: -1, Reply: reply})
			got := h.translate(tr)
			if len(got) != 1 || !got[0].Failed || got[0].Text != "" {
				t.Fatalf("got %+v, want one that failed", got)
			}
			h.says("¿Hola?")
			h.model.Script(llmtest.Fill("to_team", `{"language":"es","lines":["Hello?"]}`))
			if got := h.translate(tr); name != "down" && (len(got) != 1 || got[0].Text != "Hello?" && !got[0].Failed) {
				t.Errorf("the next line: %+v", got)
			}
		})
	}
}

func TestTranslateForTheVisitor(t *testing.T) {
	const said = "See https://shop.example/a, it comes tomorrow."
	for name, tt := range map[string]struct {
		reply llmtest.Reply
		want  string
		fails bool
	}{
		"good":        {llmtest.Reply{Text: `{"text":"Mire https://shop.example/a, llega mañana."}`}, "Mire https://shop.example/a, llega mañana.", false},
		"a new link":  {llmtest.Reply{Text: `{"text":"Mire https://evil.example/a."}`}, "", true},
		"empty":       {llmtest.Reply{Text: `{"text":" "}`}, "", true},
		"far longer":  {llmtest.Reply{Text: `{"text":"` + strings.Repeat("llega ", 200) + `"}`}, "", true},
		"prose":       {llmtest.Reply{Text: "Llega mañana."}, "", true},
		"down":        {llmtest.Reply{Status: 503}, "", true},
		"cut":         {llmtest.Reply{Text: `{"te`, CutAfter: true}, "", true},
		"it is taken": {llmtest.Reply{Text: `{"text":"Llega mañana."}`}, "Llega mañana.", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.spanish()
			h.act(conversation.Translate(conversation.Translated{Of: 2, Locale: "es", Text: "x"}))
			h.model.Script(llmtest.Step{Shape: "to_visitor", Times: -1, Reply: tt.reply})
			got, err := h.translator().ToVisitor(t.Context(), h.id, markup.FromPlain(said))
			if got := got.Plain(); got != tt.want || (err != nil) != tt.fails {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
			requests := h.model.Requests()
			if prompt := requests[len(requests)-1].Prompt(); strings.Contains(prompt, "paquete") || !strings.Contains(prompt, "tag es") {
				t.Errorf("the model was shown more than the line, or not the language:\n%s", prompt)
			}
		})
	}
}

// What could not be translated is tried once more, after the next line that could be.
func TestTranslateAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		again string
		want  []string
	}{
		"it can be by now": {`{"language":"es","lines":["","","Hello","Where is my parcel?"]}`, []string{"", "", "Hello", "Where is my parcel?"}},
		"it still cannot":  {`{"language":"es","lines":[]}`, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.spanish()
			tr := h.translator()
			h.model.Script(llmtest.Step{Shape: "to_team", Times: 1, Reply: llmtest.Reply{Status: 503}})
			if got := h.translate(tr); len(got) != 1 || !got[0].Failed {
				t.Fatalf("got %+v, want one that failed", got)
			}
			if got := h.translate(tr); got != nil {
				t.Fatalf("before the next line %+v, want nothing", got)
			}
			h.says("Gracias")
			h.model.Script(llmtest.Fill("to_team", `{"language":"es","lines":["Thanks"]}`))
			if got := h.translate(tr); len(got) != 1 || got[0].Text != "Thanks" {
				t.Fatalf("the next line: %+v", got)
			}
			h.model.Script(llmtest.Fill("to_team", tt.again))
			var texts []string
			for _, b := range h.translate(tr) {
				texts = append(texts, b.Text)
				if !b.Late {
					t.Errorf("%+v is not late", b)
				}
			}
			if !slices.Equal(texts, tt.want) {
				t.Errorf("tried again: %q, want %q", texts, tt.want)
			}
			if got := h.translate(tr); got != nil {
				t.Errorf("a third time: %+v", got)
			}
		})
	}
}

// What is bold, the address of a link, code and lists come through; an answer in
// which a mark is missing is none.
func TestTranslateKeepsTheForm(t *testing.T) {
	line := markup.Tree{
		markup.Paragraph{Children: []markup.Inline{markup.Text{Text: "It comes "}, markup.Text{Text: "tomorrow", Bold: true}, markup.Text{Text: ", see "},
			markup.Link{URL: "https://shop.example/a", Label: "here"}}},
		markup.List{Items: []markup.Tree{{markup.Paragraph{Children: []markup.Inline{markup.Text{Text: "Keep "}, markup.Text{Text: "AB-12", Code: true}}}}}},
	}
	h := newHouse(t)
	h.spanish()
	h.act(conversation.Translate(conversation.Translated{Of: 2, Locale: "es", Text: "x"}))
	h.model.Script(llmtest.Fill("to_visitor", `{"text":"Llega ⟦1⟧mañana⟦/1⟧, mire ⟦2⟧aquí⟦/2⟧\nGuarde ⟦1⟧"}`))
	got, err := h.translator().ToVisitor(t.Context(), h.id, line)
	want := markup.Tree{
		markup.Paragraph{Children: []markup.Inline{markup.Text{Text: "Llega "}, markup.Text{Text: "mañana", Bold: true}, markup.Text{Text: ", mire "},
			markup.Link{URL: "https://shop.example/a", Label: "aquí"}}},
		markup.List{Items: []markup.Tree{{markup.Paragraph{Children: []markup.Inline{markup.Text{Text: "Guarde "}, markup.Text{Text: "AB-12", Code: true}}}}}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	h.model.Script(llmtest.Fill("to_visitor", `{"text":"Llega mañana, mire ⟦2⟧aquí⟦/2⟧\nGuarde ⟦1⟧"}`))
	if got, err := h.translator().ToVisitor(t.Context(), h.id, line); err == nil {
		t.Errorf("without a mark it is taken: %+v", got)
	}
}

// The team's own language needs no model, and neither does one that nobody knows.
func TestTranslateNothing(t *testing.T) {
	h := newHouse(t)
	h.spanish()
	tr := h.translator()
	before := len(h.model.Requests())
	if got, err := tr.ToVisitor(t.Context(), h.id, markup.FromPlain("Hello")); got.Plain() != "Hello" || err != nil {
		t.Errorf("to nobody's language: %q, %v", got, err)
	}
	h.act(conversation.Translate(conversation.Translated{Of: 2, Locale: "en-GB"}))
	if got, err := tr.ToVisitor(t.Context(), h.id, markup.FromPlain("Hello")); got.Plain() != "Hello" || err != nil {
		t.Errorf("to the team's own: %q, %v", got, err)
	}
	if n := len(h.model.Requests()) - before; n != 0 {
		t.Errorf("%d calls, want none", n)
	}
	h.act(conversation.Translate(conversation.Translated{Of: 3, Locale: "es", Text: "x"}))
	spendAll(h)
	if _, err := tr.ToVisitor(t.Context(), h.id, markup.FromPlain("Hello")); !errors.Is(err, bot.ErrOverBudget) {
		t.Errorf("over budget: %v", err)
	}
	h.change(func(s *bot.Settings) { s.Model.BaseURL = llm.OfflineURL })
	if _, err := tr.ToVisitor(t.Context(), h.id, markup.FromPlain("Hello")); !errors.Is(err, bot.ErrNoModel) {
		t.Errorf("offline: %v", err)
	}
}
