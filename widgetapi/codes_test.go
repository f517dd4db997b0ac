package widgetapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// mails saves a code as the mailer does.
func (h *house) mails(p session.Purpose, id conversation.ID, code, address string) {
	h.Helper()
	err := h.store.SaveCode(h.Context(), session.Code{
		Hash: session.HashOf(code), Purpose: p, Conversation: id, Address: address, Expires: h.clock.now().Add(30 * time.Minute),
	})
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) verified(id conversation.ID) bool {
	h.Helper()
	s, err := h.store.State(h.Context(), id)
	if err != nil {
		h.Fatal(err)
	}
	return s.Verified.Seq != 0
}

// proves has the visitor give an address and type its code.
func (g *guest) proves(id conversation.ID, address string) {
	g.Helper()
	g.want(http.StatusOK, "POST", at(id, "/contact"), ContactBody{Email: address}, nil)
	g.mails(session.Verify, id, "271828", address)
	g.want(http.StatusOK, "POST", at(id, "/contact/verify"), VerifyBody{Code: "271828"}, nil)
}

const mailed = "ada@müller.example"

// addressed is a visitor who gave an address, to which the code 012345 was sent.
func addressed(t *testing.T) (*house, *guest, conversation.ID) {
	t.Helper()
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	g.want(http.StatusOK, "POST", at(id, "/contact"), ContactBody{Email: mailed}, nil)
	h.mails(session.Verify, id, "012345", "ada@xn--mller-kva.example")
	return h, g, id
}

func (g *guest) types(id conversation.ID, code string, times int) (last answerOf) {
	g.Helper()
	for range times {
		last = g.do("POST", at(id, "/contact/verify"), VerifyBody{Code: code})
	}
	return last
}

// An address is proved by the six digits sent to it, and by nothing else.
func TestVerifyContact(t *testing.T) {
	type before func(*house, *guest, conversation.ID)
	gives := func(b ContactBody) before {
		return func(_ *house, g *guest, id conversation.ID) {
			g.want(http.StatusOK, "POST", at(id, "/contact"), b, nil)
		}
	}
	types := func(code string, times int) before {
		return func(_ *house, g *guest, id conversation.ID) { g.types(id, code, times) }
	}
	later := func(h *house, _ *guest, _ conversation.ID) { h.clock.add(31 * time.Minute) }
	nothing := func(*house, *guest, conversation.ID) {}
	for name, c := range map[string]struct {
		before before
		typed  string
		status int
		code   string
	}{
		"right":                        {nothing, "012345", http.StatusOK, ""},
		"as people write it":           {nothing, " 012-345 ", http.StatusOK, ""},
		"wrong":                        {nothing, "543210", http.StatusUnprocessableEntity, codeWrong},
		"no code":                      {nothing, "01234a", http.StatusBadRequest, codeInvalid},
		"too short":                    {nothing, "01234", http.StatusBadRequest, codeInvalid},
		"other digits":                 {nothing, "٠١٢٣٤٥", http.StatusBadRequest, codeInvalid},
		"too late":                     {later, "012345", http.StatusGone, codeExpired},
		"right after five tries":       {types("000000", session.CodeTries), "012345", http.StatusGone, codeSpent},
		"what is no code costs no try": {types("0", 2*session.CodeTries), "012345", http.StatusOK, ""},
		"an address was given since":   {gives(ContactBody{Email: "eve@shop.example"}), "012345", http.StatusGone, codeExpired},
		"a number was given since":     {gives(ContactBody{Phone: "+49 30 12345"}), "012345", http.StatusOK, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h, g, id := addressed(t)
			c.before(h, g, id)
			if got := g.types(id, c.typed, 1); got.status != c.status || got.code() != c.code {
				t.Errorf("got %d %s, want %d %s", got.status, got.body, c.status, c.code)
			}
			if ok := c.status == http.StatusOK; h.verified(id) != ok {
				t.Errorf("verified: got %v, want %v", !ok, ok)
			}
			if strings.Contains(h.logs.String(), "012345") {
				t.Error("the code is in the log")
			}
		})
	}
}

func TestVerifyInAnotherConversation(t *testing.T) {
	h, g, id := addressed(t)
	other := g.open()
	g.want(http.StatusOK, "POST", at(other, "/contact"), ContactBody{Email: mailed}, nil)
	g.refused(http.StatusGone, codeExpired, "POST", at(other, "/contact/verify"), VerifyBody{Code: "012345"})
	if h.verified(id) || h.verified(other) {
		t.Error("a code of one conversation proves in another")
	}
}

func TestGuessingCodesIsSlow(t *testing.T) {
	h, g, id := addressed(t)
	cfg := *h.cfg.Load()
	cfg.Limits.ContactsPerHour = 10
	h.cfg.Store(&cfg)
	checkRetryAfter(t, g.types(id, "000000", 20), time.Hour)
}

// ours is the page that mailed links lead to.
const ours = "https://chat.shop.example"

func atOurs(c *Config) { c.Server.PublicURL = ours + "/" }

// A link makes a session of its own: the visitor goes on with her chat on another
// device, the sessions she has stay, and the link is good once.
func TestResume(t *testing.T) {
	h := newHouse(t, atOurs)
	g := h.guest()
	id := g.open()
	g.say(id, "c1", "from the first device")
	g.proves(id, "ada@shop.example")
	link := session.NewLink()
	h.mails(session.Resume, id, link, "ada@shop.example")

	phone := &guest{house: h, origin: ours}
	var made ResumeReply
	phone.want(http.StatusCreated, "POST", "/v1/sessions/resume", ResumeBody{link}, &made)
	if made.VisitorID != g.id || made.Key != shopKey || made.Conversation.ID != id || made.Conversation.Reference == "" || made.Token == g.token {
		t.Errorf("got %+v", made)
	}
	phone.token = made.Token
	stream := phone.follow(id, "?after=0", "Origin", "")
	if w := stream.next(); w.field("text") != "from the first device" { // what it says of the address comes after
		t.Errorf("the stream begins with %v", w)
	}
	phone.say(id, "c2", "from the phone")
	g.say(id, "c3", "from the first device again")
	phone.refused(http.StatusUnprocessableEntity, codeWrong, "POST", "/v1/sessions/resume", ResumeBody{"another"})
	got := phone.refused(http.StatusGone, codeSpent, "POST", "/v1/sessions/resume", ResumeBody{link})
	if !strings.Contains(string(got.body), "newest mail") {
		t.Errorf("a used link: %s", got.body)
	}
	if logs := h.logs.String(); strings.Contains(logs, link) {
		t.Error("the link is in the log")
	}
	// The session works where it was made, and our page starts no others.
	phone.refused(http.StatusUnauthorized, codeUnauthorized, "GET", "/v1/conversations", nil, "Origin", shopOrigin)
	phone.refused(http.StatusForbidden, codeOrigin, "POST", "/v1/sessions", SessionBody{shopKey})
	phone.want(http.StatusNoContent, "DELETE", "/v1/sessions/current", nil, nil)
	g.want(http.StatusOK, "GET", "/v1/conversations", nil, nil)
}

func TestResumeIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		origin string
		before func(h *house, id conversation.ID, link string)
		status int
		code   string
	}{
		"elsewhere":       {"https://evil.example", nil, http.StatusForbidden, codeOrigin},
		"without origin":  {"", nil, http.StatusForbidden, codeOrigin},
		"another's site":  {otherSite, nil, http.StatusForbidden, codeOrigin},
		"on the own site": {shopOrigin, nil, http.StatusCreated, ""},
		"too old":         {ours, func(h *house, _ conversation.ID, _ string) { h.clock.add(time.Hour) }, http.StatusGone, codeExpired},
		"replaced": {ours, func(h *house, id conversation.ID, _ string) {
			h.mails(session.Resume, id, session.NewLink(), "ada@shop.example")
		}, http.StatusUnprocessableEntity, codeWrong},
		"another address since": {ours, func(h *house, id conversation.ID, _ string) {
			h.appendAs(id, conversation.GiveContact(conversation.Author{Role: conversation.Visitor}, conversation.ContactGiven{Email: "eve@shop.example"}))
		}, http.StatusGone, codeExpired},
		"another address is proved": {ours, func(h *house, id conversation.ID, _ string) {
			h.appendAs(id, conversation.GiveContact(conversation.Author{Role: conversation.Visitor}, conversation.ContactGiven{Email: "eve@shop.example"}))
			h.appendAs(id, func(s conversation.State) ([]conversation.Draft, error) {
				return conversation.VerifyContact(conversation.Author{Role: conversation.Visitor}, s.Address)(s)
			})
		}, http.StatusGone, codeExpired},
		"the key is gone": {ours, func(h *house, _ conversation.ID, _ string) {
			cfg := *h.cfg.Load()
			cfg.Widget.Keys = cfg.Widget.Keys[1:]
			h.cfg.Store(&cfg)
		}, http.StatusGone, codeExpired},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, atOurs)
			g := h.guest()
			id, link := g.open(), session.NewLink()
			g.proves(id, "ada@müller.example")
			h.mails(session.Resume, id, link, "ada@xn--mller-kva.example")
			if c.before != nil {
				c.before(h, id, link)
			}
			phone := &guest{house: h, origin: c.origin}
			got := phone.do("POST", "/v1/sessions/resume", ResumeBody{link})
			if got.status != c.status || got.code() != c.code {
				t.Errorf("got %d %s, want %d %s", got.status, got.body, c.status, c.code)
			}
		})
	}
}

// Whoever reads a mailbox that nobody has proved may be anybody: a link that got
// there opens nothing, and is used up.
func TestResumeByAnAddressThatNobodyProved(t *testing.T) {
	h := newHouse(t, atOurs)
	g := h.guest()
	id, link := g.open(), session.NewLink()
	g.want(http.StatusOK, "POST", at(id, "/contact"), ContactBody{Email: "ada@shop.example"}, nil)
	h.mails(session.Resume, id, link, "ada@shop.example")
	phone := &guest{house: h, origin: ours}
	got := phone.refused(http.StatusGone, codeExpired, "POST", "/v1/sessions/resume", ResumeBody{link})
	if h.verified(id) || !strings.Contains(string(got.body), "where you wrote to us") {
		t.Errorf("proved %v, %s", h.verified(id), got.body)
	}
	g.proves(id, "ada@shop.example")
	phone.refused(http.StatusGone, codeSpent, "POST", "/v1/sessions/resume", ResumeBody{link})
}

// B-22: opening a link changes nothing, however often and by whatever method a
// scanner has; the code is behind the #, so it is not even sent.
func TestB22OpeningALinkChangesNothing(t *testing.T) {
	h := newHouse(t, atOurs)
	g := h.guest()
	id, link := g.open(), session.NewLink()
	g.say(id, "c1", "hello")
	g.proves(id, "ada@shop.example")
	h.mails(session.Resume, id, link, "ada@shop.example")
	before := len(h.events(id))
	scanner := &guest{house: h}
	for range 5 {
		got := scanner.want(http.StatusOK, "GET", "/resume", nil, nil)
		for name, want := range map[string]string{
			"Referrer-Policy": "no-referrer", "Content-Security-Policy": pagePolicy, "Cache-Control": "no-store", "X-Robots-Tag": "noindex",
			"X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "", "Content-Type": "text/html; charset=utf-8",
		} {
			if got.header.Get(name) != want {
				t.Errorf("%s: got %q, want %q", name, got.header.Get(name), want)
			}
		}
		scanner.want(http.StatusOK, "GET", "/resume?code="+link, nil, nil)
		scanner.do("HEAD", "/resume", nil)
		scanner.refused(http.StatusMethodNotAllowed, codeMethod, "POST", "/resume", []byte(link))
		scanner.refused(http.StatusMethodNotAllowed, codeMethod, "GET", "/v1/sessions/resume", nil)
	}
	if after := len(h.events(id)); after != before {
		t.Errorf("%d events, %d before", after, before)
	}
	(&guest{house: h, origin: ours}).want(http.StatusCreated, "POST", "/v1/sessions/resume", ResumeBody{link}, nil)
}

// B-12: digits and links are compared as hashes, so how long a refusal takes
// says nothing of how much was right; both are as random as they are long.
func TestB12Codes(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		digits, link := session.NewDigits(), session.NewLink()
		if !session.IsDigits(digits) || len(link) < 26 || seen[link] {
			t.Fatalf("got %q and %q", digits, link)
		}
		seen[link], seen[digits] = true, true
	}
	if len(seen) < 1900 {
		t.Errorf("%d different codes in 2,000", len(seen))
	}
}
