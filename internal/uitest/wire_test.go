package uitest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// wire is the way between the browser and the product. Its URL is the chat server
// for the browser. A route is a method and the end of a path ("POST /messages"), or
// the end alone; preflights are let through and not counted.
type wire struct {
	URL    string
	t      *testing.T
	client *http.Transport
	page   http.Handler // a site of the same origin, at its root; nil for none

	mu     sync.Mutex
	to     string
	seen   []request
	rules  []*rule
	dead   bool
	edit   func(event) []event
	pipes  map[*pipe]bool
	served int // streams that were opened so far
	broken int // streams and requests that were broken so far
}

// request is one request that came over the wire.
type request struct {
	Method, Path, Query string
	Header              http.Header
	Body                string
	At                  time.Time
	Status              int // 0 while there is no answer, or when it was lost
	Bytes               int // of the answer's body, as transferred
}

// rule is what happens to the next requests of a route.
type rule struct {
	route string
	times int           // left
	hold  chan struct{} // forwarded when it is closed
	deaf  bool          // not forwarded
	mute  bool          // forwarded, the answer dropped
	reply *http.Response
	body  string
	say   func(request) (status int, body string)
}

func newWire(t *testing.T) *wire {
	w := &wire{t: t, client: &http.Transport{DisableCompression: true}, pipes: make(map[*pipe]bool)}
	server := httptest.NewUnstartedServer(w)
	// A browser asks again by itself when a kept connection ends without an answer.
	server.Config.SetKeepAlivesEnabled(false)
	server.Start()
	w.URL = server.URL
	t.Cleanup(func() {
		w.down()
		server.CloseClientConnections()
		server.Close()
		w.client.CloseIdleConnections()
	})
	return w
}

// leadTo says where the wire ends.
func (w *wire) leadTo(url string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.to = url
}

func (w *wire) add(r *rule) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rules = append(w.rules, r)
}

// fail answers the next n requests of a route in place of the product, with an error
// of the API. Headers are "Name: value".
func (w *wire) fail(route string, status, n int, headers ...string) {
	code := "test_" + strconv.Itoa(status)
	body := `{"error":{"code":"` + code + `","message":"The wire says ` + strconv.Itoa(status) + `.","locale":"en","request_id":"req_wire"}}`
	w.reply(route, status, body, n, append(headers, "Content-Type: application/json")...)
}

// reply is fail with any body.
func (w *wire) reply(route string, status int, body string, n int, headers ...string) {
	answer := &http.Response{StatusCode: status, Header: http.Header{}}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		answer.Header.Set(name, value)
	}
	w.add(&rule{route: route, times: n, deaf: true, reply: answer, body: body})
}

// answers answers every request of a route in place of the product, with JSON.
func (w *wire) answers(route string, say func(request) (status int, body string)) {
	w.add(&rule{route: route, times: 1 << 30, deaf: true, say: say})
}

// lose lets the product have the next n requests of a route and drops the answers.
func (w *wire) lose(route string, n int) { w.add(&rule{route: route, times: n, mute: true}) }

// refuse drops the next n requests of a route before the product sees them.
func (w *wire) refuse(route string, n int) { w.add(&rule{route: route, times: n, deaf: true}) }

// hold keeps all requests of a route before the product until release is called.
func (w *wire) hold(route string) (release func()) {
	r := &rule{route: route, times: 1 << 30, hold: make(chan struct{})}
	w.add(r)
	return sync.OnceFunc(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.rules = slices.DeleteFunc(w.rules, func(known *rule) bool { return known == r })
		close(r.hold)
	})
}

// down cuts everything and drops every request until up.
func (w *wire) down() {
	w.mu.Lock()
	w.dead = true
	w.mu.Unlock()
	w.cut()
}

func (w *wire) up() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = false
}

// asked lists the requests of a route so far.
func (w *wire) asked(route string) []request {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []request
	for _, r := range w.seen {
		if matches(route, r.Method, r.Path) {
			out = append(out, r)
		}
	}
	return out
}

func matches(route, method, path string) bool {
	wanted, end, ok := strings.Cut(route, " ")
	if !ok {
		return strings.HasSuffix(path, route)
	}
	return wanted == method && strings.HasSuffix(path, end)
}

// take notes a request and finds its rule.
func (w *wire) take(r *http.Request, body []byte) (at int, found *rule, to string, dead bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Method == http.MethodOptions {
		return -1, nil, w.to, w.dead
	}
	w.seen = append(w.seen, request{
		Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header, Body: string(body), At: time.Now(),
	})
	for i, rule := range w.rules {
		if !matches(rule.route, r.Method, r.URL.Path) {
			continue
		}
		if rule.mute || rule.deaf && rule.reply == nil && rule.say == nil {
			w.broken++
		}
		if rule.times--; rule.times == 0 {
			w.rules = slices.Delete(w.rules, i, i+1)
		}
		return len(w.seen) - 1, rule, w.to, w.dead
	}
	return len(w.seen) - 1, nil, w.to, w.dead
}

func (w *wire) note(at, status, bytes int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at >= 0 {
		w.seen[at].Status, w.seen[at].Bytes = status, bytes
	}
}

func (w *wire) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if w.page != nil && r.URL.Path == "/" {
		w.page.ServeHTTP(out, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	at, rule, to, dead := w.take(r, body)
	if rule != nil && rule.hold != nil {
		select {
		case <-rule.hold:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	switch {
	case rule != nil && (rule.reply != nil || rule.say != nil) && !dead:
		w.speak(out, r, at, *rule)
		return
	case dead || rule != nil && rule.deaf:
		panic(http.ErrAbortHandler)
	}
	w.forward(out, r, body, to, at, rule != nil && rule.mute)
}

// speak answers in place of the product, readable for the page's origin.
func (w *wire) speak(out http.ResponseWriter, r *http.Request, at int, rule rule) {
	if rule.say != nil {
		w.mu.Lock()
		req := w.seen[at]
		w.mu.Unlock()
		rule.reply = &http.Response{Header: http.Header{"Content-Type": {"application/json"}}}
		rule.reply.StatusCode, rule.body = rule.say(req)
	}
	h := out.Header()
	h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	h.Set("Access-Control-Expose-Headers", "Retry-After")
	for name, values := range rule.reply.Header {
		h[name] = values
	}
	out.WriteHeader(rule.reply.StatusCode)
	_, _ = io.WriteString(out, rule.body)
	w.note(at, rule.reply.StatusCode, len(rule.body))
}

func (w *wire) forward(out http.ResponseWriter, r *http.Request, body []byte, to string, at int, mute bool) {
	on, err := http.NewRequestWithContext(r.Context(), r.Method, to+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	on.Header = r.Header.Clone()
	on.Host = r.Host
	answer, err := w.client.RoundTrip(on)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = answer.Body.Close() }()
	if mute {
		_, _ = io.Copy(io.Discard, answer.Body)
		panic(http.ErrAbortHandler)
	}
	for name, values := range answer.Header {
		out.Header()[name] = values
	}
	out.WriteHeader(answer.StatusCode)
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
		w.note(at, answer.StatusCode, 0)
		w.pump(out, answer.Body)
		return
	}
	n, err := io.Copy(out, answer.Body)
	w.note(at, answer.StatusCode, int(n))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
}

// forget takes back every rule.
func (w *wire) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rules = nil
}
