package fakeslack

import (
	"slices"
	"strings"
)

// method is one row of the method table.
type method struct {
	run func(*call) (reply, error)
	// scope is what the bot token needs; empty for none. A scope of the form
	// *:read stands for channels:read, groups:read or im:read, by the channel.
	scope string
	// perMinute is the published tier, 0 for special rules.
	perMinute int
	// app marks methods for the app-level token.
	app bool
}

func methodTable() map[string]method {
	return map[string]method{
		"auth.test":                    {run: (*call).authTest},
		"team.info":                    {run: (*call).teamInfo, scope: "team:read", perMinute: 50},
		"bots.info":                    {run: (*call).botsInfo, scope: "users:read", perMinute: 50},
		"apps.connections.open":        {run: (*call).connectionsOpen, app: true, perMinute: 1},
		"chat.postMessage":             {run: (*call).postMessage, scope: "chat:write"},
		"chat.update":                  {run: (*call).updateMessage, scope: "chat:write", perMinute: 50},
		"chat.delete":                  {run: (*call).deleteMessage, scope: "chat:write", perMinute: 50},
		"chat.postEphemeral":           {run: (*call).postEphemeral, scope: "chat:write", perMinute: 100},
		"chat.getPermalink":            {run: (*call).permalink},
		"conversations.replies":        {run: (*call).conversationReplies, scope: "*:history", perMinute: 50},
		"conversations.history":        {run: (*call).conversationHistory, scope: "*:history", perMinute: 50},
		"conversations.info":           {run: (*call).conversationInfo, scope: "*:read", perMinute: 50},
		"conversations.members":        {run: (*call).conversationMembers, scope: "*:read", perMinute: 100},
		"conversations.list":           {run: (*call).conversationList, scope: "*:read", perMinute: 20},
		"conversations.join":           {run: (*call).conversationJoin, scope: "channels:join", perMinute: 50},
		"conversations.open":           {run: (*call).conversationOpen, scope: "im:write", perMinute: 50},
		"users.conversations":          {run: (*call).userConversations, scope: "*:read", perMinute: 20},
		"users.info":                   {run: (*call).userInfo, scope: "users:read", perMinute: 100},
		"users.list":                   {run: (*call).userList, scope: "users:read", perMinute: 20},
		"users.lookupByEmail":          {run: (*call).userByEmail, scope: "users:read.email", perMinute: 50},
		"users.getPresence":            {run: (*call).userPresence, scope: "users:read", perMinute: 50},
		"usergroups.list":              {run: (*call).groupList, scope: "usergroups:read", perMinute: 20},
		"usergroups.users.list":        {run: (*call).groupUsers, scope: "usergroups:read", perMinute: 20},
		"dnd.info":                     {run: (*call).dndInfo, scope: "dnd:read", perMinute: 50},
		"dnd.teamInfo":                 {run: (*call).dndTeamInfo, scope: "dnd:read", perMinute: 20},
		"views.open":                   {run: (*call).viewOpen, perMinute: 100},
		"views.push":                   {run: (*call).viewPush, perMinute: 100},
		"views.update":                 {run: (*call).viewUpdate, perMinute: 100},
		"views.publish":                {run: (*call).viewPublish, perMinute: 100},
		"reactions.add":                {run: (*call).reactionAdd, scope: "reactions:write", perMinute: 50},
		"reactions.remove":             {run: (*call).reactionRemove, scope: "reactions:write", perMinute: 20},
		"files.getUploadURLExternal":   {run: (*call).uploadURL, scope: "files:write", perMinute: 100},
		"files.completeUploadExternal": {run: (*call).uploadComplete, scope: "files:write", perMinute: 100},
		"files.info":                   {run: (*call).fileInfo, scope: "files:read", perMinute: 100},
	}
}

// run checks the token, the limits and the scope, then does the work.
func (c *call) run() (reply, error) {
	m, known := c.s.methods[c.name]
	if !known {
		return nil, &apiError{code: "unknown_method", extra: reply{"req_method": c.name}}
	}
	if err := c.authenticate(m); err != nil {
		return nil, err
	}
	if err := c.authorize(m.scope); err != nil {
		return nil, err
	}
	if wait := c.s.limiter.over(c, m); wait != "" {
		return nil, &apiError{code: "ratelimited", extra: reply{"retry_after": wait}}
	}
	return m.run(c)
}

func (c *call) authenticate(m method) error {
	want, other := c.opts.BotToken, c.opts.AppToken
	if m.app {
		want, other = other, want
	}
	switch {
	case c.token == "":
		return refuse("not_authed")
	case c.token == want && c.tokenError != "":
		return refuse(c.tokenError)
	case c.token == want:
		return nil
	case c.token == other:
		return refuse("not_allowed_token_type")
	default:
		return refuse("invalid_auth")
	}
}

// authorize refuses a scope the token was not granted.
func (c *call) authorize(scope string) error {
	if scope == "" {
		return nil
	}
	needed := []string{scope}
	if right, ok := strings.CutPrefix(scope, "*:"); ok {
		needed = c.scopesFor(right)
	}
	for _, scope := range needed {
		if slices.Contains(c.scopes, scope) {
			return nil
		}
	}
	return &apiError{code: "missing_scope", extra: reply{"needed": strings.Join(needed, ","), "provided": strings.Join(c.scopes, ",")}}
}

// scopesFor names the scopes, any of which will do, for the channel argument.
func (c *call) scopesFor(right string) []string {
	prefix := map[string]string{"channel": "channels:", "group": "groups:", "im": "im:"}
	if r := c.channels[c.args["channel"]]; r != nil {
		return []string{prefix[r.kind()] + right}
	}
	return []string{"channels:" + right, "groups:" + right, "im:" + right}
}

func (c *call) authTest() (reply, error) {
	o := c.opts
	return reply{"url": "https://" + o.Domain + ".slack.com/", "team": o.TeamName, "team_id": o.Team,
		"user": strings.ToLower(o.BotName), "user_id": o.BotUser, "bot_id": o.BotID, "is_enterprise_install": false}, nil
}

func (c *call) teamInfo() (reply, error) {
	o := c.opts
	return reply{"team": reply{"id": o.Team, "name": o.TeamName, "domain": o.Domain, "email_domain": "", "icon": reply{"image_default": true}}}, nil
}

func (c *call) botsInfo() (reply, error) {
	if id := c.args["bot"]; id != "" && id != c.opts.BotID {
		return nil, refuse("bot_not_found")
	}
	o := c.opts
	return reply{"bot": reply{"id": o.BotID, "deleted": false, "name": o.BotName, "app_id": o.AppID, "user_id": o.BotUser, "updated": 1700000000, "icons": c.avatars(o.BotUser)}}, nil
}

// SetScopes replaces the scopes of the bot token.
func (s *Server) SetScopes(scopes []string) {
	s.do(func() { s.state.scopes = slices.Clone(scopes) })
}

// RevokeTokens makes every later call fail with code, such as token_revoked,
// account_inactive or invalid_auth; "" restores the tokens. With token_revoked
// the app is told by the events tokens_revoked and app_uninstalled.
func (s *Server) RevokeTokens(code string) {
	s.do(func() {
		s.state.tokenError = code
		if code != "token_revoked" {
			return
		}
		s.raise("tokens_revoked", map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []string{}, "bot": []string{s.opts.BotUser}}})
		s.raise("app_uninstalled", map[string]any{"type": "app_uninstalled"})
	})
}

// granted is what answers to the bot token tell of its scopes.
func (s *Server) granted() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.state.scopes, ",")
}
