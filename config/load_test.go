package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// minimal is the shortest file that loads.
const minimal = `widget:
  keys:
    - {key: pk_shop, origins: [https://www.example.com]}
ai: {base_url: "offline://"}
`

// with returns a Lookup over pairs of names and values.
func with(pairs ...string) Lookup {
	return func(name string) (string, bool) {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

func mustParse(t *testing.T, text string, env Lookup) *File {
	t.Helper()
	f, err := Parse("handoff.yaml", []byte(text), env)
	if err != nil {
		t.Fatalf("%v\n\nof:\n%s", err, text)
	}
	return f
}

func problems(t *testing.T, text string, env Lookup) []Problem {
	t.Helper()
	_, err := Parse("handoff.yaml", []byte(text), env)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("err = %v, want an *Error for:\n%s", err, text)
	}
	return e.Problems
}

func TestMinimalFileTakesDefaults(t *testing.T) {
	f := mustParse(t, minimal, with())
	if f.Server.Addr != ":8080" || f.Handoff.Level != "balanced" || f.Handoff.ReopenWithin != 72*time.Hour || f.Storage.URL != "sqlite://handoff.db" {
		t.Errorf("defaults are missing: %+v", f)
	}
	if f.Slack != nil {
		t.Errorf("slack = %+v, want nil without the section", f.Slack)
	}
	if len(f.Hash) != 64 {
		t.Errorf("hash = %q", f.Hash)
	}
}

func TestBadFilesSayWhereAndWhatToDo(t *testing.T) {
	for _, c := range []struct {
		name, text string
		line, col  int
		key        string
		says, mend string
	}{
		{"unknown key", minimal + "slack:\n  bot_tokn: x\n", 6, 3, "slack.bot_tokn", `no key "bot_tokn" in slack`, "did you mean bot_token?"},
		{"unknown section", minimal + "slak: {}\n", 5, 1, "slak", "at the top of the file", "did you mean slack?"},
		{"unknown key without a neighbour", minimal + "server: {quux: 1}\n", 5, 10, "server.quux", "no key", "known keys: addr"},
		{"duplicate", minimal + "ai: {model: x}\n", 5, 1, "ai", "a second time; the first is in line 4", "keep one"},
		{"duplicate below", minimal + "server:\n  addr: \":1\"\n  addr: \":2\"\n", 7, 3, "server.addr", "line 6", ""},
		{"text for a number", minimal + "handoff: {human_button: {after_answers: two}}\n", 5, 41, "handoff.human_button.after_answers", "wants a whole number, and this is text", ""},
		{"quoted number", minimal + "handoff: {human_button: {after_answers: \"2\"}}\n", 5, 41, "handoff.human_button.after_answers", "wants a whole number", ""},
		{"number for text", minimal + "widget_title: 1\nserver: {addr: 8080}\n", 6, 16, "server.addr", "wants text, and this is a number", "quotes"},
		{"text for a list", minimal + "server: {trusted_proxies: 10.0.0.0/8}\n", 5, 27, "server.trusted_proxies", "wants a list", "[one, two]"},
		{"list for a section", minimal + "server: [1]\n", 5, 9, "server", "wants a section, and this is a list", ""},
		{"bad time", minimal + "handoff: {idle_close: soon}\n", 5, 23, "handoff.idle_close", "wants a time such as 30s", ""},
		{"number for a time", minimal + "handoff: {idle_close: 24}\n", 5, 23, "handoff.idle_close", "wants a time", ""},
		{"no value", minimal + "handoff:\n  level:\n", 6, 3, "handoff.level", "has no value", "remove the line"},
		{"missing variable", minimal + "widget_x: 1\nserver: {public_url: \"${NOWHERE}\"}\n", 6, 22, "server.public_url", "NOWHERE is not set", "HANDOFF_SERVER_PUBLIC_URL"},
		{"missing variable in a list", minimal + "server: {trusted_proxies: [${NOWHERE}]}\n", 5, 28, "server.trusted_proxies[0]", "NOWHERE is not set", "HANDOFF_SERVER_TRUSTED_PROXIES instead"},
		{"tab", "ai:\n\tbase_url: x\n", 2, 1, "", "not YAML", "spaces"},
		{"bracket", "ai: [\n", 1, 5, "", "not YAML", ""},
		{"two documents", minimal + "---\na: 1\n", 6, 2, "", "second document", "---"},
		{"merge key", minimal + "server:\n  <<: {addr: x}\n", 6, 3, "server", "merge key", "write the keys out"},
		{"a room's own check", minimal + "handoff:\n  level: balancd\n", 6, 3, "handoff.level", "balancd", "balanced"},
		{"a room's check in a list", minimal + "handoff:\n  restricted_topics:\n    - name: A\n      phrases: [a]\n    - name: B\n", 9, 7, "handoff.restricted_topics[1].phrases", "no phrases", ""},
		{"storage", minimal + "storage: {url: handoff.db}\n", 5, 11, "storage.url", "not the address of a database", "sqlite://"},
		{"a later section", minimal + "privacy: {redact: [card]}\n", 5, 1, "privacy", "privacy is not in this version", "remove"},
		{"a reply's variable", minimal + "replies:\n  - name: Hello\n    text: Hello {visitor.nmae}\n", 7, 5, "replies[0].text", "names {visitor.nmae}, which is no variable", "{visitor.name}"},
		{"a reply's variable in a language", minimal + "replies:\n  - name: Hello\n    text: {en: Hello., de: 'Hallo {name}'}\n", 7, 24, "replies[0].text.de", "names {name}, which is no variable", "{agent.first_name}"},
		{"a reply that is a text", minimal + "replies: [x]\n", 5, 11, "replies[0]", "wants a section", ""},
		{"mail without a sender", minimal + "mail: {smtp: 'smtp://127.0.0.1'}\n", 5, 1, "mail.from", "is missing", "support@example.com"},
		{"a placeholder", minimal + "slack: {bot_token: xoxb-your-token-here, app_token: xapp-12345678, channel: C0SUPPORT}\n", 5, 9, "slack.bot_token", "sample's value", "HANDOFF_SLACK_BOT_TOKEN"},
		{"an empty slack", minimal + "slack: {}\n", 5, 1, "slack.bot_token", "is missing", "OAuth"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := problems(t, c.text, with())
			for _, p := range found {
				if p.Key != c.key || !strings.Contains(p.String(), c.says) {
					continue
				}
				if p.Line != c.line || p.Col != c.col {
					t.Errorf("at %d:%d, want %d:%d", p.Line, p.Col, c.line, c.col)
				}
				if !strings.Contains(p.Mend, c.mend) {
					t.Errorf("mend = %q, want %q in it", p.Mend, c.mend)
				}
				if !strings.Contains(p.Excerpt, "^") {
					t.Errorf("no excerpt: %q", p.Excerpt)
				}
				return
			}
			t.Errorf("no problem of %q that says %q in %v", c.key, c.says, found)
		})
	}
}

// Everything wrong is told at once, in the order of the file.
func TestAllProblemsAtOnce(t *testing.T) {
	found := problems(t, "server: {adr: x}\nai: {timeout: 1}\nhandoff: {level: loud}\n", with())
	var keys []string
	for _, p := range found {
		keys = append(keys, p.Key)
	}
	got := strings.Join(keys, " ")
	for _, want := range []string{"server.adr", "ai.timeout", "ai.api_key", "handoff.level", "widget.keys"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not told; got %s", want, got)
		}
	}
	if strings.Index(got, "server.adr") > strings.Index(got, "handoff.level") {
		t.Errorf("not in the order of the file: %s", got)
	}
}

func TestErrorReadsWell(t *testing.T) {
	_, err := Parse("handoff.yaml", []byte(minimal+"slack:\n  bot_tokn: x\n  app_token: xapp-123456789\n  channel: C0SUPPORT\n"), with("HANDOFF_SLACK_BOT_TOKEN", "xoxb-123456789"))
	want := `handoff.yaml has 1 problem

handoff.yaml:6:3: slack.bot_tokn: there is no key "bot_tokn" in slack
    6 |   bot_tokn: x
      |   ^
    → did you mean bot_token?`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// No message and no excerpt shows a secret, wherever it stands.
func TestSecretsAreNotShown(t *testing.T) {
	const secret = "s3cr3t-value-0815"
	for _, text := range []string{
		"ai: {api_key: " + secret + ", tmeout: 1}\n" + minimal,
		"ai: {base_url: 1, api_key: " + secret + "}\n",
		"widget:\n  keys:\n    - key: pk_a\n      identity_secret:\n        - " + secret + "\n        - 1\n",
		"slack: {signing_secret: " + secret + ", mode: http, modd: 1, channel: 7}\n",
		"ai:\n  api_key: [" + secret + "\n",
		"storage: {url: \"postgres://me:" + secret + "@db\", ulr: x}\n",
		"slack: {channel: \"${TOKEN}\", bot_token: \"${TOKEN}\", agents: [\"${TOKEN}\"]}\n",
	} {
		_, err := Parse("handoff.yaml", []byte(text), with("TOKEN", "xoxb-"+secret))
		if err == nil {
			t.Errorf("loads, want a problem:\n%s", text)
			continue
		}
		if strings.Contains(err.Error(), secret) && !strings.HasPrefix(text, "slack: {channel") {
			t.Errorf("shows the secret:\n%v", err)
		}
	}
}

func TestVariablesExpand(t *testing.T) {
	f := mustParse(t, minimal+"server:\n  public_url: https://${HOST}\n  trusted_proxies: [${NET}]\nhandoff:\n  human_button: {after_answers: \"${N}\"}\n  idle_close: ${T}\n",
		with("HOST", "chat.example.com", "NET", "10.0.0.0/8", "N", "4", "T", "2h"))
	if f.Server.PublicURL != "https://chat.example.com" || f.Server.TrustedProxies[0] != "10.0.0.0/8" {
		t.Errorf("server = %+v", f.Server)
	}
	if f.Handoff.HumanButton.AfterAnswers != 4 || f.Handoff.IdleClose != 2*time.Hour {
		t.Errorf("handoff = %+v", f.Handoff)
	}
	f = mustParse(t, strings.Replace(minimal, `ai: {base_url: "offline://"}`, `ai: {base_url: "offline://", instructions: "say $${NAME} and $5"}`, 1), with())
	if got, want := f.AI.Instructions, "say ${NAME} and $5"; got != want {
		t.Errorf("instructions = %q, want %q", got, want)
	}
}

func TestTablesKeepTheirCase(t *testing.T) {
	f := mustParse(t, minimal+`handoff:
  hours: {timezone: Europe/Berlin, open: {Mon-Fri: "09:00-12:00, 13:00-17:30", sat: ["10:00-12:00"]}, holidays: [2026-12-25]}
  restricted_topics:
    - {name: Billing Disputes, phrases: [Charged Twice], say: {en: Wait., pt-BR: Espere.}}
    - {name: Legal, phrases: [lawyer], say: One moment.}
`, with())
	if got := len(f.Handoff.Hours.Open["Mon-Fri"]); got != 2 {
		t.Errorf("hours = %v, want two ranges on Mon-Fri", f.Handoff.Hours.Open)
	}
	topics := f.Handoff.RestrictedTopics
	if got := topics[0].Say["pt-BR"]; got != "Espere." {
		t.Errorf("say = %v", topics[0].Say)
	}
	if got := topics[1].Say.In("en"); got != "One moment." {
		t.Errorf("say = %v", topics[1].Say)
	}
	if f.Handoff.Hours.Holidays[0] != "2026-12-25" {
		t.Errorf("holidays = %v", f.Handoff.Hours.Holidays)
	}
}

// What the file says takes the default's place, in whatever languages it is said.
func TestTextsByLocale(t *testing.T) {
	f := mustParse(t, strings.Replace(minimal, "widget:\n", "widget:\n  title: Acme\n  greeting: {de: Hallo., pt-BR: Oi.}\n  starters: [Returns, {en: Where is it?, de: Wo ist es?}]\n", 1), with())
	if got, want := f.Widget.Title, conversation.English("Acme"); !reflect.DeepEqual(got, want) {
		t.Errorf("title = %v, want %v", got, want)
	}
	if got, want := f.Widget.Greeting, (conversation.Text{"de": "Hallo.", "pt-BR": "Oi."}); !reflect.DeepEqual(got, want) {
		t.Errorf("greeting = %v, want %v", got, want)
	}
	if got, want := f.Widget.Starters, []conversation.Text{{"en": "Returns"}, {"en": "Where is it?", "de": "Wo ist es?"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("starters = %v, want %v", got, want)
	}
	_, err := Parse("handoff.yaml", []byte(strings.Replace(minimal, "widget:\n", "widget:\n  greeting: {german language: Hallo.}\n", 1)), with())
	if err == nil || !strings.Contains(err.Error(), "german language") || !strings.Contains(err.Error(), "pt-BR") {
		t.Errorf("err = %v, want the locale refused with an example", err)
	}
}

func TestTopicsFromAFile(t *testing.T) {
	dir := t.TempDir()
	main := filepath.Join(dir, "handoff.yaml")
	write(t, main, minimal+"knowledge: [{path: ./docs}]\nhandoff:\n  restricted_topics: {file: topics.yaml}\n")
	topics := filepath.Join(dir, "topics.yaml")
	write(t, topics, "- name: Billing\n  phrases: [refund]\n")
	f, err := Load(main, with())
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Handoff.RestrictedTopics) != 1 || f.Handoff.RestrictedTopics[0].Name != "Billing" || f.Includes[0] != topics {
		t.Errorf("topics = %+v, includes %v", f.Handoff.RestrictedTopics, f.Includes)
	}
	if want := filepath.Join(dir, "docs"); f.Knowledge[0].Path != want {
		t.Errorf("knowledge = %s, want %s", f.Knowledge[0].Path, want)
	}
	write(t, topics, "restricted_topics:\n  - name: Billing\n    phrases: [refund]\n")
	if f, err = Load(main, with()); err != nil || len(f.Handoff.RestrictedTopics) != 1 {
		t.Errorf("a file that names the section: %v", err)
	}
	write(t, topics, "- name: Billing\n  phrasess: [refund]\n")
	_, err = Load(main, with())
	if err == nil || !strings.Contains(err.Error(), topics+":2:3: ") || !strings.Contains(err.Error(), "did you mean phrases?") {
		t.Errorf("err = %v, want the place in the included file", err)
	}
	write(t, main, minimal+"handoff:\n  restricted_topics: {file: nowhere.yaml}\n")
	if _, err = Load(main, with()); err == nil || !strings.Contains(err.Error(), "nowhere.yaml, which cannot be read") {
		t.Errorf("err = %v", err)
	}
}

func TestLiteralSecretInAReadableFileWarns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "handoff.yaml")
	write(t, path, strings.Replace(minimal, `"offline://"`, `"offline://", api_key: sk-0123456789`, 1))
	for mode, want := range map[os.FileMode]int{0o644: 1, 0o600: 0} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		f, err := Load(path, with())
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Warnings) != want {
			t.Errorf("mode %04o: warnings = %v, want %d", mode, f.Warnings, want)
		}
	}
}

func TestMissingFile(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "nowhere.yaml"), with())
	if err == nil || !strings.Contains(err.Error(), "no such file") || !strings.Contains(err.Error(), "--config") {
		t.Errorf("err = %v", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
