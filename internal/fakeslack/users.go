package fakeslack

import (
	"slices"
	"strings"
)

func (st *State) wireUser(u *User) reply {
	profile := reply{"real_name": u.RealName, "real_name_normalized": u.RealName, "display_name": u.DisplayName, "display_name_normalized": u.DisplayName,
		"first_name": strings.SplitN(u.RealName, " ", 2)[0], "team": u.TeamID, "avatar_hash": "g" + strings.ToLower(u.ID)}
	for size, url := range st.avatars(u.ID) {
		profile[size] = url
	}
	if slices.Contains(st.scopes, "users:read.email") && u.Email != "" {
		profile["email"] = u.Email
	}
	if u.Bot && u.ID == st.opts.BotUser {
		profile["bot_id"], profile["api_app_id"] = st.opts.BotID, st.opts.AppID
	}
	return reply{"id": u.ID, "team_id": u.TeamID, "name": u.Name, "real_name": u.RealName, "deleted": u.Deleted, "color": "3b4fd8", "tz": u.TZ, "tz_label": u.TZ, "tz_offset": 3600,
		"profile": profile, "is_admin": u.Admin, "is_owner": false, "is_primary_owner": false, "is_bot": u.Bot, "is_app_user": false,
		"is_restricted": u.Restricted, "is_ultra_restricted": u.UltraRestricted, "is_stranger": u.Stranger, "updated": 1700000000 + u.Version}
}

func (c *call) argUser() (*User, error) {
	if u := c.users[c.args["user"]]; u != nil {
		return u, nil
	}
	return nil, refuse("user_not_found")
}

func (c *call) userInfo() (reply, error) {
	u, err := c.argUser()
	if err != nil {
		return nil, err
	}
	return reply{"user": c.wireUser(u)}, nil
}

func (c *call) userList() (reply, error) {
	part, next, err := page(c, c.userOrder, 1000, 1000)
	if err != nil {
		return nil, err
	}
	members := []reply{}
	for _, id := range part {
		members = append(members, c.wireUser(c.users[id]))
	}
	return reply{"members": members, "cache_ts": c.opts.Now().Unix(), "response_metadata": reply{"next_cursor": next}}, nil
}

func (c *call) userByEmail() (reply, error) {
	for _, id := range c.userOrder {
		u := c.users[id]
		if u.Email != "" && strings.EqualFold(u.Email, c.args["email"]) && !u.Deleted {
			return reply{"user": c.wireUser(u)}, nil
		}
	}
	return nil, refuse("users_not_found")
}

// userPresence tells active or away, and no more than that of anybody but the
// caller itself.
func (c *call) userPresence() (reply, error) {
	self := c.args["user"] == "" || c.args["user"] == c.opts.BotUser
	if self {
		return reply{"presence": "active", "online": true, "auto_away": false, "manual_away": false, "connection_count": c.sockets, "last_activity": c.opts.Now().Unix()}, nil
	}
	u, err := c.argUser()
	if err != nil {
		return nil, err
	}
	if u.Deleted || u.TeamID != c.opts.Team {
		return nil, refuse("user_not_found")
	}
	if u.Active && !u.Away {
		return reply{"presence": "active"}, nil
	}
	return reply{"presence": "away"}, nil
}

func (c *call) groupList() (reply, error) {
	if c.sw.FreePlan {
		return nil, refuse("plan_upgrade_required")
	}
	groups := []reply{}
	for _, g := range c.groups {
		if g.Disabled && !c.on("include_disabled") {
			continue
		}
		groups = append(groups, c.wireGroup(g, c.on("include_users")))
	}
	return reply{"usergroups": groups}, nil
}

func (st *State) wireGroup(g *Group, users bool) reply {
	out := reply{"id": g.ID, "team_id": st.opts.Team, "is_usergroup": true, "name": g.Name, "handle": g.Handle, "description": "", "is_external": false,
		"date_create": 1700000000, "date_update": 1700000000, "date_delete": 0, "created_by": "", "updated_by": "", "user_count": len(g.Members)}
	if g.Disabled {
		out["date_delete"] = 1700000001
	}
	if users {
		out["users"] = slices.Clone(g.Members)
	}
	return out
}

func (c *call) groupUsers() (reply, error) {
	if c.sw.FreePlan {
		return nil, refuse("plan_upgrade_required")
	}
	g := c.group(c.args["usergroup"])
	if g == nil || g.Disabled && !c.on("include_disabled") {
		return nil, refuse("no_such_subteam")
	}
	return reply{"users": append([]string{}, g.Members...)}, nil
}

// dnd is somebody's do-not-disturb: the period she is in, or the next one. Without
// one the times are 1.
func (st *State) dnd(u *User) reply {
	now := st.opts.Now()
	if !u.DNDUntil.After(now) {
		return reply{"dnd_enabled": false, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}
	}
	from := u.DNDFrom
	if from.IsZero() {
		from = now
	}
	return reply{"dnd_enabled": true, "next_dnd_start_ts": from.Unix(), "next_dnd_end_ts": u.DNDUntil.Unix()}
}

func (c *call) dndInfo() (reply, error) {
	user := c.args["user"]
	if user == "" {
		user = c.opts.BotUser
	}
	u := c.users[user]
	if u == nil {
		return nil, refuse("user_not_found")
	}
	out := c.dnd(u)
	if user == c.opts.BotUser { // what somebody snoozes herself is told to nobody else
		out["snooze_enabled"] = false
	}
	return out, nil
}

// dndTeamInfo tells about up to 50 people of the workspace.
func (c *call) dndTeamInfo() (reply, error) {
	if c.args["users"] == "" {
		return nil, refuse("no_users_provided")
	}
	users := strings.Split(c.args["users"], ",")
	if len(users) > 50 {
		return nil, refuse("invalid_arguments")
	}
	out := reply{}
	for _, id := range users {
		u := c.users[id]
		if u == nil || u.TeamID != c.opts.Team {
			return nil, refuse("user_not_visible")
		}
		out[id] = c.dnd(u)
	}
	return reply{"users": out}, nil
}

func (c *call) reactionTarget() (*room, *Message, error) {
	r, err := c.target()
	if err != nil {
		return nil, nil, err
	}
	m := r.find(c.args["timestamp"])
	switch {
	case m == nil:
		return nil, nil, refuse("message_not_found")
	case !r.member(c.opts.BotUser):
		return nil, nil, refuse("not_in_channel")
	case !knownEmoji(c.args["name"]):
		return nil, nil, refuse("invalid_name")
	}
	return r, m, nil
}

func (c *call) reactionAdd() (reply, error) {
	r, m, err := c.reactionTarget()
	if err != nil {
		return nil, err
	}
	return nil, c.s.react(r, m, c.opts.BotUser, c.args["name"], true)
}

func (c *call) reactionRemove() (reply, error) {
	r, m, err := c.reactionTarget()
	if err != nil {
		return nil, err
	}
	return nil, c.s.react(r, m, c.opts.BotUser, c.args["name"], false)
}
