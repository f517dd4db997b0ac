package uitest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"sync"
	"testing"
)

// engine is a browser other than Chromium: one process, in which the checks open
// their pages one after another.
type engine interface {
	// open opens an empty page in front of the others; close takes it away.
	open(ctx context.Context) (p page, closed func(), err error)
	// stop ends the browser and everything that came with it.
	stop()
}

// running holds the engines by the name of the test that started them.
var running sync.Map

// engineOf is the engine that a check runs in: that of the nearest test above it that
// started one, nil for Chromium.
func engineOf(t *testing.T) engine {
	for name := t.Name(); name != "."; name = path.Dir(name) {
		if e, ok := running.Load(name); ok {
			return e.(engine)
		}
	}
	return nil
}

// A check that runs in every way has tests below it: they are the engine's, too.
func TestATestBelowACheckRunsInItsEngine(t *testing.T) {
	want := &struct{ engine }{}
	running.Store(t.Name(), want)
	t.Cleanup(func() { running.Delete(t.Name()) })
	t.Run("check", func(t *testing.T) {
		t.Run("390×844 in a frame", func(t *testing.T) {
			if got := engineOf(t); got != want {
				t.Errorf("got %v, want the engine of the test above", got)
			}
		})
	})
}

// strays is a proxy that leads nowhere: an engine is told to use it for every host
// but this machine, and it notes who was asked for.
type strays struct {
	URL  string
	mu   sync.Mutex
	seen []string
}

func newStrays(t *testing.T) *strays {
	s := &strays{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen = append(s.seen, r.Method+" "+r.Host)
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

func (s *strays) none(t *testing.T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) > 0 {
		t.Errorf("requests to other hosts: %v", s.seen)
	}
}

// spelled is text with the keys of chromedp/kb as WebDriver has them.
func spelled(text string) []string {
	var out []string
	for _, key := range text {
		if named, ok := webdriverKeys[key]; ok {
			key = named
		}
		out = append(out, string(key))
	}
	return out
}

const shiftKey = "\ue008"

var webdriverKeys = map[rune]rune{
	'\b': '\ue003', '\t': '\ue004', '\r': '\ue007', '\u001b': '\ue00c',
	'\u0301': '\ue015', '\u0302': '\ue012', '\u0303': '\ue014', '\u0304': '\ue013',
}

// typing is WebDriver's action for keys, pressing its action for a click or a tap.
func typing(text string, shift bool) []map[string]any {
	var actions []map[string]any
	act := func(kind, key string) { actions = append(actions, map[string]any{"type": kind, "value": key}) }
	if shift {
		act("keyDown", shiftKey)
	}
	for _, key := range spelled(text) {
		act("keyDown", key)
		act("keyUp", key)
	}
	if shift {
		act("keyUp", shiftKey)
	}
	return []map[string]any{{"type": "key", "id": "keyboard", "actions": actions}}
}

func pressing(x, y float64, finger bool) []map[string]any {
	kind := "mouse"
	if finger {
		kind = "touch"
	}
	return []map[string]any{{"type": "pointer", "id": kind, "parameters": map[string]any{"pointerType": kind}, "actions": []map[string]any{
		{"type": "pointerMove", "x": int(x), "y": int(y)}, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0},
	}}}
}

// plain says whether a screen asks for its size alone.
func (s screen) plain() bool { return s == screen{width: s.width, height: s.height} }

func (s screen) String() string {
	name := fmt.Sprintf("%d×%d", s.width, s.height)
	if s.dark {
		name += " dark"
	}
	return name
}
