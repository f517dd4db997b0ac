package uitest

import (
	"context"
	"flag"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/handoff-bot/handoff/internal/browsertest"
	"github.com/handoff-bot/handoff/internal/handofftest"
)

var shots = flag.String("shots", "", "folder for screenshots; none are taken when empty")

// patience is how long a check waits for something before it fails.
const patience = 30 * time.Second

// chromium is the browser of the checks, wholeChromium that of those whose setup asks
// for it; each is started by the first.
var (
	chromium      = sync.OnceValues(func() (*browser, error) { return startChromium() })
	wholeChromium = sync.OnceValues(func() (*browser, error) { return startChromium(browsertest.Whole()) })

	started struct {
		sync.Mutex
		stops []func()
	}
)

type browser struct {
	ctx context.Context //nolint:containedctx // the life of this value is the browser's
}

func TestMain(m *testing.M) {
	handofftest.ServeIfAsked()
	flag.Parse()
	code := m.Run()
	for _, stop := range started.stops {
		stop()
	}
	os.Exit(code)
}

func startChromium(more ...chromedp.ExecAllocatorOption) (*browser, error) {
	ctx, stop, err := browsertest.Launch(context.Background(), more...)
	if err != nil {
		return nil, err
	}
	started.Lock()
	defer started.Unlock()
	started.stops = append(started.stops, stop)
	return &browser{ctx}, nil
}

// browses is the browser of most checks; it skips the test where there is none.
func browses(t *testing.T) *browser {
	t.Helper()
	return shared(t, chromium)
}

func shared(t *testing.T, started func() (*browser, error)) *browser {
	t.Helper()
	browsertest.Need(t)
	b, err := started()
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
