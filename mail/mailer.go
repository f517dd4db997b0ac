package mail

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	netmail "net/mail"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/mail/ledger"
)

// Consumer is the mail room's name among the readers.
const Consumer = "mail"

// How long codes are valid.
const (
	CodeLife   = 30 * time.Minute
	ResumeLife = 7 * 24 * time.Hour
)

// ReplyEvery is the shortest time between two mails with agents' lines in one
// conversation. The first line goes at once.
const ReplyEvery = 2 * time.Minute

// UnreadFor is after how long a line that stays unread is mailed although the
// chat is open somewhere: nobody looks at it.
const UnreadFor = 10 * time.Minute

// hereFor is how long "here" is believed. The visitor's door says it again every
// minute while a person waits or answers.
const hereFor = 150 * time.Second

// lookAgain is how often it is looked whether a visitor who is there has left
// with a line unread.
const lookAgain = time.Minute

// undone is when an act can surely not be undone any more.
const undone = conversation.UndoWithin + time.Second

// Log is the conversation's log.
type Log interface {
	conversation.Reader
	conversation.Appender
}

// Ledger keeps the mails that are meant to be sent. The store implements it.
type Ledger interface {
	// Mails lists those of a conversation, the oldest first.
	Mails(ctx context.Context, id conversation.ID) ([]ledger.Mail, error)
	// PlanMail adds a row, unless the mail has one.
	PlanMail(ctx context.Context, m ledger.Mail) error
	// SaveMail adds a row, or changes it.
	SaveMail(ctx context.Context, m ledger.Mail) error
	// DropMail deletes a row; one that is not there is no error.
	DropMail(ctx context.Context, m ledger.Mail) error
}

// Visitors says where a visitor is. The store implements it.
type Visitors interface {
	// Presence says whether the chat is open somewhere, and when that was said
	// last; the zero time means never.
	Presence(ctx context.Context, id conversation.ID) (here bool, at time.Time, err error)
	// Seen is how far she has read, in her own numbering.
	Seen(ctx context.Context, id conversation.ID) (conversation.Seq, error)
}

// Counters counts within a window of time. The store implements it.
type Counters interface {
	Count(ctx context.Context, name string, window time.Time, n int) (int, error)
}

// Codes makes what mails carry. Codes that prove something are remembered as
// hashes only.
type Codes interface {
	// Verify makes the six digits that prove the address of a conversation. The
	// ones before are worthless from then on.
	Verify(ctx context.Context, id conversation.ID, address string, expires time.Time) (string, error)
	// Resume makes a code that opens the conversation on any device, once.
	Resume(ctx context.Context, id conversation.ID, address string, expires time.Time) (string, error)
	// OptOut returns the code of the link that stops mails to an address, the same
	// in all of them, and whether they are stopped.
	OptOut(ctx context.Context, address string) (code string, stopped bool, err error)
}

// Settings are what may change while the program runs.
type Settings struct {
	Team      conversation.Text   // what visitors know the team by, when mail.from has no name
	PublicURL string              // where the chat can be opened again; "" for nowhere
	PerDay    int                 // mails a day to an address that nobody has proved, and of one visitor
	AgentName func(string) string // what the visitor reads for an agent's name
	// Site is where the site of a widget key is, as its operator wrote it: the one
	// of its origins that page belongs to, or else the first. "" for a site without
	// an origin of its own. No part of page is in it.
	Site func(widget, page string) string
}

// Deps is what the room works with. TLS and Dial reach the mail server; nil means
// the system's trust and the network.
type Deps struct {
	Config   Config
	Log      Log
	Ledger   Ledger
	Visitors Visitors
	Counters Counters
	Codes    Codes
	Settings func() Settings
	// Alert tells the admins, once per cause and hour.
	Alert func(cause, text string)
	// Standing is Alert for something that lasts until Mended, which tells its end;
	// nil means Alert, and silence.
	Standing, Mended func(cause, text string)

	TLS    *tls.Config
	Dial   func(ctx context.Context, network, addr string) (net.Conn, error)
	Logger *slog.Logger
}

// Mailer is the feed.Handler of the consumer "mail".
type Mailer struct {
	Deps
	post *post
	gate gate
}

// New returns a Mailer. The error is for the operator: what is wrong with the
// section mail.
func New(d Deps) (*Mailer, error) {
	p, err := d.Config.post(d.TLS)
	if err != nil {
		return nil, err
	}
	p.dial = d.Dial
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.Alert == nil {
		d.Alert = func(string, string) {}
	}
	if d.Standing == nil {
		d.Standing = d.Alert
	}
	if d.Mended == nil {
		d.Mended = func(string, string) {}
	}
	return &Mailer{Deps: d, post: p}, nil
}

func (c Config) post(trust *tls.Config) (*post, error) {
	s, p := c.server()
	if p != nil {
		return nil, fmt.Errorf("mail.%s %s: %s", p.Key, p.Message, p.Mend)
	}
	from, p := c.sender()
	if p != nil {
		return nil, fmt.Errorf("mail.%s %s: %s", p.Key, p.Message, p.Mend)
	}
	return &post{server: s, from: from, tls: trust}, nil
}

// Check says hello to the mail server, encrypts and logs in, and sends nothing.
// trust is nil for the system's choice. The error holds no secret.
func (c Config) Check(ctx context.Context, trust *tls.Config) error {
	p, err := c.post(trust)
	if err != nil {
		return err
	}
	return p.check(ctx)
}

// Server names the mail server without its login: mail.example.com:587.
func (c Config) Server() string {
	s, p := c.server()
	if p != nil {
		return ""
	}
	return s.String()
}

// name is what a visitor with this language knows the team by.
func (m *Mailer) name(s Settings, locale string) string {
	if m.post.from.Name != "" {
		return headline(m.post.from.Name)
	}
	return headline(s.Team.In(locale))
}

// sender is whom mails are from, with the name that visitors know.
func (m *Mailer) sender(team string) netmail.Address {
	return netmail.Address{Name: team, Address: m.post.from.Address}
}

// Handle implements feed.Handler. Only the database makes it fail: a mail server
// that does not answer is a Due.
func (m *Mailer) Handle(ctx context.Context, w feed.Work) (feed.Done, error) {
	v := &visit{Mailer: m, w: w, state: w.State, settings: m.Settings()}
	if err := v.plan(ctx); err != nil {
		return feed.Done{}, err
	}
	if err := v.deliver(ctx); err != nil {
		return feed.Done{}, err
	}
	done := feed.Done{Through: w.State.Seq, Due: v.due}
	if n := len(w.Events); n == feed.BatchSize { // there is more: look at once
		done.Through, done.Due = w.Events[n-1].Seq, time.Time{}
	}
	return done, nil
}
