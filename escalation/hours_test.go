package escalation

import (
	"testing"
	"time"
)

// in parses a time in a zone.
func in(t *testing.T, zone, text string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	v, err := time.ParseInLocation("2006-01-02 15:04", text, loc)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestOpen(t *testing.T) {
	office := Hours{Timezone: "Europe/Berlin", Open: map[string]Ranges{"mon-fri": {"09:00-17:30"}}, Holidays: []string{"2026-12-25"}}
	lunch := Hours{Timezone: "Europe/Berlin", Open: map[string]Ranges{"mon": {"13:00-17:00", "09:00-12:00"}, "tue,sat": {"10:00-11:00"}}}
	night := Hours{Timezone: "Europe/Berlin", Open: map[string]Ranges{"sat": {"22:00-24:00"}, "sun": {"00:00-04:00"}}}
	shop := Hours{Timezone: "America/New_York", Open: map[string]Ranges{"daily": {"08:00-20:00"}}}
	never := Hours{Open: map[string]Ranges{"mon": {"09:00-10:00"}}}
	for day := range 400 {
		never.Holidays = append(never.Holidays, time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
	}
	rows := []struct {
		name  string
		hours Hours
		now   string
		open  bool
		next  string // "" for never
	}{
		{"no hours", Hours{}, "2026-11-21 03:00", true, ""},
		{"always", Hours{Open: map[string]Ranges{"daily": {"00:00-24:00"}}}, "2026-11-21 03:00", true, ""},
		{"before", office, "2026-11-20 08:59", false, "2026-11-20 09:00"},
		{"opens", office, "2026-11-20 09:00", true, "2026-11-20 17:30"},
		{"closes", office, "2026-11-20 17:30", false, "2026-11-23 09:00"},
		{"weekend", office, "2026-11-21 12:00", false, "2026-11-23 09:00"},
		{"holiday", office, "2026-12-25 10:00", false, "2026-12-28 09:00"},
		{"before a holiday", office, "2026-12-24 18:00", false, "2026-12-28 09:00"},
		{"morning", lunch, "2026-11-23 09:30", true, "2026-11-23 12:00"},
		{"lunch", lunch, "2026-11-23 12:00", false, "2026-11-23 13:00"},
		{"a list of days", lunch, "2026-11-24 11:00", false, "2026-11-28 10:00"},
		{"over midnight", night, "2026-11-21 23:00", true, "2026-11-22 04:00"},
		{"summer time ends in the night", night, "2026-10-25 02:30", true, "2026-10-25 04:00"},
		{"summer time begins in the night", night, "2026-03-29 00:30", true, "2026-03-29 04:00"},
		{"over the end of summer time", office, "2026-10-23 18:00", false, "2026-10-26 09:00"},
		{"over the start of summer time", office, "2026-03-27 18:00", false, "2026-03-30 09:00"},
		{"another zone", shop, "2026-11-20 13:59", false, "2026-11-20 14:00"},
		{"holidays without end", never, "2026-01-01 00:00", false, ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			s, wrong := row.hours.compile("hours")
			if len(wrong) > 0 {
				t.Fatal(wrong)
			}
			open, next := s.at(in(t, "Europe/Berlin", row.now))
			if open != row.open {
				t.Errorf("open %v, want %v", open, row.open)
			}
			if row.next == "" {
				if !next.IsZero() {
					t.Errorf("next %v, want never", next)
				}
			} else if want := in(t, "Europe/Berlin", row.next); !next.Equal(want) {
				t.Errorf("next %v, want %v", next, want)
			}
		})
	}
}

// The length of a night's shift shows that the wall clock is followed.
func TestOpenOverTheClockChange(t *testing.T) {
	s, _ := Hours{Timezone: "Europe/Berlin", Open: map[string]Ranges{"sun": {"00:00-04:00"}}}.compile("hours")
	for day, want := range map[string]time.Duration{
		"2026-03-29 00:00": 3 * time.Hour, "2026-10-25 00:00": 5 * time.Hour, "2026-11-22 00:00": 4 * time.Hour,
	} {
		from := in(t, "Europe/Berlin", day)
		if _, next := s.at(from); next.Sub(from) != want {
			t.Errorf("%s: open for %v, want %v", day, next.Sub(from), want)
		}
	}
}

func TestDays(t *testing.T) {
	for text, want := range map[string]int{
		"mon": 1, "mon-fri": 5, "fri-mon": 4, "sat,sun": 2, "Monday": 1, "mon-wed, fri": 4, "daily": 7, "sun-sat": 7,
		"": 0, "mo": 0, "mon-": 0, "today": 0, "monfri": 0,
	} {
		days, ok := parseDays(text)
		if ok != (want > 0) || ok && len(days) != want {
			t.Errorf("%q: %v %v, want %d days", text, days, ok, want)
		}
	}
}

func TestOpenAfter(t *testing.T) {
	office := Hours{Timezone: "Europe/Berlin", Open: map[string]Ranges{"mon-fri": {"09:00-12:00", "13:00-17:30"}}}
	never := Hours{Open: map[string]Ranges{"mon": {"09:00-10:00"}}}
	for day := range 400 {
		never.Holidays = append(never.Holidays, time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
	}
	for _, row := range []struct {
		name  string
		hours Hours
		from  string
		after time.Duration
		want  string // "" for never
	}{
		{"always open", Hours{}, "2026-11-21 03:00", 90 * time.Minute, "2026-11-21 04:30"},
		{"within the hours", office, "2026-11-20 10:00", 30 * time.Minute, "2026-11-20 10:30"},
		{"over lunch", office, "2026-11-20 11:50", 30 * time.Minute, "2026-11-20 13:20"},
		{"over a weekend", office, "2026-11-20 17:29", 3 * time.Minute, "2026-11-23 09:02"},
		{"just to the end", office, "2026-11-20 17:20", 10 * time.Minute, "2026-11-23 09:00"},
		{"from the night", office, "2026-11-21 12:00", 2 * time.Minute, "2026-11-23 09:02"},
		{"nothing, from the night", office, "2026-11-21 12:00", 0, "2026-11-23 09:00"},
		{"longer than a day", office, "2026-11-19 17:00", 9 * time.Hour, "2026-11-23 10:00"},
		{"over the end of summer time", office, "2026-10-23 17:29", 2 * time.Minute, "2026-10-26 09:01"},
		{"holidays without end", never, "2026-01-01 00:00", time.Hour, ""},
	} {
		s, wrong := row.hours.compile("hours")
		if len(wrong) > 0 {
			t.Fatal(wrong)
		}
		got := s.after(in(t, "Europe/Berlin", row.from), row.after)
		if row.want == "" {
			if !got.IsZero() {
				t.Errorf("%s: %v, want never", row.name, got)
			}
		} else if want := in(t, "Europe/Berlin", row.want); !got.Equal(want) {
			t.Errorf("%s: %v, want %v", row.name, got, want)
		}
	}
}
