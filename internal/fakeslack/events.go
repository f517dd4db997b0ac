package fakeslack

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// raise queues an event for the app if it subscribed to it. The subscription
// is the manifest's name, such as message.channels.
func (s *Server) raise(subscription string, event map[string]any) {
	if s.state.sw.EventsOff || !slices.Contains(s.opts.Events, subscription) {
		return
	}
	if s.state.tokenError == "token_revoked" && subscription != "tokens_revoked" && subscription != "app_uninstalled" {
		return
	}
	s.queueEvent(event)
}

// queueEvent wraps an inner event and queues it.
func (s *Server) queueEvent(event map[string]any) {
	kind, _ := event["type"].(string)
	id := s.state.newID("Ev")
	s.enqueue(&delivery{kind: kindEvent, typ: kind, id: id, payload: s.outer(id, event)})
}

// outer wraps an inner event the way the Events API does.
func (s *Server) outer(id string, event map[string]any) []byte {
	o := s.opts
	if event["event_ts"] == nil {
		event["event_ts"] = s.state.nextTS()
	}
	channel, _ := event["channel"].(string)
	r := s.state.channels[channel]
	body, err := json.Marshal(map[string]any{
		"token": "verification-token", "team_id": o.Team, "context_team_id": o.Team, "api_app_id": o.AppID, "type": "event_callback",
		"event_id": id, "event_time": o.Now().Unix(), "event": event, "is_ext_shared_channel": r != nil && r.ExtShared, "event_context": "4-" + id,
		"authorizations": []map[string]any{{"enterprise_id": nil, "team_id": o.Team, "user_id": o.BotUser, "is_bot": true, "is_enterprise_install": false}},
	})
	if err != nil {
		s.log.Error("event not encoded", "error", err)
	}
	return body
}

// heard reports whether the app sees what happens in a channel.
func (s *Server) heard(r *room) bool { return r.member(s.opts.BotUser) }

func (s *Server) messageEvent(r *room, subtype string) map[string]any {
	e := map[string]any{"type": "message", "channel": r.ID, "channel_type": r.kind()}
	if subtype != "" {
		e["subtype"] = subtype
		e["hidden"] = true
		e["ts"] = s.state.nextTS()
		e["event_ts"] = e["ts"]
	}
	return e
}

func subscriptionFor(r *room) string {
	return map[string]string{"channel": "message.channels", "group": "message.groups", "im": "message.im"}[r.kind()]
}

// raiseMessage tells about a new message, with extra fields.
func (s *Server) raiseMessage(r *room, m *Message, extra map[string]any) {
	if !s.heard(r) {
		return
	}
	e := s.messageEvent(r, "")
	maps.Copy(e, s.state.wire(r, m, wireOptions{}))
	e["event_ts"] = m.TS
	if root := r.find(m.ThreadTS); m.Broadcast && root != nil {
		e["root"] = s.state.wire(r, root, wireOptions{thread: true})
	}
	maps.Copy(e, extra)
	s.raise(subscriptionFor(r), e)
	if m.BotID == "" && strings.Contains(m.Text, "<@"+s.opts.BotUser) && r.IM == "" {
		mention := map[string]any{"type": "app_mention", "channel": r.ID, "event_ts": m.TS}
		for _, k := range []string{"user", "text", "ts", "team", "thread_ts", "client_msg_id", "blocks"} {
			if v, ok := e[k]; ok {
				mention[k] = v
			}
		}
		s.raise("app_mention", mention)
	}
}

// raiseChanged tells about a changed message.
func (s *Server) raiseChanged(r *room, m, old *Message) {
	if !s.heard(r) {
		return
	}
	e := s.messageEvent(r, "message_changed")
	e["message"] = s.state.wire(r, m, wireOptions{thread: true})
	e["previous_message"] = s.state.wire(r, old, wireOptions{thread: true})
	s.raise(subscriptionFor(r), e)
}

// remove deletes a message and tells about it. A root with replies stays as a
// tombstone, unless the switch says otherwise.
func (s *Server) remove(r *room, m *Message) {
	r.lost[m.TS] = true
	old := *m
	if len(r.replies(m.TS)) > 0 && !s.state.sw.VanishingRoots && !m.isReply() {
		*m = Message{Channel: m.Channel, TS: m.TS, ThreadTS: m.TS, Subtype: "tombstone", User: "USLACKBOT", Text: "This message was deleted.", Tombstone: true}
		s.raiseChanged(r, m, &old)
		return
	}
	r.remove(m.TS)
	if !s.heard(r) {
		return
	}
	e := s.messageEvent(r, "message_deleted")
	e["deleted_ts"] = old.TS
	if !s.state.sw.BareDeletes {
		e["previous_message"] = s.state.wire(r, &old, wireOptions{})
	}
	s.raise(subscriptionFor(r), e)
}

// notice stores a grey line of Slack's own in a channel, such as a join.
func (s *Server) notice(r *room, subtype, user, text string) {
	m := &Message{Channel: r.ID, TS: s.state.nextTS(), Subtype: subtype, User: user, Text: text}
	s.state.store(r, m)
	s.raiseMessage(r, m, nil)
}

// react adds or removes a reaction.
func (s *Server) react(r *room, m *Message, user, name string, add bool) error {
	i := slices.IndexFunc(m.Reactions, func(x Reaction) bool { return x.Name == name })
	there := i >= 0 && slices.Contains(m.Reactions[i].Users, user)
	switch {
	case add && there:
		return refuse("already_reacted")
	case !add && !there:
		return refuse("no_reaction")
	}
	list := slices.Clone(m.Reactions)
	event := "reaction_removed"
	switch {
	case add && i < 0:
		list = append(list, Reaction{Name: name, Users: []string{user}})
	case add:
		list[i].Users = append(slices.Clone(list[i].Users), user)
	default:
		list[i].Users = slices.DeleteFunc(slices.Clone(list[i].Users), func(u string) bool { return u == user })
		if len(list[i].Users) == 0 {
			list = slices.Delete(list, i, i+1)
		}
	}
	if add {
		event = "reaction_added"
	}
	m.Reactions = list
	if s.heard(r) {
		s.raise(event, map[string]any{"type": event, "user": user, "reaction": name, "item_user": m.User, "item": map[string]any{"type": "message", "channel": r.ID, "ts": m.TS}})
	}
	return nil
}

// join adds a member and tells about it.
func (s *Server) join(r *room, user string) { s.joinBy(r, user, "") }

// joinBy is join with whoever invited, "" for nobody.
func (s *Server) joinBy(r *room, user, inviter string) {
	r.Members = append(slices.Clone(r.Members), user)
	if r.IM != "" {
		return
	}
	s.notice(r, "channel_join", user, "<@"+user+"> has joined the channel")
	event := map[string]any{"type": "member_joined_channel", "user": user, "channel": r.ID, "channel_type": strings.ToUpper(r.kind()[:1]), "team": s.opts.Team}
	if inviter != "" {
		event["inviter"] = inviter
	}
	s.raise("member_joined_channel", event)
}

// leave removes a member and tells about it. The bot hears of its own removal
// as channel_left or group_left.
func (s *Server) leave(r *room, user string) {
	r.Members = slices.DeleteFunc(slices.Clone(r.Members), func(m string) bool { return m == user })
	if user == s.opts.BotUser {
		s.raise(r.kind()+"_left", map[string]any{"type": r.kind() + "_left", "channel": r.ID, "actor_id": ""})
		return
	}
	if !s.heard(r) {
		return
	}
	s.notice(r, "channel_leave", user, "<@"+user+"> has left the channel")
	s.raise("member_left_channel", map[string]any{"type": "member_left_channel", "user": user, "channel": r.ID, "channel_type": strings.ToUpper(r.kind()[:1]), "team": s.opts.Team})
}
