package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/store/storetest"
)

// first makes a database as the first schema was, with the rows of a file.
func first(t *testing.T, url, rows string) {
	t.Helper()
	db, dialect := behind(t, url)
	p, err := goose.NewProvider(dialect, db, os.DirFS("migrations"), goose.WithTableName("schema_version"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(context.Background(), 1); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(rows)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, db, string(text))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestUpgradeOfADesk: after an upgrade the line is right at once, before
// anything is appended. One log that cannot be read stops nobody.
func TestUpgradeOfADesk(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		ctx := context.Background()
		first(t, url, "testdata/first_desk.sql")
		s := storetest.OpenAt(t, url, store.Options{Consumers: []string{"bot", "queue", "slack"}})
		line, err := s.Line(ctx)
		if err != nil {
			t.Fatal(err)
		}
		second := func(n int64) time.Time { return time.Unix(n, 0).UTC() }
		want := []conversation.Wait{
			{ID: "cnv_early", Channel: "C1", From: second(1772442150)},
			{ID: "cnv_again", Channel: "C1", From: second(1772442500), Staffed: true}, // her unanswered line
			{ID: "cnv_late", Channel: "C1", From: second(1772442850), Staffed: true},
		}
		if !reflect.DeepEqual(line, want) {
			t.Errorf("the line is\n%+v, want\n%+v", line, want)
		}
		if got, err := s.Load(ctx); err != nil || !reflect.DeepEqual(got, map[string]int{"U1": 1}) {
			t.Errorf("load = %v, %v", got, err)
		}
		if got, err := s.Knew(ctx, "vis_4", 5); err != nil || !slices.Equal(got, []string{"U1", "U2"}) {
			t.Errorf("knew = %v, %v", got, err)
		}
		if got, err := s.RecentWaits(ctx, 20); err != nil || len(got) != 0 {
			t.Errorf("waits = %v, %v: claims of the first version do not say since when", got, err)
		}
		var waiting []string
		list, err := s.Search(ctx, conversation.Query{Modes: []conversation.Mode{conversation.Waiting}, Oldest: true})
		for _, state := range list {
			waiting = append(waiting, string(state.ID))
		}
		if err != nil || strings.Join(waiting, " ") != "cnv_unrouted cnv_early cnv_again cnv_late" {
			t.Errorf("waiting, oldest first = %v, %v", waiting, err)
		}
		for _, id := range []conversation.ID{"cnv_late", "cnv_again", "cnv_owned", "cnv_closed"} {
			log, err := s.Events(ctx, id, 0, 100)
			if err != nil {
				t.Fatal(err)
			}
			state, err := s.State(ctx, id)
			if folded := conversation.Fold(conversation.State{}, log...); err != nil || !reflect.DeepEqual(state, folded) {
				t.Errorf("%s is %+v, %v, want the fold %+v", id, state, err, folded)
			}
		}
	})
}

// TestUpgradeGoesOn: an upgrade that ends half-way is finished by the next
// start, which does not fold again what was folded.
func TestUpgradeGoesOn(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		first(t, url, "testdata/first_desk.sql")
		const many = 1450
		db, _ := behind(t, url)
		for _, text := range []string{
			`insert into conversations (id, reference, visitor, widget, state, last_seq, last_vseq, mode, owner, epoch, updated)
			with recursive n(i) as (select 1 union all select i + 1 from n where i < %d)
			select 'cnv_n' || i, 'H-N' || i, 'vis_n', 'web', '{}', 3, 1, 'waiting', '', 1, 1772442900000 from n`,
			`insert into events (conversation, seq, vseq, at, kind, role, author, name, source, ord, key, facts, payload, words)
			with recursive n(i) as (select 1 union all select i + 1 from n where i < %d)
			select 'cnv_n' || i, e.seq, e.vseq, e.at, e.kind, e.role, e.author, e.name, e.source, '', '', e.facts, '{}', ''
			from n, events e where e.conversation = 'cnv_late'`,
		} {
			execute(t, db, fmt.Sprintf(text, many))
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		// The first start ends after its first batch, the second one does the rest.
		ctx, cancel := context.WithCancel(context.Background())
		if s, err := store.Open(ctx, url, store.Options{Logger: slog.New(&onRecord{do: cancel})}); err == nil {
			_ = s.Close()
			t.Fatal("the first start was not interrupted")
		}
		folded := &onRecord{}
		s := storetest.OpenAt(t, url, store.Options{Logger: slog.New(folded)})
		if line, err := s.Line(context.Background()); err != nil || len(line) != many+3 {
			t.Errorf("%d are in the line, %v, want %d", len(line), err, many+3)
		}
		// 1,450 and seven; the batch of 1,000 that was kept, one that cannot be read.
		if folded.most >= many || folded.most < many-1000 {
			t.Errorf("the second start folded %d conversations, want those that were left", folded.most)
		}
		_ = s.Close()
		idle := &onRecord{}
		storetest.OpenAt(t, url, store.Options{Logger: slog.New(idle)})
		if idle.most > 1 {
			t.Errorf("the third start folded %d conversations again", idle.most)
		}
	})
}

// onRecord is a log handler that does something at the first progress, and keeps
// the highest count.
type onRecord struct {
	slog.Handler
	do   func()
	most int64
}

func (h *onRecord) Enabled(context.Context, slog.Level) bool { return true }

func (h *onRecord) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "conversations" {
			h.most = max(h.most, a.Value.Int64())
			if h.do != nil {
				h.do()
			}
		}
		return true
	})
	return nil
}
