package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Span is a stretch of whole days, [From, To): both are midnights in the office's
// zone, which is their Location.
type Span struct{ From, To time.Time }

// midnight is the beginning of t's day, in the zone of t.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// WeekOf is the week of Monday to Sunday that holds t, in the zone of t.
func WeekOf(t time.Time) Span {
	monday := midnight(t).AddDate(0, 0, -(int(t.Weekday())+6)%7)
	return Span{monday, monday.AddDate(0, 0, 7)}
}

// Before is the span of as many days that ends where s begins.
func (s Span) Before() Span { return Span{s.From.AddDate(0, 0, -s.Days()), s.From} }

// Days is how many calendar days it has; a day with a change of the clock is one.
func (s Span) Days() int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(day(s.To).Sub(day(s.From)) / (24 * time.Hour))
}

// index is the day of t, counted from the first; t lies in the span.
func (s Span) index(t time.Time) int { return Span{s.From, t.In(s.From.Location())}.Days() }

func (s Span) holds(t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) }

// String names the span for people: "16 to 22 November 2026".
func (s Span) String() string {
	last := s.To.AddDate(0, 0, -1)
	switch {
	case s.Days() == 1:
		return s.From.Format("2 January 2006")
	case s.From.Year() != last.Year():
		return s.From.Format("2 January 2006") + " to " + last.Format("2 January 2006")
	case s.From.Month() != last.Month():
		return s.From.Format("2 January") + " to " + last.Format("2 January 2006")
	}
	return s.From.Format("2") + " to " + last.Format("2 January 2006")
}

// Week names a week that begins on a Monday as ISO 8601 does: 2026-W47.
func (s Span) Week() string {
	year, week := s.From.ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}

// MaxDays is the longest span: a year, and the day it may have more.
const MaxDays = 366

// ParseSpan reads what an operator asks for: a week ("2026-W47", "last" for the
// last one that is over, "this"), or the first and the last day (2026-11-16), both
// counted. Without from it is the last week that is over; without to it goes up to
// and with the day of now. The zone is that of now. Errors are for the operator.
func ParseSpan(week, from, to string, now time.Time) (Span, error) {
	if week != "" && from+to != "" {
		return Span{}, fmt.Errorf("--week names the days already: leave out --from and --to")
	}
	if from == "" && to != "" {
		return Span{}, fmt.Errorf("--to needs --from: name the first day, too")
	}
	if from == "" {
		return parseWeek(week, now)
	}
	first, err := parseDay("--from", from, now)
	if err != nil {
		return Span{}, err
	}
	last := midnight(now)
	if to != "" {
		if last, err = parseDay("--to", to, now); err != nil {
			return Span{}, err
		}
	}
	s := Span{first, last.AddDate(0, 0, 1)}
	switch n := s.Days(); {
	case n < 1:
		return Span{}, fmt.Errorf("the last day, %s, is before the first, %s", last.Format(time.DateOnly), first.Format(time.DateOnly))
	case n > MaxDays:
		return Span{}, fmt.Errorf("%d days are too many: a report is about a year at most", n)
	}
	return s, nil
}

func parseDay(flag, text string, now time.Time) (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, text, now.Location())
	if err != nil {
		return day, fmt.Errorf("%s %q is not a day: write it as %s", flag, text, now.Format(time.DateOnly))
	}
	return day, nil
}

func parseWeek(text string, now time.Time) (Span, error) {
	switch text {
	case "", "last":
		return WeekOf(now).Before(), nil
	case "this":
		return WeekOf(now), nil
	}
	y, w, ok := strings.Cut(text, "-W")
	year, yerr := strconv.Atoi(y)
	week, werr := strconv.Atoi(w)
	s := WeekOf(time.Date(year, 1, 4, 0, 0, 0, 0, now.Location())) // the fourth is always in week 1
	s = Span{s.From.AddDate(0, 0, 7*(week-1)), s.To.AddDate(0, 0, 7*(week-1))}
	if !ok || yerr != nil || werr != nil || s.Week() != fmt.Sprintf("%d-W%02d", year, week) {
		return Span{}, fmt.Errorf("--week %q is not a week: write last, this, or a year and a week such as %s", text, WeekOf(now).Week())
	}
	return s, nil
}
