package slackbridge

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// Finding is one thing that was looked at in a real installation. An OK finding
// with a Mend is worth a look.
type Finding struct {
	OK      bool
	Name    string // what was looked at: bot_token, scopes, channel C0…, …
	Message string
	Mend    string
}

// Team asks Slack for the name of the workspace.
func (b *Bridge) Team(ctx context.Context) (string, error) {
	who, err := b.client.API.AuthTestContext(ctx)
	if err != nil {
		return "", fmt.Errorf("slack does not say who we are: %s", webapi.Classify("auth.test", err).Reason())
	}
	return who.Team, nil
}

// Check looks at the installation through Slack's own eyes: tokens, scopes, the
// clock, who else listens, the channels. It needs no Run, so of Deps only the
// Config, and posts nothing.
func (b *Bridge) Check(ctx context.Context, around Around) []Finding {
	var mu sync.Mutex
	granted, date := "", ""
	api := slack.New(b.Config.BotToken, slack.OptionHTTPClient(b.HTTP), slack.OptionAPIURL(b.Config.APIURL), slack.OptionAppLevelToken(b.Config.AppToken),
		slack.OptionOnResponseHeaders(func(_ string, h http.Header) {
			mu.Lock()
			defer mu.Unlock()
			if s := h.Get("X-OAuth-Scopes"); s != "" {
				granted = s
			}
			date = h.Get("Date")
		}))
	who, err := api.AuthTestContext(ctx)
	if err != nil {
		f := webapi.Classify("auth.test", err)
		if f.Kind == webapi.TokenRefused {
			return []Finding{{Name: "bot_token", Message: "Slack refuses the bot token: " + f.Code, Mend: "Install the app again and set the new xoxb- token as slack.bot_token."}}
		}
		return []Finding{{Name: "slack", Message: "Slack cannot be reached: " + f.Reason(), Mend: "Check slack.api_url, the network and a proxy, and https://status.slack.com."}}
	}
	out := []Finding{{OK: true, Name: "bot_token", Message: "The bot token works, in the workspace " + who.Team + " as " + who.User + "."}}
	mu.Lock()
	out = append(out, b.checkScopes(granted), b.checkClock(date))
	mu.Unlock()
	if b.Config.Mode == ModeSocket {
		out = append(out, b.checkApp(ctx, api, around)...)
	}
	named := append([]string{b.Config.Channel, b.Config.AdminChannel}, around.Channels...)
	slices.Sort(named)
	for _, channel := range slices.Compact(named) {
		if channel != "" {
			out = append(out, b.checkChannel(ctx, api, channel))
		}
	}
	return append(out, b.checkAgents(ctx, api)...)
}

func (b *Bridge) checkScopes(granted string) Finding {
	const mend = "Update the app with the output of handoff manifest and install it again."
	if granted == "" {
		return Finding{OK: true, Name: "scopes", Message: "Slack did not say which scopes the token has."}
	}
	have := strings.FieldsFunc(granted, func(r rune) bool { return r == ',' || r == ' ' })
	var missing []string
	for _, s := range Scopes(b.Config) {
		if !slices.Contains(have, s) {
			missing = append(missing, s)
		}
	}
	if len(missing) > 0 {
		return Finding{Name: "scopes", Message: "The token lacks " + strings.Join(missing, ", ") + ".", Mend: mend}
	}
	return Finding{OK: true, Name: "scopes", Message: "The token has every scope of the manifest."}
}

func (b *Bridge) checkApp(ctx context.Context, api *slack.Client, around Around) []Finding {
	_, url, err := api.StartSocketModeContext(ctx)
	if err != nil {
		f := webapi.Classify("apps.connections.open", err)
		return []Finding{{Name: "app_token", Message: "No socket can be opened: " + f.Reason(), Mend: "Switch Socket Mode on, and create an app-level token with the scope connections:write."}}
	}
	return []Finding{{OK: true, Name: "app_token", Message: "A socket can be opened."}, b.checkSockets(ctx, url, around)}
}

func (b *Bridge) checkChannel(ctx context.Context, api *slack.Client, id string) Finding {
	name := "channel " + id
	ch, err := api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
	if err != nil {
		f := webapi.Classify("conversations.info", err)
		return Finding{Name: name, Message: "Slack says " + f.Reason() + ".", Mend: mendFor(f.Code)}
	}
	switch {
	case ch.IsArchived:
		return Finding{Name: name, Message: "#" + ch.Name + " is archived.", Mend: mendFor("is_archived")}
	case ch.IsExtShared:
		return Finding{Name: name, Message: "#" + ch.Name + " is shared with another organisation; nothing of a visitor is posted there.", Mend: "Use a channel of your own workspace."}
	case !ch.IsMember && ch.IsPrivate:
		return Finding{Name: name, Message: "The app is not in the private channel #" + ch.Name + ".", Mend: "Invite it there with /invite."}
	case !ch.IsMember:
		return Finding{OK: true, Name: name, Message: "The app is not in #" + ch.Name + " yet; it joins by itself."}
	}
	return Finding{OK: true, Name: name, Message: "The app is in #" + ch.Name + "."}
}

func (b *Bridge) checkAgents(ctx context.Context, api *slack.Client) []Finding {
	if len(b.Config.Agents) != 1 || !draw.IsGroup(b.Config.Agents[0]) {
		return nil
	}
	group := b.Config.Agents[0]
	ids, err := api.GetUserGroupMembersContext(ctx, group)
	switch {
	case webapi.HasCode(webapi.Classify("usergroups.users.list", err), "plan_upgrade_required") && err != nil:
		return []Finding{{Name: "agents", Message: "User groups need a paid plan of Slack.", Mend: "List user ids in slack.agents, or leave it empty for the members of the channel."}}
	case err != nil:
		return []Finding{{Name: "agents", Message: "The user group " + group + " cannot be read: " + webapi.Classify("usergroups.users.list", err).Reason(), Mend: "Correct slack.agents."}}
	case len(ids) == 0:
		return []Finding{{Name: "agents", Message: "The user group " + group + " has no members, so nobody can answer.", Mend: "Add the agents to it."}}
	}
	return []Finding{{OK: true, Name: "agents", Message: "The user group of the agents has members."}}
}
