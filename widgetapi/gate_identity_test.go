package widgetapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// B-07: identifying rotates. The token from before is dead on every route, a
// second identify elsewhere gets its own, and no answer repeats one that somebody
// has.
func TestB07IdentifyRotates(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	g.say(id, "c1", "hi")
	known, said := g.identify(signed(shopSecret, claimsOf("user-1")))
	if known.token == g.token || known.id == g.id || !said.Verified || said.Conversation != id {
		t.Errorf("got %+v for the guest %s with %s", said, g.id, id)
	}
	n := 0
	for _, rt := range routes() {
		if rt.who.session {
			n++
			g.refused(http.StatusUnauthorized, codeUnauthorized, rt.method, strings.ReplaceAll(rt.pattern, "{id}", string(id)), bodyFor(t, rt))
		}
	}
	if n < 20 {
		t.Errorf("%d routes were tried, want at least 20", n)
	}
	if got := known.backlog(id, ""); len(got) != 1 {
		t.Errorf("her chat: got %v", got)
	}
	elsewhere, again := h.guest().identify(signed(shopSecret, claimsOf("user-1")))
	if again.Token == said.Token || again.VisitorID != said.VisitorID || again.Conversation != "" {
		t.Errorf("on another device: got %+v, after %+v", again, said)
	}
	if got := elsewhere.backlog(id, ""); len(got) != 1 {
		t.Errorf("her chat on another device: got %v", got)
	}
	known.want(http.StatusOK, "GET", "/v1/conversations", nil, nil) // the first device is still there
}

// B-08: only the chat of the session that is presented becomes the visitor's,
// once, and nobody is found by an address.
func TestB08OnlyThePresentedChat(t *testing.T) {
	h := newHouse(t)
	a, b := h.guest(), h.guest()
	id := a.open()
	a.say(id, "c1", "secret of a")
	a.want(http.StatusOK, "POST", at(id, "/contact"), ContactBody{Email: "b@example.com"}, nil)
	mail := map[string]any{"email": "b@example.com"}
	known, said := b.identify(signed(shopSecret, claimsOf("user-b", mail)))
	if said.Conversation != "" {
		t.Errorf("got %+v, want nothing of a's", said)
	}
	known.refused(http.StatusNotFound, codeNotFound, "GET", at(id, "/transcript"), nil)
	other, _ := h.guest().identify(signed(shopSecret, claimsOf("user-c", mail)))
	if other.id == known.id {
		t.Error("two subjects with one address are one visitor")
	}

	// Subjects that only look alike are two people: somebody may have chosen hers.
	for _, alike := range []string{"user-b ", "user-b\u200b", "User-b", "user\u2010b", "u\u0308", "\u00fc"} {
		lookalike, _ := h.guest().identify(signed(shopSecret, claimsOf(alike)))
		for _, each := range []*guest{known, other} {
			if lookalike.id == each.id {
				t.Errorf("%q is somebody else", alike)
			}
		}
		other = lookalike
	}

	// A session that was verified takes nothing along to the next visitor.
	mine := known.open()
	next, said := known.identify(signed(shopSecret, claimsOf("user-d")))
	if said.Conversation != "" || next.id == known.id {
		t.Errorf("switching: got %+v", said)
	}
	next.refused(http.StatusNotFound, codeNotFound, "GET", at(mine, "/transcript"), nil)
	var list ConversationsReply
	next.want(http.StatusOK, "GET", "/v1/conversations", nil, &list)
	if len(list.Conversations) != 0 {
		t.Errorf("switching: got %+v", list)
	}
}

// B-09: the streams of the old session are over before the answer.
func TestB09OldStreamsAreOver(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	first, second := g.follow(id, ""), g.follow(id, "")
	known, _ := g.identify(signed(shopSecret, claimsOf("user-1")))
	if n := h.server.streams.open(); n != 0 {
		t.Errorf("%d streams are open after the answer", n)
	}
	h.appendAs(id, conversation.Append(botSays("for her eyes only")))
	for _, old := range []*tail{first, second} {
		old.ends(10 * time.Second)
	}
	on := known.follow(id, "")
	on.next()
	known.identify(signed(shopSecret, claimsOf("user-2")))
	h.appendAs(id, conversation.Append(botSays("more")))
	on.ends(10 * time.Second)
}
