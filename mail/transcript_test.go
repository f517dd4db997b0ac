package mail

import (
	"context"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakesmtp"
)

// At the close a proved address gets all of it, unless she is there, or the close
// is taken back.
func TestTranscript(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.proved(hers)
	r.claim()
	slip := r.says(maya, "wrong customer")
	r.says(maya, "Done.")
	r.act(conversation.Append(conversation.Draft{Author: maya, Body: conversation.Retracted{Of: slip}}))
	r.act(conversation.Append(conversation.Draft{Author: maya, Body: conversation.Note{Text: "difficult customer"}}))
	r.pass(3 * time.Minute)
	r.forget()
	r.act(conversation.Close(maya, conversation.Closing{Note: "inside"}, false))
	r.pass(29 * time.Second)
	r.none()
	r.act(conversation.Undo(maya, r.state().Undo.Seq, r.now, false))
	r.pass(time.Hour)
	r.none()

	r.act(conversation.Close(maya, conversation.Closing{Note: "inside"}, false))
	r.pass(time.Minute)
	l := r.one()
	if l.Subject != "Your chat with Acme support ("+r.ref+")" {
		t.Errorf("subject %q", l.Subject)
	}
	has(t, "the mail", l.Text, "You:\n  "+secret, "Maya:\n  Done.", "/resume#resume-")
	hasNot(t, "the mail", l.Text+l.HTML, "wrong customer", "difficult", "inside")
	if s := r.state(); s.Mailed != s.Closed.Seq {
		t.Errorf("mailed through %d, want the close %d", s.Mailed, s.Closed.Seq)
	}
	r.noRows()
}

// She asks for what was said so far: it comes at once, although she is there, and
// an agent's line in it is not mailed again.
func TestAskedTranscript(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.proved(hers)
	r.claim()
	r.here(true)
	slip := r.says(maya, "wrong customer")
	r.says(maya, "Done.")
	r.act(conversation.Append(conversation.Draft{Author: maya, Body: conversation.Retracted{Of: slip}}))
	r.act(conversation.Append(conversation.Draft{Author: maya, Body: conversation.Note{Text: "difficult customer"}}))
	r.drive()
	r.none()
	r.act(conversation.AskTranscript(anna, r.now))
	r.drive()
	l := r.one()
	if l.Subject != "Your chat with Acme support ("+r.ref+")" {
		t.Errorf("subject %q", l.Subject)
	}
	has(t, "the mail", l.Text, "You asked for your chat with Acme support.", "You:\n  "+secret, "Maya:\n  Done.", "/resume#resume-")
	hasNot(t, "the mail", l.Text+l.HTML, "wrong customer", "difficult", "has ended")
	r.here(false)
	r.pass(time.Hour)
	r.none()
	r.noRows()
}

// Until it goes out the address has to stay a proved one.
func TestAskedTranscriptOfAnotherAddress(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.proved(hers)
	r.smtp.Stop()
	r.act(conversation.AskTranscript(anna, r.now))
	r.drive()
	r.gives("other@mail.example")
	r.smtp.Start()
	r.pass(time.Hour)
	has(t, "the one mail", r.one().Subject, "is your code")
	r.noRows()
}

func TestNoTranscript(t *testing.T) {
	for name, prepare := range map[string]func(*rig){
		"she is there":  func(r *rig) { r.proved(hers); r.here(true) },
		"not proved":    func(r *rig) { r.gives(hers); r.drive(); r.forget() },
		"no address":    func(*rig) {},
		"by herself":    func(r *rig) { r.proved(hers) },
		"reopened":      func(r *rig) { r.proved(hers) },
		"erased before": func(r *rig) { r.proved(hers) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, fakesmtp.Options{})
			prepare(r)
			r.claim()
			if closes := conversation.Close(maya, conversation.Closing{}, false); name != "by herself" {
				r.act(closes)
			} else {
				r.act(conversation.CloseSelf(anna))
			}
			r.drive()
			switch name {
			case "reopened":
				r.act(conversation.VisitorSays(anna, conversation.Message{Text: "again"}, r.now, time.Hour))
			case "erased before":
				if err := r.store.Erase(context.Background(), r.id); err != nil {
					t.Fatal(err)
				}
			}
			r.pass(time.Hour)
			r.none()
			r.noRows()
		})
	}
}
