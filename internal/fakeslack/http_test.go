package fakeslack_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// hit is one request the app got.
type hit struct {
	header http.Header
	body   string
	valid  error
}

// webApp is the app's HTTP side: it checks signatures and answers as told.
func webApp(t *testing.T, answer func(http.ResponseWriter, hit)) (string, chan hit) {
	t.Helper()
	hits := make(chan hit, 50)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h := hit{header: r.Header, body: string(body)}
		v, err := slack.NewSecretsVerifier(r.Header, fakeslack.SampleSigningSecret)
		if err == nil {
			_, _ = v.Write(body)
			err = v.Ensure()
		}
		h.valid = err
		hits <- h
		if answer != nil {
			answer(w, h)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL, hits
}

func next(t *testing.T, hits chan hit) hit {
	t.Helper()
	select {
	case h := <-hits:
		return h
	case <-time.After(5 * time.Second):
		t.Fatal("no request arrived")
		return hit{}
	}
}

func TestSignedHTTP(t *testing.T) {
	app, hits := webApp(t, func(w http.ResponseWriter, h hit) {
		if strings.Contains(h.body, "url_verification") {
			_, _ = io.WriteString(w, h.body) // echoes the challenge
		}
		if strings.Contains(h.body, "command=") {
			_, _ = io.WriteString(w, `{"text":"You are on."}`)
		}
	})
	s, _ := start(t, fakeslack.Options{})
	s.UseHTTP(fakeslack.HTTPDoor{Events: app + "/slack/events", Interactions: app + "/slack/interactions", Commands: app + "/slack/commands"})
	if err := s.VerifyURL(t.Context()); err != nil {
		t.Error(err)
	}
	if h := next(t, hits); h.valid != nil {
		t.Errorf("verification: %v", h.valid)
	}
	root := postCard(t, s)
	if h := next(t, hits); h.valid != nil || h.header.Get("X-Slack-Retry-Num") != "" || !strings.Contains(h.body, root) {
		t.Errorf("event: %v %s", h.valid, h.body)
	}
	if err := s.Press(maya, support, root, "claim"); err != nil {
		t.Fatal(err)
	}
	h := next(t, hits)
	form, _ := url.ParseQuery(h.body)
	if h.valid != nil || !strings.Contains(form.Get("payload"), `"action_id":"claim"`) {
		t.Errorf("interaction: %v %s", h.valid, h.body)
	}
	if err := s.Command(maya, support, "on @sam"); err != nil {
		t.Fatal(err)
	}
	form, _ = url.ParseQuery(next(t, hits).body)
	if form.Get("command") != "/handoff" || form.Get("text") != "on <@U0SAM|sam>" || form.Get("trigger_id") == "" {
		t.Errorf("command: got %v", form)
	}
	wait(t, s, func(st *fakeslack.State) bool { return len(st.Ephemerals(maya)) == 1 })
	if got := s.Ephemerals(maya)[0].Visible(); got != "You are on." {
		t.Errorf("answer: got %q", got)
	}
}

func TestForgedRequests(t *testing.T) {
	app, hits := webApp(t, nil)
	s, _ := start(t, fakeslack.Options{HTTP: fakeslack.HTTPDoor{Events: app}})
	for _, c := range []struct {
		how   fakeslack.Forgery
		valid bool
		times int
	}{
		{fakeslack.SignatureMissing, false, 1}, {fakeslack.SignatureWrong, false, 1}, {fakeslack.SignatureV1, false, 1},
		{fakeslack.BodyAltered, false, 1}, {fakeslack.ClockAhead, true, 1}, {fakeslack.Replayed, true, 2},
	} {
		s.Disturb(fakeslack.Mischief{Times: 1, Do: fakeslack.Forge{How: c.how}})
		say(t, s, "x")
		for range c.times {
			if h := next(t, hits); (h.valid == nil) != c.valid {
				t.Errorf("forgery %d: got %v, want valid %v", c.how, h.valid, c.valid)
			}
		}
	}
}

func TestHTTPRetries(t *testing.T) {
	cases := []struct {
		name   string
		answer func(http.ResponseWriter)
		reason string // "" means no retry at all
	}{
		{"500", func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) }, "http_error"},
		{"redirect", func(w http.ResponseWriter) { w.Header().Set("Location", "/x"); w.WriteHeader(http.StatusFound) }, "too_many_redirects"},
		{"no answer", func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, "connection_failed"},
		{"slow", func(http.ResponseWriter) { time.Sleep(300 * time.Millisecond) }, "http_timeout"},
		{"no-retry", func(w http.ResponseWriter) {
			w.Header().Set("X-Slack-No-Retry", "1")
			w.WriteHeader(http.StatusInternalServerError)
		}, ""},
		{"no-retry beside 200", func(w http.ResponseWriter) { w.Header().Set("X-Slack-No-Retry", "1") }, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var once sync.Once
			app, hits := webApp(t, func(w http.ResponseWriter, _ hit) { once.Do(func() { c.answer(w) }) })
			s, _ := start(t, fakeslack.Options{HTTP: fakeslack.HTTPDoor{Events: app}, Delay: quick})
			say(t, s, "x")
			next(t, hits)
			if c.reason != "" {
				h := next(t, hits)
				if h.valid != nil || h.header.Get("X-Slack-Retry-Num") != "1" || h.header.Get("X-Slack-Retry-Reason") != c.reason {
					t.Errorf("got %v %s", h.valid, h.header)
				}
			}
			wait(t, s, func(st *fakeslack.State) bool { return st.Deliveries()[0].Over })
			if d := s.Deliveries()[0]; c.reason == "" && d.Attempts != 1 {
				t.Errorf("got %d attempts", d.Attempts)
			}
		})
	}
}
