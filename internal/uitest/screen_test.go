package uitest

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	scripts "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

type step = chromedp.Action[chromedp.Void]

// screen is a device and what its owner prefers.
type screen struct {
	width, height int64
	dark          bool
	forced        bool   // forced colours
	still         bool   // reduced motion
	contrast      bool   // more contrast
	zone          string // "Asia/Kolkata"; empty is the machine's
	locale        string // "de-DE"; empty is English
}

var (
	desktop = screen{width: 1100, height: 820}
	phone   = screen{width: 390, height: 844}
)

func (s screen) in(change func(*screen)) screen {
	change(&s)
	return s
}

func (s screen) phone() bool { return s.width <= 480 }

func (s screen) actions() []step {
	view := chromedp.EmulateViewport(s.width, s.height)
	if s.phone() {
		view = chromedp.EmulateViewport(s.width, s.height, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2))
	}
	steps := []step{view, media(s)}
	if s.zone != "" {
		steps = append(steps, call(emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: s.zone}))
	}
	if s.locale != "" {
		steps = append(steps, call(emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: s.locale}))
	}
	return steps
}

func media(s screen) step {
	pick := func(on bool, yes, no string) string {
		if on {
			return yes
		}
		return no
	}
	return call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: pick(s.dark, "dark", "light")},
		{Name: "forced-colors", Value: pick(s.forced, "active", "none")},
		{Name: "prefers-reduced-motion", Value: pick(s.still, "reduce", "no-preference")},
		{Name: "prefers-contrast", Value: pick(s.contrast, "more", "no-preference")},
	}})
}

// call is one command of the browser's protocol, its result dropped.
func call[P, R any](command cdp.Command[P, R], params P) step {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	})
}

// early is script that runs before the page's own, in every document to come.
func early(source string) step {
	return call(scripts.AddScriptToEvaluateOnNewDocument, scripts.AddScriptToEvaluateOnNewDocumentParams{Source: source})
}

// clock is an early script: window.skew is how many ms the page's clock is ahead.
const clock = `(()=>{const now=Date.now.bind(Date);window.skew=0;Date.now=()=>now()+window.skew})()`
