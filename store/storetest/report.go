package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/store"
)

// happened: a report reads, in order and without payloads, what happened up to a
// time in every conversation that is open or has moved since another.
func happened(t *testing.T, url string) {
	now := start
	s := OpenAt(t, url, store.Options{Now: func() time.Time { return now }})
	ctx := context.Background()
	begin := func(at time.Time, bodies ...conversation.Body) conversation.ID {
		now = at
		id := Conversation(t, s).ID
		for _, b := range bodies {
			now = now.Add(time.Minute)
			role := conversation.Visitor
			if m, ok := b.(conversation.Message); ok && m.Answer {
				role = conversation.Bot
			}
			d := conversation.Draft{Author: conversation.Author{Role: role, ID: "vis_1"}, Source: conversation.FromWidget, Body: b}
			if _, err := s.Append(ctx, id, "", conversation.Append(d)); err != nil {
				t.Fatal(err)
			}
		}
		return id
	}
	hour := func(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }
	over := conversation.Closed{Reason: conversation.ClosedIdle}
	begin(hour(0), conversation.Message{Text: "long ago"}, over)
	open := begin(hour(1), conversation.Message{Text: "still open"}, conversation.PageChanged{})
	late := begin(hour(2), conversation.Message{Text: "a secret"}, conversation.Message{Text: "an answer", Answer: true})
	now = hour(30)
	if _, err := s.Append(ctx, late, "", conversation.CloseIdle(3)); err != nil {
		t.Fatal(err)
	}
	begin(hour(40), conversation.Message{Text: "too late"})

	got := map[conversation.ID][]conversation.Event{}
	var last conversation.Event
	must(t, s.Happened(ctx, hour(10), hour(35), func(e conversation.Event) error {
		if e.Conversation == last.Conversation && e.Seq <= last.Seq || e.Conversation != last.Conversation && len(got[e.Conversation]) > 0 {
			t.Errorf("event %d of %s comes after %d of %s", e.Seq, e.Conversation, last.Seq, last.Conversation)
		}
		if m, ok := e.Body.(conversation.Message); ok && m.Text != "" {
			t.Errorf("a report reads words: %q", m.Text)
		}
		got[e.Conversation], last = append(got[e.Conversation], e), e
		return nil
	}))
	kinds := func(id conversation.ID) (out []conversation.Kind) {
		for _, e := range got[id] {
			out = append(out, conversation.KindOf(e.Body))
		}
		return out
	}
	if want := []conversation.Kind{"opened", "message"}; len(got) != 2 || !slices.Equal(kinds(open), want) {
		t.Errorf("of %d conversations, the open one has %v, want %v", len(got), kinds(open), want)
	}
	if want := []conversation.Kind{"opened", "message", "message", "closed", "message"}; !slices.Equal(kinds(late), want) {
		t.Fatalf("the one that was closed since has %v, want %v", kinds(late), want)
	}
	if m, ok := got[late][2].Body.(conversation.Message); !ok || !m.Answer || got[late][2].Author.Role != conversation.Bot || !got[late][3].At.Equal(hour(30)) {
		t.Errorf("%+v", got[late])
	}
	if err := s.Happened(ctx, hour(10), hour(35), func(conversation.Event) error { return errEnough }); !errors.Is(err, errEnough) {
		t.Errorf("%v, want the caller's error", err)
	}
}

var errEnough = errors.New("enough")

// marked: the conversations with a mark of a span, the one marked first comes first,
// each once.
func marked(t *testing.T, url string) {
	now := start
	s := OpenAt(t, url, store.Options{Now: func() time.Time { return now }})
	ctx := context.Background()
	hour := func(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }
	mark := func(id conversation.ID, at time.Time, body conversation.Body) {
		now = at
		d := conversation.Draft{Author: conversation.Author{Role: conversation.Agent, ID: "U0MAYA"}, Source: conversation.FromSlack, Body: body}
		if _, err := s.Append(ctx, id, "", conversation.Append(d)); err != nil {
			t.Fatal(err)
		}
	}
	var ids []conversation.ID
	for range 4 {
		ids = append(ids, Conversation(t, s).ID)
	}
	mark(ids[0], hour(1), conversation.Missed{Of: 1})
	mark(ids[1], hour(3), conversation.Misjudged{Epoch: 1})
	mark(ids[2], hour(2), conversation.Missed{Of: 1})
	mark(ids[2], hour(4), conversation.Missed{Of: 1})
	mark(ids[3], hour(3), conversation.Unmarked{Of: 1})
	mark(ids[3], hour(5), conversation.Missed{Of: 1})
	for _, tc := range []struct {
		from, to int
		want     []conversation.ID
	}{{2, 5, []conversation.ID{ids[2], ids[1]}}, {0, 2, []conversation.ID{ids[0]}}, {5, 6, []conversation.ID{ids[3]}}, {6, 9, nil}} {
		if got := one[[]conversation.ID](t)(s.Marked(ctx, hour(tc.from), hour(tc.to))); !slices.Equal(got, tc.want) {
			t.Errorf("from %d to %d: %v, want %v", tc.from, tc.to, got, tc.want)
		}
	}
}
