package widgetapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// A visitor whom the team has blocked is refused on every route that gives it
// something to read, in every conversation of hers, and nowhere else. After 24
// hours, or when an agent lets her in again, she can write.
func TestBlockedVisitor(t *testing.T) {
	for name, lift := range map[string]func(*house, conversation.ID){
		"until it is over": func(h *house, _ conversation.ID) { h.clock.add(24 * time.Hour) },
		"until it is lifted": func(h *house, id conversation.ID) {
			h.appendAs(id, conversation.Unblock(maya))
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			g, other := h.guest(), h.guest()
			id, earlier := g.open(), g.open()
			g.say(id, "c1", "what was said before")
			h.appendAs(id, conversation.Claim(maya, conversation.ByTakeover))
			h.appendAs(id, conversation.Block(maya, h.clock.now().Add(24*time.Hour), "abuse", false))
			n := 0
			for _, rt := range routes() {
				for _, in := range []conversation.ID{id, earlier} {
					path := strings.ReplaceAll(rt.pattern, "{id}", string(in))
					if rt.who.writes {
						n++
						g.refused(http.StatusForbidden, codeBlocked, rt.method, path, bodyFor(t, rt))
					}
				}
			}
			if n != 12 {
				t.Errorf("%d requests were refused, want 12", n)
			}
			if got := g.backlog(id, ""); got[len(got)-2].field("reason") != "blocked" {
				t.Errorf("the end of what she reads: %v", got)
			}
			if got := g.want(http.StatusOK, "GET", at(id, "/transcript"), nil, nil); !strings.Contains(string(got.body), "said before") {
				t.Errorf("the transcript: %s", got.body)
			}
			g.want(http.StatusNoContent, "POST", at(id, "/read"), ReadBody{1}, nil)
			other.say(other.open(), "c1", "hi")
			lift(h, id)
			g.say(id, "c2", "may I")
			g.say(earlier, "c3", "hello again")
			g.open()
		})
	}
}
