package handofftest

import (
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// No socket is open for two minutes, and Slack refuses to read threads for ten:
// of what Maya writes meanwhile, Slack's own fourth attempt is the only delivery.
func TestOnlyTheLastRetryDelivers(t *testing.T) {
	t.Parallel()
	inBubble(t, "", time.Time{}, func(b *bubble) {
		anna := b.visitor("anna")
		anna.presses("human")
		anna.isClaimed("maya")
		b.wait(time.Minute)
		lift := b.Slack.Inject(fakeslack.Fault{Method: "conversations.replies", Do: fakeslack.RateLimited("60")})
		b.slack(func(sw *fakeslack.Switches) { sw.SocketsOff = true })
		b.Slack.DropSockets()
		b.wait(time.Second)
		written := time.Now()
		anna.hears("maya", "written into the gap")
		b.wait(2 * time.Minute)
		b.slack(func(sw *fakeslack.Switches) { sw.SocketsOff = false })
		b.waitUntil(written.Add(6*time.Minute - time.Second))
		if Sees(anna.Items(), "Maya", "written into the gap") {
			t.Error("the line arrived by another way than the retry")
		}
		b.waitUntil(written.Add(7 * time.Minute))
		if !Sees(anna.Items(), "Maya", "written into the gap") {
			t.Error("a minute after the retry the line is not there")
		}
		anna.hears("maya", "written after it")
		b.waitUntil(written.Add(10 * time.Minute))
		lift()
		b.wait(6 * time.Minute)
		anna.sees("Maya", "written after it")
		anna.agree()
	})
}

// When the office opens, the team is told of who waits by a post: an edit of the
// card notifies nobody.
func TestTheMorningIsAPost(t *testing.T) {
	t.Parallel()
	inBubble(t, officeHours(`"09:00-17:30"`), berlin("2026-01-16 18:00"), func(b *bubble) {
		anna := b.visitor("anna")
		anna.says("is there a person I can talk to?")
		anna.is("offline")
		anna.card()
		b.wait(time.Minute)
		opens := berlin("2026-01-19 09:00")
		b.off(opens.Add(-time.Minute))
		b.waitUntil(opens.Add(10 * time.Second))
		n := 0
		for _, c := range b.posts(opens.Add(-time.Second)) {
			if strings.Contains(c.Args["text"]+c.Args["blocks"], "here") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d posts mention the team at nine, want one; the thread:\n%s", n, b.ThreadText(anna.channel, anna.root))
		}
		anna.agree()
	})
}

// Every call is answered with ok false and no error, which slack-go takes for
// success.
func TestEmptyAnswers(t *testing.T) {
	t.Parallel()
	inBubble(t, "", time.Time{}, func(b *bubble) {
		anna := b.visitor("anna")
		anna.presses("human")
		anna.isClaimed("maya")
		b.wait(time.Minute)
		lift := b.Slack.Inject(fakeslack.Fault{Do: fakeslack.Refuse{}})
		for range 5 {
			b.wait(time.Minute)
		}
		anna.hears("maya", "in the middle of it")
		anna.says("anna, too")
		b.wait(time.Minute)
		lift()
		b.wait(2 * time.Minute)
		anna.sees("Maya", "in the middle of it")
		anna.agree()
	})
}

// A refused token is tried every ten seconds.
func TestRefusedTokenIsTriedSeldom(t *testing.T) {
	t.Parallel()
	inBubble(t, "", time.Time{}, func(b *bubble) {
		b.wait(time.Minute)
		began := time.Now()
		b.Slack.RevokeTokens("token_revoked")
		b.visitor("anna").presses("human")
		b.wait(10 * time.Minute)
		if n := len(b.calls("auth.test", began)); n > 62 {
			t.Errorf("%d calls of auth.test in ten minutes, want 62 at most", n)
		}
	})
}
