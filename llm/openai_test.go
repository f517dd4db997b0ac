package llm_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/handoff-bot/handoff/llm"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const key = "sk-test-0123456789abcdef"

// start serves a script and returns a client for it with short limits.
func start(t *testing.T, steps ...llmtest.Step) (*llm.OpenAI, *llmtest.Server) {
	t.Helper()
	model := llmtest.New(key, "test-model", steps...)
	server := httptest.NewServer(model)
	t.Cleanup(server.Close)
	return client(t, server.URL+"/v1", key, "test-model"), model
}

func client(t *testing.T, url, key, model string) *llm.OpenAI {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	cfg := llm.Config{BaseURL: url, APIKey: key, Model: model, Timeout: 5 * time.Second, FirstChunk: 300 * time.Millisecond, Idle: 300 * time.Millisecond}
	return llm.NewOpenAI(cfg, &http.Client{Transport: transport}, slog.New(slog.DiscardHandler))
}

func ask(text string) llm.Request {
	return llm.Request{Messages: []llm.Message{{Role: llm.RoleSystem, Content: "You help."}, {Role: llm.RoleUser, Content: text}}}
}

func ignore(llm.Delta) error { return nil }

func TestStreamHandsOutTextAsItArrives(t *testing.T) {
	m, server := start(t, llmtest.Step{Reply: llmtest.Reply{Text: "We open at nine, grüß Gott.", PromptTokens: 12, CompletionTokens: 7}})
	var pieces []string
	reply, err := m.Stream(t.Context(), ask("When?"), func(d llm.Delta) error {
		pieces = append(pieces, d.Text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(pieces, "|"), "We |open |at |nine, |grüß |Gott."; got != want {
		t.Errorf("pieces %q, want %q", got, want)
	}
	want := llm.Reply{Text: "We open at nine, grüß Gott.", Finish: llm.FinishStop, Usage: llm.Usage{In: 12, Out: 7}}
	if !reflect.DeepEqual(reply, want) {
		t.Errorf("reply %+v, want %+v", reply, want)
	}
	got := server.Requests()[0]
	if got.MaxTokens != llm.DefaultMaxTokens || got.MaxCompletionTokens != 0 || got.Temperature != nil || got.Authorization != "Bearer "+key {
		t.Errorf("request %+v", got)
	}
	if got, want := got.Prompt(), "system: You help.\nuser: When?\n"; got != want {
		t.Errorf("prompt %q, want %q", got, want)
	}
}

func TestToolCallsGoRoundTrip(t *testing.T) {
	m, server := start(t,
		llmtest.Step{NotAfterTool: true, Reply: llmtest.Reply{Text: "Let me look.", Tools: []llmtest.ToolCall{{Name: "search", Arguments: `{"query": "refund \"x\""}`}, {Name: "other", Arguments: "not json"}, {Name: "bare"}}}},
		llmtest.Step{AfterTool: true, Reply: llmtest.Reply{Text: "Found."}},
	)
	req := ask("refund?")
	req.Tools = []llm.Tool{{Name: "search", Description: "Finds.", Schema: json.RawMessage(`{"type":"object"}`)}}
	reply, err := m.Stream(t.Context(), req, ignore)
	if err != nil {
		t.Fatal(err)
	}
	want := []llm.ToolCall{
		{ID: "call_1", Name: "search", Arguments: json.RawMessage(`{"query": "refund \"x\""}`)},
		{ID: "call_2", Name: "other"},
		{ID: "call_3", Name: "bare", Arguments: json.RawMessage(`{}`)},
	}
	if !reflect.DeepEqual(reply.ToolCalls, want) || reply.Finish != llm.FinishTools {
		t.Errorf("got %s %+v, want %+v", reply.Finish, reply.ToolCalls, want)
	}
	req.Messages = append(req.Messages, llm.Message{Role: llm.RoleAssistant, Content: reply.Text, ToolCalls: reply.ToolCalls})
	for _, c := range reply.ToolCalls {
		req.Messages = append(req.Messages, llm.Message{Role: llm.RoleTool, ToolCallID: c.ID, Content: "result"})
	}
	if reply, err = m.Stream(t.Context(), req, ignore); err != nil || reply.Text != "Found." {
		t.Errorf("after the tools: %+v, %v", reply, err)
	}
	if tools := server.Requests()[0].Tools; len(tools) != 1 || string(tools[0].Function.Parameters) != `{"type":"object"}` {
		t.Errorf("tools sent: %+v", tools)
	}
}

func TestErrorKinds(t *testing.T) {
	tests := []struct {
		name  string
		reply llmtest.Reply
		want  error
		text  string // what had arrived
	}{
		{"401", llmtest.Reply{Status: 401, ErrorText: "Incorrect API key provided: " + key}, llm.ErrRefused, ""},
		{"403", llmtest.Reply{Status: 403}, llm.ErrRefused, ""},
		{"404", llmtest.Reply{Status: 404, ErrorCode: "model_not_found"}, llm.ErrRefused, ""},
		{"400", llmtest.Reply{Status: 400, ErrorText: "bad " + key}, llm.ErrBadRequest, ""},
		{"too long", llmtest.Reply{Status: 400, ErrorCode: "context_length_exceeded"}, llm.ErrTooLong, ""},
		{"too long by its text", llmtest.Reply{Status: 400, ErrorText: "This model's maximum context length is 8192 tokens."}, llm.ErrTooLong, ""},
		{"413", llmtest.Reply{Status: 413}, llm.ErrTooLong, ""},
		{"429", llmtest.Reply{Status: 429, RetryAfter: "7"}, llm.ErrRateLimited, ""},
		{"no credit", llmtest.Reply{Status: 429, ErrorCode: "insufficient_quota"}, llm.ErrRefused, ""},
		{"500", llmtest.Reply{Status: 500}, llm.ErrUnavailable, ""},
		{"503", llmtest.Reply{Status: 503}, llm.ErrUnavailable, ""},
		{"302", llmtest.Reply{Status: 302}, llm.ErrRefused, ""},
		{"silence", llmtest.Reply{HangFirst: true}, llm.ErrUnavailable, ""},
		{"stops in the middle", llmtest.Reply{Text: "Half of", HangAfter: true}, llm.ErrUnavailable, "Half of"},
		{"cut", llmtest.Reply{Text: "Half of", CutAfter: true}, llm.ErrUnavailable, "Half of"},
		{"ends without a reason", llmtest.Reply{Text: "Half of", EndAfter: true}, llm.ErrUnavailable, "Half of"},
		{"malformed", llmtest.Reply{Text: "Half of", Malformed: true}, llm.ErrUnavailable, "Half of"},
		{"error event", llmtest.Reply{Text: "Half of", StreamError: true}, llm.ErrUnavailable, "Half of"},
	}
	kinds := []error{llm.ErrUnavailable, llm.ErrRateLimited, llm.ErrRefused, llm.ErrBadRequest, llm.ErrTooLong}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, server := start(t, llmtest.Step{Reply: tt.reply})
			reply, err := m.Stream(t.Context(), ask("x"), ignore)
			for _, kind := range kinds {
				if got, want := errors.Is(err, kind), errors.Is(tt.want, kind); got != want {
					t.Errorf("errors.Is(%v, %v) = %v", err, kind, got)
				}
			}
			if reply.Text != tt.text {
				t.Errorf("text %q, want %q", reply.Text, tt.text)
			}
			if err != nil && (strings.Contains(err.Error(), key) || strings.Contains(err.Error(), "sk-test")) {
				t.Errorf("the error tells the key: %v", err)
			}
			if n := len(server.Requests()); n != 1 {
				t.Errorf("%d requests, want 1: no retry here", n)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	for header, want := range map[string]time.Duration{"7": 7 * time.Second, "0.5": 500 * time.Millisecond, "": 0, "soon": 0, "-3": 0, "999999": time.Hour} {
		m, _ := start(t, llmtest.Step{Reply: llmtest.Reply{Status: 429, RetryAfter: header}})
		_, err := m.Stream(t.Context(), ask("x"), ignore)
		if got := llm.RetryAfter(err); got != want {
			t.Errorf("Retry-After %q: %v, want %v", header, got, want)
		}
	}
	if got := llm.RetryAfter(llm.ErrUnavailable); got != 0 {
		t.Errorf("of another kind: %v", got)
	}
}

func TestUnreachable(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	_, err := client(t, server.URL+"/v1", key, "m").Stream(t.Context(), ask("x"), ignore)
	if !errors.Is(err, llm.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestWrongKeyModelAndPath(t *testing.T) {
	server := httptest.NewServer(llmtest.New(key, "test-model", llmtest.Say("x")))
	defer server.Close()
	for _, m := range []*llm.OpenAI{client(t, server.URL+"/v1", "sk-other-key-12345678", "test-model"), client(t, server.URL+"/v1", key, "no-model"), client(t, server.URL+"/v1/x", "", "m")} {
		_, err := m.Stream(t.Context(), ask("x"), ignore)
		if !errors.Is(err, llm.ErrRefused) || strings.Contains(err.Error(), "sk-") {
			t.Errorf("%s: %v", m.Name(), err)
		}
	}
}

func TestCancelReachesTheServer(t *testing.T) {
	m, server := start(t, llmtest.Step{Reply: llmtest.Reply{Text: "word ", Endless: true, Delay: time.Millisecond}})
	ctx, cancel := context.WithCancel(t.Context())
	reply, err := m.Stream(ctx, ask("x"), func(llm.Delta) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) || errors.Is(err, llm.ErrUnavailable) || reply.Text == "" {
		t.Errorf("got %q, %v", reply.Text, err)
	}
	if !server.Wait(time.Second, func(r []llmtest.Request) bool { return r[0].Cancelled }) {
		t.Error("the server did not see the cancel within a second")
	}
}

func TestCallerStops(t *testing.T) {
	m, server := start(t, llmtest.Step{Reply: llmtest.Reply{Text: "one two three four", Delay: time.Millisecond}})
	stop := errors.New("tripped")
	_, err := m.Stream(t.Context(), ask("x"), func(llm.Delta) error { return stop })
	if err != stop { //nolint:errorlint // it must come back as it is
		t.Errorf("got %v", err)
	}
	if !server.Wait(time.Second, func(r []llmtest.Request) bool { return r[0].Ended }) {
		t.Error("the answer goes on")
	}
}

func TestWholeCallDeadline(t *testing.T) {
	m, _ := start(t, llmtest.Step{Reply: llmtest.Reply{Text: "word ", Endless: true, Delay: 5 * time.Millisecond}})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	reply, err := m.Stream(ctx, ask("x"), ignore)
	if !errors.Is(err, llm.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) || reply.Text == "" {
		t.Errorf("got %q, %v", reply.Text, err)
	}
}

func TestEndlessAnswerIsCut(t *testing.T) {
	m, server := start(t, llmtest.Step{Reply: llmtest.Reply{Text: strings.Repeat("ü", 700), ChunkBytes: 1400, Endless: true}})
	reply, err := m.Stream(t.Context(), ask("x"), ignore)
	if err != nil || reply.Finish != llm.FinishLength || len(reply.Text) > 64<<10 || len(reply.Text) < 60<<10 {
		t.Errorf("%d bytes, %s, %v", len(reply.Text), reply.Finish, err)
	}
	if strings.ContainsRune(reply.Text, '\ufffd') {
		t.Error("a character was cut in half")
	}
	if !server.Wait(time.Second, func(r []llmtest.Request) bool { return r[0].Cancelled }) {
		t.Error("the server goes on")
	}
}

func TestHugeToolArgumentsAreBounded(t *testing.T) {
	m, _ := start(t, llmtest.Step{Reply: llmtest.Reply{Tools: []llmtest.ToolCall{{Name: "search", Arguments: `{"q":"` + strings.Repeat("x", 100<<10) + `"}`}}}})
	reply, err := m.Stream(t.Context(), ask("x"), ignore)
	if err != nil || reply.Finish != llm.FinishLength || len(reply.ToolCalls) != 1 || reply.ToolCalls[0].Arguments != nil {
		t.Errorf("%s, %d calls, %v", reply.Finish, len(reply.ToolCalls), err)
	}
}

func TestUsageIsEstimatedWhenMissing(t *testing.T) {
	m, _ := start(t, llmtest.Step{Reply: llmtest.Reply{Text: "12345678", NoUsage: true}})
	reply, err := m.Stream(t.Context(), ask("1234567"), ignore)
	if want := (llm.Usage{In: 4, Out: 2, Estimated: true}); err != nil || reply.Usage != want {
		t.Errorf("got %+v, %v, want %+v", reply.Usage, err, want)
	}
}

func TestRequestFitsTheModel(t *testing.T) {
	tests := []struct {
		model           string
		max, completion int
		temperature     bool
	}{
		{"llama-4", 50, 0, true},
		{"gpt-5-mini", 0, 1050, false},
		{"o3", 0, 1050, false},
		{"gpt-5-chat-latest", 0, 50, false},
	}
	for _, tt := range tests {
		t.Run(tt.model, func(t *testing.T) {
			model := llmtest.New(key, tt.model, llmtest.Say("x"))
			server := httptest.NewServer(model)
			defer server.Close()
			req := ask("x")
			warm := float32(0.5)
			req.MaxTokens, req.Temperature = 50, &warm
			if _, err := client(t, server.URL+"/v1", key, tt.model).Stream(t.Context(), req, ignore); err != nil {
				t.Fatal(err)
			}
			got := model.Requests()[0]
			if got.MaxTokens != tt.max || got.MaxCompletionTokens != tt.completion || (got.Temperature != nil) != tt.temperature {
				t.Errorf("max_tokens %d, max_completion_tokens %d, temperature %v", got.MaxTokens, got.MaxCompletionTokens, got.Temperature)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	m, _ := start(t)
	if err := m.Check(t.Context()); err != nil {
		t.Errorf("got %v", err)
	}
	server := httptest.NewServer(llmtest.New("other", "m"))
	defer server.Close()
	if err := client(t, server.URL+"/v1", key, "m").Check(t.Context()); !errors.Is(err, llm.ErrRefused) {
		t.Errorf("wrong key: %v", err)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	if err := client(t, plain.URL, key, "m").Check(t.Context()); err != nil {
		t.Errorf("server without a list: %v", err)
	}
}

func TestShapeOfTheAnswer(t *testing.T) {
	shape := &llm.Shape{Name: "brief", Schema: json.RawMessage(`{"type":"object","properties":{"ask":{"type":"string"}},"required":["ask"],"additionalProperties":false}`)}
	m, server := start(t, llmtest.Say("free text"), llmtest.Fill("brief", `{"ask":"her money"}`))
	req := ask("refund?")
	req.Shape = shape
	reply, err := m.Stream(t.Context(), req, ignore)
	if err != nil || reply.Text != `{"ask":"her money"}` {
		t.Fatalf("%q, %v", reply.Text, err)
	}
	if f := server.Requests()[0].ResponseFormat; f.Type != "json_schema" || !f.JSONSchema.Strict || string(f.JSONSchema.Schema) != string(shape.Schema) {
		t.Errorf("the server was told %+v", f)
	}
	shape.Schema = json.RawMessage(`{"type":"object","properties":{"ask":{"type":"string"}},"required":[],"additionalProperties":false}`)
	if _, err := m.Stream(t.Context(), req, ignore); !errors.Is(err, llm.ErrBadRequest) {
		t.Errorf("a lax schema: %v, want ErrBadRequest", err)
	}
}
