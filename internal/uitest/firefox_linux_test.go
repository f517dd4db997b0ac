package uitest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
)

// firefox speaks WebDriver BiDi: commands with a number as JSON over a WebSocket,
// answers with the same number, events between them.
type firefox struct {
	*process
	socket *websocket.Conn

	mu      sync.Mutex
	count   int
	waiting map[int]chan bidiMessage
	logged  map[string][]string // errors by page
}

type bidiMessage struct {
	ID      int             `json:"id"`
	Type    string          `json:"type"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
	Result  json.RawMessage `json:"result"`
	Params  struct {
		Level  string `json:"level"`
		Text   string `json:"text"`
		Source struct {
			Context string `json:"context"`
		} `json:"source"`
	} `json:"params"`
}

// The remote agent itself turns off updates, telemetry and the rest of what a Firefox
// does for its owner; these are the ones that it leaves on.
const firefoxPreferences = `user_pref("network.proxy.type", 1);
user_pref("network.proxy.http", %[1]q);
user_pref("network.proxy.http_port", %[2]s);
user_pref("network.proxy.ssl", %[1]q);
user_pref("network.proxy.ssl_port", %[2]s);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("network.trr.mode", 5);
user_pref("services.settings.server", "data:,");
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("browser.region.network.url", "");
user_pref("browser.newtabpage.enabled", false);
user_pref("browser.search.update", false);
user_pref("dom.push.connection.enabled", false);
user_pref("extensions.systemAddon.update.enabled", false);
user_pref("media.gmp-manager.updateEnabled", false);
user_pref("toolkit.telemetry.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("layout.css.prefers-color-scheme.content-override", 1);
user_pref("ui.prefersReducedMotion", 0);
user_pref("ui.useOverlayScrollbars", 1);
`

func startFirefox(t *testing.T, s *strays) engine {
	t.Helper()
	home, profile := t.TempDir(), t.TempDir()
	proxy, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	preferences := fmt.Sprintf(firefoxPreferences, proxy.Hostname(), proxy.Port())
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(preferences), 0o600); err != nil {
		t.Fatal(err)
	}
	var out output
	f := &firefox{waiting: make(map[int]chan bidiMessage), logged: make(map[string][]string)}
	f.process = run(t, &out, home, []string{"MOZ_DISABLE_NONLOCAL_CONNECTIONS=1"}, "firefox-esr", "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile, "about:blank")
	address := regexp.MustCompile(`ws://\S+`)
	eventually(t, "Firefox listens", func() bool { return len(out.with("ws://")) > 0 })
	f.socket, _, err = websocket.DefaultDialer.DialContext(t.Context(), address.FindString(out.with("ws://")[0])+"/session", nil)
	if err != nil {
		t.Fatal(err)
	}
	go f.listen()
	if _, err := f.call(t.Context(), "session.new", map[string]any{"capabilities": map[string]any{}}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.call(t.Context(), "session.subscribe", map[string]any{"events": []string{"log.entryAdded"}}); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *firefox) stop() {
	_, _ = f.call(context.Background(), "browser.close", map[string]any{})
	_ = f.socket.Close()
	f.process.stop()
}

// listen hands out answers and notes errors until the socket closes.
func (f *firefox) listen() {
	for {
		var m bidiMessage
		if err := f.socket.ReadJSON(&m); err != nil {
			f.mu.Lock()
			defer f.mu.Unlock()
			for _, answer := range f.waiting {
				answer <- bidiMessage{Type: "error", Error: "Firefox has gone", Message: err.Error()}
			}
			f.waiting = nil
			return
		}
		f.mu.Lock()
		if from := m.Params.Source.Context; m.Type == "event" && m.Params.Level == "error" {
			f.logged[from] = append(f.logged[from], m.Params.Text)
		}
		answer := f.waiting[m.ID]
		delete(f.waiting, m.ID)
		f.mu.Unlock()
		if answer != nil {
			answer <- m
		}
	}
}

func (f *firefox) call(ctx context.Context, method string, params any) (json.RawMessage, error) {
	answer := make(chan bidiMessage, 1)
	f.mu.Lock()
	f.count++
	id := f.count
	if f.waiting == nil {
		f.mu.Unlock()
		return nil, errors.New("Firefox has gone") //nolint:staticcheck // a name
	}
	f.waiting[id] = answer
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	err := f.socket.WriteJSON(map[string]any{"id": id, "method": method, "params": params})
	f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	select {
	case m := <-answer:
		if m.Type == "error" {
			return nil, fmt.Errorf("%s: %s: %s", method, m.Error, m.Message)
		}
		return m.Result, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

func (f *firefox) open(ctx context.Context) (page, func(), error) {
	made, err := f.call(ctx, "browsingContext.create", map[string]any{"type": "tab"})
	if err != nil {
		return nil, nil, err
	}
	p := &firefoxPage{f: f}
	if err := json.Unmarshal(made, p); err != nil {
		return nil, nil, err
	}
	return p, func() {
		_, _ = f.call(context.Background(), "browsingContext.close", map[string]any{"context": p.Context})
	}, nil
}

// firefoxPage is a tab.
type firefoxPage struct {
	f       *firefox
	Context string `json:"context"`
}

func (p *firefoxPage) call(ctx context.Context, method string, params map[string]any) (json.RawMessage, error) {
	params["context"] = p.Context
	return p.f.call(ctx, method, params)
}

func (p *firefoxPage) size(ctx context.Context, s screen) error {
	if !s.plain() {
		return errNotHere
	}
	ratio := 1
	if s.phone() {
		ratio = 2
	}
	_, err := p.call(ctx, "browsingContext.setViewport", map[string]any{"viewport": map[string]any{"width": s.width, "height": s.height}, "devicePixelRatio": ratio})
	return err
}

func (p *firefoxPage) early(ctx context.Context, script string) error {
	_, err := p.f.call(ctx, "script.addPreloadScript", map[string]any{"functionDeclaration": "() => {" + script + "}", "contexts": []string{p.Context}})
	return err
}

func (p *firefoxPage) goTo(ctx context.Context, url string) error {
	_, err := p.call(ctx, "browsingContext.navigate", map[string]any{"url": url, "wait": "complete"})
	return err
}

func (p *firefoxPage) reload(ctx context.Context) error {
	_, err := p.call(ctx, "browsingContext.reload", map[string]any{"wait": "complete"})
	return err
}

func (p *firefoxPage) eval(ctx context.Context, expression string) (json.RawMessage, error) {
	got, err := p.f.call(ctx, "script.evaluate", map[string]any{
		"expression": asJSON(expression), "target": map[string]any{"context": p.Context}, "awaitPromise": true, "userActivation": false,
	})
	if err != nil {
		return nil, err
	}
	var answer struct {
		Result struct {
			Value string `json:"value"`
		} `json:"result"`
		ExceptionDetails *struct {
			Text string `json:"text"`
		} `json:"exceptionDetails"`
	}
	if err := json.Unmarshal(got, &answer); err != nil {
		return nil, err
	}
	if answer.ExceptionDetails != nil {
		return nil, errors.New(strings.TrimSpace(answer.ExceptionDetails.Text))
	}
	return fromJSON(answer.Result.Value)
}

func (p *firefoxPage) act(ctx context.Context, actions []map[string]any) error {
	if _, err := p.call(ctx, "browsingContext.activate", map[string]any{}); err != nil {
		return err
	}
	_, err := p.call(ctx, "input.performActions", map[string]any{"actions": actions})
	return err
}

func (p *firefoxPage) keys(ctx context.Context, text string, shift bool) error {
	return p.act(ctx, typing(text, shift))
}

func (p *firefoxPage) insert(ctx context.Context, text string) error { return p.keys(ctx, text, false) }

func (p *firefoxPage) press(ctx context.Context, x, y float64, finger bool) error {
	return p.act(ctx, pressing(x, y, finger))
}

func (p *firefoxPage) shot(ctx context.Context) ([]byte, error) {
	got, err := p.call(ctx, "browsingContext.captureScreenshot", map[string]any{})
	if err != nil {
		return nil, err
	}
	var image struct {
		Data string `json:"data"`
	}
	if err := json.Unmarshal(got, &image); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(image.Data)
}

func (p *firefoxPage) errors() []string {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	return slices.Clone(p.f.logged[p.Context])
}
