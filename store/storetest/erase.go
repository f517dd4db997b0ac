package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/store"
)

// eventful is a conversation with something of everything, and a Slack thread.
func eventful(t *testing.T, s *store.Store) conversation.State {
	t.Helper()
	state := Conversation(t, s)
	for i, name := range []string{"say", "offer", "button", "route", "announce", "reply", "note", "edit", "contact", "say", "close", "rate"} {
		out := mustAppend(t, s, state.ID, fmt.Sprintf("secret:%d", i), acts[name](state, start.Add(time.Duration(i)*time.Second)))
		state = out.State
	}
	th := openThread(t, s, state.ID, "C1", "1700000000.000000")
	for i, in := range []ledger.Inbound{inbound(1), inbound(2)} {
		in.TS, in.Raw = fmt.Sprintf("17.%d", i+1), []byte("secret")
		one[[]ledger.Inbound](t)(s.PutInbound(context.Background(), in))
	}
	foreign := inbound(3)
	foreign.Thread, foreign.Raw = "1600000000.000000", []byte("not hers")
	one[[]ledger.Inbound](t)(s.PutInbound(context.Background(), foreign))
	if th.TS == "" {
		t.Fatal("the thread is not open")
	}
	return state
}

func raws(t *testing.T, s *store.Store) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, r := range one[[]ledger.Inbound](t)(s.PendingInbound(context.Background(), start, 10)) {
		got[r.TS] = string(r.Raw)
	}
	return got
}

func redact(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	state := eventful(t, s)
	var line conversation.Event
	for _, e := range events(t, s, state.ID) {
		if e.Order == "17.1" {
			line = e
		}
	}
	of := conversation.Translated{Of: line.Seq, Locale: "es", Text: "secret"}
	other := conversation.Translated{Of: 1, Locale: "es", Text: "kept"}
	for _, b := range []conversation.Body{of, other} {
		state = mustAppend(t, s, state.ID, "", conversation.Append(conversation.Draft{Author: conversation.Author{Role: conversation.System}, Source: conversation.FromBot, Body: b})).State
	}
	must(t, s.Redact(ctx, state.ID, line.Seq))
	got := events(t, s, state.ID)
	of.Text = ""
	if n := len(got); got[n-2].Body != conversation.Body(of) || got[n-1].Body != conversation.Body(other) {
		t.Errorf("translations after redaction = %+v, %+v", got[n-2].Body, got[n-1].Body)
	}
	for _, e := range got {
		m, ok := e.Body.(conversation.Message)
		switch {
		case e.Seq == line.Seq:
			if !ok || m.Text != "" || e.Author.Name != "" || e.Author.ID != "U1" || e.Key == line.Key {
				t.Errorf("redacted = %+v", e)
			}
		case ok && m.Text == "":
			t.Errorf("event %d lost its text", e.Seq)
		}
	}
	if now := one[conversation.State](t)(s.State(ctx, state.ID)); asJSON(now) != asJSON(state) ||
		asJSON(conversation.Fold(conversation.State{}, got...)) != asJSON(state) {
		t.Errorf("the state changed to %+v", now)
	}
	again := mustAppend(t, s, state.ID, line.Key, Says("again"))
	if !again.Replayed || again.Events[0].Seq != line.Seq {
		t.Errorf("a repeated act after redaction = %+v, want the event %d", again, line.Seq)
	}
	if left := raws(t, s); left["17.1"] != "" || left["17.2"] != "secret" {
		t.Errorf("what Slack sent is now %v", left)
	}
	for _, seq := range []conversation.Seq{0, 9999} {
		if err := s.Redact(ctx, state.ID, seq); !errors.Is(err, conversation.ErrNotFound) {
			t.Errorf("redact %d: %v, want ErrNotFound", seq, err)
		}
	}
}

func erase(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	other := Conversation(t, s)
	mustAppend(t, s, other.ID, "", Says("hers stays"))
	state := eventful(t, s)
	before := events(t, s, state.ID)
	must(t, s.Erase(ctx, state.ID))
	got := events(t, s, state.ID)
	if len(got) != len(before) {
		t.Fatalf("%d events, want %d", len(got), len(before))
	}
	for i, e := range got {
		_, payload, err := conversation.EncodeBody(e.Body)
		must(t, err)
		blank, err := conversation.DecodeBody(conversation.KindOf(e.Body), nil, nil)
		must(t, err)
		_, want, err := conversation.EncodeBody(blank)
		must(t, err)
		if string(payload) != string(want) || e.Author.Name != "" {
			t.Errorf("event %d still says %s by %q", e.Seq, payload, e.Author.Name)
		}
		if b := before[i]; e.Seq != b.Seq || e.VSeq != b.VSeq || !e.At.Equal(b.At) || e.Author.ID != b.Author.ID {
			t.Errorf("event %d lost facts: %+v, was %+v", e.Seq, e, b)
		}
	}
	if folded := conversation.Fold(conversation.State{}, got...); asJSON(folded) != asJSON(state) {
		t.Errorf("the log folds to %+v, want %+v", folded, state)
	}
	if now := one[conversation.State](t)(s.State(ctx, state.ID)); asJSON(now) != asJSON(state) {
		t.Errorf("the state changed to %+v", now)
	}
	if found := one[[]conversation.State](t)(s.Search(ctx, conversation.Query{Text: "Ada"})); len(found) != 1 || found[0].ID != other.ID {
		t.Errorf("search finds %+v, want only the other one", found)
	}
	if left := raws(t, s); len(left) != 1 || left[inbound(3).TS] != "not hers" {
		t.Errorf("the inbox has %v left to deal with, want only the foreign row", left)
	}
	must(t, s.Erase(ctx, state.ID)) // again
	if err := s.Erase(ctx, "cnv_none"); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("erase an unknown one: %v, want ErrNotFound", err)
	}
}
