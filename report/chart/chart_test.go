package chart

import (
	"bytes"
	"encoding/json"
	"flag"
	"image"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/report"
)

var update = flag.Bool("update", false, "draw the pictures of docs/report anew")

func sample(t *testing.T) report.Sheet {
	t.Helper()
	raw, err := os.ReadFile("../testdata/week.json")
	if err != nil {
		t.Fatal(err)
	}
	var s report.Sheet
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// The pictures in the docs are those that are drawn now, but for a little: another
// machine may round an edge differently.
func TestPicturesOfTheDocs(t *testing.T) {
	pictures, err := Draw(sample(t))
	if err != nil || len(pictures) != 3 {
		t.Fatalf("%d pictures, %v", len(pictures), err)
	}
	for _, p := range pictures {
		file := "../../docs/report/" + p.Name
		if *update {
			if err := os.WriteFile(file, p.PNG, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		old, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := difference(t, p.PNG, old); d > .5 {
			t.Errorf("%s differs by %.2f of 255 a pixel from what is drawn now: go test ./report/chart -update, and look at it", file, d)
		}
		if n := len(p.PNG); n > 200_000 {
			t.Errorf("%s has %d bytes", p.Name, n)
		}
		if p.Alt == "" || len(p.Alt) > 1000 || strings.Contains(p.Alt, "\n") {
			t.Errorf("alt text of %s: %q", p.Name, p.Alt)
		}
	}
}

// difference is the mean over all pixels and colours, of 255.
func difference(t *testing.T, a, b []byte) float64 {
	t.Helper()
	one, err := png.Decode(bytes.NewReader(a))
	if err != nil {
		t.Fatal(err)
	}
	two, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if one.Bounds() != two.Bounds() {
		return 255
	}
	sum := 0.0
	eachPixel(one, func(x, y int) {
		r1, g1, b1, a1 := one.At(x, y).RGBA()
		r2, g2, b2, a2 := two.At(x, y).RGBA()
		for _, p := range [][2]uint32{{r1, r2}, {g1, g2}, {b1, b2}, {a1, a2}} {
			sum += float64(max(p[0], p[1])-min(p[0], p[1])) / 257
		}
	})
	return sum / float64(4*one.Bounds().Dx()*one.Bounds().Dy())
}

func eachPixel(img image.Image, do func(x, y int)) {
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			do(x, y)
		}
	}
}

// Names that the font cannot write, a name that is too long, a year of days, and
// nothing at all.
func TestOddSheets(t *testing.T) {
	s := sample(t)
	s.Now.Escalations.Causes = append(s.Now.Escalations.Causes,
		report.Cause{Reason: "topic", Topic: "払い戻し", Count: 40}, report.Cause{Reason: "topic", Topic: strings.Repeat("very long ", 20), Count: 30})
	for range 59 {
		s.Now.Days = append(s.Now.Days, s.Now.Days[0])
	}
	pictures, err := Draw(s)
	if err != nil || len(pictures) != 3 {
		t.Fatalf("%d pictures, %v", len(pictures), err)
	}
	if pictures, err := Draw(report.Sheet{}); err != nil || len(pictures) != 0 {
		t.Errorf("%d pictures of nothing, %v", len(pictures), err)
	}
	c, err := newCanvas(100)
	if err != nil {
		t.Fatal(err)
	}
	if c.shows("払い戻し") || !c.shows("Größe, Ελλάδα, …") {
		t.Error("the font's letters are not known")
	}
	if cut := c.fit(strings.Repeat("w", 100), textSize, 300); c.wide(cut, textSize) > 300 || !strings.HasSuffix(cut, "…") {
		t.Errorf("%q is %d wide", cut, c.wide(cut, textSize))
	}
}
