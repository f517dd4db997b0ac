package handofftest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// Fifty agents look at their Homes, each opens it anew every few minutes, and in
// each second somebody writes: the calls of views.publish stay within the tier of
// 100 a minute in every minute, none is refused, and a Home that is looked at is
// drawn again within two minutes.
func TestFiftyHomesWithinTheTier(t *testing.T) {
	t.Parallel()
	inBubble(t, "", time.Time{}, func(b *bubble) {
		b.slack(func(sw *fakeslack.Switches) { sw.Throttle = true })
		var agents []string
		for i := range 50 {
			u := fakeslack.User{ID: fmt.Sprintf("U0AGENT%02d", i), Name: fmt.Sprintf("agent%02d", i), RealName: fmt.Sprintf("Agent %d", i), Active: true}
			b.Slack.AddUser(u)
			if err := b.Slack.Join(u.ID, fakeslack.SampleSupport); err != nil {
				b.t.Fatal(err)
			}
			agents = append(agents, u.ID)
		}
		anna := b.visitor("anna")
		anna.presses("human")
		anna.card()
		b.wait(time.Minute)
		began := time.Now()
		for second := range 8 * 60 {
			if second%4 == 0 { // each of them every 200 seconds
				if err := b.Slack.OpenHome(agents[second/4%len(agents)]); err != nil {
					b.t.Fatal(err)
				}
			}
			if second%10 == 0 {
				anna.says(fmt.Sprintf("line %d", second))
			}
			b.wait(time.Second)
		}
		for _, c := range b.calls("views.publish", began) {
			if c.Error != "" {
				t.Errorf("a Home was refused: %s", c.Error)
			}
		}
		most, total := busiestMinute(b.calls("views.publish", began))
		t.Logf("50 Homes, 8 minutes: %d calls of views.publish, at most %d in a minute", total, most)
		if most > 100 {
			t.Errorf("%d calls of views.publish in a minute, want 100 at most", most)
		}
		late := time.Now().Add(-2 * time.Minute)
		for _, a := range agents {
			own := slices.DeleteFunc(b.calls("views.publish", late), func(c fakeslack.Call) bool { return c.Args["user_id"] != a })
			if len(own) == 0 {
				t.Errorf("the Home of %s was not drawn in the last two minutes", a)
			}
		}
	})
}

// busiestMinute is the most calls in any minute, and how many there are.
func busiestMinute(calls []fakeslack.Call) (most, total int) {
	for first, i := 0, 0; i < len(calls); i++ {
		for calls[i].At.Sub(calls[first].At) >= time.Minute {
			first++
		}
		most = max(most, i-first+1)
	}
	return most, len(calls)
}
