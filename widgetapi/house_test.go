package widgetapi

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"
	"go.uber.org/goleak"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/files"
	"github.com/handoff-bot/handoff/store"
)

func TestMain(m *testing.M) {
	openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/javascript", openapi3filter.FileBodyDecoder)
	for _, kind := range []string{"image/png", "image/jpeg", "image/gif", "application/pdf"} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.FileBodyDecoder)
	}
	goleak.VerifyTestMain(m)
}

const (
	shopKey    = "pk_test_shop"
	shopOrigin = "https://www.shop.example"
	otherKey   = "pk_test_other"
	otherSite  = "https://other.example"
)

// house is a whole door over a real store on SQLite, behind a real listener.
type house struct {
	*testing.T
	store    *store.Store
	server   *Server
	url      string
	client   *http.Client
	notifier *feed.Notifier
	live     *feed.Live
	clock    *clock
	cfg      atomic.Pointer[Config]
	button   atomic.Pointer[Button]
	logs     *logBuffer
	files    *files.Room
	folder   string
	scan     atomic.Pointer[func([]byte) (bool, error)]
	dir      string // of the database
	alerts   atomic.Int64
	looks    atomic.Int64 // for files of other builds
}

// clock stands still until it is moved; without a time it is the bubble's.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return time.Now()
	}
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func testConfig() Config {
	limits := LimitsDefaults()
	limits.SessionsPerMinuteIP, limits.SessionsPerHourIP = 1000, 1000
	limits.MessagesPerMinute, limits.MessagesPerTenMinutes, limits.MessagesPerMinuteIP = 10000, 10000, 10000
	limits.RequestsPerMinute, limits.RequestsPerMinuteIP, limits.ConversationsPerHour = 100000, 100000, 10000
	limits.IdentifyPerMinuteIP, limits.EventsPerMinute, limits.EventsPerDay, limits.LinksPerHour = 10000, 10000, 10000, 10000
	limits.UploadsPerMinute, limits.UploadsPerDay = 10000, 10000
	limits.ContactsPerHour, limits.ContactsPerHourIP, limits.MessagesPerDay = 1000, 1000, 100000
	widget := WidgetDefaults()
	widget.Title = conversation.English("Acme support")
	widget.Keys = []Key{
		{Key: shopKey, Origins: []string{shopOrigin, "https://*.shop.example:8443"}, Identity: "optional", IdentitySecret: []string{shopSecret}},
		{Key: otherKey, Origins: []string{otherSite}},
	}
	return Config{
		Server: ServerDefaults(), Limits: limits, Widget: widget, Level: "balanced",
		HumanButton: HumanButton{AfterAnswers: 2}, ReopenWithin: 72 * time.Hour,
	}
}

// newHouse starts one. change, when given, edits the settings.
func newHouse(t *testing.T, change ...func(*Config)) *house {
	t.Helper()
	h := emptyHouse(t, time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), change...)
	listener := httptest.NewServer(h.server.Handler())
	transport := &http.Transport{DisableCompression: true}
	h.url, h.client = listener.URL, &http.Client{Transport: checked(t, transport, h.server)}
	t.Cleanup(func() {
		h.server.streams.closeAll()
		transport.CloseIdleConnections()
		listener.Close()
	})
	return h
}

// emptyHouse is one that does not listen yet.
func emptyHouse(t *testing.T, now time.Time, change ...func(*Config)) *house {
	t.Helper()
	h := &house{T: t, notifier: feed.NewNotifier(), live: feed.NewLive(nil), clock: &clock{at: now}, logs: &logBuffer{}}
	cfg := testConfig()
	for _, f := range change {
		f(&cfg)
	}
	h.cfg.Store(&cfg)
	h.button.Store(&Button{})
	h.store = h.openStore()
	h.folder = filepath.Join(t.TempDir(), "kept")
	h.files = h.openFiles(files.Place{Folder: h.folder})
	h.server = h.serve()
	return h
}

func (h *house) openFiles(place files.Place) *files.Room {
	h.Helper()
	scan := func(_ context.Context, data []byte) (bool, error) {
		if f := h.scan.Load(); f != nil {
			return (*f)(data)
		}
		return true, nil
	}
	room, err := files.Open(files.Deps{Place: place, Rows: h.store, Scan: scan, Now: h.clock.now, Logger: slog.New(slog.NewTextHandler(h.logs, nil))})
	if err != nil {
		h.Fatalf("open the files: %v", err)
	}
	h.Cleanup(func() { _ = room.Close() })
	return room
}

func (h *house) openStore() *store.Store {
	h.Helper()
	h.dir = h.TempDir()
	s, err := store.Open(context.Background(), "sqlite://"+filepath.Join(h.dir, "handoff.db"), store.Options{
		Consumers: []string{"bot"}, Now: h.clock.now,
		Committed: func(ids []conversation.ID) { h.notifier.Wake(ids...) },
	})
	if err != nil {
		h.Fatalf("open the store: %v", err)
	}
	h.Cleanup(func() {
		if err := s.Close(); err != nil {
			h.Errorf("close the store: %v", err)
		}
	})
	return s
}

// serve makes a Server over the house's store; a second one is another process.
func (h *house) serve() *Server {
	h.Helper()
	s, err := New(Deps{
		Log: h.store, Conversations: h.store, Sessions: h.store, Counters: h.store, Presence: h.store, Codes: h.store, Builds: lookedFor{h},
		Notifier: h.notifier, Live: h.live, Assets: testAssets{}, Files: h.files,
		Duty:       func(time.Time) (bool, time.Time) { return false, h.clock.now().Add(time.Hour) },
		Escalation: func(context.Context, string, conversation.State) (Button, error) { return *h.button.Load(), nil },
		Alert:      func(string, string) { h.alerts.Add(1) },
		Now:        h.clock.now, Logger: slog.New(slog.NewTextHandler(h.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}, func() Config { return *h.cfg.Load() })
	if err != nil {
		h.Fatalf("New: %v", err)
	}
	return s
}

type testAssets struct{}

func (testAssets) Loader() ([]byte, string) { return []byte("/* loader */"), `"abc"` }
func (testAssets) ResumePage() []byte {
	return []byte("<!doctype html><title>Continue your chat</title>")
}
func (testAssets) FramePage() []byte { return []byte("<!doctype html><title>Chat</title>") }
func (testAssets) Asset(path string) ([]byte, string, bool) {
	return []byte("/* panel */"), "text/javascript; charset=utf-8", path == "abc/panel.js"
}

// lookedFor counts how often the store is asked for a file of the widget.
type lookedFor struct{ h *house }

func (l lookedFor) WidgetFile(ctx context.Context, address string) ([]byte, error) {
	l.h.looks.Add(1)
	return l.h.store.WidgetFile(ctx, address)
}

// appendAs adds to the log as another room would.
func (h *house) appendAs(id conversation.ID, decide conversation.Decider) conversation.Outcome {
	h.Helper()
	out, err := h.store.Append(context.Background(), id, "", decide)
	if err != nil {
		h.Fatalf("append: %v", err)
	}
	return out
}

var maya = conversation.Author{Role: conversation.Agent, ID: "U0MAYA", Name: "Maya Lindqvist"}

func agentSays(text string) conversation.Decider {
	return conversation.AgentSays(maya, conversation.Message{Text: text}, "", conversation.TakingIt)
}

func botSays(text string) conversation.Draft {
	return conversation.Draft{
		Author: conversation.Author{Role: conversation.Bot}, Source: conversation.FromBot,
		Body: conversation.Message{Text: text, Answer: true, Turn: "t1"},
	}
}
