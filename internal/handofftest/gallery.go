package handofftest

import (
	"context"
	"log/slog"
	"net/http/httptest"

	"github.com/handoff-bot/handoff/cmd/handoff/states"
	"github.com/handoff-bot/handoff/demo"
	passages "github.com/handoff-bot/handoff/knowledge"
)

// Gallery serves the pages of the widget's states, as the demo does, until the test
// ends, and returns the address that their names follow.
func Gallery(tb TB) string {
	tb.Helper()
	quiet := slog.New(slog.DiscardHandler)
	library, err := passages.FromFS(tb.Context(), demo.Knowledge(), quiet)
	if err != nil {
		tb.Fatal(err)
	}
	g, err := states.New(tb.TempDir(), library, quiet)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }() // ends with the test
	server := httptest.NewServer(g)
	tb.Cleanup(func() {
		server.Close()
		cancel()
		if err := <-ended; err != nil {
			tb.Errorf("the gallery: %v", err)
		}
		_ = library.Close()
	})
	return server.URL + states.Path
}

// Scenes are the states that a gallery shows.
func Scenes() []states.Scene { return states.Scenes() }
