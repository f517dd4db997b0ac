package widgetapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// B-08: what somebody proved or was given before in a browser that several use
// opens nothing once the visitor is known.
func TestB08NothingComesAlong(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Server.PublicURL = publicURL })
	g := h.guest()
	id := g.open()
	g.want(http.StatusOK, "POST", at(id, "/contact"), ContactBody{Email: "attacker@example.com"}, nil)
	h.appendAs(id, func(s conversation.State) ([]conversation.Draft, error) {
		return conversation.VerifyContact(conversation.Author{Role: conversation.Visitor, ID: g.id}, s.Address)(s)
	})
	mailed := session.NewLink()
	save := func(code string, p session.Purpose) {
		t.Helper()
		err := h.store.SaveCode(t.Context(), session.Code{
			Hash: session.HashOf(code), Purpose: p, Conversation: id, Address: "attacker@example.com", Expires: h.clock.now().Add(time.Hour),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	save(mailed, session.Resume)
	var planted LinkReply
	g.want(http.StatusCreated, "POST", at(id, "/link"), EmptyBody{}, &planted)
	_, device, _ := strings.Cut(planted.URL, "#")
	second := *g // a second session of the anonymous visitor
	var made ResumeReply
	second.want(http.StatusCreated, "POST", "/v1/sessions/resume", ResumeBody{device}, &made)
	second.token = made.Token
	g.want(http.StatusCreated, "POST", at(id, "/link"), EmptyBody{}, &planted)
	_, device, _ = strings.Cut(planted.URL, "#")

	known, _ := g.identify(signed(shopSecret, claimsOf("victim")))
	for name, code := range map[string]string{"a mailed link": mailed, "a link to a device": device} {
		if got := g.do("POST", "/v1/sessions/resume", ResumeBody{code}); got.status < 400 {
			t.Errorf("%s: got %d %s", name, got.status, got.body)
		}
	}
	second.refused(http.StatusUnauthorized, codeUnauthorized, "GET", at(id, "/transcript"), nil)
	state, err := h.store.State(t.Context(), id)
	if err != nil || state.HasMail || state.Verified.Seq != 0 || state.Address != 0 || state.Visitor != known.id {
		t.Errorf("the conversation is %+v, %v: mails would go to who was there before", state, err)
	}
	later := session.NewLink() // a mail that was on its way
	save(later, session.Resume)
	g.refused(http.StatusGone, codeExpired, "POST", "/v1/sessions/resume", ResumeBody{later})
}

// A link to another device is good once, for ten minutes, and as verified as the
// session that made it; logging out makes it void.
func TestLinkToAnotherDevice(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Server.PublicURL = publicURL })
	known, _ := h.guest().identify(signed(shopSecret, claimsOf("user-1")))
	id := known.open()
	code := func() string {
		t.Helper()
		var out LinkReply
		known.want(http.StatusCreated, "POST", at(id, "/link"), EmptyBody{}, &out)
		at, code, _ := strings.Cut(out.URL, "#")
		if at != publicURL+"/resume" || len(code) < 26 || out.ExpiresAt != stamp(h.clock.now().Add(10*time.Minute)) {
			t.Fatalf("got %+v", out)
		}
		return code
	}
	first, newest := code(), code()
	phone := &guest{house: h, origin: publicURL}
	phone.refused(http.StatusUnprocessableEntity, codeWrong, "POST", "/v1/sessions/resume", ResumeBody{first})
	var made ResumeReply
	phone.want(http.StatusCreated, "POST", "/v1/sessions/resume", ResumeBody{newest}, &made)
	if !made.Verified || made.VisitorID != known.id || made.Conversation.ID != id || made.Token == known.token {
		t.Errorf("got %+v", made)
	}
	phone.refused(http.StatusGone, codeSpent, "POST", "/v1/sessions/resume", ResumeBody{newest})
	phone.token = made.Token
	phone.want(http.StatusOK, "GET", at(id, "/transcript"), nil, nil)
	known.want(http.StatusOK, "GET", at(id, "/transcript"), nil, nil)

	old := code()
	h.clock.add(11 * time.Minute)
	phone.refused(http.StatusGone, codeExpired, "POST", "/v1/sessions/resume", ResumeBody{old})
	unused := code()
	known.want(http.StatusNoContent, "DELETE", "/v1/sessions/current", nil, nil)
	phone.refused(http.StatusUnprocessableEntity, codeWrong, "POST", "/v1/sessions/resume", ResumeBody{unused})
	newHouse(t).guest().refused(http.StatusNotFound, codeNotFound, "POST", at(id, "/link"), EmptyBody{})
	g := newHouse(t).guest()
	g.refused(http.StatusConflict, codeNoAddress, "POST", at(g.open(), "/link"), EmptyBody{})
}

// B-11: identity: required holds on every route, for a session that was there
// before too, and whatever a body says.
func TestB11Required(t *testing.T) {
	h := newHouse(t)
	early := h.guest()
	id := early.open()
	stream := early.follow(id, "")
	required := *h.cfg.Load()
	required.Widget.Keys = append([]Key{}, required.Widget.Keys...)
	required.Widget.Keys[0].Identity = "required"
	h.cfg.Store(&required)
	stream.ends(20 * time.Second)
	late := h.guest()
	n := 0
	for _, rt := range routes() {
		if !rt.who.session || rt.name == "identify" {
			continue
		}
		n++
		if rt.who.anonymous {
			t.Errorf("%s lets anonymous visitors in", rt.name)
		}
		for _, g := range []*guest{early, late} {
			for _, body := range []any{bodyFor(t, rt), map[string]any{"verified": true, "hmac_verified": true}} {
				g.refused(http.StatusUnauthorized, codeIdentityRequired, rt.method, strings.ReplaceAll(rt.pattern, "{id}", string(id)), body)
			}
		}
	}
	if n < 20 {
		t.Errorf("%d routes were tried, want at least 20", n)
	}
	known, said := early.identify(signed(shopSecret, claimsOf("user-1")))
	if said.Conversation != id {
		t.Errorf("got %+v, want her chat from before", said)
	}
	known.say(id, "c1", "hi")
}

// A session that was verified with a key ends when the key is taken out, or
// identity is switched off.
func TestB11KeyThatLeaked(t *testing.T) {
	h := newHouse(t)
	known, _ := h.guest().identify(signed(shopSecret, claimsOf("user-1")))
	anonymous := h.guest()
	change := func(f func(*Key)) {
		cfg := *h.cfg.Load()
		cfg.Widget.Keys = append([]Key{}, cfg.Widget.Keys...)
		f(&cfg.Widget.Keys[0])
		h.cfg.Store(&cfg)
	}
	const next = "the next secret, and it is long enough"
	change(func(k *Key) { k.IdentitySecret = []string{next, shopSecret} })
	known.want(http.StatusOK, "GET", "/v1/conversations", nil, nil)
	change(func(k *Key) { k.IdentitySecret = []string{next} })
	known.refused(http.StatusUnauthorized, codeUnauthorized, "GET", "/v1/conversations", nil)
	anonymous.want(http.StatusOK, "GET", "/v1/conversations", nil, nil)
	change(func(k *Key) { k.IdentitySecret = []string{shopSecret} })
	known.want(http.StatusOK, "GET", "/v1/conversations", nil, nil)
	change(func(k *Key) { k.Identity, k.IdentitySecret = "none", nil })
	known.refused(http.StatusUnauthorized, codeUnauthorized, "GET", "/v1/conversations", nil)
}

// B-15: ending and clearing leaves nothing to read on any device, and no session.
func TestB15Clear(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Server.PublicURL = publicURL })
	laptop, _ := h.guest().identify(signed(shopSecret, claimsOf("user-1")))
	phone, _ := h.guest().identify(signed(shopSecret, claimsOf("user-1")))
	id, ended := laptop.open(), laptop.open()
	laptop.say(id, "c1", "secret")
	laptop.want(http.StatusOK, "POST", at(ended, "/close"), EmptyBody{}, nil)
	var link LinkReply
	laptop.want(http.StatusCreated, "POST", at(id, "/link"), EmptyBody{}, &link)
	bystander := h.guest()
	theirs := bystander.open()
	here, there := laptop.follow(id, ""), phone.follow(id, "")
	phone.want(http.StatusNoContent, "DELETE", "/v1/visitor", nil, nil)
	here.ends(10 * time.Second)
	there.ends(10 * time.Second)
	for _, g := range []*guest{laptop, phone} {
		g.refused(http.StatusUnauthorized, codeUnauthorized, "GET", "/v1/conversations", nil)
	}
	_, code, _ := strings.Cut(link.URL, "#")
	if got := phone.do("POST", "/v1/sessions/resume", ResumeBody{code}, "Authorization", ""); got.status < 400 {
		t.Errorf("a link that was made before: got %d %s", got.status, got.body)
	}
	again, _ := h.guest().identify(signed(shopSecret, claimsOf("user-1")))
	var list ConversationsReply
	again.want(http.StatusOK, "GET", "/v1/conversations", nil, &list)
	if len(list.Conversations) != 0 {
		t.Errorf("signed in again she sees %+v", list)
	}
	for _, each := range []conversation.ID{id, ended} {
		again.refused(http.StatusNotFound, codeNotFound, "GET", at(each, "/transcript"), nil)
		if state, err := h.store.State(t.Context(), each); err != nil || state.Mode != conversation.IsClosed || state.Cleared.Seq == 0 {
			t.Errorf("%s: got %+v, %v", each, state, err)
		}
	}
	bystander.want(http.StatusOK, "GET", at(theirs, "/transcript"), nil, nil)
}

// B-15: logging out ends the session and its streams before the answer.
func TestB15LogOut(t *testing.T) {
	h := newHouse(t)
	known, _ := h.guest().identify(signed(shopSecret, claimsOf("user-1")))
	id := known.open()
	stream := known.follow(id, "")
	known.want(http.StatusNoContent, "DELETE", "/v1/sessions/current", nil, nil)
	if n := h.server.streams.open(); n != 0 {
		t.Errorf("%d streams are open after the answer", n)
	}
	stream.ends(10 * time.Second)
	known.refused(http.StatusUnauthorized, codeUnauthorized, "GET", at(id, "/events"), nil)
	next := h.guest() // the next person at this browser
	next.refused(http.StatusNotFound, codeNotFound, "GET", at(id, "/events"), nil)
}

// recorder keeps all that goes over the wire.
type recorder struct {
	next   http.RoundTripper
	mu     sync.Mutex
	sent   []string // address, headers but Authorization, body
	gotten []string // headers and body
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	headers := req.Header.Clone()
	headers.Del("Authorization")
	r.mu.Lock()
	r.sent = append(r.sent, fmt.Sprint(req.URL, headers, string(body)))
	r.mu.Unlock()
	resp, err := r.next.RoundTrip(req)
	if err != nil || strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		return resp, err
	}
	answer, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gotten = append(r.gotten, fmt.Sprint(resp.Header, string(answer)))
	return resp, err
}

// B-06: over a whole visit each token stands in Authorization and in the one
// answer that gave it; the database holds neither tokens nor the site's token nor
// its secret, and the log holds none of them.
func TestB06OnlyInAuthorization(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Server.PublicURL = publicURL })
	wire := &recorder{next: h.client.Transport}
	h.client.Transport = wire
	g := h.guest()
	id := g.open()
	g.say(id, "c1", "hi")
	jwt := signed(shopSecret, claimsOf("user-1", map[string]any{"jti": "a-name-of-its-own"}))
	known, _ := g.identify(jwt)
	stream := known.follow(id, "")
	stream.next()
	var link LinkReply
	known.want(http.StatusCreated, "POST", at(id, "/link"), EmptyBody{}, &link)
	for _, rt := range routes() {
		if rt.who.session && rt.name != "events" && rt.method != http.MethodDelete && rt.name != "link" {
			known.do(rt.method, strings.ReplaceAll(rt.pattern, "{id}", string(id)), bodyFor(t, rt))
		}
	}
	_, code, _ := strings.Cut(link.URL, "#")
	secrets := map[string]string{"the first token": g.token, "the second": known.token, "the site's token": jwt, "the link's code": code, "the secret": shopSecret, "the jti": "a-name-of-its-own"}
	for _, token := range []string{g.token, known.token} {
		if n := strings.Count(strings.Join(wire.sent, "\n"), token); n != 0 {
			t.Errorf("a token was sent %d times outside of Authorization", n)
		}
		if n := strings.Count(strings.Join(wire.gotten, "\n"), token); n != 1 {
			t.Errorf("a token stands in %d answers, want 1", n)
		}
	}
	files, err := filepath.Glob(filepath.Join(h.dir, "handoff.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the database: %v, %v", files, err)
	}
	kept := h.logs.String()
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		kept += string(content)
	}
	for name, secret := range secrets {
		if strings.Contains(kept, secret) {
			t.Errorf("%s is in the database or in the log", name)
		}
	}
}

// What she did stands in the log of the open conversation, or goes into the next.
func TestTrack(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	track := func(name string, props map[string]any) {
		t.Helper()
		g.want(http.StatusNoContent, "POST", "/v1/events", TrackBody{name, props}, nil)
	}
	for i := range 25 {
		track(fmt.Sprint("seen ", i), nil)
	}
	id := g.open()
	events := h.events(id)
	if len(events) != 21 || events[1].Body.(conversation.Tracked).Name != "seen 5" || events[1].Author.Role != conversation.System {
		t.Errorf("got %d events: %+v", len(events), events)
	}
	track("checkout\nfailed", map[string]any{"code": "402\u202e", "total": 12.5})
	got := h.last(id).(conversation.Tracked)
	if got.Name != "checkout failed" || got.Props["code"] != "402" || got.Props["total"] != 12.5 || !got.When.Equal(h.clock.now()) {
		t.Errorf("got %+v", got)
	}
	if n := len(g.backlog(id, "")); n != 0 {
		t.Errorf("she sees %d events", n)
	}
	g.open()
	if n := len(h.events(id)); n != 22 {
		t.Errorf("the next conversation took %d events of the first", n)
	}
	many := map[string]any{}
	for i := range 11 {
		many[fmt.Sprint(i)] = i
	}
	for name, body := range map[string]TrackBody{
		"no name": {}, "an invisible name": {Name: "\u200b"}, "a long name": {Name: strings.Repeat("x", 65)}, "11 props": {"a", many},
		"an object": {"a", map[string]any{"b": map[string]any{}}}, "a long value": {"a", map[string]any{"b": strings.Repeat("x", 201)}},
	} {
		if got := g.do("POST", "/v1/events", body); got.status != http.StatusBadRequest {
			t.Errorf("%s: got %d %s", name, got.status, got.body)
		}
	}
	few := newHouse(t, func(c *Config) { c.Limits.EventsPerDay = 2 }).guest()
	few.want(http.StatusNoContent, "POST", "/v1/events", TrackBody{Name: "a"}, nil)
	few.want(http.StatusNoContent, "POST", "/v1/events", TrackBody{Name: "a"}, nil)
	few.refused(http.StatusTooManyRequests, codeTooMany, "POST", "/v1/events", TrackBody{Name: "a"})
}

// The log knows who she is from the first event of a conversation on, and open
// ones learn what has changed; an address that the site vouches for needs no code.
func TestIdentifiedInTheLog(t *testing.T) {
	h := newHouse(t)
	known, _ := h.guest().identify(signed(shopSecret, claimsOf("user-1", map[string]any{"name": "Anna\nSupport", "email": "anna@mail.example", "plan": "pro"})))
	id := known.open()
	first := h.last(id).(conversation.Identified)
	if first.Subject != "user-1" || first.Name != "Anna Support" || first.Attributes["plan"] != "pro" || first.Taken || first.Visitor != known.id {
		t.Errorf("got %+v", first)
	}
	var list ConversationsReply
	known.want(http.StatusOK, "GET", "/v1/conversations", nil, &list)
	if !list.Conversations[0].Email || !list.Conversations[0].Verified {
		t.Errorf("got %+v", list.Conversations[0])
	}
	same := map[string]any{"name": "Anna\nSupport", "email": "anna@mail.example", "plan": "pro"}
	h.guest().identify(signed(shopSecret, claimsOf("user-1", same)))
	if n := len(h.events(id)); n != 2 {
		t.Errorf("claims that did not change were written again: %d events", n)
	}
	same["plan"], same["email_verified"] = "free", false
	h.guest().identify(signed(shopSecret, claimsOf("user-1", same)))
	if now := h.last(id).(conversation.Identified); now.Attributes["plan"] != "free" || now.Mail {
		t.Errorf("got %+v", now)
	}
	known.want(http.StatusOK, "GET", "/v1/conversations", nil, &list)
	if list.Conversations[0].Verified {
		t.Error("an address that is not vouched for any more counts as proved")
	}
	raw, err := json.Marshal(h.events(id))
	if err != nil || !bytes.Contains(raw, []byte("user-1")) {
		t.Errorf("got %s, %v", raw, err)
	}
}
