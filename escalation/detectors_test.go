package escalation

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

func TestFrustration(t *testing.T) {
	all := load()
	d := frustrationDetector{all, newTempers(all)}
	for _, row := range rows(t, "testdata/frustration.txt") {
		got := "calm"
		value := 0.0
		for _, s := range d.Detect(says(row[1])) {
			if value = s.Value; value >= ClearSign {
				got = "clear"
			} else {
				got = "mild"
			}
		}
		if got != row[0] {
			t.Errorf("%q: %s (%.2f), want %s", row[1], got, value, row[0])
		}
	}
}

func TestTopicPhrases(t *testing.T) {
	f, err := os.Open("testdata/topics.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for scan := bufio.NewScanner(f); scan.Scan(); {
		parts := strings.Split(scan.Text(), " | ")
		if len(parts) != 3 || strings.HasPrefix(scan.Text(), "#") {
			continue
		}
		n++
		d := newTopicDetector([]Topic{{Name: "t", Phrases: []string{parts[0]}}}, load())
		onWords := len(d.Detect(says(parts[2]))) > 0
		onDraft := len(d.Detect(Situation{Draft: parts[2]})) > 0
		if want := parts[1] == "hit"; onWords != want || onDraft != want {
			t.Errorf("%q in %q: %v in the visitor's words, %v in the draft, want %v", parts[0], parts[2], onWords, onDraft, want)
		}
	}
	if n < 40 {
		t.Errorf("only %d rows", n)
	}
}

func TestTopicPointsToTheWords(t *testing.T) {
	d := newTopicDetector([]Topic{{Name: "Billing: disputes", Phrases: []string{"charged twice"}}}, load())
	text := "Grüß Gott, Sie haben … you charged my card twice, why?"
	got := d.Detect(says(text))
	want := "charged my card twice"
	if len(got) != 1 || got[0].Name != "restricted_topic:Billing: disputes" || text[got[0].From:got[0].To] != want || got[0].Seq != 2 {
		t.Errorf("got %+v", got)
	}
	if got := d.Detect(Situation{Draft: text}); len(got) != 1 || got[0].Seq != 0 || text[got[0].From:got[0].To] != want {
		t.Errorf("in a draft: %+v", got)
	}
}

func TestRepeatedQuestion(t *testing.T) {
	rows := []struct {
		earlier, now string
		want         bool
	}{
		{"Where is my order 1234?", "where is my order 1234", true},
		{"How do I reset my password?", "I want to reset the password, how?", true},
		{"How long does shipping to Norway take?", "shipping to Norway, how long?", true},
		{"refund?", "refund??", true},
		{"Where is my order?", "How do I change my password?", false},
		{"hello", "hello", false},
		{"ok", "ok", false},
		{"I want a human", "I want a human", false},
		{"you are useless", "you are useless", false},
		{"How do I reset my password?", "How do I change my email?", false},
		{"How long does shipping to Norway take?", "How long does shipping to Sweden take?", false},
		{"Where is order 1234?", "Where is order 5678?", false},
		{"How do I cancel my subscription?", "I want to terminate the subscription", true},
		{"My lamp arrived broken", "the lamp was broken when it arrived", true},
		{"How do I change my password?", "How do I change my delivery address?", false},
		{"When will my order arrive?", "Can I change my order?", false},
		{"Do you ship to Norway?", "Do you ship to Sweden?", false},
		{"Where is my order?", "order 1234", false},
		{"I need a refund", "how do I get my money back?", true},
		{"how to cancel purchase 11223344", "I want to cancel the order", true},
		{"I can't log in to my acount", "help with login to the account please", true},
		{"forgot my password", "how can I reset the pasword", true},
		{"change my order", "cancel my order", false},
		{"can I pay by invoice?", "can I pay by card?", false},
		{"where can I see the shipping options", "which delivery methods do you have?", true},
		{"Wie kann ich mein Passwort ändern?", "Wie kann ich meine Adresse ändern?", false},
		{"Wie kann ich mein Passwort zurücksetzen?", "Ich habe das Passwort vergessen, zurücksetzen geht wie?", true},
		{"¿Cómo puedo cancelar mi pedido?", "quiero anular el pedido", true},
		{"¿Cómo puedo cancelar mi pedido?", "¿Cómo puedo cambiar mi dirección?", false},
		{"Comment annuler ma commande ?", "je voudrais résilier la commande", true},
		{"Comment annuler ma commande ?", "Comment changer mon adresse ?", false},
		{"Come posso annullare il mio ordine?", "vorrei cancellare l'ordine", true},
		{"Como posso cancelar o meu pedido?", "quero anular o pedido", true},
		{"Hoe kan ik mijn bestelling annuleren?", "ik wil de bestelling annuleren", true},
		{"Hoe kan ik mijn bestelling annuleren?", "Hoe kan ik mijn adres wijzigen?", false},
		{"怎么修改密码", "怎么修改地址", false},
		{"怎么修改密码", "我想更改密码", true},
	}
	all := load()
	d := newRepeatedDetector(asksDetector{all}, newTempers(all))
	for _, row := range rows {
		s := Situation{Lines: []Line{
			{Seq: 2, Role: conversation.Visitor, Text: row.earlier},
			{Seq: 3, Role: conversation.Bot, Text: "An answer."},
			{Seq: 4, Role: conversation.Visitor, Text: row.now},
		}, Past: []conversation.Decided{{On: 2, Act: "answer"}}}
		if got := len(d.Detect(s)) > 0; got != row.want {
			t.Errorf("%q, then %q: %v, want %v", row.earlier, row.now, got, row.want)
		}
		s.Lines = append(s.Lines[:1:1], s.Lines[2])
		if len(d.Detect(s)) > 0 {
			t.Errorf("%q, then %q in one breath counts as asked again", row.earlier, row.now)
		}
	}
}

func TestCannotAnswer(t *testing.T) {
	rows := []struct {
		text    string
		finding Finding
		draft   string
		want    bool
	}{
		{shipping, notFound, "", true},
		{shipping, known, "", false},
		{shipping, Finding{}, "", false},
		{"hello", notFound, "", false},
		{"ok, thanks!", notFound, "", false},
		{"merci beaucoup", notFound, "", false},
		{"I have a question", notFound, "", false},
		{"no, keep trying", notFound, "", false},
		{"what can you do?", notFound, "", false},
		{"prices", notFound, "", true},
		{"are you human?", notFound, "", false},
		{"let me talk to a person", notFound, "", false},
		{shipping, complete, "I don't have anything about Norway.", true},
		{shipping, complete, "I'm sorry, but I do not know.", true},
		{shipping, complete, "Shipping to Norway takes five days.", false},
		{shipping, Finding{Searched: true, Best: .9, Floor: .3, Final: true, ToolFailed: true}, "Hm.", false},
		{shipping, known, "I'm not sure", false},
	}
	d := unknownDetector{asksDetector{load()}}
	for _, row := range rows {
		s := says(row.text)
		s.Finding, s.Draft = row.finding, row.draft
		if got := (evidence{signals: d.Detect(s)}).unanswered() > 0; got != row.want {
			t.Errorf("%q, %+v, %q: %v, want %v", row.text, row.finding, row.draft, got, row.want)
		}
	}
}

func TestAccepts(t *testing.T) {
	d := acceptsDetector{load()}
	offer := "I don't have that. Would you like to talk to a colleague?"
	for text, want := range map[string]bool{
		"yes": true, "Yes please!": true, "ok": true, "sure, go ahead": true, "ja bitte": true, "sí": true, "oui": true,
		"no": false, "no thanks": false, "ok thanks": false, "yes but first tell me the price": false, "where is my order": false,
	} {
		for name, s := range map[string]Situation{
			"open offer": {State: conversation.State{Offer: 3}, Lines: []Line{{Seq: 4, Role: conversation.Visitor, Text: text}}},
			"in words":   {Lines: []Line{{Seq: 3, Role: conversation.Bot, Text: offer}, {Seq: 4, Role: conversation.Visitor, Text: text}}},
		} {
			if got := len(d.Detect(s)) > 0; got != want {
				t.Errorf("%s, %q: %v, want %v", name, text, got, want)
			}
		}
		if s := says(text); len(d.Detect(s)) > 0 {
			t.Errorf("%q accepts although nothing was offered", text)
		}
	}
}

func TestMisspelt(t *testing.T) {
	for _, row := range []struct {
		got, want string
		same      bool
	}{
		{"represtative", "representative", true}, {"humant", "human", true}, {"agrnt", "agent", true}, {"eprson", "person", true},
		{"somenoe", "someone", true}, {"refnud", "refund", true}, {"refumd", "refund", true}, {"agent", "agent", true},
		{"cancer", "cancel", false}, {"change", "charge", false}, {"defund", "refund", false}, {"urgent", "agent", false},
		{"rep", "red", false}, {"that", "chat", false}, {"walk", "talk", false}, {"fund", "refund", false},
	} {
		if got := misspelt(row.got, row.want); got != row.same {
			t.Errorf("%q for %q: %v, want %v", row.got, row.want, got, row.same)
		}
	}
}

func TestLongerPhraseOfAnotherTopic(t *testing.T) {
	d := newTopicDetector([]Topic{
		{Name: "cancel", Phrases: []string{"cancel"}}, {Name: "account", Phrases: []string{"close my account"}},
	}, load())
	for text, want := range map[string][]string{
		"cancel my account please":                        {"restricted_topic:account"},
		"cancel my order":                                 {"restricted_topic:cancel"},
		"cancel my order and close my account":            {"restricted_topic:cancel", "restricted_topic:account"},
		"close the account. And I want to cancel the lot": {"restricted_topic:cancel", "restricted_topic:account"},
	} {
		var got []string
		for _, s := range d.Detect(says(text)) {
			got = append(got, s.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
