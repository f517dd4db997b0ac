package slackbridge

import (
	"testing"
	"time"
)

func TestWeekToTell(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, now, of string
		due           bool
	}{
		{"Monday before nine", "2026-11-23T08:59:59+01:00", "2026-11-16", false},
		{"Monday at nine", "2026-11-23T09:00:00+01:00", "2026-11-16", true},
		{"the same moment elsewhere", "2026-11-23T08:00:00Z", "2026-11-16", true},
		{"Thursday, as late as can be", "2026-11-26T08:59:59+01:00", "2026-11-16", true},
		{"Thursday, too late", "2026-11-26T09:00:00+01:00", "2026-11-16", false},
		{"Sunday", "2026-11-29T23:00:00+01:00", "2026-11-16", false},
		{"over the change to winter time", "2026-10-26T09:00:00+01:00", "2026-10-19", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, tc.now)
			if err != nil {
				t.Fatal(err)
			}
			of, due := weekToTell(now, berlin)
			if got := of.name(); got != tc.of || due != tc.due {
				t.Errorf("got %s %t, want %s %t", got, due, tc.of, tc.due)
			}
			if got := of.To.AddDate(0, 0, -7); !got.Equal(of.From) || of.From.Hour() != 0 || of.From.Weekday() != time.Monday {
				t.Errorf("the week is %s to %s", of.From, of.To)
			}
		})
	}
}
