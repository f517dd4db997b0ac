package uitest

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/handoff-bot/handoff/internal/handofftest"
)

var shots = flag.String("shots", "", "folder for screenshots; none are taken when empty")

// patience is how long a check waits for something before it fails.
const patience = 30 * time.Second

var errNoChromium = errors.New("no Chromium on this machine")

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
	path, err := exec.LookPath("chromium")
	if err != nil || testing.Short() {
		return nil, errNoChromium
	}
	dir, err := os.MkdirTemp("", "uitest")
	if err != nil {
		return nil, err
	}
	return launch(path, dir)
}

// launch starts the browser with the profile in dir, which goes with it.
func launch(path, dir string) (*browser, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(dir))
	for _, name := range []string{
		"no-sandbox", "disable-gpu", "disable-component-update", "disable-background-timer-throttling",
		"disable-renderer-backgrounding", "disable-backgrounding-occluded-windows",
	} {
		options = append(options, chromedp.Flag(name, true))
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closed := chromedp.NewContext(allocator)
	b := &browser{ctx: ctx, stop: func() { closed(); end(); _ = os.RemoveAll(dir) }}
	if err := chromedp.Do(ctx); err != nil {
		b.stop()
		return nil, err
	}
	return b, nil
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
