package eval

import (
	"maps"
	"slices"
)

// Curve is what would become of a detector's figures with another threshold.
// Points rise with the threshold. Threshold is the one that holds.
type Curve struct {
	Threshold float64 `json:"threshold"`
	Points    []Point `json:"points"`
}

// Point is the figures at one threshold.
type Point struct {
	Threshold float64 `json:"threshold"`
	Figures
}

// fewPoints: with less different scores there is no threshold to move.
const fewPoints = 3

// steps is into how many thresholds the range from 0 to 1 is divided.
const steps = 100

// curve counts the outcomes at each threshold at which something changes; nil
// when the detector says yes or no.
func curve(outcomes []Outcome) *Curve {
	c := Curve{}
	scores := map[int]bool{}
	for _, o := range outcomes {
		c.Threshold = max(c.Threshold, o.Threshold)
		if at := step(o.Score); at > 0 {
			scores[at] = true
		}
	}
	if len(scores) < fewPoints || c.Threshold == 0 {
		return nil
	}
	for _, at := range slices.Sorted(maps.Keys(scores)) {
		var n Count
		for _, o := range outcomes {
			n.add(step(o.Score) >= at, o.Utterance.wanted())
		}
		c.Points = append(c.Points, Point{float64(at) / steps, figures(n)})
	}
	return &c
}

// step is the last of the steps that a score reaches.
func step(score float64) int { return int(score*steps + 1e-9) }
