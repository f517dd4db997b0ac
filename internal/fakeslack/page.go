package fakeslack

import (
	"embed"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strings"
)

// The staff page is static files, a snapshot of what one person sees
// (page/state), a stream that says when to fetch it again (page/stream), and
// one endpoint for everything that person does (page/act). All its addresses
// are relative, so that the whole handler may be mounted under a prefix.
//
// Tests find things by data-testid: channel-<ID>, app-home, act-as, back;
// message-<ts>, thread-<ts> (its line of replies), reply-<ts>, more-<ts>,
// edit-<ts>, delete-<ts>, dismiss-<ts>, shortcut-<callback_id>, file-<ID>;
// button-<action_id>, field-<action_id>, option-<value>, confirm-ok;
// composer, send, file, composer-problem, and in the thread pane (thread)
// thread-composer, thread-send, thread-file, thread-composer-problem,
// thread-close, on a phone thread-back; home, tab-home, tab-messages; modal,
// modal-submit, modal-close, modal-x, modal-back; toast. Each block has its id
// in data-block, and what the page cannot draw stands there as unknown.
//
//go:embed page
var pageFiles embed.FS

func (s *Server) pageRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", s.servePage)
	mux.HandleFunc("GET /page/{file}", s.servePage)
	mux.HandleFunc("GET /page/state", s.serveState)
	mux.HandleFunc("GET /page/emoji.json", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, emojiTable()) })
	mux.HandleFunc("GET /page/stream", s.serveStream)
	mux.HandleFunc("GET /page/files/{file}", s.servePageFile)
	guard := http.NewCrossOriginProtection()
	mux.Handle("POST /page/act", guard.Handler(http.HandlerFunc(s.serveAct)))
	mux.Handle("POST /page/upload", guard.Handler(http.HandlerFunc(s.servePageUpload)))
}

func (s *Server) servePage(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	if name == "" {
		name = "index.html"
	}
	body, err := pageFiles.ReadFile("page/" + path.Clean(name))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	_, _ = w.Write(body)
}

// serveStream sends the version of the workspace at each change.
func (s *Server) serveStream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	rc := http.NewResponseController(w)
	for {
		s.mu.Lock()
		version, changed := s.version, s.changed
		s.mu.Unlock()
		if _, err := fmt.Fprintf(w, "data: %d\n\n", version); err != nil {
			return
		}
		if rc.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}

// deed is one thing a person does on the page.
type deed struct {
	User, Do, Channel, Thread, TS, Text, Block, Action, Value, View, Name string
	Also                                                                  bool
	Values                                                                map[string]string
}

func (s *Server) serveAct(w http.ResponseWriter, r *http.Request) {
	var d deed
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&d); err != nil {
		writeJSON(w, http.StatusBadRequest, reply{"error": "the request could not be read"})
		return
	}
	if d.Do == "submit" {
		problems, err := s.Submit(r.Context(), d.User, d.View, d.Values)
		writeDeed(w, problems, err)
		return
	}
	if d.Do == "suggest" {
		options, err := s.suggest(r.Context(), d)
		writeJSON(w, http.StatusOK, reply{"ok": err == nil, "options": options})
		return
	}
	do := s.deeds()[d.Do]
	if do == nil {
		writeJSON(w, http.StatusBadRequest, reply{"error": "there is no such action"})
		return
	}
	writeDeed(w, nil, do(d))
}

func writeDeed(w http.ResponseWriter, problems map[string]string, err error) {
	out := reply{"ok": err == nil && len(problems) == 0, "problems": problems}
	if err != nil {
		out["error"] = explain(err)
	}
	writeJSON(w, http.StatusOK, out)
}

func (s *Server) deeds() map[string]func(deed) error {
	return map[string]func(deed) error{
		"type":   s.composer,
		"edit":   func(d deed) error { return s.Edit(d.User, d.Channel, d.TS, d.Text) },
		"delete": func(d deed) error { return s.Delete(d.User, d.Channel, d.TS) },
		"react":  s.toggleReaction,
		"pick":   func(d deed) error { return s.Pick(d.User, d.Channel, d.TS, d.Action, d.Value) },
		"pickView": func(d deed) error {
			return s.TouchIn(d.User, d.View, Touch{Block: d.Block, Action: d.Action, Value: d.Value, Values: d.Values})
		},
		"close": func(d deed) error { return s.CloseView(d.User, d.View) },
		"home":  func(d deed) error { return s.OpenHome(d.User) },
		"shortcut": func(d deed) error {
			if d.TS == "" {
				return s.GlobalShortcut(d.User, d.Name)
			}
			return s.Shortcut(d.User, d.Name, d.Channel, d.TS)
		},
		"dismiss": func(d deed) error { return s.dismiss(d.User, d.TS) },
	}
}

// composer is Slack's: what begins with a slash is a command, and threads have
// none. A leading space gets through and is trimmed.
func (s *Server) composer(d deed) error {
	if !strings.HasPrefix(d.Text, "/") {
		if d.Also && d.Thread != "" {
			_, err := s.Broadcast(d.User, d.Channel, d.Thread, d.Text)
			return err
		}
		_, err := s.Say(d.User, d.Channel, d.Thread, d.Text)
		return err
	}
	command, rest, _ := strings.Cut(d.Text, " ")
	switch {
	case d.Thread != "":
		return fmt.Errorf("%s: %w. Use a button, or begin a private note with ;;", command, ErrSlashCommand)
	case command != "/handoff":
		return fmt.Errorf("%s is not a command of this workspace. Begin with a space to send it as text", command)
	}
	return s.Command(d.User, d.Channel, strings.TrimSpace(rest))
}

func (s *Server) toggleReaction(d deed) error {
	err := s.React(d.User, d.Channel, d.TS, d.Name)
	if err != nil && err.Error() == "already_reacted" {
		return s.Unreact(d.User, d.Channel, d.TS, d.Name)
	}
	return err
}

// dismiss hides an ephemeral message, or with no ts the latest remarks.
func (s *Server) dismiss(user, ts string) error {
	s.do(func() {
		if ts == "" {
			delete(s.state.notices, user)
			return
		}
		s.state.ephemerals = filter(s.state.ephemerals, func(m *Message) bool { return m.Ephemeral != user || m.TS != ts })
	})
	return nil
}

// explain puts an error code into words.
func explain(err error) string {
	words := map[string]string{
		"not_in_channel":      "You are not a member of this channel.",
		"is_archived":         "This channel is archived.",
		"message_not_found":   "That message is no longer there.",
		"thread_not_found":    "That thread is no longer there.",
		"no_text":             "Write something first.",
		"cant_update_message": "You can only edit your own messages.",
		"cant_delete_message": "You can only delete your own messages.",
		"not_found":           "That view is no longer open.",
	}
	if w, ok := words[err.Error()]; ok {
		return w
	}
	if strings.HasPrefix(err.Error(), "no such action") {
		return "That has just changed. Look again."
	}
	return err.Error()
}
