package slackbridge_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
	"github.com/handoff-bot/handoff/store/storetest"
)

// TestHomeOpens measures how long an App Home takes from the press on the tab until
// it is published, over the number of conversations of HANDOFF_TEST_HOME (10000 for
// docs/benchmarks.md): one in twenty is open, the others are closed.
func TestHomeOpens(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("HANDOFF_TEST_HOME"))
	if err != nil {
		t.Skip("HANDOFF_TEST_HOME is not set: how many conversations")
	}
	storetest.Engines(t, func(t *testing.T, url string) {
		s := newStage(t, withLimits(func(l *slackbridge.Limits) { l.HomeEvery = time.Millisecond }), func(s *stage, _ *fakeslack.Options) { s.url = url })
		s.fill(n)
		s.opensHome("the first time")
		var took []time.Duration
		for range 20 {
			took = append(took, s.opensHome(""))
		}
		slices.Sort(took)
		t.Logf("%d conversations: median %v, slowest %v of 20", n, took[len(took)/2].Round(100*time.Microsecond), took[len(took)-1].Round(100*time.Microsecond))
		began := time.Now()
		if err := s.slack.Command(maya, fakeslack.SampleSupport, "find line of visitor 77"); err != nil {
			t.Fatal(err)
		}
		s.told(maya, "chat")
		t.Logf("/handoff find: %v", time.Since(began).Round(100*time.Microsecond))
	})
}

// fill opens conversations, twenty events each for the open ones.
func (s *stage) fill(n int) {
	s.t.Helper()
	var all sync.WaitGroup
	slots := make(chan struct{}, 64)
	for i := range n {
		slots <- struct{}{}
		all.Go(func() { // ends with the conversation
			defer func() { <-slots }()
			if err := s.fillOne(i); err != nil {
				s.t.Error(err)
			}
		})
	}
	all.Wait()
}

func (s *stage) fillOne(i int) error {
	ctx := s.t.Context()
	by := conversation.Author{Role: conversation.Visitor, ID: conversation.RandomID("vis"), Name: fmt.Sprintf("Visitor %d", i)}
	state, err := s.store.Create(ctx, by, conversation.Opened{Visitor: by.ID, Widget: "pk_test"})
	if err != nil {
		return err
	}
	acts := []conversation.Decider{conversation.VisitorSays(by, conversation.Message{Text: fmt.Sprintf("The first line of visitor %d", i)}, time.Now(), time.Hour)}
	if i%20 != 0 {
		acts = append(acts, conversation.CloseSelf(by))
	}
	for i%20 == 0 && len(acts) < 19 {
		acts = append(acts, conversation.VisitorSays(by, conversation.Message{Text: "One more line that says what was said before"}, time.Now(), time.Hour))
	}
	for _, act := range acts {
		if _, err := s.store.Append(ctx, state.ID, "", act); err != nil {
			return err
		}
	}
	return nil
}

// opensHome says how long a Home takes to be there; what names the case in the log.
func (s *stage) opensHome(what string) time.Duration {
	s.t.Helper()
	before, _ := s.slack.Home(maya)
	began := time.Now()
	if err := s.slack.OpenHome(maya); err != nil {
		s.t.Fatal(err)
	}
	s.until("another Home", func(st *fakeslack.State) bool {
		v, ok := st.Home(maya)
		return ok && v.Hash != before.Hash && strings.Contains(v.Visible(), "Closed (")
	})
	took := time.Since(began)
	if what != "" {
		s.t.Logf("%s: %v", what, took.Round(100*time.Microsecond))
	}
	return took
}
