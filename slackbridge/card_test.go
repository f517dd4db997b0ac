package slackbridge

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

var update = flag.Bool("update", false, "write the golden files")

func sampleBrief() Brief {
	return Brief{
		Name: "Anna Berg", Context: map[string]any{"plan": "pro", "email": "anna@example.com"},
		Page: conversation.Page{URL: "https://shop.example/cart?token=secret#x", Title: "Your cart"},
		Ask:  "I was charged twice <!here> & want my money back", Why: "Restricted topic “Billing disputes”: “charged twice”.",
		Tags: []string{"billing"}, Tried: []Tried{{Text: "Parcels take two working days.", Sources: []string{"Shipping"}}},
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
	unstaffed.Route.Staffed, unstaffed.Route.Mention = false, ""
	cards := map[string]Card{
		"waiting":  {State: sampleState(conversation.Waiting), Brief: sampleBrief()},
		"agent":    {State: sampleState(conversation.WithAgent), Brief: sampleBrief()},
		"bot":      {State: sampleState(conversation.WithBot), Brief: sampleBrief()},
		"closed":   {State: sampleState(conversation.IsClosed), Brief: sampleBrief()},
		"quiet":    {State: quiet, Brief: sampleBrief()},
		"urgent":   {State: urgent, Brief: sampleBrief()},
		"offline":  {State: unstaffed, Brief: Brief{Last: "hello", Ask: "hello"}},
		"nameless": {State: sampleState(conversation.Waiting), Brief: Brief{Fields: map[string]string{"Order": "A-17"}}},
	}
	for name, card := range cards {
		t.Run(name, func(t *testing.T) { golden(t, "card_"+name, card.Render("h:cnv_sample:c1-x", 7)) })
	}
	t.Run("plain", func(t *testing.T) { golden(t, "card_plain", cards["urgent"].Plain("h:cnv_sample:c1-x", 7)) })
}

// golden compares a message with its file in testdata.
func golden(t *testing.T, name string, m message) {
	t.Helper()
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(map[string]any{"text": m.text, "blocks": m.blocks, "metadata": m.metadata}); err != nil {
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
	golden(t, "why", message{blocks: whyBlocks(sampleState(conversation.Waiting), events)})
}

func whySample() (conversation.State, []conversation.Event) {
	visitor := conversation.Author{Role: conversation.Visitor}
	var s conversation.State
	var events []conversation.Event
	for i, b := range []conversation.Body{
		conversation.Opened{Visitor: "vis_abc", Reference: "H-4F2K"},
		conversation.Message{Text: "Hi, I was charged twice!"},
		conversation.Decided{On: 2, Act: conversation.ActEscalate, Rule: "topic", Signals: []conversation.Signal{{Name: "topic.billing", Value: 1, Seq: 2, From: 10, To: 23}, {Name: "frustration", Value: 0.4}}, Policy: "0123456789abcdef0123"},
		conversation.Escalated{Reason: "topic", Topic: "Billing disputes", Rule: "topic", Level: "balanced", Policy: "0123456789abcdef0123", Decided: 3, Explain: "Restricted topic."},
	} {
		e := conversation.Event{Conversation: "cnv_sample", Seq: conversation.Seq(i + 1), Draft: conversation.Draft{Author: visitor, Body: b}}
		events, s = append(events, e), s.Apply(e)
	}
	return s, events
}
