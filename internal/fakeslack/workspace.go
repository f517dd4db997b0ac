package fakeslack

import (
	"slices"
	"strings"
)

// AddUser adds a person or a bot, or replaces one. No event is sent.
func (s *Server) AddUser(u User) { s.do(func() { s.state.addUser(u) }) }

// UpdateUser changes a user; the app hears user_change, and dnd_updated_user
// when do-not-disturb changed. An unknown id is ignored.
func (s *Server) UpdateUser(id string, change func(*User)) {
	s.do(func() {
		u := s.state.users[id]
		if u == nil {
			return
		}
		before := *u
		change(u)
		u.Version++
		if u.DNDUntil != before.DNDUntil || u.DNDFrom != before.DNDFrom {
			s.raise("dnd_updated_user", map[string]any{"type": "dnd_updated_user", "user": id, "dnd_status": s.state.dnd(u)})
		}
		before.DNDFrom, before.DNDUntil, before.Active, before.Away, before.Version = u.DNDFrom, u.DNDUntil, u.Active, u.Away, u.Version
		if *u != before { // presence has no event
			s.raise("user_change", map[string]any{"type": "user_change", "user": s.state.wireUser(u), "cache_ts": s.opts.Now().Unix()})
		}
	})
}

// AddChannel adds a channel, or replaces one and keeps its messages. No event
// is sent.
func (s *Server) AddChannel(c Channel) { s.do(func() { s.state.addChannel(c) }) }

// UpdateChannel changes a channel; archiving, renaming and sharing reach the
// app as their events. Use Join and Leave for members, ChangeChannelID for
// the id.
func (s *Server) UpdateChannel(id string, change func(*Channel)) {
	s.do(func() {
		r := s.state.channels[id]
		if r == nil {
			return
		}
		before := r.Channel
		change(&r.Channel)
		r.ID = id
		if !s.heard(r) {
			return
		}
		kind := r.kind()
		if r.Archived != before.Archived {
			name := kind + map[bool]string{true: "_archive", false: "_unarchive"}[r.Archived]
			s.raise(name, map[string]any{"type": name, "channel": id, "user": ""})
		}
		if r.Name != before.Name {
			s.raise(kind+"_rename", map[string]any{"type": kind + "_rename", "channel": map[string]any{"id": id, "name": r.Name, "created": r.Created.Unix()}})
		}
		if r.ExtShared && !before.ExtShared {
			s.raise("channel_shared", map[string]any{"type": "channel_shared", "connected_team_id": "T0OUTSIDE", "channel": id})
		}
		if r.Topic != before.Topic {
			s.notice(r, "channel_topic", "", "set the channel topic: "+escape(r.Topic))
		}
	})
}

// ChangeChannelID gives a channel another id, as converting one can.
func (s *Server) ChangeChannelID(id, to string) {
	s.do(func() {
		r := s.state.channels[id]
		if r == nil || s.state.channels[to] != nil {
			return
		}
		delete(s.state.channels, id)
		s.state.order[slices.Index(s.state.order, id)] = to
		r.ID = to
		s.state.channels[to] = r
		for _, m := range r.messages {
			m.Channel = to
		}
		s.raise("channel_id_changed", map[string]any{"type": "channel_id_changed", "old_channel_id": id, "new_channel_id": to})
	})
}

// RemoveChannel deletes a channel with everything in it.
func (s *Server) RemoveChannel(id string) {
	s.do(func() {
		r := s.state.channels[id]
		if r == nil {
			return
		}
		delete(s.state.channels, id)
		s.state.order = slices.DeleteFunc(s.state.order, func(o string) bool { return o == id })
		if s.heard(r) {
			name := r.kind() + "_deleted"
			s.raise(name, map[string]any{"type": name, "channel": id})
		}
	})
}

// AddGroup adds a user group. No event is sent.
func (s *Server) AddGroup(g Group) {
	s.do(func() {
		g.Members = slices.Clone(g.Members)
		s.state.groups = append(filter(s.state.groups, func(o *Group) bool { return o.ID != g.ID }), &g)
	})
}

// UpdateGroup changes a user group; the app hears subteam_updated, and
// subteam_members_changed when members came or went.
func (s *Server) UpdateGroup(id string, change func(*Group)) {
	s.do(func() {
		g := s.state.group(id)
		if g == nil {
			return
		}
		before := slices.Clone(g.Members)
		change(g)
		if !slices.Equal(before, g.Members) {
			s.raise("subteam_members_changed", map[string]any{"type": "subteam_members_changed", "subteam_id": id, "team_id": s.opts.Team,
				"added_users": missing(g.Members, before), "removed_users": missing(before, g.Members), "date_previous_update": 1700000000, "date_update": s.opts.Now().Unix()})
		}
		s.raise("subteam_updated", map[string]any{"type": "subteam_updated", "subteam": s.state.wireGroup(g, true)})
	})
}

// missing returns what is in list and not in other.
func missing(list, other []string) []string {
	out := []string{}
	for _, x := range list {
		if !slices.Contains(other, x) {
			out = append(out, x)
		}
	}
	return out
}

// Join adds a user to a channel, Leave takes one out; both with their events.
// Kicking the bot is Leave with the bot's user id.
func (s *Server) Join(user, channel string) error {
	return s.act(user, channel, func(r *room) error {
		if !r.member(user) {
			s.join(r, user)
		}
		return nil
	})
}

// Invite lets a member bring somebody into a channel: the event names who did.
func (s *Server) Invite(inviter, user, channel string) error {
	return s.act(inviter, channel, func(r *room) error {
		switch {
		case !r.member(inviter):
			return refuse("not_in_channel")
		case r.member(user):
			return refuse("already_in_channel")
		}
		s.joinBy(r, user, inviter)
		return nil
	})
}

// Leave takes a user out of a channel.
func (s *Server) Leave(user, channel string) error {
	return s.act(user, channel, func(r *room) error {
		if !r.member(user) {
			return refuse("not_in_channel")
		}
		s.leave(r, user)
		return nil
	})
}

// act runs fn for a known user in a known channel.
func (s *Server) act(user, channel string, fn func(*room) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.state.channels[channel]
	switch {
	case s.state.users[user] == nil:
		return refuse("user_not_found")
	case r == nil:
		return refuse("channel_not_found")
	}
	defer s.touch()
	return fn(r)
}

// actIn is act for a member of a channel that is not archived.
func (s *Server) actIn(user, channel string, fn func(*room) error) error {
	return s.act(user, channel, func(r *room) error {
		switch {
		case !r.member(user):
			return refuse("not_in_channel")
		case r.Archived:
			return refuse("is_archived")
		}
		return fn(r)
	})
}

func (s *Server) markEdited(m *Message) {
	m.EditedBy, m.EditedTS = m.User, s.state.nextTS()
	if m.EditedBy == "" {
		m.EditedBy = m.BotID
	}
}

// newClientID makes the client_msg_id of a human message.
func (st *State) newClientID() string {
	return strings.ToLower(st.newID("")) + "-4c1d-4e5f-9a7b-000000000000"
}
