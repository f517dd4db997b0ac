package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/store/storetest"
)

// busy fills a database with 10,000 conversations of 20 lines: 9,500 closed, and
// of the others a fifth waits, two fifths are with 50 agents, the rest with the AI.
// Every line is a sentence of its own; "lighthouse" stands in one, "parcel" in all.
func busy(b *testing.B, url string) *store.Store {
	b.Helper()
	if err := storetest.OpenAt(b, url, store.Options{Consumers: []string{"slack"}}).Close(); err != nil {
		b.Fatal(err)
	}
	db, _ := behind(b, url)
	for _, text := range []string{
		`insert into conversations (id, reference, visitor, widget, state, last_seq, last_vseq, mode, owner, handler, epoch, updated,
			topic, priority, tags, wait_from, unanswered)
		with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000)
		select 'cnv_' || i, 'H-' || i, 'vis_' || i, 'web', '{"id":"cnv_' || i || '","pad":"PAD"}', 20, 20,
			case when i <= 9500 then 'closed' when i % 5 = 0 then 'waiting' when i % 5 < 3 then 'agent' else 'bot' end,
			case when i > 9500 and i % 5 in (1, 2) then 'U' || (i % 50) else '' end, 'U' || (i % 50), i % 2, BASE + i * 1000,
			'Topic ' || (i % 7), case when i % 9 = 0 then 'urgent' else '' end, case when i % 40 = 0 then CHR || 'vip' || CHR else '' end,
			case when i > 9500 and i % 5 = 0 then BASE + i else 0 end, case when i > 9500 and i % 3 = 0 then BASE + i else 0 end
		from n`,
		`insert into events (conversation, seq, vseq, at, kind, role, author, name, source, ord, key, facts, payload, words)
		with recursive n(i) as (select 1 union all select i + 1 from n where i < 20)
		select c.id, n.i, n.i, c.updated, 'message', case when n.i % 2 = 0 then 'visitor' else 'bot' end, 'x', '', 'widget', '', '',
			case when n.i % 2 = 0 then '{}' else '{"answer":true}' end,
			'{"text":"PAD"}', 'line ' || n.i || ' of ' || c.id || ' asks where the parcel is that was ordered on monday and when it will be delivered'
				|| case when c.id = 'cnv_77' and n.i = 7 then ' to the lighthouse' else '' end
		from conversations c, n`,
	} {
		chr := "chr(10)"
		if strings.HasPrefix(url, "sqlite") {
			chr = "char(10)"
		}
		text = strings.NewReplacer("BASE", "1772442000000", "CHR", chr, "PAD", strings.Repeat("0123456789", 20)).Replace(text)
		if _, err := db.ExecContext(context.Background(), text); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := db.ExecContext(context.Background(), "analyze"); err != nil {
		b.Fatal(err)
	}
	_ = db.Close()
	return storetest.OpenAt(b, url, store.Options{Consumers: []string{"slack"}})
}

// BenchmarkInbox asks what the App Home asks, over 10,000 conversations with
// 200,000 lines.
func BenchmarkInbox(b *testing.B) {
	for engine, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			s := busy(b, url(b))
			ctx := context.Background()
			list := func(what string, q conversation.Query, want int) {
				q.Limit = 10
				b.Run(what, func(b *testing.B) {
					for b.Loop() {
						if l, err := s.List(ctx, q); err != nil || l.Total != want {
							b.Fatalf("%d, %v, want %d", l.Total, err, want)
						}
					}
				})
			}
			list("search for one line", conversation.Query{Text: "Lighthouse"}, 1)
			list("search for nothing", conversation.Query{Text: "unheard of"}, 0)
			list("search for what is everywhere", conversation.Query{Text: "parcel"}, conversation.MostCounted+1)
			list("waiting", conversation.Query{Modes: []conversation.Mode{conversation.Waiting}, Oldest: true}, 100)
			list("mine", conversation.Query{Modes: []conversation.Mode{conversation.WithAgent}, Owner: "U1", Unanswered: true}, 10)
			list("closed", conversation.Query{Modes: []conversation.Mode{conversation.IsClosed}}, conversation.MostCounted+1)
			list("closed with a tag", conversation.Query{Modes: []conversation.Mode{conversation.IsClosed}, Tag: "vip"}, 237)
			b.Run("numbers", func(b *testing.B) {
				for b.Loop() {
					if n, err := s.Numbers(ctx, time.UnixMilli(1772442000000+9800*1000)); err != nil || n.Waiting != 100 || n.Answered != 201 {
						b.Fatalf("%+v, %v", n, err)
					}
				}
			})
			b.Run("labels", func(b *testing.B) {
				for b.Loop() {
					if l, err := s.Labels(ctx); err != nil || len(l.Topics) != 7 {
						b.Fatalf("%+v, %v", l, err)
					}
				}
			})
			b.Run("stamp", func(b *testing.B) {
				for b.Loop() {
					if _, err := s.Stamp(ctx); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
