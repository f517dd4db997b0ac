package slackbridge_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
)

// storm is one run of the leak test: agents, colleagues who are none, guests and
// others write into the threads of a few conversations, while these are claimed,
// released, passed on, handed back, closed and moved between channels.
type storm struct {
	*stage
	relay string
	chats []*stormy
	mu    sync.Mutex
	lines []*spoken
	n     int
}

// stormy is a conversation with the threads it has had. Moving is held while its
// thread changes.
type stormy struct {
	*chat
	mu      sync.RWMutex
	moves   int // completed moves, and one more while one goes on
	threads [][2]string
}

const nina = "U0NINA"

// stormAgents are the agents of the storm; the others are who is none.
var stormAgents = []string{maya, sam, nina}

var stormOthers = []fakeslack.User{
	{ID: "U0COLL", Name: "cora"}, {ID: "U0GUEST", Name: "gus", Restricted: true}, {ID: "U0ULTRA", Name: "ulla", UltraRestricted: true},
	{ID: "U0ALIEN", Name: "al", TeamID: "T0OTHER", Stranger: true}, {ID: "U0OUTSIDE", Name: "olga", TeamID: "T0OTHER"}, {ID: "U0ROBOT", Name: "r2", Bot: true},
}

func newStorm(t *testing.T, mode, relay string) *storm {
	s := newStage(t, withConfig(func(c *slackbridge.Config) {
		c.Mode, c.Relay, c.Agents = mode, relay, []string{fakeslack.SampleSupportGroup}
	}))
	w := &storm{stage: s, relay: relay}
	s.slack.AddUser(fakeslack.User{ID: nina, Name: "nina", RealName: "Nina Holm"})
	for _, u := range stormOthers {
		s.slack.AddUser(u)
	}
	s.slack.UpdateGroup(fakeslack.SampleSupportGroup, func(g *fakeslack.Group) { g.Members = stormAgents })
	for _, channel := range []string{fakeslack.SampleSupport, fakeslack.SampleBilling} {
		for _, u := range append(slices.Clone(stormAgents), "U0COLL", "U0GUEST", "U0ULTRA", "U0ALIEN", "U0OUTSIDE", "U0ROBOT") {
			if err := s.slack.Join(u, channel); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range 5 {
		c := s.open(fmt.Sprintf("Visitor %c", 'A'+i))
		c.says("Help")
		c.escalate()
		c.card()
		c.shows("Help")
		w.chats = append(w.chats, &stormy{chat: c, threads: [][2]string{{c.channel, c.root}}})
	}
	return w
}

// token names a piece of text.
func (w *storm) token() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.n++
	return fmt.Sprintf("t%05dx", w.n)
}

// text is a token written in a manner.
func text(r *rand.Rand, how manner, token string) string {
	switch how {
	case asNote:
		return []string{";; ", ";;", "🔒 ", "  ;; "}[r.IntN(4)] + "inside " + token
	case mentions:
		return []string{"<@" + sam + "> see ", "<!here> ", "<!subteam^S0BILL> ", "<#C0BILLING> "}[r.IntN(4)] + token
	case plainly:
	}
	return []string{"Hello ", "*bold* ", "`code` ", "a; b;; ", "mail me@shop.example, "}[r.IntN(5)] + token
}

// say writes a line into the thread of a conversation, often the current one.
func (w *storm) say(r *rand.Rand, user string, agent bool) (*spoken, int, error) {
	c := w.chats[r.IntN(len(w.chats))]
	c.mu.RLock()
	place, moves := c.threads[len(c.threads)-1], c.moves
	if len(c.threads) > 1 && r.IntN(5) == 0 {
		place = c.threads[r.IntN(len(c.threads))]
	}
	c.mu.RUnlock()
	l := &spoken{author: user, agent: agent, how: []manner{plainly, plainly, plainly, asNote, mentions}[r.IntN(5)], token: w.token(), chat: c.chat, channel: place[0]}
	say := w.slack.Say
	switch r.IntN(8) {
	case 0:
		say = w.slack.Broadcast
	case 1:
		say = w.slack.Me
	}
	var err error
	l.ts, err = say(user, place[0], place[1], text(r, l.how, l.token))
	w.mu.Lock()
	w.lines = append(w.lines, l)
	w.mu.Unlock()
	return l, moves, err
}

// settled polls, since the log wakes the bridge and not the test.
func (w *storm) settled(what string, ok func() (bool, error)) error {
	for deadline := time.Now().Add(3 * patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if done, err := ok(); done || err != nil {
			return err
		}
	}
	return errors.New(what + " did not happen")
}

func (w *storm) events(c *chat) []conversation.Event { return w.since(c, 0) }

// since is the log after a position.
func (w *storm) since(c *chat, seq conversation.Seq) []conversation.Event {
	events, err := w.store.Events(w.t.Context(), c.id, seq, 100_000)
	if err != nil {
		w.t.Error(err)
	}
	return events
}

// agentLine writes a line, waits for what becomes of it, compares it with the
// table, and then goes on with it: edits, presses, a deletion.
func (w *storm) agentLine(r *rand.Rand, user string) error {
	l, moves, err := w.say(r, user, true)
	if err != nil {
		return err
	}
	if err := w.settled("the line "+l.token, func() (bool, error) {
		_, err := w.store.ByKey(w.t.Context(), l.chat.id, l.key())
		return err == nil, unlessNotFound(err)
	}); err != nil {
		return err
	}
	c := w.chats[slices.IndexFunc(w.chats, func(c *stormy) bool { return c.chat == l.chat })]
	c.mu.RLock()
	l.either = c.moves != moves || moves%2 == 1
	c.mu.RUnlock()
	events := w.events(l.chat)
	at := slices.IndexFunc(events, func(e conversation.Event) bool { return e.Key == l.key() })
	_, out := events[at].Body.(conversation.Message)
	state := l.before(events, at)
	want := l.goesOut(state, w.relay)
	if out != want && (!l.either || l.how != plainly) {
		w.t.Errorf("%s by %s in %s, mode %s owner %s route %s: out %v, want %v\n%s", l.token, user, l.channel, state.Mode, state.Owner.ID, state.Route.Channel, out, want, trail(events, at))
	}
	l.words = l.token
	if out {
		l.show(l.token)
	}
	for range r.IntN(3) {
		if err := w.goOn(r, l); err != nil {
			return err
		}
	}
	return nil
}

// last is how far the log of a conversation is.
func (w *storm) last(c *chat) conversation.Seq {
	state, err := w.store.State(w.t.Context(), c.id)
	if err != nil {
		w.t.Error(err)
	}
	return state.Seq
}

// change changes who has a conversation, at random.
func (w *storm) change(r *rand.Rand) error {
	c := w.chats[r.IntN(len(w.chats))]
	state, err := w.store.State(w.t.Context(), c.id)
	if err != nil {
		return err
	}
	id := stormAgents[r.IntN(len(stormAgents))]
	by := conversation.Author{Role: conversation.Agent, ID: id, Name: id}
	owner := conversation.Author{Role: conversation.Agent, ID: state.Owner.ID, Name: state.Owner.Name}
	var decide conversation.Decider
	switch state.Mode {
	case conversation.Waiting:
		decide = conversation.Claim(by, conversation.ByButton)
		if r.IntN(3) == 0 {
			return w.move(c, state)
		}
	case conversation.WithAgent:
		decide = []conversation.Decider{
			conversation.Release(owner), conversation.TakeOver(by, owner.ID), conversation.HandBack(owner, "go on", false),
			conversation.Close(owner, conversation.Closing{}, false), conversation.Transfer(owner, conversation.Passing{To: conversation.Staff{ID: id, Name: id}}, false),
			conversation.Release(owner), conversation.Release(owner),
		}[r.IntN(7)]
	case conversation.WithBot:
		decide = conversation.AskByButton(c.visitor, "button", conversation.Escalated{Reason: "button"}, conversation.Message{}, time.Now(), time.Hour)
	case conversation.IsClosed:
		decide = conversation.Reopen(by)
	}
	if err := w.append(c, decide); err != nil {
		return err
	}
	return w.route(c)
}

// append appends what another may have made impossible meanwhile.
func (w *storm) append(c *stormy, decide conversation.Decider) error {
	_, err := w.store.Append(w.t.Context(), c.id, "", decide)
	var owned *conversation.OwnedError
	var refused *conversation.Refusal
	if errors.As(err, &owned) || errors.As(err, &refused) || errors.Is(err, conversation.ErrWithBot) || errors.Is(err, conversation.ErrClosed) {
		return nil
	}
	return err
}

// route is the queue's part: a conversation that waits goes where it was.
func (w *storm) route(c *stormy) error {
	state, err := w.store.State(w.t.Context(), c.id)
	if err != nil || state.Mode != conversation.Waiting || state.Routed() {
		return err
	}
	return w.append(c, conversation.RouteTo(state.Epoch, conversation.Routed{Channel: state.Route.Channel, Staffed: true}, nil))
}

// move passes a waiting conversation on to the other channel and waits until its
// thread is there.
func (w *storm) move(c *stormy, state conversation.State) error {
	to := fakeslack.SampleBilling
	if state.Route.Channel == to {
		to = fakeslack.SampleSupport
	}
	c.mu.Lock()
	c.moves++
	c.mu.Unlock()
	pass := conversation.Append(conversation.Draft{Author: conversation.Author{Role: conversation.System}, Source: conversation.FromQueue, Body: conversation.Transferred{Channel: to}})
	if err := w.append(c, pass); err != nil {
		return err
	}
	if err := w.route(c); err != nil {
		return err
	}
	return w.arrived(c)
}

// arrived waits until the thread of a conversation is in the channel of its route.
func (w *storm) arrived(c *stormy) error {
	var root string
	var channel string
	err := w.settled("the move of "+c.reference, func() (bool, error) {
		state, err := w.store.State(w.t.Context(), c.id)
		if err != nil {
			return false, err
		}
		t, err := w.store.ThreadOf(w.t.Context(), c.id)
		root, channel = t.TS, t.Channel
		return err == nil && t.State == "open" && t.TS != "" && t.Channel == state.Route.Channel, unlessNotFound(err)
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moves++
	if root != "" {
		c.threads = append(c.threads, [2]string{channel, root})
	}
	return err
}

// blow runs the storm: n lines of each agent, and some of everybody else.
func (w *storm) blow(seed uint64, n, others int) {
	var people, weather sync.WaitGroup
	calm := make(chan struct{})
	random := func(i int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(i))) } //nolint:gosec // a test that can be repeated
	for i, user := range stormAgents {
		people.Go(func() {
			r := random(i)
			for range n {
				if err := w.agentLine(r, user); err != nil {
					w.t.Errorf("%s: %v", user, err)
					return
				}
			}
		})
	}
	for i, u := range stormOthers {
		people.Go(func() {
			r := random(100 + i)
			for range others {
				if _, _, err := w.say(r, u.ID, false); err != nil {
					w.t.Errorf("%s: %v", u.ID, err)
				}
				time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
			}
		})
	}
	weather.Go(func() {
		for r := random(1000); ; time.Sleep(time.Duration(r.IntN(12)) * time.Millisecond) {
			select {
			case <-calm:
				return
			default:
			}
			if err := w.change(r); err != nil {
				w.t.Errorf("a change: %v", err)
				return
			}
		}
	})
	people.Wait()
	close(calm)
	weather.Wait()
}

// check looks at every line in every conversation's log.
func (w *storm) check() (leaked, kept int) {
	logs := map[conversation.ID][]conversation.Event{}
	for _, c := range w.chats {
		logs[c.id] = w.events(c.chat)
	}
	tokens := map[*spoken][]string{}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.lines {
		tokens[l] = append(slices.Clone(l.ever), l.token, l.words)
		slices.Sort(tokens[l])
		tokens[l] = slices.DeleteFunc(slices.Compact(tokens[l]), func(t string) bool { return t == "" })
		out, back := l.verdict(logs[l.chat.id], tokens[l])
		for _, c := range w.chats { // nor anywhere else
			if c.chat != l.chat && strings.Contains(everShown(logs[c.id]), l.token) {
				out = append(out, l.token+" in another chat")
			}
		}
		if len(out)+len(back) > 0 {
			w.t.Errorf("%s by %s (%s): leaked %v, kept back %v", l.token, l.author, l.how, out, back)
		}
		leaked, kept = leaked+len(out), kept+len(back)
	}
	return leaked, kept
}

// Over two thousand lines, and many thousand on request: nothing internal reaches a
// visitor, and nothing public is kept back.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	n, others, least := 110/stormShare, 35/stormShare, 2000/stormShare
	if os.Getenv("HANDOFF_STRESS") != "" {
		n, others, least = 1000, 200, 10_000
	}
	var total atomic.Int64
	t.Run("storm", func(t *testing.T) {
		for i, mode := range []string{slackbridge.ModeSocket, slackbridge.ModeHTTP} {
			for j, relay := range []string{slackbridge.RelayOwner, slackbridge.RelayGroup} {
				t.Run(mode+" "+relay, func(t *testing.T) {
					t.Parallel()
					w := newStorm(t, mode, relay)
					w.slack.Disturb(fakeslack.Mischief{Type: "message", Times: 100, Do: fakeslack.Again{NewID: true}})
					w.blow(uint64(1+i+2*j), n, others)
					w.told()
					leaked, kept := w.check()
					t.Logf("%d lines, %d leaked, %d kept back", len(w.lines), leaked, kept)
					total.Add(int64(len(w.lines)))
				})
			}
		}
	})
	if t.Logf("%d lines in all", total.Load()); total.Load() < int64(least) {
		t.Errorf("only %d lines", total.Load())
	}
}
