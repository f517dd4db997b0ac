package conversation

import "testing"

// everyBody has one body of each kind. A kind without an entry fails
// TestEveryKindHasABody.
var everyBody = []Body{
	Opened{Visitor: "vis_1", Widget: "pk", Reference: "H-4F2K", Page: Page{URL: "https://shop.example/a", Title: "A"}, Context: map[string]any{"plan": "pro"}},
	PageChanged{Page: Page{URL: "https://shop.example/b"}},
	Message{Turn: "trn_1", Answer: true, Text: "Two days.", Sources: []Citation{{Title: "Shipping", Path: "shipping.md"}}},
	Note{Text: "between us"},
	Edited{Of: 2, Text: "better"},
	Retracted{Of: 2},
	Decided{On: 2, Act: "escalate", Rule: "topic", Level: "balanced", Topic: "Billing", Signals: []Signal{{Name: "topic", Value: 1, Seq: 2, From: 0, To: 4}}, Policy: "abc", Detectors: "1", Explain: "said so"},
	Asked{How: "button"},
	Declined{},
	Escalated{Reason: "topic", Topic: "Billing", Explain: "said so", Fields: map[string]string{"order": "17"}},
	Routed{Channel: "C1", Mention: "here", Staffed: true},
	Announced{Epoch: 1, Channel: "C1"},
	Claimed{Agent: Staff{"U1", "Maya"}, How: "button"},
	Released{Agent: Staff{"U1", "Maya"}},
	Transferred{From: Staff{"U1", "Maya"}, To: Staff{"U2", "Sam"}, Note: "knows more", Shown: true},
	HandedBack{Agent: Staff{"U1", "Maya"}, Instruction: "be brief"},
	Cancelled{},
	Closed{Reason: ClosedByAgent, Owner: Staff{"U1", "Maya"}, Note: "done"},
	Reopened{Agent: Staff{"U1", "Maya"}},
	ContactGiven{Mail: true, Name: "Anna", Email: "anna@mail.example"},
	Rated{Score: 4, Comment: "fine"},
	Feedback{Of: 3, Up: true},
	StopAsked{},
	TurnFailed{Turn: "trn_1", On: 2, Cause: "timeout", Attempt: 1},
	Offered{Agent: Staff{"U1", "Maya"}, Until: t0},
	Stepped{Step: 1, Do: "email", Address: "team@shop.example"},
	Reminded{Agent: Staff{"U1", "Maya"}, Of: 7},
	Summarised{Epoch: 1, Through: 9, By: ByExtract, Text: "Charged twice.", Points: []Point{{"I was charged twice", 2}}},
	Undone{Of: 9, Agent: Staff{"U1", "Maya"}},
	Blocked{Agent: Staff{"U1", "Maya"}, Until: t0, Reason: "spam"},
	Unblocked{Agent: Staff{"U1", "Maya"}},
	Verified{},
	Mailed{Through: 9, Notice: true},
	Labelled{Agent: Staff{"U1", "Maya"}, Priority: "high", Tags: []string{"refund", "vip"}},
	Misjudged{Agent: Staff{"U1", "Maya"}, Epoch: 1, Note: "she only said hello"},
	Missed{Agent: Staff{"U1", "Maya"}, Of: 4, Note: "she was about to leave"},
	Unmarked{Agent: Staff{"U1", "Maya"}, Of: 9},
	Translating{Agent: Staff{"U1", "Maya"}, On: true},
	Translated{Of: 4, Locale: "es", Text: "Where is my parcel?"},
	Proposed{Of: 12, By: ByModel, From: []Seq{2, 9}, Question: "Do you deliver to Norway?", Answer: "Yes, in six days."},
	Learned{Agent: Staff{"U1", "Maya"}, Of: 12, From: []Seq{2, 9}, Question: "Do you deliver to Norway?", Answer: "Yes, in six days."},
	Identified{Visitor: "vis_2", Taken: true, Mail: true, Subject: "user-42", Name: "Anna", Email: "anna@mail.example", Attributes: map[string]any{"plan": "pro"}},
	Tracked{When: t0, Name: "checkout failed", Props: map[string]any{"code": "402"}},
	Cleared{},
	TranscriptAsked{},
}

func TestEveryKindHasABody(t *testing.T) {
	have := map[Kind]bool{}
	for _, b := range everyBody {
		have[b.kind()] = true
	}
	for k := range decoders {
		if !have[k] {
			t.Errorf("no example of kind %q", k)
		}
	}
	if len(have) != len(decoders) {
		t.Errorf("%d kinds in the examples, %d can be decoded", len(have), len(decoders))
	}
}

func TestVisibleToVisitor(t *testing.T) {
	visible := map[Kind]bool{
		KindMessage: true, KindEdited: true, KindRetracted: true, KindEscalated: true, KindClaimed: true,
		KindReleased: true, KindTransferred: true, KindHandedBack: true, KindCancelled: true, KindClosed: true,
		KindReopened: true, KindRated: true, KindUndone: true,
	}
	for _, b := range everyBody {
		if got := VisibleToVisitor(Draft{Body: b}); got != visible[b.kind()] {
			t.Errorf("%s: visible %v, want %v", b.kind(), got, visible[b.kind()])
		}
	}
	for _, tt := range []struct {
		body Body
		want bool
	}{
		{Edited{Of: 1, Inside: true}, false},
		{Retracted{Of: 1, Inside: true}, false},
		{Routed{Shown: true}, true},
		{Transferred{}, false},
	} {
		if got := VisibleToVisitor(Draft{Body: tt.body}); got != tt.want {
			t.Errorf("%+v: visible %v, want %v", tt.body, got, tt.want)
		}
	}
}
