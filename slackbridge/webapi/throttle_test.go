package webapi

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// simulate lets conversations ask for turns until each has had its share, and
// returns when each turn was granted.
func simulate(t *testing.T, th *Throttle, asks map[conversation.ID]int, urgent map[conversation.ID]bool) map[conversation.ID][]time.Duration {
	t.Helper()
	start := time.Now()
	due := map[conversation.ID]time.Time{}
	out := map[conversation.ID][]time.Duration{}
	for len(asks) > 0 {
		if time.Since(start) > time.Hour {
			t.Fatal("somebody never gets a turn")
		}
		for id := range asks {
			if time.Now().Before(due[id]) {
				continue
			}
			ok, retry := th.Turn("C1", id, urgent[id], start)
			if !ok {
				if !retry.After(time.Now()) {
					t.Fatalf("%s is told to come back at once", id)
				}
				due[id] = retry
				continue
			}
			out[id] = append(out[id], time.Since(start))
			if asks[id]--; asks[id] == 0 {
				delete(asks, id)
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	return out
}

func TestB34FairTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := NewThrottle(Pace{}, time.Now)
		th.Pause("chat.postMessage", "C1", time.Now()) // Slack has said no
		got := simulate(t, th, map[conversation.ID]int{"cnv_busy": 20, "cnv_other": 1, "cnv_card": 1}, map[conversation.ID]bool{"cnv_card": true})
		if at := got["cnv_card"][0]; at > 2*time.Second {
			t.Errorf("a card waited %s", at)
		}
		if at := got["cnv_other"][0]; at > 4*time.Second {
			t.Errorf("the other conversation waited %s behind a busy one", at)
		}
		busy := got["cnv_busy"]
		for i, at := range busy {
			if allowed := at.Seconds() + 1; float64(i+1) > allowed {
				t.Errorf("%d posts within %s", i+1, at)
			}
		}
		if last := busy[len(busy)-1]; last > 45*time.Second {
			t.Errorf("20 posts took %s", last)
		}
	})
}

// TestAFewAtOnce: a few posts go out at once and then one a second; after a 429
// fewer, for ten minutes.
func TestAFewAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := NewThrottle(Pace{}, time.Now)
		granted := func() (n int) {
			for i := range 50 {
				if ok, _ := th.Turn("C1", conversation.ID(fmt.Sprint("cnv_", i)), true, time.Now()); ok {
					n++
				}
			}
			clear(th.lane("C1").waiting)
			return n
		}
		for _, step := range []struct {
			after time.Duration
			no    bool
			want  int
		}{{0, false, 4}, {2 * time.Second, false, 2}, {time.Minute, false, 4}, {0, true, 0}, {9 * time.Minute, false, 2}, {3 * time.Minute, false, 4}} {
			time.Sleep(step.after)
			if step.no {
				th.Pause("chat.postMessage", "C1", time.Now())
			}
			if n := granted(); n != step.want {
				t.Errorf("%+v: %d of 50 posts went out at once", step, n)
			}
		}
	})
}

// A line does not wait for all the cards there are, and among equals goes first
// who has waited longest, whenever she asked for her turn.
func TestTurnsAreFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := NewThrottle(Pace{}, time.Now)
		th.Pause("chat.postMessage", "C1", time.Now())
		start := time.Now()
		var order []string
		due := map[conversation.ID]time.Time{}
		for time.Since(start) < time.Minute {
			for _, id := range []conversation.ID{"card3", "line2", "card5", "line1", "card1", "card2", "card4"} {
				if time.Now().Before(due[id]) {
					continue
				}
				age := time.Duration(id[4]-'0') * time.Second // number one has waited longest
				ok, retry := th.Turn("C1", id, id[0] == 'c', start.Add(age))
				if due[id] = retry; ok {
					order = append(order, string(id))
					due[id] = start.Add(time.Hour)
				}
			}
			time.Sleep(5 * time.Millisecond)
		}
		if got, want := fmt.Sprint(order), "[card1 card2 line1 card3 card4 line2 card5]"; got != want {
			t.Errorf("turns in the order %s, want %s", got, want)
		}
	})
}

func TestIdleChannelIsImmediate(t *testing.T) {
	th := NewThrottle(Pace{}, time.Now)
	for i := range 3 {
		if ok, _ := th.Turn("C1", "cnv_one", false, time.Now()); !ok {
			t.Errorf("post %d of an idle channel has to wait", i)
		}
	}
}

func TestManyWaitInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := NewThrottle(Pace{}, time.Now)
		asks := map[conversation.ID]int{}
		for i := range 30 {
			asks[conversation.ID(fmt.Sprintf("cnv_%02d", i))] = 1
		}
		total := time.Duration(0)
		for _, at := range simulate(t, th, asks, nil) {
			total = max(total, at[0])
		}
		if total > 35*time.Second {
			t.Errorf("30 posts took %s, want about 25 s", total)
		}
	})
}

func TestPauseAfterRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := NewThrottle(Pace{Unlimited: true}, time.Now)
		th.Pause("chat.postMessage", "C1", time.Now().Add(7*time.Second))
		th.Pause("views.open", "", time.Now().Add(3*time.Second))
		if ok, retry := th.Turn("C1", "cnv_a", true, time.Now()); ok || time.Until(retry) != 7*time.Second {
			t.Errorf("a paused channel: ok %v, wait %s", ok, time.Until(retry))
		}
		if ok, _ := th.Turn("C2", "cnv_a", false, time.Now()); !ok {
			t.Error("another channel is paused too")
		}
		start := time.Now()
		if err := th.Await(context.Background(), "views.open", ""); err != nil || time.Since(start) != 3*time.Second {
			t.Errorf("await: %v after %s", err, time.Since(start))
		}
	})
}

// A channel that Slack has paused is not looked at by everybody when the pause
// ends: the tokens there are then go to the first, and each other comes for its
// own.
func TestPausedChannelSpreads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := NewThrottle(Pace{}, time.Now)
		until := time.Now().Add(5 * time.Second)
		th.Pause("chat.postMessage", "C1", until)
		early := 0
		for i := range 1000 {
			_, due := th.Turn("C1", conversation.ID(fmt.Sprint(i)), false, time.Now())
			if i == 0 && !due.Equal(until) {
				t.Errorf("the first comes back %s after the pause", due.Sub(until))
			}
			if due.Before(until.Add(5 * time.Second)) {
				early++
			}
			time.Sleep(time.Microsecond)
		}
		if early > 8 {
			t.Errorf("%d of 1000 look within five seconds of the end of the pause, want one a second and a burst of two", early)
		}
	})
}

func TestHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHealth(Pace{}, time.Now)
		h.Answered()
		if _, down := h.ComeBack("cnv_a"); down {
			t.Fatal("down although Slack answered")
		}
		h.Silent(&Failure{Method: "chat.postMessage"})
		back := h.Back()
		due, down := h.ComeBack("cnv_a")
		if !down || time.Until(due) > time.Second {
			t.Errorf("the first to wait comes back in %s", time.Until(due))
		}
		for i := range 10000 {
			due, _ = h.ComeBack(conversation.ID(fmt.Sprint(i)))
		}
		if wait := time.Until(due); wait < 8*time.Minute {
			t.Errorf("the last of many comes back in %s, want minutes", wait)
		}
		if ids := h.Rested(2); len(ids) != 0 {
			t.Errorf("%v are woken while Slack is down", ids)
		}
		h.Answered()
		if ids := h.Rested(2); len(ids) != 2 || ids[0] != "cnv_a" {
			t.Errorf("the first to be woken are %v", ids)
		}
		select {
		case <-back:
		default:
			t.Error("nobody was told that Slack is back")
		}
		h.locked(&Failure{Code: "token_revoked"})
		if p := h.Pause(); p != 10*time.Second {
			t.Errorf("a refused token is tried again every %s, want 10 s", p)
		}
	})
}
