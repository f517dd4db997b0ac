package widgetapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

var requestID = regexp.MustCompile(`"request_id":"[^"]*"`)

func sameButRequestID(a, b []byte) bool {
	return bytes.Equal(requestID.ReplaceAll(a, nil), requestID.ReplaceAll(b, nil))
}

// validBodies has, for each route with a body, one that would be accepted. A
// new route without one fails the generated tests.
var validBodies = map[string]any{
	"openSession":      SessionBody{shopKey},
	"openConversation": OpenBody{},
	"changePage":       PageChangeBody{Page: PageBody{URL: "https://www.shop.example/a"}},
	"say":              MessageBody{ClientID: "x1", Text: "hi"},
	"escalate":         EscalateBody{},
	"cancelEscalation": EmptyBody{},
	"stop":             EmptyBody{},
	"close":            EmptyBody{},
	"typing":           EmptyBody{},
	"read":             ReadBody{},
	"rate":             RatingBody{Score: 5},
	"feedback":         map[string]any{"seq": 1, "up": true},
	"contact":          ContactBody{Message: "call me"},
	"verifyContact":    VerifyBody{Code: "123456"},
	"resume":           ResumeBody{Code: "x"},
	"identify":         IdentifyBody{JWT: signed(shopSecret, claimsOf("user-7"))},
	"track":            TrackBody{Name: "checkout failed", Props: map[string]any{"code": "402"}},
	"link":             EmptyBody{},
	"mailTranscript":   EmptyBody{},
}

func bodyFor(t *testing.T, rt route) any {
	t.Helper()
	if rt.handler.newBody == nil {
		return nil
	}
	body, ok := validBodies[rt.name]
	if !ok {
		t.Fatalf("the route %s has no valid body in the test's table", rt.name)
	}
	return body
}

// B-01: another visitor's conversation is like one that does not exist, on
// every route that names one.
func TestB01ObjectAccess(t *testing.T) {
	h := newHouse(t)
	a, b := h.guest(), h.guest()
	elsewhere := h.guestAt(otherKey, otherSite)
	id := b.open()
	b.say(id, "c1", "secret of b")
	stream := b.follow(id, "?after=1")
	before, err := h.store.State(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, rt := range routes() {
		if !strings.HasPrefix(rt.pattern, "/v1/") {
			continue
		}
		if named := strings.HasPrefix(rt.pattern, "/v1/conversations/{id}"); named != rt.who.owned {
			t.Errorf("%s %s: names a conversation %v, checks its owner %v", rt.method, rt.pattern, named, rt.who.owned)
		}
		if rt.who.owned != strings.HasPrefix(rt.pattern, "/v1/conversations/") {
			t.Errorf("%s %s: a route below a conversation without an owner check", rt.method, rt.pattern)
		}
		if !rt.who.owned {
			continue
		}
		n++
		path := func(id conversation.ID) string { return strings.ReplaceAll(rt.pattern, "{id}", string(id)) }
		for _, who := range []*guest{a, elsewhere} {
			theirs := who.refused(http.StatusNotFound, codeNotFound, rt.method, path(id), bodyFor(t, rt))
			none := who.refused(http.StatusNotFound, codeNotFound, rt.method, path(conversation.NewID()), bodyFor(t, rt))
			odd := who.refused(http.StatusNotFound, codeNotFound, rt.method, path("cnv_1%00'"), bodyFor(t, rt))
			if !sameButRequestID(theirs.body, none.body) || !sameButRequestID(odd.body, none.body) {
				t.Errorf("%s %s: %s for another's, %s for none, %s for an odd one", rt.method, rt.pattern, theirs.body, none.body, odd.body)
			}
			if fmt.Sprint(without(theirs.header)) != fmt.Sprint(without(none.header)) {
				t.Errorf("%s %s: headers differ: %v, %v", rt.method, rt.pattern, theirs.header, none.header)
			}
		}
		nobody := &guest{house: h, origin: shopOrigin}
		nobody.refused(http.StatusUnauthorized, codeUnauthorized, rt.method, path(id), bodyFor(t, rt))
	}
	if n < 15 {
		t.Errorf("%d routes were tried, want at least 15", n)
	}
	after, err := h.store.State(t.Context(), id)
	if err != nil || !reflect.DeepEqual(after, before) {
		t.Errorf("the conversation changed: %+v, %v; was %+v", after, err, before)
	}
	select {
	case got := <-stream.events:
		t.Errorf("b's stream got %v", got)
	default:
	}
}

// B-01: every method on every address below a conversation treats another's
// like none, also those the address does not take.
func TestB01EveryMethod(t *testing.T) {
	h := newHouse(t)
	a, b := h.guest(), h.guest()
	id := b.open()
	for _, rt := range routes() {
		if !rt.who.owned {
			continue
		}
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
			theirs := a.do(method, strings.ReplaceAll(rt.pattern, "{id}", string(id)), EmptyBody{})
			none := a.do(method, strings.ReplaceAll(rt.pattern, "{id}", string(conversation.NewID())), EmptyBody{})
			if theirs.status != none.status || !sameButRequestID(theirs.body, none.body) || fmt.Sprint(without(theirs.header)) != fmt.Sprint(without(none.header)) {
				t.Errorf("%s %s: %d %s for another's, %d %s for none", method, rt.pattern, theirs.status, theirs.body, none.status, none.body)
			}
			if theirs.status < 300 && method != "OPTIONS" {
				t.Errorf("%s %s: got %d", method, rt.pattern, theirs.status)
			}
		}
	}
}

// B-01: how long the refusal takes does not tell another's conversation from
// none. A busy machine may spoil one measurement, not five.
func TestB01Latency(t *testing.T) {
	const samples, tolerance = 400, 0.10
	h := newHouse(t)
	a, b := h.guest(), h.guest()
	id := b.open()
	for range 50 {
		b.say(id, "c"+conversation.RandomID("x"), strings.Repeat("a long conversation ", 50))
	}
	took := func(id conversation.ID) time.Duration {
		start := time.Now()
		a.refused(http.StatusNotFound, codeNotFound, "GET", at(id, "/transcript"), nil)
		return time.Since(start)
	}
	off := 0.0
	for range 5 {
		var theirs, none []time.Duration
		for range samples {
			theirs, none = append(theirs, took(id)), append(none, took(conversation.NewID()))
		}
		slices.Sort(theirs)
		slices.Sort(none)
		off = float64(theirs[samples/2])/float64(none[samples/2]) - 1
		if math.Abs(off) <= tolerance {
			return
		}
	}
	t.Errorf("the median for another's conversation is %+.0f %% off that for none, want at most %.0f", off*100, tolerance*100)
}

func without(h http.Header) http.Header {
	h = h.Clone()
	for _, k := range []string{"X-Request-Id", "Date", "Content-Length"} {
		h.Del(k)
	}
	return h
}

// B-02: nobody is found by an address or a foreign id.
func TestB02NoLookUp(t *testing.T) {
	h := newHouse(t)
	a, b := h.guest(), h.guest()
	id := b.open()
	b.want(http.StatusOK, "POST", at(id, "/contact"), ContactBody{Email: "b@example.com"}, nil)
	for _, query := range []string{"?email=b@example.com", "?external_id=" + b.id, "?visitor=" + b.id, "?visitor_id=" + b.id} {
		if got := a.want(http.StatusOK, "GET", "/v1/conversations"+query, nil, nil); strings.Contains(string(got.body), string(id)) {
			t.Errorf("%s: got %s", query, got.body)
		}
	}
	nobody := &guest{house: h, origin: shopOrigin}
	nobody.refused(http.StatusUnauthorized, codeUnauthorized, "POST", "/v1/sessions/identify", map[string]any{})
}

// B-05: a body holds the client's fields and nothing else, in any spelling, at
// any depth; what is stored does not change.
func TestB05MassAssignment(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	h.appendAs(id, conversation.Append(botSays("hello")))
	g.appendAs(id, conversation.CloseSelf(conversation.Author{Role: conversation.Visitor, ID: g.id}))
	before, err := h.store.State(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	foreign := []string{"role", "user_id", "from", "verified", "hmac_verified", "created_at", "conversation_id", "hidden", "visitor", "author", "order", "key_", "at", "id", "seq", "vseq"}
	n := 0
	for _, rt := range routes() {
		if rt.handler.newBody == nil {
			continue
		}
		n++
		raw, err := json.Marshal(bodyFor(t, rt))
		if err != nil {
			t.Fatal(err)
		}
		path := strings.ReplaceAll(rt.pattern, "{id}", string(id))
		for _, body := range spoiled(raw, foreign) {
			g.refused(http.StatusBadRequest, codeInvalid, rt.method, path, []byte(body))
		}
	}
	for _, f := range foreign {
		nested := fmt.Appendf(nil, `{"page":{"url":"https://www.shop.example/a",%q:"agent"}}`, f)
		g.refused(http.StatusBadRequest, codeInvalid, "POST", "/v1/conversations", nested)
		g.refused(http.StatusBadRequest, codeInvalid, "PATCH", at(id, ""), nested)
	}
	if n < 13 {
		t.Errorf("%d routes were tried, want at least 13", n)
	}
	after, err := h.store.State(t.Context(), id)
	if err != nil || !reflect.DeepEqual(after, before) {
		t.Errorf("the conversation changed: %+v, %v; was %+v", after, err, before)
	}
}

// spoiled adds each foreign field to a body in several spellings, and spells
// the body's own fields differently or twice.
func spoiled(raw []byte, foreign []string) []string {
	inside := strings.TrimSuffix(strings.TrimPrefix(string(raw), "{"), "}")
	with := func(extra string) string {
		if inside == "" {
			return "{" + extra + "}"
		}
		return "{" + inside + "," + extra + "}"
	}
	var out []string
	for _, f := range foreign {
		for _, name := range []string{f, strings.ToUpper(f[:1]) + f[1:], strings.ToUpper(f)} {
			out = append(out, with(fmt.Sprintf("%q:%q", name, "agent")))
		}
		out = append(out, with(fmt.Sprintf("%q:1,%q:2", f, f)), with(fmt.Sprintf(`"page":{"url":"",%q:1}`, f)))
	}
	var own map[string]json.RawMessage
	_ = json.Unmarshal(raw, &own)
	for name, value := range own {
		out = append(out,
			with(fmt.Sprintf("%q:%s", name, value)),
			with(fmt.Sprintf("%q:%s", strings.ToUpper(name), value)),
			with(fmt.Sprintf("%q:%s", strings.ToUpper(name[:1])+name[1:], value)),
			with(fmt.Sprintf("%q:%s", strings.ReplaceAll(name, "e", "\u0435")+"\u0435", value)))
	}
	return out
}

// B-07: a token that was known before cannot be used afterwards: ended, it is dead
// on every route, and a mint never hands out a token that somebody has: one
// elsewhere gets its own. (Identify rotates: TestB07IdentifyRotates.)
func TestB07SessionRotation(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	old, planted := *g, g.follow(id, "")
	g.want(http.StatusNoContent, "DELETE", "/v1/sessions/current", nil, nil)
	planted.ends(5 * time.Second)
	next, elsewhere := h.guest(), h.guest()
	tokens, visitors := map[string]bool{}, map[string]bool{}
	for _, each := range []*guest{&old, next, elsewhere} {
		tokens[each.token], visitors[each.id] = true, true
	}
	if len(tokens) != 3 || len(visitors) != 3 {
		t.Errorf("three mints gave %d tokens and %d visitors", len(tokens), len(visitors))
	}
	n := 0
	for _, rt := range routes() {
		if rt.who.session {
			n++
			path := strings.ReplaceAll(rt.pattern, "{id}", string(id))
			old.refused(http.StatusUnauthorized, codeUnauthorized, rt.method, path, bodyFor(t, rt))
		}
	}
	if n < 18 {
		t.Errorf("%d routes were tried, want at least 18", n)
	}
	// A mint that shows the old token, or another's, is a mint like any other.
	for _, shown := range []*guest{&old, next} {
		var made SessionReply
		shown.want(http.StatusCreated, "POST", "/v1/sessions", SessionBody{shopKey}, &made)
		if tokens[made.Token] || visitors[made.VisitorID] {
			t.Error("a mint repeats a token or a visitor that was there before")
		}
	}
	next.refused(http.StatusNotFound, codeNotFound, "GET", at(id, "/transcript"), nil)
	next.want(http.StatusOK, "GET", "/v1/conversations", nil, nil)
}

// B-06: the token is stored as a hash, is long, and goes nowhere else.
func TestB06TokenIsNotKept(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	g.say(g.open(), "c1", "hi")
	raw := strings.TrimPrefix(g.token, tokenPrefix)
	if len(raw) < 43 {
		t.Errorf("the token has %d characters, want 256 bits", len(raw))
	}
	if strings.Contains(h.logs.String(), raw) {
		t.Error("the token is in the log")
	}
	inURL := &guest{house: h, origin: shopOrigin}
	inURL.refused(http.StatusUnauthorized, codeUnauthorized, "GET", "/v1/conversations?token="+url.QueryEscape(g.token), nil)
}

// B-11: what a visitor says of herself does not verify her.
func TestB11VerifiedComesFromTheServer(t *testing.T) {
	h := newHouse(t)
	nobody := &guest{house: h, origin: shopOrigin}
	nobody.refused(http.StatusBadRequest, codeInvalid, "POST", "/v1/sessions", map[string]any{"key": shopKey, "verified": true})
}

// B-04: ids are random and say nothing of each other.
func TestB04Ids(t *testing.T) {
	seen := map[string]bool{}
	var ones, bits int
	last := ""
	for range 1000 {
		token, _ := newToken()
		if seen[token] {
			t.Fatal("a token came twice")
		}
		seen[token] = true
		for i := range len(last) {
			if i >= len(tokenPrefix) {
				bits++
				if last[i] == token[i] {
					ones++
				}
			}
		}
		last = token
	}
	if share := float64(ones) / float64(bits); share > 0.03 {
		t.Errorf("%.1f %% of the characters repeat from one token to the next, want about 1.6", share*100)
	}
}

// A session lives 30 days from its last use, and longer while a conversation is
// open or was closed less than 30 days ago.
func TestSessionLife(t *testing.T) {
	const days = 24 * time.Hour
	h := newHouse(t)
	idle, used, held := h.guest(), h.guest(), h.guest()
	id := held.open()
	held.say(id, "c1", "hi")
	h.clock.add(20 * days)
	used.want(http.StatusOK, "GET", "/v1/conversations", nil, nil)
	h.clock.add(11 * days)
	idle.refused(http.StatusUnauthorized, codeUnauthorized, "GET", "/v1/conversations", nil)
	used.want(http.StatusOK, "GET", "/v1/conversations", nil, nil)
	h.clock.add(60 * days)
	h.server.purge(t.Context())
	h.appendAs(id, conversation.Close(maya, conversation.Closing{}, true))
	h.clock.add(29 * days)
	late := *held
	late.want(http.StatusOK, "GET", "/v1/conversations", nil, nil) // moves the end
	h.clock.add(31 * days)
	held.refused(http.StatusUnauthorized, codeUnauthorized, "GET", "/v1/conversations", nil)
}

func sessionOf(t *testing.T, h *house, g *guest) session.Session {
	t.Helper()
	found, err := h.store.Session(t.Context(), sha256.Sum256([]byte(g.token)))
	if err != nil {
		t.Fatal(err)
	}
	return found
}
