package gatetest

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/handofftest"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

const siteSecret = "sk_gate_0f1e2d3c4b5a69788796a5b4c3d2e1f0"

// identifying gives the installation's widget key verified identity.
func identifying(t *testing.T, h *handofftest.House, how string) {
	t.Helper()
	rewrite(t, h, `keys: \[\{key: (\S+), `, `keys: [{key: $1, identity: `+how+`, identity_secret: ["`+siteSecret+`"], `)
}

// token says who a visitor is, as the site's server does.
func token(t *testing.T, subject string, more map[string]any) string {
	t.Helper()
	claims := jwt.MapClaims{"sub": subject, "aud": handofftest.Key, "iat": time.Now().Unix(), "exp": time.Now().Add(10 * time.Minute).Unix()}
	for name, value := range more {
		claims[name] = value
	}
	out, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(siteSecret))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// identify changes the guest's session for a verified one.
func (g *guest) identify(jwt string) {
	g.t.Helper()
	var out struct{ Token string }
	g.must("POST", "/v1/sessions/identify", map[string]any{"jwt": jwt}, &out)
	g.token = out.Token
}

// cardShows waits until the card of a conversation shows each text, and returns it.
func cardShows(t *testing.T, h *handofftest.House, reference string, texts ...string) string {
	t.Helper()
	var shown string
	slackShows(t, h, strings.Join(texts, " and ")+" on the card", func(st *fakeslack.State) bool {
		found := cards(st, support, reference)
		if len(found) == 0 {
			return false
		}
		shown = found[0].Visible()
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(shown, text) })
	})
	return shown
}

// B-11: the card says of an anonymous visitor that what she is called is not
// verified, whatever she sends; and of a known one what her site has signed, apart
// from what her browser says. B-06: neither tokens nor what signs them are in
// Slack, in a prompt, in the log or in the database.
func TestB11CardSaysWhatIsVerified(t *testing.T) {
	t.Parallel()
	h := house(t, handofftest.Options{})
	identifying(t, h, "optional")
	h.Model.Script(llmtest.Say("Two working days. [1]"))
	h.Start()
	g := newGuest(t, h, map[string]any{"context": map[string]any{"name": "Anna", "verified": true, "plan": "enterprise", "sub": "user-1"}})
	g.must("POST", "/v1/events", map[string]any{"name": "checkout failed", "props": map[string]any{"code": "402"}}, nil)
	if status, raw := g.call("POST", g.at("messages"), `{"client_id":"c0","text":"hi","verified":true}`); status != http.StatusBadRequest {
		t.Errorf("a body that says verified: got %d %s", status, raw)
	}
	g.say("c1", "My parcel is late")
	g.post("escalate", map[string]any{})
	shown := cardShows(t, h, g.reference, "not verified)", "Unverified: name: Anna · plan: enterprise · sub: user-1 · verified: true", "checkout failed (code: 402)")
	if strings.Contains(shown, "Verified: ") {
		t.Errorf("the card of an anonymous visitor has something verified:\n%s", shown)
	}
	anonymous, signedIn := g.token, token(t, "user-42", map[string]any{"name": "Anna Berg", "plan": "free", "email": "anna@mail.example"})
	g.identify(signedIn)
	shown = cardShows(t, h, g.reference, "Verified: name: Anna Berg · email: anna@mail.example · sub: user-42 · plan: free", "Unverified: ", "anna@mail.example (verified)")
	if verified, unverified := strings.Index(shown, "Verified: "), strings.Index(shown, "Unverified: "); verified > unverified {
		t.Errorf("what is verified does not stand first:\n%s", shown)
	}
	threadShows(t, h, support, card(t, h, support, g.reference), "has signed in on the site")

	// Another device finds the chat.
	phone := session(t, h)
	phone.identify(token(t, "user-42", nil))
	if _, raw := phone.call("GET", "/v1/conversations", nil); !strings.Contains(raw, g.conversation) {
		t.Errorf("on another device she has %s", raw)
	}
	kept := productLog(t, h) + channelText(h, support)
	for _, r := range h.Model.Requests() {
		kept += fmt.Sprint(r)
	}
	files, err := filepath.Glob(filepath.Join(h.Dir, "*.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the database: %v, %v", files, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		kept += string(raw)
	}
	for name, secret := range map[string]string{"the first token": anonymous, "the second": g.token, "the site's token": signedIn, "its secret": siteSecret} {
		if strings.Contains(kept, secret) {
			t.Errorf("%s is in Slack, in a prompt, in the log or in the database", name)
		}
	}
}

// B-11: rules tell what is signed from what a browser says.
func TestB11RulesReadWhatIsSigned(t *testing.T) {
	t.Parallel()
	h := house(t, handofftest.Options{Policy: "handoff:\n  level: quick\n  rules:\n    - { name: vip, when: 'verified.plan == \"enterprise\"', do: escalate }\n"})
	identifying(t, h, "optional")
	h.Model.Script(llmtest.Say("Two working days. [1]"))
	h.Start()
	liar := newGuest(t, h, map[string]any{"context": map[string]any{"plan": "enterprise", "verified": true}})
	liar.say("c1", "How long do parcels take?")
	liar.until("an answer", func(events []seen) bool { return len(events) > 1 })
	if phase := liar.phase(); phase != "bot" {
		t.Errorf("a page that says enterprise: phase %q, want bot", phase)
	}
	known := session(t, h)
	known.identify(token(t, "user-1", map[string]any{"plan": "enterprise"}))
	var made struct{ ID, Reference string }
	known.must("POST", "/v1/conversations", map[string]any{"context": map[string]any{"plan": "free"}}, &made)
	known.conversation, known.reference = made.ID, made.Reference
	known.say("c1", "How long do parcels take?")
	known.until("a person", func([]seen) bool { return known.phase() == "waiting" })
}

// B-10: a secret that verifies anybody keeps the program from starting.
func TestB10BadSecretsDoNotStart(t *testing.T) {
	t.Parallel()
	p := build(t, "1")
	for secret, words := range map[string]string{"": "is empty", "sk_short": "5 bytes", "pk_live_shop_0123456789abcdef0123456789": "public key"} {
		h := house(t, handofftest.Options{})
		rewrite(t, h, `keys: \[\{key: (\S+), `, `keys: [{key: $1, identity: required, identity_secret: ["`+secret+`"], `)
		for _, command := range []string{"serve", "check"} {
			p.refuses(t, []string{command, "-c", configFile(h)}, "widget.keys[0].identity_secret[0]", words)
		}
	}
}
