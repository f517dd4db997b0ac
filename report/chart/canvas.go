package chart

import (
	"bytes"
	"fmt"

	"github.com/golang/freetype/truetype"
	gochart "github.com/wcharczuk/go-chart/v2"
	"github.com/wcharczuk/go-chart/v2/drawing"
)

// The colours stand on the card's own light ground, so that they are the same in a
// light and in a dark Slack. The three that tell parts from each other differ in
// brightness, too, for who does not see the hues.
var (
	ground  = drawing.ColorFromHex("F6F7F9")
	ink     = drawing.ColorFromHex("1B1F27")
	soft    = drawing.ColorFromHex("5D6574")
	faint   = drawing.ColorFromHex("DFE3E9")
	white   = drawing.ColorFromHex("FFFFFF")
	teal    = drawing.ColorFromHex("1F8A78")
	amber   = drawing.ColorFromHex("E9A23B")
	grey    = drawing.ColorFromHex("B9C0CB")
	indigo  = drawing.ColorFromHex("3B4FD8")
	indigo2 = drawing.ColorFromHex("BCC4F1")
)

// Sizes in pixels. Slack shows a picture at about half of that on a desk, and at a
// quarter on a phone.
const (
	width  = 1600
	margin = 72
	radius = 36

	titleSize = 48
	textSize  = 32
	smallSize = 28
)

// canvas draws on a card with rounded corners; outside of it is nothing.
type canvas struct {
	r      gochart.Renderer
	font   *truetype.Font
	height int
}

func newCanvas(height int) (*canvas, error) {
	r, err := gochart.PNG(width, height)
	if err != nil {
		return nil, fmt.Errorf("begin a picture: %w", err)
	}
	font, err := gochart.GetDefaultFont() // Roboto, which is part of the library
	if err != nil {
		return nil, fmt.Errorf("read the font: %w", err)
	}
	r.SetDPI(72) // a point is a pixel
	c := &canvas{r, font, height}
	c.box(0, 0, width, height, radius, ground)
	return c, nil
}

// box fills a rectangle with round corners.
func (c *canvas) box(x, y, w, h, round int, fill drawing.Color) {
	if w <= 0 || h <= 0 {
		return
	}
	round = min(round, w/2, h/2)
	c.r.SetFillColor(fill)
	c.r.MoveTo(x+round, y)
	c.r.LineTo(x+w-round, y)
	c.r.QuadCurveTo(x+w, y, x+w, y+round)
	c.r.LineTo(x+w, y+h-round)
	c.r.QuadCurveTo(x+w, y+h, x+w-round, y+h)
	c.r.LineTo(x+round, y+h)
	c.r.QuadCurveTo(x, y+h, x, y+h-round)
	c.r.LineTo(x, y+round)
	c.r.QuadCurveTo(x, y, x+round, y)
	c.r.Close()
	c.r.Fill()
}

// align says on which side of its place a text stands.
type align int

const (
	left align = iota
	centre
	right
)

// text writes on the base line y.
func (c *canvas) text(text string, x, y int, size float64, colour drawing.Color, a align) {
	c.r.SetFont(c.font)
	c.r.SetFontSize(size)
	c.r.SetFontColor(colour)
	switch w := c.wide(text, size); a {
	case centre:
		x -= w / 2
	case right:
		x -= w
	case left:
	}
	c.r.Text(text, x, y)
}

func (c *canvas) wide(text string, size float64) int {
	c.r.SetFont(c.font)
	c.r.SetFontSize(size)
	return c.r.MeasureText(text).Width()
}

// fit cuts a text that is wider than most, with dots.
func (c *canvas) fit(text string, size float64, most int) string {
	if c.wide(text, size) <= most {
		return text
	}
	runes := []rune(text)
	for len(runes) > 1 && c.wide(string(runes)+"…", size) > most {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// shows says that the font has every letter of a text.
func (c *canvas) shows(text string) bool {
	for _, r := range text {
		if r != ' ' && c.font.Index(r) == 0 {
			return false
		}
	}
	return true
}

// head writes what the picture is about, and returns where the rest begins.
func (c *canvas) head(title, under string) int {
	c.text(title, margin, margin+titleSize, titleSize, ink, left)
	c.text(c.fit(under, textSize, width-2*margin), margin, margin+titleSize+58, textSize, soft, left)
	return margin + titleSize + 58 + 52
}

// key explains a colour and returns where the next may stand.
func (c *canvas) key(x, y int, colour drawing.Color, text string) int {
	c.box(x, y-24, 28, 28, 6, colour)
	c.text(text, x+42, y, smallSize, soft, left)
	return x + 42 + c.wide(text, smallSize) + 48
}

func (c *canvas) png() ([]byte, error) {
	var b bytes.Buffer
	if err := c.r.Save(&b); err != nil {
		return nil, fmt.Errorf("write a picture: %w", err)
	}
	return b.Bytes(), nil
}
