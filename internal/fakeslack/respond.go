package fakeslack

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// responseURL is the method name under which posts to response URLs are
// recorded and hit by faults.
const responseURL = "response_url"

// hook is one response_url.
type hook struct {
	user, channel string
	source        string // ts of the message that was acted on, if any
	uses          int
	expires       time.Time
}

// newHook makes the response_url of an interaction.
func (st *State) newHook(user, channel, source string) string {
	id := strings.ToLower(rand.Text())
	st.hooks[id] = &hook{user: user, channel: channel, source: source, expires: st.opts.Now().Add(responseLife)}
	return st.link("/response/" + id)
}

// ResponseURL makes a response_url for a person in a channel, as one comes with an
// interaction; for payloads that a test has made itself.
func (s *Server) ResponseURL(user, channel string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.newHook(user, channel, "")
}

func (s *Server) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	args, _, _, err := readArgs(w, r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	id := r.PathValue("hook")
	s.mu.Lock()
	if h := s.state.hooks[id]; h != nil {
		args["channel"] = h.channel
	}
	s.mu.Unlock()
	if raw := args["payload"]; raw != "" { // the form variant wraps the JSON
		_ = readJSONArgs(strings.NewReader(raw), args)
	}
	c := &call{State: s.state, s: s, name: responseURL, args: args, ctx: r.Context()}
	s.answer(w, c, func() (reply, error) { return c.respond(s.state.hooks[id]) })
}

// writeResponse answers a post to a response URL.
func (s *Server) writeResponse(w http.ResponseWriter, out reply) {
	status := http.StatusOK
	if code, _ := out["error"].(string); code != "" {
		status = http.StatusNotFound
		if code != "used_url" && code != "expired_url" {
			status = http.StatusBadRequest
		}
	}
	s.mu.Lock()
	untyped := s.state.sw.UntypedReplies
	s.mu.Unlock()
	if untyped {
		w.Header()["Content-Type"] = nil
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(out)
		return
	}
	writeJSON(w, status, out)
}

// respond does what one post to a response URL asks for.
func (c *call) respond(h *hook) (reply, error) {
	switch {
	case h == nil || c.opts.Now().After(h.expires):
		return nil, refuse("expired_url")
	case h.uses >= maxResponseUses:
		return nil, refuse("used_url")
	}
	r := c.channels[h.channel]
	if r == nil {
		return nil, refuse("channel_not_found")
	}
	h.uses++
	if c.on("delete_original") {
		return nil, c.deleteOriginal(r, h)
	}
	d, err := c.readDraft()
	if err != nil {
		return nil, err
	}
	if d.text == "" && len(d.blocks) == 0 && !d.attachments {
		return nil, refuse("no_text")
	}
	if c.on("replace_original") && h.source != "" {
		return nil, c.replaceOriginal(r, h, d)
	}
	m := c.botMessage(r, d, d.text)
	c.ts = m.TS
	if c.args["response_type"] == "in_channel" {
		c.store(r, m)
		c.s.raiseMessage(r, m, nil)
		return nil, nil
	}
	m.Ephemeral, m.Metadata = h.user, nil
	c.ephemerals = append(c.ephemerals, m)
	return nil, nil
}

func (st *State) ephemeral(user, ts string) *Message {
	for _, m := range st.ephemerals {
		if m.TS == ts && (user == "" || m.Ephemeral == user) {
			return m
		}
	}
	return nil
}

func (c *call) deleteOriginal(r *room, h *hook) error {
	if c.ephemeral(h.user, h.source) != nil {
		c.ephemerals = slices.DeleteFunc(slices.Clone(c.ephemerals), func(m *Message) bool { return m.TS == h.source })
		return nil
	}
	m := r.find(h.source)
	if m == nil {
		return refuse("message_not_found")
	}
	c.s.remove(r, m)
	return nil
}

func (c *call) replaceOriginal(r *room, h *hook, d draft) error {
	m := c.ephemeral(h.user, h.source)
	stored := m == nil
	if stored {
		m = r.find(h.source)
	}
	if m == nil || m.Tombstone {
		return refuse("message_not_found")
	}
	old := *m
	m.Text, m.Raw, m.Blocks = d.text, d.raw, d.blocks
	m.Controls = c.countControls(d)
	c.ts = m.TS
	if stored {
		c.s.markEdited(m)
		c.s.raiseChanged(r, m, &old)
	}
	return nil
}
