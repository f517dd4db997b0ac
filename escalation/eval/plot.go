package eval

import (
	"fmt"
	"strings"
)

// plot is a curve as the page draws it, in the units of the picture.
type plot struct {
	Width, Height     int
	Top, Bottom, Now  string
	NowLabel          string
	Grid              []gridLine
	Precision, Recall string // paths
}

type gridLine struct{ X1, Y1, X2, Y2, TX, TY, Anchor, Label string }

// The picture, and the place of the curve in it.
const (
	plotWidth, plotHeight = 480, 220
	plotLeft, plotRight   = 34.0, 470.0
	plotTop, plotBottom   = 18.0, 194.0
)

func plotX(v float64) string {
	return fmt.Sprintf("%.1f", plotLeft+v*(plotRight-plotLeft))
}

func plotY(v float64) string {
	return fmt.Sprintf("%.1f", plotBottom-v*(plotBottom-plotTop))
}

func newPlot(c *Curve) plot {
	p := plot{
		Width: plotWidth, Height: plotHeight, Top: plotY(1), Bottom: plotY(0), Now: plotX(c.Threshold),
		NowLabel:  fmt.Sprintf("threshold %.2f", c.Threshold),
		Precision: stairs(c.Points, func(f Figures) float64 { return f.Precision }),
		Recall:    stairs(c.Points, func(f Figures) float64 { return f.Recall }),
	}
	for i := range 5 {
		v := float64(i) / 4
		y := plotY(v)
		p.Grid = append(p.Grid, gridLine{plotX(0), y, plotX(1), y, "28", fmt.Sprintf("%.1f", plotBottom-v*(plotBottom-plotTop)+4), "end", fmt.Sprintf("%.2g", v)})
	}
	for i := range 6 {
		v := float64(i) / 5
		x := plotX(v)
		p.Grid = append(p.Grid, gridLine{x, plotY(0), x, fmt.Sprintf("%.1f", plotBottom+4), x, fmt.Sprintf("%.1f", plotBottom+18), "middle", fmt.Sprintf("%.1g", v)})
	}
	return p
}

// stairs is a path that goes down in steps: between two thresholds at which
// something changes the figures are those of the upper one.
func stairs(points []Point, of func(Figures) float64) string {
	var b strings.Builder
	at := 0.0
	for i, p := range points {
		y := plotY(of(p.Figures))
		if i == 0 {
			fmt.Fprintf(&b, "M%s %s", plotX(at), y)
		} else {
			fmt.Fprintf(&b, "V%s", y)
		}
		fmt.Fprintf(&b, "H%s", plotX(p.Threshold))
	}
	return b.String()
}
