package slackbridge_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/store/storetest"
)

const patience = 10 * time.Second

// stage is a bridge between a real store and a Slack on loopback.
type stage struct {
	t        *testing.T
	slack    *fakeslack.Server
	store    *store.Store
	bridge   *slackbridge.Bridge
	notifier *feed.Notifier
	cfg      slackbridge.Config
	limits   slackbridge.Limits
	url      string // of the store
	inUse    func() []string
	office   func(time.Time) slackbridge.Office
	leader   slackbridge.Leader
	files    slackbridge.Files
	door     *httptest.Server
	handler  http.Handler
	stop     func()
}

// quick are limits for tests that are not about limits.
func quick() slackbridge.Limits {
	return slackbridge.Limits{
		Pace:      webapi.Pace{PostsPerSecond: 10000, PostBurst: 10000, Unlimited: true, Coalesce: time.Millisecond, ProbeEvery: 20 * time.Millisecond},
		CardEvery: 10 * time.Millisecond, DoubtWait: 20 * time.Millisecond, CacheFor: 50 * time.Millisecond, SpamCards: 1000,
		DeskEvery: 20 * time.Millisecond,
	}
}

type option func(*stage, *fakeslack.Options)

func withConfig(change func(*slackbridge.Config)) option {
	return func(s *stage, _ *fakeslack.Options) { change(&s.cfg) }
}

func withLimits(change func(*slackbridge.Limits)) option {
	return func(s *stage, _ *fakeslack.Options) { change(&s.limits) }
}

func withSlack(change func(*fakeslack.Options)) option {
	return func(_ *stage, o *fakeslack.Options) { change(o) }
}

// newStage builds the stage and starts the bridge.
func newStage(t *testing.T, options ...option) *stage {
	t.Helper()
	s := &stage{t: t, url: storetest.SQLite(t), limits: quick(), cfg: slackbridge.Defaults()}
	s.cfg.BotToken, s.cfg.AppToken, s.cfg.Channel = fakeslack.SampleBotToken, fakeslack.SampleAppToken, fakeslack.SampleSupport
	o := fakeslack.Options{Logger: testLog()}
	for _, opt := range options {
		opt(s, &o)
	}
	if s.cfg.Mode == slackbridge.ModeHTTP {
		s.cfg.SigningSecret = fakeslack.SampleSigningSecret
		s.door = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if s.handler == nil {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			s.handler.ServeHTTP(w, r)
		}))
		t.Cleanup(s.door.Close)
		o.HTTP = fakeslack.HTTPDoor{Events: s.door.URL + "/slack/events", Interactions: s.door.URL + "/slack/interactions", Commands: s.door.URL + "/slack/commands"}
	}
	s.slack = fakeslack.Sample(o)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.slack.Serve(ctx, ln) }() // ends with the test
	t.Cleanup(func() { cancel(); <-done })
	s.cfg.APIURL = "http://" + ln.Addr().String() + "/api/"
	s.start()
	t.Cleanup(func() { s.stop() })
	return s
}

func testLog() *slog.Logger {
	if os.Getenv("HANDOFF_TEST_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// start opens the store and runs the bridge and its reader.
func (s *stage) start() {
	s.t.Helper()
	s.notifier = feed.NewNotifier()
	db, err := store.Open(s.t.Context(), s.url, store.Options{Consumers: []string{"slack"}, Committed: func(ids []conversation.ID) { s.notifier.Wake(ids...) }})
	if err != nil {
		s.t.Fatal(err)
	}
	transport := &http.Transport{}
	b, err := slackbridge.New(slackbridge.Deps{
		Config: s.cfg, Log: db, Threads: db, Posts: db, Inbox: db, Readers: db, Visitors: db, Receipts: db, Errands: db, Places: places, Desk: db, InUse: s.inUse, Office: s.office, Leader: s.leader, Files: s.files, Counts: db, Limits: s.limits, Logger: testLog(),
		HTTP: &http.Client{Timeout: 2 * time.Second, Transport: transport},
		Try: func(_ context.Context, words, level string) (string, error) {
			return strings.TrimSpace("verdict for " + words + " " + level), nil
		},
		Levels: []string{"quick", "balanced"},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.store, s.bridge, s.handler = db, b, b.Handler()
	runner := feed.NewRunner("slack", b.Mirror(), db, db, s.notifier, feed.RunnerOptions{Tick: 20 * time.Millisecond, Logger: testLog()})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() { done <- b.Run(ctx) }()      // ends in stop
	go func() { done <- runner.Run(ctx) }() // ends in stop
	stopped := false
	s.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := errors.Join(<-done, <-done); err != nil && !errors.Is(err, context.Canceled) {
			s.t.Errorf("run: %v", err)
		}
		if err := db.Close(); err != nil {
			s.t.Errorf("close the store: %v", err)
		}
		transport.CloseIdleConnections()
		ctx, done := context.WithTimeout(context.Background(), patience)
		defer done()
		if err := s.slack.WaitFor(ctx, func(st *fakeslack.State) bool { return st.Sockets() == 0 }); err != nil {
			s.t.Errorf("a socket stays open: %v", err)
		}
	}
	if s.cfg.Mode == slackbridge.ModeSocket {
		s.until("a socket", func(st *fakeslack.State) bool { return st.Sockets() > 0 })
	}
}

// places are where a chat can be passed on to.
func places() []slackbridge.Place {
	return []slackbridge.Place{{Name: "Billing disputes", Channel: fakeslack.SampleBilling}, {Name: "Billing", Group: fakeslack.SampleBillingGroup}}
}

// restart stops and starts over the same database.
func (s *stage) restart() { s.stop(); s.start() }

// chat is one conversation.
type chat struct {
	*stage
	id        conversation.ID
	reference string
	visitor   conversation.Author
	channel   string
	root      string
	n         int
	slow      time.Duration // what Slack makes this one wait, besides
}

// open opens a conversation with the bot.
func (s *stage) open(name string) *chat {
	s.t.Helper()
	by := conversation.Author{Role: conversation.Visitor, ID: conversation.RandomID("vis"), Name: name}
	state, err := s.store.Create(s.t.Context(), by, conversation.Opened{Visitor: by.ID, Widget: "pk_test",
		Page: conversation.Page{URL: "https://shop.example/cart", Title: "Cart"}, Context: map[string]any{"plan": "pro"}})
	if err != nil {
		s.t.Fatal(err)
	}
	return &chat{stage: s, id: state.ID, reference: state.Reference, visitor: by, channel: fakeslack.SampleSupport}
}

func (c *chat) append(decide conversation.Decider) conversation.Outcome {
	c.t.Helper()
	out, err := c.store.Append(c.t.Context(), c.id, "", decide)
	if err != nil {
		c.t.Fatal(err)
	}
	return out
}

func (c *chat) says(text string) conversation.Seq {
	c.t.Helper()
	c.n++
	out := c.append(conversation.VisitorSays(c.visitor, conversation.Message{Text: text}, time.Now(), time.Hour))
	return out.Events[len(out.Events)-1].Seq
}

func (c *chat) botSays(text string) {
	c.t.Helper()
	c.append(conversation.Append(conversation.Draft{Author: conversation.Author{Role: conversation.Bot}, Source: conversation.FromBot,
		Body: conversation.Message{Text: text, Answer: true, Sources: []conversation.Citation{{Title: "Shipping", URL: "https://shop.example/help"}}}}))
}

// escalate asks for a person and routes it.
func (c *chat) escalate(change ...func(*conversation.Escalated, *conversation.Routed)) {
	c.t.Helper()
	e := conversation.Escalated{Reason: "button", Explain: "The visitor pressed the button.", Rule: "button", Level: "balanced", Policy: "abcdef0123456789"}
	r := conversation.Routed{Channel: c.channel, Mention: "here", Staffed: true}
	for _, f := range change {
		f(&e, &r)
	}
	out := c.append(conversation.AskByButton(c.visitor, "button", e, conversation.Message{}, time.Now(), time.Hour))
	c.append(conversation.RouteTo(out.State.Epoch, r, nil))
	c.channel = r.Channel
}

// card waits for the card and remembers its thread.
func (c *chat) card() fakeslack.Message {
	c.t.Helper()
	var card fakeslack.Message
	c.until("the card of "+c.reference, func(st *fakeslack.State) bool {
		for _, m := range st.History(c.channel) {
			if m.ThreadTS == "" || m.ThreadTS == m.TS {
				if m.BotID != "" && strings.Contains(m.Visible(), c.reference) && !m.Tombstone {
					card = m
				}
			}
		}
		return card.TS != ""
	})
	c.root = card.TS
	return card
}

// until waits for Slack to show something.
func (s *stage) until(what string, ok func(*fakeslack.State) bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	if err := s.slack.WaitFor(ctx, ok); err != nil {
		s.t.Fatalf("Slack does not show %s\n%s", what, s.dump())
	}
}

func (s *stage) dump() string {
	var b strings.Builder
	for _, ch := range []string{fakeslack.SampleSupport, fakeslack.SampleBilling} {
		for _, m := range s.slack.History(ch) {
			fmt.Fprintf(&b, "%s %s %s%s: %s\n", ch, m.TS, m.User, m.Username, m.Visible())
			for _, r := range s.slack.Thread(ch, m.TS) {
				if r.TS != m.TS {
					fmt.Fprintf(&b, "    %s %s%s: %s\n", r.TS, r.User, r.Username, r.Visible())
				}
			}
		}
	}
	for _, c := range s.slack.Calls() {
		if c.Error != "" {
			fmt.Fprintf(&b, "call %s: %s\n", c.Method, c.Error)
		}
	}
	return b.String()
}

// shows waits until the thread shows the texts, in this order.
func (c *chat) shows(texts ...string) {
	c.t.Helper()
	c.until(fmt.Sprintf("%q in the thread", texts), func(st *fakeslack.State) bool {
		i := 0
		for _, m := range st.Thread(c.channel, c.root) {
			for seen := m.Visible(); i < len(texts); i++ {
				at := strings.Index(seen, texts[i])
				if at < 0 {
					break
				}
				seen = seen[at+len(texts[i]):]
			}
		}
		return i == len(texts)
	})
}

// says in the thread as an agent.
func (c *chat) agent(user, text string) string {
	c.t.Helper()
	ts, err := c.slack.Say(user, c.channel, c.root, text)
	if err != nil {
		c.t.Fatal(err)
	}
	return ts
}

func (c *chat) press(user, action string) {
	c.t.Helper()
	c.until("the button "+action, func(st *fakeslack.State) bool {
		m, _ := st.Message(c.channel, c.root)
		return strings.Contains(fmt.Sprint(m.Blocks), action)
	})
	if err := c.slack.Press(user, c.channel, c.root, action); err != nil {
		c.t.Fatalf("press %s: %v", action, err)
	}
}

// told waits for a private message and returns it.
func (s *stage) told(user, text string) fakeslack.Message {
	s.t.Helper()
	var found fakeslack.Message
	s.until(fmt.Sprintf("%q privately to %s", text, user), func(st *fakeslack.State) bool {
		for _, m := range st.Ephemerals(user) {
			if strings.Contains(m.Visible()+m.Text, text) {
				found = m
			}
		}
		return found.TS != ""
	})
	return found
}

// answer presses a button of a private message.
func (c *chat) answer(user, text, action string) {
	c.t.Helper()
	m := c.told(user, text)
	if err := c.slack.Press(user, m.Channel, m.TS, action); err != nil {
		c.t.Fatalf("press %s: %v", action, err)
	}
}

// reaches waits for the log to be in a state.
func (c *chat) reaches(what string, ok func(conversation.State, []conversation.Event) bool) {
	c.t.Helper()
	wake, stop := c.notifier.Watch(c.id)
	defer stop()
	deadline := time.After(patience + c.slow)
	for {
		state, err := c.store.State(c.t.Context(), c.id)
		if err != nil {
			c.t.Fatal(err)
		}
		events, err := c.store.Events(c.t.Context(), c.id, 0, 1000)
		if err != nil {
			c.t.Fatal(err)
		}
		if ok(state, events) {
			return
		}
		select {
		case <-wake:
		case <-deadline:
			var log strings.Builder
			for _, e := range events {
				fmt.Fprintf(&log, "%d %s %s %+v\n", e.Seq, e.Author.Role, conversation.KindOf(e.Body), e.Body)
			}
			c.t.Fatalf("the log does not reach %s; mode %s owner %s\n%s\n%s", what, state.Mode, state.Owner.ID, log.String(), c.dump())
		}
	}
}

func (c *chat) mode(m conversation.Mode, owner string) {
	c.t.Helper()
	c.reaches(string(m)+" "+owner, func(s conversation.State, _ []conversation.Event) bool { return s.Mode == m && s.Owner.ID == owner })
}
