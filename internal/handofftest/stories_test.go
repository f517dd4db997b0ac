package handofftest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/store/storetest"
)

// The stories wait more than they work: eight run at once, unless -parallel says
// otherwise. With sixteen, two cores are full while PostgreSQL makes their schemas, and
// each takes ten times as long.
func TestMain(m *testing.M) {
	ServeIfAsked()
	SideBySide(8)
	m.Run()
}

// TestStories runs the scripts of testdata/stories against a whole installation
// in this process, on SQLite and, where there is a server, on PostgreSQL.
func TestStories(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, fresh func() string) {
		Stories(t, "testdata/stories", Options{Runs: recalled(t, InProcess), Fresh: fresh})
	})
}

// TestStoriesOverHTTP runs the same scripts with signed HTTP in the place of Socket
// Mode. A script says so itself only where Socket Mode can't bring what it is about.
func TestStoriesOverHTTP(t *testing.T) {
	t.Parallel()
	Stories(t, "testdata/stories", Options{Runs: InProcess, Mode: "http"})
}

// TestOwnershipInBadWeather runs the stories of ownership and of channels over HTTP while Slack
// delivers every event twice, under two ids, or late, and so after the presses
// that came later.
func TestOwnershipInBadWeather(t *testing.T) {
	t.Parallel()
	const events = "events_api"
	for name, weather := range map[string]fakeslack.Prank{
		"twice": fakeslack.Again{NewID: true},
		"late":  fakeslack.Late{By: 300 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, kind := range []string{"own_*.txtar", "claim_race.txtar", "duty_off_*.txtar", "assign_accept.txtar", "who_may_claim.txtar", "channel_*.txtar"} {
				stories, err := filepath.Glob("testdata/stories/" + kind)
				if err != nil || len(stories) == 0 {
					t.Fatalf("no story %s: %v", kind, err)
				}
				for _, path := range stories {
					text, err := os.ReadFile(path)
					if err == nil {
						err = os.WriteFile(filepath.Join(dir, filepath.Base(path)), text, 0o600)
					}
					if err != nil {
						t.Fatal(err)
					}
				}
			}
			Stories(t, dir, Options{Runs: InProcess, Mode: "http", Weather: []fakeslack.Mischief{{Type: events, Do: weather}}})
		})
	}
}

// onEngines runs a test on both databases; fresh makes an empty one.
func onEngines(t *testing.T, test func(t *testing.T, fresh func() string)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, nil)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		if os.Getenv(storetest.PostgresVariable) == "" {
			t.Skip(storetest.PostgresVariable + " is not set: start a server with scripts/services.sh to run this on PostgreSQL")
		}
		test(t, func() string { return storetest.Postgres(t) })
	})
}

// TestCrashes runs the scripts of testdata/crash, in which the product is a
// process of its own and is really killed, before and after each arrow of the
// log's picture.
func TestCrashes(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, fresh func() string) {
		Stories(t, "testdata/crash", Options{
			Runs: InProcessOfItsOwn, Fresh: fresh,
			// Slack's retries after a minute and five are too slow for a test.
			Slack: fakeslack.Options{Delay: func(d time.Duration) time.Duration { return d / 20 }},
		})
	})
}

// TestEveryLineIsOurs: the script engine has verbs of its own ("stop", "kill",
// "wait"), which win over ours and do nothing for the product. A story uses none.
func TestEveryLineIsOurs(t *testing.T) {
	ours := commands(Options{})
	scripts, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("%d scripts: %v", len(scripts), err)
	}
	for _, path := range scripts {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(archive.Comment), "\n") {
			verb, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "! "), " ")
			if verb == "" || strings.HasPrefix(verb, "#") {
				continue
			}
			if ours[verb] == nil {
				t.Errorf("%s:%d: %q is not a verb of the stories", path, i+1, verb)
			}
		}
	}
}
