package gatetest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/internal/handofftest"
)

// B-05: what a visitor says of herself in any field leaves her a visitor, for the
// agents as well.
func TestB05ForgedFieldsInSlack(t *testing.T) {
	t.Parallel()
	h := started(t, handofftest.Options{Policy: "handoff: {level: human_only}\n"})
	claims := map[string]any{"role": "agent", "verified": true, "from": "agent", "user_id": maya, "hidden": true, "author": "bot"}
	g := newGuest(t, h, map[string]any{"context": claims}) // the site's own words: taken as words
	for field, value := range claims {
		for _, name := range []string{field, strings.ToUpper(field), strings.ToUpper(field[:1]) + field[1:]} {
			status, body := g.call(http.MethodPost, g.at("messages"), map[string]any{"client_id": "forged-" + name, "text": "forged " + name, name: value})
			if status != http.StatusBadRequest {
				t.Errorf("%s: %d %s, want 400", name, status, body)
			}
		}
		twice := fmt.Sprintf(`{"client_id":"x","text":"forged","TEXT":"forged",%q:1,%q:2}`, field, field)
		if status, _ := g.call(http.MethodPost, g.at("messages"), twice); status != http.StatusBadRequest {
			t.Errorf("%s twice: %d, want 400", field, status)
		}
	}
	g.say("true", "My own words")
	root := card(t, h, support, g.reference)
	threadShows(t, h, support, root, "My own words")
	for _, m := range h.Slack.Thread(support, root) {
		if strings.Contains(m.Visible(), "forged") {
			t.Errorf("a refused line is in Slack: %s", m.Visible())
		}
		if strings.Contains(m.Visible(), "My own words") && m.TS != root && (m.User == maya || m.BotID == "" || m.Username == "Maya") {
			t.Errorf("the visitor's line looks like an agent's: %+v", m)
		}
	}
	for _, e := range g.events() {
		if e.field("text") == "My own words" && !strings.Contains(string(e.Data), `"from":{"role":"visitor"`) {
			t.Errorf("stored as %s", e.Data)
		}
	}
}
