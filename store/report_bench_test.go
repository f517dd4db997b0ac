package store_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/report"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/store/storetest"
)

// weeks fills a database with 10,000 conversations of 20 lines each, spread over two
// weeks: three of ten are escalated, most of these claimed, and nearly all closed.
func weeks(b *testing.B, url string) *store.Store {
	b.Helper()
	if err := storetest.OpenAt(b, url).Close(); err != nil {
		b.Fatal(err)
	}
	db, _ := behind(b, url)
	for _, text := range []string{
		`insert into conversations (id, reference, visitor, widget, state, last_seq, last_vseq, mode, owner, epoch, updated)
		with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000)
		select 'cnv_' || i, 'H-' || i, 'vis_' || i, 'web', '{"id":"cnv_' || i || '"}', 26, 24, case when i % 50 = 0 then 'bot' else 'closed' end,
			'', case when i % 10 < 3 then 1 else 0 end, BASE + i * 120000 from n`,
		`insert into events (conversation, seq, vseq, at, kind, role, author, name, source, ord, key, facts, payload, words)
		with recursive n(k) as (select 1 union all select k + 1 from n where k < 26)
		select id, k, k, updated - (26 - k) * 60000,
			case when k = 1 then 'opened' when k = 4 then 'decided' when k = 7 then 'escalated' when k = 8 then 'routed' when k = 9 then 'claimed' when k = 26 then 'closed' else 'message' end,
			case when k = 1 or k % 2 = 0 then 'visitor' when epoch > 0 and k > 9 then 'agent' else 'bot' end, 'U1', 'Maya', 'widget', '', '',
			case when k = 1 then '{"visitor":"vis_1","widget":"web","reference":"H-1"}' when k = 7 then '{"reason":"topic","topic":"Billing disputes","level":"balanced"}'
				when k = 8 then '{"channel":"C1","staffed":true}' when k = 9 then '{"agent":{"id":"U1","name":"Maya"},"how":"button"}'
				when k = 26 then '{"reason":"idle"}' when k % 2 = 0 then '{"client_id":"abcdefghijklmnop"}' else '{"turn":"trn_0123456789","answer":true}' end,
			'{"text":"about two hundred bytes of what somebody has said, which a report does not read, and which lies in the same row of the table: where is my order, it was to come on Monday"}', ''
		from conversations, n where (k not in (7, 8, 9) or epoch > 0) and (k < 26 or mode = 'closed')`,
	} {
		if _, err := db.ExecContext(context.Background(), strings.ReplaceAll(text, "BASE", "1793000000000")); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := db.ExecContext(context.Background(), "analyze"); err != nil {
		b.Fatal(err)
	}
	_ = db.Close()
	return storetest.OpenAt(b, url)
}

// BenchmarkReport counts two weeks of 10,000 conversations with 200,000 lines.
func BenchmarkReport(b *testing.B) {
	for engine, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			s := weeks(b, url(b))
			first := time.UnixMilli(1793000000000).UTC()
			span := report.Span{From: first.Truncate(24*time.Hour).AddDate(0, 0, 7), To: first.Truncate(24*time.Hour).AddDate(0, 0, 14)}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				sheet, err := report.Compare(context.Background(), s, span, span.To)
				if err != nil || sheet.Now.Conversations+sheet.Before.Conversations < 9_000 || sheet.Now.ToClaim.Count == 0 {
					b.Fatalf("%d and %d conversations, %v", sheet.Now.Conversations, sheet.Before.Conversations, err)
				}
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(max(0, int64(after.HeapAlloc)-int64(before.HeapAlloc)))/1024, "kB-kept")
		})
	}
}

// The kinds that a report reads are those that its room names.
func TestReportKinds(t *testing.T) {
	var names []string
	for _, k := range report.Kinds() {
		names = append(names, "'"+string(k)+"'")
	}
	if got := strings.Join(strings.Fields(store.ReportKinds), " "); got != strings.Join(names, ", ") {
		t.Errorf("%s, want %s", got, strings.Join(names, ", "))
	}
}
