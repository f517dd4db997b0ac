package widgetapi

import (
	"net/http"
	"net/http/pprof"
)

// Admin returns the side that is never public: the detailed /healthz, /metrics
// and /debug/pprof. It asks for no password; the listener it is served on has to
// be reachable by the operator alone.
func (s *Server) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.adminHealth)
	if s.deps.Metrics != nil {
		mux.Handle("GET /metrics", s.deps.Metrics)
	}
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /test", func(w http.ResponseWriter, _ *http.Request) {
		s.writeJSON(w, faults[codeNotYet].status, ErrorReply{ErrorDetail{Code: codeNotYet, Message: "GET /test is not in this version."}})
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Security-Policy", "frame-ancestors 'none'")
		mux.ServeHTTP(w, r)
	})
}

// AdminHealth is the detailed answer of the admin's /healthz.
type AdminHealth struct {
	Status  string `json:"status"`
	Streams int    `json:"streams"`
	Detail  any    `json:"detail,omitempty"`
}

func (s *Server) adminHealth(w http.ResponseWriter, r *http.Request) {
	h := s.deps.health(r.Context())
	status, word := http.StatusOK, "ok"
	if !h.OK {
		status, word = http.StatusServiceUnavailable, "degraded"
	}
	s.writeJSON(w, status, AdminHealth{Status: word, Streams: s.streams.open(), Detail: h.Detail})
}
