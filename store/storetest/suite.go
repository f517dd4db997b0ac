package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/store"
)

// suite is what every engine has to pass. Each test gets the URL of a fresh
// database.
var suite = []struct {
	name string
	test func(t *testing.T, url string)
}{
	{"append/race", appendRace},
	{"append/claim race", claimRace},
	{"append/isolation", isolation},
	{"append/key", keyReturnsOriginal},
	{"append/key race", keyRace},
	{"append/unknown", appendUnknown},
	{"append/neighbours", neighbours},
	{"append/panic", panicInside},
	{"append/abandoned", abandoned},
	{"append/stop", stopped},
	{"append/wake", wakes},
	{"fold", foldIsCache},
	{"create/references", references},
	{"identity/identify", identify},
	{"identity/too late", identifyTooLate},
	{"identity/race", identifyRace},
	{"identity/clear", clearing},
	{"identity/erase", eraseKnown},
	{"readers/lifecycle", readerLifecycle},
	{"readers/lease", leaseExpires},
	{"readers/crash", ownerCrash},
	{"readers/claim race", readerClaimRace},
	{"readers/atomic", finishIsAtomic},
	{"readers/back-off", backOff},
	{"readers/timer", timer},
	{"readers/due", nextDue},
	{"readers/parked", parked},
	{"readers/rouse", roused},
	{"readers/yield", yields},
	{"readers/new consumer", newConsumer},
	{"leases", leases},
	{"visitor/owner", ownerIsolation},
	{"visitor/numbers", visitorNumbers},
	{"visitor/read", markRead},
	{"visitor/readwakes", readWakes},
	{"visitor/sessions", sessions},
	{"visitor/purge", purgeSessions},
	{"visitor/codes to verify", verifyCodes},
	{"visitor/codes to resume", resumeCodes},
	{"visitor/forgotten", forgotten},
	{"visitor/presence", presence},
	{"a reader is woken while it works", presenceAtWork},
	{"visitor/seen", seen},
	{"desk/line", line},
	{"desk/recent waits", recentWaits},
	{"desk/load", load},
	{"desk/knew", knew},
	{"desk/blocked", keptOut},
	{"desk/agents", agents},
	{"desk/took", took},
	{"desk/duty wakes", dutyWakes},
	{"search", search},
	{"listing", listing},
	{"numbers", numbers},
	{"threads of many", threadsOf},
	{"homes", homeHolders},
	{"find", find},
	{"slack/thread race", threadRace},
	{"slack/threads", threads},
	{"slack/thread changes", threadChanges},
	{"slack/thread taken up again", takenUp},
	{"slack/posts", posts},
	{"slack/errands", errands},
	{"report/happened", happened},
	{"report/marked", marked},
	{"slack/receipts", receipts},
	{"desk/seen at", seenAt},
	{"slack/by order", byOrder},
	{"slack/inbox", inbox},
	{"slack/inbox order", inboxOrder},
	{"files", files},
	{"files/erase", filesErased},
	{"mails", mails},
	{"opt-outs", optOuts},
	{"erase/redact", redact},
	{"erase/erase", erase},
	{"counters", counters},
	{"spend", spend},
	{"spend/forgotten", spendIsForgotten},
	{"policies", policies},
	{"builds", builds},
	{"ping", ping},
}

// Run runs the suite. fresh returns the URL of an empty database.
func Run(t *testing.T, fresh func(t testing.TB) string) {
	t.Helper()
	for _, c := range suite {
		t.Run(c.name, func(t *testing.T) { c.test(t, fresh(t)) })
	}
}

// start is the time of the suite's own clock: readers' times are all given.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: start} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Move(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// agent is the author of what Maya, an agent, does.
func agent(id, name string) conversation.Author {
	return conversation.Author{Role: conversation.Agent, ID: id, Name: name}
}

func escalate(t *testing.T, s *store.Store, id conversation.ID) {
	t.Helper()
	mustAppend(t, s, id, "", conversation.AskByButton(Visitor(), "button",
		conversation.Escalated{Reason: conversation.ReasonButton}, conversation.Message{}, start, time.Hour))
}

func mustAppend(t *testing.T, s *store.Store, id conversation.ID, key string, d conversation.Decider) conversation.Outcome {
	t.Helper()
	out, err := s.Append(context.Background(), id, key, d)
	if err != nil {
		t.Fatalf("append: %v", err)
	}
	return out
}

func events(t *testing.T, s *store.Store, id conversation.ID) []conversation.Event {
	t.Helper()
	got, err := s.Events(context.Background(), id, 0, 100000)
	if err != nil {
		t.Fatalf("events: %v", err)
	}
	return got
}

// must is for calls that cannot fail here.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func one[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
