package slackbridge

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"text/template"
)

// Scopes lists what the bot token needs: chat:write.customize only to post under
// visitors' names.
func Scopes(c Config) []string {
	scopes := []string{
		"chat:write", "chat:write.customize", "channels:read", "channels:history", "channels:join", "groups:read", "groups:history",
		"im:read", "im:write", "im:history", "users:read", "usergroups:read", "files:read", "files:write",
		"reactions:read", "reactions:write", "commands", "team:read", "dnd:read", "app_mentions:read",
	}
	if !c.VisitorNames {
		scopes = slices.DeleteFunc(scopes, func(s string) bool { return s == "chat:write.customize" })
	}
	return scopes
}

// subscriptions are the events the app listens to.
const subscriptions = `message.channels message.groups message.im app_home_opened app_mention reaction_added reaction_removed
member_joined_channel member_left_channel channel_archive channel_unarchive channel_deleted channel_rename channel_id_changed channel_shared
group_archive group_unarchive group_deleted group_rename group_left channel_left user_change subteam_members_changed subteam_updated dnd_updated_user
app_uninstalled tokens_revoked file_deleted`

var manifestText = template.Must(template.New("manifest").Parse(`_metadata:
  major_version: 2
display_information:
  name: Handoff
  description: Website chat handoff
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
{{- if .URL}}
      url: {{printf "%q" (print .URL "/slack/commands")}}
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
    - name: Move to another chat
      type: message
      callback_id: handoff_move
      description: Take this message back and send it in another chat
    - name: Open inbox
      type: global
      callback_id: handoff_inbox
      description: Open the handoff inbox
oauth_config:
  scopes:
    bot:
{{- range .Scopes}}
      - {{.}}
{{- end}}
settings:
  event_subscriptions:
{{- if .URL}}
    request_url: {{printf "%q" (print .URL "/slack/events")}}
{{- end}}
    bot_events:
{{- range .Events}}
      - {{.}}
{{- end}}
  interactivity:
    is_enabled: true
{{- if .URL}}
    request_url: {{printf "%q" (print .URL "/slack/interactions")}}
    message_menu_options_url: {{printf "%q" (print .URL "/slack/interactions")}}
{{- end}}
  socket_mode_enabled: {{not .URL}}
  org_deploy_enabled: false
  token_rotation_enabled: false
`))

// Manifest is the app manifest in YAML, to be pasted where Slack asks for one.
// Mode http needs the public URL of this server.
func Manifest(mode, url string, c Config) ([]byte, error) {
	url = strings.TrimSuffix(url, "/")
	switch {
	case mode != ModeSocket && mode != ModeHTTP:
		return nil, fmt.Errorf("mode is %q: use socket or http", mode)
	case mode == ModeHTTP && !strings.HasPrefix(url, "https://"):
		return nil, fmt.Errorf("mode http needs the public address of this server, https://…: %q is none", url)
	case mode == ModeSocket:
		url = ""
	}
	var out bytes.Buffer
	err := manifestText.Execute(&out, struct {
		URL            string
		Scopes, Events []string
	}{url, Scopes(c), strings.Fields(subscriptions)})
	if err != nil {
		return nil, fmt.Errorf("write the manifest: %w", err)
	}
	return out.Bytes(), nil
}
