package mail

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakesmtp"
	"github.com/handoff-bot/handoff/mail/ledger"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/store/storetest"
)

// mortal kills the process before its n-th call of the database; what was written
// before stays written, and nothing more is.
type mortal struct {
	*store.Store
	left int
}

func (m *mortal) dies() bool {
	m.left--
	return m.left < 0
}

func (m *mortal) Append(ctx context.Context, id conversation.ID, key string, d conversation.Decider) (conversation.Outcome, error) {
	if m.dies() {
		return conversation.Outcome{}, storetest.ErrKilled
	}
	return m.Store.Append(ctx, id, key, d)
}

func (m *mortal) PlanMail(ctx context.Context, row ledger.Mail) error {
	if m.dies() {
		return storetest.ErrKilled
	}
	return m.Store.PlanMail(ctx, row)
}

func (m *mortal) SaveMail(ctx context.Context, row ledger.Mail) error {
	if m.dies() {
		return storetest.ErrKilled
	}
	return m.Store.SaveMail(ctx, row)
}

func (m *mortal) DropMail(ctx context.Context, row ledger.Mail) error {
	if m.dies() {
		return storetest.ErrKilled
	}
	return m.Store.DropMail(ctx, row)
}

// A kill before every single write: each mail is sent, only the one whose answer
// was not written down goes out twice, and then under one Message-ID and about
// the same lines; the log says it once.
func TestKilledBetween(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		for name, act := range map[string]func(*rig){
			"code":   func(r *rig) { r.gives(hers) },
			"notice": func(r *rig) { r.gives(hers); r.drive(); r.forget(); r.claim(); r.says(maya, "Done.") },
			"reply":  func(r *rig) { r.proved(hers); r.claim(); r.says(maya, "Done.") },
			"transcript": func(r *rig) {
				r.proved(hers)
				r.claim()
				r.act(conversation.Close(maya, conversation.Closing{}, false))
			},
			"team": func(r *rig) {
				r.act(conversation.Append(conversation.Draft{Author: conversation.Author{Role: conversation.System}, Body: conversation.Stepped{Do: stepEmail, Address: teams}}))
			},
		} {
			t.Run(name, func(t *testing.T) { killEverywhere(t, url, act) })
		}
	})
}

func killEverywhere(t *testing.T, url string, act func(*rig)) {
	r := newRigAt(t, url, fakesmtp.Options{})
	r.perDay = 1000
	twice := 0
	for n := 0; ; n++ {
		r.wrap = nil
		r.reopen()
		r.conversation()
		act(r)
		r.forget()
		before := len(r.mailed())
		m := &mortal{left: n}
		r.wrap = func(d *Deps) { m.Store = r.store; d.Log, d.Ledger = m, m }
		r.build()
		r.pass(2 * time.Minute)
		alive := m.left >= 0
		r.wrap = nil
		r.reopen()
		r.says(maya2(r), "Another line.") // it must not change what is sent again
		r.pass(10 * time.Minute)
		r.noRows()
		ids := map[string]int{}
		for _, l := range r.box() {
			ids[l.Header.Get("Message-Id")]++
		}
		said := map[string]int{}
		for _, b := range r.mailed()[before:] {
			said[fmt.Sprint(b.For, b.Of)]++
		}
		checkKilled(t, n, ids, said, &twice)
		if alive {
			break
		}
	}
	if twice != 1 {
		t.Errorf("%d of the kills sent a mail twice, want the one before the answer is written down", twice)
	}
}

func checkKilled(t *testing.T, n int, ids, said map[string]int, twice *int) {
	t.Helper()
	if len(ids) == 0 {
		t.Errorf("killed at %d: no mail", n)
	}
	for id, times := range ids {
		if times > 2 {
			t.Errorf("killed at %d: %s was sent %d times", n, id, times)
		}
		if times == 2 {
			*twice++
		}
	}
	for what, times := range said {
		if times != 1 {
			t.Errorf("killed at %d: the log says %s %d times", n, what, times)
		}
	}
	if len(said) != len(ids) {
		t.Errorf("killed at %d: %d mails, %d in the log", n, len(ids), len(said))
	}
}

// maya2 is Maya where she may speak, the visitor elsewhere.
func maya2(r *rig) conversation.Author {
	if r.state().Mode == conversation.WithAgent {
		return maya
	}
	return conversation.Author{Role: conversation.System}
}

// The line is cut after the server has the mail: it cannot be known, so it is
// sent again and can be recognised.
func TestCutAfterData(t *testing.T) {
	r := newRig(t, fakesmtp.Options{})
	r.proved(hers)
	r.claim()
	r.smtp.Fail(fakesmtp.Fault{At: fakesmtp.AfterData, Cut: true, Times: 1})
	r.says(maya, "Done.")
	r.drive()
	r.says(maya, "And more.")
	r.pass(3 * time.Minute)
	box := r.box()
	if len(box) != 3 {
		t.Fatalf("%d mails, want the one twice and the next", len(box))
	}
	if a, b := box[0].Header.Get("Message-Id"), box[1].Header.Get("Message-Id"); a != b || a == box[2].Header.Get("Message-Id") {
		t.Errorf("ids %s, %s, %s", a, b, box[2].Header.Get("Message-Id"))
	}
	hasNot(t, "the mail that was sent again", box[1].Text, "And more.")
	has(t, "the next mail", box[2].Text, "And more.")
}
