package handofftest

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakesmtp"
)

// mailPolicy is the section mail of the stories in a bubble: a server elsewhere,
// so encrypted.
const mailPolicy = "mail: {smtp: 'smtp://handoff:secret@mail.test', from: Sample shop <support@shop.example>}\n"

// startMail runs a mail server on the wires, when the file has one.
func (b *bubble) startMail(policy string) {
	if !strings.Contains(policy, "mail:") {
		return
	}
	b.Mail = fakesmtp.New(b.t, fakesmtp.Options{STARTTLS: true, User: "handoff", Pass: "secret", Listen: func() (net.Listener, error) {
		return b.wires.listen("mail.test"), nil
	}})
}

func (b *bubble) mailTrust() *tls.Config {
	if b.Mail == nil {
		return nil
	}
	return &tls.Config{RootCAs: b.Mail.Roots(), MinVersion: tls.VersionTLS12}
}

// letters are the mails so far.
func (b *bubble) letters() []fakesmtp.Letter {
	b.t.Helper()
	var out []fakesmtp.Letter
	for _, m := range b.Mail.Box() {
		if !m.TLS || m.User != "handoff" {
			b.t.Errorf("a mail in clear or without a login: %+v", m.To)
		}
		l, err := m.Letter()
		if err != nil {
			b.t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}

// mailed expects that the n-th mail is the last one and holds these texts.
func (b *bubble) mailed(n int, subject string, texts ...string) {
	b.t.Helper()
	all := b.letters()
	if len(all) != n {
		b.t.Fatalf("%d mails, want %d; the last: %+v", len(all), n, all[max(0, len(all)-1):])
	}
	if l := all[n-1]; n > 0 {
		for _, want := range append(texts, subject) {
			if !strings.Contains(l.Subject+"\n"+l.Text, want) {
				b.t.Errorf("mail %d lacks %q:\n%s\n%s", n, want, l.Subject, l.Text)
			}
		}
	}
}

// proves types the code of the last mail, which its subject begins with.
func (g *guest) proves() {
	g.b.t.Helper()
	all := g.b.letters()
	digits, _, _ := strings.Cut(all[len(all)-1].Subject, " ")
	g.Post("contact/verify", map[string]any{"code": digits})
}

// Anna proves her address, leaves, and is answered through a mail server that is
// down for an hour, with a restart in the middle; she comes back, reads, and leaves
// a line unread.
func TestMailOfADay(t *testing.T) {
	inBubble(t, mailPolicy, berlin("2026-01-20 10:00"), func(b *bubble) {
		anna := b.visitor("anna")
		anna.says("is there a person I can talk to?")
		anna.card()
		anna.gives("anna@mail.example")
		b.wait(time.Second)
		b.mailed(1, "is your code for Sample shop")
		anna.proves()
		anna.claimedBy("maya")
		anna.hears("maya", "hello Anna, I look it up")
		b.wait(2 * time.Second)
		anna.Leave()
		b.wait(2 * time.Minute)
		b.mailed(2, "Sample shop replied", "hello Anna")

		b.Mail.Stop()
		anna.hears("maya", "your parcel came back to us")
		b.wait(30 * time.Minute)
		b.stop()
		b.start()
		anna.hears("maya", "I send another one")
		b.wait(30 * time.Minute)
		b.Mail.Start()
		b.wait(6 * time.Minute)
		b.mailed(3, "Sample shop replied", "your parcel came back", "I send another one", "https://chat.shop.example/resume#")

		anna.Return()
		b.wait(10 * time.Second)
		anna.hears("maya", "it leaves tomorrow")
		b.wait(10 * time.Second)
		b.mailed(3, "")
		anna.Leave()
		b.wait(2 * time.Minute)
		b.mailed(4, "Sample shop replied", "it leaves tomorrow")
	})
}

// Nobody takes a conversation: the ladder writes to the team, once, without the
// visitor's words, and also when the mail server was away then.
func TestLadderWritesToTheTeam(t *testing.T) {
	const ladder = mailPolicy + "handoff: {when_nobody: [{after: 2m, do: email, address: team@shop.example}]}\n"
	inBubble(t, ladder, berlin("2026-01-20 10:00"), func(b *bubble) {
		b.Mail.Stop()
		anna := b.visitor("anna")
		anna.says("is there a person I can talk to? my order is 4711")
		anna.card()
		b.wait(5 * time.Minute)
		b.Mail.Start()
		b.wait(6 * time.Minute)
		b.mailed(1, "A visitor is waiting", "Reference: "+anna.Reference, "Reason: the visitor asked for a person")
		if l := b.letters()[0]; l.Header.Get("To") != "<team@shop.example>" || strings.Contains(l.Text+l.HTML, "4711") {
			b.t.Errorf("to %s:\n%s", l.Header.Get("To"), l.Text)
		}
		b.wait(time.Hour)
		b.mailed(1, "")
	})
}
