package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/store"
)

func newThread(id conversation.ID, channel string) ledger.Thread {
	return ledger.Thread{Conversation: id, Epoch: 1, Team: "T1", Channel: channel, Marker: "h:" + string(id)}
}

// threadRace: two openings of one conversation get the same row.
func threadRace(t *testing.T, url string) {
	s := OpenAt(t, url)
	id := Conversation(t, s).ID
	var fresh atomic.Int64
	var mu sync.Mutex
	ids := map[int64]bool{}
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			th, opened, err := s.OpenThread(context.Background(), newThread(id, "C1"))
			if err != nil || th.ID == 0 || th.State != ledger.Opening {
				t.Errorf("open = %+v, %v", th, err)
			}
			if opened {
				fresh.Add(1)
			}
			mu.Lock()
			ids[th.ID] = true
			mu.Unlock()
		})
	}
	wg.Wait()
	if fresh.Load() != 1 || len(ids) != 1 {
		t.Errorf("%d opened, rows %v, want one", fresh.Load(), ids)
	}
}

// saveThread brings the row of a thread to what th says.
func saveThread(s *store.Store, th ledger.Thread) error {
	_, err := s.ChangeThread(context.Background(), th.ID, func(now *ledger.Thread) { *now = th })
	return err
}

func openThread(t *testing.T, s *store.Store, id conversation.ID, channel, ts string) ledger.Thread {
	t.Helper()
	th, opened, err := s.OpenThread(context.Background(), newThread(id, channel))
	if err != nil || !opened {
		t.Fatalf("open = %+v, %v, %v", th, opened, err)
	}
	th.TS, th.State, th.Attempted, th.Card, th.CardAt, th.Seen = ts, ledger.Open, start, "f1", start, ts
	must(t, saveThread(s, th))
	return th
}

// threadChanges: of two that change different things of a thread at once both stay.
func threadChanges(t *testing.T, url string) {
	s := OpenAt(t, url)
	id := Conversation(t, s).ID
	want := openThread(t, s, id, "C1", "1700000002.000100")
	want.Card, want.Seen = "f2", "1700000009.000100"
	var changes errgroup.Group
	for _, change := range []func(*ledger.Thread){func(t *ledger.Thread) { t.Card = want.Card }, func(t *ledger.Thread) { t.Seen = want.Seen }} {
		changes.Go(func() error { return second1(s.ChangeThread(context.Background(), want.ID, change)) })
	}
	must(t, changes.Wait())
	if got := one[ledger.Thread](t)(s.ThreadOf(context.Background(), id)); got != want {
		t.Errorf("after two changes = %+v, want %+v", got, want)
	}
}

func threads(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	a, b := Conversation(t, s).ID, Conversation(t, s).ID
	first := openThread(t, s, a, "C1", "1700000002.000100")
	other := openThread(t, s, b, "C1", "1700000001.000100")
	if got := one[ledger.Thread](t)(s.ThreadOf(ctx, a)); got != first {
		t.Errorf("thread of a = %+v, want %+v", got, first)
	}
	if _, opened, err := s.OpenThread(ctx, newThread(a, "C1")); err != nil || opened {
		t.Errorf("a second thread in the channel: %v, %v", opened, err)
	}
	second := openThread(t, s, a, "C2", "1700000003.000100")
	first.State = ledger.Moved
	must(t, saveThread(s, first))
	if got := one[ledger.Thread](t)(s.ThreadOf(ctx, a)); got.ID != second.ID {
		t.Errorf("the newest thread = %+v, want %d", got, second.ID)
	}
	second.State = ledger.Lost
	must(t, saveThread(s, second))
	if got := one[ledger.Thread](t)(s.ThreadOf(ctx, a)); got.ID != first.ID {
		t.Errorf("the newest thread that is not lost = %+v, want %d", got, first.ID)
	}
	if got := one[ledger.Thread](t)(s.ThreadAt(ctx, "T1", "C2", second.TS)); got.ID != second.ID {
		t.Errorf("a lost thread is not found at its ts: %+v", got)
	}
	for channel, want := range map[string]bool{"C1": true, "C2": true, "C3": false} {
		if got := one[bool](t)(s.KnowsChannel(ctx, "T1", channel)); got != want {
			t.Errorf("knows %s = %v, want %v", channel, got, want)
		}
	}
	third := openThread(t, s, a, "C2", "1700000004.000100")
	list := func(since time.Time) (ids []int64) {
		for _, th := range one[[]ledger.Thread](t)(s.OpenThreads(ctx, since, 10)) {
			ids = append(ids, th.ID)
		}
		return ids
	}
	if got, want := list(clk.Now()), []int64{other.ID, third.ID}; !reflect.DeepEqual(got, want) {
		t.Errorf("open threads %v, want %v, the oldest root first", got, want)
	}
	closedAt := clk.Move(time.Hour)
	mustAppend(t, s, b, "", conversation.CloseSelf(Visitor()))
	if got, want := list(closedAt.Add(-time.Minute)), []int64{other.ID, third.ID}; !reflect.DeepEqual(got, want) {
		t.Errorf("open threads %v, want %v: it was closed after that", got, want)
	}
	if got, want := list(closedAt), []int64{third.ID}; !reflect.DeepEqual(got, want) {
		t.Errorf("open threads %v, want %v", got, want)
	}
	for what, err := range map[string]error{
		"thread of": second1(s.ThreadOf(ctx, "cnv_none")), "thread at": second1(s.ThreadAt(ctx, "T1", "C1", "")),
		"save": saveThread(s, ledger.Thread{ID: 999}), "open": third1(s.OpenThread(ctx, newThread("cnv_none", "C1"))),
	} {
		if !errors.Is(err, conversation.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", what, err)
		}
	}
}

func second1[T any](_ T, err error) error        { return err }
func third1[T, U any](_ T, _ U, err error) error { return err }

func posts(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	id := Conversation(t, s).ID
	th := openThread(t, s, id, "C1", "1700000001.000100")
	save := one[ledger.Post](t)
	late := save(s.SavePost(ctx, ledger.Post{Conversation: id, Thread: th.ID, First: 5, Last: 9, State: ledger.Sending, Attempted: start}))
	early := save(s.SavePost(ctx, ledger.Post{Conversation: id, Thread: th.ID, First: 2, Last: 4, State: ledger.Sent, TS: "1.1", Part: 2, Parts: 3}))
	if late.ID == 0 || early.ID == late.ID {
		t.Fatalf("ids %d and %d", late.ID, early.ID)
	}
	late.TS, late.State, late.Last, late.Rev, late.Stale = "1.2", ledger.Sent, 10, 3, true
	save(s.SavePost(ctx, late))
	if got := one[[]ledger.Post](t)(s.PostsOf(ctx, th.ID)); !reflect.DeepEqual(got, []ledger.Post{early, late}) {
		t.Errorf("posts = %+v, want %+v", got, []ledger.Post{early, late})
	}
	for seq, want := range map[conversation.Seq]int64{2: early.ID, 4: early.ID, 5: late.ID, 10: late.ID} {
		if got := one[ledger.Post](t)(s.PostWith(ctx, id, seq)); got.ID != want {
			t.Errorf("post with %d = %d, want %d", seq, got.ID, want)
		}
	}
	late.State = ledger.Gone
	save(s.SavePost(ctx, late))
	for what, err := range map[string]error{
		"an event in no post": second1(s.PostWith(ctx, id, 1)), "a post that is gone": second1(s.PostWith(ctx, id, 5)),
		"an unknown row": second1(s.SavePost(ctx, ledger.Post{ID: 999, Conversation: id, Thread: th.ID})),
	} {
		if !errors.Is(err, conversation.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", what, err)
		}
	}
}

// byOrder: a line is found by its order key alone, in whatever conversation it is.
func byOrder(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	a, b := Conversation(t, s).ID, Conversation(t, s).ID
	for id, order := range map[conversation.ID]string{a: "1700000001.000100", b: "1700000002.000100"} {
		note := conversation.Draft{Author: conversation.Author{Role: conversation.Agent, ID: "U1"}, Source: conversation.FromSlack, Order: order, Body: conversation.Note{Text: "said"}}
		mustAppend(t, s, id, "s:T1:C1:"+order, conversation.Append(note))
	}
	for order, want := range map[string]conversation.ID{"1700000001.000100": a, "1700000002.000100": b, "1700000003.000100": "", "": ""} {
		got := one[[]conversation.Event](t)(s.ByOrder(ctx, order))
		if want == "" && len(got) == 0 {
			continue
		}
		if len(got) != 1 || got[0].Conversation != want || got[0].Order != order {
			t.Errorf("by order %q = %+v, want one event of %q", order, got, want)
		}
	}
}

func inbound(n int) ledger.Inbound {
	ts := fmt.Sprintf("1700000000.%06d", n)
	return ledger.Inbound{Key: "T1:C1:" + ts, Team: "T1", Channel: "C1", Thread: "1700000000.000000", TS: ts,
		Kind: "message", Raw: []byte{'{', 0, 0xff, '}'}, Received: start}
}

// inbox: a row is there once, however often and from wherever it is delivered.
func inbox(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	put := one[[]ledger.Inbound](t)
	got := put(s.PutInbound(ctx, inbound(1), inbound(1), inbound(2)))
	if len(got) != 2 || got[0].ID == 0 || got[0].State != ledger.New || got[0].Key != inbound(1).Key {
		t.Fatalf("new rows = %+v, want 1 and 2", got)
	}
	if again := put(s.PutInbound(ctx, inbound(1), inbound(3))); len(again) != 1 || again[0].Key != inbound(3).Key {
		t.Errorf("new rows = %+v, want 3", again)
	}
	var fresh atomic.Int64
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			rows, err := s.PutInbound(ctx, inbound(4), inbound(5))
			if err != nil {
				t.Errorf("put: %v", err)
			}
			fresh.Add(int64(len(rows)))
		})
	}
	wg.Wait()
	if fresh.Load() != 2 {
		t.Errorf("%d new rows, want 2", fresh.Load())
	}
	inboxStates(t, s)
	inboxGestures(t, s)
}

// inboxGestures: of two rows of one gesture one counts, in one call, in a later one,
// and of several at once.
func inboxGestures(t *testing.T, s *store.Store) {
	t.Helper()
	of := func(n int, gesture string) ledger.Inbound {
		r := inbound(n)
		r.Gesture = gesture
		return r
	}
	states := func(rows []ledger.Inbound, err error) (out []ledger.InboundState) {
		must(t, err)
		for _, r := range rows {
			out = append(out, r.State)
		}
		return out
	}
	ctx := context.Background()
	if got, want := states(s.PutInbound(ctx, of(11, "a"), of(12, "a"), of(13, "b"))), []ledger.InboundState{ledger.New, ledger.Dropped, ledger.New}; !slices.Equal(got, want) {
		t.Errorf("two gestures in one call: %v, want %v", got, want)
	}
	if got, want := states(s.PutInbound(ctx, of(11, "a"), of(14, "b"))), []ledger.InboundState{ledger.Dropped}; !slices.Equal(got, want) {
		t.Errorf("the same later, one of them again: %v, want %v", got, want)
	}
	var counts atomic.Int64
	var wg sync.WaitGroup
	for n := range 10 {
		wg.Go(func() {
			rows, err := s.PutInbound(ctx, of(20+n, "c"))
			if err != nil || len(rows) != 1 {
				t.Errorf("put: %d rows, %v", len(rows), err)
				return
			}
			if rows[0].State == ledger.New {
				counts.Add(1)
			}
		})
	}
	wg.Wait()
	if counts.Load() != 1 {
		t.Errorf("%d of one gesture count, want 1", counts.Load())
	}
}

// inboxStates takes the five rows through their states.
func inboxStates(t *testing.T, s *store.Store) {
	t.Helper()
	ctx := context.Background()
	put := one[[]ledger.Inbound](t)
	pending := put(s.PendingInbound(ctx, start, 10))
	if len(pending) != 5 || string(pending[0].Raw) != string(inbound(1).Raw) || !pending[0].Received.Equal(start) {
		t.Fatalf("pending = %+v", pending)
	}
	row := pending[0]
	row.State, row.Attempts = ledger.Done, 1
	must(t, s.SaveInbound(ctx, row))
	held := pending[1]
	held.State = ledger.Held
	must(t, s.SaveInbound(ctx, held))
	later := pending[2]
	later.Attempts, later.RetryAt = 2, start.Add(time.Minute)
	must(t, s.SaveInbound(ctx, later))
	if n := len(put(s.PendingInbound(ctx, start, 10))); n != 2 {
		t.Errorf("%d pending, want 2", n)
	}
	if got := put(s.PendingInbound(ctx, start.Add(time.Minute), 10)); len(got) != 3 || got[0].Attempts != 2 {
		t.Errorf("pending a minute later = %+v", got)
	}
	if got := put(s.HeldInbound(ctx, "T1", "C1", held.TS)); len(got) != 1 || got[0].ID != held.ID {
		t.Errorf("held = %+v, want %d", got, held.ID)
	}
	purged := one[int](t)
	if n := purged(s.PurgeInbound(ctx, start)); n != 0 {
		t.Errorf("purged %d, want 0: they are not older", n)
	}
	if n := purged(s.PurgeInbound(ctx, start.Add(time.Second))); n != 2 {
		t.Errorf("purged %d, want the done and the held one", n)
	}
	for n, want := range map[int]bool{1: false, 2: false, 3: true, 9: false} {
		if got := one[bool](t)(s.HasInbound(ctx, inbound(n).Key)); got != want {
			t.Errorf("has %d: %v, want %v", n, got, want)
		}
	}
	if err := s.SaveInbound(ctx, row); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("save a purged row: %v, want ErrNotFound", err)
	}
}

func inboxOrder(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	a, b, c, d := inbound(3), inbound(1), inbound(2), inbound(9)
	b.Thread, d.Channel = "1600000000.000000", "C0"
	one[[]ledger.Inbound](t)(s.PutInbound(ctx, a, b, c, d))
	var got []string
	for _, r := range one[[]ledger.Inbound](t)(s.PendingInbound(ctx, start, 3)) {
		got = append(got, r.Key)
	}
	if want := []string{d.Key, b.Key, c.Key}; !reflect.DeepEqual(got, want) {
		t.Errorf("pending %v, want %v", got, want)
	}
}
