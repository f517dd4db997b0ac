// Package llmtest is an OpenAI-compatible model server that says what a script tells it, for tests of everything
// above the wire. It serves POST …/chat/completions with streaming and GET …/models, checks requests as strictly as
// a real server, fails on demand, and records what it was asked.
//
//	model := llmtest.New("key", "test-model", llmtest.When("opening hours", "We open at nine."))
//	server := httptest.NewServer(model)
//	// client: base URL server.URL+"/v1", key "key", model "test-model"
//
// Steps are tried in order; the first that fits the request and is not used up serves it. A request that no step fits
// is answered with status 500 and listed by Unmatched.
package llmtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Server is the scripted model. Its methods may be used while it serves.
type Server struct {
	key, model string
	also       []string

	mu        sync.Mutex
	steps     []Step
	requests  []*Request
	unmatched []string
	active    int
	changed   chan struct{} // closed and replaced when a request arrives or ends
}

// Request is what a client asked.
type Request struct {
	Model               string          `json:"model"`
	Messages            []Message       `json:"messages"`
	Tools               []Tool          `json:"tools"`
	Stream              bool            `json:"stream"`
	StreamOptions       *StreamOptions  `json:"stream_options"`
	MaxTokens           int             `json:"max_tokens"`
	MaxCompletionTokens int             `json:"max_completion_tokens"`
	Temperature         *float64        `json:"temperature"`
	ResponseFormat      *ResponseFormat `json:"response_format"`
	Authorization       string          `json:"-"`
	At                  time.Time       `json:"-"`
	Raw                 json.RawMessage `json:"-"`
	// Ended is true when the answer is over, Cancelled when the client went away before it was.
	Ended     bool `json:"-"`
	Cancelled bool `json:"-"`
}

// Message is one message of a request.
type Message struct {
	Role       string     `json:"role"`
	Content    string     `json:"content"`
	ToolCallID string     `json:"tool_call_id"`
	ToolCalls  []wireCall `json:"tool_calls"`
}

// Tool is one tool of a request.
type Tool struct {
	Type     string `json:"type"`
	Function struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Parameters  json.RawMessage `json:"parameters"`
	} `json:"function"`
}

// StreamOptions are the options of a streamed answer.
type StreamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

// ResponseFormat is what an answer has to look like.
type ResponseFormat struct {
	Type       string `json:"type"`
	JSONSchema struct {
		Name   string          `json:"name"`
		Strict bool            `json:"strict"`
		Schema json.RawMessage `json:"schema"`
	} `json:"json_schema"`
}

// Shape is the name of the schema the answer is wanted in, "" for none.
func (r Request) Shape() string {
	if r.ResponseFormat == nil {
		return ""
	}
	return r.ResponseFormat.JSONSchema.Name
}

// LastUser is the text of the last user message.
func (r Request) LastUser() string {
	for _, m := range slices.Backward(r.Messages) {
		if m.Role == "user" {
			return m.Content
		}
	}
	return ""
}

// AfterTool is true when the request ends with the result of a tool.
func (r Request) AfterTool() bool {
	return len(r.Messages) > 0 && r.Messages[len(r.Messages)-1].Role == "tool"
}

// Prompt is the text of all messages, one per line behind its role, for tests of what the model was shown.
func (r Request) Prompt() string {
	var out strings.Builder
	for _, m := range r.Messages {
		out.WriteString(m.Role + ": " + m.Content + "\n")
	}
	return out.String()
}

// New makes a server that accepts one key and serves one model.
func New(key, model string, steps ...Step) *Server {
	return &Server{key: key, model: model, steps: steps, changed: make(chan struct{})}
}

// Also makes the server serve further models. Steps fit requests for any.
func (s *Server) Also(models ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.also = append(s.also, models...)
}

// serves says whether the server has the model.
func (s *Server) serves(model string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return model == s.model || slices.Contains(s.also, model)
}

// Script replaces the steps that are left.
func (s *Server) Script(steps ...Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps = slices.Clone(steps)
}

// Add adds steps behind those that are left.
func (s *Server) Add(steps ...Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps = append(s.steps, steps...)
}

// Requests are the requests accepted so far, in order of arrival.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Request, 0, len(s.requests))
	for _, r := range s.requests {
		out = append(out, *r)
	}
	return out
}

// Unmatched are the last user messages that no step fitted.
func (s *Server) Unmatched() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.unmatched)
}

// Active is how many answers are under way.
func (s *Server) Active() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active
}

// Wait blocks until what the condition asks holds, and returns false when the timeout comes first.
func (s *Server) Wait(timeout time.Duration, condition func([]Request) bool) bool {
	deadline := time.After(timeout)
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if condition(s.Requests()) {
			return true
		}
		select {
		case <-changed:
		case <-deadline:
			return condition(s.Requests())
		}
	}
}

// begin records a request and chooses its step.
func (s *Server) begin(r *Request) (Reply, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r)
	s.active++
	s.announce()
	for i := range s.steps {
		step := &s.steps[i]
		if !step.fits(*r) {
			continue
		}
		reply := step.Reply
		if reply.Write != nil {
			reply.Text = reply.Write(*r)
		}
		switch {
		case step.Times == 0 || step.Times == 1:
			s.steps = slices.Delete(s.steps, i, i+1)
		case step.Times > 1:
			step.Times--
		}
		return reply, true
	}
	s.unmatched = append(s.unmatched, r.LastUser())
	return Reply{}, false
}

func (s *Server) end(r *Request, cancelled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active--
	r.Ended, r.Cancelled = true, cancelled
	s.announce()
}

func (s *Server) announce() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimSuffix(r.URL.Path, "/")
	switch {
	case r.Header.Get("Authorization") == "":
		writeError(w, http.StatusUnauthorized, Reply{ErrorText: "You didn't provide an API key."})
	case r.Header.Get("Authorization") != "Bearer "+s.key:
		writeError(w, http.StatusUnauthorized, Reply{ErrorCode: "invalid_api_key", ErrorText: "Incorrect API key provided: " + r.Header.Get("Authorization")})
	case strings.HasSuffix(path, "/models") && r.Method == http.MethodGet:
		writeJSON(w, http.StatusOK, map[string]any{"object": "list", "data": []any{map[string]any{"id": s.model, "object": "model"}}})
	case strings.HasSuffix(path, "/chat/completions") && r.Method == http.MethodPost:
		s.complete(w, r)
	default:
		writeError(w, http.StatusNotFound, Reply{ErrorText: "Invalid URL (" + r.Method + " " + r.URL.Path + ")"})
	}
}
