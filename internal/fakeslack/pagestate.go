package fakeslack

import (
	"net/http"
	"slices"
)

// pageMessages is how many messages of a channel the page shows, replies
// included.
const pageMessages = 1000

// serveState answers with everything one person sees.
func (s *Server) serveState(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	s.mu.Lock()
	out := s.pageState(r.URL.Query().Get("user"))
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, out)
}

func (s *Server) pageState(user string) reply {
	st := s.state
	people := []reply{}
	for _, id := range st.userOrder {
		u := st.users[id]
		people = append(people, reply{"id": id, "name": u.DisplayName, "handle": u.Name, "real": u.RealName, "bot": u.Bot, "active": u.Active, "deleted": u.Deleted, "admin": u.Admin})
		if user == "" && !u.Bot {
			user = id
		}
	}
	groups := reply{}
	for _, g := range st.groups {
		groups[g.ID] = g.Handle
	}
	channels := []reply{}
	for _, id := range st.order {
		r := st.channels[id]
		member := r.member(user)
		if !member && r.kind() != "channel" {
			continue
		}
		c := reply{"id": id, "name": r.Name, "topic": r.Topic, "private": r.Private, "im": r.IM != "", "archived": r.Archived, "shared": r.ExtShared, "member": member, "members": len(r.Members)}
		if member {
			c["messages"] = st.pageMessages(r, user)
		}
		channels = append(channels, c)
	}
	views := []any{}
	for _, v := range st.views {
		if v.User == user {
			views = append(views, st.wireView(v, nil))
		}
	}
	out := reply{"version": s.version, "team": st.opts.TeamName, "me": user, "bot": reply{"id": st.opts.BotUser, "name": st.opts.BotName}, "people": people, "groups": groups,
		"channels": channels, "views": views, "notices": append([]string{}, st.notices[user]...), "shortcuts": s.opts.Shortcuts, "online": st.sockets > 0 || s.post.door.Events != ""}
	if v := st.homes[user]; v != nil {
		out["home"] = st.wireView(v, nil)
	}
	return out
}

// pageMessages returns what the person sees in a channel, in order of ts.
func (st *State) pageMessages(r *room, user string) []reply {
	list := slices.Clone(r.messages)
	if len(list) > pageMessages {
		list = list[len(list)-pageMessages:]
	}
	for _, m := range st.ephemerals {
		if m.Channel == r.ID && m.Ephemeral == user {
			list = append(list, m)
		}
	}
	slices.SortStableFunc(list, func(a, b *Message) int { return compareTS(a.TS, b.TS) })
	out := []reply{}
	for _, m := range list {
		out = append(out, st.pageMessage(m))
	}
	return out
}

func (st *State) pageMessage(m *Message) reply {
	name := m.Username
	if name == "" {
		name = st.name(m.User)
	}
	if m.Tombstone {
		name = "Deleted message"
	}
	files := []reply{}
	for _, f := range m.Files {
		_, picture := pictured(f.Data)
		files = append(files, reply{"id": f.ID, "name": f.Name, "title": f.Title, "alt": f.Alt, "size": f.Size, "picture": picture})
	}
	blocks := m.Blocks
	if blocks == nil {
		blocks = []Block{}
	}
	return reply{"ts": m.TS, "thread": m.ThreadTS, "user": m.User, "name": name, "icon": m.Icon, "bot": m.BotID != "", "custom": m.Username != "", "subtype": m.Subtype,
		"text": m.Text, "raw": m.Raw, "blocks": blocks, "edited": m.EditedTS != "", "files": files, "reactions": m.Reactions, "ephemeral": m.Ephemeral != "", "broadcast": m.Broadcast, "gone": m.Tombstone}
}
