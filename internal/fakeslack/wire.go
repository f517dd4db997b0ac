package fakeslack

import (
	"fmt"
	"net/url"
	"slices"
)

// wireOptions tell which optional parts of a message a reader gets.
type wireOptions struct {
	metadata bool
	thread   bool // reply counts on roots, as replies and history return them
}

// wire renders a message the way Slack writes it.
func (st *State) wire(r *room, m *Message, o wireOptions) map[string]any {
	if m.Odd != nil {
		return m.Odd
	}
	out := map[string]any{"type": "message", "ts": m.TS, "text": m.Text}
	set := func(key, value string) {
		if value != "" {
			out[key] = value
		}
	}
	set("subtype", m.Subtype)
	set("user", m.User)
	set("bot_id", m.BotID)
	set("app_id", m.AppID)
	set("username", m.Username)
	set("team", m.Team)
	set("client_msg_id", m.ClientMsgID)
	set("thread_ts", m.ThreadTS)
	if m.Icon != "" {
		out["icons"] = map[string]any{"emoji": m.Icon}
	}
	if m.AppID != "" {
		out["bot_profile"] = st.botProfile()
	}
	if len(m.Blocks) > 0 {
		out["blocks"] = m.Blocks
	}
	if m.Metadata != nil && (o.metadata || st.sw.Metadata == MetadataAlways) {
		out["metadata"] = m.Metadata
	}
	if m.EditedTS != "" {
		out["edited"] = map[string]any{"user": m.EditedBy, "ts": m.EditedTS}
	}
	if len(m.Files) > 0 {
		out["files"] = st.wireFiles(m.Files)
		out["upload"] = false
	}
	if m.Unfurls > 0 {
		out["attachments"] = []map[string]any{{"id": 1, "from_url": "https://example.com/", "fallback": "Example", "title": "Example", "service_name": "example.com"}}
	}
	if len(m.Reactions) > 0 {
		out["reactions"] = wireReactions(m.Reactions)
	}
	if m.isReply() {
		if root := r.find(m.ThreadTS); root != nil && root.User != "" {
			out["parent_user_id"] = root.User
		}
	} else if o.thread {
		st.addThread(out, r, m)
	}
	return out
}

// addThread adds what Slack tells about the replies to a root.
func (st *State) addThread(out map[string]any, r *room, m *Message) {
	replies := r.replies(m.TS)
	if len(replies) == 0 {
		return
	}
	var users []string
	for _, reply := range replies {
		if reply.User != "" && !slices.Contains(users, reply.User) {
			users = append(users, reply.User)
		}
	}
	out["thread_ts"] = m.TS
	out["reply_count"] = len(replies)
	out["reply_users"] = users
	out["reply_users_count"] = len(users)
	out["latest_reply"] = replies[len(replies)-1].TS
	out["is_locked"] = false
	out["subscribed"] = false
}

func wireReactions(list []Reaction) []map[string]any {
	var out []map[string]any
	for _, r := range list {
		out = append(out, map[string]any{"name": r.Name, "users": r.Users, "count": len(r.Users)})
	}
	return out
}

func (st *State) botProfile() map[string]any {
	o := st.opts
	return map[string]any{"id": o.BotID, "app_id": o.AppID, "user_id": o.BotUser, "name": o.BotName, "updated": 1700000000, "deleted": false, "team_id": o.Team, "icons": st.avatars(o.BotUser)}
}

func (st *State) wireFiles(files []File) []map[string]any {
	var out []map[string]any
	for _, f := range files {
		out = append(out, st.wireFile(f, st.sw.StubFiles || f.Stub))
	}
	return out
}

// wireFile renders a file; a stub says only where to ask.
func (st *State) wireFile(f File, stub bool) map[string]any {
	if stub {
		return map[string]any{"id": f.ID, "mode": "file_access", "file_access": "check_file_info", "created": 0, "timestamp": 0, "user": ""}
	}
	path := "/files-pri/" + st.opts.Team + "-" + f.ID + "/" + url.PathEscape(f.Name)
	out := map[string]any{
		"id": f.ID, "name": f.Name, "title": f.Title, "mimetype": f.Mimetype, "filetype": fileType(f.Name), "size": f.Size, "user": f.User,
		"mode": "hosted", "is_external": false, "is_public": true, "file_access": "visible", "created": 1700000000, "timestamp": 1700000000,
		"url_private": st.link(path), "url_private_download": st.link(path + "?download=1"), "permalink": fmt.Sprintf("https://%s.slack.com/files/%s/%s/%s", st.opts.Domain, f.User, f.ID, f.Name),
	}
	if f.Alt != "" {
		out["alt_txt"] = f.Alt
	}
	return out
}

func (st *State) avatars(user string) map[string]any {
	out := map[string]any{}
	for _, size := range []string{"24", "32", "48", "72", "192", "512"} {
		out["image_"+size] = st.link("/avatar/" + user + "?size=" + size)
	}
	return out
}
