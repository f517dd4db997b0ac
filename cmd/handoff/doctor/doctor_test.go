package doctor

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/fakesmtp"
	"github.com/handoff-bot/handoff/slackbridge"
)

// The search library starts its workers when it is imported.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/blevesearch/bleve_index_api.AnalysisWorker"))
}

// model answers, or fails with err.
type model struct{ err error }

func (m model) Check(context.Context) error { return m.err }
func (m model) Name() string                { return "gpt-test" }

// patient is an installation against a workspace of its own.
func patient(t *testing.T, change map[string]string) (Patient, *fakeslack.Server) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	workspace := fakeslack.Sample(fakeslack.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- workspace.Serve(ctx, ln) }()
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	env := map[string]string{
		"HANDOFF_SLACK_BOT_TOKEN": fakeslack.SampleBotToken, "HANDOFF_SLACK_APP_TOKEN": fakeslack.SampleAppToken,
		"HANDOFF_SLACK_CHANNEL": fakeslack.SampleSupport, "HANDOFF_SLACK_API_URL": "http://" + ln.Addr().String() + "/api/",
		"HANDOFF_AI_API_KEY": "sk-0123456789",
	}
	for k, v := range change {
		env[k] = v
	}
	file, err := config.Parse("handoff.yaml", []byte(`widget: {keys: [{key: pk_shop, origins: [https://www.example.com]}]}
handoff: {restricted_topics: [{name: Billing, phrases: [refund], channel: C0BILLING}]}`), func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	return Patient{
		File: file, Model: model{}, Slack: bridge(t, file, transport, 0),
		Storage: func(context.Context) ([]feed.Parked, error) { return nil, nil },
	}, workspace
}

// bridge is the staff's door with a clock that is off by so much.
func bridge(t *testing.T, file *config.File, transport http.RoundTripper, off time.Duration) *slackbridge.Bridge {
	t.Helper()
	b, err := slackbridge.New(slackbridge.Deps{
		Config: *file.Slack, HTTP: &http.Client{Transport: transport, Timeout: time.Second},
		Now: func() time.Time { return time.Now().Add(off) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// listen opens sockets of the sample's app, as another installation would.
func listen(t *testing.T, p *Patient, n int) {
	t.Helper()
	for range n {
		api := slackAPI{t, p.File.Slack.APIURL}
		conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), api.openSocket(), nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		t.Cleanup(func() { _ = conn.Close() })
		if _, _, err := conn.ReadMessage(); err != nil { // the greeting: Slack counts it
			t.Fatal(err)
		}
	}
}

// slackAPI calls Slack without the product.
type slackAPI struct {
	*testing.T
	url string
}

func (a slackAPI) openSocket() string {
	a.Helper()
	req, err := http.NewRequestWithContext(a.Context(), http.MethodPost, a.url+"apps.connections.open", nil)
	if err != nil {
		a.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+fakeslack.SampleAppToken)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		a.Fatal(err)
	}
	defer resp.Body.Close()
	var opened struct{ URL string }
	if err := json.NewDecoder(resp.Body).Decode(&opened); err != nil || opened.URL == "" {
		a.Fatalf("no socket is offered: %v", err)
	}
	return opened.URL
}

func examine(t *testing.T, p Patient) (string, bool) {
	t.Helper()
	var b bytes.Buffer
	healthy := Print(&b, Examine(context.Background(), p))
	return b.String(), healthy
}

func TestHealthyInstallation(t *testing.T) {
	p, _ := patient(t, nil)
	text, healthy := examine(t, p)
	if !healthy || strings.Contains(text, "→") {
		t.Errorf("healthy = %v:\n%s", healthy, text)
	}
	for _, want := range []string{"bot_token", "app_token", "scopes", "ok    clock", "ok    sockets", "channel C0SUPPORT", "channel C0BILLING", "model", "store writable", "parked readers"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not told:\n%s", want, text)
		}
	}
}

func TestEachIllnessHasItsMend(t *testing.T) {
	for _, c := range []struct {
		name   string
		config map[string]string
		ill    func(*Patient, *fakeslack.Server)
		says   string
		mend   string
	}{
		{"tokens swapped", map[string]string{"HANDOFF_SLACK_BOT_TOKEN": "xoxb-0123456789-wrong"}, nil, "Slack refuses the bot token", "Install the app again"},
		{"app token", map[string]string{"HANDOFF_SLACK_APP_TOKEN": "xapp-0123456789-wrong"}, nil, "No socket can be opened", "connections:write"},
		{"no such channel", map[string]string{"HANDOFF_SLACK_CHANNEL": "C0NOWHERE"}, nil, "channel C0NOWHERE", "→"},
		{"archived", nil, func(_ *Patient, s *fakeslack.Server) {
			s.UpdateChannel(fakeslack.SampleBilling, func(c *fakeslack.Channel) { c.Archived = true })
		}, "#billing is archived", "→"},
		{"shared", nil, func(_ *Patient, s *fakeslack.Server) {
			s.UpdateChannel(fakeslack.SampleSupport, func(c *fakeslack.Channel) { c.ExtShared = true })
		}, "#support is shared with another organisation", "a channel of your own"},
		{"unreachable", map[string]string{"HANDOFF_SLACK_API_URL": "http://127.0.0.1:1/api/"}, nil, "Slack cannot be reached", "slack.api_url"},
		{"scopes", nil, func(_ *Patient, s *fakeslack.Server) {
			s.SetScopes([]string{"chat:write", "channels:read", "groups:read", "im:read"})
		}, "The token lacks chat:write.customize", "handoff manifest"},
		{"clock behind", nil, func(p *Patient, _ *fakeslack.Server) {
			p.Slack = bridge(t, p.File, &http.Transport{DisableKeepAlives: true}, -90*time.Second)
		}, "behind Slack's", "NTP"},
		{"clock ahead", nil, func(p *Patient, _ *fakeslack.Server) {
			p.Slack = bridge(t, p.File, &http.Transport{DisableKeepAlives: true}, time.Hour)
		}, "ahead of Slack's", "NTP"},
		{"somebody else", nil, func(p *Patient, _ *fakeslack.Server) { listen(t, p, 2) }, "Sockets that are not ours: 2", "an app of its own"},
		{"somebody beside our server", nil, func(p *Patient, _ *fakeslack.Server) {
			p.Running = true
			listen(t, p, 3)
		}, "Sockets that are not ours: 1", "an app of its own"},
		{"model", nil, func(p *Patient, _ *fakeslack.Server) { p.Model = model{errors.New("refused the key")} }, "refused the key", "ai.api_key"},
		{"triage", nil, func(p *Patient, _ *fakeslack.Server) {
			p.Triage = func(context.Context) error { return errors.New("makes no sense") }
		}, "makes no sense", "ai.triage_model"},
		{"disk", nil, func(p *Patient, _ *fakeslack.Server) {
			p.Storage = func(context.Context) ([]feed.Parked, error) { return nil, errors.New("the disk is full") }
		}, "the disk is full", "free space"},
		{"parked", nil, func(p *Patient, _ *fakeslack.Server) {
			p.Storage = func(context.Context) ([]feed.Parked, error) {
				return []feed.Parked{{Consumer: "slack", Reference: "H-4F2K", Attempts: 8, Cause: "invalid_blocks"}}, nil
			}
		}, "slack of H-4F2K", "handoff resume slack H-4F2K"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, workspace := patient(t, c.config)
			if c.ill != nil {
				c.ill(&p, workspace)
			}
			text, healthy := examine(t, p)
			if healthy || !strings.Contains(text, c.says) || !strings.Contains(text, c.mend) {
				t.Errorf("healthy = %v; want %q and %q in\n%s", healthy, c.says, c.mend, text)
			}
		})
	}
}

// A running server has two sockets of its own, and so has every other node that
// shares the database: the first is no illness, the second worth a look.
func TestOwnSocketsAreNobodyElse(t *testing.T) {
	p, _ := patient(t, nil)
	p.Running = true
	listen(t, &p, 2)
	if text, healthy := examine(t, p); !healthy || !strings.Contains(text, "ok    sockets             Nobody else") {
		t.Errorf("healthy = %v:\n%s", healthy, text)
	}
	p.File.Storage.URL = "postgres://handoff@db.example.com/handoff"
	listen(t, &p, 2)
	if text, healthy := examine(t, p); !healthy || !strings.Contains(text, "look  sockets             Sockets of this Slack app that are not this server's: 2") {
		t.Errorf("healthy = %v:\n%s", healthy, text)
	}
}

func TestSmallClockDifferencesAreFine(t *testing.T) {
	p, _ := patient(t, nil)
	for _, off := range []time.Duration{-55 * time.Second, 55 * time.Second} {
		p.Slack = bridge(t, p.File, &http.Transport{DisableKeepAlives: true}, off)
		if text, healthy := examine(t, p); !healthy {
			t.Errorf("off by %v:\n%s", off, text)
		}
	}
}

func TestWithoutSlackTheRestIsExamined(t *testing.T) {
	p, _ := patient(t, nil)
	p.Slack = nil
	text, healthy := examine(t, p)
	if !healthy || !strings.Contains(text, "takes the away way") || !strings.Contains(text, "ok    store writable") {
		t.Errorf("healthy = %v:\n%s", healthy, text)
	}
}

// The mail server is greeted and logged in to, and nothing is sent.
func TestMailServer(t *testing.T) {
	smtp := fakesmtp.New(t, fakesmtp.Options{STARTTLS: true, User: "handoff", Pass: "right"})
	for name, c := range map[string]struct {
		smtp, public string
		want         string
		verdict      Verdict
	}{
		"fine":         {"smtp://handoff:right@" + smtp.Addr() + "?starttls=required", "https://chat.example.com", "takes the login", Good},
		"bad login":    {"smtp://handoff:wrong@" + smtp.Addr() + "?starttls=required", "https://chat.example.com", "535", Bad},
		"nobody there": {"smtp://127.0.0.1:1", "https://chat.example.com", "refused", Bad},
		"no links":     {"smtp://handoff:right@" + smtp.Addr(), "", "carry no link", Doubt},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := patient(t, map[string]string{
				"HANDOFF_MAIL_SMTP": c.smtp, "HANDOFF_MAIL_FROM": "support@example.com", "HANDOFF_SERVER_PUBLIC_URL": c.public,
			})
			p.MailTLS = &tls.Config{RootCAs: smtp.Roots(), MinVersion: tls.VersionTLS12}
			findings := p.mail(t.Context())
			last := findings[len(findings)-1]
			if last.Verdict != c.verdict || !strings.Contains(last.Says, c.want) || (last.Mend == "") != (c.verdict == Good) {
				t.Errorf("%+v, want %s %q", last, c.verdict, c.want)
			}
			if strings.Contains(last.Says+last.Mend, "wrong") {
				t.Errorf("the password is shown: %+v", last)
			}
		})
	}
	if n := len(smtp.Box()); n != 0 {
		t.Errorf("%d mails were sent", n)
	}
	p, _ := patient(t, nil)
	if findings := p.mail(t.Context()); len(findings) != 0 {
		t.Errorf("without a mail server: %+v", findings)
	}
}

func TestFilesAndScanner(t *testing.T) {
	p, _ := patient(t, nil)
	p.File.Storage.Files, p.File.Storage.Scan = "file://files", []string{"clamscan"}
	broken := errors.New("permission denied")
	for name, c := range map[string]struct {
		place, scan error
		clean       bool
		want        []string
	}{
		"well":            {clean: true, want: []string{"ok place of files: file://files takes files", "ok virus scanner: clamscan looks through files"}},
		"no room":         {place: broken, clean: true, want: []string{"bad place of files: file://files: permission denied", "ok virus scanner: clamscan looks through files"}},
		"scanner fails":   {scan: broken, want: []string{"ok place of files: file://files takes files", "bad virus scanner: clamscan: permission denied"}},
		"scanner refuses": {want: []string{"ok place of files: file://files takes files", "bad virus scanner: clamscan calls a harmless line infected"}},
	} {
		p.Files = func(context.Context) error { return c.place }
		p.Scan = func(context.Context, []byte) (bool, error) { return c.clean, c.scan }
		var got []string
		for _, f := range p.files(t.Context()) {
			got = append(got, string(f.Verdict)+" "+f.Check+": "+f.Says)
			if (f.Verdict == Bad) != (f.Mend != "") {
				t.Errorf("%s: %s has the mend %q", name, f.Check, f.Mend)
			}
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	p.Files, p.Scan = nil, nil
	if got := p.files(t.Context()); got != nil {
		t.Errorf("without files: got %v", got)
	}
}
