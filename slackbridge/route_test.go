package slackbridge_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
)

// A later escalation continues the thread, with one line that mentions.
func TestSecondEscalation(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	c.press(maya, "handoff_handback")
	s.submit(maya, map[string]string{})
	c.mode(conversation.WithBot, "")
	c.says("still not happy")
	c.escalate()
	s.until("a broadcast line", func(st *fakeslack.State) bool {
		for _, m := range st.Thread(c.channel, c.root) {
			if m.Broadcast && strings.Contains(m.Visible(), "asks for a person again") && strings.Contains(m.Text, "<!here>") {
				return true
			}
		}
		return false
	})
	c.shows("handed this chat back", "still not happy", "asks for a person again")
	c.reaches("announced twice", func(s conversation.State, _ []conversation.Event) bool { return s.Announced == 2 })
	s.until("the card waits again", func(st *fakeslack.State) bool {
		m, _ := st.Message(c.channel, c.root)
		return strings.Contains(m.Visible(), "Claim")
	})
	c.assertOnce()
}

// An escalation to another channel opens a thread there, linked both ways.
func TestMovesToAnotherChannel(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	from := c.root
	c.append(conversation.Append(conversation.Draft{Author: conversation.Author{Role: conversation.System}, Source: conversation.FromQueue,
		Body: conversation.Transferred{Channel: fakeslack.SampleBilling}}))
	c.append(conversation.RouteTo(1, conversation.Routed{Channel: fakeslack.SampleBilling, Mention: "here", Staffed: true}, nil))
	c.shows("chat on to", "goes on in another channel")
	c.channel = fakeslack.SampleBilling
	c.card()
	c.shows("Help", "chat on to")
	c.shows("began in another channel")
	ts, err := s.slack.Say(maya, fakeslack.SampleSupport, from, "wrong place")
	if err != nil {
		t.Fatal(err)
	}
	s.told(maya, "not in this thread any more")
	c.noted("wrong place")
	if err := s.slack.Shortcut(maya, "handoff_send", fakeslack.SampleSupport, ts); err != nil {
		t.Fatal(err)
	}
	c.heard("wrong place")
	c.shows("wrong place")
	if err := s.slack.Edit(maya, fakeslack.SampleSupport, ts, "right words"); err != nil {
		t.Fatal(err)
	}
	c.heard("right words")
	c.shows("right words")
	c.mode(conversation.WithAgent, maya) // sending claimed it
	c.agent(priya, "billing here")
	c.told(priya, "has this chat")
}

func TestB32EscalationSpam(t *testing.T) {
	s := newStage(t, withLimits(func(l *slackbridge.Limits) { l.SpamCards = 5 }))
	for i := range 20 {
		c := s.open(fmt.Sprintf("Visitor %c", 'A'+i))
		c.says("help")
		c.escalate(func(e *conversation.Escalated, _ *conversation.Routed) { e.Quiet = i%2 == 1 })
		c.card()
	}
	s.until("a digest line", func(st *fakeslack.State) bool {
		for _, m := range st.History(fakeslack.SampleSupport) {
			if strings.Contains(m.Visible(), "without a mention") {
				return true
			}
		}
		return false
	})
	mentions := 0
	for _, call := range s.slack.Calls() {
		if call.Method == "chat.postMessage" && strings.Contains(call.Args["text"], "<!here>") {
			mentions++
		}
	}
	if mentions != 1 {
		t.Errorf("%d cards mention, want one within two minutes", mentions)
	}
}

func TestB33SuppressedCard(t *testing.T) {
	s := newStage(t)
	t.Run("odd words", func(t *testing.T) {
		c := s.open(strings.Repeat("N", 4000))
		c.says(strings.Repeat("\n", 3000) + "ask \x00\xed\xa0\x80" + strings.Repeat("w", 900))
		fields := map[string]string{}
		for i := range 200 {
			fields[fmt.Sprintf("field %d %s", i, strings.Repeat("f", 500))] = strings.Repeat("v", 4000)
		}
		c.escalate(func(e *conversation.Escalated, _ *conversation.Routed) {
			e.Fields, e.Explain = fields, strings.Repeat("x", 9000)
		})
		c.card()
	})
	t.Run("refused blocks", func(t *testing.T) {
		c := s.open("Anna")
		c.says("help")
		lift := s.slack.Inject(fakeslack.Fault{Method: "chat.postMessage", Times: 1, Do: fakeslack.Refuse{Error: "invalid_blocks"}})
		defer lift()
		c.escalate()
		c.card()
		c.shows("help")
	})
	t.Run("not in the channel", func(t *testing.T) {
		const fresh = "C0FRESH"
		s.slack.AddChannel(fakeslack.Channel{ID: fresh, Name: "fresh", Members: []string{maya}})
		c := s.open("Bert")
		c.says("help")
		c.escalate(func(_ *conversation.Escalated, r *conversation.Routed) { r.Channel = fresh })
		c.card()
	})
}

func TestB78SharedChannel(t *testing.T) {
	const admin = "C0ADMIN"
	s := newStage(t, withConfig(func(c *slackbridge.Config) { c.AdminChannel = admin }))
	s.slack.AddChannel(fakeslack.Channel{ID: admin, Name: "admin", Members: []string{maya, fakeslack.SampleBotUser}})
	c := s.claimed("Anna")
	s.slack.UpdateChannel(c.channel, func(ch *fakeslack.Channel) { ch.ExtShared = true })
	s.waitHealth(false, "shared with another organisation")
	before := len(s.slack.Thread(c.channel, c.root))
	c.says("my secret")
	s.until("a notice", func(st *fakeslack.State) bool { return len(st.History(admin)) == 1 })
	c.says("another secret")
	time.Sleep(100 * time.Millisecond) // nothing must happen
	for _, m := range s.slack.Thread(c.channel, c.root) {
		if strings.Contains(m.Visible(), "secret") {
			t.Errorf("a visitor's line was posted into a shared channel (%d posts before)", before)
		}
	}
	if n := len(s.slack.History(admin)); n != 1 {
		t.Errorf("%d notices of one cause", n)
	}
}

// A rule with "notify" puts one line into Slack while the AI goes on: no thread, no
// mention. Watch shows what was said; Take over makes it a chat like others, and the
// line says who has it.
func TestNotify(t *testing.T) {
	s := newStage(t)
	c := s.open("Anna")
	seq := c.says("How much is the enterprise plan? <!here>")
	decided := conversation.Draft{Author: conversation.Author{Role: conversation.Bot}, Source: conversation.FromBot,
		Body: conversation.Decided{On: seq, Act: "answer", Rule: "hot lead", Notify: true, NotifyRules: []string{"hot lead"}}}
	c.append(conversation.Append(decided, decided))
	line := func() fakeslack.Message {
		t.Helper()
		var found fakeslack.Message
		s.until("the rule's line", func(st *fakeslack.State) bool {
			for _, m := range st.History(s.cfg.Channel) {
				if strings.Contains(m.Visible(), "hot lead") {
					found = m
					return true
				}
			}
			return false
		})
		return found
	}
	m := line()
	for _, want := range []string{"hot lead", "Anna", "How much is the enterprise plan?", "Watch", "Take over"} {
		if !strings.Contains(m.Visible(), want) {
			t.Errorf("%q is not in %s", want, m.Visible())
		}
	}
	if len(m.Controls) != 0 {
		t.Errorf("the line has %v", m.Controls)
	}
	c.append(conversation.Append(decided))
	if err := s.slack.Press(sam, m.Channel, m.TS, "handoff_takeover"); err != nil {
		t.Fatal(err)
	}
	c.mode(conversation.WithAgent, sam)
	c.card()
	s.until("the line says who has it", func(st *fakeslack.State) bool {
		now, _ := st.Message(m.Channel, m.TS)
		return strings.Contains(now.Visible(), "has this chat now.") && !strings.Contains(now.Visible(), "Take over")
	})
	if n := len(s.slack.History(s.cfg.Channel)); n != 2 {
		t.Errorf("%d posts in the channel, want the line and the card", n)
	}
}

// A burst becomes few posts, in order, each line once. It is one append, so that how
// many posts there are does not depend on how fast this machine writes it.
func TestB34Burst(t *testing.T) {
	s := newStage(t, withLimits(func(l *slackbridge.Limits) { l.PostsPerSecond, l.PostBurst, l.Coalesce = 20, 5, 75*time.Millisecond }))
	a, b := s.claimed("Anna"), s.claimed("Bert")
	a.append(func(state conversation.State) (all []conversation.Draft, err error) {
		for i := range 200 {
			drafts, err := conversation.VisitorSays(a.visitor, conversation.Message{Text: fmt.Sprintf("burst %d.", i)}, time.Now(), time.Hour)(state)
			if err != nil {
				return nil, err
			}
			all = append(all, drafts...)
		}
		return all, nil
	})
	start := time.Now()
	b.says("one line")
	b.shows("one line")
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the other visitor's line took %s", took)
	}
	a.shows("burst 0.", "burst 99.", "burst 199.")
	a.assertOnce()
	posts := 0
	for _, m := range s.slack.Thread(a.channel, a.root) {
		if strings.Contains(m.Visible(), "burst") {
			posts++
		}
	}
	if posts > 10 {
		t.Errorf("200 lines became %d posts, want 10 at most", posts)
	}
}
