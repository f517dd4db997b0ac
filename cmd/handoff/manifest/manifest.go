// Package manifest writes the manifest from which a workspace creates its Slack
// app: what the app may do and what it hears of. [Render] is pure; doctor uses
// [Scopes] to see whether a token was granted all of it.
package manifest

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"text/template"
)

// Options say what kind of app. URL is the public address of the server and is
// needed, and used, with HTTP only. VisitorNames asks for the right to post
// under the visitor's name.
type Options struct {
	HTTP         bool
	URL          string
	VisitorNames bool
}

// Scopes lists what the bot token is granted.
func Scopes(visitorNames bool) []string {
	out := []string{"chat:write"}
	if visitorNames {
		out = append(out, "chat:write.customize")
	}
	return append(out,
		"channels:read", "channels:history", "channels:join", "groups:read", "groups:history",
		"im:read", "im:write", "im:history", "users:read", "usergroups:read", "files:read", "files:write",
		"reactions:read", "reactions:write", "commands", "team:read", "dnd:read", "app_mentions:read",
	)
}

// Events lists what the app hears of.
func Events() []string {
	return []string{
		"message.channels", "message.groups", "message.im", "app_home_opened", "app_mention", "reaction_added", "reaction_removed",
		"member_joined_channel", "member_left_channel", "channel_archive", "channel_unarchive", "channel_deleted", "channel_rename",
		"channel_id_changed", "channel_shared", "group_archive", "group_unarchive", "group_deleted", "group_rename", "group_left",
		"channel_left", "user_change", "subteam_members_changed", "subteam_updated", "dnd_updated_user", "app_uninstalled", "tokens_revoked",
	}
}

// Render writes the manifest as YAML. Errors are written for the operator.
func Render(o Options) (string, error) {
	if o.HTTP {
		u, err := url.Parse(o.URL)
		if err != nil || u.Host == "" || u.Scheme != "https" {
			return "", fmt.Errorf("with --mode http Slack calls this server, so --url needs its public address, such as https://chat.example.com")
		}
		o.URL = strings.TrimSuffix(o.URL, "/")
	}
	page, err := template.New("manifest").Funcs(template.FuncMap{"list": list}).Parse(source)
	if err != nil {
		return "", fmt.Errorf("read the manifest's template: %w", err)
	}
	var b bytes.Buffer
	data := struct {
		Options
		Scopes, Events []string
	}{o, Scopes(o.VisitorNames), Events()}
	if err := page.Execute(&b, data); err != nil {
		return "", fmt.Errorf("write the manifest: %w", err)
	}
	return b.String(), nil
}

// list writes one name to a line, indented.
func list(names []string) string {
	return "      - " + strings.Join(names, "\n      - ")
}

const source = `_metadata:
  major_version: 2
display_information:
  name: Handoff
  description: Chats from your website, answered by people when it matters
  background_color: "#2b2f77"
features:
  bot_user:
    display_name: Handoff
    always_online: true
  app_home:
    home_tab_enabled: true
    messages_tab_enabled: true
    messages_tab_read_only_enabled: false
  slash_commands:
    - command: /handoff
      description: Inbox and availability
      usage_hint: "[on|off|status|find|try|help]"
      should_escape: true
{{- if .HTTP}}
      url: {{.URL}}/slack/commands
{{- end}}
  shortcuts:
    - name: Keep inside
      type: message
      callback_id: handoff_note
      description: Keep this message private
    - name: Send to visitor
      type: message
      callback_id: handoff_send
      description: Relay this message
    - name: Open inbox
      type: global
      callback_id: handoff_inbox
      description: Open the handoff inbox
oauth_config:
  scopes:
    bot:
{{list .Scopes}}
settings:
  event_subscriptions:
{{- if .HTTP}}
    request_url: {{.URL}}/slack/events
{{- end}}
    bot_events:
{{list .Events}}
  interactivity:
    is_enabled: true
{{- if .HTTP}}
    request_url: {{.URL}}/slack/interactions
    message_menu_options_url: {{.URL}}/slack/interactions
{{- end}}
  socket_mode_enabled: {{not .HTTP}}
  org_deploy_enabled: false
  token_rotation_enabled: false
`
