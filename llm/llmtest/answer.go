package llmtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// complete serves one chat completion.
func (s *Server) complete(w http.ResponseWriter, r *http.Request) {
	req, problem := s.read(r)
	if problem != nil {
		writeError(w, problem.Status, *problem)
		return
	}
	reply, ok := s.begin(req)
	a := answer{w: w, ctx: r.Context(), reply: reply, model: s.model, usage: req.StreamOptions != nil && req.StreamOptions.IncludeUsage}
	a.prompt = len(req.Raw)
	// net/http.ErrAbortHandler is how a handler drops the connection; the end must be recorded then too.
	defer func() { s.end(req, a.ctx.Err() != nil) }()
	switch {
	case !ok:
		writeError(w, http.StatusInternalServerError, Reply{ErrorText: "no step of the script fits " + fmt.Sprintf("%q", req.LastUser())})
	case reply.HangFirst:
		<-a.ctx.Done()
	case reply.Status != 0 && reply.Status != http.StatusOK:
		writeError(w, reply.Status, reply)
	default:
		a.stream()
	}
}

// read checks a request as a real server would.
func (s *Server) read(r *http.Request) (*Request, *Reply) {
	bad := func(status int, code, format string, args ...any) (*Request, *Reply) {
		return nil, &Reply{Status: status, ErrorCode: code, ErrorText: fmt.Sprintf(format, args...)}
	}
	if kind := r.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		return bad(http.StatusUnsupportedMediaType, "unsupported_media_type", "content type is %q", kind)
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	if err != nil {
		return bad(http.StatusBadRequest, "unreadable", "%v", err)
	}
	req := &Request{Authorization: r.Header.Get("Authorization"), At: time.Now(), Raw: raw}
	if err := json.Unmarshal(raw, req); err != nil {
		return bad(http.StatusBadRequest, "invalid_json", "%v", err)
	}
	switch {
	case !s.serves(req.Model):
		return bad(http.StatusNotFound, "model_not_found", "The model %q does not exist.", req.Model)
	case !req.Stream:
		return bad(http.StatusBadRequest, "stream_required", "this server only streams")
	case req.MaxTokens <= 0 && req.MaxCompletionTokens <= 0:
		return bad(http.StatusBadRequest, "limit_required", "this server wants a token limit")
	}
	if err := checkMessages(req.Messages); err != nil {
		return bad(http.StatusBadRequest, "invalid_messages", "%v", err)
	}
	if err := checkShape(req.ResponseFormat); err != nil {
		return bad(http.StatusBadRequest, "invalid_response_format", "%v", err)
	}
	return req, nil
}

// checkShape holds the rules of strict schemas.
func checkShape(f *ResponseFormat) error {
	switch {
	case f == nil:
		return nil
	case f.Type != "json_schema" || !f.JSONSchema.Strict || f.JSONSchema.Name == "":
		return fmt.Errorf("response_format: this server takes strict schemas with a name only")
	}
	var root struct{ Type string }
	if json.Unmarshal(f.JSONSchema.Schema, &root) != nil || root.Type != "object" {
		return fmt.Errorf("schema: has to be an object")
	}
	return strict("schema", f.JSONSchema.Schema)
}

// strict: each object names all its properties as required and allows no other.
func strict(at string, raw json.RawMessage) error {
	var s struct {
		Type                 string                     `json:"type"`
		Properties           map[string]json.RawMessage `json:"properties"`
		Required             []string                   `json:"required"`
		AdditionalProperties *bool                      `json:"additionalProperties"`
		Items                json.RawMessage            `json:"items"`
		Enum                 []string                   `json:"enum"`
		Description          string                     `json:"description"`
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields() // many servers refuse the keywords that bound numbers and lengths
	if err := decoder.Decode(&s); err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	if enum := slices.Compact(slices.Sorted(slices.Values(s.Enum))); s.Enum != nil && (s.Type != "string" || len(enum) == 0 || len(enum) != len(s.Enum)) {
		return fmt.Errorf("%s: an enum lists strings, at least one, each once", at)
	}
	if s.Type == "object" && (s.AdditionalProperties == nil || *s.AdditionalProperties) {
		return fmt.Errorf("%s: additionalProperties has to be false", at)
	}
	for name, property := range s.Properties {
		if !slices.Contains(s.Required, name) {
			return fmt.Errorf("%s.%s: has to be required", at, name)
		}
		if err := strict(at+"."+name, property); err != nil {
			return err
		}
	}
	if s.Items != nil {
		return strict(at+".items", s.Items)
	}
	return nil
}

// checkMessages holds the rules for messages that servers enforce and clients get wrong.
func checkMessages(messages []Message) error {
	if len(messages) == 0 {
		return fmt.Errorf("messages is empty")
	}
	var open []string
	for i, m := range messages {
		if len(open) > 0 && m.Role != "tool" {
			return fmt.Errorf("messages[%d]: tool calls %v are not answered", i, open)
		}
		switch m.Role {
		case "system", "developer", "user":
		case "assistant":
			for _, c := range m.ToolCalls {
				if c.ID == "" || c.Function.Name == "" || !json.Valid([]byte(c.Function.Arguments)) {
					return fmt.Errorf("messages[%d]: a tool call without id, name or valid arguments", i)
				}
				open = append(open, c.ID)
			}
		case "tool":
			at := slices.Index(open, m.ToolCallID)
			if at < 0 {
				return fmt.Errorf("messages[%d]: tool_call_id %q answers no call", i, m.ToolCallID)
			}
			open = slices.Delete(open, at, at+1)
		default:
			return fmt.Errorf("messages[%d]: unknown role %q", i, m.Role)
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("tool calls %v are not answered", open)
	}
	return nil
}

// answer writes one streamed answer.
type answer struct {
	w      http.ResponseWriter
	ctx    context.Context //nolint:containedctx // the life of this value is one request
	reply  Reply
	model  string
	usage  bool
	prompt int
}

func (a *answer) stream() {
	a.w.Header().Set("Content-Type", "text/event-stream")
	a.delta(map[string]any{"role": "assistant", "content": ""})
	for first := true; first || a.reply.Endless; first = false {
		for _, piece := range a.reply.chunks() {
			if !a.pause() {
				return
			}
			a.delta(map[string]any{"content": piece})
		}
	}
	if a.faulted() {
		return
	}
	for i, c := range a.reply.Tools {
		a.tool(i, c)
	}
	a.chunk(map[string]any{"choices": []any{map[string]any{"index": 0, "delta": map[string]any{}, "finish_reason": a.finish()}}})
	if a.usage && !a.reply.NoUsage {
		a.sendUsage()
	}
	a.event("[DONE]")
}

// pause waits before a chunk; false means that the client is gone.
func (a *answer) pause() bool {
	if a.reply.Delay <= 0 {
		return a.ctx.Err() == nil
	}
	select {
	case <-a.ctx.Done():
		return false
	case <-time.After(a.reply.Delay):
		return true
	}
}

// faulted does what goes wrong behind the text, if anything; true means that the answer is over.
func (a *answer) faulted() bool {
	switch {
	case a.reply.HangAfter:
		<-a.ctx.Done()
	case a.reply.CutAfter:
		panic(http.ErrAbortHandler)
	case a.reply.EndAfter:
	case a.reply.Malformed:
		a.event(`{"choices":[{"delta":`)
	case a.reply.StreamError:
		a.event(`{"error":{"message":"The server had an error.","type":"server_error","code":null}}`)
	default:
		return false
	}
	return true
}

// tool sends a tool call as servers do: its name first, then its arguments in pieces.
func (a *answer) tool(i int, c ToolCall) {
	id := c.ID
	if id == "" {
		id = fmt.Sprintf("call_%d", i+1)
	}
	a.delta(map[string]any{"tool_calls": []any{wireCall{Index: &i, ID: id, Type: "function", Function: wireFunction{Name: c.Name}}}})
	for piece := range slices.Chunk([]byte(c.Arguments), 7) {
		a.delta(map[string]any{"tool_calls": []any{wireCall{Index: &i, Function: wireFunction{Arguments: string(piece)}}}})
	}
}

type wireCall struct {
	Index    *int         `json:"index,omitempty"`
	ID       string       `json:"id,omitempty"`
	Type     string       `json:"type,omitempty"`
	Function wireFunction `json:"function"`
}

type wireFunction struct {
	Name      string `json:"name,omitempty"`
	Arguments string `json:"arguments"`
}

func (a *answer) finish() string {
	switch {
	case a.reply.Finish != "":
		return a.reply.Finish
	case len(a.reply.Tools) > 0:
		return "tool_calls"
	}
	return "stop"
}

func (a *answer) sendUsage() {
	in, out := a.reply.PromptTokens, a.reply.CompletionTokens
	if in == 0 && out == 0 {
		in, out = a.prompt/4+1, len(a.reply.Text)/4+1
	}
	a.chunk(map[string]any{"choices": []any{}, "usage": map[string]int{"prompt_tokens": in, "completion_tokens": out, "total_tokens": in + out}})
}

func (a *answer) delta(delta map[string]any) {
	a.chunk(map[string]any{"choices": []any{map[string]any{"index": 0, "delta": delta, "finish_reason": nil}}})
}

func (a *answer) chunk(fields map[string]any) {
	fields["id"], fields["object"], fields["created"], fields["model"] = "chatcmpl-test", "chat.completion.chunk", 1, a.model
	raw, err := json.Marshal(fields)
	if err != nil {
		panic(http.ErrAbortHandler) // not reachable with these types; better no answer than a wrong one
	}
	a.event(string(raw))
}

// event writes one server-sent event. A failed write shows in the context.
func (a *answer) event(data string) {
	_, _ = io.WriteString(a.w, "data: "+data+"\n\n")
	_ = http.NewResponseController(a.w).Flush()
}

func writeError(w http.ResponseWriter, status int, reply Reply) {
	if reply.RetryAfter != "" {
		w.Header().Set("Retry-After", reply.RetryAfter)
	}
	message := reply.ErrorText
	if message == "" {
		message = http.StatusText(status)
	}
	body := map[string]any{"message": message, "type": "invalid_request_error", "param": nil, "code": nil}
	if reply.ErrorCode != "" {
		body["code"] = reply.ErrorCode
	}
	writeJSON(w, status, map[string]any{"error": body})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client is gone; there is nobody to tell
}
