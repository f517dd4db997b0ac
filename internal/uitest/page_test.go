package uitest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// page is what a check does with the page of a tab, whatever engine draws it. Its
// methods return when the browser has done what they say.
type page interface {
	// size makes it a page of this screen; what the engine cannot pretend is an error.
	size(ctx context.Context, s screen) error
	// early runs script before the page's own, in every document to come.
	early(ctx context.Context, script string) error
	// goTo loads an address, reload what is there; both wait for the load event.
	goTo(ctx context.Context, url string) error
	reload(ctx context.Context) error
	// eval is the JSON of an expression's value; a promise is waited for. Empty for undefined.
	eval(ctx context.Context, expression string) (json.RawMessage, error)
	// keys presses a key for each rune, with or without Shift; insert puts text in where
	// the focus is.
	keys(ctx context.Context, text string, shift bool) error
	insert(ctx context.Context, text string) error
	// press clicks, or taps with a finger.
	press(ctx context.Context, x, y float64, finger bool) error
	// shot is a PNG of what is seen.
	shot(ctx context.Context) ([]byte, error)
	// errors are what the console has as errors so far, the page's own and the engine's.
	errors() []string
}

var errNotHere = errors.New("this browser cannot be made to do that")

// chromiumPage is a page of Chromium; checks of Chromium alone use its context.
type chromiumPage struct{ ctx context.Context } //nolint:containedctx // the life of this value is the tab's

func (p chromiumPage) do(ctx context.Context, steps ...step) error {
	ctx, cancel := p.within(ctx)
	defer cancel()
	// The first use of a tab's context makes the tab, which must outlive this call.
	if err := chromedp.Do(p.ctx); err != nil {
		return err
	}
	return chromedp.Do(ctx, steps...)
}

// within is the tab's context, to be ended with another.
func (p chromiumPage) within(ctx context.Context) (context.Context, context.CancelFunc) {
	inner, cancel := context.WithCancel(p.ctx)
	stop := context.AfterFunc(ctx, cancel)
	return inner, func() { stop(); cancel() }
}

func (p chromiumPage) size(ctx context.Context, s screen) error { return p.do(ctx, s.actions()...) }

func (p chromiumPage) early(ctx context.Context, script string) error {
	return p.do(ctx, early(script))
}

func (p chromiumPage) goTo(ctx context.Context, url string) error {
	return p.do(ctx, chromedp.Navigate(url))
}

func (p chromiumPage) reload(ctx context.Context) error { return p.do(ctx, chromedp.Reload()) }

func (p chromiumPage) eval(ctx context.Context, expression string) (json.RawMessage, error) {
	ctx, cancel := p.within(ctx)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[[]byte](expression, chromedp.EvalAwaitPromise))
}

func (p chromiumPage) keys(ctx context.Context, text string, shift bool) error {
	if shift {
		return p.do(ctx, chromedp.KeyEvent(text, chromedp.KeyModifiers(chromedp.ModifierShift)))
	}
	return p.do(ctx, chromedp.KeyEvent(text))
}

func (p chromiumPage) insert(ctx context.Context, text string) error {
	return p.do(ctx, call(input.InsertText, input.InsertTextParams{Text: text}))
}

func (p chromiumPage) press(ctx context.Context, x, y float64, finger bool) error {
	if finger {
		return p.do(ctx, chromedp.TapXY(x, y))
	}
	return p.do(ctx, chromedp.MouseClickXY(x, y))
}

func (p chromiumPage) shot(ctx context.Context) ([]byte, error) {
	ctx, cancel := p.within(ctx)
	defer cancel()
	return chromedp.Run(ctx, chromedp.CaptureScreenshot())
}

func (chromiumPage) errors() []string { return nil }

// asJSON is an expression for the JSON text of another's value; one that throws gives
// the text of its error behind a "!".
func asJSON(expression string) string {
	return fmt.Sprintf(`Promise.resolve().then(() => %s).then((v) => JSON.stringify(v) ?? "", (e) => "!" + e)`, expression)
}

// fromJSON is what asJSON's text says.
func fromJSON(text string) (json.RawMessage, error) {
	if len(text) > 0 && text[0] == '!' {
		return nil, errors.New(text[1:])
	}
	return json.RawMessage(text), nil
}
