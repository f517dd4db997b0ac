package mail

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakesmtp"
)

// The ways to a mail server: plain on loopback, STARTTLS, TLS from the first
// byte, with and without a login.
func TestWays(t *testing.T) {
	for name, c := range map[string]struct {
		options fakesmtp.Options
		url     string // %s is the address
		tls     bool
	}{
		"plain":          {fakesmtp.Options{}, "smtp://%s", false},
		"plain, login":   {fakesmtp.Options{User: "handoff", Pass: "p@ss/word"}, "smtp://handoff:p%%40ss%%2Fword@%s", false},
		"off":            {fakesmtp.Options{STARTTLS: true}, "smtp://%s?starttls=off", false},
		"starttls":       {fakesmtp.Options{STARTTLS: true}, "smtp://%s?starttls=required", true},
		"starttls login": {fakesmtp.Options{STARTTLS: true, User: "handoff", Pass: "secret"}, "smtp://handoff:secret@%s?starttls=required", true},
		"smtps":          {fakesmtp.Options{Implicit: true, User: "handoff", Pass: "secret"}, "smtps://handoff:secret@%s", true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, c.options)
			r.config.SMTP = fmt.Sprintf(c.url, r.smtp.Addr())
			r.build()
			r.gives(hers)
			r.drive()
			r.one()
			m := r.smtp.Box()[0]
			if m.TLS != c.tls || m.User != c.options.User {
				t.Errorf("taken with TLS %v from %q", m.TLS, m.User)
			}
			if err := r.mailer.post.check(context.Background()); err != nil || len(r.smtp.Box()) != 1 {
				t.Errorf("check: %v, %d mails", err, len(r.smtp.Box()))
			}
		})
	}
}

// A server that is not who it says, that offers no STARTTLS, or that refuses the
// login or the sender: nothing is sent, nothing is lost, the admins are told.
func TestServerRefusesUs(t *testing.T) {
	for name, c := range map[string]struct {
		options fakesmtp.Options
		url     string
		fault   fakesmtp.Fault
		alert   string
		mend    func(*rig)
	}{
		"not running":  {fakesmtp.Options{}, "smtp://%s", fakesmtp.Fault{}, "cannot be reached", func(r *rig) { r.smtp.Start() }},
		"421 at once":  {fakesmtp.Options{}, "smtp://%s", fakesmtp.Fault{At: fakesmtp.AtHello, Code: 421}, "answer 421", func(r *rig) { r.smtp.Mend() }},
		"hangs up":     {fakesmtp.Options{}, "smtp://%s", fakesmtp.Fault{At: fakesmtp.AtHello, Cut: true}, "cannot be reached", func(r *rig) { r.smtp.Mend() }},
		"bad login":    {fakesmtp.Options{User: "handoff", Pass: "right"}, "smtp://handoff:wrong@%s", fakesmtp.Fault{}, "answer 535", func(r *rig) { r.config.SMTP = strings.Replace(r.config.SMTP, "wrong", "right", 1); r.build() }},
		"bad sender":   {fakesmtp.Options{}, "smtp://%s", fakesmtp.Fault{At: fakesmtp.AtMail, Code: 550}, "answer 550", func(r *rig) { r.smtp.Mend() }},
		"no starttls":  {fakesmtp.Options{}, "smtp://%s?starttls=required", fakesmtp.Fault{}, "cannot be reached", func(r *rig) { r.config.SMTP = "smtp://" + r.smtp.Addr(); r.build() }},
		"not its name": {fakesmtp.Options{Implicit: true}, "smtps://%s", fakesmtp.Fault{}, "cannot be reached", func(r *rig) { r.wrap = nil; r.build() }},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, c.options)
			r.config.SMTP = fmt.Sprintf(c.url, r.smtp.Addr())
			if name == "not its name" {
				r.wrap = func(d *Deps) { d.TLS = nil }
			}
			r.build()
			r.smtp.Fail(c.fault)
			if name == "not running" {
				r.smtp.Stop()
			}
			r.gives(hers)
			r.drive()
			first := r.id
			for range 5 { // others meet the shut gate and ask nobody
				r.conversation()
				r.gives(fmt.Sprintf("b%d@mail.example", len(r.digits)))
				r.drive()
			}
			r.pass(10 * time.Minute)
			r.none()
			if len(r.alerts) == 0 || !strings.Contains(r.alerts[0], c.alert) || strings.Contains(fmt.Sprint(r.alerts), hers) {
				t.Errorf("alerts %q", r.alerts)
			}
			c.mend(r)
			r.pass(10 * time.Minute)
			if n := len(r.box()); n < 3 {
				t.Errorf("%d mails after the server was mended", n)
			}
			r.id = first
			r.noRows()
		})
	}
}

// A gate that is shut asks a dead server seldom, whoever waits.
func TestGate(t *testing.T) {
	var g gate
	now := time.Unix(0, 0)
	tries := 0
	for end := now.Add(time.Hour); now.Before(end); now = now.Add(time.Second) {
		if g.shut(now).IsZero() {
			tries++
			g.failed(now)
			g.failed(now) // another worker, at the same time
		}
	}
	if tries < 12 || tries > 20 {
		t.Errorf("%d tries in an hour", tries)
	}
	g.worked()
	if !g.shut(now).IsZero() {
		t.Error("still shut")
	}
}

// One address that is put off or refused stops no other mail.
func TestOneMailFails(t *testing.T) {
	for name, c := range map[string]struct {
		fault   fakesmtp.Fault
		retried bool
		why     conversation.MailWhy
		code    int
	}{
		"450":          {fakesmtp.Fault{At: fakesmtp.AtRcpt, Code: 450, Addr: hers}, true, "", 0},
		"421 at data":  {fakesmtp.Fault{At: fakesmtp.AtData, Code: 421}, true, "", 0},
		"552":          {fakesmtp.Fault{At: fakesmtp.AtRcpt, Code: 552, Addr: hers}, true, "", 0},
		"cut at rcpt":  {fakesmtp.Fault{At: fakesmtp.AtRcpt, Cut: true, Addr: hers}, true, "", 0},
		"550":          {fakesmtp.Fault{At: fakesmtp.AtRcpt, Code: 550, Addr: hers}, false, conversation.MailRefused, 550},
		"554 at data":  {fakesmtp.Fault{At: fakesmtp.AtData, Code: 554}, false, conversation.MailRefused, 554},
		"slow, but so": {fakesmtp.Fault{At: fakesmtp.AtRcpt, Slow: 50 * time.Millisecond}, false, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, fakesmtp.Options{})
			r.proved(hers)
			r.claim()
			r.smtp.Fail(c.fault)
			r.says(maya, "Done.")
			r.drive()
			first := r.id
			if c.fault.Addr != "" {
				r.conversation()
				r.gives("other@mail.example")
				r.drive()
				r.one()
				r.id = first
			}
			if !c.retried {
				got := r.mailed()
				if last := got[len(got)-1]; last.Why != c.why || last.Code != c.code {
					t.Errorf("the log says %+v", last)
				}
				if s := r.state(); (s.MailRefused != 0) != (c.why != "") {
					t.Errorf("refused at %d", s.MailRefused)
				}
				if c.why != "" && (len(r.alerts) != 1 || strings.Contains(r.alerts[0], hers)) {
					t.Errorf("alerts %q", r.alerts)
				}
				r.noRows()
				return
			}
			r.none()
			r.smtp.Mend()
			r.pass(time.Minute)
			has(t, "the mail", r.one().Text, "Done.")
			r.noRows()
		})
	}
}

// After days of being put off a mail is given up, and the log says so.
func TestGivenUp(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.proved(hers)
	r.claim()
	r.smtp.Fail(fakesmtp.Fault{At: fakesmtp.AtRcpt, Code: 450})
	r.says(maya, "Done.")
	r.pass(3 * 24 * time.Hour)
	if s := r.state(); s.MailRefused != 0 {
		t.Fatal("given up after three days")
	}
	r.pass(30 * time.Hour)
	got := r.mailed()
	if last := got[len(got)-1]; last.Why != conversation.MailGivenUp || last.Code != 450 {
		t.Errorf("the log says %+v", last)
	}
	r.noRows()
}

// A server that is down for a week loses nothing.
func TestDownForAWeek(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.proved(hers)
	r.claim()
	r.smtp.Stop()
	r.says(maya, "First.")
	r.pass(24 * time.Hour)
	r.says(maya, "Second.")
	r.pass(6 * 24 * time.Hour)
	r.smtp.Start()
	r.pass(5 * time.Minute)
	has(t, "the mail", r.one().Text, "First.", "Second.")
	r.noRows()
}

// When the process is told to stop, a mail server that hangs does not hold it.
func TestStopsWithTheContext(t *testing.T) {
	for _, at := range []fakesmtp.Stage{fakesmtp.AtHello, fakesmtp.AtRcpt, fakesmtp.AtData} {
		t.Run(string(at), func(t *testing.T) {
			r := newRig(t, fakesmtp.Options{})
			r.smtp.Fail(fakesmtp.Fault{At: at, Slow: 2 * time.Second, Code: 450, Times: 1})
			ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
			defer cancel()
			began := time.Now()
			from := r.mailer.post.from
			c := &composed{visit: &visit{Mailer: r.mailer, settings: r.mailer.Settings()}, to: hers, team: "Acme"}
			c.m.For = conversation.MailTeam
			m, err := c.message(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if a := r.mailer.post.send(ctx, m, false); a.outcome == taken {
				t.Errorf("taken, from %v", from)
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}
