package escalation

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// schedule is Hours ready to be asked. The zero schedule is always open.
type schedule struct {
	zone     *time.Location
	week     [7][]span // by time.Weekday
	holidays map[string]bool
}

// span is a time of day in minutes, [from, to).
type span struct{ from, to int }

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// compile checks the hours; key is the dotted path for problems.
func (h Hours) compile(key string) (schedule, problems) {
	var p problems
	s := schedule{zone: time.UTC, holidays: map[string]bool{}}
	if h.Timezone != "" {
		zone, err := time.LoadLocation(h.Timezone)
		if err != nil || h.Timezone == "Local" {
			p.add(key+".timezone", fmt.Sprintf("%q is not a known time zone", h.Timezone), "write an IANA name such as Europe/Berlin")
		} else {
			s.zone = zone
		}
	}
	for days, ranges := range h.Open {
		s.open(key+".open."+days, days, ranges, &p)
	}
	for i, day := range h.Holidays {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			p.add(fmt.Sprintf("%s.holidays[%d]", key, i), fmt.Sprintf("%q is not a day", day), "write it as 2026-12-25")
		}
		s.holidays[day] = true
	}
	for day := range s.week {
		slices.SortFunc(s.week[day], func(a, b span) int { return a.from - b.from })
	}
	if len(h.Open) == 0 && (len(h.Holidays) > 0 || h.Timezone != "") {
		p.add(key+".open", "has no hours", "write days and times such as mon-fri: \"09:00-17:30\"")
	}
	slices.SortFunc(p, func(a, b Problem) int { return strings.Compare(a.Key, b.Key) })
	return s, p
}

func (s *schedule) open(key, days string, ranges Ranges, p *problems) {
	selected, ok := parseDays(days)
	if !ok {
		p.add(key, fmt.Sprintf("%q names no days", days), "write mon, mon-fri or sat,sun")
	}
	if len(ranges) == 0 {
		p.add(key, "has no times", "write \"09:00-17:30\"")
	}
	for _, text := range ranges {
		r, ok := parseSpan(text)
		if !ok {
			p.add(key, fmt.Sprintf("%q is not a time of day", text), "write \"09:00-17:30\", the end after the start; for a night write two days")
			continue
		}
		for _, day := range selected {
			s.week[day] = append(s.week[day], r)
		}
	}
}

// parseDays reads "mon", "mon-fri", "fri-mon", "sat,sun", "daily".
func parseDays(text string) ([]time.Weekday, bool) {
	var days []time.Weekday
	if strings.EqualFold(strings.TrimSpace(text), "daily") {
		text = "mon-sun"
	}
	for part := range strings.SplitSeq(strings.ToLower(text), ",") {
		first, last, ranged := strings.Cut(strings.TrimSpace(part), "-")
		from := dayIndex(first)
		to := from
		if ranged {
			to = dayIndex(last)
		}
		if from < 0 || to < 0 {
			return nil, false
		}
		for d := from; ; d = (d + 1) % 7 {
			days = append(days, time.Weekday(d))
			if d == to {
				break
			}
		}
	}
	return days, true
}

// dayIndex takes any spelling of at least three letters: "mon", "Monday".
func dayIndex(name string) int {
	name = strings.TrimSpace(name)
	if len(name) < 3 {
		return -1
	}
	for i := range 7 {
		if strings.HasPrefix(strings.ToLower(time.Weekday(i).String()), name) {
			return slices.Index(dayNames, name[:3])
		}
	}
	return -1
}

func parseSpan(text string) (span, bool) {
	first, last, ok := strings.Cut(text, "-")
	if !ok {
		return span{}, false
	}
	from, ok1 := parseClock(first)
	to, ok2 := parseClock(last)
	return span{from, to}, ok1 && ok2 && from < to
}

// parseClock reads "9:00" to "24:00" as minutes after midnight.
func parseClock(text string) (int, bool) {
	text = strings.TrimSpace(text)
	if text == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil
}

// searchDays bounds the look for the next opening: a year of holidays.
const searchDays = 400

// at says whether it is open at now and when that changes next: the end of the
// hours when open, the next opening when closed, zero when never.
func (s schedule) at(now time.Time) (open bool, change time.Time) {
	if s.always() {
		return true, time.Time{}
	}
	local := now.In(s.zone)
	for day := range searchDays {
		// Noon is there on every day, whatever the clock does at night.
		date := time.Date(local.Year(), local.Month(), local.Day()+day, 12, 0, 0, 0, s.zone)
		for _, r := range s.on(date) {
			from, to := s.clock(date, r.from), s.clock(date, r.to)
			switch {
			case !to.After(now):
			case !open && from.After(now):
				return false, from
			case !open:
				open, change = true, to
			case from.After(change):
				return true, change
			case to.After(change): // spans that touch are one, also over midnight
				change = to
			}
		}
		if open && change.Before(s.clock(date, 24*60)) {
			return true, change
		}
	}
	return open, time.Time{}
}

// after says when d of open time have passed since from. A time that falls on
// the end of the hours is the next opening: at the end it is closed.
func (s schedule) after(from time.Time, d time.Duration) time.Time {
	for range searchDays {
		open, change := s.at(from)
		switch {
		case open && (change.IsZero() || change.Sub(from) > d):
			return from.Add(d)
		case change.IsZero():
			return time.Time{}
		case open:
			d -= change.Sub(from)
		}
		from = change
	}
	return time.Time{}
}

func (s schedule) always() bool {
	for _, day := range s.week {
		if len(day) > 0 {
			return false
		}
	}
	return true
}

func (s schedule) on(date time.Time) []span {
	if s.holidays[date.Format(time.DateOnly)] {
		return nil
	}
	return s.week[date.Weekday()]
}

// clock is the wall clock's minute of that day, whatever daylight saving does.
func (s schedule) clock(date time.Time, minute int) time.Time {
	return time.Date(date.Year(), date.Month(), date.Day(), 0, minute, 0, 0, s.zone)
}
