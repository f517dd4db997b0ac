// Package browsertest starts the Chromium of tests that look at a page as a
// visitor or an agent would.
package browsertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Variable names the environment variable that makes a missing Chromium a failure.
// Without it tests that need one are skipped.
const Variable = "HANDOFF_TEST_CHROMIUM"

// ErrMissing says that there is no Chromium on this machine.
var ErrMissing = errors.New("chromium is not installed: apt-get install chromium")

// starts is how often a browser is started that ends, or says nothing, before it has
// said where it listens: on a full machine Chromium may crash on its way up, which says
// nothing about a page.
const starts = 3

// whole is the browser with its windows, shell the same engine without them: the windows
// of one tab cost more than most pages in it.
const whole, shell = "chromium", "chromium-headless-shell"

// Whole is for tests of what the shell has not: pages that Back brings as they were left,
// the settings of a profile, and frames that come in time on a full machine.
func Whole() chromedp.ExecAllocatorOption { return chromedp.ExecPath(whole) }

// Mouse makes the browser one with a mouse, whose pages show on hover what a finger
// needs to see at once. Headless Chromium has none.
func Mouse() chromedp.ExecAllocatorOption {
	return chromedp.Flag("blink-settings", "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4")
}

// Need skips the test where there is no Chromium, or fails it where there has to be one.
func Need(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath(whole); err == nil {
		return
	}
	if os.Getenv(Variable) != "" { //nolint:forbidigo // tests are told by the environment
		t.Fatal(ErrMissing)
	}
	t.Skip(ErrMissing)
}

// life is for how long a test may have its browser: a page that hangs fails its own
// test and not the package.
const life = 10 * time.Minute

// Start is Launch for one test: the browser ends with it, or after ten minutes. Where
// there is none, see Need.
func Start(t testing.TB, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	Need(t)
	limited, cancel := context.WithTimeout(context.Background(), life)
	t.Cleanup(cancel)
	ctx, stop, err := Launch(limited, more...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return ctx
}

// Launch starts a headless Chromium with a new profile, the shell where there is one.
// ctx is its first tab; contexts of other tabs are made from it. stop ends the browser
// and removes the profile; so does the end of parent, but for the profile.
func Launch(parent context.Context, more ...chromedp.ExecAllocatorOption) (ctx context.Context, stop func(), err error) {
	path, err := exec.LookPath(shell)
	if err != nil {
		path, err = exec.LookPath(whole)
	}
	if err != nil {
		return nil, nil, ErrMissing
	}
	for try := 1; ; try++ {
		ctx, stop, err = launch(parent, path, more)
		if err == nil || try == starts || !isStart(err) {
			return ctx, stop, err
		}
	}
}

func isStart(err error) bool {
	return strings.Contains(err.Error(), "chrome failed to start") || strings.Contains(err.Error(), "websocket url timeout")
}

func launch(parent context.Context, path string, more []chromedp.ExecAllocatorOption) (context.Context, func(), error) {
	dir, err := os.MkdirTemp("", "chromium")
	if err != nil {
		return nil, nil, fmt.Errorf("make a profile: %w", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(dir), chromedp.WSURLReadTimeout(time.Minute))
	for _, name := range []string{
		"no-sandbox", "disable-gpu", "disable-component-update", "disable-background-timer-throttling",
		"disable-renderer-backgrounding", "disable-backgrounding-occluded-windows",
	} {
		options = append(options, chromedp.Flag(name, true))
	}
	options = append(options, chromedp.Flag("accept-lang", "en-US,en")) // the shell asks for none by itself
	allocator, end := chromedp.NewExecAllocator(parent, append(options, more...)...)
	ctx, closed := chromedp.NewContext(allocator)
	stop := func() {
		closed()
		end()
		_ = os.RemoveAll(dir)
	}
	if err := chromedp.Do(ctx); err != nil { // starts the browser, which lives as long as ctx
		stop()
		return nil, nil, fmt.Errorf("start chromium: %w", err)
	}
	return ctx, stop, nil
}
