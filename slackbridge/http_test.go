package slackbridge_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
)

func httpMode(c *slackbridge.Config) { c.Mode = slackbridge.ModeHTTP }

// signedRequest is a request as Slack would sign it.
type signedRequest struct {
	path, contentType, body, secret, version string
	at                                       time.Time
}

func (s *stage) request(change func(*signedRequest)) *signedRequest {
	r := &signedRequest{path: "/slack/events", contentType: "application/json", body: `{"type":"url_verification","challenge":"abc"}`,
		secret: fakeslack.SampleSigningSecret, version: "v0", at: time.Now()}
	change(r)
	return r
}

// send signs and sends; spoil may change the headers and the body afterwards.
func (s *stage) send(r *signedRequest, spoil func(h http.Header, body string) string) (int, string) {
	s.t.Helper()
	stamp := fmt.Sprint(r.at.Unix())
	mac := hmac.New(sha256.New, []byte(r.secret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, r.body)
	h := http.Header{"X-Slack-Request-Timestamp": {stamp}, "X-Slack-Signature": {r.version + "=" + hex.EncodeToString(mac.Sum(nil))}, "Content-Type": {r.contentType}}
	body := r.body
	if spoil != nil {
		body = spoil(h, body)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.door.URL+r.path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header = h
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	return res.StatusCode, strings.TrimSpace(string(got))
}

func (s *stage) messageBody(c *chat, ts, text string) string {
	return fmt.Sprintf(`{"type":"event_callback","team_id":%q,"api_app_id":%q,"event_id":"Ev%s","event":{"type":"message","channel":%q,"user":%q,"text":%q,"ts":%q,"thread_ts":%q}}`,
		fakeslack.SampleTeam, fakeslack.SampleApp, ts, c.channel, maya, text, ts, c.root)
}

func TestB73Forgery(t *testing.T) {
	s := newStage(t, withConfig(httpMode))
	c := s.claimed("Anna")
	hex64 := regexp.MustCompile(`[0-9a-f]{64}`)
	spoils := map[string]func(http.Header, string) string{
		"no signature": func(h http.Header, b string) string { h.Del("X-Slack-Signature"); return b },
		"no timestamp": func(h http.Header, b string) string { h.Del("X-Slack-Request-Timestamp"); return b },
		"short":        func(h http.Header, b string) string { h.Set("X-Slack-Signature", "v0=abcd"); return b },
		"v1": func(h http.Header, b string) string {
			h.Set("X-Slack-Signature", strings.Replace(h.Get("X-Slack-Signature"), "v0", "v1", 1))
			return b
		},
		"altered byte":  func(_ http.Header, b string) string { return strings.Replace(b, "forged", "forgeD", 1) + " " },
		"empty":         func(http.Header, string) string { return "" },
		"odd timestamp": func(h http.Header, b string) string { h.Set("X-Slack-Request-Timestamp", "now"); return b },
	}
	bodies := map[string]string{
		"event": s.messageBody(c, "1999999999.000100", "forged"), "challenge": `{"type":"url_verification","challenge":"forged"}`,
		"press":   "payload=" + url.QueryEscape(fmt.Sprintf(`{"type":"block_actions","note":"forged","team":{"id":%q},"user":{"id":%q},"container":{"message_ts":%q,"channel_id":%q},"actions":[{"action_id":"handoff_close","value":%q,"action_ts":"1.1"}]}`, fakeslack.SampleTeam, maya, c.root, c.channel, c.id)),
		"command": "command=%2Fhandoff&text=forged&team_id=" + fakeslack.SampleTeam + "&user_id=" + maya,
	}
	for _, path := range []string{"/slack/events", "/slack/interactions", "/slack/commands"} {
		for kind, body := range bodies {
			r := s.request(func(r *signedRequest) { r.path, r.body = path, body })
			for name, spoil := range spoils {
				if status, got := s.send(r, spoil); status != http.StatusUnauthorized || got != `{"error":"unauthorized"}` || hex64.MatchString(got) {
					t.Errorf("%s %s %s: %d %s", path, kind, name, status, got)
				}
			}
			wrong := *r
			wrong.secret = "another secret"
			if status, got := s.send(&wrong, nil); status != http.StatusUnauthorized || got != `{"error":"unauthorized"}` {
				t.Errorf("%s %s wrong secret: %d %s", path, kind, status, got)
			}
		}
	}
	c.heard()
	c.mode(conversation.WithAgent, maya)
	if status, got := s.send(s.request(func(*signedRequest) {}), nil); status != http.StatusOK || !strings.Contains(got, "abc") {
		t.Errorf("url_verification: %d %s", status, got)
	}
	big := s.request(func(r *signedRequest) { r.body = `{"x":"` + strings.Repeat("x", 2<<20) + `"}` })
	if status, _ := s.send(big, nil); status == http.StatusOK {
		t.Error("a body of 2 MiB was taken")
	}
}

func TestB73NoSecretNoDoor(t *testing.T) {
	cfg := slackbridge.Defaults()
	cfg.Mode, cfg.BotToken, cfg.Channel = slackbridge.ModeHTTP, fakeslack.SampleBotToken, fakeslack.SampleSupport
	if _, err := slackbridge.New(slackbridge.Deps{Config: cfg}); err == nil || !strings.Contains(err.Error(), "signing_secret") {
		t.Errorf("mode http without a secret: %v", err)
	}
}

func TestB75Replay(t *testing.T) {
	s := newStage(t, withConfig(httpMode))
	c := s.claimed("Anna")
	now := time.Now()
	// Slack itself has none of these lines. They are later than all that it has, or
	// the comparison of the threads would find them deleted.
	ts := func(n int) string { return fmt.Sprintf("%d.%06d", now.Add(time.Hour).Unix(), n) }
	at := func(d time.Duration) func(*signedRequest) {
		return func(r *signedRequest) { r.at, r.body = now.Add(d), s.messageBody(c, ts(1), "replayed") }
	}
	for d, want := range map[time.Duration]int{299 * time.Second: 401, 90 * time.Second: 401, -301 * time.Second: 401, -290 * time.Second: 200, 30 * time.Second: 200} {
		if status, _ := s.send(s.request(at(d)), nil); status != want {
			t.Errorf("a request %s off: %d, want %d", d, status, want)
		}
	}
	c.heard("replayed")
	once := s.request(func(r *signedRequest) { r.body = s.messageBody(c, ts(2), "ten times") })
	for range 10 {
		if status, _ := s.send(once, nil); status != http.StatusOK {
			t.Errorf("a replay: %d, want 200 without an effect", status)
		}
	}
	s.restart()
	if status, _ := s.send(once, nil); status != http.StatusOK {
		t.Errorf("a replay after a restart: %d", status)
	}
	renamed := s.request(func(r *signedRequest) { r.body = strings.Replace(once.body, `"event_id":"Ev`, `"event_id":"EvX`, 1) })
	retry := func(h http.Header, b string) string {
		h.Set("X-Slack-Retry-Num", "1")
		h.Set("X-Slack-Retry-Reason", "http_timeout")
		return b
	}
	s.send(renamed, retry)
	c.heard("replayed", "ten times")
	unseen := s.request(func(r *signedRequest) { r.body = s.messageBody(c, ts(3), "only by retry") })
	s.send(unseen, retry)
	c.heard("replayed", "ten times", "only by retry")
}

// B-76: another workspace, app, channel or thread with the same ts is not ours.
func TestB76WrongPlace(t *testing.T) {
	s := newStage(t, withConfig(httpMode))
	c := s.claimed("Anna")
	ts := fmt.Sprintf("%d.000900", time.Now().Add(time.Hour).Unix()) // as in TestB75Replay
	good := s.messageBody(c, ts, "hello")
	for _, change := range [][2]string{
		{fakeslack.SampleTeam, "T0OTHER"}, {fakeslack.SampleApp, "A0OTHER"}, {c.channel, fakeslack.SampleBilling}, {c.root, "1700000000.000100"},
	} {
		s.send(s.request(func(r *signedRequest) { r.body = strings.ReplaceAll(good, change[0], change[1]) }), nil)
	}
	if status, _ := s.send(s.request(func(r *signedRequest) { r.body = strings.ReplaceAll(good, ts, ts[:len(ts)-1]+"1") }), nil); status != 200 {
		t.Fatal(status)
	}
	c.heard("hello")
}

func TestForgeriesOfTheSample(t *testing.T) {
	s := newStage(t, withConfig(httpMode))
	c := s.claimed("Anna")
	for _, how := range []fakeslack.Forgery{fakeslack.SignatureMissing, fakeslack.SignatureWrong, fakeslack.SignatureV1, fakeslack.BodyAltered, fakeslack.Replayed} {
		s.slack.Disturb(fakeslack.Mischief{Type: "message", Times: 1, Do: fakeslack.Forge{How: how}})
		c.agent(maya, "line "+fmt.Sprint(how))
	}
	c.agent(maya, "last")
	c.reaches("last", func(_ conversation.State, events []conversation.Event) bool {
		got := lines(events, conversation.Agent)
		return len(got) > 0 && got[len(got)-1] == "last"
	})
}
