package slackbridge

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// Config is the section "slack" of handoff.yaml.
type Config struct {
	Mode          string        `yaml:"mode" mapstructure:"mode" doc:"how Slack reaches us: socket (no public URL) or http"`
	BotToken      string        `yaml:"bot_token" mapstructure:"bot_token" doc:"the bot token, xoxb-…"`
	AppToken      string        `yaml:"app_token" mapstructure:"app_token" doc:"the app-level token, xapp-…; only mode socket"`
	SigningSecret string        `yaml:"signing_secret" mapstructure:"signing_secret" doc:"the signing secret; only mode http, which refuses to start without it"`
	Channel       string        `yaml:"channel" mapstructure:"channel" doc:"the channel of conversations without a channel of their own, by id"`
	Agents        []string      `yaml:"agents" mapstructure:"agents" doc:"who answers: user ids or one user group; empty for the members of the conversation's channel"`
	Admins        []string      `yaml:"admins" mapstructure:"admins" doc:"user ids that may reassign, hand back and close what others have"`
	AdminChannel  string        `yaml:"admin_channel" mapstructure:"admin_channel" doc:"the channel of notices to the operator; one per cause and hour"`
	Relay         string        `yaml:"relay" mapstructure:"relay" doc:"whose lines in a thread go out: owner, or group for any agent's"`
	NotePrefixes  []string      `yaml:"note_prefixes" mapstructure:"note_prefixes" doc:"a line that starts with one of these stays inside"`
	ShowAgent     string        `yaml:"show_agent" mapstructure:"show_agent" doc:"what the visitor sees of an agent: first_name, display_name or team"`
	VisitorNames  bool          `yaml:"visitor_names" mapstructure:"visitor_names" doc:"post the visitor's lines under the visitor's name (chat:write.customize)"`
	Locale        string        `yaml:"locale" mapstructure:"locale" doc:"the language the team reads and writes, such as en or de; Translate on the card is between it and the visitor's"`
	APIURL        string        `yaml:"api_url" mapstructure:"api_url" doc:"the address of Slack's Web API"`
	PingInterval  time.Duration `yaml:"ping_interval" mapstructure:"ping_interval" doc:"how long a socket may go without a ping before it is opened again"`
}

// The values of Config.Mode, Relay and ShowAgent.
const (
	ModeSocket = "socket"
	ModeHTTP   = "http"

	RelayOwner = "owner"
	RelayGroup = "group"

	ShowFirstName   = "first_name"
	ShowDisplayName = "display_name"
	ShowTeam        = "team"
)

// Defaults are the settings of an empty section.
func Defaults() Config {
	return Config{
		Mode: ModeSocket, Relay: RelayOwner, NotePrefixes: []string{";;", "🔒"}, ShowAgent: ShowFirstName,
		VisitorNames: true, Locale: "en", APIURL: "https://slack.com/api/", PingInterval: 30 * time.Second,
	}
}

// Problem is one thing wrong with the settings. Key is the path below the
// section; Mend says what to do.
type Problem struct{ Key, Message, Mend string }

// Configured says that the section is there at all. Without it every
// escalation takes the away way.
func (c Config) Configured() bool {
	return c.BotToken != "" || c.AppToken != "" || c.SigningSecret != "" || c.Channel != ""
}

// Problems lists what is wrong with a section that is there.
func (c Config) Problems() []Problem {
	var out []Problem
	add := func(key, message, mend string) { out = append(out, Problem{key, message, mend}) }
	c.tokens(add)
	oneOf(add, "mode", c.Mode, ModeSocket, ModeHTTP)
	oneOf(add, "relay", c.Relay, RelayOwner, RelayGroup)
	oneOf(add, "show_agent", c.ShowAgent, ShowFirstName, ShowDisplayName, ShowTeam)
	c.places(add)
	c.people(add)
	if !conversation.IsLocale(c.Locale) {
		add("locale", fmt.Sprintf("is %q, which is no locale", c.Locale), "use en, de or pt-BR")
	}
	if c.PingInterval < time.Second {
		add("ping_interval", fmt.Sprintf("%s is too short", c.PingInterval), "use 1s or more; 30s suits slack.com")
	}
	return out
}

type adder func(key, message, mend string)

func (c Config) tokens(add adder) {
	const where = "take it from the app's settings on api.slack.com and set it in the environment"
	token := func(key, value, prefix, page string) {
		switch {
		case value == "":
			add(key, "is missing", "it is on the page "+page+" of the Slack app; "+where)
		case !strings.HasPrefix(value, prefix) || len(value) < len(prefix)+8 || strings.ContainsAny(value, " \t\n"):
			add(key, "is not a token that starts with "+prefix, "it is on the page "+page+" of the Slack app; "+where)
		}
	}
	token("bot_token", c.BotToken, "xoxb-", "OAuth & Permissions")
	if c.Mode == ModeSocket {
		token("app_token", c.AppToken, "xapp-", "Basic Information, App-Level Tokens (scope connections:write)")
	}
	if c.Mode == ModeHTTP && c.SigningSecret == "" {
		add("signing_secret", "is missing, and mode http cannot tell Slack's requests from forged ones without it", "it is on the page Basic Information of the Slack app; "+where)
	}
}

func oneOf(add adder, key, value string, allowed ...string) {
	for _, a := range allowed {
		if value == a {
			return
		}
	}
	add(key, fmt.Sprintf("is %q", value), "use "+strings.Join(allowed, ", "))
}

func (c Config) places(add adder) {
	const mend = "use the id at the end of the channel's details in Slack, such as C0SUPPORT"
	if !isChannel(c.Channel) {
		add("channel", fmt.Sprintf("%q is not a channel id", c.Channel), mend)
	}
	if c.AdminChannel != "" && !isChannel(c.AdminChannel) {
		add("admin_channel", fmt.Sprintf("%q is not a channel id", c.AdminChannel), mend)
	}
	u, err := url.Parse(c.APIURL)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		add("api_url", fmt.Sprintf("%q is not an address", c.APIURL), "leave it out for https://slack.com/api/")
	} else if !strings.HasSuffix(c.APIURL, "/") {
		add("api_url", "does not end with a slash", "write "+c.APIURL+"/")
	}
}

func (c Config) people(add adder) {
	groups := 0
	for i, id := range c.Agents {
		if draw.IsGroup(id) {
			groups++
		} else if !draw.IsUser(id) {
			add(fmt.Sprintf("agents[%d]", i), fmt.Sprintf("%q is neither a user id nor a user group id", id), "use ids such as U0MAYA, or one group such as S0SUPPORT")
		}
	}
	if groups > 0 && len(c.Agents) > 1 {
		add("agents", "mixes a user group with other entries", "list user ids, or exactly one user group")
	}
	for i, id := range c.Admins {
		if !draw.IsUser(id) {
			add(fmt.Sprintf("admins[%d]", i), fmt.Sprintf("%q is not a user id", id), "use ids such as U0MAYA")
		}
	}
	for i, p := range c.NotePrefixes {
		switch {
		case strings.TrimSpace(p) == "":
			add(fmt.Sprintf("note_prefixes[%d]", i), "is empty, so every line would be a note", "remove it")
		case strings.HasPrefix(p, "/"):
			add(fmt.Sprintf("note_prefixes[%d]", i), fmt.Sprintf("%q starts with a slash", p), "Slack takes such a line for a command; use ;; instead")
		}
	}
}

var channelID = regexp.MustCompile(`^[CG][A-Z0-9]{2,}$`)

// isChannel says that an id is a channel's.
func isChannel(id string) bool { return channelID.MatchString(id) }
