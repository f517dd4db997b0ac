package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
)

// Handler answers the operator's commands on the admin listener, under
// /operator/. That listener is on loopback and asks nobody who they are, so a
// page in the operator's browser must not get through: requests need the
// address of the listener as their Host and a header that no form can set.
func Handler(desk Desk) http.Handler {
	d := Direct{desk}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /operator/explain", func(w http.ResponseWriter, r *http.Request) {
		var b strings.Builder
		answer(w, d.Explain(r.Context(), r.FormValue("id"), &b), b.String)
	})
	mux.HandleFunc("GET /operator/events", d.handleEvents)
	mux.HandleFunc("GET /operator/report", d.handleReport)
	mux.HandleFunc("GET /operator/parked", func(w http.ResponseWriter, r *http.Request) {
		rows, err := d.Parked(r.Context())
		answer(w, err, func() string { return encode(rows) })
	})
	mux.HandleFunc("POST /operator/ping", func(w http.ResponseWriter, r *http.Request) {
		answer(w, d.Ping(r.Context()), func() string { return "written" })
	})
	mux.HandleFunc("POST /operator/resume", func(w http.ResponseWriter, r *http.Request) {
		n, err := d.Resume(r.Context(), r.FormValue("consumer"), r.FormValue("id"))
		answer(w, err, func() string { return encode(n) })
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(header) == "" || !literal(r.Host) {
			http.Error(w, "for the handoff command only", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

const header = "Handoff-Operator"

// literal says that a Host is an address or localhost, not a name that somebody
// made point here.
func literal(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil
}

func answer(w http.ResponseWriter, err error, body func() string) {
	switch {
	case errors.Is(err, conversation.ErrNotFound):
		http.Error(w, err.Error(), http.StatusNotFound)
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	default:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, body())
	}
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return string(b)
}

// Remote asks a running server through its admin listener.
type Remote struct {
	Addr   string
	Client *http.Client
}

// Listening says whether a Handoff answers at the address of an admin listener.
func (r Remote) Listening(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, err := r.ask(ctx, http.MethodGet, "parked", nil)
	return err == nil
}

// Explain implements Console.
func (r Remote) Explain(ctx context.Context, idOrReference string, w io.Writer) error {
	body, err := r.ask(ctx, http.MethodGet, "explain", url.Values{"id": {idOrReference}})
	if err == nil {
		_, err = w.Write(body)
	}
	return err
}

// Ping implements Console.
func (r Remote) Ping(ctx context.Context) error {
	_, err := r.ask(ctx, http.MethodPost, "ping", nil)
	return err
}

// Parked implements Console.
func (r Remote) Parked(ctx context.Context) ([]feed.Parked, error) {
	var rows []feed.Parked
	body, err := r.ask(ctx, http.MethodGet, "parked", nil)
	if err == nil {
		err = json.Unmarshal(body, &rows)
	}
	return rows, err
}

// Resume implements Console.
func (r Remote) Resume(ctx context.Context, consumer, idOrReference string) (int, error) {
	var n int
	body, err := r.ask(ctx, http.MethodPost, "resume", url.Values{"consumer": {consumer}, "id": {idOrReference}})
	if err == nil {
		err = json.Unmarshal(body, &n)
	}
	return n, err
}

// biggest is the most of an answer that is read.
const biggest = 64 << 20

func (r Remote) ask(ctx context.Context, method, what string, query url.Values) ([]byte, error) {
	addr := url.URL{Scheme: "http", Host: dialable(r.Addr), Path: "/operator/" + what, RawQuery: query.Encode()}
	req, err := http.NewRequestWithContext(ctx, method, addr.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("ask the server at %s: %w", r.Addr, err)
	}
	req.Header.Set(header, "1")
	resp, err := r.Client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the server at %s: %w", r.Addr, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, biggest))
	switch text := strings.TrimSpace(string(body)); {
	case err != nil:
		return nil, fmt.Errorf("read the server's answer: %w", err)
	case resp.StatusCode == http.StatusNotFound && strings.Contains(text, conversation.ErrNotFound.Error()):
		return nil, conversation.ErrNotFound
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the server at %s says: %s", r.Addr, text)
	}
	return body, nil
}

// dialable turns a listener's address into one to call: ":9090" is on loopback.
func dialable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip, err := netip.ParseAddr(host); host == "" || (err == nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
