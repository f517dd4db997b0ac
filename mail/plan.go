package mail

import (
	"context"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/mail/ledger"
)

// visit is one look at one conversation.
type visit struct {
	*Mailer
	w        feed.Work
	state    conversation.State // now: it moves on with what the visit appends
	settings Settings
	due      time.Time
}

// again asks to be called at t; the soonest wins.
func (v *visit) again(t time.Time) {
	if v.due.IsZero() || t.Before(v.due) {
		v.due = t
	}
}

// stepEmail is the ladder's step that is this room's: handoff.when_nobody, do.
const stepEmail = "email"

// old is how long after its event a mail is still worth planning. It matters
// when mail is switched on for conversations that were there before.
const old = 24 * time.Hour

// plan writes down the mails that new events ask for.
func (v *visit) plan(ctx context.Context) error {
	for _, e := range v.w.Events {
		m := ledger.Mail{Conversation: e.Conversation, Of: e.Seq, Since: v.w.Now, Due: v.w.Now}
		switch b := e.Body.(type) {
		case conversation.ContactGiven:
			if !b.Mail || v.w.Now.Sub(e.At) > CodeLife {
				continue
			}
			m.For = conversation.MailCode
		case conversation.Stepped:
			if b.Do != stepEmail {
				continue
			}
			m.For = conversation.MailTeam
		case conversation.Closed:
			if !v.state.HasMail {
				continue
			}
			m.For, m.Through, m.Due = conversation.MailTranscript, e.Seq, e.At.Add(undone)
		case conversation.TranscriptAsked:
			m.For, m.Through = conversation.MailAsked, e.Seq
		default:
			continue
		}
		if v.w.Now.Sub(e.At) > old {
			continue
		}
		if err := v.Ledger.PlanMail(ctx, m); err != nil {
			return fmt.Errorf("plan a mail: %w", err)
		}
	}
	return nil
}

// unread returns the agents' lines that no mail covers and that she has not read,
// as they read now.
func (v *visit) unread(ctx context.Context) ([]conversation.Line, error) {
	if v.state.LastAgent.Seq <= v.state.Mailed {
		return nil, nil
	}
	seen, err := v.Visitors.Seen(ctx, v.state.ID)
	if err != nil {
		return nil, fmt.Errorf("how far she has read: %w", err)
	}
	events, err := v.events(ctx, v.state.Mailed)
	if err != nil {
		return nil, err
	}
	var out []conversation.Line
	for _, l := range conversation.Lines(events) {
		if l.Author.Role == conversation.Agent && l.VSeq > seen {
			out = append(out, l)
		}
	}
	return out, nil
}

// events reads the log after a number, to its end.
func (v *visit) events(ctx context.Context, after conversation.Seq) ([]conversation.Event, error) {
	const page = 500
	var out []conversation.Event
	for {
		events, err := v.Log.Events(ctx, v.state.ID, after, page)
		if err != nil {
			return nil, fmt.Errorf("read the log: %w", err)
		}
		out = append(out, events...)
		if len(events) < page {
			return out, nil
		}
		after = events[len(events)-1].Seq
	}
}

// away says whether the visitor has left the chat.
func (v *visit) away(ctx context.Context) (bool, error) {
	here, said, err := v.Visitors.Presence(ctx, v.state.ID)
	if err != nil {
		return false, fmt.Errorf("whether she is there: %w", err)
	}
	return !here || v.w.Now.Sub(said) > hereFor, nil
}

// reachable says whether lines that she has not read are mailed now: when she is
// away, or when the chat is open but nobody looks at it.
func (v *visit) reachable(ctx context.Context, lines []conversation.Line) (bool, error) {
	away, err := v.away(ctx)
	if err != nil || away {
		return away, err
	}
	oldest := lines[0].At
	for _, l := range lines {
		if l.At.Before(oldest) {
			oldest = l.At
		}
	}
	late := oldest.Add(UnreadFor)
	if v.w.Now.Before(late) {
		v.again(earlier(v.w.Now.Add(lookAgain), late))
		return false, nil
	}
	return true, nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// reply says which mail about agents' lines is due now, if any. A notice is sent
// once to an address; a mail with words waits for the one before.
func (v *visit) reply(ctx context.Context, rows []ledger.Mail) (ledger.Mail, bool, error) {
	var none ledger.Mail
	if !v.state.HasMail || pending(rows) {
		return none, false, nil
	}
	m := ledger.Mail{Conversation: v.state.ID, For: conversation.MailReply, Since: v.w.Now, Due: v.w.Now}
	if v.state.Verified.Seq == 0 {
		if m.For = conversation.MailNotice; v.state.NoticeMailed != 0 {
			return none, false, nil
		}
	}
	lines, err := v.unread(ctx)
	if err != nil || len(lines) == 0 {
		return none, false, err
	}
	if ok, err := v.reachable(ctx, lines); !ok {
		return none, false, err
	}
	if next := v.state.LastReply.Add(ReplyEvery); m.For == conversation.MailReply && v.w.Now.Before(next) {
		v.again(next)
		return none, false, nil
	}
	m.Of = lines[0].Seq
	for _, l := range lines { // a run of lines is sorted by the platform's clock
		m.Of, m.Through = min(m.Of, l.Seq), max(m.Through, l.Seq)
	}
	return m, true, nil
}

// pending says that a mail which covers agents' lines is on its way already.
func pending(rows []ledger.Mail) bool {
	for _, r := range rows {
		switch r.For {
		case conversation.MailReply, conversation.MailNotice, conversation.MailTranscript, conversation.MailAsked:
			return true
		case conversation.MailCode, conversation.MailTeam:
		}
	}
	return false
}
