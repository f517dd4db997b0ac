package slackbridge

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// The endpoints of mode http. Any of them takes any kind of request.
const (
	PathEvents       = "/slack/events"
	PathInteractions = "/slack/interactions"
	PathCommands     = "/slack/commands"
)

// maxBody bounds a request of Slack's, in bytes.
const maxBody = 1 << 20

// bodyTime is how long the body of a request may take to come. Slack sends it at
// once.
const bodyTime = 10 * time.Second

// How far a request's clock may be off. Slack: older than five minutes is a
// replay.
const (
	maxPast   = 5 * time.Minute
	maxFuture = time.Minute
)

// Handler serves the endpoints of mode http. Every request is checked against
// the signing secret before anything of it is read; without a secret, and in
// mode socket, every request is refused.
func (b *Bridge) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, path := range []string{PathEvents, PathInteractions, PathCommands} {
		mux.HandleFunc("POST "+path, b.serve)
	}
	return inTime(mux)
}

// inTime gives every body bodyTime, also one that nobody reads: net/http waits for
// what a handler left of it before it answers.
func inTime(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
		}
		next.ServeHTTP(w, r)
	})
}

func (b *Bridge) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		http.Error(w, `{"error":"too_large"}`, http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil || !b.signed(r.Header, body) {
		b.log.Warn("a request without Slack's signature was refused", "path", r.URL.Path)
		refuseRequest(w)
		return
	}
	raw := payloadOf(body)
	var e struct{ Type, Challenge string }
	if webapi.Decode(raw, &e) == nil && e.Type == "url_verification" {
		writeJSON(w, map[string]string{"challenge": e.Challenge})
		return
	}
	if answer := b.answerAtOnce(r.Context(), raw); answer != nil {
		writeJSON(w, answer)
		return
	}
	if answer := b.atOnce(raw); answer != nil {
		writeJSON(w, answer)
		return
	}
	var answer any
	if e, ok := marking(raw); ok {
		answer = b.proposeAtOnce(r.Context(), e)
	}
	if err := b.receive(r.Context(), raw); err != nil {
		b.log.Error("a request of Slack was not kept", "error", err)
		w.WriteHeader(http.StatusInternalServerError) // Slack tries again
		return
	}
	if answer != nil {
		writeJSON(w, answer)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// refuseRequest is the one answer to everything that is not signed.
func refuseRequest(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = io.WriteString(w, `{"error":"unauthorized"}`)
}

func writeJSON(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

// signed checks the signature over the raw body, and the clock.
func (b *Bridge) signed(h http.Header, body []byte) bool {
	if b.Config.SigningSecret == "" || b.Config.Mode != ModeHTTP {
		return false
	}
	at, err := strconv.ParseInt(h.Get("X-Slack-Request-Timestamp"), 10, 64)
	if err != nil {
		return false
	}
	if age := b.Now().Sub(time.Unix(at, 0)); age > maxPast || age < -maxFuture {
		return false
	}
	v, err := slack.NewSecretsVerifier(h, b.Config.SigningSecret)
	if err != nil {
		return false
	}
	if _, err := v.Write(body); err != nil {
		return false
	}
	return v.Ensure() == nil
}

// payloadOf returns the JSON of a request: events are JSON, interactions have it
// in a form field, commands are a form.
func payloadOf(body []byte) []byte {
	if len(body) > 0 && body[0] == '{' {
		return body
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return body
	}
	if payload := form.Get("payload"); payload != "" {
		return []byte(payload)
	}
	fields := make(map[string]string, len(form))
	for k := range form {
		fields[k] = form.Get(k)
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		return body
	}
	return raw
}
