package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// The names by which the product knows its model.
const (
	modelName = "bench"
	modelKey  = "sk-bench"
)

// model is an OpenAI-compatible server that says the same to everybody: at once,
// or with a pause before each chunk. It keeps its own time, which is not the
// product's.
type model struct {
	pause atomic.Int64 // before each chunk, in nanoseconds
	spent atomic.Int64 // from a request's arrival to the last byte of its answer, summed, in nanoseconds
	asked atomic.Int64 // requests
	cut   atomic.Int64 // requests whose client went away before the end
}

// modelText is two sentences, so that the first can be shown before the second is
// there.
const modelText = "Parcels within the country take two working days. Parcels to other countries take four to six working days."

func (m *model) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	defer func() { m.spent.Add(int64(time.Since(start))) }()
	m.asked.Add(1)
	if !strings.HasSuffix(r.URL.Path, "/chat/completions") || r.Header.Get("Authorization") != "Bearer "+modelKey {
		http.NotFound(w, r)
		return
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(r.Body, 4<<20)); err != nil {
		return // the product is gone
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for _, piece := range strings.SplitAfter(modelText, " ") {
		if !m.rest(r) {
			m.cut.Add(1)
			return
		}
		m.chunk(w, map[string]any{"delta": map[string]any{"content": piece}, "index": 0, "finish_reason": nil})
	}
	m.chunk(w, map[string]any{"delta": map[string]any{}, "index": 0, "finish_reason": "stop"})
	fmt.Fprint(w, "data: [DONE]\n\n")
}

// rest waits before a chunk; false means that nobody listens any longer.
func (m *model) rest(r *http.Request) bool {
	pause := time.Duration(m.pause.Load())
	if pause == 0 {
		return r.Context().Err() == nil
	}
	select {
	case <-r.Context().Done():
		return false
	case <-time.After(pause):
		return true
	}
}

func (m *model) chunk(w http.ResponseWriter, choice map[string]any) {
	raw, err := json.Marshal(map[string]any{
		"id": "bench", "object": "chat.completion.chunk", "created": 1, "model": modelName, "choices": []any{choice},
	})
	if err != nil {
		return // not reachable with these types
	}
	fmt.Fprintf(w, "data: %s\n\n", raw)
	_ = http.NewResponseController(w).Flush() // who is gone shows in the request's context
}
