package draw

import (
	"reflect"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

func TestBrief(t *testing.T) {
	anna := conversation.Author{Role: conversation.Visitor, ID: "vis_1"}
	bot := conversation.Author{Role: conversation.Bot}
	maya := conversation.Author{Role: conversation.Agent, ID: "U0MAYA", Name: "Maya"}
	var b Brief
	seq := conversation.Seq(0)
	add := func(by conversation.Author, body conversation.Body) {
		seq++
		b = b.Apply(conversation.Event{Seq: seq, VSeq: seq, Draft: conversation.Draft{Author: by, Body: body}})
	}
	add(anna, conversation.Opened{Page: conversation.Page{URL: "https://shop.example/a?x=1", Referrer: "https://search.example/?q=1"}, Context: map[string]any{"plan": "pro"}})
	add(anna, conversation.PageChanged{Page: conversation.Page{URL: "https://shop.example/b", Title: "B"}})
	add(anna, conversation.Message{Text: "I was charged twice"})                                                                       // 3
	add(bot, conversation.Decided{On: 3, Act: "answer", Signals: []conversation.Signal{{Name: "frustration", Value: 0.3, Seq: 3}}})    // 4
	add(bot, conversation.Message{Answer: true, Text: "Refunds take two days.", Sources: []conversation.Citation{{Title: "Refunds"}}}) // 5
	add(anna, conversation.Feedback{Of: 5, Up: false})                                                                                 // 6
	add(anna, conversation.Message{Text: "That is no answer"})                                                                         // 7
	add(bot, conversation.Decided{On: 7, Act: "escalate", Signals: []conversation.Signal{{Name: "cannot_answer", Value: 0.9}, {Name: "frustration", Value: 0.2, Seq: 7}}})
	add(anna, conversation.Escalated{Reason: "unknown", Decided: 8, Explain: "The AI could not answer.", Tags: []string{"refund"}})
	add(anna, conversation.ContactGiven{Email: "anna@example.com", Name: "Anna"}) // 10
	add(conversation.Author{Role: conversation.System}, conversation.Summarised{Epoch: 1, By: conversation.ByExtract, Text: "Charged twice.", Points: []conversation.Point{{Text: "twice", Seq: 3}}})
	add(maya, conversation.Labelled{Priority: "high", Tags: []string{"refund", "vip"}})
	add(maya, conversation.Message{Text: "Hello"}) // 13

	want := []Tried{{Seq: 5, Text: "Refunds take two days.", Sources: []string{"Refunds"}, Thumb: -1}}
	if !reflect.DeepEqual(b.Tried, want) || b.Answers != 1 {
		t.Errorf("tried %+v, %d answers, want %+v", b.Tried, b.Answers, want)
	}
	if b.Ask != "That is no answer" || b.AskSeq != 7 || b.WhySeq != 7 {
		t.Errorf("ask %q of %d, why from %d", b.Ask, b.AskSeq, b.WhySeq)
	}
	if b.Upset != (Sign{0.3, 3}) || b.Unsure != (Sign{0.9, 7}) {
		t.Errorf("upset %+v, unsure %+v", b.Upset, b.Unsure)
	}
	if got, want := b.pages(), "shop.example/a → B (shop.example/b)"; got != want {
		t.Errorf("pages %q, want %q", got, want)
	}
	if b.Reply != 13 || b.Name != "Anna" || b.Contact != "anna@example.com" || b.Reach != 10 || !reflect.DeepEqual(b.Tags, []string{"refund", "vip"}) {
		t.Errorf("reply %d, name %q, contact %q of %d, tags %v", b.Reply, b.Name, b.Contact, b.Reach, b.Tags)
	}
	if got, want := b.Cited(), []conversation.Seq{3, 5, 7, 10}; !reflect.DeepEqual(got, want) {
		t.Errorf("cited %v, want %v", got, want)
	}
	add(maya, conversation.HandedBack{Agent: conversation.Staff{ID: "U0MAYA"}})
	if len(b.Tried) != 0 || b.Upset.Value != 0 || b.Unsure.Value != 0 {
		t.Errorf("after the hand back: %+v", b)
	}
}
