package slackbridge_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
)

// A channel that Slack refuses is asked for once, not once by each conversation
// that waits for it.
func TestARefusedChannelIsAskedForOnce(t *testing.T) {
	s := newStage(t)
	s.slack.Inject(fakeslack.Fault{Method: "conversations.info", Do: fakeslack.Refuse{Error: "channel_not_found"}})
	began := time.Now()
	for i := range 10 {
		c := s.open(fmt.Sprintf("Visitor %d", i))
		c.says("ask")
		c.escalate()
	}
	time.Sleep(300 * time.Millisecond) // nothing shows that they have all been refused
	asked := 0
	for _, call := range s.slack.Calls() {
		if call.Method == "conversations.info" && call.At.After(began) && call.Args["channel"] != "" {
			asked++
		}
	}
	if asked > 3 { // ours, and the looks at who shares it
		t.Errorf("the channel was asked for %d times by ten conversations", asked)
	}
}

// Who takes the app out of a channel need not do it twice, also where no chat was yet.
func TestAChannelThatPutUsOutIsNotJoined(t *testing.T) {
	s := newStage(t)
	if err := s.slack.Leave(fakeslack.SampleBotUser, fakeslack.SampleBilling); err != nil {
		t.Fatal(err)
	}
	c := s.open("Ann")
	c.works(wrapped(1, json.RawMessage(`{"type":"channel_left","channel":"`+fakeslack.SampleBilling+`"}`))) // the event itself may come later
	c.says("ask")
	c.escalate(func(_ *conversation.Escalated, r *conversation.Routed) { r.Channel = fakeslack.SampleBilling })
	asked := func(method string, calls []fakeslack.Call) bool {
		return slices.ContainsFunc(calls, func(c fakeslack.Call) bool {
			return c.Method == method && c.Args["channel"] == fakeslack.SampleBilling
		})
	}
	s.until("a look at the channel", func(st *fakeslack.State) bool { return asked("conversations.info", st.Calls()) })
	time.Sleep(300 * time.Millisecond) // nothing shows that it stays outside
	if asked("conversations.join", s.slack.Calls()) {
		t.Error("it went in again by itself")
	}
}

// One channel that cannot be read does not keep the lines of the others.
func TestBackfillGoesOnAfterABadChannel(t *testing.T) {
	s := newStage(t)
	bad, good := s.open("Ann"), s.open("Ben")
	for c, channel := range map[*chat]string{bad: fakeslack.SampleSupport, good: fakeslack.SampleBilling} {
		c.says("ask")
		c.escalate(func(_ *conversation.Escalated, r *conversation.Routed) { r.Channel = channel })
		c.card()
		c.agent(fakeslack.SampleMaya, "hello")
		c.hears("hello") // so the thread is known
	}
	s.stop()
	s.slack.Inject(fakeslack.Fault{Method: "conversations.replies", Channel: fakeslack.SampleSupport, Do: fakeslack.Refuse{Error: "not_in_channel"}})
	good.agent(fakeslack.SampleMaya, "said while nobody listened")
	s.start()
	good.hears("said while nobody listened")
}

// A thread whose root was in doubt when the process stopped is compared too,
// once it is found.
func TestBackfillOfAThreadThatWasInDoubt(t *testing.T) {
	s := newStage(t, withLimits(func(l *slackbridge.Limits) { l.DoubtWait = time.Hour }))
	s.slack.Inject(fakeslack.Fault{Method: "chat.postMessage", Times: 1, Do: fakeslack.Drop{After: true}})
	c := s.open("Ann")
	c.says("ask")
	c.escalate()
	c.card()
	s.stop()
	c.agent(fakeslack.SampleMaya, "said while nobody listened")
	s.limits.DoubtWait = 500 * time.Millisecond // so that the first comparison comes before
	s.start()
	c.hears("said while nobody listened")
}

// hears waits for a line of an agent in the log.
func (c *chat) hears(text string) {
	c.t.Helper()
	c.reaches(text, func(_ conversation.State, events []conversation.Event) bool {
		for _, e := range events {
			if m, ok := e.Body.(conversation.Message); ok && strings.Contains(m.Text, text) {
				return true
			}
		}
		return false
	})
}

// A notice that came too fast is posted later; a long one is cut.
func TestNoticesAreNotLost(t *testing.T) {
	s := newStage(t, withConfig(func(c *slackbridge.Config) { c.AdminChannel = fakeslack.SampleBilling }))
	s.slack.Inject(fakeslack.Fault{Method: "chat.postMessage", Channel: fakeslack.SampleBilling, Times: 1, Do: fakeslack.RateLimited("1")})
	s.bridge.Notice("policy", "The policy was refused. "+strings.Repeat("line 3 ", 2000))
	s.until("the notice", func(st *fakeslack.State) bool {
		for _, m := range st.History(fakeslack.SampleBilling) {
			if strings.Contains(m.Visible(), "The policy was refused.") {
				return true
			}
		}
		return false
	})
}

// follows is a process that does not write to Slack.
type follows struct{}

func (follows) Held() bool { return false }

// What only one process knows is told by it, whoever leads; not when another has
// told the same.
func TestNoticesOfEveryProcess(t *testing.T) {
	s := newStage(t, withConfig(func(c *slackbridge.Config) { c.AdminChannel = fakeslack.SampleBilling }), func(s *stage, _ *fakeslack.Options) { s.leader = follows{} })
	for hour := range 2 { // the test may run over the full hour
		if _, err := s.store.Count(t.Context(), "notice told", time.Now().Add(time.Duration(hour)*time.Hour).Truncate(time.Hour), 1); err != nil {
			t.Fatal(err)
		}
	}
	s.bridge.Notice("told", "Another process has said this.")
	s.bridge.Notice("only here", "Nobody has said this.")
	s.until("the notice", func(st *fakeslack.State) bool {
		told := false
		for _, m := range st.History(fakeslack.SampleBilling) {
			told = told || strings.Contains(m.Visible(), "Nobody has said this.")
			if strings.Contains(m.Visible(), "Another process") {
				t.Error("what another process has told is told again")
			}
		}
		return told
	})
}

// What comes and goes within an hour has one line for its beginning and one for its
// end, which is changed; also when Slack did not answer, or said that it was too
// fast.
func TestAnEndIsChangedNotRepeated(t *testing.T) {
	const admin = fakeslack.SampleBilling
	for name, do := range map[string]fakeslack.Fault{
		"well":       {Method: "nothing"},
		"no answer":  {Method: "chat.postMessage", Channel: admin, Skip: 1, Times: 1, Do: fakeslack.Drop{After: true}},
		"not posted": {Method: "chat.postMessage", Channel: admin, Skip: 1, Times: 1, Do: fakeslack.Drop{}},
		"too fast":   {Method: "chat.update", Channel: admin, Times: 1, Do: fakeslack.RateLimited("1")},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, withConfig(func(c *slackbridge.Config) { c.AdminChannel = admin }))
			if do.Do != nil {
				s.slack.Inject(do)
			}
			shows := func(last string) {
				t.Helper()
				s.until(last, func(st *fakeslack.State) bool {
					var said []string
					for _, m := range st.History(admin) {
						if m.BotID != "" {
							said = append(said, m.Visible())
						}
					}
					if len(said) > 2 {
						t.Fatalf("%d lines: %q", len(said), said)
					}
					return len(said) > 0 && strings.Contains(said[len(said)-1], last)
				})
			}
			for range 3 {
				s.bridge.Standing("disk", "The disk is full. Make room.")
				shows("The disk is full")
				s.bridge.Mended("disk", "There is room again.")
				shows("There is room again. The trouble began at ")
			}
		})
	}
}

// A channel that could not be used before a restart, and can soon after it, has one
// line for its beginning and one for its end.
func TestAnEndAfterARestartIsTold(t *testing.T) {
	const admin, topic = fakeslack.SampleSupport, fakeslack.SampleBilling
	s := newStage(t, withConfig(func(c *slackbridge.Config) { c.AdminChannel = admin }), func(s *stage, _ *fakeslack.Options) { s.inUse = func() []string { return []string{topic} } })
	shows := func(text string) {
		t.Helper()
		s.until(text, func(st *fakeslack.State) bool {
			return slices.ContainsFunc(st.History(admin), func(m fakeslack.Message) bool { return strings.Contains(m.Visible(), text) })
		})
	}
	s.slack.UpdateChannel(topic, func(c *fakeslack.Channel) { c.Archived = true })
	shows("cannot be used: it is archived.")
	s.restart()
	before := len(s.slack.Calls())
	s.until("a look at the channel", func(st *fakeslack.State) bool {
		return slices.ContainsFunc(st.Calls()[before:], func(c fakeslack.Call) bool { return c.Method == "conversations.info" && c.Args["channel"] == topic })
	})
	s.slack.UpdateChannel(topic, func(c *fakeslack.Channel) { c.Archived = false })
	shows("can be used again")
}

// What Slack refuses of one conversation says nothing about the channel.
func TestARefusedPostHoldsNobodyElse(t *testing.T) {
	s := newStage(t)
	s.slack.Inject(fakeslack.Fault{Method: "chat.postMessage", Times: 1, Do: fakeslack.Refuse{Error: "metadata_too_large"}})
	first, second := s.open("Ann"), s.open("Ben")
	first.says("ask")
	first.escalate()
	s.until("the refusal", func(st *fakeslack.State) bool {
		for _, call := range st.Calls() {
			if call.Error == "metadata_too_large" {
				return true
			}
		}
		return false
	})
	time.Sleep(50 * time.Millisecond) // nothing shows that the refusal has been noted
	second.says("ask")
	second.escalate()
	second.card()
}
