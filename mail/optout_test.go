package mail

import (
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakesmtp"
)

// B-62: whoever has an address stops its mails by the link in one of them, all of
// them, in every conversation, until she allows them again.
func TestOptOut(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.gives(hers)
	r.drive()
	l := r.one()
	where := strings.Trim(l.Header.Get("List-Unsubscribe"), "<>")
	base, code, _ := strings.Cut(where, "=")
	if base != "https://chat.shop.example/unsubscribe?t" || len(code) < 20 || l.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Fatalf("the way out is %q, %q", where, l.Header.Get("List-Unsubscribe-Post"))
	}
	has(t, "the mail", l.Text, "No more mails of Acme support to this address:\n"+where)
	has(t, "the HTML", l.HTML, `href="`+where+`"`)
	if err := r.store.StopMails(t.Context(), code, true); err != nil {
		t.Fatal(err)
	}
	r.gives("Anna@Mail.example")
	r.act(conversation.VerifyContact(anna, r.state().Address))
	r.claim()
	r.says(maya, "The parcel was sent back to us.")
	r.pass(time.Hour)
	r.act(conversation.Close(maya, conversation.Closing{}, false))
	r.pass(time.Hour)
	r.conversation() // somebody else enters it
	r.gives(hers)
	r.pass(time.Hour)
	r.none()
	r.noRows()
	if s := r.state(); s.MailRefused == 0 {
		t.Error("the team is not told that mails do not reach her")
	}
	if got := r.mailed(); len(got) != 1 || got[0].Why != conversation.MailStopped {
		t.Errorf("the log says %+v", got)
	}
	if err := r.store.StopMails(t.Context(), code, false); err != nil {
		t.Fatal(err)
	}
	r.gives(hers)
	r.drive()
	if l := r.one(); l.Header.Get("List-Unsubscribe") != "<"+where+">" {
		t.Errorf("the way out is %q now", l.Header.Get("List-Unsubscribe"))
	}
}
