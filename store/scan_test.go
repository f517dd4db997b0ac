package store

import (
	"context"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// big is a database with 100,000 quiet conversations of two lines each.
func big(b *testing.B) *Store {
	b.Helper()
	s, err := open(context.Background(), "sqlite://"+b.TempDir()+"/handoff.db", Options{Consumers: []string{"bot", "queue", "slack"}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	for _, text := range []string{
		`insert into conversations (id, reference, visitor, widget, state, last_seq, last_vseq, mode, owner, epoch, updated)
		with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
		select 'cnv_' || i, 'H-' || i, 'vis_' || i, 'web', '{"id":"cnv_' || i || '","seq":2,"mode":"closed"}', 2, 2,
			case when i % 1000 = 0 then 'waiting' else 'closed' end, '', i % 3, i from n`,
		`insert into events (conversation, seq, vseq, at, kind, role, author, name, source, ord, key, facts, payload, words)
		select id, s, s, updated, 'message', 'visitor', visitor, 'Ada', 'widget', '', '', '{}',
			'{"text":"Where is my parcel with the number ' || updated || s || '? It should have been here on Tuesday."}',
			'where is my parcel with the number ' || updated || s || '? it should have been here on tuesday.'
		from conversations, (select 1 as s union all select 2)`,
		`insert into readers (consumer, conversation, seq, ready_at, held, attempts, lease_until, token, parked_at, cause)
		select c, id, 2, case when c = 'queue' then 9000000000000 end, false, 0, 0, '', 0, ''
		from conversations, (select 'bot' as c union all select 'queue' union all select 'slack')`,
	} {
		if _, err := s.writeExec(text); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

func (s *Store) writeExec(text string) (n int64, err error) {
	err = s.writer.do(context.Background(), false, func(ctx context.Context, t *tx) error {
		n, err = t.exec(ctx, text)
		return err
	})
	return n, err
}

// BenchmarkQuiet looks for work, and asks when there will be, where nobody has
// any.
func BenchmarkQuiet(b *testing.B) {
	s := big(b)
	ctx := context.Background()
	now := time.UnixMilli(1_700_000_000_000)
	for name, f := range map[string]func() error{
		"claim": func() error { _, err := s.Claim(ctx, "queue", now, time.Minute, 8); return err },
		"due":   func() error { _, err := s.NextDue(ctx, "queue"); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSearch looks through 200,000 lines.
func BenchmarkSearch(b *testing.B) {
	s := big(b)
	for name, q := range map[string]conversation.Query{
		"newest":      {},
		"waiting":     {Modes: []conversation.Mode{conversation.Waiting, conversation.WithAgent}},
		"common word": {Text: "PARCEL"},
		"no hit":      {Text: "elephant"},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Search(context.Background(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
