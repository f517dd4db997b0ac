package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/store/storetest"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// desk fills a database with 100,000 quiet conversations, each claimed and
// closed once, and 500 open ones: half wait, half are owned by 50 agents. Every
// 1,000th of the quiet ones belongs to a visitor who came often.
func desk(b *testing.B, url string) *store.Store {
	b.Helper()
	if err := storetest.OpenAt(b, url, store.Options{Consumers: []string{"slack"}}).Close(); err != nil {
		b.Fatal(err)
	}
	db, _ := behind(b, url)
	for _, text := range []string{
		`insert into conversations (id, reference, visitor, widget, state, last_seq, last_vseq, mode, owner, epoch, updated,
			routed, staffed, channel, wait_from, blocked_until)
		with recursive n(i) as (select 1 union all select i + 1 from n where i < 100500)
		select 'cnv_' || i, 'H-' || i, case when i % 1000 = 0 then 'vis_often' else 'vis_' || i end, 'web',
			'{"id":"cnv_' || i || '"}', 4, 3, case when i <= 100000 then 'closed' when i % 2 = 0 then 'waiting' else 'agent' end,
			case when i > 100000 and i % 2 = 1 then 'U' || (i % 50) else '' end, 1, BASE + i,
			i > 100000 and i % 2 = 0, i % 4 = 0, case when i > 100000 and i % 2 = 0 then 'C' || (i % 6) else '' end,
			case when i > 100000 and i % 2 = 0 then BASE + i else 0 end, case when i % 5000 = 0 then 9000000000000 else 0 end
		from n`,
		`insert into events (conversation, seq, vseq, at, kind, role, author, name, source, ord, key, facts, payload, words)
		select id, s.n, s.n, updated, s.kind, 'agent', 'U1', 'Maya', 'slack', '', '', s.facts, '{}', ''
		from conversations, (select 1 as n, 'opened' as kind, '{}' as facts
			union all select 2, 'message', '{}'
			union all select 3, 'claimed', '{"agent":{"id":"U1","name":"Maya"},"how":"button","from":"2026-03-02T08:00:00Z"}'
			union all select 4, 'closed', '{"reason":"agent"}') s
		where mode <> 'waiting' or s.n < 3`,
	} {
		if _, err := db.ExecContext(context.Background(), strings.ReplaceAll(text, "BASE", "1772442000000")); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := db.ExecContext(context.Background(), "analyze"); err != nil {
		b.Fatal(err)
	}
	_ = db.Close()
	return storetest.OpenAt(b, url, store.Options{Consumers: []string{"slack"}})
}

// BenchmarkDesk asks what the desk asks again and again.
func BenchmarkDesk(b *testing.B) {
	for engine, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			s := desk(b, url(b))
			ctx := context.Background()
			now := time.UnixMilli(1772442000000)
			here := false
			for _, c := range []struct {
				what string
				want int
				ask  func() (int, error)
			}{
				{"line", 250, func() (int, error) { l, err := s.Line(ctx); return len(l), err }},
				{"waits", 20, func() (int, error) { l, err := s.RecentWaits(ctx, 20); return len(l), err }},
				{"load", 25, func() (int, error) { l, err := s.Load(ctx); return len(l), err }},
				{"knew", 1, func() (int, error) { l, err := s.Knew(ctx, "vis_often", 3); return len(l), err }},
				{"knew nobody", 0, func() (int, error) { l, err := s.Knew(ctx, "vis_none", 3); return len(l), err }},
				{"blocked", 1, func() (int, error) {
					until, err := s.BlockedUntil(ctx, session.Owner{Visitor: "vis_often", Widget: "web"}, now)
					return count(!until.IsZero()), err
				}},
				{"not blocked", 0, func() (int, error) {
					until, err := s.BlockedUntil(ctx, session.Owner{Visitor: "vis_1", Widget: "web"}, now)
					return count(!until.IsZero()), err
				}},
				{"list of the morning", 50, func() (int, error) {
					l, err := s.Search(ctx, conversation.Query{Modes: []conversation.Mode{conversation.Waiting}, Oldest: true})
					return len(l), err
				}},
				{"list of the blocked", 20, func() (int, error) { l, err := s.Search(ctx, conversation.Query{Blocked: true}); return len(l), err }},
				{"presence", 0, func() (int, error) {
					here = !here
					return 0, s.SetPresence(ctx, "cnv_100002", here, time.Now())
				}},
			} {
				b.Run(c.what, func(b *testing.B) {
					for b.Loop() {
						if got, err := c.ask(); err != nil || got != c.want {
							b.Fatalf("%d, %v, want %d", got, err, c.want)
						}
					}
				})
			}
		})
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
