package report

import (
	"fmt"
	"strings"
	"time"
)

// reasons are the policy's codes in words. A code that is not here is a reason of a
// newer version: it is shown as it is.
var reasons = map[string]string{
	"asked":         "asked for a person in words",
	"button":        "pressed the button",
	"topic":         "topic",
	"frustration":   "frustration",
	"promise":       "only the team may promise that",
	"unknown":       "the AI could not answer",
	"repeated":      "asked the same again",
	"bot_challenge": "asked whether it is a bot",
	"rule":          "a rule of yours",
	"model_down":    "the model was down",
	"over_budget":   "the budget was used up",
	"human_only":    "people only, by the level",
	"ai_only":       "left a message (AI only)",
	"reopened":      "wrote again after the close",
}

// Words says why in words: "restricted topic: Billing disputes".
func (c Cause) Words() string {
	words, known := reasons[c.Reason]
	if !known {
		words = strings.ReplaceAll(c.Reason, "_", " ")
	}
	if c.Topic != "" {
		words += ": " + c.Topic
	}
	return words
}

// String is a length of time as people say it: 45 s, 4 min, 1 h 20 min, 2 d 3 h.
func (s Seconds) String() string {
	d := s.Duration()
	two := func(a time.Duration, as string, b time.Duration, bs string) string {
		if b == 0 {
			return fmt.Sprintf("%d %s", a, as)
		}
		return fmt.Sprintf("%d %s %d %s", a, as, b, bs)
	}
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < 10*time.Minute:
		return two(d/time.Minute, "min", d%time.Minute/time.Second, "s")
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return two(d/time.Hour, "h", d%time.Hour/time.Minute, "min")
	}
	return two(d/(24*time.Hour), "d", d%(24*time.Hour)/time.Hour, "h")
}

// share is part of whole in percent, rounded: "63 %", and "" of nothing.
func share(part, whole int) string {
	if whole == 0 {
		return ""
	}
	return fmt.Sprintf("%d %%", (part*200+whole)/(2*whole))
}

// change says how far now is from before: "+14 %", "−3", "same"; "" when it was 0.
func change(now, before int) string {
	switch d := now - before; {
	case before == 0:
		return ""
	case d == 0:
		return "same"
	case before < 20: // a percentage of few says too much
		return signed(d, "")
	default:
		return signed((d*200+sign(d)*before)/(2*before), " %")
	}
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

func signed(n int, unit string) string {
	if n < 0 {
		return fmt.Sprintf("−%d%s", -n, unit)
	}
	return fmt.Sprintf("+%d%s", n, unit)
}

// many is a number with its word: "1 line", "2 lines".
func many(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

var weekdays = [7]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}

// Busiest is the hour in which visitors wrote most; n is 0 when they wrote nothing.
func (n Numbers) Busiest() (weekday, hour, lines int) {
	for d := range n.Hours {
		for h, v := range n.Hours[d] {
			if v > lines {
				weekday, hour, lines = d, h, v
			}
		}
	}
	return weekday, hour, lines
}

// Weekday is the short name of a weekday; Monday is 0.
func Weekday(n int) string { return weekdays[n] }

// Bar is a stretch of days in a picture.
type Bar struct {
	Label                      string
	Resolved, Escalated, Other int
}

// manyBars is how many days are shown one by one; more are put together by week.
const manyBars = 31

// Bars are the days of the span, or its weeks when these are too many to read.
func (n Numbers) Bars() []Bar {
	var out []Bar
	for _, d := range n.Days {
		day, err := time.Parse(time.DateOnly, d.Date)
		if err != nil {
			continue
		}
		label := day.Format("Mon 2")
		if len(n.Days) > 7 {
			label = day.Format("2 Jan")
		}
		if len(n.Days) > manyBars && len(out) > 0 && day.Weekday() != time.Monday {
			b := &out[len(out)-1]
			b.Resolved, b.Escalated, b.Other = b.Resolved+d.Resolved, b.Escalated+d.Escalated, b.Other+d.Other
			continue
		}
		out = append(out, Bar{label, d.Resolved, d.Escalated, d.Other})
	}
	return out
}

// Total is the height of the bar.
func (b Bar) Total() int { return b.Resolved + b.Escalated + b.Other }
