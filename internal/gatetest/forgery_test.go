package gatetest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/handofftest"
)

const unauthorized = `{"error":"unauthorized"}`

var signature = regexp.MustCompile(`[0-9a-f]{64}`)

// claimedHouse is an installation in HTTP mode with a chat that Maya has.
func claimedHouse(t *testing.T) (h *handofftest.House, g *guest, root string) {
	t.Helper()
	h = started(t, handofftest.Options{Mode: "http", Policy: "handoff: {level: human_only}\n"})
	g = newGuest(t, h, map[string]any{})
	g.say("ask", "Please help me.")
	root = card(t, h, support, g.reference)
	threadShows(t, h, support, root, "Please help me.")
	press(t, h, maya, root, "handoff_claim")
	g.until("the claim", func([]seen) bool { return g.phase() == "agent" })
	threadShows(t, h, support, root, "has this chat now.")
	return h, g, root
}

// press presses a button of the card, once it is there.
func press(t *testing.T, h *handofftest.House, user, root, action string) {
	t.Helper()
	slackShows(t, h, action, func(st *fakeslack.State) bool {
		m, _ := st.Message(support, root)
		return strings.Contains(strings.Join(m.Actions(), " "), action)
	})
	if err := h.Slack.Press(user, support, root, action); err != nil {
		t.Fatal(err)
	}
}

// request is what Slack would send.
type request struct {
	path, media, body string
	at                time.Time
	spoil             func(h http.Header, body string) string // after signing
	secret            string
}

func event(body string) request {
	return request{path: "/slack/events", media: "application/json", body: body, at: time.Now(), secret: fakeslack.SampleSigningSecret}
}

func form(path, body string) request {
	r := event(body)
	r.path, r.media = path, "application/x-www-form-urlencoded"
	return r
}

func (r request) send(t *testing.T, h *handofftest.House) (int, string) {
	t.Helper()
	stamp := fmt.Sprint(r.at.Unix())
	mac := hmac.New(sha256.New, []byte(r.secret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, r.body)
	header := http.Header{"Content-Type": {r.media}, "X-Slack-Request-Timestamp": {stamp}, "X-Slack-Signature": {"v0=" + hex.EncodeToString(mac.Sum(nil))}}
	body := r.body
	if r.spoil != nil {
		body = r.spoil(header, body)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+r.path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	status, answered := answer(t, req)
	return status, strings.TrimSpace(answered)
}

func line(root, ts, id, text string) string {
	return fmt.Sprintf(`{"type":"event_callback","team_id":%q,"api_app_id":%q,"event_id":%q,"event":{"type":"message","channel":%q,"user":%q,"text":%q,"ts":%q,"thread_ts":%q}}`,
		fakeslack.SampleTeam, fakeslack.SampleApp, id, support, maya, text, ts, root)
}

func closing(g *guest, root string) string {
	return "payload=" + url.QueryEscape(fmt.Sprintf(`{"type":"block_actions","team":{"id":%q},"api_app_id":%q,"user":{"id":%q,"team_id":%q},"trigger_id":"1.x","container":{"type":"message","message_ts":%q,"channel_id":%q},"channel":{"id":%q},"actions":[{"action_id":"handoff_close","value":%q,"action_ts":"2.2"}]}`,
		fakeslack.SampleTeam, fakeslack.SampleApp, maya, fakeslack.SampleTeam, root, support, support, g.conversation))
}

// forgeries are the ways to send what Slack did not sign.
func forgeries() map[string]func(*request) {
	after := func(f func(h http.Header, body string) string) func(*request) {
		return func(r *request) { r.spoil = f }
	}
	set := func(name string, value func(was string) string) func(*request) {
		return after(func(h http.Header, b string) string { h.Set(name, value(h.Get(name))); return b })
	}
	const sig, stamp = "X-Slack-Signature", "X-Slack-Request-Timestamp"
	return map[string]func(*request){
		"no signature":       after(func(h http.Header, b string) string { h.Del(sig); return b }),
		"no timestamp":       after(func(h http.Header, b string) string { h.Del(stamp); return b }),
		"empty signature":    set(sig, func(string) string { return "" }),
		"short":              set(sig, func(was string) string { return was[:20] }),
		"only the version":   set(sig, func(string) string { return "v0=" }),
		"v1":                 set(sig, func(was string) string { return strings.Replace(was, "v0", "v1", 1) }),
		"not hex":            set(sig, func(string) string { return "v0=" + strings.Repeat("z", 64) }),
		"another timestamp":  set(stamp, func(string) string { return fmt.Sprint(time.Now().Add(-time.Minute).Unix()) }),
		"an altered byte":    after(func(_ http.Header, b string) string { return strings.Replace(b, "r", "R", 1) }),
		"a byte more":        after(func(_ http.Header, b string) string { return b + " " }),
		"no body":            after(func(http.Header, string) string { return "" }),
		"another app":        func(r *request) { r.secret = "fedcba9876543210fedcba9876543210" },
		"an empty secret":    func(r *request) { r.secret = "" },
		"far in the past":    func(r *request) { r.at = r.at.Add(-301 * time.Second) },
		"far in the future":  func(r *request) { r.at = r.at.Add(299 * time.Second) },
		"a minute too early": func(r *request) { r.at = r.at.Add(62 * time.Second) },
	}
}

// B-73: on each of the three paths, nothing that Slack did not sign is taken: not
// an event, not the handshake, not a press, not a command, as JSON or as a form.
func TestB73NothingForgedIsTaken(t *testing.T) {
	t.Parallel()
	h, g, root := claimedHouse(t)
	before, calls, shown := len(g.events()), len(h.Slack.Calls()), channelText(h, support)
	bodies := map[string]string{
		"an event":  line(root, "1999999999.000100", "EvForged", "forged"),
		"handshake": `{"type":"url_verification","challenge":"forgedchallenge"}`,
		"a press":   closing(g, root),
		"a command": "command=%2Fhandoff&text=status&team_id=" + fakeslack.SampleTeam + "&user_id=" + maya + "&trigger_id=1.1",
		"not JSON":  "r",
	}
	for _, path := range []string{"/slack/events", "/slack/interactions", "/slack/commands"} {
		for what, body := range bodies {
			for _, media := range []string{"application/json", "application/x-www-form-urlencoded"} {
				for how, forge := range forgeries() {
					r := event(body)
					r.path, r.media = path, media
					forge(&r)
					if status, got := r.send(t, h); status != http.StatusUnauthorized || got != unauthorized {
						t.Errorf("%s %s as %s, %s: %d %s", path, what, media, how, status, got)
					}
				}
			}
		}
	}
	if now := channelText(h, support); now != shown {
		t.Errorf("Slack shows something else:\n%s\nwas:\n%s", now, shown)
	}
	good := line(root, unheard(t, h, root, "signed"), "EvGood", "signed") // and now one that is signed
	if status, got := event(good).send(t, h); status != http.StatusOK {
		t.Fatalf("a signed event: %d %s", status, got)
	}
	g.hears("signed")
	if n := len(g.events()); n != before+1 || g.phase() != "agent" {
		t.Errorf("the visitor has %d events, want %d; phase %s", n, before+1, g.phase())
	}
	for _, c := range h.Slack.Calls()[calls:] {
		if strings.HasPrefix(c.Method, "chat.post") || strings.HasPrefix(c.Method, "views.") {
			t.Errorf("a forged request made a call: %+v", c)
		}
	}
	if found := signature.FindString(productLog(t, h)); found != "" {
		t.Errorf("the log holds what may be a signature: %s", found)
	}
}

// B-73: in HTTP mode the file needs a secret; without one nothing starts.
func TestB73NoSecretNoStart(t *testing.T) {
	for _, secret := range []string{"", "signing_secret: '', "} {
		h := house(t, handofftest.Options{Mode: "http"})
		rewrite(t, h, `signing_secret: \w+, `, secret)
		_, err := config.Load(configFile(h), func(string) (string, bool) { return "", false })
		if err == nil || !strings.Contains(err.Error(), "slack.signing_secret") {
			t.Errorf("%q: %v, want it refused by name", secret, err)
		}
	}
}

// B-75: the same signed press, byte for byte, again and after a restart, has one
// effect; so has the same line under another id; a line that only ever comes as a
// retry is taken.
func TestB75ReplaysHaveOneEffect(t *testing.T) {
	t.Parallel()
	h, g, root := claimedHouse(t)
	ts := unheard(t, h, root, "only once")
	once := event(line(root, ts, "EvOnce", "only once"))
	for range 10 {
		if status, _ := once.send(t, h); status != http.StatusOK {
			t.Errorf("a replayed event: %d, want 200 and no effect", status)
		}
	}
	g.hears("only once")
	claim := "payload=" + url.QueryEscape(lastPress(t, h, "handoff_claim"))
	press(t, h, maya, root, "handoff_release")
	g.until("the release", func([]seen) bool { return g.phase() == "waiting" })
	replayed := func() {
		t.Helper()
		for range 3 {
			if status, _ := form("/slack/interactions", claim).send(t, h); status != http.StatusOK {
				t.Errorf("a replayed press: %d", status)
			}
		}
		once.send(t, h)
		event(strings.Replace(once.body, "EvOnce", "EvOther", 1)).send(t, h)
	}
	replayed()
	h.Stop()
	h.Start()
	replayed()
	retry := event(line(root, unheard(t, h, root, "came as a retry"), "EvRetry", "came as a retry"))
	retry.spoil = func(h http.Header, b string) string {
		h.Set("X-Slack-Retry-Num", "2")
		h.Set("X-Slack-Retry-Reason", "http_timeout")
		return b
	}
	retry.send(t, h) // a line in a waiting thread claims
	g.hears("came as a retry")
	claims, lines := 0, 0
	for _, e := range g.events() {
		if e.Type == "state" && e.field("phase") == "agent" {
			claims++
		}
		if e.field("text") == "only once" {
			lines++
		}
	}
	if claims != 2 || lines != 1 { // the press, and the line that came as a retry
		t.Errorf("%d claims and %d lines, want 2 and 1", claims, lines)
	}
}

// unheard has Maya write a line that Slack shows and never delivers, and returns
// its ts. (A line that Slack does not have would be taken for a deleted one.)
func unheard(t *testing.T, h *handofftest.House, root, text string) string {
	t.Helper()
	off := func(is bool) { h.Slack.Switch(func(sw *fakeslack.Switches) { sw.EventsOff = is }) }
	off(true)
	defer off(false)
	ts, err := h.Slack.Say(maya, support, root, text)
	mustDo(t, err)
	return ts
}

// lastPress is the payload of the last press of a button.
func lastPress(t *testing.T, h *handofftest.House, action string) string {
	t.Helper()
	found := ""
	for _, d := range h.Slack.Deliveries() {
		if d.Type == "block_actions" && strings.Contains(string(d.Payload), action) {
			found = string(d.Payload)
		}
	}
	if found == "" {
		t.Fatalf("nobody pressed %s", action)
	}
	if rest, ok := strings.CutPrefix(found, "payload="); ok {
		decoded, err := url.QueryUnescape(rest)
		if err != nil {
			t.Fatal(err)
		}
		return decoded
	}
	return found
}

// B-77: somebody outside the support group, a guest, and a former member may do
// nothing: each press is refused privately, nothing changes, and the visitor hears
// none of their lines.
func TestB77OnlyAgentsAct(t *testing.T) {
	t.Parallel()
	h := house(t, handofftest.Options{Policy: "handoff: {level: human_only}\n"})
	rewrite(t, h, `channel: C0SUPPORT,`, `channel: C0SUPPORT, agents: [`+fakeslack.SampleSupportGroup+`],`)
	const guestUser = "U0GUEST"
	h.Slack.AddUser(fakeslack.User{ID: guestUser, Name: "gus", RealName: "Gus Guest", Restricted: true})
	mustDo(t, h.Slack.Join(guestUser, support))
	h.Start()
	g := newGuest(t, h, map[string]any{})
	g.say("ask", "Please help me.")
	root := card(t, h, support, g.reference)
	threadShows(t, h, support, root, "Please help me.")
	outsiders := []string{priya, guestUser}
	tryAll := func(phase string, actions ...string) {
		t.Helper()
		before := len(g.events())
		for _, user := range outsiders {
			for _, action := range actions {
				refusedPrivately(t, h, user, action, func() { press(t, h, user, root, action) })
			}
			for _, choice := range []string{"why", "transcript"} {
				refusedPrivately(t, h, user, choice, func() { mustDo(t, h.Slack.Pick(user, support, root, "handoff_menu", choice+":"+g.conversation)) })
			}
			if views := h.Slack.Views(user); len(views) != 0 {
				t.Errorf("a modal opens for %s", user)
			}
			refusedPrivately(t, h, user, "a line", func() { mustDo(t, say(h, user, root, "I am not an agent")) })
		}
		if n := len(g.events()); n != before || g.phase() != phase {
			t.Errorf("%d new events for the visitor, phase %s, want none and %s", n-before, g.phase(), phase)
		}
	}
	tryAll("waiting", "handoff_claim", "handoff_assign", "handoff_handback", "handoff_close")
	press(t, h, sam, root, "handoff_claim")
	g.until("the claim", func([]seen) bool { return g.phase() == "agent" })
	tryAll("agent", "handoff_takeover", "handoff_release", "handoff_handback", "handoff_close")

	formerMember(t, h, g, root)
}

// formerMember: Sam, who has the chat, leaves the group, and with that the chat.
func formerMember(t *testing.T, h *handofftest.House, g *guest, root string) {
	t.Helper()
	// Sam opens the modal of Hand back, and leaves the group before he submits it.
	press(t, h, sam, root, "handoff_handback")
	slackShows(t, h, "a modal", func(st *fakeslack.State) bool { return len(st.Views(sam)) > 0 })
	modal := h.Slack.Views(sam)[0].ID
	// Maya leaves with him: her presses tell when the news has arrived. One of
	// his own would put another modal in the place of his.
	h.Slack.UpdateGroup(fakeslack.SampleSupportGroup, func(g *fakeslack.Group) { g.Members = nil })
	before := len(h.Slack.Ephemerals(maya))
	waitFor(t, "the news of their leaving arrives", func() bool {
		mustDo(t, h.Slack.Pick(maya, support, root, "handoff_menu", "why:"+g.conversation))
		time.Sleep(300 * time.Millisecond) // private answers have a pace: 100 a minute
		return len(h.Slack.Ephemerals(maya)) > before
	})
	refusedPrivately(t, h, sam, "a modal", func() {
		_, err := h.Slack.Submit(t.Context(), sam, modal, nil)
		mustDo(t, err)
	})
	// An owner who is no agent any more has nothing: the chat waits again.
	g.until("the chat waits again", func([]seen) bool { return g.phase() == "waiting" })
	refusedPrivately(t, h, sam, "handoff_claim", func() { press(t, h, sam, root, "handoff_claim") })
	h.Slack.UpdateGroup(fakeslack.SampleSupportGroup, func(g *fakeslack.Group) { g.Members = []string{maya} })
	waitFor(t, "Maya is an agent again", func() bool {
		press(t, h, maya, root, "handoff_claim")
		time.Sleep(300 * time.Millisecond)
		return g.phase() == "agent"
	})
	mustDo(t, say(h, maya, root, "Maya is here"))
	g.hears("Maya is here")
}

func mustDo(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func say(h *handofftest.House, user, root, text string) error {
	_, err := h.Slack.Say(user, support, root, text)
	return err
}

// refusedPrivately does something and waits for the private word about it.
func refusedPrivately(t *testing.T, h *handofftest.House, user, what string, do func()) {
	t.Helper()
	before := len(h.Slack.Ephemerals(user))
	do()
	slackShows(t, h, fmt.Sprintf("a refusal of %s to %s", what, user), func(st *fakeslack.State) bool { return len(st.Ephemerals(user)) > before })
	list := h.Slack.Ephemerals(user)
	if said := list[len(list)-1].Visible(); !strings.Contains(said, "agent") && !strings.Contains(said, "guest") && !strings.Contains(said, "Guest") {
		t.Errorf("%s of %s is refused with %q", what, user, said)
	}
}
