package widgetapi

import (
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// conversationID is the form of an id. Anything else is not looked up.
var conversationID = regexp.MustCompile(`^cnv_[a-z2-7]{26}$`)

// guard puts what holds for every answer around the routes: the request id, the
// headers that tell browsers what not to do, CORS, and the last word on a panic.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cfg := s.config()
		s.setHeaders(w.Header(), r, cfg)
		defer s.recover(&call{w: w, r: r, cfg: cfg})
		if r.ContentLength != 0 {
			// net/http reads what a handler left of a body before it answers.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
		}
		if isPreflight(r) {
			preflight(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) setHeaders(h http.Header, r *http.Request, cfg Config) {
	h.Set("X-Request-Id", conversation.RandomID("req"))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	if strings.HasPrefix(cfg.Server.PublicURL, "https://") {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if !strings.HasPrefix(r.URL.Path, "/v1/") {
		// Scripts and health are public and carry nobody's data; a site may load
		// them as modules and under cross-origin isolation.
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		return
	}
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); anyKeyAllows(cfg, origin) {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", "Retry-After, X-Request-Id")
	}
}

// anyKeyAllows decides who may read an answer; a preflight does not say which
// key it is for. Who may do something is decided by the key, in the route.
func anyKeyAllows(cfg Config, origin string) bool {
	if origin == "" {
		return false
	}
	for _, k := range cfg.Widget.Keys {
		if allows(k.Origins, origin) {
			return true
		}
	}
	return false
}

func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

func preflight(w http.ResponseWriter) {
	h := w.Header()
	h.Add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers")
	if h.Get("Access-Control-Allow-Origin") != "" {
		h.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID")
		h.Set("Access-Control-Max-Age", "600")
	}
	w.WriteHeader(http.StatusNoContent)
}

// dispatch is the mux with this API's own words for what it does not know.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	r = unpinned(r)
	if _, pattern := s.mux.Handler(r); pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	probe := &probe{header: make(http.Header)}
	s.mux.ServeHTTP(probe, r)
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		s.fail(&call{w: w, r: r, cfg: s.config()}, &fault{code: codeMethod})
		return
	}
	s.fail(&call{w: w, r: r, cfg: s.config()}, &fault{code: codeNoRoute})
}

// probe takes the mux's own answer, to learn whether only the method is wrong.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }

// recover ends a request that panicked. The panic's value may hold what the
// visitor wrote, so only the place is logged.
func (s *Server) recover(c *call) {
	switch v := recover(); v {
	case nil:
	case http.ErrAbortHandler:
		panic(v)
	default:
		s.deps.Logger.Error("a request panicked", "request_id", c.w.Header().Get("X-Request-Id"), "route", c.r.Pattern, "stack", string(debug.Stack()))
		s.fail(c, &fault{code: codeInternal})
	}
}
