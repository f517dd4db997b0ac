package uitest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// webkit is WebKitGTK's small browser, on a screen of its own, driven by the classic
// WebDriver protocol: HTTP with JSON, one window at a time.
type webkit struct {
	driver, screen *process
	out            *output
	session        string // its URL
	first          string // the window that stays

	mu   sync.Mutex // held while a window has the turn
	turn string     // the window that requests are about
}

// miniBrowser is where Debian keeps the browser, for any architecture.
const miniBrowser = "/usr/lib/*/webkit2gtk-4.1/MiniBrowser"

func startWebKit(t *testing.T, s *strays) engine {
	t.Helper()
	found, _ := filepath.Glob(miniBrowser)
	if len(found) == 0 {
		t.Fatalf("no %s: HANDOFF_TEST_ENGINES needs the Debian packages firefox-esr, webkit2gtk-driver and xvfb", miniBrowser)
	}
	proxy, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	wanted := map[string]any{
		"proxy":                    map[string]any{"proxyType": "manual", "httpProxy": proxy.Host, "sslProxy": proxy.Host, "noProxy": []string{"127.0.0.1", "localhost"}},
		"webkitgtk:browserOptions": map[string]any{"binary": found[0], "args": []string{"--automation", "--enable-write-console-messages-to-stdout=true"}},
	}
	home := t.TempDir()
	w := &webkit{out: &output{}}
	display := w.display(t, home)
	for range 5 {
		if err = w.begin(t, home, display, wanted); err == nil {
			return w
		}
		w.driver.stop()
	}
	t.Fatal(err)
	return nil
}

// begin starts the driver, and a session with it. The driver picks the port by which it
// talks to its browser; when it does not hear of it in time, another driver tries again.
func (w *webkit) begin(t *testing.T, home, display string, wanted map[string]any) error {
	port := freePort(t)
	w.driver = run(t, w.out, home, []string{"DISPLAY=" + display, "GDK_BACKEND=x11", "NO_AT_BRIDGE=1", "GSETTINGS_BACKEND=memory", "LIBGL_ALWAYS_SOFTWARE=1"}, "WebKitWebDriver", "--port="+port)
	root := "http://127.0.0.1:" + port
	eventually(t, "WebKitWebDriver listens", func() bool {
		return w.send(t.Context(), http.MethodGet, root+"/status", nil, nil) == nil
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience/3)
	defer cancel()
	var made struct {
		SessionID string `json:"sessionId"`
	}
	if err := w.send(ctx, http.MethodPost, root+"/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": wanted}}, &made); err != nil {
		return err
	}
	w.session = root + "/session/" + made.SessionID
	return w.send(ctx, http.MethodGet, w.session+"/window", nil, &w.first)
}

// display starts a screen that nobody looks at. It picks its own number, and says of
// each that is taken that it is.
func (w *webkit) display(t *testing.T, home string) string {
	t.Helper()
	var out output
	// The number comes on a pipe that is neither of the usual ones, else on stderr.
	w.screen = run(t, &out, home, nil, "Xvfb", "-displayfd", "1", "-screen", "0", "1400x1100x24", "-nolisten", "tcp")
	number := regexp.MustCompile(`(?m)^\d+\n`)
	eventually(t, "Xvfb listens", func() bool {
		out.mu.Lock()
		defer out.mu.Unlock()
		return number.MatchString(out.text.String())
	})
	return ":" + strings.TrimSpace(number.FindString(out.text.String()))
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is closed at once
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func (w *webkit) stop() {
	_ = w.send(context.Background(), http.MethodDelete, w.session, nil, nil)
	w.driver.stop()
	w.screen.stop()
}

// send is one request of the protocol; the answer's value goes to out.
func (w *webkit) send(ctx context.Context, method, address string, body, out any) error {
	raw := []byte(nil)
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	var got struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, request.URL.Path, got.Value)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(got.Value, out)
}

func (w *webkit) open(ctx context.Context) (page, func(), error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := &webkitPage{w: w, said: len(w.out.with(webkitErrors...))}
	if err := w.turnTo(ctx, w.first); err != nil {
		return nil, nil, err
	}
	if err := w.send(ctx, http.MethodPost, w.session+"/window/new", map[string]any{"type": "window"}, p); err != nil {
		return nil, nil, err
	}
	return p, p.close, nil
}

// turnTo makes a window the one that requests are about. The driver gives the focus to
// the window's own document then, also when it was in a frame: it is not told twice.
func (w *webkit) turnTo(ctx context.Context, handle string) error {
	if w.turn == handle {
		return nil
	}
	w.turn = ""
	if err := w.send(ctx, http.MethodPost, w.session+"/window", map[string]any{"handle": handle}, nil); err != nil {
		return err
	}
	w.turn = handle
	return nil
}

// webkitPage is a tab.
type webkitPage struct {
	w      *webkit
	Handle string `json:"handle"`
	said   int    // errors in the console before this page
}

// call is a request about this tab.
func (p *webkitPage) call(ctx context.Context, method, path string, body, out any) error {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if err := p.w.turnTo(ctx, p.Handle); err != nil {
		return err
	}
	return p.w.send(ctx, method, p.w.session+path, body, out)
}

// close leaves no window the turn.
func (p *webkitPage) close() {
	_ = p.call(context.Background(), http.MethodDelete, "/window", nil, nil)
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.w.turn = ""
}

// size makes the window so large that the page is: the browser's own bars take some
// of it. Its narrowest window is wider than a phone, and yet one to the widget. The page
// hears of its new size some frames after the window has it.
func (p *webkitPage) size(ctx context.Context, s screen) error {
	if !s.plain() {
		return errNotHere
	}
	wanted, seen := extent{s.width, s.height}, extent{}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		var window extent
		if err := p.call(ctx, http.MethodPost, "/window/rect", map[string]any{"x": 0, "y": 0, "width": wanted.Width, "height": wanted.Height}, &window); err != nil {
			return err
		}
		raw, err := p.eval(ctx, "new Promise((done) => setTimeout(done, 50)).then(() => ({width: innerWidth, height: innerHeight}))")
		if err != nil {
			return err
		}
		if err := json.Unmarshal(raw, &seen); err != nil {
			return err
		}
		if (seen.Width == s.width || s.phone() && seen.Width <= 480) && seen.Height == s.height {
			return nil
		}
		wanted = extent{window.Width + s.width - seen.Width, window.Height + s.height - seen.Height}
	}
	return fmt.Errorf("a page of %v stays %v: %w", s, seen, errNotHere)
}

// extent is the size of a window, or of the page in it.
type extent struct {
	Width  int64 `json:"width"`
	Height int64 `json:"height"`
}

func (*webkitPage) early(context.Context, string) error { return errNotHere }

func (p *webkitPage) goTo(ctx context.Context, url string) error {
	return p.call(ctx, http.MethodPost, "/url", map[string]any{"url": url}, nil)
}

func (p *webkitPage) reload(ctx context.Context) error {
	return p.call(ctx, http.MethodPost, "/refresh", map[string]any{}, nil)
}

func (p *webkitPage) eval(ctx context.Context, expression string) (json.RawMessage, error) {
	var text string
	script := map[string]any{"script": asJSON(expression) + ".then(arguments[0])", "args": []any{}}
	if err := p.call(ctx, http.MethodPost, "/execute/async", script, &text); err != nil {
		return nil, err
	}
	return fromJSON(text)
}

func (p *webkitPage) act(ctx context.Context, actions []map[string]any) error {
	return p.call(ctx, http.MethodPost, "/actions", map[string]any{"actions": actions}, nil)
}

func (p *webkitPage) keys(ctx context.Context, text string, shift bool) error {
	return p.act(ctx, typing(text, shift))
}

func (p *webkitPage) insert(ctx context.Context, text string) error { return p.keys(ctx, text, false) }

// press is a click for a finger, too: the driver has none.
func (p *webkitPage) press(ctx context.Context, x, y float64, _ bool) error {
	return p.act(ctx, pressing(x, y, false))
}

func (p *webkitPage) shot(ctx context.Context) ([]byte, error) {
	var image string
	if err := p.call(ctx, http.MethodGet, "/screenshot", nil, &image); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(image)
}

// webkitErrors begin the lines of errors in the console. Those of the network are
// what some checks are about.
var webkitErrors = []string{"CONSOLE ERROR", "CONSOLE JS ERROR", "CONSOLE SECURITY ERROR"}

func (p *webkitPage) errors() []string {
	return p.w.out.with(webkitErrors...)[p.said:]
}
