package slackbridge_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/store/storetest"
)

// counting counts the transactions of a reader that change something.
type counting struct {
	feed.Cursors
	commits atomic.Int64
}

func (c *counting) Claim(ctx context.Context, consumer string, now time.Time, lease time.Duration, limit int) ([]feed.Claim, error) {
	claims, err := c.Cursors.Claim(ctx, consumer, now, lease, limit)
	if len(claims) > 0 {
		c.commits.Add(1)
	}
	return claims, err
}

func (c *counting) Finish(ctx context.Context, claim feed.Claim, d feed.Done) (conversation.Outcome, error) {
	c.commits.Add(1)
	return c.Cursors.Finish(ctx, claim, d)
}

// TestManyWaitWhileSlackIsDown: two thousand conversations that wait for Slack
// cost the database next to nothing, however long it takes.
func TestManyWaitWhileSlackIsDown(t *testing.T) {
	const many, most = 2000, 45 // conversations, and commits a second
	url := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		notifier := feed.NewNotifier()
		db, err := store.Open(t.Context(), url, store.Options{Consumers: []string{"slack"}, Committed: func(ids []conversation.ID) { notifier.Wake(ids...) }})
		if err != nil {
			t.Fatal(err)
		}
		var made sync.WaitGroup
		for range 20 {
			made.Go(func() {
				for range many / 20 {
					waits(t, db)
				}
			})
		}
		made.Wait()
		cfg := slackbridge.Defaults()
		cfg.BotToken, cfg.AppToken, cfg.Channel = fakeslack.SampleBotToken, fakeslack.SampleAppToken, fakeslack.SampleSupport
		down := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: errors.New("no route")}
		}}
		b, err := slackbridge.New(slackbridge.Deps{Config: cfg, Log: db, Threads: db, Posts: db, Inbox: db, Readers: db, HTTP: &http.Client{Transport: down}})
		if err != nil {
			t.Fatal(err)
		}
		rows := &counting{Cursors: db}
		runner := feed.NewRunner("slack", b.Mirror(), rows, db, notifier, feed.RunnerOptions{})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 2)
		go func() { ended <- b.Run(ctx) }()      // ends with the test
		go func() { ended <- runner.Run(ctx) }() // ends with the test
		time.Sleep(30 * time.Second)             // time for each to be visited once
		rows.commits.Store(0)
		time.Sleep(time.Minute)
		perSecond := float64(rows.commits.Load()) / 60
		t.Logf("%d conversations wait: %.1f commits a second", many, perSecond)
		if perSecond > most {
			t.Errorf("%.1f commits a second, want at most %d", perSecond, most)
		}
		cancel()
		if err := errors.Join(<-ended, <-ended, db.Close()); err != nil {
			t.Error(err)
		}
	})
}

// waits makes a conversation that waits for a person.
func waits(t *testing.T, db *store.Store) {
	t.Helper()
	by := conversation.Author{Role: conversation.Visitor, ID: conversation.RandomID("vis")}
	state, err := db.Create(t.Context(), by, conversation.Opened{Visitor: by.ID, Widget: "pk_test"})
	if err != nil {
		t.Error(err)
		return
	}
	e := conversation.Escalated{Reason: "button", Explain: "The visitor pressed the button.", Rule: "button", Level: "balanced", Policy: "abcdef0123456789"}
	ask := conversation.AskByButton(by, "button", e, conversation.Message{}, time.Now(), time.Hour)
	route := conversation.RouteTo(1, conversation.Routed{Channel: fakeslack.SampleSupport, Staffed: true}, nil)
	for _, decide := range []conversation.Decider{ask, route} {
		if _, err := db.Append(t.Context(), state.ID, "", decide); err != nil {
			t.Error(err)
		}
	}
}
