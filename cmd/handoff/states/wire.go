package states

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// wire is what lies between the browser and the product, and can go wrong.
type wire struct {
	proxy *httputil.ReverseProxy

	mu      sync.Mutex
	down    bool
	rules   []rule
	open    map[*line]bool
	changed chan struct{} // closed when the wire heals
}

// rule is what happens to requests whose path ends with suffix.
type rule struct {
	suffix string
	hold   bool
	status int
	after  string
}

func newWire(product string) *wire {
	target := &url.URL{Scheme: "http", Host: product}
	w := &wire{open: map[*line]bool{}, changed: make(chan struct{})}
	w.proxy = &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		FlushInterval: -1,
		ErrorHandler:  func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	return w
}

// line is one answer on its way; what the wire puts into a stream goes between
// two of the product's own events.
type line struct {
	http.ResponseWriter
	mu     sync.Mutex
	cut    func()
	stream bool
}

func (l *line) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (l *line) Unwrap() http.ResponseWriter { return l.ResponseWriter }

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	down, changed := w.down, w.changed
	hit, _ := w.rule(r.URL.Path)
	w.mu.Unlock()
	switch {
	case down:
		panic(http.ErrAbortHandler) // the connection is dropped without an answer
	case hit.hold:
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	case hit.status != 0:
		if hit.after != "" {
			rw.Header().Set("Retry-After", hit.after)
		}
		http.Error(rw, "The wire says no.", hit.status)
		return
	}
	cut := make(chan struct{})
	l := &line{ResponseWriter: rw, cut: sync.OnceFunc(func() { close(cut) }), stream: strings.HasSuffix(r.URL.Path, "/events") && r.URL.Query().Get("wait") == ""}
	w.note(l, true)
	defer w.note(l, false)
	done := make(chan any, 1)
	go func() { // ends with the request
		defer func() { done <- recover() }()
		w.proxy.ServeHTTP(l, r)
	}()
	select {
	case failed := <-done:
		if failed != nil {
			panic(failed)
		}
	case <-cut:
		panic(http.ErrAbortHandler)
	}
}

func (w *wire) note(l *line, on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if on {
		w.open[l] = true
	} else {
		delete(w.open, l)
	}
}

func (w *wire) rule(path string) (rule, bool) {
	for _, r := range w.rules {
		if strings.HasSuffix(path, r.suffix) {
			return r, true
		}
	}
	return rule{}, false
}

// play does one step of a script:
//
//	wire down                     (nothing gets through, what is open breaks)
//	wire up                       (everything is as it should be)
//	wire holds SUFFIX             (requests to such a path wait)
//	wire refuses SUFFIX STATUS [RETRY-AFTER]
//	wire passes KIND JSON         (one passing event more on the open streams)
func (w *wire) play(words []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case words[0] == "down":
		w.down = true
		for l := range w.open {
			l.cut()
		}
	case words[0] == "up":
		w.down, w.rules = false, nil
		close(w.changed)
		w.changed = make(chan struct{})
	case words[0] == "holds" && len(words) == 2:
		w.rules = append(w.rules, rule{suffix: words[1], hold: true})
	case words[0] == "refuses" && len(words) >= 3:
		status, err := strconv.Atoi(words[2])
		if err != nil {
			return err
		}
		w.rules = append(w.rules, rule{suffix: words[1], status: status, after: strings.Join(words[3:], "")})
	case words[0] == "passes" && len(words) >= 3:
		for l := range w.open {
			if l.stream {
				_, _ = fmt.Fprintf(l, "event: %s\ndata: %s\n\n", words[1], strings.Join(words[2:], " "))
				_ = http.NewResponseController(l).Flush()
			}
		}
	default:
		return errNoStep
	}
	return nil
}
