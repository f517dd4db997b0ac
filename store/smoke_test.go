package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/store/storetest"
)

func TestSmoke(t *testing.T) {
	ctx := context.Background()
	storetest.Engines(t, func(t *testing.T, url string) {
		s := storetest.OpenAt(t, url, store.Options{Consumers: []string{"bot", "queue"}})
		by := conversation.Author{Role: conversation.Visitor, ID: "vis_1", Name: "Ada"}
		st, err := s.Create(ctx, by, conversation.Opened{Visitor: "vis_1", Widget: "web"})
		if err != nil {
			t.Fatal(err)
		}
		out, err := s.Append(ctx, st.ID, "v:1", conversation.VisitorSays(by, conversation.Message{Text: "Hello"}, time.Now(), time.Hour))
		if err != nil || out.State.Seq != 2 {
			t.Fatal(out, err)
		}
		c, err := s.Claim(ctx, "bot", time.Now(), time.Minute, 5)
		if err != nil || len(c) != 1 {
			t.Fatal(c, err)
		}
		if out, err = s.Finish(ctx, c[0], feed.Done{Through: 2}); err != nil {
			t.Fatal(out, err)
		}
		if due, err := s.NextDue(ctx, "bot"); err != nil || !due.IsZero() {
			t.Fatal(due, err)
		}
		found, err := s.Search(ctx, conversation.Query{Text: "hello"})
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		if err := s.Ping(ctx); err != nil {
			t.Fatal(err)
		}
	})
}
