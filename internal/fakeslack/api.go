package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// maxBody bounds the body of a Web API call, in bytes.
const maxBody = 4 << 20

// reply is the JSON answer of a method, without ok.
type reply map[string]any

// apiError is a refusal: the error code and further fields of the answer.
type apiError struct {
	code  string
	extra reply
}

func (e *apiError) Error() string { return e.code }

func refuse(code string) error { return &apiError{code: code} }

// call is one Web API request on its way through a method.
type call struct {
	*State
	s      *Server
	name   string
	args   map[string]string
	token  string
	header bool // the token came in the Authorization header
	record *Call
	ts     string
	warn   []string
	ctx    context.Context
}

// on reports whether a boolean argument is set.
func (c *call) on(name string) bool {
	v := strings.ToLower(c.args[name])
	return v == "true" || v == "1"
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("GET /link/", s.serveSocket)
	mux.HandleFunc("POST /response/{hook}", s.serveResponseURL)
	mux.HandleFunc("POST /upload/{file}", s.serveUpload)
	mux.HandleFunc("GET /files-pri/{file}/{name}", s.serveFile)
	mux.HandleFunc("GET /signin", s.serveSignIn)
	mux.HandleFunc("GET /avatar/{user}", s.serveAvatar)
	s.pageRoutes(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		// People reach the page by another name than the app reaches the API,
		// and in an outage they can still look at it.
		page := r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, "/page/")
		out := s.state.sw.Outage && !page
		if s.opts.BaseURL == "" && r.Host != "" && !page {
			s.state.base = "http://" + r.Host
		}
		s.mu.Unlock()
		if out {
			dropConnection(w)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// dropConnection ends the connection without an answer, with a reset on TCP.
func dropConnection(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // net/http's way to end a connection that cannot be taken over
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	args, token, header, err := readArgs(w, r)
	if err != nil {
		writeJSON(w, http.StatusOK, reply{"ok": false, "error": err.Error()})
		return
	}
	c := &call{State: s.state, s: s, name: r.PathValue("method"), args: args, token: token, header: header, ctx: r.Context()}
	s.answer(w, c, c.run)
}

// answer runs one recorded call through the faults and writes what came out.
func (s *Server) answer(w http.ResponseWriter, c *call, run func() (reply, error)) {
	s.mu.Lock()
	c.record = s.state.record(Call{Method: c.name, Args: c.args, At: s.opts.Now(), Status: http.StatusOK})
	failure := s.faults.take(c.name, c.args["channel"])
	s.mu.Unlock()

	slow, _ := failure.(Slow)
	if slow.For > 0 && slow.Before {
		s.sleep(c.ctx, slow.For)
	}
	out, failed := s.commit(c, failure, run)
	if slow.For > 0 && !slow.Before {
		s.sleep(c.ctx, slow.For)
	}
	if failed {
		writeFailure(w, failure)
		return
	}
	if limit, ok := out["retry_after"].(string); ok {
		w.Header().Set("Retry-After", limit)
		writeJSON(w, http.StatusTooManyRequests, reply{"ok": false, "error": "ratelimited"})
		return
	}
	if c.name == responseURL {
		s.writeResponse(w, out)
		return
	}
	if c.token == s.opts.BotToken {
		w.Header().Set("X-OAuth-Scopes", s.granted())
	}
	writeJSON(w, http.StatusOK, out)
}

// commit runs the call unless the failure comes first, and records the result.
func (s *Server) commit(c *call, failure Failure, run func() (reply, error)) (out reply, failed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := c.record
	defer s.touch()
	before, after := stages(failure)
	if !before {
		out = result(run())
		rec.Committed = out["ok"] == true
		rec.Error, _ = out["error"].(string)
		rec.TS = c.ts
		if out["retry_after"] != nil {
			rec.Status = http.StatusTooManyRequests
		}
		if len(c.warn) > 0 {
			out["warning"] = strings.Join(c.warn, ",")
			out["response_metadata"] = reply{"warnings": c.warn}
		}
	}
	if before || after {
		rec.Status, rec.Error = failureResult(failure)
	}
	if rec.Error != "" {
		s.log.Info("call refused", "method", c.name, "error", rec.Error)
	}
	return out, before || after
}

// stages tells whether the failure replaces the call or follows it.
func stages(f Failure) (before, after bool) {
	switch f := f.(type) {
	case Refuse:
		return !f.After, f.After
	case Status:
		return !f.After, f.After
	case Drop:
		return !f.After, f.After
	default:
		return false, false
	}
}

func failureResult(f Failure) (status int, code string) {
	switch f := f.(type) {
	case Refuse:
		return http.StatusOK, f.Error
	case Status:
		return f.Code, http.StatusText(f.Code)
	default:
		return 0, "dropped"
	}
}

func writeFailure(w http.ResponseWriter, f Failure) {
	switch f := f.(type) {
	case Refuse:
		writeJSON(w, http.StatusOK, reply{"ok": false, "error": f.Error})
	case Status:
		if f.RetryAfter != "" {
			w.Header().Set("Retry-After", f.RetryAfter)
		}
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Code)
		_, _ = io.WriteString(w, "<html>"+http.StatusText(f.Code)+"</html>")
	default:
		dropConnection(w)
	}
}

func result(out reply, err error) reply {
	var refusal *apiError
	switch {
	case errors.As(err, &refusal):
		full := reply{"ok": false, "error": refusal.code}
		for k, v := range refusal.extra {
			full[k] = v
		}
		return full
	case err != nil:
		return reply{"ok": false, "error": "internal_error"}
	}
	if out == nil {
		out = reply{}
	}
	out["ok"] = true
	return out
}

// readArgs reads a form or JSON body. Structured JSON values come out as JSON
// text, so that both kinds of body look alike to a method.
func readArgs(w http.ResponseWriter, r *http.Request) (args map[string]string, token string, header bool, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	args = map[string]string{}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		if err = readJSONArgs(r.Body, args); err != nil {
			return nil, "", false, err
		}
		delete(args, "token") // Slack takes no token from a JSON body
	case "multipart/form-data":
		if err = r.ParseMultipartForm(maxBody); err != nil {
			return nil, "", false, refuse("invalid_form_data")
		}
		flatten(r.Form, args)
	default:
		if err = r.ParseForm(); err != nil {
			return nil, "", false, refuse("invalid_form_data")
		}
		flatten(r.Form, args)
	}
	token = args["token"]
	delete(args, "token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token, header = bearer, true
	}
	return args, token, header, nil
}

func flatten(form url.Values, args map[string]string) {
	for k, v := range form {
		args[k] = v[0]
	}
}

func readJSONArgs(body io.Reader, args map[string]string) error {
	var raw map[string]json.RawMessage
	if err := json.NewDecoder(body).Decode(&raw); err != nil && !errors.Is(err, io.EOF) {
		return refuse("invalid_json")
	}
	for k, v := range raw {
		var text string
		switch {
		case json.Unmarshal(v, &text) == nil:
			args[k] = text
		default:
			args[k] = string(v)
		}
		if string(v) == "null" {
			delete(args, k)
		}
	}
	return nil
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
