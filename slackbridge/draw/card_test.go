package draw

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

var update = flag.Bool("update", false, "write the golden files")

func sampleBrief() Brief {
	return Brief{
		Name: "Anna Berg", Context: map[string]any{"plan": "pro", "email": "anna@example.com"}, Referrer: "https://search.example/find?q=refund",
		Pages: []conversation.Page{{URL: "https://shop.example/pricing"}, {URL: "https://shop.example/cart?token=secret#x", Title: "Your cart"}},
		Ask:   "I was charged twice <!here> & want my money back", AskSeq: 4, Why: "Restricted topic “Billing disputes”: “charged twice”.", WhySeq: 4,
		Tags: []string{"billing"}, Judged: 4, Upset: Sign{0.45, 4}, Unsure: Sign{0.8, 4}, Answers: 1,
		Tried: []Tried{{Seq: 3, Text: "Parcels take two working days.", Sources: []string{"Shipping"}, Thumb: -1}},
	}
}

func sampleState(mode conversation.Mode) conversation.State {
	at := time.Date(2026, 3, 4, 10, 30, 0, 0, time.UTC)
	s := conversation.State{ID: "cnv_sample", Reference: "H-4F2K", Visitor: "vis_abc", Mode: mode, Seq: 7, Epoch: 1, Priority: "normal", Topic: "Billing disputes",
		WaitFrom: at, Route: conversation.Route{Channel: "C0BILLING", Mention: "S0BILL", Staffed: true, Epoch: 1, Seq: 5}}
	switch mode {
	case conversation.WithAgent:
		s.Owner = conversation.Staff{ID: "U0MAYA", Name: "Maya"}
	case conversation.IsClosed:
		s.Closed, s.Closure = conversation.Mark{Seq: 6, At: at}, conversation.Closure{Reason: conversation.ClosedByAgent}
	case conversation.WithBot, conversation.Waiting:
	}
	return s
}

func TestCard(t *testing.T) {
	quiet, urgent, unstaffed := sampleState(conversation.Waiting), sampleState(conversation.Waiting), sampleState(conversation.Waiting)
	quiet.Quiet = true
	urgent.Priority = "urgent"
	translating := sampleState(conversation.WithAgent)
	translating.Translate = conversation.Mark{Seq: 6, At: translating.WaitFrom}
	unstaffed.Route.Staffed, unstaffed.Route.Mention = false, ""
	cards := map[string]Card{
		"waiting":     {State: sampleState(conversation.Waiting), Brief: sampleBrief()},
		"agent":       {State: sampleState(conversation.WithAgent), Brief: sampleBrief()},
		"bot":         {State: sampleState(conversation.WithBot), Brief: sampleBrief()},
		"closed":      {State: sampleState(conversation.IsClosed), Brief: sampleBrief()},
		"quiet":       {State: quiet, Brief: sampleBrief()},
		"urgent":      {State: urgent, Brief: sampleBrief()},
		"offline":     {State: unstaffed, Brief: Brief{Last: "hello", Ask: "hello"}},
		"translate":   {State: sampleState(conversation.WithAgent), Brief: Brief{Last: "hola", Ask: "hola"}, Translates: true},
		"translating": {State: translating, Brief: Brief{Last: "hola", Ask: "hola"}},
		"nameless":    {State: sampleState(conversation.Waiting), Brief: Brief{Fields: map[string]string{"Order": "A-17"}}},
	}
	for name, card := range fullCards() {
		cards[name] = card
	}
	known := sampleBrief()
	known = known.identified(conversation.Event{Seq: 6}, conversation.Identified{
		Visitor: "vis_abc", Mail: true, Subject: "user-42", Name: "Anna Berg", Email: "anna@example.com", Attributes: map[string]any{"plan": "enterprise <!here>"}})
	known.Events = []conversation.Tracked{{Name: "cart *filled*", Props: map[string]any{"total": 12.5}}, {Name: "checkout failed", Props: map[string]any{"code": "402"}}}
	cards["verified"] = Card{State: sampleState(conversation.Waiting), Brief: known}
	for name, card := range cards {
		t.Run(name, func(t *testing.T) { golden(t, "card_"+name, card.Render("h:cnv_sample:c1-x", 7)) })
	}
	t.Run("plain", func(t *testing.T) { golden(t, "card_plain", cards["urgent"].Plain("h:cnv_sample:c1-x", 7)) })
}

// fullCards are cards on which everything is known.
func fullCards() map[string]Card {
	at := time.Date(2026, 3, 4, 14, 3, 0, 0, time.UTC)
	full := Card{
		State: sampleState(conversation.WithAgent), Brief: sampleBrief(), Before: 4,
		Links:   map[conversation.Seq]string{2: "https://acme.example/p2", 3: "https://acme.example/p3", 4: "https://acme.example/p4"},
		Earlier: []Earlier{{"H-AAAA", "https://acme.example/pa"}, {"H-BBBB", ""}, {"H-CCCC", "https://acme.example/pc"}},
		Visitor: Presence{Here: true, Since: at, Read: 9, ReadAt: at.Add(2 * time.Minute)},
	}
	full.Brief.Contact, full.Brief.Reach, full.Brief.Reply, full.Brief.ReplyAt = "anna@example.com", 4, 9, at
	full.Brief.Summary = conversation.Summarised{By: conversation.ByModel, Text: "Charged twice for one order.", Points: []conversation.Point{{Text: "charged twice", Seq: 2}, {Text: "wants the money back", Seq: 4}}}
	left := full
	left.State.HasMail, left.State.Verified = true, conversation.Mark{Seq: 8, At: at}
	left.Visitor = Presence{Since: at, Mails: true}
	assigned := full
	assigned.State.Accept = at
	offered := full
	offered.State = sampleState(conversation.Waiting)
	offered.State.Seat = conversation.Seat{Agent: conversation.Staff{ID: "U0SAM", Name: "Sam"}, Until: at}
	grouped := full
	grouped.State = sampleState(conversation.Waiting)
	grouped.State.Group = "S0TEAM"
	blocked := full
	blocked.State = sampleState(conversation.IsClosed)
	blocked.State.BlockedUntil = at.Add(24 * time.Hour)
	unsent := full
	unsent.Unsent = []string{"1700000002.000100", "1700000003.000100"}
	moved := full
	moved.Moved = []Span{Words("➡️ This chat goes on in "), Place("C0BILLING"), Words(".")}
	return map[string]Card{"full": full, "left": left, "assigned": assigned, "offered": offered, "grouped": grouped, "blocked": blocked, "moved": moved, "unsent": unsent}
}

// The card holds Slack's limits whatever visitors, sites and models put into it.
func TestCardHoldsTheLimits(t *testing.T) {
	long := strings.Repeat("<!channel> & ![x](http://evil.example) \u202e", 100)
	c := fullCards()["full"]
	c.State.Topic, c.State.Priority, c.State.Mode = long, long, conversation.Waiting
	c.Brief = Brief{Name: long, Context: map[string]any{}, Referrer: "https://" + long, Ask: long, Why: long, WhySeq: 2, Contact: long, Reach: 2,
		Fields: map[string]string{}, Judged: 2, Upset: Sign{1, 2}, Unsure: Sign{1, 2}, Answers: 99}
	for i := range 60 {
		key := strings.Repeat("k", 200) + strconv.Itoa(i)
		c.Brief.Context[key], c.Brief.Fields[key] = long, long
		c.Brief.Tags = append(c.Brief.Tags, long)
		c.Brief = c.Brief.visited(conversation.Page{URL: "https://shop.example/" + strconv.Itoa(i) + strings.Repeat("/a", 3000), Title: long})
		c.Brief.Summary.Points = append(c.Brief.Summary.Points, conversation.Point{Text: long, Seq: 2})
		sources := make([]conversation.Citation, 30)
		for j := range sources {
			sources[j].Title = long
		}
		c.Brief = c.Brief.line(conversation.Event{Seq: 3, Draft: conversation.Draft{Author: conversation.Author{Role: conversation.Bot}}}, conversation.Message{Answer: true, Text: long, Sources: sources})
	}
	c.Brief.Summary.Text = long
	m := c.Render("h:cnv_sample:c1-x", 7)
	raw, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []any
	if err := json.Unmarshal(raw, &blocks); err != nil {
		t.Fatal(err)
	}
	total := 0
	for i, b := range blocks {
		n := textOf(b)
		if total += n; n > 3000 {
			t.Errorf("block %d has %d characters", i, n)
		}
	}
	if len(blocks) > 50 || total > 12000 || len([]rune(m.Text)) > 3000 || strings.Contains(m.Text, "<!channel>") {
		t.Errorf("%d blocks, %d characters, notification %d", len(blocks), total, len(m.Text))
	}
}

// textOf counts the characters of all texts in a block.
func textOf(node any) int {
	n := 0
	switch v := node.(type) {
	case map[string]any:
		for k, child := range v {
			if text, ok := child.(string); ok && k == "text" {
				n += len([]rune(text))
			} else {
				n += textOf(child)
			}
		}
	case []any:
		for _, child := range v {
			n += textOf(child)
		}
	}
	return n
}

// golden compares a message with its file in testdata.
func golden(t *testing.T, name string, m Message) {
	t.Helper()
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(map[string]any{"text": m.Text, "blocks": m.Blocks, "metadata": m.Metadata}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s differs; run go test -update and look at the difference\ngot:\n%s", path, got.String())
	}
}

func TestWhy(t *testing.T) {
	_, events := whySample()
	seen := Evidence{
		Place: "topics.yaml:3", LevelAt: "handoff.yaml:12", Thresholds: map[string]float64{"frustration": .4},
		Weak: []Weak{{Signal: conversation.Signal{Name: "cannot_answer", Value: .55, Seq: 2}, Threshold: .64}},
	}
	golden(t, "why", Message{Blocks: ReasonOf(events).blocks(sampleState(conversation.Waiting), SaidOf(events), seen)})
}

// Of a chat for which nobody was asked the last verdict is explained.
func TestWhyAnswered(t *testing.T) {
	_, events := whySample()
	events = append(events[:2:2], conversation.Event{Conversation: "cnv_sample", Seq: 3, Draft: conversation.Draft{
		Author: conversation.Author{Role: conversation.Bot},
		Body:   conversation.Decided{On: 2, Act: "answer", Level: "balanced", Policy: "0123456789abcdef0123", Explain: "Nothing asks for a person", Tried: []string{"rule vip: no"}},
	}})
	golden(t, "why_answered", Message{Blocks: ReasonOf(events).blocks(sampleState(conversation.WithBot), SaidOf(events), Evidence{})})
	golden(t, "why_nothing", Message{Blocks: ReasonOf(events[:2]).blocks(sampleState(conversation.WithBot), nil, Evidence{})})
}

func whySample() (conversation.State, []conversation.Event) {
	visitor := conversation.Author{Role: conversation.Visitor}
	var s conversation.State
	var events []conversation.Event
	for i, b := range []conversation.Body{
		conversation.Opened{Visitor: "vis_abc", Reference: "H-4F2K"},
		conversation.Message{Text: "Hi, I was charged twice!"},
		conversation.Decided{On: 2, Act: conversation.ActEscalate, Rule: "topic", Signals: []conversation.Signal{{Name: "topic.billing", Value: 1, Seq: 2, From: 10, To: 23}, {Name: "frustration", Value: 0.4, By: "model"}}, Policy: "0123456789abcdef0123"},
		conversation.Escalated{Reason: "topic", Topic: "Billing disputes", Rule: "topic", Level: "balanced", Policy: "0123456789abcdef0123", Decided: 3, Explain: "Restricted topic."},
	} {
		e := conversation.Event{Conversation: "cnv_sample", Seq: conversation.Seq(i + 1), Draft: conversation.Draft{Author: visitor, Body: b}}
		events, s = append(events, e), s.Apply(e)
	}
	return s, events
}
