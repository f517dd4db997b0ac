package uitest

import (
	"context"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// opensVariable says how many first opens to measure, each in a browser context of
// its own, whose cache is empty, at a quarter of the processor's speed.
const opensVariable = "HANDOFF_TEST_OPENS"

// opened is the time from the click to the frame after the one that shows the composer.
const opened = `(()=>{performance.clearMarks();window.began=performance.now();addEventListener('handoff:open',()=>{window.mounted=performance.now()-began});
requestAnimationFrame(function next(){if(q('composer')?.offsetParent)window.ready=performance.now()-began;else requestAnimationFrame(next)});q('launcher').click();return 0})()`

// work is what the browser has done for the page so far.
func (v *tab) work() map[string]float64 {
	v.Helper()
	done := map[string]float64{}
	v.do(call(performance.Enable, performance.EnableParams{}), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		got, err := cdp.Call(ctx, target, performance.GetMetrics, cdp.Empty{})
		if err != nil {
			return err
		}
		for _, m := range got.Metrics {
			done[m.Name] = m.Value
		}
		return nil
	}))
	return done
}

func TestFirstOpenIsMeasured(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv(opensVariable))
	if n == 0 {
		t.Skip("needs " + opensVariable + ", a number: a quiet machine says more than a busy one")
	}
	r := start(t, setup{})
	var all, long []float64
	for range n {
		v := r.stranger(desktop, measured)
		v.throttle(4)
		v.reload()
		v.until("q('launcher')?.getClientRects().length && document.readyState === 'complete'")
		before := v.work()
		v.js(opened)
		v.until("window.ready")
		after := v.work()
		all = append(all, value[float64](v, "Math.round(ready)"))
		long = append(long, value[float64](v, "Math.max(0,...long)"))
		t.Logf("layouts %v, styles %v; open event %v ms, shown %v ms, long tasks %v", after["LayoutCount"]-before["LayoutCount"], after["RecalcStyleCount"]-before["RecalcStyleCount"],
			v.js("Math.round(mounted)"), all[len(all)-1], v.js("JSON.stringify(long)"))
		if err := chromedp.Cancel(v.page.(chromiumPage).ctx); err != nil { // the next one has the processor to itself
			t.Fatal(err)
		}
	}
	slices.Sort(all)
	slices.Sort(long)
	t.Logf("first open at 4x: best %v ms, median %v ms; longest task: best %v ms, median %v ms", all[0], all[n/2], long[0], long[n/2])
}
