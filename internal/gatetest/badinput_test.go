package gatetest

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/handofftest"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// A binary that was built without cgo cannot serve a SQLite file. It says so and
// how to mend it, and leaves the file alone.
func TestBadInputBinaryWithoutCgo(t *testing.T) {
	h := started(t, handofftest.Options{Policy: "handoff: {level: human_only}\n"})
	g := newGuest(t, h, map[string]any{})
	g.say("before", "Kept from before.")
	root := card(t, h, support, g.reference)
	threadShows(t, h, support, root, "Kept from before.")
	h.Stop()
	path := filepath.Join(h.Dir, "handoff.db")
	before, err := os.ReadFile(path)
	mustDo(t, err)

	bare := build(t, "0")
	words := []string{"built without cgo", "CGO_ENABLED=1", "postgres://"}
	bare.refuses(t, []string{"serve", "-c", configFile(h)}, words...)
	bare.refuses(t, []string{"explain", "-c", configFile(h), g.reference}, words...)
	exit, out, _ := bare.run(t, "doctor", "-c", configFile(h))
	if exit != 1 || !strings.Contains(out, "built without cgo") {
		t.Errorf("doctor exits with %d:\n%s", exit, out)
	}
	if exit, out, _ := bare.run(t, "version"); exit != 0 || !strings.Contains(out, "without cgo") {
		t.Errorf("version exits with %d: %s", exit, out)
	}

	after, err := os.ReadFile(path)
	mustDo(t, err)
	if !bytes.Equal(before, after) {
		t.Error("the database file has changed")
	}
	h.Start()
	g.say("after", "Goes on.")
	once(t, h, support, root, "Kept from before.", "Goes on.")
}

// An unknown key stops a start, with its place and the mend. In a running house
// the changed file is refused and the old one stays in force.
func TestBadInputUnknownKey(t *testing.T) {
	binary := build(t, "1")
	var now *served
	h := house(t, handofftest.Options{Runs: binary.runs(&now), Policy: "handoff: {level: human_only}\n"})
	admin(t, h)
	h.Start()
	g := newGuest(t, h, map[string]any{})
	g.say("before", "Before the mistake.")
	root := card(t, h, support, g.reference)
	threadShows(t, h, support, root, "Before the mistake.")

	rewrite(t, h, `handoff: \{level: human_only\}`, "handoff: {levle: ai_only}")
	logged(t, h, `refused.*levle`)
	g.say("during", "During the mistake.")
	other := newGuest(t, h, map[string]any{})
	other.say("first", "Still to a person.") // human_only, as it was
	card(t, h, support, other.reference)
	for _, command := range []string{"check", "serve"} {
		binary.refuses(t, []string{command, "-c", configFile(h)}, ":11:", `there is no key "levle" in handoff`, "handoff: {levle: ai_only}", "^", "level")
	}
	rewrite(t, h, `levle: ai_only`, "level: human_only")
	h.Stop()
	h.Start()
	g.say("after", "After the mistake.")
	once(t, h, support, root, "Before the mistake.", "During the mistake.", "After the mistake.")
}

// A token of the wrong kind stops a start by name.
func TestBadInputTokenOfTheWrongKind(t *testing.T) {
	binary := build(t, "0") // the file is read before the database
	for _, c := range []struct{ pattern, with, key string }{
		{`bot_token: [\w-]+`, "bot_token: xapp-1-A0-oops", "slack.bot_token"},
		{`bot_token: [\w-]+`, "bot_token: ''", "slack.bot_token"},
		{`app_token: [\w-]+`, "app_token: xoxb-0-oops", "slack.app_token"},
		{`app_token: [\w-]+, `, "", "slack.app_token"},
		{`channel: \w+`, "channel: '#support'", "slack.channel"},
		{`api_key: [\w-]+`, "api_key: ''", "ai.api_key"},
		{`key: pk_test_shop`, "key: sk_live_oops", "widget.keys[0].key"},
	} {
		h := house(t, handofftest.Options{})
		rewrite(t, h, c.pattern, c.with)
		binary.refuses(t, []string{"serve", "-c", configFile(h)}, c.key, "^")
		exit, _, stderr := binary.run(t, "check", "-c", configFile(h))
		if exit != 1 || strings.Contains(stderr, "oops") && strings.Contains(c.with, "token") {
			t.Errorf("%s: check exits with %d, or shows a token:\n%s", c.with, exit, stderr)
		}
	}
}

// waitsForSlack starts a house whose Slack is broken, talks to it, mends Slack,
// and checks that everything said meanwhile is in the thread once and in order.
func waitsForSlack(t *testing.T, broken func(*fakeslack.Server), mended func(*fakeslack.Server), says string) {
	h := house(t, handofftest.Options{Mode: "http"}) // a House in socket mode waits for its sockets
	h.Model.Script(llmtest.Say("Parcels within Germany take two working days."))
	broken(h.Slack)
	h.Start()
	g := newGuest(t, h, map[string]any{})
	g.say("ask", "How long do parcels within Germany take?")
	g.hears("two working days") // the chat works
	g.post("escalate", map[string]any{})
	for i := range 5 {
		g.say(fmt.Sprint("line-", i), fmt.Sprintf("Waiting line %d.", i))
	}
	if phase := g.phase(); phase != "waiting" {
		t.Errorf("phase %q, want waiting", phase)
	}
	logged(t, h, says)
	if body := healthz(t, h); body != "degraded" {
		t.Errorf("/healthz says %q, want degraded", body)
	}
	h.Stop() // and what waits survives a restart
	h.Start()
	mended(h.Slack)
	root := card(t, h, support, g.reference)
	once(t, h, support, root, "How long do parcels", "two working days", "Waiting line 0.", "Waiting line 1.", "Waiting line 2.", "Waiting line 3.", "Waiting line 4.")
	press(t, h, maya, root, "handoff_claim")
	g.hears("You're now chatting with Maya.")
	waitFor(t, "the house is well again", func() bool { return healthz(t, h) == "ok" })
}

// A token that Slack refuses: the house starts, the chat works, the escalation
// waits, and it heals by itself.
func TestBadInputTokenRefused(t *testing.T) {
	t.Parallel()
	waitsForSlack(t, func(s *fakeslack.Server) { s.RevokeTokens("invalid_auth") }, func(s *fakeslack.Server) { s.RevokeTokens("") }, `invalid_auth`)
}

// The same with a Slack that cannot be reached.
func TestBadInputSlackUnreachable(t *testing.T) {
	t.Parallel()
	outage := func(on bool) func(*fakeslack.Server) {
		return func(s *fakeslack.Server) { s.Switch(func(sw *fakeslack.Switches) { sw.Outage = on }) }
	}
	waitsForSlack(t, outage(true), outage(false), `slack is not usable`)
}

// A message of a megabyte is refused with a sentence, whichever door it comes to,
// and the conversation goes on.
func TestBadInputMegabyte(t *testing.T) {
	t.Parallel()
	h := started(t, handofftest.Options{Mode: "http", Policy: "handoff: {level: human_only}\n"})
	g := newGuest(t, h, map[string]any{})
	g.say("before", "Before the flood.")
	root := card(t, h, support, g.reference)
	press(t, h, maya, root, "handoff_claim")
	g.hears("You're now chatting with Maya.")
	mega := strings.Repeat("a megabyte of text. ", 1<<20/20)
	for what, c := range map[string]struct {
		act  string
		body any
	}{
		"a message":         {"messages", map[string]any{"client_id": "mega", "text": mega}},
		"a long message":    {"messages", map[string]any{"client_id": "long", "text": mega[:4001]}},
		"a message of bits": {"messages", map[string]any{"client_id": "wide", "text": strings.Repeat("👩‍👩‍👧‍👦", 700)}},
		"a contact":         {"contact", map[string]any{"message": mega}},
		"a form":            {"escalate", map[string]any{"reason": mega}},
	} {
		status, body := g.call(http.MethodPost, g.at(c.act), c.body)
		if status < 400 || status >= 500 {
			t.Errorf("%s: %d %.200s, want it refused", what, status, body)
			continue
		}
		clearlyRefused(t, what, status, body)
	}
	// Slack's composer ends at 40,000 characters, but an event is what is sent.
	if err := say(h, maya, root, mega[:39_000]+"the end"); err != nil {
		t.Fatal(err)
	}
	g.hears("the end")
	status, body := event(line(root, "1999999999.000400", "EvMega", mega+mega)).send(t, h)
	if status != http.StatusRequestEntityTooLarge && status != http.StatusUnauthorized {
		t.Errorf("an event of two megabytes: %d %.200s", status, body)
	}
	g.say("after", "After the flood.")
	threadShows(t, h, support, root, "After the flood.")
	mustDo(t, say(h, maya, root, "I am still here"))
	g.hears("I am still here")
	once(t, h, support, root, "Before the flood.", "After the flood.")
}
