package mail

import (
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakesmtp"
)

func (r *rig) identified(i conversation.Identified) {
	r.t.Helper()
	i.Visitor = anna.ID
	r.act(conversation.Append(conversation.Draft{Author: conversation.Author{Role: conversation.System}, Body: i}))
}

// An address that the site has signed needs no code and gets the words, but no
// link that opens the chat: who is signed in has it on the site, and a mailbox
// does not show who is.
func TestSignedAddress(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.identified(conversation.Identified{Mail: true, Subject: "user-1", Email: hers})
	r.claim()
	r.says(maya, "The parcel was sent back to us.")
	r.drive()
	l := r.one()
	has(t, "the mail", l.Text, "The parcel was sent back to us.", "Open the chat on the page where you wrote to us", r.ref)
	hasNot(t, "the mail", l.Text+l.HTML, "/resume", secret)
	if to := l.Header.Get("To"); to != "<"+hers+">" {
		t.Errorf("sent to %s", to)
	}
	if len(r.digits)+len(r.links) != 0 {
		t.Errorf("codes were made: %v, %v", r.digits, r.links)
	}
}

// B-08: what was proved before she was known gets nothing more, and neither does
// anybody once the chat is cleared.
func TestB08MailsEndWithTheStranger(t *testing.T) {
	for name, end := range map[string]func(*rig){
		"signed in": func(r *rig) { r.identified(conversation.Identified{Taken: true, Subject: "user-1"}) },
		"cleared": func(r *rig) {
			r.act(conversation.Clear(anna))
			r.act(conversation.Append(conversation.Draft{Author: maya, Body: conversation.Reopened{Agent: conversation.Staff{ID: maya.ID, Name: maya.Name}}}))
		},
	} {
		r := newRig(t, fakesmtp.Options{})
		r.proved("stranger@mail.example")
		r.claim()
		end(r)
		r.says(maya, "For her eyes only.")
		r.pass(2 * time.Hour)
		if box := r.box(); len(box) != 0 {
			t.Errorf("%s: %d mails were sent: %+v", name, len(box), box)
		}
	}
}
