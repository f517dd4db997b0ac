package states_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/handoff-bot/handoff/cmd/handoff/states"
	"github.com/handoff-bot/handoff/demo"
	"github.com/handoff-bot/handoff/internal/browsertest"
	"github.com/handoff-bot/handoff/knowledge"
)

var shots = flag.String("shots", "", "folder to write the pictures of all looks to; none are written when empty")

// gallery serves the scenes and returns their address.
func gallery(t *testing.T) string {
	t.Helper()
	library, err := knowledge.FromFS(t.Context(), demo.Knowledge(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	g, err := states.New(t.TempDir(), library, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }() // ends with the test
	server := httptest.NewServer(g)
	t.Cleanup(func() {
		server.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the gallery: %v", err)
		}
		_ = library.Close()
	})
	return server.URL + states.Path
}

// chromium is one browser for all scenes; each tab has a context of its own, with
// its own storage.
func chromium(t *testing.T) context.Context {
	t.Helper()
	return browsertest.Start(t, chromedp.Flag("font-render-hinting", "none"), chromedp.Flag("hide-scrollbars", true))
}

// look is one way to look at a scene.
type look struct {
	name          string
	width, height int64
	query         string
}

var (
	light   = look{"light", 900, 800, "?theme=light"}
	dark    = look{"dark", 900, 800, "?theme=dark"}
	phone   = look{"phone", 390, 844, "?theme=light"}
	night   = look{"phone-dark", 390, 844, "?theme=dark"}
	rtl     = look{"rtl", 900, 800, "?theme=light&locale=ar"}
	darkRTL = look{"phone-dark-rtl", 390, 844, "?theme=dark&locale=ar"}
	hebrew  = look{"phone-hebrew", 390, 844, "?theme=light&locale=he"}
)

// tab is one scene in the browser.
type tab struct {
	*testing.T
	ctx context.Context
}

// show plays a scene to its end.
func show(browser context.Context, t *testing.T, gallery, id string, l look) *tab {
	t.Helper()
	ctx, closed := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(closed)
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	t.Cleanup(cancel)
	viewport := chromedp.EmulateViewport(l.width, l.height)
	if l.width < 500 {
		viewport = chromedp.EmulateViewport(l.width, l.height, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2))
	}
	calm := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}},
		})
		return err
	})
	b := &tab{t, ctx}
	if err := chromedp.Do(ctx, viewport, calm, chromedp.Navigate(gallery+id+l.query)); err != nil {
		t.Fatal(err)
	}
	b.until("document.documentElement?.dataset.scene")
	if b.js("document.documentElement.dataset.scene") != "reached" {
		if *shots != "" {
			b.write(filepath.Join(*shots, "failed-"+id+".png"), false)
		}
		t.Fatalf("the scene %s is not reached: %v\nthe panel reads: %v", id, b.js("document.getElementById('problem').textContent"),
			b.js("document.querySelector('handoff-widget')?.shadowRoot.querySelector('dialog')?.innerText"))
	}
	if hook := hoverOf(id); hook != "" {
		b.hover(hook)
	}
	return b
}

func hoverOf(id string) string {
	for _, s := range states.Scenes() {
		if s.ID == id {
			return s.Hover
		}
	}
	return ""
}

// hover puts the pointer on an element of the widget.
func (b *tab) hover(hook string) {
	b.Helper()
	at, _ := b.js(`(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector('handoff-widget').shadowRoot.querySelector('[data-handoff="` + hook + `"]').getBoundingClientRect())`).([]any)
	x, _ := at[0].(float64)
	y, _ := at[1].(float64)
	if err := chromedp.Do(b.ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: "mouseMoved", X: x, Y: y})
		return err
	})); err != nil {
		b.Fatal(err)
	}
}

func (b *tab) js(expression string) any {
	b.Helper()
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[any](expression))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return got
}

func (b *tab) until(expression string) {
	b.Helper()
	deadline := time.Now().Add(40 * time.Second)
	for b.js("!!("+expression+")") != true {
		if time.Now().After(deadline) {
			b.Fatalf("never true: %s", expression)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// picture is what is seen of the widget: the corner of a desktop, all of a phone.
// Right to left it is the other corner.
func (b *tab) picture(corner bool) []byte {
	b.Helper()
	var png []byte
	mirrored := b.js("document.documentElement.dir") == "rtl"
	err := chromedp.Do(b.ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		params := page.CaptureScreenshotParams{}
		if corner {
			params.Clip = &page.Viewport{X: 440, Y: 20, Width: 460, Height: 780, Scale: 1}
			if mirrored {
				params.Clip.X = 0
			}
		}
		got, err := cdp.Call(ctx, target, page.CaptureScreenshot, params)
		if err == nil {
			png = got.Data
		}
		return err
	}))
	if err != nil {
		b.Fatal(err)
	}
	return png
}

func (b *tab) write(path string, corner bool) {
	b.Helper()
	if err := os.WriteFile(path, b.picture(corner), 0o644); err != nil {
		b.Fatal(err)
	}
}

// TestPlay writes the pictures of all looks that HANDOFF_LOOKS names, with commas
// between them, to the folder of -shots, to be looked at.
func TestPlay(t *testing.T) {
	if *shots == "" {
		t.Skip("-shots names no folder")
	}
	browser, g := chromium(t), gallery(t)
	wanted := strings.Split(os.Getenv("HANDOFF_LOOKS"), ",")
	for _, l := range []look{light, dark, phone, night, rtl, darkRTL, hebrew} {
		if !slices.Contains(wanted, l.name) {
			continue
		}
		for _, s := range states.Scenes() {
			t.Run(fmt.Sprintf("%s/%s", l.name, s.ID), func(t *testing.T) {
				b := show(browser, t, g, s.ID, l)
				b.write(filepath.Join(*shots, l.name+"-"+s.ID+".png"), l.width > 500)
			})
		}
	}
}
