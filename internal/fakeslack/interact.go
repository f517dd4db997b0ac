package fakeslack

import (
	"encoding/json"
	"maps"
	"strings"
)

// Press presses the button with that action id on a message, stored or
// ephemeral. The press is delivered once, like Slack's.
func (s *Server) Press(user, channel, ts, actionID string) error {
	return s.Pick(user, channel, ts, actionID, "")
}

// Pick uses any interactive element of a message: value is the value of the
// option to choose, a user or channel id, or typed text; a comma separates
// several. A button takes "".
func (s *Server) Pick(user, channel, ts, actionID, value string) error {
	return s.act(user, channel, func(r *room) error {
		m := s.state.ephemeral(user, ts)
		if m == nil {
			m = r.find(ts)
		}
		switch {
		case m == nil:
			return refuse("message_not_found")
		case !r.member(user):
			return refuse("not_in_channel")
		}
		action, err := s.action(m.Blocks, actionID, value)
		if err != nil {
			return err
		}
		p := s.interaction(user, "block_actions", "")
		p["actions"] = []any{action}
		p["state"] = map[string]any{"values": map[string]any{}}
		p["channel"] = s.channelRef(r)
		p["response_url"] = s.state.newHook(user, r.ID, m.TS)
		container := map[string]any{"type": "message", "message_ts": m.TS, "channel_id": r.ID, "is_ephemeral": m.Ephemeral != ""}
		if m.ThreadTS != "" {
			container["thread_ts"] = m.ThreadTS
		}
		p["container"] = container
		if m.Ephemeral == "" {
			p["message"] = s.state.wire(r, m, wireOptions{})
		}
		s.interact("block_actions", p, nil)
		return nil
	})
}

// Shortcut uses a message shortcut of the app on a message.
func (s *Server) Shortcut(user, callbackID, channel, ts string) error {
	return s.actIn(user, channel, func(r *room) error {
		m := r.find(ts)
		if m == nil {
			return refuse("message_not_found")
		}
		p := s.interaction(user, "message_action", "")
		p["callback_id"] = callbackID
		p["message_ts"] = m.TS
		p["message"] = s.state.wire(r, m, wireOptions{})
		p["channel"] = s.channelRef(r)
		p["action_ts"] = s.state.nextTS()
		p["response_url"] = s.state.newHook(user, r.ID, "")
		s.interact("message_action", p, nil)
		return nil
	})
}

// GlobalShortcut uses a global shortcut of the app.
func (s *Server) GlobalShortcut(user, callbackID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.users[user] == nil {
		return refuse("user_not_found")
	}
	p := s.interaction(user, "shortcut", "")
	p["callback_id"] = callbackID
	p["action_ts"] = s.state.nextTS()
	s.interact("shortcut", p, nil)
	return nil
}

// OpenHome opens the app's Home tab.
func (s *Server) OpenHome(user string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.users[user] == nil {
		return refuse("user_not_found")
	}
	defer s.touch()
	e := map[string]any{"type": "app_home_opened", "user": user, "channel": s.state.im(user).ID, "tab": "home"}
	if v := s.state.homes[user]; v != nil {
		e["view"] = s.state.wireView(v, nil)
	}
	s.raise("app_home_opened", e)
	return nil
}

// Command types the slash command /handoff with this text into a channel. What
// the app answers with its acknowledgement is shown to the user there.
func (s *Server) Command(user, channel, text string) error {
	return s.actIn(user, channel, func(r *room) error {
		u := s.state.users[user]
		fields := map[string]string{"token": "verification-token", "team_id": s.opts.Team, "team_domain": s.opts.Domain, "channel_id": r.ID, "channel_name": r.Name,
			"user_id": user, "user_name": u.Name, "command": "/handoff", "text": s.state.commandText(text), "api_app_id": s.opts.AppID, "is_enterprise_install": "false",
			"response_url": s.state.newHook(user, r.ID, ""), "trigger_id": s.state.newTrigger(user, "")}
		body, err := json.Marshal(fields)
		if err != nil {
			return err
		}
		s.enqueue(&delivery{kind: kindCommand, typ: kindCommand, id: s.state.newID("Cm"), payload: body, done: func(answer json.RawMessage, ok bool) {
			s.commandAnswer(r, user, answer, ok)
		}})
		return nil
	})
}

// commandText escapes mentions in a command the way should_escape asks for.
func (st *State) commandText(text string) string {
	words := strings.Split(text, " ")
	for i, w := range words {
		for _, id := range st.userOrder {
			if u := st.users[id]; strings.EqualFold(w, "@"+u.Name) {
				words[i] = "<@" + u.ID + "|" + u.Name + ">"
			}
		}
	}
	return strings.Join(words, " ")
}

func (s *Server) commandAnswer(r *room, user string, answer json.RawMessage, ok bool) {
	if !ok {
		s.tell(user, "/handoff did not work: the app did not answer in time.")
		return
	}
	text := strings.TrimSpace(string(answer))
	if text == "" || text == "null" || text == "{}" {
		return
	}
	args := map[string]string{}
	if readJSONArgs(strings.NewReader(text), args) != nil {
		args = map[string]string{"text": text}
	}
	args["channel"] = r.ID
	c := &call{State: s.state, s: s, name: responseURL, args: args}
	if _, err := c.respond(&hook{user: user, channel: r.ID, expires: s.opts.Now().Add(responseLife)}); err != nil && err.Error() != "no_text" {
		s.tell(user, "/handoff did not work: the app's answer was not valid ("+err.Error()+").")
	}
}

// tell adds one of Slack's own remarks to a user.
func (s *Server) tell(user, text string) {
	s.state.notices[user] = append(s.state.notices[user], text)
}

// interaction is the frame every interaction shares.
func (s *Server) interaction(user, kind, view string) map[string]any {
	u := s.state.users[user]
	return map[string]any{"type": kind, "token": "verification-token", "api_app_id": s.opts.AppID, "enterprise": nil, "is_enterprise_install": false,
		"team":       map[string]any{"id": s.opts.Team, "domain": s.opts.Domain},
		"user":       map[string]any{"id": user, "username": u.Name, "name": u.Name, "team_id": u.TeamID},
		"trigger_id": s.state.newTrigger(user, view)}
}

func (s *Server) channelRef(r *room) map[string]any {
	name := r.Name
	switch r.kind() {
	case "im":
		name = "directmessage"
	case "group":
		name = "privategroup"
	}
	return map[string]any{"id": r.ID, "name": name}
}

// interact sends an interaction. Without done, a missing answer is told to the
// user like Slack's warning sign.
func (s *Server) interact(kind string, p map[string]any, done func(json.RawMessage, bool)) {
	body, err := json.Marshal(p)
	if err != nil {
		s.log.Error("interaction not encoded", "error", err)
		return
	}
	user := p["user"].(map[string]any)["id"].(string)
	if done == nil {
		done = func(_ json.RawMessage, ok bool) {
			if !ok {
				s.tell(user, "That did not work: the app did not answer in time. Try again.")
			}
		}
	}
	s.enqueue(&delivery{kind: kindInteraction, typ: kind, id: s.state.newID("In"), payload: body, done: done})
}

// action builds the actions entry for one element.
func (s *Server) action(blocks []Block, actionID, value string) (map[string]any, error) {
	return s.actionAt(blocks, "", actionID, value)
}

// actionAt is action for an element of one block; of any when blockID is empty.
func (s *Server) actionAt(blocks []Block, blockID, actionID, value string) (map[string]any, error) {
	block, element := findElement(blocks, blockID, actionID)
	if element == nil {
		return nil, refuse("no such action: " + actionID)
	}
	kind, _ := element["type"].(string)
	out := map[string]any{"type": kind, "action_id": actionID, "block_id": block, "action_ts": s.state.nextTS()}
	if kind == "button" {
		for _, field := range []string{"text", "value", "style", "url"} {
			if v, ok := element[field]; ok {
				out[field] = v
			}
		}
		return out, nil
	}
	chosen, err := choose(element, value)
	if err != nil {
		return nil, err
	}
	maps.Copy(out, chosen)
	return out, nil
}

// findElement finds an interactive element by its action id, in the block named,
// or in the first that has it.
func findElement(blocks []Block, in, actionID string) (blockID string, element map[string]any) {
	for _, b := range blocks {
		id, _ := b["block_id"].(string)
		if in != "" && id != in {
			continue
		}
		candidates, _ := b["elements"].([]any)
		for _, field := range []string{"accessory", "element"} {
			candidates = append(candidates[:len(candidates):len(candidates)], b[field])
		}
		for _, item := range candidates {
			if e, ok := item.(map[string]any); ok && e["action_id"] == actionID {
				return id, e
			}
		}
	}
	return "", nil
}
