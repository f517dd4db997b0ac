// Package chart draws the numbers of a report as pictures for a Slack channel:
// PNG, a card of its own ground, so that they look the same in light and dark, with
// words large enough for a phone.
//
// Each picture comes with its alt text, which says the same in a sentence. Letters
// that the built-in font lacks are not drawn: such a name is replaced by a number,
// and the text of the post has it. Drawing is pure: the same sheet gives the same
// bytes.
package chart

import (
	"fmt"
	"math"
	"strings"

	"github.com/wcharczuk/go-chart/v2/drawing"

	"github.com/handoff-bot/handoff/report"
)

// Picture is a drawn PNG. Alt says in words what it shows.
type Picture struct {
	Name, Title, Alt string
	PNG              []byte
}

// Draw makes the pictures of a sheet: how conversations ended, why people were asked
// for, and when visitors write. What has nothing to show is left out.
func Draw(s report.Sheet) ([]Picture, error) {
	var out []Picture
	for _, draw := range []func(report.Sheet) (Picture, error){days, causes, hours} {
		p, err := draw(s)
		if err != nil {
			return nil, err
		}
		if p.PNG != nil {
			out = append(out, p)
		}
	}
	return out, nil
}

// days stacks what became of the conversations of each day.
func days(s report.Sheet) (Picture, error) {
	bars := s.Now.Bars()
	top := 0
	for _, b := range bars {
		top = max(top, b.Total())
	}
	if top == 0 {
		return Picture{}, nil
	}
	c, err := newCanvas(960)
	if err != nil {
		return Picture{}, err
	}
	n := s.Now
	said := fmt.Sprintf("%d conversations: %d resolved by the AI, %d escalated, %d other",
		n.Conversations, n.Outcomes.Resolved, n.Outcomes.Escalated, n.Conversations-n.Outcomes.Resolved-n.Outcomes.Escalated)
	y := c.head("How conversations ended", said)
	x := c.key(margin, y+16, teal, "resolved by the AI")
	x = c.key(x, y+16, amber, "escalated")
	c.key(x, y+16, grey, "other")
	floor := c.height - margin - 52
	c.bars(bars, top, y+90, floor)
	c.box(margin, floor, width-2*margin, 3, 0, faint)
	var each []string
	for _, b := range bars {
		each = append(each, fmt.Sprintf("%s %d", b.Label, b.Total()))
	}
	p := Picture{Name: "conversations.png", Title: "How conversations ended", Alt: said + ". By day: " + strings.Join(each, ", ") + "."}
	p.PNG, err = c.png()
	return p, err
}

func (c *canvas) bars(bars []report.Bar, top, from, floor int) {
	room := (width - 2*margin) / len(bars)
	wide := min(room*7/10, 150)
	every := 1 + len(bars)*110/(width-2*margin) // how many labels there is room for
	scale := float64(floor-from-44) / float64(top)
	for i, b := range bars {
		middle := margin + room*i + room/2
		y, rest := floor, b.Total()
		for _, part := range []struct {
			n      int
			colour drawing.Color
		}{{b.Resolved, teal}, {b.Escalated, amber}, {b.Other, grey}} {
			h := int(math.Round(float64(part.n) * scale))
			rest -= part.n
			if part.n > 0 {
				c.part(middle-wide/2, y-h, wide, h, rest == 0, part.colour)
			}
			y -= h
		}
		if b.Total() > 0 && len(bars) <= 14 {
			c.text(fmt.Sprint(b.Total()), middle, y-16, textSize, ink, centre)
		}
		if i%every == 0 {
			c.text(b.Label, middle, floor+48, smallSize, soft, centre)
		}
	}
}

// part is a piece of a bar; the highest has round corners.
func (c *canvas) part(x, y, w, h int, highest bool, colour drawing.Color) {
	if !highest {
		c.box(x, y, w, h, 0, colour)
		return
	}
	c.box(x, y, w, h, 10, colour)
	if h > 10 {
		c.box(x, y+h-10, w, 10, 0, colour)
	}
}

// maxCauses is how many reasons there is room for; the others are one row.
const maxCauses = 8

// causes draws why people were asked for, beside the span before.
func causes(s report.Sheet) (Picture, error) {
	rows := causeRows(s)
	if len(rows) == 0 {
		return Picture{}, nil
	}
	const each = 84
	c, err := newCanvas(margin + titleSize + 58 + 132 + each*len(rows) + margin/2)
	if err != nil {
		return Picture{}, err
	}
	y := c.head("Why people were asked for", fmt.Sprintf("%d escalations, %d in the days before", s.Now.Escalations.Count, s.Before.Escalations.Count))
	c.key(c.key(margin, y+16, indigo, "these days"), y+16, indigo2, "the days before")
	y += 80
	const names = 580
	most := 1
	for _, r := range rows {
		most = max(most, r.now, r.before)
	}
	scale := float64(width-2*margin-names-100) / float64(most)
	var said []string
	for i, r := range rows {
		label := r.label
		if !c.shows(label) {
			label = fmt.Sprintf("no. %d of the list", i+1)
		}
		c.text(c.fit(label, textSize, names-24), margin, y+48, textSize, ink, left)
		wide := int(math.Round(float64(r.now) * scale))
		c.box(margin+names, y+12, max(wide, 4), 34, 8, indigo)
		c.box(margin+names, y+50, int(math.Round(float64(r.before)*scale)), 14, 6, indigo2)
		c.text(fmt.Sprint(r.now), margin+names+max(wide, 4)+18, y+41, textSize, ink, left)
		said = append(said, fmt.Sprintf("%s %d (before %d)", r.label, r.now, r.before))
		y += each
	}
	p := Picture{Name: "reasons.png", Title: "Why people were asked for", Alt: "Why people were asked for: " + strings.Join(said, ", ") + "."}
	p.PNG, err = c.png()
	return p, err
}

type causeRow struct {
	label       string
	now, before int
}

func causeRows(s report.Sheet) (out []causeRow) {
	before := map[report.Cause]int{}
	for _, c := range s.Before.Escalations.Causes {
		before[report.Cause{Reason: c.Reason, Topic: c.Topic}] = c.Count
	}
	for _, c := range s.Now.Escalations.Causes {
		if c.Count > 0 {
			out = append(out, causeRow{c.Words(), c.Count, before[report.Cause{Reason: c.Reason, Topic: c.Topic}]})
		}
	}
	if len(out) > maxCauses {
		other := causeRow{label: "other reasons"}
		for _, r := range out[maxCauses-1:] {
			other.now, other.before = other.now+r.now, other.before+r.before
		}
		out = append(out[:maxCauses-1], other)
	}
	return out
}

// hours shades the hours of the week by how many lines visitors wrote.
func hours(s report.Sheet) (Picture, error) {
	day, hour, most := s.Now.Busiest()
	if most == 0 {
		return Picture{}, nil
	}
	c, err := newCanvas(860)
	if err != nil {
		return Picture{}, err
	}
	said := fmt.Sprintf("%d lines; most on %s from %02d:00 to %02d:00 (%d)", s.Now.Lines, report.Weekday(day), hour, hour+1, most)
	y := c.head("When visitors write", said) + 44
	const names, gap, tall = 92, 6, 70
	wide := (width - 2*margin - names) / 24
	for h := 0; h < 24; h += 3 {
		c.text(fmt.Sprintf("%02d:00", h), margin+names+wide*h, y, smallSize, soft, left)
	}
	y += 24
	for d, row := range s.Now.Hours {
		c.text(report.Weekday(d), margin, y+tall*d+46, smallSize, soft, left)
		for h, n := range row {
			c.box(margin+names+wide*h, y+tall*d, wide-gap, tall-gap, 8, shade(n, most))
		}
	}
	p := Picture{Name: "hours.png", Title: "When visitors write", Alt: "When visitors write, by weekday and hour: " + said + "."}
	p.PNG, err = c.png()
	return p, err
}

// shade is a colour between the empty cell and the busiest.
func shade(n, most int) drawing.Color {
	if n == 0 {
		return white
	}
	part := .12 + .88*float64(n)/float64(most)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (float64(b)-float64(a))*part)) }
	return drawing.Color{R: mix(white.R, indigo.R), G: mix(white.G, indigo.G), B: mix(white.B, indigo.B), A: 255}
}
