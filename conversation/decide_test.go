package conversation

import (
	"errors"
	"slices"
	"testing"
	"time"
)

var (
	t0    = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	anna  = Author{Role: Visitor, ID: "vis_anna"}
	maya  = Author{Role: Agent, ID: "U0MAYA", Name: "Maya"}
	sam   = Author{Role: Agent, ID: "U0SAM", Name: "Sam"}
	bot   = Author{Role: Bot, ID: "bot"}
	hours = 72 * time.Hour
)

// play opens a conversation and runs acts; an act that is refused ends the test.
func play(t *testing.T, acts ...Decider) State {
	t.Helper()
	s, _ := run(t, acts...)
	return s
}

func run(t *testing.T, acts ...Decider) (State, []Event) {
	t.Helper()
	open := Append(Draft{Author: anna, Source: FromWidget, Body: Opened{Visitor: "vis_anna", Widget: "pk", Reference: "H-4F2K"}})
	var s State
	var log []Event
	for i, act := range append([]Decider{open}, acts...) {
		drafts, err := act(s)
		if err != nil {
			t.Fatalf("act %d: %v", i, err)
		}
		next, events, err := Extend(s, "cnv_1", "", drafts, t0.Add(time.Duration(i)*time.Second))
		if err != nil {
			t.Fatalf("act %d: %v", i, err)
		}
		s, log = next, append(log, events...)
	}
	return s, log
}

func says(text string) Decider {
	return VisitorSays(anna, Message{Text: text}, t0.Add(time.Hour), hours)
}

func botSays(on Seq, m Message) Decider {
	return BotActs(on, Draft{Author: bot, Source: FromBot, Body: m})
}

func escalates(on Seq, topic string) Decider {
	return BotActs(on,
		Draft{Author: Author{Role: System}, Source: FromBot, Body: Decided{On: on, Act: ActEscalate, Topic: topic}},
		Draft{Author: Author{Role: System}, Source: FromBot, Body: Escalated{Reason: "asked", Topic: topic}})
}

func button() Decider {
	return AskByButton(anna, "button", Escalated{Reason: ReasonButton}, Message{}, t0.Add(time.Hour), hours)
}

// kinds lists what an act appended, "" for nothing.
func kinds(drafts []Draft) []Kind {
	var ks []Kind
	for _, d := range drafts {
		ks = append(ks, d.Body.kind())
	}
	return ks
}

// past are histories that the tables start from.
type past struct{ waiting, owned, closed, answered, offered []Decider }

func histories() past {
	waiting := []Decider{says("hello"), button()}
	owned := append(slices.Clone(waiting), Claim(maya, ByButton))
	return past{
		waiting: waiting, owned: owned,
		closed:   append(slices.Clone(owned), Close(maya, Closing{}, false)),
		answered: []Decider{says("hello"), botSays(2, Message{Text: "Hi", Answer: true})},
		offered:  []Decider{says("hello"), botSays(2, Message{Text: "A person?", Offer: true})},
	}
}

// act is a row: what is tried after a history, and what comes of it.
type act struct {
	name   string
	before []Decider
	act    Decider
	want   []Kind
	err    error
	mode   Mode
}

func TestVisitorActs(t *testing.T) {
	h := histories()
	checkActs(t, []act{
		{"visitor writes", nil, says("hi"), []Kind{KindMessage}, nil, WithBot},
		{"visitor writes while waiting", h.waiting, says("hi"), []Kind{KindMessage}, nil, Waiting},
		{"visitor reopens what an agent closed", h.closed, says("still broken"),
			[]Kind{KindReopened, KindMessage, KindEscalated, KindMessage}, nil, Waiting},
		{"visitor reopens what she closed with the bot", append(slices.Clone(h.answered), CloseSelf(anna)), says("one more"),
			[]Kind{KindReopened, KindMessage, KindMessage}, nil, WithBot},
		{"visitor writes too late", h.closed, VisitorSays(anna, Message{}, t0.Add(80*time.Hour), hours), nil, ErrClosed, IsClosed},
		{"button", h.answered, button(), []Kind{KindAsked, KindEscalated, KindMessage}, nil, Waiting},
		{"button while waiting", h.waiting, button(), nil, nil, Waiting},
		{"button while an agent has it", h.owned, button(), nil, nil, WithAgent},
		{"button after close", h.closed, button(), []Kind{KindReopened, KindMessage, KindAsked, KindEscalated, KindMessage}, nil, Waiting},
		{"cancel ends the wait", h.waiting, Cancel(anna), []Kind{KindCancelled, KindMessage}, nil, WithBot},
		{"cancel declines an offer", h.offered, Cancel(anna), []Kind{KindDeclined}, nil, WithBot},
		{"cancel after the claim does nothing", h.owned, Cancel(anna), nil, nil, WithAgent},
		{"stop without a turn does nothing", h.answered, Stop(anna), nil, nil, WithBot},
		{"stop", []Decider{says("hello")}, Stop(anna), []Kind{KindStopAsked}, nil, WithBot},
		{"rate", h.closed, Rate(anna, Rated{Score: 5}), []Kind{KindRated}, nil, IsClosed},
		{"contact after close", h.closed, GiveContact(anna, ContactGiven{Email: "a@b.example"}), []Kind{KindContactGiven, KindMessage}, nil, IsClosed},
		{"an address is proved", addressed(), with(func(s State) Decider { return VerifyContact(anna, s.Address) }), []Kind{KindVerified, KindMessage}, nil, WithBot},
		{"an address is proved twice", after(addressed(), with(func(s State) Decider { return VerifyContact(anna, s.Address) })), with(func(s State) Decider { return VerifyContact(anna, s.Address) }), nil, nil, WithBot},
		{"another address than the last", addressed(), with(func(s State) Decider { return VerifyContact(anna, s.Address-1) }), nil, nil, WithBot},
		{"asks for the chat by mail", proved(), AskTranscript(anna, t0), []Kind{KindTranscriptAsked}, nil, WithBot},
		{"asks for it again", after(proved(), AskTranscript(anna, t0)), AskTranscript(anna, t0), nil, ErrNothingNew, WithBot},
		{"asks for it after another line", after(proved(), AskTranscript(anna, t0), says("and this")), AskTranscript(anna, t0), []Kind{KindTranscriptAsked}, nil, WithBot},
		{"asks for it at a new address", after(proved(), AskTranscript(anna, t0), GiveContact(anna, ContactGiven{Email: "e@f.example"}), proves()), AskTranscript(anna, t0), []Kind{KindTranscriptAsked}, nil, WithBot},
		{"asks for it without a proved address", addressed(), AskTranscript(anna, t0), nil, ErrUnproved, WithBot},
		{"asks for it with an address that is not proved yet", after(proved(), GiveContact(anna, ContactGiven{Email: "e@f.example"})), AskTranscript(anna, t0), nil, ErrUnproved, WithBot},
		{"asks for it after clearing", after(proved(), Clear(anna)), AskTranscript(anna, t0), nil, ErrUnproved, IsClosed},
		{"asks for it while blocked", after(proved(), Append(Draft{Author: maya, Body: Blocked{Until: t0.Add(time.Hour)}})), AskTranscript(anna, t0), nil, ErrBlocked, WithBot},
		{"no address", []Decider{says("x"), GiveContact(anna, ContactGiven{Phone: "+49 30 12345"})}, VerifyContact(anna, 0), nil, nil, WithBot},
	})
}

// addressed is a visitor who gave two addresses, and a number after them.
func addressed() []Decider {
	return []Decider{
		says("x"), GiveContact(anna, ContactGiven{Email: "a@b.example"}), GiveContact(anna, ContactGiven{Email: "c@d.example"}),
		GiveContact(anna, ContactGiven{Phone: "+49 30 12345"}),
	}
}

// proves is the code of the address given last, typed in.
func proves() Decider {
	return with(func(s State) Decider { return VerifyContact(anna, s.Address) })
}

func proved() []Decider { return after(addressed(), proves()) }

// She is thanked for what she gave.
func TestContactIsConfirmed(t *testing.T) {
	for want, given := range map[Notice]ContactGiven{
		NoticeContact: {Email: "a@b.example", Phone: "1234", Message: "hi"}, NoticeCall: {Phone: "1234", Message: "hi"}, NoticeMessage: {Message: "hi"},
	} {
		_, log := run(t, says("x"), GiveContact(anna, given))
		if got := log[len(log)-1].Body.(Message).Notice; got != want {
			t.Errorf("%+v: got %s, want %s", given, got, want)
		}
	}
}

func TestBotAndQueueActs(t *testing.T) {
	h := histories()
	checkActs(t, []act{
		{"bot answers", []Decider{says("hello")}, botSays(2, Message{Text: "Hi"}), []Kind{KindMessage}, nil, WithBot},
		{"bot answers an older line", []Decider{says("a"), says("b")}, botSays(2, Message{Text: "Hi"}), nil, ErrSuperseded, WithBot},
		{"bot answers while waiting", h.waiting, botSays(2, Message{Text: "Hi"}), nil, ErrSuperseded, Waiting},
		{"bot answers after the claim", h.owned, botSays(2, Message{Text: "Hi"}), nil, ErrSuperseded, WithAgent},
		{"route a waiting one", h.waiting, RouteTo(1, Routed{Channel: "C1", Staffed: true}, nil), []Kind{KindRouted}, nil, Waiting},
		{"route, nobody on duty", h.waiting, RouteTo(1, Routed{Channel: "C1"}, &Message{Text: "away"}), []Kind{KindRouted, KindMessage}, nil, Waiting},
		{"route an older epoch", h.waiting, RouteTo(0, Routed{Channel: "C1"}, nil), nil, nil, Waiting},
		{"route after the claim", h.owned, RouteTo(1, Routed{Channel: "C1"}, nil), nil, nil, WithAgent},
		{"announce", h.waiting, Announce(1, "C1"), []Kind{KindAnnounced}, nil, Waiting},
	})
}

func TestAgentActs(t *testing.T) {
	h := histories()
	checkActs(t, []act{
		{"claim", h.waiting, Claim(maya, ByButton), []Kind{KindClaimed, KindMessage}, nil, WithAgent},
		{"claim one's own", h.owned, Claim(maya, ByButton), nil, nil, WithAgent},
		{"claim somebody's", h.owned, Claim(sam, ByButton), nil, &OwnedError{Staff{"U0MAYA", "Maya"}}, WithAgent},
		{"claim from the bot", h.answered, Claim(maya, ByTakeover), []Kind{KindClaimed, KindMessage}, nil, WithAgent},
		{"claim a closed one", h.closed, Claim(sam, ByButton), nil, ErrClosed, IsClosed},
		{"take over from the owner one saw", h.owned, TakeOver(sam, "U0MAYA"), []Kind{KindTransferred, KindMessage}, nil, WithAgent},
		{"take over from an owner who changed", h.owned, TakeOver(sam, "U0PRIYA"), nil, &OwnedError{Staff{"U0MAYA", "Maya"}}, WithAgent},
		{"first reply claims", h.waiting, AgentSays(maya, Message{}, "1", AsOwner), []Kind{KindClaimed, KindMessage, KindMessage}, nil, WithAgent},
		{"owner replies", h.owned, AgentSays(maya, Message{}, "1", AsOwner), []Kind{KindMessage}, nil, WithAgent},
		{"another replies", h.owned, AgentSays(sam, Message{}, "1", AsOwner), nil, &OwnedError{Staff{"U0MAYA", "Maya"}}, WithAgent},
		{"another replies, relayed by group", h.owned, AgentSays(sam, Message{}, "1", AsMember), []Kind{KindMessage}, nil, WithAgent},
		{"reply into the bot's chat", h.answered, AgentSays(maya, Message{}, "1", AsOwner), nil, ErrWithBot, WithBot},
		{"take over and send", h.answered, AgentSays(maya, Message{}, "1", TakingIt), []Kind{KindClaimed, KindMessage, KindMessage}, nil, WithAgent},
		{"reply into a closed chat", h.closed, AgentSays(maya, Message{}, "1", AsOwner), nil, ErrClosed, IsClosed},
		{"reopen and send", h.closed, AgentSays(sam, Message{}, "1", TakingIt), []Kind{KindReopened, KindMessage, KindMessage}, nil, WithAgent},
		{"release", h.owned, Release(maya), []Kind{KindReleased, KindMessage}, nil, Waiting},
		{"release somebody's", h.owned, Release(sam), nil, &OwnedError{Staff{"U0MAYA", "Maya"}}, WithAgent},
		{"hand back", h.owned, HandBack(maya, "be brief", false), []Kind{KindHandedBack, KindMessage}, nil, WithBot},
		{"hand back somebody's", h.owned, HandBack(sam, "", false), nil, &OwnedError{Staff{"U0MAYA", "Maya"}}, WithAgent},
		{"an admin hands back somebody's", h.owned, HandBack(sam, "", true), []Kind{KindHandedBack, KindMessage}, nil, WithBot},
		{"hand back a waiting one", h.waiting, HandBack(sam, "", false), []Kind{KindHandedBack, KindMessage}, nil, WithBot},
		{"hand back a closed one", h.closed, HandBack(sam, "", false), nil, ErrClosed, IsClosed},
		{"transfer to a person", h.owned, Transfer(maya, Passing{To: Staff{"U0SAM", "Sam"}, Note: ""}, false), []Kind{KindTransferred, KindMessage}, nil, WithAgent},
		{"close", h.owned, Close(maya, Closing{}, false), []Kind{KindClosed, KindMessage}, nil, IsClosed},
		{"close twice", h.closed, Close(maya, Closing{}, false), nil, nil, IsClosed},
		{"close somebody's", h.owned, Close(sam, Closing{}, false), nil, &OwnedError{Staff{"U0MAYA", "Maya"}}, WithAgent},
	})
}

func checkActs(t *testing.T, acts []act) {
	t.Helper()
	late := t0.Add(80 * time.Hour)
	for _, tt := range acts {
		t.Run(tt.name, func(t *testing.T) {
			s := play(t, tt.before...)
			drafts, err := tt.act(s)
			sameError(t, err, tt.err)
			if got := kinds(drafts); !slices.Equal(got, tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			after, _, err := Extend(s, "cnv_1", "k", drafts, late)
			if err != nil {
				t.Fatalf("the invariants refuse what the decider wants: %v", err)
			}
			if after.Mode != tt.mode {
				t.Errorf("mode %s, want %s", after.Mode, tt.mode)
			}
		})
	}
}

func sameError(t *testing.T, got, want error) {
	t.Helper()
	var owned *OwnedError
	if errors.As(want, &owned) {
		var g *OwnedError
		if !errors.As(got, &g) || g.Owner != owned.Owner {
			t.Fatalf("error %v, want %v", got, want)
		}
		return
	}
	if !errors.Is(got, want) {
		t.Fatalf("error %v, want %v", got, want)
	}
}

func TestRateTwice(t *testing.T) {
	s := play(t, Rate(anna, Rated{Score: 4}))
	if _, err := Rate(anna, Rated{Score: 1})(s); !errors.Is(err, ErrRated) {
		t.Errorf("second rating: got %v, want ErrRated", err)
	}
}

func TestTopicStaysOpenUntilAnAgentHandsBackOrCloses(t *testing.T) {
	tests := []struct {
		name string
		acts []Decider
		want bool
	}{
		{"after the verdict", []Decider{says("x"), escalates(2, "Billing")}, true},
		{"after the visitor cancels", []Decider{says("x"), escalates(2, "Billing"), Cancel(anna)}, true},
		{"after a claim", []Decider{says("x"), escalates(2, "Billing"), Claim(maya, ByButton)}, true},
		{"after the hand back", []Decider{says("x"), escalates(2, "Billing"), Claim(maya, ByButton), HandBack(maya, "", false)}, false},
		{"after she closes it herself", []Decider{says("x"), escalates(2, "Billing"), CloseSelf(anna)}, true},
		{"after it went quiet", []Decider{says("x"), escalates(2, "Billing"), Claim(maya, ByButton), func(s State) ([]Draft, error) { return CloseIdle(s.Active.Seq)(s) }}, true},
		{"after the close", []Decider{says("x"), escalates(2, "Billing"), Close(maya, Closing{}, false)}, false},
		{"without a topic", []Decider{says("x"), escalates(2, "")}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := play(t, tt.acts...).TopicOpen; got != tt.want {
				t.Errorf("topic open %v, want %v", got, tt.want)
			}
		})
	}
}
