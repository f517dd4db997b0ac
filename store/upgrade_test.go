package store_test

import (
	"context"
	"database/sql"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/store/storetest"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// behind opens the database without the store. Nobody else may have it open.
func behind(t testing.TB, url string) (*sql.DB, goose.Dialect) {
	t.Helper()
	driver, dialect, source := "pgx", goose.DialectPostgres, url
	if path, ok := strings.CutPrefix(url, "sqlite://"); ok {
		driver, dialect, source = "sqlite3", goose.DialectSQLite3, path
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, dialect
}

func execute(t *testing.T, db *sql.DB, text string) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), text); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
}

// TestUpgrade reads what the first schema held.
func TestUpgrade(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		ctx := context.Background()
		first(t, url, "testdata/first_rows.sql")
		s := storetest.OpenAt(t, url, store.Options{Consumers: []string{"bot", "queue", "slack"}})
		log, err := s.Events(ctx, "cnv_one", 0, 10)
		if err != nil || len(log) != 5 {
			t.Fatalf("%d events, %v, want 5", len(log), err)
		}
		state, err := s.Find(ctx, "h-4f2k")
		if folded := conversation.Fold(conversation.State{}, log...); err != nil || !reflect.DeepEqual(state, folded) || state.Owner.ID != "U1" {
			t.Errorf("state = %+v, %v, want the fold %+v", state, err, folded)
		}
		if m := log[1].Body.(conversation.Message); m.Text != "Where is my parcel?" || log[1].Author.Name != "Ada" {
			t.Errorf("the first line = %+v", log[1])
		}
		out, err := s.Append(ctx, "cnv_one", "v:m1", storetest.Says("again"))
		if err != nil || !out.Replayed {
			t.Errorf("an old key = %+v, %v, want a replay", out, err)
		}
		checkFirstRows(t, s)
	})
}

func checkFirstRows(t *testing.T, s *store.Store) {
	t.Helper()
	ctx := context.Background()
	second, err := s.State(ctx, "cnv_two")
	if err != nil || second.Reference != "H-7WXY" || second.Seq != 1 {
		t.Errorf("a row without a fold = %+v, %v", second, err)
	}
	for consumer, want := range map[string]int{"bot": 0, "slack": 1, "queue": 0} {
		got, err := s.Claim(ctx, consumer, time.UnixMilli(1772442020000), time.Minute, 10)
		if err != nil || len(got) != want {
			t.Errorf("claimed %+v of %s, %v, want %d", got, consumer, err, want)
		}
	}
	if list, err := s.Parked(ctx); err != nil || len(list) != 1 || list[0].Attempts != 8 {
		t.Errorf("parked = %+v, %v", list, err)
	}
	th, err := s.ThreadAt(ctx, "T1", "C1", "1772442002.000100")
	if err != nil || th.Conversation != "cnv_one" {
		t.Errorf("thread = %+v, %v", th, err)
	}
	if p, err := s.PostWith(ctx, "cnv_one", 2); err != nil || p.Thread != th.ID {
		t.Errorf("post = %+v, %v", p, err)
	}
	if in, err := s.PendingInbound(ctx, time.UnixMilli(1772442020000), 10); err != nil || len(in) != 1 || string(in[0].Raw) != `{"text":"Hi"}` {
		t.Errorf("inbox = %+v, %v", in, err)
	}
	mine, err := s.Mine(ctx, session.Owner{Visitor: "vis_one", Widget: "web"}, 10)
	if err != nil || len(mine) != 1 || mine[0].Read != 1 {
		t.Errorf("mine = %+v, %v", mine, err)
	}
	if text, err := s.Policy(ctx, "h1"); err != nil || text != "levels: []" {
		t.Errorf("policy = %q, %v", text, err)
	}
	if micro, err := s.Spent(ctx, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), "model"); err != nil || micro != 1500 {
		t.Errorf("spent = %d, %v", micro, err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		s := storetest.OpenAt(t, url, store.Options{Version: "2.0.0"})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		db, _ := behind(t, url)
		execute(t, db, `insert into schema_version (version_id, is_applied) values (900, true)`)
		_ = db.Close()
		_, err := store.Open(context.Background(), url, store.Options{Version: "1.4.0"})
		for _, part := range []string{"schema 900", "handoff 2.0.0", "handoff 1.4.0", "start that version"} {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("open: %v, want it to say %q", err, part)
			}
		}
	})
}

// TestDamage: an event that cannot be read is its own conversation's error and
// nobody else's. A damaged fold is folded again.
func TestDamage(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		ctx := context.Background()
		s := storetest.OpenAt(t, url)
		bad, fold, good := storetest.Conversation(t, s), storetest.Conversation(t, s), storetest.Conversation(t, s)
		for _, c := range []conversation.State{bad, fold, good} {
			if _, err := s.Append(ctx, c.ID, "v:1", storetest.Says("hello")); err != nil {
				t.Fatal(err)
			}
		}
		want, err := s.State(ctx, fold.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		db, _ := behind(t, url)
		execute(t, db, `update events set payload = '{broken' where conversation = '`+string(bad.ID)+`' and seq = 2`)
		execute(t, db, `update conversations set state = '{broken' where id in ('`+string(bad.ID)+`', '`+string(fold.ID)+`')`)
		_ = db.Close()

		s = storetest.OpenAt(t, url)
		for what, err := range map[string]error{
			"events": fails(s.Events(ctx, bad.ID, 0, 10)), "state": fails(s.State(ctx, bad.ID)),
			"append": fails(s.Append(ctx, bad.ID, "v:2", storetest.Says("x"))),
		} {
			if err == nil || !strings.Contains(err.Error(), "event 2 of "+string(bad.ID)+" is damaged") {
				t.Errorf("%s of the damaged one: %v", what, err)
			}
		}
		if got, err := s.State(ctx, fold.ID); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("the fold was made again as %+v, %v, want %+v", got, err, want)
		}
		if out, err := s.Append(ctx, good.ID, "v:2", storetest.Says("x")); err != nil || out.State.Seq != 3 {
			t.Errorf("append to a healthy one = %+v, %v", out, err)
		}
		if list, err := s.Search(ctx, conversation.Query{Text: "hello"}); err != nil || len(list) != 2 {
			t.Errorf("search lists %d, %v, want the 2 that can be read", len(list), err)
		}
		if mine, err := s.Mine(ctx, storetest.Owner(), 10); err != nil || len(mine) != 2 {
			t.Errorf("mine lists %d, %v, want the 2 that can be read", len(mine), err)
		}
	})
}

func fails[T any](_ T, err error) error { return err }
