package slackbridge

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

func valid() Config {
	c := Defaults()
	c.BotToken, c.AppToken, c.Channel = "xoxb-0000000000-sample", "xapp-1-A0-sample", "C0SUPPORT"
	return c
}

func TestProblems(t *testing.T) {
	if got := valid().Problems(); len(got) != 0 {
		t.Fatalf("valid settings have problems: %v", got)
	}
	tests := []struct {
		key    string
		change func(*Config)
	}{
		{"bot_token", func(c *Config) { c.BotToken = "" }},
		{"bot_token", func(c *Config) { c.BotToken = "xapp-1-A0-swapped" }},
		{"app_token", func(c *Config) { c.AppToken = "xoxb-swapped-token" }},
		{"app_token", func(c *Config) { c.AppToken = "" }},
		{"signing_secret", func(c *Config) { c.Mode = ModeHTTP }},
		{"mode", func(c *Config) { c.Mode = "rtm" }},
		{"channel", func(c *Config) { c.Channel = "#support" }},
		{"admin_channel", func(c *Config) { c.AdminChannel = "ops" }},
		{"relay", func(c *Config) { c.Relay = "everybody" }},
		{"show_agent", func(c *Config) { c.ShowAgent = "email" }},
		{"agents[0]", func(c *Config) { c.Agents = []string{"maya"} }},
		{"agents", func(c *Config) { c.Agents = []string{"S0SUPPORT", "U0MAYA"} }},
		{"admins[0]", func(c *Config) { c.Admins = []string{"S0SUPPORT"} }},
		{"note_prefixes[0]", func(c *Config) { c.NotePrefixes = []string{"/note"} }},
		{"note_prefixes[0]", func(c *Config) { c.NotePrefixes = []string{" "} }},
		{"api_url", func(c *Config) { c.APIURL = "https://slack.com/api" }},
		{"api_url", func(c *Config) { c.APIURL = "slack.com/api/" }},
		{"ping_interval", func(c *Config) { c.PingInterval = time.Millisecond }},
	}
	for _, tt := range tests {
		c := valid()
		tt.change(&c)
		got := c.Problems()
		if len(got) != 1 || got[0].Key != tt.key || got[0].Message == "" || got[0].Mend == "" {
			t.Errorf("%s: got %+v", tt.key, got)
		}
		for _, p := range got {
			if strings.Contains(p.Message+p.Mend, "xoxb-swapped-token") {
				t.Errorf("a token is in the message: %s", p.Message)
			}
		}
	}
	http := valid()
	http.Mode, http.AppToken, http.SigningSecret = ModeHTTP, "", "secret"
	if got := http.Problems(); len(got) != 0 {
		t.Errorf("mode http: %v", got)
	}
}

type manifest struct {
	Features struct {
		SlashCommands []struct{ Command, URL string } `yaml:"slash_commands"`
		Shortcuts     []struct {
			CallbackID string `yaml:"callback_id"`
		}
	}
	OAuth struct{ Scopes struct{ Bot []string } } `yaml:"oauth_config"`
	Set   struct {
		Events struct {
			URL string   `yaml:"request_url"`
			Bot []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			Enabled bool   `yaml:"is_enabled"`
			URL     string `yaml:"request_url"`
		}
		Socket bool `yaml:"socket_mode_enabled"`
	} `yaml:"settings"`
}

func TestB81Manifest(t *testing.T) {
	read := func(mode, url string, c Config) manifest {
		t.Helper()
		text, err := Manifest(mode, url, c)
		if err != nil {
			t.Fatal(err)
		}
		var m manifest
		if err := yaml.Unmarshal(text, &m); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		return m
	}
	socket := read(ModeSocket, "https://ignored.example", valid())
	if !socket.Set.Socket || socket.Set.Events.URL != "" || !socket.Set.Interactivity.Enabled || len(socket.Features.Shortcuts) != 4 {
		t.Errorf("socket: %+v", socket)
	}
	if !slices.Contains(socket.Set.Events.Bot, "channel_shared") || !slices.Contains(socket.OAuth.Scopes.Bot, "chat:write.customize") {
		t.Errorf("socket: %v %v", socket.Set.Events.Bot, socket.OAuth.Scopes.Bot)
	}
	noNames := valid()
	noNames.VisitorNames = false
	http := read(ModeHTTP, "https://chat.example.com/", noNames)
	if http.Set.Socket || http.Set.Events.URL != "https://chat.example.com/slack/events" || http.Features.SlashCommands[0].URL != "https://chat.example.com/slack/commands" ||
		http.Set.Interactivity.URL != "https://chat.example.com/slack/interactions" {
		t.Errorf("http: %+v", http)
	}
	for _, scope := range http.OAuth.Scopes.Bot {
		if scope == "chat:write.customize" || scope == "users:read.email" || strings.HasPrefix(scope, "admin") {
			t.Errorf("the scope %s is asked for", scope)
		}
	}
	for _, bad := range [][2]string{{"http", ""}, {"http", "http://plain.example"}, {"rtm", "https://x.example"}} {
		if _, err := Manifest(bad[0], bad[1], valid()); err == nil {
			t.Errorf("Manifest(%v) works", bad)
		}
	}
}
