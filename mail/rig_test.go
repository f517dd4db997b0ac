package mail

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakesmtp"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/store/storetest"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

var (
	anna = conversation.Author{Role: conversation.Visitor, ID: "vis_anna", Name: "Anna"}
	maya = conversation.Author{Role: conversation.Agent, ID: "U0MAYA", Name: "Maya Lindqvist"}
)

const (
	hers   = "anna@mail.example"
	teams  = "team@shop.example"
	secret = "visitor-words-4711"
)

// rig is the room with a real database, a real mail server, and a clock that the
// test moves.
type rig struct {
	t      *testing.T
	url    string
	store  *store.Store
	smtp   *fakesmtp.Server
	config Config
	mailer *Mailer
	now    time.Time
	id     conversation.ID
	ref    string
	public string
	perDay int
	alerts []string
	digits []string // the codes that were made, oldest first
	links  []string
	site   string      // what the settings say of the site
	asked  []string    // what they were asked
	looked int         // at so many mails
	wrap   func(*Deps) // changes what the next Mailer works with
}

func newRig(t *testing.T, o fakesmtp.Options) *rig { return newRigAt(t, storetest.SQLite(t), o) }

func newRigAt(t *testing.T, url string, o fakesmtp.Options) *rig {
	t.Helper()
	r := &rig{
		t: t, url: url, smtp: fakesmtp.New(t, o), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
		public: "https://chat.shop.example", perDay: 3, site: "https://www.shop.example/",
	}
	r.config = Config{SMTP: "smtp://" + r.smtp.Addr(), From: "Acme support <support@shop.example>"}
	r.open()
	r.id = r.conversation()
	return r
}

func (r *rig) open() {
	r.t.Helper()
	r.store = storetest.OpenAt(r.t, r.url, store.Options{Consumers: []string{Consumer}, Now: func() time.Time { return r.now }})
	r.build()
}

// reopen is what a start after a crash is: nothing in memory, leases void.
func (r *rig) reopen() {
	r.t.Helper()
	if err := r.store.Close(); err != nil {
		r.t.Fatal(err)
	}
	r.open()
}

func (r *rig) build() {
	r.t.Helper()
	d := Deps{
		Config: r.config, Log: r.store, Ledger: r.store, Visitors: r.store, Counters: r.store, Codes: r,
		Settings: func() Settings {
			return Settings{Team: conversation.Text{"en": "Shop", "de": "Laden"}, PublicURL: r.public, PerDay: r.perDay, AgentName: func(name string) string {
				first, _, _ := strings.Cut(name, " ")
				return first
			}, Site: func(widget, page string) string {
				r.asked = append(r.asked, widget+" "+page)
				return r.site
			}}
		},
		Alert: func(cause, text string) { r.alerts = append(r.alerts, cause+": "+text) },
		TLS:   &tls.Config{RootCAs: r.smtp.Roots(), MinVersion: tls.VersionTLS12},
	}
	if r.wrap != nil {
		r.wrap(&d)
	}
	var err error
	if r.mailer, err = New(d); err != nil {
		r.t.Fatal(err)
	}
}

// conversation opens one in which Maya answers.
func (r *rig) conversation() conversation.ID {
	r.t.Helper()
	s, err := r.store.Create(context.Background(), anna, conversation.Opened{Visitor: anna.ID, Widget: "pk_shop"})
	if err != nil {
		r.t.Fatal(err)
	}
	r.id, r.ref = s.ID, s.Reference
	r.says(anna, secret)
	r.act(conversation.AskByButton(anna, "button", conversation.Escalated{Reason: conversation.ReasonButton, Topic: "Billing\r\nBcc: x@evil.example"}, conversation.Message{}, r.now, time.Hour))
	return s.ID
}

func (r *rig) act(d conversation.Decider) conversation.Outcome {
	r.t.Helper()
	out, err := r.store.Append(context.Background(), r.id, "", d)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func (r *rig) says(by conversation.Author, text string) conversation.Seq {
	r.t.Helper()
	return r.act(conversation.Append(conversation.Draft{Author: by, Body: conversation.Message{Text: text}})).State.Seq
}

func (r *rig) claim() { r.t.Helper(); r.act(conversation.Claim(maya, conversation.ByButton)) }

// gives has the visitor leave an address; proved has her prove it, too.
func (r *rig) gives(address string) conversation.Seq {
	r.t.Helper()
	return r.act(conversation.GiveContact(anna, conversation.ContactGiven{Email: address})).State.Seq - 1
}

func (r *rig) proved(address string) {
	r.t.Helper()
	r.gives(address)
	r.act(conversation.VerifyContact(anna, r.state().Address))
	r.drive()
	r.forget()
}

func (r *rig) here(here bool) {
	r.t.Helper()
	if err := r.store.SetPresence(context.Background(), r.id, here, r.now); err != nil {
		r.t.Fatal(err)
	}
}

// stays has the visitor's door say that she is there, every minute.
func (r *rig) stays(d time.Duration) {
	r.t.Helper()
	for ; d > 0; d -= time.Minute {
		r.here(true)
		r.pass(min(d, time.Minute))
	}
}

func (r *rig) state() conversation.State {
	r.t.Helper()
	s, err := r.store.State(context.Background(), r.id)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

// read says that the visitor has read all there is.
func (r *rig) read() {
	r.t.Helper()
	if err := r.store.MarkRead(context.Background(), r.id, r.state().VSeq); err != nil {
		r.t.Fatal(err)
	}
}

// reader drives the room as it is built now.
func (r *rig) reader() storetest.Drive {
	return storetest.Drive{
		T: r.t, Store: r.store, Consumer: Consumer, Handle: r.mailer.Handle,
		Now: func() time.Time { return r.now }, Set: func(now time.Time) { r.now = now },
	}
}

// drive works until nothing is ready; pass moves the clock on and works when
// something is due.
func (r *rig) drive()               { r.t.Helper(); r.reader().Rest() }
func (r *rig) pass(d time.Duration) { r.t.Helper(); r.reader().Pass(d) }

// Verify and Resume implement Codes over the real store.
func (r *rig) Verify(ctx context.Context, id conversation.ID, address string, expires time.Time) (string, error) {
	code := fmt.Sprintf("%06d", 100000+len(r.digits))
	r.digits = append(r.digits, code)
	return code, r.save(ctx, session.Verify, id, code, address, expires)
}

func (r *rig) Resume(ctx context.Context, id conversation.ID, address string, expires time.Time) (string, error) {
	code := fmt.Sprintf("resume-%d-%s", len(r.links), rand.Text())
	r.links = append(r.links, code)
	return code, r.save(ctx, session.Resume, id, code, address, expires)
}

func (r *rig) OptOut(ctx context.Context, address string) (string, bool, error) {
	return r.store.OptOut(ctx, address)
}

func (r *rig) save(ctx context.Context, p session.Purpose, id conversation.ID, code, address string, expires time.Time) error {
	return r.store.SaveCode(ctx, session.Code{Hash: sha256.Sum256([]byte(code)), Purpose: p, Conversation: id, Address: address, Expires: expires})
}

// box is what has been taken since the last look, read as letters.
func (r *rig) box() []fakesmtp.Letter {
	r.t.Helper()
	var out []fakesmtp.Letter
	for _, m := range r.smtp.Box()[r.looked:] {
		l, err := m.Letter()
		if err != nil {
			r.t.Fatalf("%v in\n%s", err, m.Raw)
		}
		out = append(out, l)
	}
	r.forget()
	return out
}

func (r *rig) forget() { r.looked = len(r.smtp.Box()) }

// one expects exactly one mail.
func (r *rig) one() fakesmtp.Letter {
	r.t.Helper()
	box := r.box()
	if len(box) != 1 {
		r.t.Fatalf("%d mails, want one: %+v", len(box), box)
	}
	return box[0]
}

func (r *rig) none() {
	r.t.Helper()
	if box := r.box(); len(box) != 0 {
		r.t.Fatalf("%d mails, want none: %+v", len(box), box)
	}
}

// mailed lists what the log says of mails.
func (r *rig) mailed() []conversation.Mailed {
	r.t.Helper()
	events, err := r.store.Events(context.Background(), r.id, 0, 10000)
	if err != nil {
		r.t.Fatal(err)
	}
	var out []conversation.Mailed
	for _, e := range events {
		if b, ok := e.Body.(conversation.Mailed); ok {
			out = append(out, b)
		}
	}
	return out
}

func (r *rig) noRows() {
	r.t.Helper()
	rows, err := r.store.Mails(context.Background(), r.id)
	if err != nil || len(rows) != 0 {
		r.t.Errorf("rows left: %+v, %v", rows, err)
	}
}

func has(t *testing.T, what, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%s lacks %q:\n%s", what, w, text)
		}
	}
}

func hasNot(t *testing.T, what, text string, bad ...string) {
	t.Helper()
	if i := slices.IndexFunc(bad, func(b string) bool { return strings.Contains(text, b) }); i >= 0 {
		t.Errorf("%s holds %q:\n%s", what, bad[i], text)
	}
}
