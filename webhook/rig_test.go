package webhook

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/store/storetest"
)

var (
	anna = conversation.Author{Role: conversation.Visitor, ID: "vis_anna", Name: "Anna"}
	maya = conversation.Author{Role: conversation.Agent, ID: "U0MAYA", Name: "Maya Lindqvist"}
)

const (
	secret = "a secret of the test"
	// signed is what openssl says of the example.
	signed = "3fd3826634698fd9944a677c4a07ef5c6278c435fb8e95a9e3c20162a419d897"
)

// call is one request that the other side got.
type call struct {
	header http.Header
	body   []byte
	at     time.Time
}

// rig is the room with a real database, a real server on the other side, and a
// clock that the test moves.
type rig struct {
	t      *testing.T
	url    string
	store  *store.Store
	server *httptest.Server
	sender *Sender
	config Config
	now    time.Time
	id     conversation.ID
	ref    string
	alerts []string

	mu    sync.Mutex
	calls []call
	reply func(w http.ResponseWriter, n int) // what the other side says to call n, from 0
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, url: storetest.SQLite(t), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	r.server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(func() { r.sender.HTTP.CloseIdleConnections(); r.server.Close() })
	r.config = Config{OnClose: r.server.URL + "/hooks/s3cret-path", Secret: secret}
	r.open()
	r.conversation()
	return r
}

func (r *rig) serve(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil || req.Method != http.MethodPost {
		http.Error(w, "what?", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	n := len(r.calls)
	r.calls = append(r.calls, call{req.Header, body, r.now})
	reply := r.reply
	r.mu.Unlock()
	if reply != nil {
		reply(w, n)
	}
}

func (r *rig) got() []call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]call(nil), r.calls...)
}

func (r *rig) open() {
	r.t.Helper()
	r.store = storetest.OpenAt(r.t, r.url, store.Options{Consumers: []string{Consumer}, Now: func() time.Time { return r.now }})
	r.build()
}

func (r *rig) build() {
	r.t.Helper()
	var err error
	if r.sender != nil {
		r.sender.HTTP.CloseIdleConnections()
	}
	r.sender, err = New(Deps{
		Config: r.config, Log: r.store, Version: "test", Now: func() time.Time { return r.now },
		Alert: func(cause, text string) { r.alerts = append(r.alerts, cause+": "+text) },
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// reopen is a start after a crash.
func (r *rig) reopen() {
	r.t.Helper()
	if err := r.store.Close(); err != nil {
		r.t.Fatal(err)
	}
	r.open()
}

func (r *rig) conversation() {
	r.t.Helper()
	s, err := r.store.Create(context.Background(), anna, conversation.Opened{Visitor: anna.ID, Widget: "pk_shop"})
	if err != nil {
		r.t.Fatal(err)
	}
	r.id, r.ref = s.ID, s.Reference
	r.says(anna, "I was charged twice")
	r.act(conversation.AskByButton(anna, "button", conversation.Escalated{Reason: conversation.ReasonButton, Topic: "Billing disputes"}, conversation.Message{}, r.now, time.Hour))
	r.act(conversation.Claim(maya, conversation.ByButton))
}

func (r *rig) act(d conversation.Decider) conversation.State {
	r.t.Helper()
	out, err := r.store.Append(context.Background(), r.id, "", d)
	if err != nil {
		r.t.Fatal(err)
	}
	return out.State
}

func (r *rig) says(by conversation.Author, text string) conversation.Seq {
	r.t.Helper()
	return r.act(conversation.Append(conversation.Draft{Author: by, Body: conversation.Message{Text: text}})).Seq
}

func (r *rig) closes(c conversation.Closing) conversation.Seq {
	r.t.Helper()
	return r.act(conversation.Close(maya, c, false)).Closed.Seq
}

// reader drives the room as it is built now. The other side looks at the clock.
func (r *rig) reader() storetest.Drive {
	return storetest.Drive{
		T: r.t, Store: r.store, Consumer: Consumer, Handle: r.sender.Handle,
		Now: func() time.Time { return r.now },
		Set: func(now time.Time) {
			r.mu.Lock()
			r.now = now
			r.mu.Unlock()
		},
	}
}

// pass moves the clock and works at every due time on the way.
func (r *rig) pass(d time.Duration) { r.t.Helper(); r.reader().Pass(d) }

// killed handles what is ready and dies before the answer is written down.
func (r *rig) killed() {
	r.t.Helper()
	d := r.reader()
	d.Handle = func(ctx context.Context, w feed.Work) (feed.Done, error) {
		_, err := r.sender.Handle(ctx, w)
		return feed.Done{}, errors.Join(err, storetest.ErrKilled)
	}
	d.Step()
}

func (r *rig) parked() []feed.Parked {
	r.t.Helper()
	parked, err := r.store.Parked(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	return parked
}
