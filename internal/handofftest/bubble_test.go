package handofftest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/handoff-bot/handoff/cmd/handoff/app"
	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	hknowledge "github.com/handoff-bot/handoff/knowledge"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// longVariable, when set, lets the stories run through all of their time instead
// of switching the house off in the quiet parts. They take a minute then.
const longVariable = "HANDOFF_TEST_LONG"

func long() bool { return os.Getenv(longVariable) != "" }

// bubble is a whole installation in a synctest bubble: the product with the
// settings of production, on SQLite, a Slack, a model, and people, all on the
// bubble's clock. A weekend takes as long as what happens in it.
type bubble struct {
	*House
	t      *testing.T
	wires  *wires
	lib    *hknowledge.Library
	app    *app.App
	guests []*guest
	log    journal
	end    func() // ends the product; nil when it does not run
}

// bubbleFile is the installation's file: every limit and time is the default.
const bubbleFile = `server: {addr: "handoff.test:80", public_url: "https://chat.shop.example"}
storage: {url: "sqlite://%s"}
widget:
  keys: [{key: %s, origins: ["%s"]}]
  title: Sample shop
ai: {base_url: "http://model.test/v1", api_key: %s, model: %s}
slack: {mode: socket, bot_token: %s, app_token: %s, channel: %s, api_url: "http://slack.test/api/"}
%s`

// inBubble tells a story in a bubble. policy is the section handoff, empty for the
// defaults; begins is when the story begins, zero for whenever.
func inBubble(t *testing.T, policy string, begins time.Time, tell func(b *bubble)) {
	t.Helper()
	// The index is made outside: bleve keeps goroutines of its own.
	docs := fstest.MapFS{}
	for name, text := range knowledge {
		docs[name] = &fstest.MapFile{Data: []byte(text)}
	}
	lib, err := hknowledge.FromFS(t.Context(), docs, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lib.Close() })
	dir := memory(t)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(begins))
		b := newBubble(t, dir, policy)
		b.startSlackAndModel()
		b.startMail(policy)
		b.lib = lib
		t.Cleanup(b.stop)
		b.start()
		tell(b)
	})
}

// memory is a folder in memory where the system has one: a day of an idle house
// is tens of thousands of commits, and each waits for the disk.
func memory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "handoff-bubble-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func newBubble(t *testing.T, dir, policy string) *bubble {
	b := &bubble{t: t, wires: newWires()}
	b.House = &House{
		tb: t, Dir: dir, URL: "http://handoff.test",
		Slack: fakeslack.Sample(fakeslack.Options{BaseURL: "http://slack.test"}),
		Model: llmtest.New(ModelKey, Model, llmtest.Say("Parcels within Germany take two working days.")),
	}
	b.writeFile("handoff.yaml", fmt.Sprintf(bubbleFile, filepath.Join(dir, "handoff.db"), Key, Origin, ModelKey, Model,
		fakeslack.SampleBotToken, fakeslack.SampleAppToken, fakeslack.SampleSupport, policy))
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(b.log.String())
		}
	})
	return b
}

// startSlackAndModel serves what the product talks to.
func (b *bubble) startSlackAndModel() {
	ctx, cancel := context.WithCancel(context.Background())
	var served sync.WaitGroup
	slack := b.wires.listen("slack.test")
	served.Go(func() {
		if err := b.Slack.Serve(ctx, slack); err != nil && ctx.Err() == nil {
			b.t.Errorf("Slack ended: %v", err)
		}
	})
	model := &http.Server{Handler: b.Model} //nolint:gosec // on the wires of a test
	served.Go(func() { _ = model.Serve(b.wires.listen("model.test")) })
	b.t.Cleanup(func() { cancel(); _ = model.Close(); served.Wait() })
}

// start runs the product until the story ends, or until stop, and waits for its
// sockets.
func (b *bubble) start() {
	b.t.Helper()
	b.launch()
	if err := b.until("both sockets", func(st *fakeslack.State) bool { return st.Sockets() == 2 }); err != nil {
		b.t.Fatal(err)
	}
}

// launch is start with a Slack that may be away.
func (b *bubble) launch() {
	b.t.Helper()
	file, err := config.Load(filepath.Join(b.Dir, "handoff.yaml"), noEnv)
	if err != nil {
		b.t.Fatal(err)
	}
	dial := b.wires.dialer("192.0.2.1")
	out := &http.Transport{DialContext: dial}
	ctx, cancel := context.WithCancel(context.Background())
	b.app, err = app.Open(ctx, file, app.Options{
		Version: "test", Logger: slog.New(slog.NewTextHandler(&b.log, nil)), Library: b.lib,
		SlackHTTP:   &http.Client{Timeout: 10 * time.Second, Transport: out},
		SlackDialer: &websocket.Dialer{NetDialContext: dial, HandshakeTimeout: websocket.DefaultDialer.HandshakeTimeout},
		ModelHTTP:   &http.Client{Transport: out},
		MailTLS:     b.mailTrust(), MailDial: dial, WebhookHTTP: &http.Client{Transport: out},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	ended := make(chan error, 1)
	ln := b.wires.listen("handoff.test")
	go func() { ended <- b.app.Run(ctx, ln, nil) }() // ends with the story
	b.end = func() {
		cancel()
		if err := errors.Join(<-ended, b.app.Close()); err != nil {
			b.t.Errorf("the product ended: %v", err)
		}
		out.CloseIdleConnections()
		b.end = nil
	}
}

// stop ends the product, in order.
func (b *bubble) stop() {
	if b.end != nil {
		b.end()
	}
}

// off switches the house off until a moment, with nobody's chat open: for time
// that has to pass, and in which nothing happens. (A house that runs does so
// much by its ticks that a day of it costs seconds.)
func (b *bubble) off(until time.Time) {
	b.t.Helper()
	for _, g := range b.guests {
		g.Leave()
	}
	b.stop()
	b.waitUntil(until)
	b.start()
	for _, g := range b.guests {
		g.Return()
	}
}

// restart ends the product and starts it again; the visitors' pages stay open.
func (b *bubble) restart() {
	b.t.Helper()
	for _, g := range b.guests {
		g.Leave()
	}
	b.stop()
	b.launch()
	for _, g := range b.guests {
		g.Return()
	}
}

// skipTo is waitUntil with the house switched off for most of a long time.
func (b *bubble) skipTo(at time.Time) {
	b.t.Helper()
	const awake = 5 * time.Minute
	if on := at.Add(-awake); time.Until(on) > awake {
		b.off(on)
	}
	b.waitUntil(at)
}

// journal keeps the product's log for a story that fails. What is said again and
// again is kept once.
type journal struct {
	mu    sync.Mutex
	lines []string
	last  string
	again int
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	line := strings.TrimSuffix(string(p), "\n")
	_, said, _ := strings.Cut(line, " ") // without the time
	if said == j.last {
		j.again++
		return len(p), nil
	}
	j.flush()
	j.lines, j.last = append(j.lines, line), said
	return len(p), nil
}

func (j *journal) flush() {
	if j.again > 0 {
		j.lines = append(j.lines, fmt.Sprintf("  … and %d times more", j.again))
	}
	j.again = 0
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.flush()
	return strings.Join(j.lines, "\n")
}
