package llm_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/handoff-bot/handoff/llm"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// direct serves a request without a network, so that it works inside a bubble.
type direct struct{ handler http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

func TestBreakerLeavesAFailingModelAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := llmtest.New(key, "m", llmtest.Fail(500))
		m := llm.NewOpenAI(llm.Config{BaseURL: "http://model.example/v1", APIKey: key, Model: "m"}, &http.Client{Transport: direct{server}}, slog.New(slog.DiscardHandler))
		call := func() error {
			_, err := m.Stream(t.Context(), ask("x"), ignore)
			return err
		}
		for range 8 {
			if err := call(); !errors.Is(err, llm.ErrUnavailable) {
				t.Fatalf("got %v", err)
			}
		}
		if n := len(server.Requests()); n != 5 || m.State() != "open" {
			t.Fatalf("%d requests, state %s; want 5, open", n, m.State())
		}

		time.Sleep(16 * time.Second)
		if m.State() != "half-open" || call() == nil || m.State() != "open" {
			t.Errorf("a failing probe must open it again, state %s", m.State())
		}

		server.Script(llmtest.Say("Back."))
		time.Sleep(16 * time.Second)
		if err := call(); err != nil || m.State() != "closed" {
			t.Errorf("after a good probe: %v, %s", err, m.State())
		}
	})
}

func TestBreakerIgnoresWhatIsNotTheModelsFault(t *testing.T) {
	for _, status := range []int{400, 401, 404, 413, 429} {
		m, server := start(t, llmtest.Fail(status))
		for range 8 {
			_, _ = m.Stream(t.Context(), ask("x"), ignore)
		}
		if n := len(server.Requests()); n != 8 || m.State() != "closed" {
			t.Errorf("%d: %d requests, state %s", status, n, m.State())
		}
	}
}
