package report

import (
	"strings"
	"testing"
	"time"
)

func TestParseSpan(t *testing.T) {
	now := time.Date(2026, 11, 25, 15, 4, 0, 0, berlin) // a Wednesday
	for _, c := range []struct{ week, from, to, want, err string }{
		{"", "", "", "16 to 22 November 2026", ""},
		{"last", "", "", "16 to 22 November 2026", ""},
		{"this", "", "", "23 to 29 November 2026", ""},
		{"2026-W01", "", "", "29 December 2025 to 4 January 2026", ""},
		{"2026-W53", "", "", "28 December 2026 to 3 January 2027", ""},
		{"2025-W53", "", "", "", "is not a week"},
		{"W47", "", "", "", "is not a week"},
		{"2026-W0x", "", "", "", "is not a week"},
		{"", "2026-11-01", "2026-11-30", "1 to 30 November 2026", ""},
		{"", "2026-10-25", "2026-10-25", "25 October 2026", ""}, // a day of 25 hours
		{"", "2026-10-20", "", "20 October to 25 November 2026", ""},
		{"", "2026-11-30", "2026-11-01", "", "before the first"},
		{"", "2020-01-01", "", "", "days are too many"},
		{"", "", "2026-11-01", "", "--to needs --from"},
		{"last", "2026-11-01", "", "", "leave out --from"},
		{"", "yesterday", "", "", "is not a day"},
	} {
		s, err := ParseSpan(c.week, c.from, c.to, now)
		switch {
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%+v: %v", c, err)
		case c.err == "" && (err != nil || s.String() != c.want):
			t.Errorf("%+v: %s, %v", c, s, err)
		}
	}
}

// A day with a change of the clock is one day, before and after.
func TestDaysAcrossTheClock(t *testing.T) {
	s := Span{time.Date(2026, 10, 19, 0, 0, 0, 0, berlin), time.Date(2026, 10, 26, 0, 0, 0, 0, berlin)}
	if s.Days() != 7 || s.Before().Days() != 7 || s.Week() != "2026-W43" {
		t.Errorf("%d, %d, %s", s.Days(), s.Before().Days(), s.Week())
	}
	for d := range 7 {
		if at := s.From.AddDate(0, 0, d).Add(23*time.Hour + 30*time.Minute); d != 6 && s.index(at) != d {
			t.Errorf("%s is day %d, want %d", at, s.index(at), d)
		}
	}
	if got := s.index(s.To.Add(-time.Minute)); got != 6 {
		t.Errorf("the last minute is on day %d", got)
	}
	if week := WeekOf(s.To.Add(-time.Second)); week != s {
		t.Errorf("week of the last second: %s", week)
	}
}

func TestWords(t *testing.T) {
	for s, want := range map[Seconds]string{0: "0 s", 59: "59 s", 60: "1 min", 250: "4 min 10 s", 750: "12 min", 3600: "1 h", 4800: "1 h 20 min", 200_000: "2 d 7 h"} {
		if got := s.String(); got != want {
			t.Errorf("%d: %s, want %s", s, got, want)
		}
	}
	for _, c := range []struct {
		now, before int
		want        string
	}{{5, 0, ""}, {5, 5, "same"}, {7, 5, "+2"}, {2, 5, "−3"}, {128, 112, "+14 %"}, {50, 100, "−50 %"}} {
		if got := change(c.now, c.before); got != c.want {
			t.Errorf("%d after %d: %s, want %s", c.now, c.before, got, c.want)
		}
	}
	if got := (Cause{Reason: "new_reason", Topic: "Refunds"}).Words(); got != "new reason: Refunds" {
		t.Error(got)
	}
}
