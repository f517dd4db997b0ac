package mail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/mail/ledger"
)

// deliver sends what is due, the oldest first, and says when to look again.
func (v *visit) deliver(ctx context.Context) error {
	rows, err := v.Ledger.Mails(ctx, v.state.ID)
	if err != nil {
		return fmt.Errorf("read what is to be sent: %w", err)
	}
	for i, m := range rows {
		done, err := v.row(ctx, m)
		if err != nil {
			return err
		}
		if done {
			rows[i] = ledger.Mail{}
		}
	}
	if m, due, err := v.reply(ctx, rows); err != nil || !due {
		return err
	} else if _, err := v.row(ctx, m); err != nil {
		return err
	}
	return nil
}

// row brings one mail forward and says whether its row is gone.
func (v *visit) row(ctx context.Context, m ledger.Mail) (done bool, err error) {
	if wait := latest(m.Due, v.gate.shut(v.w.Now)); v.w.Now.Before(wait) {
		v.again(wait)
		return false, nil
	}
	if known, err := v.known(ctx, m); err != nil || known {
		return known, err
	}
	c, err := v.compose(ctx, m)
	switch {
	case errors.Is(err, errNotNow):
		return false, nil
	case errors.Is(err, errNotWanted):
		return true, v.Ledger.DropMail(ctx, m)
	case err != nil:
		return false, err
	case c.stopped:
		return true, v.settle(ctx, m, conversation.Mailed{Why: conversation.MailStopped})
	}
	return v.try(ctx, m, c)
}

// key names a mail among the acts of its conversation.
func key(m ledger.Mail) string { return fmt.Sprintf("m:%s:%d", m.For, m.Of) }

// known looks whether the log says already what has become of a mail: then only
// the row was left.
func (v *visit) known(ctx context.Context, m ledger.Mail) (bool, error) {
	nothing := func(conversation.State) ([]conversation.Draft, error) { return nil, nil }
	out, err := v.Log.Append(ctx, v.state.ID, key(m), nothing)
	if err != nil || !out.Replayed {
		return false, err
	}
	v.state = out.State
	return true, v.Ledger.DropMail(ctx, m)
}

// settle writes down what has become of a mail; the row goes.
func (v *visit) settle(ctx context.Context, m ledger.Mail, b conversation.Mailed) error {
	b.For, b.Of, b.Through, b.Notice = m.For, m.Of, m.Through, m.For == conversation.MailNotice
	out, err := v.Log.Append(ctx, v.state.ID, key(m), conversation.Append(conversation.Draft{
		Author: conversation.Author{Role: conversation.System}, Source: conversation.FromMail, Body: b,
	}))
	if err != nil {
		return err
	}
	v.state = out.State
	return v.Ledger.DropMail(ctx, m)
}

// The pauses between two tries of one mail, and when it is given up: RFC 5321,
// 4.5.4.1 asks for half an hour and four to five days; visitors wait less long.
const (
	firstRetry = 10 * time.Second
	longestGap = 30 * time.Minute
	giveUp     = 4 * 24 * time.Hour
)

// try calls the mail server. The row is written before.
func (v *visit) try(ctx context.Context, m ledger.Mail, c *composed) (done bool, err error) {
	if m.Tries == 0 {
		if within, err := v.count(ctx, m, c.to, 1); err != nil {
			return false, err
		} else if !within {
			return true, v.settle(ctx, m, conversation.Mailed{Why: conversation.MailLimit})
		}
	}
	m.Tries++
	if err := v.Ledger.SaveMail(ctx, m); err != nil {
		return false, fmt.Errorf("note a mail before it is sent: %w", err)
	}
	msg, err := c.message(ctx)
	if err != nil {
		return false, err
	}
	a := v.post.send(ctx, msg, !ascii(c.to))
	if a.outcome != taken && ctx.Err() != nil {
		return false, ctx.Err() // we stop, whatever the server does
	}
	v.Logger.Info("mail", "conversation", v.state.ID, "for", string(m.For), "of", m.Of, "tries", m.Tries,
		"outcome", a.outcome.String(), "code", a.code, "step", a.step)
	if a.outcome == down {
		return false, v.isDown(ctx, m, c, a)
	}
	if v.gate.worked() {
		v.Mended(causeDown, "The mail server "+v.post.server.String()+" takes mails again; those that waited are being sent.")
	}
	switch a.outcome {
	case taken:
		return true, v.settle(ctx, m, conversation.Mailed{})
	case refused:
		return true, v.refused(ctx, m, conversation.Mailed{Why: conversation.MailRefused, Code: a.code})
	default:
		return v.putOff(ctx, m, a)
	}
}

// isDown waits for the server. It did not come to this mail, so the try does not
// count, and one with agents' lines is planned anew, with those that come
// meanwhile.
func (v *visit) isDown(ctx context.Context, m ledger.Mail, c *composed, a answer) error {
	v.again(v.gate.failed(v.w.Now))
	v.alertDown(a)
	if m.Tries--; m.Tries > 0 {
		return v.Ledger.SaveMail(ctx, m)
	}
	if _, err := v.count(ctx, m, c.to, -1); err != nil {
		return err
	}
	if m.For == conversation.MailReply || m.For == conversation.MailNotice {
		return v.Ledger.DropMail(ctx, m)
	}
	return v.Ledger.SaveMail(ctx, m)
}

// putOff tries again later, for days; then it gives up.
func (v *visit) putOff(ctx context.Context, m ledger.Mail, a answer) (done bool, err error) {
	if v.w.Now.Sub(m.Since) > giveUp {
		return true, v.refused(ctx, m, conversation.Mailed{Why: conversation.MailGivenUp, Code: a.code})
	}
	m.Due = v.w.Now.Add(min(firstRetry<<min(m.Tries-1, 10), longestGap))
	v.again(m.Due)
	return false, v.Ledger.SaveMail(ctx, m)
}

// refused notes a mail that will never arrive, and tells the admins without the
// address.
func (v *visit) refused(ctx context.Context, m ledger.Mail, b conversation.Mailed) error {
	whose := "the visitor's address"
	if m.For == conversation.MailTeam {
		whose = "the address of the email step in handoff.when_nobody"
	}
	v.Alert("mail refused for "+whose, fmt.Sprintf("The mail server will not take a mail of %s to %s (answer %d). It is not sent again. Look at the mail server's log; if the address is wrong, correct it.",
		v.state.Reference, whose, b.Code))
	return v.settle(ctx, m, b)
}

// count counts a mail to an address that nobody has proved (or, with -1, takes
// that back), and says whether the address and the visitor may get it today.
func (v *visit) count(ctx context.Context, m ledger.Mail, to string, n int) (within bool, err error) {
	if m.For != conversation.MailCode && m.For != conversation.MailNotice {
		return true, nil
	}
	within = true
	day := v.w.Now.UTC().Truncate(24 * time.Hour)
	for _, who := range []string{strings.ToLower(to), v.state.Visitor} {
		sum, err := v.Counters.Count(ctx, "mails:"+pseudonym(who), day, n)
		if err != nil {
			return false, fmt.Errorf("count a mail: %w", err)
		}
		within = within && sum <= v.settings.PerDay
	}
	if !within {
		v.Logger.Info("mail", "conversation", v.state.ID, "for", string(m.For), "of", m.Of, "outcome", "above the limit")
	}
	return within, nil
}

// pseudonym names something in a counter without saying it.
func pseudonym(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// causeDown names the trouble with the mail server.
const causeDown = "mail server down"

// alertDown tells the admins that the server cannot be reached or refuses us.
func (v *visit) alertDown(a answer) {
	text := "The mail server " + v.post.server.String() + " cannot be reached. Mails wait and are tried again; nothing is lost. Check that it runs and that mail.smtp is right; handoff doctor tries it."
	if a.code != 0 {
		text = fmt.Sprintf("The mail server %s refuses us (answer %d). Mails wait and are tried again; nothing is lost. Check the login and the sender, mail.smtp and mail.from; handoff doctor tries them.", v.post.server.String(), a.code)
	}
	v.Standing(causeDown, text)
}

func (o outcome) String() string {
	return [...]string{"taken", "put off", "refused", "server down"}[o]
}
