package widgetapi

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/internal/slowclient"
)

// B-35: whoever announces a body and does not send it is answered, and let go,
// within the time for bodies, whatever the route makes of a body.
func TestB35BodiesThatNeverCome(t *testing.T) {
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"refused before the body": {"POST /v1/conversations HTTP/1.1\r\nContent-Type: application/json\r\n", http.StatusUnauthorized},
		"read by the route":       {"POST /v1/sessions HTTP/1.1\r\nContent-Type: application/json\r\n", http.StatusBadRequest},
		"a route without a body":  {"GET /healthz HTTP/1.1\r\n", http.StatusOK},
		"no such route":           {"PUT /nothing HTTP/1.1\r\n", http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slowclient.Announce(t, emptyDoor(t), c.request, c.status, 2*bodyTime)
			})
		})
	}
}

// emptyDoor serves a door that stores nothing.
func emptyDoor(t *testing.T) *http.Server {
	t.Helper()
	none := struct {
		Log
		Conversations
		Sessions
		Counters
		Presences
		Codes
		Builds
	}{}
	s, err := New(Deps{
		Log: none, Conversations: none, Sessions: none, Counters: none, Presence: none, Codes: none, Builds: none, Notifier: feed.NewNotifier(), Live: feed.NewLive(nil),
		Escalation: func(context.Context, string, conversation.State) (Button, error) { return Button{}, nil }, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	}, testConfig)
	if err != nil {
		t.Fatal(err)
	}
	return s.HTTP("")
}

// A house that does not say how it is keeps nobody waiting for ever.
func TestHealthOfAHouseThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := Deps{Health: func(ctx context.Context) Health {
			<-ctx.Done()
			return Health{}
		}}
		began := time.Now()
		var last lastHealth
		answered := make(chan bool, 1)
		go func() { answered <- last.ok(t.Context(), hangs, began) }()
		select {
		case good := <-answered:
			if took := time.Since(began); good || took > healthPatience {
				t.Errorf("good = %v after %v", good, took)
			}
		case <-time.After(time.Hour):
			t.Fatal("nobody is answered")
		}
	})
}
