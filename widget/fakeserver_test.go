package widget_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/widget"
)

// object is any JSON object.
type object = map[string]any

type event struct {
	seq  int // 0 for a passing event
	kind string
	data object
}

// chatServer speaks the visitor API from a script: what it says is what the
// test told it to. One visitor, one conversation.
type chatServer struct {
	*httptest.Server
	config object

	mu       sync.Mutex
	log      []event
	phase    string
	streams  map[chan event]bool
	refusals map[string][]int // path suffix → statuses to answer next
	skipped  map[int]bool     // seqs the streams leave out once
	tokens   map[string]bool
	minted   int
	subs     map[string]string // token → whom it names
	owner    string            // whom the conversation belongs to
	calls    []string
	bodies   []object
}

// What the server says when it refuses.
var (
	refused   = map[int]string{403: "blocked", 409: "conversation_closed", 410: "code_spent", 422: "code_wrong"}
	sentences = map[int]string{403: "You can't write here for now; what was said so far stays readable.", 410: "The code was used, or tried too often.", 422: "The code is not right."}
)

func newChatServer(t *testing.T) *chatServer {
	t.Helper()
	s := &chatServer{
		phase: "bot", streams: map[chan event]bool{}, refusals: map[string][]int{}, skipped: map[int]bool{}, tokens: map[string]bool{}, subs: map[string]string{},
		config: object{
			"key": "pk_test", "title": "Acme support", "greeting": "Hi, I'm an AI assistant. Ask me anything about Acme, or ask for a person at any time.",
			"starters": []string{"Where is my order?", "Change my plan", "Talk about pricing"}, "locale": "en", "accent": "#3B4FD8",
			"human_button": object{"after_answers": 2, "strict": false}, "ai": true, "privacy_url": "https://example.com/privacy",
			"limits": object{"message_chars": 4000}, "open": true, "next_open": "", "leave_message": false,
		},
	}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func (s *chatServer) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	header.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE")
	header.Set("Access-Control-Expose-Headers", "Retry-After")
	header.Set("Cache-Control", "no-store")
	switch {
	case r.Method == http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == "/widget.js":
		body, _ := widget.Loader()
		header.Set("Content-Type", "text/javascript")
		_, _ = w.Write(body)
	case strings.HasPrefix(r.URL.Path, "/w/"):
		body, contentType, ok := widget.Asset(r.URL.Path)
		if !ok {
			http.NotFound(w, r)
			return
		}
		header.Set("Content-Type", contentType)
		_, _ = w.Write(body)
	default:
		s.api(w, r)
	}
}

func (s *chatServer) api(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	body := object{}
	_ = json.Unmarshal(raw, &body)
	for name, values := range r.URL.Query() {
		body[name] = values[0]
	}
	s.mu.Lock()
	s.calls = append(s.calls, r.Method+" "+r.URL.Path)
	s.bodies = append(s.bodies, body)
	status := s.refusal(r.URL.Path)
	known := s.tokens[bearer(r)]
	s.mu.Unlock()
	if status != 0 {
		w.Header().Set("Retry-After", "20")
		answer(w, status, object{"error": object{"code": refused[status], "message": sentences[status], "locale": "en", "request_id": "r"}})
		return
	}
	open := r.URL.Path == "/v1/widget/config" || r.URL.Path == "/v1/sessions"
	if !open && !known {
		answer(w, http.StatusUnauthorized, object{"error": object{"code": "session_expired", "message": "", "request_id": "r"}})
		return
	}
	s.route(w, r, body)
}

func (s *chatServer) route(w http.ResponseWriter, r *http.Request, body object) {
	const conversation = "/v1/conversations/cnv_1/"
	switch rest := strings.TrimPrefix(r.URL.Path, conversation); {
	case r.URL.Path == "/v1/widget/config":
		answer(w, http.StatusOK, s.config)
	case r.URL.Path == "/v1/sessions":
		answer(w, http.StatusCreated, object{"token": s.mint(), "visitor_id": "vis_1", "expires_at": "2030-01-01T00:00:00Z"})
	case r.URL.Path == "/v1/sessions/identify":
		s.identify(w, body)
	case r.URL.Path == "/v1/conversations" && r.Method == http.MethodPost:
		s.mu.Lock()
		s.owner = s.subs[bearer(r)]
		s.mu.Unlock()
		answer(w, http.StatusCreated, object{"id": "cnv_1", "reference": "H-4F2K"})
	case r.URL.Path == "/v1/conversations" && s.owner != s.subs[bearer(r)]:
		answer(w, http.StatusOK, object{"conversations": []object{}})
	case r.URL.Path == "/v1/conversations":
		answer(w, http.StatusOK, object{"conversations": []object{{"id": "cnv_1", "reference": "H-4F2K", "phase": s.phaseNow(), "unread": 0}}})
	case rest == "messages":
		s.message(w, body)
	case rest == "events":
		s.events(w, r)
	case rest == "transcript":
		_, _ = io.WriteString(w, "the transcript")
	default:
		answer(w, http.StatusOK, object{})
	}
}

func bearer(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// identify believes what a token says, and refuses one that says nothing.
func (s *chatServer) identify(w http.ResponseWriter, body object) {
	parts := strings.Split(fmt.Sprint(body["jwt"]), ".")
	var claims struct{ Sub string }
	if len(parts) == 3 {
		raw, _ := base64.RawURLEncoding.DecodeString(parts[1])
		_ = json.Unmarshal(raw, &claims)
	}
	token := s.mint()
	s.mu.Lock()
	s.subs[token] = claims.Sub
	s.mu.Unlock()
	answer(w, http.StatusOK, object{"token": token, "visitor_id": "vis_" + claims.Sub, "expires_at": "2030-01-01T00:00:00Z", "verified": true})
}

func (s *chatServer) mint() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.minted++
	token := fmt.Sprintf("tok_%d", s.minted)
	s.tokens[token] = true
	return token
}

func (s *chatServer) phaseNow() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phase
}

func (s *chatServer) refusal(path string) int {
	for suffix, statuses := range s.refusals {
		if strings.HasSuffix(path, suffix) && len(statuses) > 0 {
			s.refusals[suffix] = statuses[1:]
			return statuses[0]
		}
	}
	return 0
}

func (s *chatServer) message(w http.ResponseWriter, body object) {
	s.mu.Lock()
	for _, e := range s.log {
		if e.data["client_id"] == body["client_id"] {
			s.mu.Unlock()
			answer(w, http.StatusOK, object{"seq": e.seq, "id": e.data["id"], "at": e.data["at"]})
			return
		}
	}
	s.mu.Unlock()
	text, _ := body["text"].(string)
	seq := s.say("message", object{"from": object{"role": "visitor", "name": ""}, "text": text, "content": paragraph(text), "client_id": body["client_id"]})
	answer(w, http.StatusCreated, object{"seq": seq, "id": "msg_x", "at": "2026-01-01T00:00:00.000Z"})
}

func (s *chatServer) events(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	after, _ := strconv.Atoi(query.Get("after"))
	before, _ := strconv.Atoi(query.Get("before"))
	limit, _ := strconv.Atoi(query.Get("limit"))
	if before > 0 || query.Get("wait") == "0" {
		answer(w, http.StatusOK, object{"events": s.page(after, before, limit)})
		return
	}
	feed := make(chan event, 64)
	s.mu.Lock()
	backlog := make([]event, 0, len(s.log))
	for _, e := range s.log {
		if e.seq > after && !s.skipped[e.seq] {
			backlog = append(backlog, e)
		}
	}
	s.streams[feed] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.streams, feed)
		s.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = io.WriteString(w, ": hello\n\n")
	for _, e := range backlog {
		writeEvent(w, e)
	}
	w.(http.Flusher).Flush()
	for {
		select {
		case <-r.Context().Done():
			return
		case e, ok := <-feed:
			if !ok {
				return
			}
			writeEvent(w, e)
			w.(http.Flusher).Flush()
		}
	}
}

func (s *chatServer) page(after, before, limit int) []object {
	s.mu.Lock()
	defer s.mu.Unlock()
	page := []object{}
	for _, e := range s.log {
		if e.seq > after && (before == 0 || e.seq < before) {
			page = append(page, object{"type": e.kind, "data": e.data})
		}
	}
	if limit > 0 && len(page) > limit {
		page = page[len(page)-limit:]
	}
	return page
}

// say appends a durable event and returns its seq.
func (s *chatServer) say(kind string, data object) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	seq := len(s.log) + 1
	full := object{"seq": seq, "at": time.Now().UTC().Format("2006-01-02T15:04:05.000Z")}
	if kind == "message" {
		full["id"] = fmt.Sprintf("msg_%d", seq)
	}
	maps.Copy(full, data)
	if phase, ok := data["phase"].(string); ok {
		s.phase = phase
	}
	e := event{seq, kind, full}
	s.log = append(s.log, e)
	if !s.skipped[seq] {
		s.send(e)
	}
	return seq
}

// blank takes the words of a message out of the log, as the server does once it
// was taken back.
func (s *chatServer) blank(seq int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(s.log[seq-1].data, object{"text": "", "content": []object{}})
}

// pass sends an event without a number to whoever listens now.
func (s *chatServer) pass(kind string, data object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send(event{0, kind, data})
}

func (s *chatServer) send(e event) {
	for feed := range s.streams {
		feed <- e
	}
}

// cut ends every stream, as a restart would.
func (s *chatServer) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for feed := range s.streams {
		close(feed)
		delete(s.streams, feed)
	}
}

func (s *chatServer) refuse(suffix string, statuses ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals[suffix] = statuses
}

// called counts the calls whose "METHOD /path" ends so.
func (s *chatServer) called(suffix string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, call := range s.calls {
		if strings.HasSuffix(call, suffix) {
			n++
		}
	}
	return n
}

func (s *chatServer) lastBody(suffix string) object {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.calls) - 1; i >= 0; i-- {
		if strings.HasSuffix(s.calls[i], suffix) {
			return s.bodies[i]
		}
	}
	return nil
}

func (s *chatServer) bot(text string, more object) int {
	data := object{"from": object{"role": "bot", "name": "Assistant"}, "text": text, "content": paragraph(text)}
	maps.Copy(data, more)
	return s.say("message", data)
}

func (s *chatServer) agent(text string) int {
	return s.say("message", object{"from": object{"role": "agent", "name": "Maya"}, "text": text, "content": paragraph(text)})
}

func (s *chatServer) system(text string) int {
	return s.say("message", object{"from": object{"role": "system"}, "text": text, "content": paragraph(text)})
}

// notice says a line of the system's catalogue.
func (s *chatServer) notice(name, text string) int {
	return s.say("message", object{"from": object{"role": "system"}, "text": text, "content": paragraph(text), "notice": name})
}

func paragraph(text string) []object {
	return []object{{"type": "paragraph", "children": []object{{"type": "text", "text": text}}}}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func writeEvent(w io.Writer, e event) {
	data, _ := json.Marshal(e.data)
	if e.seq > 0 {
		_, _ = fmt.Fprintf(w, "id: %d\n", e.seq)
	}
	_, _ = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", e.kind, data)
}
