package states_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/handoff-bot/handoff/cmd/handoff/states"
)

var update = flag.Bool("update", false, "write the pictures of the states anew")

// pictures is where they are, in the repository.
const pictures = "../../../docs/states"

// How two pictures are compared, so that another machine's fonts are no difference
// and a missing part is one: both are averaged over cells of 8 by 8 px and blurred by their neighbours; a cell has
// to find its like, within likeness of red, green and blue each, at most reach cells
// away in the other picture, in both directions; strange cells may be tolerance of
// all.
const (
	cell      = 8
	reach     = 3
	likeness  = 18
	tolerance = 0.008
)

// TestPictures plays every scene and compares it with its picture in docs.
func TestPictures(t *testing.T) {
	browser, g := chromium(t), gallery(t)
	for _, s := range states.Scenes() {
		t.Run(s.ID, func(t *testing.T) {
			b := show(browser, t, g, s.ID, light)
			got, path := b.picture(true), filepath.Join(pictures, s.ID+".png")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v; make states writes the pictures", err)
			}
			if strange := difference(t, decode(t, got), decode(t, want)); strange > tolerance {
				keep(t, "state-"+s.ID+".png", got)
				t.Errorf("looks different from %s: %.2f %% of the cells are strange, at most %.2f %% may be; make states writes the pictures anew", path, 100*strange, 100*tolerance)
			}
		})
	}
}

// keep leaves a picture where CI collects them.
func keep(t *testing.T, name string, raw []byte) {
	t.Helper()
	if dir := os.Getenv("HANDOFF_TEST_ARTEFACTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o644); err != nil {
			t.Log(err)
		}
	}
}

func decode(t *testing.T, raw []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// cells are the averages of a picture.
type cells struct {
	w, h int
	at   [][3]int
}

func averaged(img image.Image) cells {
	size := img.Bounds().Size()
	c := cells{w: size.X / cell, h: size.Y / cell}
	for y := range c.h {
		for x := range c.w {
			var sum [3]int
			for i := range cell * cell {
				r, g, b, _ := img.At(img.Bounds().Min.X+x*cell+i%cell, img.Bounds().Min.Y+y*cell+i/cell).RGBA()
				sum[0], sum[1], sum[2] = sum[0]+int(r>>8), sum[1]+int(g>>8), sum[2]+int(b>>8)
			}
			c.at = append(c.at, [3]int{sum[0] / (cell * cell), sum[1] / (cell * cell), sum[2] / (cell * cell)})
		}
	}
	return c
}

// blurred is each cell with its neighbours: letters become grey.
func (c cells) blurred() cells {
	out := cells{w: c.w, h: c.h}
	for i := range c.at {
		var sum [3]int
		n := 0
		for y := max(0, i/c.w-1); y <= min(c.h-1, i/c.w+1); y++ {
			for x := max(0, i%c.w-1); x <= min(c.w-1, i%c.w+1); x++ {
				v := c.at[y*c.w+x]
				sum[0], sum[1], sum[2], n = sum[0]+v[0], sum[1]+v[1], sum[2]+v[2], n+1
			}
		}
		out.at = append(out.at, [3]int{sum[0] / n, sum[1] / n, sum[2] / n})
	}
	return out
}

// difference is the share of cells that find no like, of the worse direction.
func difference(t *testing.T, a, b image.Image) float64 {
	t.Helper()
	if a.Bounds().Size() != b.Bounds().Size() {
		return 1
	}
	x, y := averaged(a).blurred(), averaged(b).blurred()
	return max(x.strangersIn(y), y.strangersIn(x))
}

func (c cells) strangersIn(other cells) float64 {
	strange := 0
	for i, v := range c.at {
		if !other.has(v, i%c.w, i/c.w) {
			strange++
		}
	}
	return float64(strange) / float64(len(c.at))
}

func (c cells) has(v [3]int, x, y int) bool {
	for j := max(0, y-reach); j <= min(c.h-1, y+reach); j++ {
		for i := max(0, x-reach); i <= min(c.w-1, x+reach); i++ {
			o := c.at[j*c.w+i]
			if max(abs(o[0]-v[0]), abs(o[1]-v[1]), abs(o[2]-v[2])) <= likeness {
				return true
			}
		}
	}
	return false
}

func abs(n int) int { return max(n, -n) }

// TestTheMeasureSeesWhatIsMissing takes parts out of a picture, paints them, or
// lets the page change them, and each time the measure has to see it.
func TestTheMeasureSeesWhatIsMissing(t *testing.T) {
	browser, g := chromium(t), gallery(t)
	b := show(browser, t, g, "9", light)
	own := decode(t, b.picture(true))
	changes := map[string]string{
		"no composer":         ".composer{visibility:hidden}",
		"another accent":      ".h{--handoff-accent:#7a1fa2!important}",
		"no chips":            ".chips{visibility:hidden}",
		"a banner":            ".h .panel .banner{display:flex!important;background:#fff4de!important}",
		"no header":           ".head{visibility:hidden}",
		"no corners":          ".panel{border-radius:0!important;box-shadow:none!important;inset-inline-end:60px!important}",
		"no words":            ".lines .bot .text{visibility:hidden}",
		"bubbles without ink": ".own .bubble{color:transparent!important}",
	}
	for name, css := range changes {
		got := difference(t, own, decode(t, b.with(css).picture(true)))
		t.Logf("%s: %.2f %%", name, 100*got)
		if got <= tolerance {
			t.Errorf("%s: %.2f %% strange, want more than %.2f %%", name, 100*got, 100*tolerance)
		}
	}
	for name, css := range map[string]string{
		"another font":  `.h{font-family:"Liberation Sans",Arial,sans-serif!important}`,
		"a hair aside":  ".log{translate:0 1px}",
		"other letters": ".lines{letter-spacing:.02em}",
	} {
		got := difference(t, own, decode(t, b.with(css).picture(true)))
		t.Logf("%s: %.2f %%", name, 100*got)
		if got > tolerance {
			t.Errorf("%s: %.2f %% strange, want at most %.2f %%", name, 100*got, 100*tolerance)
		}
	}
	blank := image.NewRGBA(own.Bounds())
	draw.Draw(blank, blank.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	if got := difference(t, own, blank); got < .1 {
		t.Errorf("a blank page: %.2f %% strange", 100*got)
	}
}

// with puts a style over the widget's own, in place of the one before.
func (b *tab) with(css string) *tab {
	b.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[any](`(()=>{const root=document.querySelector('handoff-widget').shadowRoot;
const s=new CSSStyleSheet();s.replaceSync(`+"`"+css+"`"+`);root.adoptedStyleSheets=[...root.adoptedStyleSheets.filter(x=>!x.ours),Object.assign(s,{ours:true})];
return new Promise(r=>requestAnimationFrame(()=>requestAnimationFrame(()=>r(0))))})()`, chromedp.EvalAwaitPromise)); err != nil {
		b.Fatal(err)
	}
	return b
}
