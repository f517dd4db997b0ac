package draw

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// nasty draws text a visitor could send to mention, link, spoof or break.
func nasty() *rapid.Generator[string] {
	pieces := rapid.SampledFrom([]string{
		"<!channel>", "<!here>", "<!everyone>", "<@U0MAYA>", "<!subteam^S0SUPPORT>", "<#C0SUPPORT>", "<https://evil.example|bank.com>", "<!date^1^{date}|x>",
		"@here", "@channel", "&lt;!here&gt;", "&amp;lt;", "&", "<", ">", "*bold*", "_i_", "~s~", "`code`", "```", "> quote", ":smile:", "[bank](http://evil)",
		"\n", "\r\n", "\x00", "\u202e", "\u200b", "\ufeff", "\ud7ff", "\U000e0041", "\xff", "✅ Maya claimed this", "H-4F2K", "h:cnv_x:1:0", strings.Repeat("A", 4000), strings.Repeat("\n", 500), "мaya", "名前",
	})
	return rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.OneOf(pieces, rapid.String()), 0, 6).Draw(t, "parts")
		return strings.Join(parts, "")
	})
}

// nastyLog is a conversation with nasty text in every field a visitor controls.
func nastyLog(t *rapid.T) (conversation.State, []conversation.Event) {
	text := nasty()
	draw := func(name string) string { return text.Draw(t, name) }
	visitor := conversation.Author{Role: conversation.Visitor, ID: "vis_abcdef", Name: draw("name")}
	fields := map[string]string{}
	for range rapid.IntRange(0, 12).Draw(t, "fields") {
		fields[draw("label")] = draw("field")
	}
	context := map[string]any{draw("key"): draw("value"), "name": draw("context name"), "email": draw("email")}
	bodies := []conversation.Body{
		conversation.Opened{Visitor: "vis_abcdef", Widget: "pk", Reference: "H-4F2K", Page: conversation.Page{URL: draw("url"), Title: draw("title")}, Context: context},
		conversation.Message{Text: draw("line")},
		conversation.PageChanged{Page: conversation.Page{URL: "https://shop.example/" + draw("path"), Title: draw("title 2")}},
		conversation.Escalated{Reason: draw("reason"), Topic: draw("topic"), Explain: draw("explain"), Tags: []string{draw("tag")}, Fields: fields, Priority: "urgent"},
		conversation.Routed{Channel: "C0SUPPORT", Staffed: true},
		conversation.ContactGiven{Name: draw("contact"), Email: draw("mail"), Phone: draw("phone"), Message: draw("message")},
		conversation.Rated{Score: 1, Comment: draw("comment")},
		conversation.Message{Text: draw("line 2")},
	}
	var s conversation.State
	var events []conversation.Event
	for i, b := range bodies {
		e := conversation.Event{Conversation: "cnv_test", Seq: conversation.Seq(i + 1), At: time.Unix(1_700_000_000, 0).UTC(), Draft: conversation.Draft{Author: visitor, Source: conversation.FromWidget, Body: b}}
		events = append(events, e)
		s = s.Apply(e)
	}
	bot := conversation.Event{Conversation: "cnv_test", Seq: 9, Draft: conversation.Draft{Author: conversation.Author{Role: conversation.Bot}, Source: conversation.FromBot,
		Body: conversation.Message{Text: draw("bot"), Answer: true, Sources: []conversation.Citation{{Title: draw("source"), URL: draw("source url")}}}}}
	return s.Apply(bot), append(events, bot)
}

func TestB53SlackEscaping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state, events := nastyLog(t)
		var brief Brief
		for _, e := range events {
			brief = brief.Apply(e)
		}
		card := Card{State: state, Brief: brief}
		name := Username(brief.Name, "Visitor 7K2", func(string) bool { return false })
		var messages []Message
		messages = append(messages, card.Render("h:cnv_test:c1", 1), card.Plain("h:cnv_test:c1", 1))
		script := NewScript(state, ledger.Thread{Epoch: 1, Channel: "C0SUPPORT", TS: "1.0"}, name, events)
		for _, byName := range []bool{false, true} {
			for _, p := range plans(script.items(events)) {
				messages = append(messages, p.Render("cnv_test", 0, byName))
			}
		}
		messages = append(messages, Message{Blocks: ReasonOf(events).blocks(state, SaidOf(events), Evidence{Weak: []Weak{{Signal: conversation.Signal{Name: "frustration", Value: .3, Seq: 2, From: 0, To: 5}, Threshold: .4}}})})
		for _, page := range transcriptPages(state, events) {
			messages = append(messages, Message{Blocks: page})
		}
		for _, m := range messages {
			checkHarmless(t, m)
		}
	})
}

// checkHarmless fails when a message could mention, link or format by what is in
// it, or exceeds what Slack takes.
func checkHarmless(t *rapid.T, m Message) {
	if strings.ContainsAny(m.Text, "<>") {
		t.Fatalf("the notification has an unescaped sign: %q", m.Text)
	}
	if i := strings.Index(m.Text, "&"); i >= 0 {
		for _, part := range strings.Split(m.Text[i+1:], "&") {
			if !strings.HasPrefix(part, "amp;") && !strings.HasPrefix(part, "lt;") && !strings.HasPrefix(part, "gt;") {
				t.Fatalf("the notification has a bare &: %q", m.Text)
			}
		}
	}
	if n := len([]rune(m.Text)); n > 3000 {
		t.Fatalf("the notification has %d characters", n)
	}
	if strings.ContainsAny(m.Username, "<>&:@#\n") || len([]rune(m.Username)) > 80 {
		t.Fatalf("the name is %q", m.Username)
	}
	raw, err := json.Marshal(slack.Blocks{BlockSet: m.Blocks})
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	checkNode(t, tree)
}

func checkNode(t *rapid.T, node any) {
	switch n := node.(type) {
	case map[string]any:
		kind, _ := n["type"].(string)
		switch kind {
		case "broadcast", "user", "usergroup", "channel", "mrkdwn", "markdown", "emoji", "image":
			t.Fatalf("a visitor's text became %s: %v", kind, n)
		case "link":
			if url, _ := n["url"].(string); !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "mailto:") {
				t.Fatalf("a link to %v", n["url"])
			}
		case "text", "plain_text":
			text, _ := n["text"].(string)
			if len(text) == 0 || len([]rune(text)) > 3000 || strings.ContainsAny(text, "\x00\u202e\u200b") {
				t.Fatalf("a text of %d characters: %.80q", len([]rune(text)), text)
			}
		}
		for _, child := range n {
			checkNode(t, child)
		}
	case []any:
		for _, child := range n {
			checkNode(t, child)
		}
	}
}

func TestB55Names(t *testing.T) {
	taken := func(folded string) bool {
		return folded == Fold("Maya") || folded == Fold("Sam Okoro") || folded == Fold("Slackbot")
	}
	tests := []struct{ in, want string }{
		{"Anna Berg", "Anna Berg"},
		{"", "Visitor 7K2"},
		{"\u200b", "Visitor 7K2"},
		{"<>&:", "Visitor 7K2"},
		{"Maya", "Maya (visitor)"},
		{"mаya", "mаya (visitor)"}, // Cyrillic а
		{"Maya\u200b", "Maya (visitor)"},
		{"M A Y A", "M A Y A (visitor)"},
		{"ＭＡＹＡ", "ＭＡＹＡ (visitor)"},
		{"Máya", "Máya (visitor)"},
		{"Slackbot", "Slackbot (visitor)"},
		{"@channel", "channel (visitor)"},
		{"Maya (Support)\n✅ claimed", "Maya (Support) ✅ claimed (visitor)"},
		{"Support", "Support (visitor)"},
		{"Theresa Heredia", "Theresa Heredia"},
		{"here", "here (visitor)"},
		{"Billing Team", "Billing Team (visitor)"},
		{"sam okoro", "sam okoro (visitor)"},
		{"Sam 0koro", "Sam 0koro (visitor)"},
		{strings.Repeat("x", 200), strings.Repeat("x", MaxName-1) + "…"},
	}
	for _, tt := range tests {
		if got := Username(tt.in, "Visitor 7K2", taken); got != tt.want {
			t.Errorf("username(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestClipEscaped(t *testing.T) {
	for n := 2; n < 40; n++ {
		got := ClipEscaped("a &amp; b &lt;c&gt; <!here> d &amp; e", n)
		if len([]rune(got)) > n || strings.HasSuffix(got, "&am…") || strings.Count(got, "<") != strings.Count(got, ">") {
			t.Errorf("clipEscaped to %d = %q", n, got)
		}
	}
}
