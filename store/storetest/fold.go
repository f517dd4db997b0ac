package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/store"
)

// foldIsCache: whatever is decided, the stored state is the fold of the stored
// events, and also of events whose payload was blanked.
func foldIsCache(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	rapid.Check(t, func(rt *rapid.T) {
		state, err := s.Create(ctx, Visitor(), conversation.Opened{Visitor: "vis_test", Widget: "web", Locale: "en"})
		if err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 14).Draw(rt, "acts") {
			clk.Move(time.Duration(rapid.IntRange(-500, 90000).Draw(rt, "ms")) * time.Millisecond)
			name := rapid.SampledFrom(actNames).Draw(rt, "act")
			key := ""
			if rapid.Bool().Draw(rt, "keyed") {
				key = fmt.Sprintf("k:%d", rapid.IntRange(0, 3).Draw(rt, "key"))
			}
			out, err := s.Append(ctx, state.ID, key, acts[name](state, clk.Now()))
			if err != nil {
				if !expected(err) {
					rt.Fatalf("%s: %v", name, err)
				}
				continue
			}
			state = out.State
		}
		log, err := s.Events(ctx, state.ID, 0, 1000)
		if err != nil {
			rt.Fatal(err)
		}
		cached, err := s.State(ctx, state.ID)
		if err != nil {
			rt.Fatal(err)
		}
		folded := asJSON(conversation.Fold(conversation.State{}, log...))
		if got := asJSON(cached); got != folded {
			rt.Fatalf("the cache\n%s\nis not the fold\n%s", got, folded)
		}
		if err := columnsFollow(ctx, s, cached); err != nil {
			rt.Fatal(err)
		}
		if got := asJSON(state); got != folded {
			rt.Fatalf("the last outcome\n%s\nis not the fold\n%s", got, folded)
		}
	})
}

// columnsFollow says whether the lists know of a conversation what its state says.
func columnsFollow(ctx context.Context, s *store.Store, state conversation.State) error {
	line, err := s.Line(ctx)
	if err != nil {
		return err
	}
	var got, want conversation.Wait
	if i := slices.IndexFunc(line, func(w conversation.Wait) bool { return w.ID == state.ID }); i >= 0 {
		got = line[i]
	}
	if state.Mode == conversation.Waiting && state.Routed() {
		want = conversation.Wait{ID: state.ID, Channel: state.Route.Channel, From: state.WaitFrom, Staffed: state.Route.Staffed}
	}
	if asJSON(got) != asJSON(want) {
		return fmt.Errorf("in line as %+v, want %+v", got, want)
	}
	blocked, err := s.Search(ctx, conversation.Query{Blocked: true, Limit: 1000})
	if err != nil {
		return err
	}
	listed := slices.ContainsFunc(blocked, func(b conversation.State) bool { return b.ID == state.ID })
	if want := state.BlockedUntil.After(state.Last.At); listed != want {
		return fmt.Errorf("listed as blocked: %v, want %v", listed, want)
	}
	return nil
}

func expected(err error) bool {
	if _, ok := errors.AsType[*conversation.OwnedError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*conversation.Refusal](err); ok {
		return true
	}
	for _, known := range []error{conversation.ErrClosed, conversation.ErrWithBot, conversation.ErrSuperseded,
		conversation.ErrRated, conversation.ErrNotWaiting, conversation.ErrTooLate, conversation.ErrTopicOpen, conversation.ErrBlocked} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

func asJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// An act makes a decider for a conversation in this state.
type act func(s conversation.State, now time.Time) conversation.Decider

var (
	maya = conversation.Author{Role: conversation.Agent, ID: "U1", Name: "Maya"}
	tom  = conversation.Author{Role: conversation.Agent, ID: "U2", Name: "Tom"}
)

func botSays(m conversation.Message) act {
	return func(s conversation.State, _ time.Time) conversation.Decider {
		line := conversation.Draft{Author: conversation.Author{Role: conversation.Bot}, Source: conversation.FromBot, Body: m}
		return conversation.BotActs(s.LastVisitor.Seq, line)
	}
}

// fixed is an act that does not look at the state.
func fixed(d conversation.Decider) act {
	return func(conversation.State, time.Time) conversation.Decider { return d }
}

var acts = map[string]act{
	"say": func(_ conversation.State, now time.Time) conversation.Decider {
		return conversation.VisitorSays(Visitor(), conversation.Message{Text: "Where is it?", ClientID: "c"}, now, time.Hour)
	},
	"button": func(_ conversation.State, now time.Time) conversation.Decider {
		return conversation.AskByButton(Visitor(), "button",
			conversation.Escalated{Reason: "button", Tags: []string{"a"}, Explain: "asked"}, conversation.Message{}, now, time.Hour)
	},
	"answer": botSays(conversation.Message{Text: "It is on its way.", Answer: true, Turn: "t"}),
	"offer":  botSays(conversation.Message{Text: "Shall I ask the team?", Offer: true}),
	"decide": func(s conversation.State, _ time.Time) conversation.Decider {
		return conversation.BotActs(s.LastVisitor.Seq,
			conversation.Draft{Author: conversation.Author{Role: conversation.Bot}, Source: conversation.FromBot,
				Body: conversation.Decided{On: s.LastVisitor.Seq, Act: conversation.ActEscalate, Rule: "topic", Level: "L2",
					Topic: "legal", Signals: []conversation.Signal{{Name: "topic", Value: 0.9, Seq: s.LastVisitor.Seq, To: 5}}}},
			conversation.Draft{Author: conversation.Author{Role: conversation.Bot}, Source: conversation.FromBot,
				Body: conversation.Escalated{Reason: "topic", Topic: "legal"}})
	},
	"route": func(s conversation.State, now time.Time) conversation.Decider {
		say := conversation.NoticeAway.Say("ref", s.Reference)
		return conversation.RouteTo(s.Epoch, conversation.Routed{Channel: "C1", Priority: "high", NextOpen: now.Add(12 * time.Hour)}, &say)
	},
	"announce": func(s conversation.State, _ time.Time) conversation.Decider {
		return conversation.Announce(s.Epoch, "C1")
	},
	"claim":    fixed(conversation.Claim(maya, conversation.ByButton)),
	"claim2":   fixed(conversation.Claim(tom, conversation.ByButton)),
	"reply":    fixed(conversation.AgentSays(maya, conversation.Message{Text: "Hi"}, "17.1", conversation.AsOwner)),
	"takeover": fixed(conversation.AgentSays(tom, conversation.Message{Text: "Me"}, "17.2", conversation.TakingIt)),
	"release":  fixed(conversation.Release(maya)),
	"transfer": fixed(conversation.Transfer(maya, conversation.Passing{To: conversation.Staff{ID: "U2", Name: "Tom"}, Note: "please"}, false)),
	"back":     fixed(conversation.HandBack(maya, "be kind", true)),
	"close":    fixed(conversation.Close(maya, conversation.Closing{Note: "done"}, true)),
	"leave":    fixed(conversation.CloseSelf(Visitor())),
	"reopen":   fixed(conversation.Reopen(tom)),
	"cancel":   fixed(conversation.Cancel(Visitor())),
	"stop":     fixed(conversation.Stop(Visitor())),
	"contact":  fixed(conversation.GiveContact(Visitor(), conversation.ContactGiven{Email: "ada@example.org"})),
	"rate":     fixed(conversation.Rate(Visitor(), conversation.Rated{Score: 4, Comment: "fine"})),
	"note": fixed(conversation.Append(conversation.Draft{Author: maya, Source: conversation.FromSlack,
		Body: conversation.Note{Text: "careful"}})),
	"edit": func(s conversation.State, _ time.Time) conversation.Decider {
		return conversation.Append(conversation.Draft{Author: maya, Source: conversation.FromSlack,
			Body: conversation.Edited{Of: s.Seq, Text: "changed"}})
	},
	"ask": func(s conversation.State, now time.Time) conversation.Decider {
		return conversation.OfferTo(s.Queued.Seq, conversation.Staff{ID: "U2", Name: "Tom"}, now.Add(time.Minute))
	},
	"assign": func(s conversation.State, now time.Time) conversation.Decider {
		return conversation.AssignTo(s.Queued.Seq, conversation.Staff{ID: "U2", Name: "Tom"}, now.Add(time.Minute))
	},
	"requeue": fixed(conversation.Requeue("U2", conversation.ReleasedUnaccepted)),
	"step": func(s conversation.State, _ time.Time) conversation.Decider {
		return conversation.Step(s.Queued.Seq, conversation.Stepped{Step: s.Steps, Do: "overflow", Channel: "C2"}, conversation.Overflow("C2"))
	},
	"pass": fixed(conversation.Transfer(maya, conversation.Passing{Channel: "C3", Group: "S1"}, true)),
	"remind": func(s conversation.State, _ time.Time) conversation.Decider {
		return conversation.Remind(s.Unanswered.Seq)
	},
	"block": func(_ conversation.State, now time.Time) conversation.Decider {
		return conversation.Block(maya, now.Add(24*time.Hour), "spam", true)
	},
	"unblock": fixed(conversation.Unblock(tom)),
	"undo": func(s conversation.State, now time.Time) conversation.Decider {
		if s.Undo == nil {
			return conversation.Append()
		}
		return conversation.Undo(tom, s.Undo.Seq, now, true)
	},
	"failed": func(s conversation.State, _ time.Time) conversation.Decider {
		return conversation.BotActs(s.LastVisitor.Seq, conversation.Draft{Author: conversation.Author{Role: conversation.Bot},
			Source: conversation.FromBot, Body: conversation.TurnFailed{Turn: "t", On: s.LastVisitor.Seq, Cause: "down", Attempt: 1}})
	},
}

// actNames is in a fixed order, so that a failing case can be run again.
var actNames = []string{"say", "say", "say", "button", "answer", "answer", "offer", "decide", "route", "announce", "claim", "claim2",
	"reply", "takeover", "release", "transfer", "back", "close", "leave", "reopen", "cancel", "stop", "contact", "rate", "note", "edit", "failed",
	"ask", "assign", "requeue", "step", "pass", "remind", "block", "unblock", "undo", "route"}
