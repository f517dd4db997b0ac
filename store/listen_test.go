package store_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/store/storetest"
)

// listening runs f until the test ends and waits for it.
func listening(t *testing.T, f func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("listening ended with %v", err)
		}
	})
}

// TestListen: two nodes hear each other and not themselves, also after their
// connections were cut.
func TestListen(t *testing.T) {
	url := storetest.Postgres(t)
	a, b := storetest.OpenAt(t, url), storetest.OpenAt(t, url)
	heardByA, heardByB := make(chan []conversation.ID, 100), make(chan []conversation.ID, 100)
	listening(t, func(ctx context.Context) error { return a.Listen(ctx, func(ids []conversation.ID) { heardByA <- ids }) })
	listening(t, func(ctx context.Context) error { return b.Listen(ctx, func(ids []conversation.ID) { heardByB <- ids }) })
	for _, heard := range []chan []conversation.ID{heardByA, heardByB} {
		if first := <-heard; first != nil {
			t.Fatalf("heard %v at the start, want nil: look everywhere", first)
		}
	}
	// Many at once, in more than one payload.
	want := map[conversation.ID]bool{}
	for range 300 {
		want[storetest.Conversation(t, a).ID] = true
	}
	for len(want) > 0 {
		for _, id := range <-heardByB {
			delete(want, id)
		}
	}
	db, _ := behind(t, url)
	execute(t, db, `select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen "handoff_'||current_schema()||'"'`)
	if again := <-heardByB; again != nil {
		t.Errorf("heard %v after the connection was lost, want nil", again)
	}
	if again := <-heardByA; again != nil {
		t.Errorf("a heard %v, want only the lost connection and nothing of its own", again)
	}
	id := storetest.Conversation(t, a).ID
	if got := <-heardByB; len(got) != 1 || got[0] != id {
		t.Errorf("heard %v, want %s", got, id)
	}
}

func TestLive(t *testing.T) {
	url := storetest.Postgres(t)
	ctx := context.Background()
	a, b := storetest.OpenAt(t, url), storetest.OpenAt(t, url)
	type signal struct {
		id      conversation.ID
		payload string
	}
	heard := make(chan signal, 1000)
	listening(t, func(ctx context.Context) error {
		return b.ListenLive(ctx, func(id conversation.ID, p json.RawMessage) { heard <- signal{id, string(p)} })
	})
	listening(t, func(ctx context.Context) error {
		return a.ListenLive(ctx, func(id conversation.ID, p json.RawMessage) { t.Errorf("a heard itself: %s %s", id, p) })
	})
	// A signal may be lost, and is while nobody listens yet.
	var got signal
	for got.id == "" {
		if err := a.NotifyLive(ctx, "cnv_1", json.RawMessage(`{"kind":"typing"}`)); err != nil {
			t.Fatal(err)
		}
		select {
		case got = <-heard:
		default:
		}
	}
	if got.payload != `{"kind":"typing"}` || got.id != "cnv_1" {
		t.Errorf("heard %+v", got)
	}
	long := json.RawMessage(`"` + strings.Repeat("x", 8000) + `"`)
	if err := a.NotifyLive(ctx, "cnv_1", long); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("a signal of 8 KB: %v", err)
	}
}

// TestAlone: on SQLite there is nobody to hear.
func TestAlone(t *testing.T) {
	s := storetest.Open(t)
	listening(t, func(ctx context.Context) error {
		return s.Listen(ctx, func([]conversation.ID) { t.Error("heard something") })
	})
	listening(t, func(ctx context.Context) error {
		return s.ListenLive(ctx, func(conversation.ID, json.RawMessage) { t.Error("heard something") })
	})
	if err := s.NotifyLive(context.Background(), "cnv_1", json.RawMessage(`1`)); err != nil {
		t.Error(err)
	}
	storetest.Conversation(t, s)
}
