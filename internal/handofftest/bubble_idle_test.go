package handofftest

import (
	"net/http"
	"testing"
	"time"
)

const (
	idleWarning = "This chat closes in 1 hour"
	quietFor    = "quiet for a while"
)

// A conversation that nobody needs is closed after 24 hours. Who waits for a
// person, or for an agent's answer, is never closed by the clock.
func TestQuietConversationsAreClosed(t *testing.T) {
	t.Parallel()
	inBubble(t, "", time.Time{}, func(b *bubble) {
		ben, carl := b.visitor("ben"), b.visitor("carl")
		dora, erna := b.visitor("dora"), b.visitor("erna")
		for _, g := range []*guest{dora, erna} {
			g.presses("human")
			g.isClaimed("maya")
			g.says(g.name + " has a question")
		}
		erna.hears("maya", "maya has an answer")
		erna.sees("Maya", "maya has an answer")
		carl.says("I want to talk to a human")
		carl.is("waiting")
		ben.says("How long does delivery take?")
		ben.sees("bot", "two working days")
		quiet := time.Now()
		b.wait(time.Minute)

		b.off(quiet.Add(23*time.Hour - time.Minute))
		b.waitUntil(quiet.Add(23*time.Hour - time.Second))
		for _, g := range []*guest{ben, erna} {
			if n := g.told(idleWarning); n != 0 {
				t.Errorf("%s was warned before 23 hours were over", g.name)
			}
		}
		b.waitUntil(quiet.Add(23*time.Hour + time.Minute))
		ben.toldOnce(idleWarning)
		erna.toldOnce(idleWarning)
		b.off(quiet.Add(24*time.Hour - time.Minute))
		b.waitUntil(quiet.Add(24*time.Hour - time.Second))
		for _, g := range []*guest{ben, erna} {
			if n := g.told(quietFor); n != 0 {
				t.Errorf("%s was closed before 24 hours were over", g.name)
			}
		}
		b.waitUntil(quiet.Add(24*time.Hour + time.Minute))
		ben.is("closed")
		erna.is("closed")
		b.off(quiet.Add(10 * 24 * time.Hour))
		b.wait(2 * time.Minute)
		carl.is("waiting")
		dora.is("agent")
		for g, want := range map[*guest]int{ben: 1, erna: 1, carl: 0, dora: 0} {
			if got := g.told(quietFor); got != want {
				t.Errorf("%s was told %d times that her chat was closed, want %d", g.name, got, want)
			}
			g.agree()
		}
	})
}

// A line within 72 hours opens a closed conversation again; later it is refused.
func TestReopenWithinThreeDays(t *testing.T) {
	for _, row := range []struct {
		name   string
		after  time.Duration
		status int
	}{
		{"at once", time.Second, http.StatusCreated},
		{"just in time", 72*time.Hour - time.Second, http.StatusCreated},
		{"too late", 72*time.Hour + time.Second, http.StatusConflict},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, "", time.Time{}, func(b *bubble) {
				ben, erna := b.visitor("ben"), b.visitor("erna")
				ben.says("How long does delivery take?")
				ben.sees("bot", "two working days")
				erna.presses("human")
				erna.isClaimed("maya")
				b.wait(time.Minute)
				ben.presses("close")
				erna.presses("close")
				ben.is("closed")
				erna.is("closed")
				closed := time.Now()
				b.wait(500 * time.Millisecond)
				if row.after > time.Hour {
					b.off(closed.Add(row.after - 30*time.Second))
				}
				b.waitUntil(closed.Add(row.after))
				ben.reopens(row.status, "bot")
				erna.reopens(row.status, "waiting")
				b.wait(20 * time.Second)
				ben.agree()
				erna.agree()
			})
		})
	}
}

// reopens says a line and expects its status, and where the visitor is then.
func (g *guest) reopens(status int, phase string) {
	g.b.t.Helper()
	if status != http.StatusCreated {
		phase = "closed"
	}
	got, err := g.Try("messages", map[string]any{"client_id": "again", "text": g.name + " is back, with one more thing"})
	if got != status {
		g.b.t.Errorf("%s: status %d (%v), want %d", g.name, got, err, status)
	}
	g.is(phase)
}
