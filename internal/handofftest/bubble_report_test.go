package handofftest

import (
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// What can go wrong while the numbers of the week are posted.
var reportFaults = map[string]*fakeslack.Fault{
	"nothing goes wrong":            nil,
	"the post's answer is lost":     {Method: "chat.postMessage", Channel: adminChannel, Do: fakeslack.Drop{After: true}, Times: 1},
	"the post is too fast":          {Method: "chat.postMessage", Channel: adminChannel, Do: fakeslack.RateLimited("30"), Times: 1},
	"an upload breaks off":          {Method: "files.getUploadURLExternal", Do: fakeslack.Drop{}, Times: 2},
	"the pictures' answer is lost":  {Method: "files.completeUploadExternal", Do: fakeslack.Drop{After: true}, Times: 1},
	"the pictures are not complete": {Method: "files.completeUploadExternal", Do: fakeslack.Status{Code: 503}, Times: 1},
}

// Each Monday at nine the admin channel gets the numbers of the week before, once,
// with pictures below them that have words for who does not see them.
func TestNumbersOfTheWeek(t *testing.T) {
	t.Parallel()
	for name, fault := range reportFaults {
		t.Run(name, func(t *testing.T) {
			inBubble(t, dayPolicy, berlin("2026-03-05 10:00"), func(b *bubble) {
				b.withAdmin()
				g := b.visitor("anna")
				g.says("Can I talk to a human about my tent?")
				g.is("waiting")
				g.isClaimed("maya")
				g.hears("maya", "hello Anna")
				b.off(berlin("2026-03-09 08:58"))
				b.wait(time.Minute)
				if posts := b.weekPosts(); len(posts) != 0 {
					t.Fatalf("posted before nine: %s", posts[0].Visible())
				}
				if fault != nil {
					b.Slack.Inject(*fault)
				}
				b.wait(10 * time.Minute)
				b.isTold(t)
				b.restart()
				b.wait(30 * time.Minute)
				b.isTold(t)
			})
		})
	}
}

// weekPosts are the posts of the numbers in the admin channel.
func (b *bubble) weekPosts() (out []fakeslack.Message) {
	for _, m := range b.Slack.History(adminChannel) {
		if strings.Contains(m.Visible(), "The week in numbers") {
			out = append(out, m)
		}
	}
	return out
}

// isTold checks that the week stands there once, with its pictures.
func (b *bubble) isTold(t *testing.T) {
	t.Helper()
	posts := b.weekPosts()
	if len(posts) != 1 {
		t.Fatalf("%d posts of the week", len(posts))
	}
	for _, want := range []string{"2 to 8 March 2026", "1 conversation: 0 resolved by the AI (0 %), 1 escalated (100 %)", "1 escalation: 1 claimed", "asked for a person in words 1", "to the first human word", "The pictures are in the thread"} {
		if !strings.Contains(posts[0].Visible(), want) {
			t.Errorf("%q is not in\n%s", want, posts[0].Visible())
		}
	}
	var pictures []fakeslack.File
	for _, m := range b.Slack.Thread(adminChannel, posts[0].TS) {
		pictures = append(pictures, m.Files...)
	}
	if len(pictures) != 3 {
		t.Fatalf("%d pictures", len(pictures))
	}
	for i, want := range []string{"How conversations ended", "Why people were asked for", "When visitors write"} {
		if p := pictures[i]; p.Title != want || p.Alt == "" || !strings.HasPrefix(string(p.Data), "\x89PNG") {
			t.Errorf("picture %d: %q, alt %q, %d bytes", i, p.Title, p.Alt, p.Size)
		}
	}
}

// A week in which nothing happened is one calm line, and no picture.
func TestNumbersOfAQuietWeek(t *testing.T) {
	t.Parallel()
	inBubble(t, dayPolicy, berlin("2026-03-09 08:50"), func(b *bubble) {
		b.withAdmin()
		b.wait(20 * time.Minute)
		posts := b.weekPosts()
		if len(posts) != 1 || !strings.Contains(posts[0].Visible(), "Nobody wrote in the chat in this week, and nothing is open.") || len(b.Slack.Thread(adminChannel, posts[0].TS)) > 1 {
			t.Fatalf("%d posts of a quiet week: %v", len(posts), posts)
		}
	})
}
