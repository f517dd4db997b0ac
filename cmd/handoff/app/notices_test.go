package app

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
)

// Without Slack the log is all there is: each trouble once an hour with what to do,
// its end once, and nothing while all is well.
func TestNoticesWithoutSlack(t *testing.T) {
	full := fmt.Errorf("write to the database: %w: disk I/O error", conversation.ErrStorageFull)
	readers := []string{"bot", "webhook"}
	parked := []feed.Parked{{Consumer: "webhook", Reference: "H-4F2K", Attempts: 8}, {Consumer: "webhook", Reference: "H-9ABC", Attempts: 8}}
	for _, tt := range []struct {
		name         string
		breaks, well func(a *App)
		says, ends   string
	}{
		{"disk", func(a *App) { a.storeAnswered(full) }, func(a *App) { a.storeAnswered(nil) }, "The disk of the database is full: new lines are refused. Nothing that was acknowledged is lost. Make room", "There is room on the disk"},
		{"database", func(a *App) { a.storeAnswered(errors.New("no route to host")) }, func(a *App) { a.storeAnswered(nil) }, "The database cannot be written to: no route to host", "The database can be written to again."},
		{"parked", func(a *App) { a.readersStand(readers, parked) }, func(a *App) { a.readersStand(readers, nil) },
			"The reader webhook has given up on H-4F2K after 8 attempts and on 1 more. The other conversations go on. handoff doctor says why; when the cause is gone: handoff resume webhook.", "The reader webhook goes on with every conversation again."},
		{"file", func(a *App) { a.fileRefused(errors.New("line 7")) }, func(a *App) { a.fileTaken("1a2b", "The configuration was loaded again.") }, "the old one stays in force. Correct it", "The configuration was loaded again."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log strings.Builder
			now := time.Date(2026, 1, 20, 10, 0, 0, 0, time.UTC)
			a := &App{now: func() time.Time { return now }}
			a.Logger = slog.New(slog.NewTextHandler(&log, nil))
			if tt.name != "file" {
				tt.well(a)
			}
			for range 3 {
				tt.breaks(a)
				now = now.Add(time.Minute)
			}
			count(t, &log, tt.says, 1, 1)
			tt.well(a)
			if tt.name != "file" {
				tt.well(a)
			}
			count(t, &log, tt.ends, 1, 2)
			now = now.Add(time.Hour)
			tt.breaks(a)
			count(t, &log, tt.says, 2, 3)
		})
	}
}

func count(t *testing.T, log *strings.Builder, text string, want, all int) {
	t.Helper()
	if got := strings.Count(log.String(), text); got != want || strings.Count(log.String(), "\n") != all {
		t.Errorf("%q was told %d times, want %d, and %d in all:\n%s", text, got, want, all, log)
	}
}

// A change that was taken is told once, however often the same file is read.
func TestALoadedFileIsToldOnce(t *testing.T) {
	var log strings.Builder
	a := &App{now: time.Now}
	a.Logger = slog.New(slog.NewTextHandler(&log, nil))
	for range 2 {
		a.fileTaken("1a2b", "The configuration was loaded again.")
	}
	count(t, &log, "The configuration was loaded again.", 1, 1)
}
