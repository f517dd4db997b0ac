package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

func TestTwinsOverrideTheFile(t *testing.T) {
	f := mustParse(t, minimal+"server: {addr: \":1\"}\nhandoff: {level: quick}\n", with(
		"HANDOFF_SERVER_ADDR", ":2",
		"HANDOFF_SERVER_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.0/24",
		"HANDOFF_HANDOFF_LEVEL", "ai_first",
		"HANDOFF_HANDOFF_IDLE_CLOSE", "90m",
		"HANDOFF_HANDOFF_ASK_IN_WORDS", "false",
		"HANDOFF_AI_BUDGET_DAY", "1.5",
		"HANDOFF_HANDOFF_HUMAN_BUTTON_AFTER_ANSWERS", "7",
		"HANDOFF_WIDGET_TITLE", "",
		"HANDOFF_WIDGET_GREETING", "{de: Hallo.}",
		"HANDOFF_WIDGET_STARTERS", "Where is my order?, Returns",
		"HANDOFF_HANDOFF_RESTRICTED_TOPICS", "[{name: Law, phrases: [lawyer], say: {de: Moment.}}]",
		"HANDOFF_HANDOFF_HOURS_OPEN", `{mon-fri: "09:00-17:00"}`,
		"HANDOFF_HANDOFF_AWAY", `{suggest: {de: Rufen Sie an.}}`,
	))
	for _, c := range []struct{ got, want any }{
		{f.Server.Addr, ":2"},
		{f.Server.TrustedProxies, []string{"10.0.0.0/8", "192.0.2.0/24"}},
		{f.Handoff.Level, "ai_first"},
		{f.Handoff.IdleClose, 90 * time.Minute},
		{f.Handoff.AskInWords, false},
		{f.AI.Budget.Day, 1.5},
		{f.Handoff.HumanButton.AfterAnswers, 7},
		{f.Widget.Title.In(""), "Support"}, // an empty variable counts as not set
		{f.Widget.Greeting, conversation.Text{"de": "Hallo."}},
		{f.Widget.Starters, []conversation.Text{{"en": "Where is my order?"}, {"en": "Returns"}}},
		{f.Handoff.RestrictedTopics[0].Say.In("de"), "Moment."},
		{len(f.Handoff.Hours.Open["mon-fri"]), 1},
		{f.Handoff.Away, escalation.Away{Suggest: conversation.Text{"de": "Rufen Sie an."}}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}

// Every key has a twin: setting it by the name in the reference changes the
// value or is told as a problem of exactly that key.
func TestEveryKeyHasATwin(t *testing.T) {
	s, err := shapeOf(reflect.TypeFor[File]())
	if err != nil {
		t.Fatal(err)
	}
	text := map[kind]string{
		text: "zz", words: "zz", flag: "true", integer: "77", number: "77.5", duration: "77m",
		list: "[zz]", table: "{zz: zz}", anything: "zz",
		choice: "zz",
	}
	base := mustParse(t, minimal, with())
	for _, l := range s.leaves("") {
		raw := text[l.shape.kind]
		if l.shape.kind == list && l.shape.elem.kind == section {
			raw = "[{}]"
		}
		if l.path == "handoff.ask_in_words" || l.path == "slack.visitor_names" {
			raw = "false"
		}
		f, err := Parse("handoff.yaml", []byte(minimal), with(EnvName(l.path), raw))
		if err != nil {
			above := l.path[:max(0, strings.LastIndexByte(l.path, '.'))]
			if !strings.Contains(err.Error(), above) {
				t.Errorf("%s=%s: the problem does not name %s: %v", EnvName(l.path), raw, l.path, err)
			}
			continue
		}
		if reflect.DeepEqual(valueAt(reflect.ValueOf(base), l.path), valueAt(reflect.ValueOf(f), l.path)) {
			t.Errorf("%s=%s changes nothing", EnvName(l.path), raw)
		}
	}
}

func TestTwinsOfListEntries(t *testing.T) {
	f := mustParse(t, minimal, with(
		"HANDOFF_WIDGET_KEYS_0_LEVEL", "quick",
		"HANDOFF_WIDGET_KEYS_1_KEY", "pk_blog",
		"HANDOFF_WIDGET_KEYS_1_ORIGINS", "https://a.example, https://b.example",
	))
	if k := f.Widget.Keys[0]; k.Key != "pk_shop" || k.Level != "quick" {
		t.Errorf("keys[0] = %+v", k)
	}
	if k := f.Widget.Keys[1]; k.Key != "pk_blog" || len(k.Origins) != 2 {
		t.Errorf("keys[1] = %+v", k)
	}
}

// The section "slack" exists as soon as one of its twins does.
func TestSlackFromTheEnvironmentAlone(t *testing.T) {
	f := mustParse(t, minimal, with("HANDOFF_SLACK_BOT_TOKEN", "xoxb-0123456789", "HANDOFF_SLACK_APP_TOKEN", "xapp-0123456789", "HANDOFF_SLACK_CHANNEL", "C0SUPPORT"))
	if f.Slack == nil || f.Slack.Mode != "socket" || f.Slack.Relay != "owner" || len(f.Slack.NotePrefixes) != 2 {
		t.Errorf("slack = %+v, want the defaults under the tokens", f.Slack)
	}
}

func TestSecretFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	write(t, path, "xoxb-0123456789\n")
	env := with("HANDOFF_SLACK_BOT_TOKEN_FILE", path, "HANDOFF_SLACK_APP_TOKEN", "xapp-0123456789", "HANDOFF_SLACK_CHANNEL", "C0SUPPORT")
	for mode, want := range map[os.FileMode]int{0o600: 0, 0o640: 1} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		f := mustParse(t, minimal, env)
		if f.Slack.BotToken != "xoxb-0123456789" {
			t.Errorf("bot token was not read from the file, without its newline")
		}
		if len(f.Warnings) != want {
			t.Errorf("mode %04o: warnings = %v, want %d", mode, f.Warnings, want)
		}
	}
	found := problems(t, minimal, with("HANDOFF_AI_API_KEY_FILE", path+".no"))
	if found[0].Key != "ai.api_key" || !strings.Contains(found[0].Message, "no such file") {
		t.Errorf("problems = %v", found)
	}
}

// A variable that the file asks for and that is not set does not matter when
// the key's own twin is.
func TestTwinStandsInForAMissingVariable(t *testing.T) {
	f := mustParse(t, minimal+"server: {public_url: \"${NOWHERE}\"}\n", with("HANDOFF_SERVER_PUBLIC_URL", "https://chat.example.com"))
	if f.Server.PublicURL != "https://chat.example.com" {
		t.Errorf("public_url = %q", f.Server.PublicURL)
	}
}

func TestBadTwinsNameTheVariable(t *testing.T) {
	for name, want := range map[string]string{
		"HANDOFF_HANDOFF_IDLE_CLOSE":                 "wants a time",
		"HANDOFF_HANDOFF_HUMAN_BUTTON_STRICT":        "wants true or false",
		"HANDOFF_LIMITS_STREAMS":                     "wants a whole number",
		"HANDOFF_WIDGET_KEYS":                        "wants a list",
		"HANDOFF_HANDOFF_HUMAN_BUTTON_AFTER_ANSWERS": "wants a whole number",
	} {
		_, err := Parse("handoff.yaml", []byte(minimal), with(name, "zz"))
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: err = %v, want %q", name, err, want)
		}
	}
}

func TestStrangersInTheEnvironment(t *testing.T) {
	got := Strangers([]string{"HANDOFF_SLACK_BOT_TOKN=x", "HANDOFF_SLACK_BOT_TOKEN=x", "HANDOFF_SLACK_BOT_TOKEN_FILE=x", "HANDOFF_TEST_POSTGRES=x", "HANDOFF_WIDGET_KEYS_0_KEY=x", "HANDOFF_WIDGET_KEYS_0_KY=x", "PATH=x", "HANDOFF_IDENTITY_SECRET=x"})
	want := []string{
		"HANDOFF_SLACK_BOT_TOKN belongs to no key: did you mean HANDOFF_SLACK_BOT_TOKEN?",
		"HANDOFF_WIDGET_KEYS_0_KY belongs to no key: did you mean HANDOFF_WIDGET_KEYS_0_KEY?",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
