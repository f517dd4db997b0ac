package uitest

import (
	"context"
	"flag"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/browsertest"
	"github.com/handoff-bot/handoff/internal/handofftest"
)

var shots = flag.String("shots", "", "folder for screenshots; none are taken when empty")

// patience is how long a check waits for something before it fails.
const patience = 30 * time.Second

// chromium is the one browser of the package, started by the first check.
var chromium = sync.OnceValues(startChromium)

type browser struct {
	ctx  context.Context //nolint:containedctx // the life of this value is the browser's
	stop func()
}

func TestMain(m *testing.M) {
	handofftest.ServeIfAsked()
	flag.Parse()
	code := m.Run()
	if b, err := chromium(); err == nil {
		b.stop()
	}
	os.Exit(code)
}

func startChromium() (*browser, error) {
	ctx, stop, err := browsertest.Launch(context.Background())
	if err != nil {
		return nil, err
	}
	return &browser{ctx, stop}, nil
}

// browses skips the test where there is no browser.
func browses(t *testing.T) *browser {
	t.Helper()
	browsertest.Need(t)
	b, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// eventually waits for a condition outside the browser.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}
