package mail

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakesmtp"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// An address that is given gets a code, and nobody's words.
func TestCode(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	seq := r.gives(hers)
	r.drive()
	l := r.one()
	if l.Subject != "100000 is your code for Acme support" {
		t.Errorf("subject %q", l.Subject)
	}
	has(t, "the mail", l.Text, "100000", "30 minutes", r.ref)
	has(t, "the HTML", l.HTML, "100000", r.ref)
	hasNot(t, "the mail", l.Text+l.HTML, secret, "resume")
	if got, want := fmt.Sprint(r.mailed()), fmt.Sprint([]conversation.Mailed{{For: conversation.MailCode, Of: seq}}); got != want {
		t.Errorf("the log says %s, want %s", got, want)
	}
	r.noRows()
	ctx := context.Background()
	g, err := r.store.UseCode(ctx, session.Verify, r.id, sha256.Sum256([]byte("100000")), r.now.Add(29*time.Minute))
	if err != nil || g.Address != hers {
		t.Errorf("the code = %+v, %v", g, err)
	}
}

// What stands in the head of every mail.
func TestHead(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.gives(hers)
	r.drive()
	m := r.smtp.Box()[0]
	l := r.one()
	for name, want := range map[string]string{
		"From": `"Acme support" <support@shop.example>`, "To": "<" + hers + ">", "Auto-Submitted": "auto-generated", "Reply-To": "", "Bcc": "", "User-Agent": "",
	} {
		if got := l.Header.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	id := l.Header.Get("Message-Id")
	if !strings.HasSuffix(id, "@shop.example>") || strings.Contains(id, string(r.id)) {
		t.Errorf("Message-ID %q", id)
	}
	if m.From != "support@shop.example" || fmt.Sprint(m.To) != "["+hers+"]" {
		t.Errorf("the envelope is from %s to %v", m.From, m.To)
	}
}

// A code only for the address given last, and none for one that is proved.
func TestCodeOfTheLastAddress(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.smtp.Stop()
	r.gives("old@mail.example")
	r.drive()
	r.gives(hers)
	r.smtp.Start()
	r.pass(time.Hour)
	if l := r.one(); l.Header.Get("To") != "<"+hers+">" {
		t.Errorf("sent to %s", l.Header.Get("To"))
	}
	r.gives("third@mail.example")
	r.act(conversation.VerifyContact(anna, r.state().Address))
	r.pass(time.Hour)
	r.none()
	r.noRows()
}

// An address that nobody has proved learns once that there is an answer.
func TestNotice(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.gives(hers)
	r.drive()
	r.forget()
	r.claim()
	r.act(conversation.Append(conversation.Draft{Author: anna, Body: conversation.PageChanged{Page: conversation.Page{URL: "https://www.shop.example/you-have-won"}}}))
	r.says(maya, "The parcel was sent back to us.")
	r.drive()
	l := r.one()
	if l.Subject != "Acme support replied ("+r.ref+")" {
		t.Errorf("subject %q", l.Subject)
	}
	has(t, "the mail", l.Text, "Acme support replied.", "Open the chat:\nhttps://www.shop.example/\n", "in the browser in which you wrote")
	has(t, "the HTML", l.HTML, `<a href="https://www.shop.example/">Open the chat</a>`)
	hasNot(t, "the mail", l.Text+l.HTML, secret, "parcel", "Maya", "resume", "you-have-won")
	if len(r.links) != 0 || len(r.asked) != 1 || r.asked[0] != "pk_shop https://www.shop.example/you-have-won" {
		t.Errorf("links %q, the site was asked for as %q", r.links, r.asked)
	}
	r.says(maya, "Are you there?")
	r.pass(time.Hour)
	r.none()
	r.gives("other@mail.example") // another address, another code and another notice
	r.says(maya, "Hello?")
	r.pass(time.Hour)
	if box := r.box(); len(box) != 1 || !strings.Contains(box[0].Subject, "code") {
		t.Errorf("after %d mails a day for her: %+v", r.perDay, box)
	}
}

// A proved address gets the words: the first at once, the others together.
func TestReply(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.proved(hers)
	r.claim()
	r.says(maya, "The parcel was sent back to us. <b>Sorry</b> & bye")
	r.drive()
	l := r.one()
	has(t, "the mail", l.Text, "Maya, 2 March 2026, 09:00 UTC:\n  The parcel was sent back to us. <b>Sorry</b> & bye", "https://chat.shop.example/resume#resume-0", r.ref)
	has(t, "the HTML", l.HTML, "&lt;b&gt;Sorry&lt;/b&gt; &amp; bye")
	hasNot(t, "the mail", l.Text+l.HTML, secret, "Lindqvist")

	r.pass(30 * time.Second)
	r.says(maya, "I send another one.")
	wrong := r.says(maya, "It costs a fortune.")
	slip := r.says(maya, "wrong customer")
	r.drive()
	r.none()
	r.act(conversation.Append(conversation.Draft{Author: maya, Body: conversation.Edited{Of: wrong, Text: "It costs nothing."}}))
	r.act(conversation.Append(conversation.Draft{Author: maya, Body: conversation.Retracted{Of: slip}}))
	r.pass(89 * time.Second)
	r.none()
	r.pass(time.Second)
	l = r.one()
	has(t, "the mail", l.Text, "I send another one.", "It costs nothing.")
	hasNot(t, "the mail", l.Text, "parcel", "fortune", "wrong customer")
	r.pass(time.Hour)
	r.none()
	if s := r.state(); s.Mailed != s.LastAgent.Seq-1 {
		t.Errorf("mailed through %d, want %d", s.Mailed, s.LastAgent.Seq-1)
	}
}

// While she is there nothing is sent; a line that she leaves unread is.
func TestHere(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.proved(hers)
	r.claim()
	r.here(true)
	r.says(maya, "Read by her.")
	r.read()
	r.says(maya, "Left unread.")
	r.stays(3 * time.Minute)
	r.none()
	r.here(false)
	r.pass(time.Minute)
	l := r.one()
	has(t, "the mail", l.Text, "Left unread.")
	hasNot(t, "the mail", l.Text, "Read by her.")

	r.here(true)
	r.says(maya, "Seen on her return.")
	r.read()
	r.pass(time.Hour)
	r.none()
}

// A chat that is open where nobody looks, and one whose node has crashed.
func TestHereButNot(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.proved(hers)
	r.claim()
	r.here(true)
	r.says(maya, "Nobody looks.")
	r.stays(9 * time.Minute)
	r.none()
	r.stays(time.Minute)
	has(t, "the mail", r.one().Text, "Nobody looks.")

	r.here(true)
	r.says(maya, "The node is gone.")
	r.pass(2 * time.Minute)
	r.none()
	r.pass(time.Minute)
	has(t, "the mail", r.one().Text, "The node is gone.")
}

// The ladder's step reaches the team while the wait goes on, without her words.
func TestTeam(t *testing.T) {
	step := conversation.Draft{Author: conversation.Author{Role: conversation.System}, Body: conversation.Stepped{Do: stepEmail, Address: teams}}
	r := newRig(t, fakesmtp.Options{})
	r.now = r.now.Add(10 * time.Minute)
	r.act(conversation.Append(step))
	r.drive()
	m := r.smtp.Box()[0]
	l := r.one()
	if want := "A visitor is waiting: Billing Bcc: x@evil.example (" + r.ref + ")"; l.Subject != want || l.Header.Get("Bcc") != "" {
		t.Errorf("subject %q, want %q; Bcc %q", l.Subject, want, l.Header.Get("Bcc"))
	}
	if fmt.Sprint(m.To) != "["+teams+"]" {
		t.Errorf("to %v", m.To)
	}
	has(t, "the mail", l.Text, "for 10 minutes", "Reference: "+r.ref, "Topic: Billing", "Reason: the visitor asked for a person", "Waiting since: 2 March 2026, 09:00 UTC")
	hasNot(t, "the mail", l.Text+l.HTML, secret, "resume")
	if s := r.state(); s.Mailed != 0 {
		t.Errorf("a mail to the team covers events of the visitor: %d", s.Mailed)
	}

	r.smtp.Stop()
	r.act(conversation.Append(step))
	r.drive()
	r.claim() // nobody waits any more
	r.smtp.Start()
	r.pass(time.Hour)
	r.none()
	r.noRows()
}

// Without a public address there is no link, and nothing points nowhere.
func TestWithoutPublicURL(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.public = ""
	r.proved(hers)
	r.claim()
	r.says(maya, "Done.")
	r.drive()
	l := r.one()
	has(t, "the mail", l.Text, "Done.", "Open the chat on the page where you wrote to us.")
	hasNot(t, "the mail", l.Text+l.HTML, "http", "resume")
	if len(r.links) != 0 {
		t.Errorf("links were made: %v", r.links)
	}
}

// Three mails a day for an address that nobody has proved, and for a visitor.
func TestPerDay(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	for range 5 {
		r.gives(hers)
		r.drive()
	}
	if n := len(r.box()); n != 3 {
		t.Errorf("%d codes to one address, want 3", n)
	}
	r.gives("fresh@mail.example")
	r.drive()
	r.none()
	if s := r.state(); s.MailRefused != 0 {
		t.Error("a limit counts as a refusal")
	}
	r.now = r.now.Add(24 * time.Hour)
	r.gives("fresh@mail.example")
	r.drive()
	r.one()
	r.noRows()
}

// What an address may not be: a line break, a name, a comment, a second address.
func TestAddresses(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.perDay = 100
	for _, bad := range []string{
		"a@b\r\nBcc: x@evil.example", "a@b.example, x@evil.example", "Anna <a@b.example>", `"a b"@c.example`, "a(b)@c.example", "a@[127.0.0.1]",
		"a@b.example\n", " a@b.example", "@b.example", "a@", "a", strings.Repeat("a", 250) + "@b.example", "a@b..example\x00",
	} {
		r.gives(bad)
		r.drive()
		r.none()
	}
	r.noRows()
	r.gives("anna@müller.example")
	r.drive()
	if l := r.one(); l.Header.Get("To") != "<anna@xn--mller-kva.example>" {
		t.Errorf("to %q", l.Header.Get("To"))
	}
	for in, want := range map[string]bool{"a@localhost": true, "a+b@c.example": true, "ä@c.example": true, "a@b.example.": false, "a;b@c.example": false} {
		if got := isAddress(in); got != want {
			t.Errorf("isAddress(%q) = %v", in, got)
		}
	}
}

// What happened before mail was there is not mailed.
func TestOldEvents(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.gives(hers)
	r.act(conversation.Append(conversation.Draft{Author: conversation.Author{Role: conversation.System}, Body: conversation.Stepped{Do: stepEmail, Address: teams}}))
	r.now = r.now.Add(25 * time.Hour)
	r.drive()
	r.none()
	r.noRows()
}
