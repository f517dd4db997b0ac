package fakeslack

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Thread returns the root and its replies in order; nil when there is none.
func (st *State) Thread(channel, root string) []Message {
	r := st.channels[channel]
	if r == nil {
		return nil
	}
	m := r.find(root)
	if m == nil {
		return nil
	}
	return copies(append([]*Message{m}, r.replies(root)...))
}

// History returns what the channel itself shows, oldest first.
func (st *State) History(channel string) []Message {
	if r := st.channels[channel]; r != nil {
		return copies(r.roots())
	}
	return nil
}

// Message finds one stored message.
func (st *State) Message(channel, ts string) (Message, bool) {
	if r := st.channels[channel]; r != nil {
		if m := r.find(ts); m != nil {
			return *m, true
		}
	}
	return Message{}, false
}

// Ephemerals returns the messages only that user sees, in order.
func (st *State) Ephemerals(user string) []Message {
	return copies(filter(st.ephemerals, func(m *Message) bool { return m.Ephemeral == user }))
}

// Views returns the user's open modals, the top one last.
func (st *State) Views(user string) []View {
	var out []View
	for _, v := range st.views {
		if v.User == user {
			out = append(out, *v)
		}
	}
	return out
}

// Home returns what was published to the user's Home tab.
func (st *State) Home(user string) (View, bool) {
	if v := st.homes[user]; v != nil {
		return *v, true
	}
	return View{}, false
}

// Calls returns every request so far, and of very many the latest. Their Args are
// shared and must not be changed.
func (st *State) Calls() []Call {
	out := make([]Call, 0, len(st.calls))
	for _, c := range st.calls {
		out = append(out, *c)
	}
	return out
}

// Deliveries returns every payload for the app so far, and of very many the
// latest.
func (st *State) Deliveries() []Delivery {
	var out []Delivery
	for _, d := range st.deliveries {
		out = append(out, Delivery{ID: d.id, Kind: d.kind, Type: d.typ, Attempts: d.attempt, Acked: d.acked, Over: d.over, Payload: d.payload})
	}
	return out
}

// Notices returns Slack's own remarks to a user, such as an action that the app
// did not answer.
func (st *State) Notices(user string) []string { return slices.Clone(st.notices[user]) }

// Sockets counts the open sockets.
func (st *State) Sockets() int { return st.sockets }

func copies(list []*Message) []Message {
	var out []Message
	for _, m := range list {
		out = append(out, *m)
	}
	return out
}

// look reads the state under the lock.
func look[T any](s *Server, fn func(*State) T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fn(s.state)
}

// Thread is State.Thread, now.
func (s *Server) Thread(channel, root string) []Message {
	return look(s, func(st *State) []Message { return st.Thread(channel, root) })
}

// History is State.History, now.
func (s *Server) History(channel string) []Message {
	return look(s, func(st *State) []Message { return st.History(channel) })
}

// Message is State.Message, now.
func (s *Server) Message(channel, ts string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.Message(channel, ts)
}

// Ephemerals is State.Ephemerals, now.
func (s *Server) Ephemerals(user string) []Message {
	return look(s, func(st *State) []Message { return st.Ephemerals(user) })
}

// Views is State.Views, now.
func (s *Server) Views(user string) []View {
	return look(s, func(st *State) []View { return st.Views(user) })
}

// Home is State.Home, now.
func (s *Server) Home(user string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.Home(user)
}

// Calls is State.Calls, now.
func (s *Server) Calls() []Call { return look(s, (*State).Calls) }

// Deliveries is State.Deliveries, now.
func (s *Server) Deliveries() []Delivery { return look(s, (*State).Deliveries) }

// Notices is State.Notices, now.
func (s *Server) Notices(user string) []string {
	return look(s, func(st *State) []string { return st.Notices(user) })
}

// WaitFor returns as soon as ok holds, looking again at each change, or with an
// error when ctx ends first. ok runs under the server's lock: it may use the
// State it is given, and none of the Server's methods.
func (s *Server) WaitFor(ctx context.Context, ok func(*State) bool) error {
	for {
		s.mu.Lock()
		holds, changed := ok(s.state), s.changed
		s.mu.Unlock()
		if holds {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for the workspace: %w", ctx.Err())
		}
	}
}

// BlockIDs lists the ids of the message's blocks.
func (m Message) BlockIDs() []string {
	var out []string
	for _, b := range m.Blocks {
		id, _ := b["block_id"].(string)
		out = append(out, id)
	}
	return out
}

// Actions lists the action ids of the message's interactive elements.
func (m Message) Actions() []string { return actionIDs(m.Blocks) }

// Actions lists the action ids of the view's interactive elements.
func (v View) Actions() []string { return actionIDs(v.Blocks) }

func actionIDs(blocks []Block) []string {
	var out []string
	for _, b := range blocks {
		items, _ := b["elements"].([]any)
		for _, item := range append(slices.Clone(items), b["accessory"], b["element"]) {
			if e, ok := item.(map[string]any); ok {
				if id, _ := e["action_id"].(string); id != "" {
					out = append(out, id)
				}
			}
		}
	}
	return out
}

// Visible returns what a person reads: the text of all blocks, one line per
// text object, or the message's text when it has none.
func (m Message) Visible() string {
	if len(m.Blocks) == 0 {
		return unescape(m.Text)
	}
	return visible(m.Blocks)
}

// Visible returns what a person reads in the view, its title first.
func (v View) Visible() string { return strings.TrimSpace(v.Title + "\n" + visible(v.Blocks)) }

func visible(blocks []Block) string {
	var lines []string
	for _, b := range blocks {
		collect(map[string]any(b), &lines)
	}
	return strings.Join(lines, "\n")
}

// collect gathers texts in reading order: label and text before elements.
func collect(node map[string]any, lines *[]string) {
	switch node["type"] {
	case "plain_text", "markdown":
		text, _ := node["text"].(string)
		*lines = append(*lines, text)
		return
	case "mrkdwn":
		text, _ := node["text"].(string)
		*lines = append(*lines, unescape(text))
		return
	case "rich_text_section", "rich_text_quote", "rich_text_preformatted":
		*lines = append(*lines, richLine(node))
		return
	}
	for _, field := range []string{"label", "text", "fields", "elements", "element", "accessory"} {
		switch child := node[field].(type) {
		case map[string]any:
			collect(child, lines)
		case []any:
			for _, item := range child {
				if m, ok := item.(map[string]any); ok {
					collect(m, lines)
				}
			}
		}
	}
}

// richLine flattens the inline elements of a rich text part.
func richLine(part map[string]any) string {
	var b strings.Builder
	items, _ := part["elements"].([]any)
	for _, item := range items {
		e, _ := item.(map[string]any)
		text := func(field, before, after string) {
			if s, ok := e[field].(string); ok {
				b.WriteString(before + s + after)
			}
		}
		switch e["type"] {
		case "link":
			if e["text"] == nil {
				text("url", "", "")
			}
			text("text", "", "")
		case "emoji":
			text("name", ":", ":")
		case "user":
			text("user_id", "<@", ">")
		case "usergroup":
			text("usergroup_id", "<!subteam^", ">")
		case "channel":
			text("channel_id", "<#", ">")
		case "broadcast":
			text("range", "@", "")
		case "date":
			text("fallback", "", "")
		default:
			text("text", "", "")
		}
	}
	return b.String()
}
