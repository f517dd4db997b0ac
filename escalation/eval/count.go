package eval

// Count holds how often a detector was right and wrong.
type Count struct {
	Lines      int
	Right      int // seen and there
	FalseAlarm int // seen and not there
	Missed     int // there and not seen
}

func (c *Count) add(seen, there bool) {
	c.Lines++
	switch {
	case seen && there:
		c.Right++
	case seen:
		c.FalseAlarm++
	case there:
		c.Missed++
	}
}

// Positive is in how many lines there is something to see.
func (c Count) Positive() int { return c.Right + c.Missed }

// Precision is 1 when nothing was seen.
func (c Count) Precision() float64 { return share(c.Right, c.Right+c.FalseAlarm) }

// Recall is 1 when there is nothing to see.
func (c Count) Recall() float64 { return share(c.Right, c.Positive()) }

// F1 is the harmonic mean of the two, 0 when both are.
func (c Count) F1() float64 { return share(2*c.Right, 2*c.Right+c.FalseAlarm+c.Missed) }

// FalseAlarms is how many of 1,000 lines with nothing to see raise an alarm.
func (c Count) FalseAlarms() float64 {
	if n := c.Lines - c.Positive(); n > 0 {
		return 1000 * float64(c.FalseAlarm) / float64(n)
	}
	return 0
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}
