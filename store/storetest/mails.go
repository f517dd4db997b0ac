package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/mail/ledger"
)

// mails: planning keeps a row that is there, saving changes it, dropping ends it.
func mails(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	a, b := Conversation(t, s).ID, Conversation(t, s).ID
	has := func(id conversation.ID, want ...ledger.Mail) {
		t.Helper()
		if got := one[[]ledger.Mail](t)(s.Mails(ctx, id)); !slices.Equal(got, want) {
			t.Errorf("mails of %s = %+v, want %+v", id, got, want)
		}
	}
	has(a)
	code := ledger.Mail{Conversation: a, For: conversation.MailCode, Of: 4, Since: start, Due: start}
	reply := ledger.Mail{Conversation: a, For: conversation.MailReply, Of: 4, Through: 6, Since: start.Add(time.Second), Due: start.Add(time.Minute), Tries: 1}
	must(t, s.PlanMail(ctx, code))
	must(t, s.SaveMail(ctx, reply))
	must(t, s.PlanMail(ctx, ledger.Mail{Conversation: b, For: conversation.MailTeam, Of: 4, Since: start}))
	has(a, code, reply)

	again := code
	again.Due, again.Tries = start.Add(time.Hour), 3
	must(t, s.PlanMail(ctx, again))
	has(a, code, reply)
	must(t, s.SaveMail(ctx, again))
	has(a, again, reply)

	must(t, s.DropMail(ctx, code))
	must(t, s.DropMail(ctx, code))
	has(a, reply)
	has(b, ledger.Mail{Conversation: b, For: conversation.MailTeam, Of: 4, Since: start})
}
