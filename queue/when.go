package queue

import "time"

// when says a time in words as far away as it is: "today at 09:00", "tomorrow
// at 09:00", "Monday at 09:00", "Monday, 4 January at 09:00".
func when(t, now time.Time) string {
	clock := " at " + t.Format("15:04")
	switch days := int(day(t).Sub(day(now)) / (24 * time.Hour)); {
	case days == 0:
		return "today" + clock
	case days == 1:
		return "tomorrow" + clock
	case days > 1 && days < 7:
		return t.Weekday().String() + clock
	}
	return t.Format("Monday, 2 January") + clock
}

// day is the date alone, in UTC, where every day has 24 hours.
func day(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
