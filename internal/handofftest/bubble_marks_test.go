package handofftest

import (
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// Each Monday at nine the admin channel gets the marks of the week before, once: what
// was wrong, by whom, and the words to look at. What was taken back is not there, and
// a week without marks has no post.
func TestMarksOfTheWeek(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]*fakeslack.Fault{
		"nothing goes wrong":        nil,
		"the post's answer is lost": {Method: "chat.postMessage", Channel: adminChannel, Do: fakeslack.Drop{After: true}, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, dayPolicy, berlin("2026-03-05 10:00"), func(b *bubble) {
				b.withAdmin()
				g := b.visitor("anna")
				g.says("Can I talk to a human about my tent?")
				g.is("waiting")
				g.isClaimed("maya")
				g.marks("maya", "that was no question for us")
				b.off(berlin("2026-03-09 08:58"))
				if fault != nil {
					b.Slack.Inject(*fault)
				}
				b.wait(12 * time.Minute)
				b.restart()
				b.wait(30 * time.Minute)
				posts := b.markPosts()
				if len(posts) != 1 {
					t.Fatalf("%d lists of marks", len(posts))
				}
				for _, want := range []string{"2 March to 8 March 2026: 1 wrong escalation, 0 missed ones", "Wrong escalation", "Maya", "talk to a human", "Note: that was no question for us", "level: ai_first", "handoff eval --recorded"} {
					if !strings.Contains(posts[0].Visible(), want) {
						t.Errorf("%q is not in\n%s", want, posts[0].Visible())
					}
				}
				b.off(berlin("2026-03-16 08:58"))
				b.wait(30 * time.Minute)
				if n := len(b.markPosts()); n != 1 {
					t.Errorf("%d lists after a week without marks", n)
				}
			})
		})
	}
}

// marks has an agent say that nobody was needed.
func (g *guest) marks(agent, note string) {
	g.b.t.Helper()
	if err := g.b.Slack.Pick(people[agent], g.channel, g.root, "handoff_menu", "misjudged:"+g.Conversation); err != nil {
		g.b.t.Fatal(err)
	}
	g.b.submit(agent, map[string]string{"note": note})
	g.b.wait(time.Second)
}

// markPosts are the lists of marks in the admin channel.
func (b *bubble) markPosts() (out []fakeslack.Message) {
	for _, m := range b.Slack.History(adminChannel) {
		if strings.Contains(m.Visible(), "What the team said of the policy") {
			out = append(out, m)
		}
	}
	return out
}
