package slackbridge

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/learn"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// Learning from the thread. After an agent's close its thread proposes, once, a
// question and the answer that was given; nothing becomes knowledge before an agent
// has approved it. What was approved is an event; the process that leads writes it
// into the file of learned answers, by a row that says whether that was done.

// proposeLearned posts what the log proposes into the thread, at most once for each
// conversation.
func (v *visit) proposeLearned(ctx context.Context) error {
	wanted := v.Keep != nil && v.Proposes != nil && v.Proposes()
	if !wanted || v.state.Proposed == 0 || v.thread.State != ledger.Open || v.state.Mode != conversation.IsClosed {
		return nil
	}
	e, done, err := v.errand(ctx, "learn")
	if err != nil || done {
		return err
	}
	events, err := readAll(ctx, v.Log, v.w.Conversation, 0)
	if err != nil {
		return err
	}
	mark := fmt.Sprintf("h:%s:learn%d", v.w.Conversation, v.state.Proposed)
	if !e.Attempted.IsZero() {
		ts, err := v.proposalStands(ctx, e, mark)
		if err != nil {
			return v.cannot(ctx, v.thread.Channel, err)
		}
		if ts != "" {
			e.State, e.Ref = ledger.Sent, ts
			return v.saveErrand(ctx, e)
		}
	}
	p, ok := proposedAfter(events, v.state.Proposed)
	mends := v.proposedMends(events)
	switch {
	case ok:
		return v.postProposal(ctx, e, draw.Proposal(v.w.Conversation, mark, &p, mends))
	case len(mends) > 0:
		return v.postProposal(ctx, e, draw.Proposal(v.w.Conversation, mark, nil, mends))
	}
	e.State = ledger.Gone
	return v.saveErrand(ctx, e)
}

// proposedAfter is what the log proposes after a close; it is false when there are
// no words in it, or its lines do not read any more as they did.
func proposedAfter(events []conversation.Event, closed conversation.Seq) (p conversation.Proposed, ok bool) {
	for _, e := range events {
		if b, is := e.Body.(conversation.Proposed); is && b.Of == closed {
			return b, b.Question != "" && b.Answer != "" && learn.Stands(events, b.From, e.Seq)
		}
	}
	return p, false
}

func (v *visit) postProposal(ctx context.Context, e ledger.Errand, m draw.Message) error {
	if ok, retry := v.client.Throttle.Take("chat.postMessage", v.thread.Channel); !ok {
		return &later{at: retry, why: "the channel's limit"}
	}
	if !v.leads() {
		return &later{at: v.Now().Add(notLeading), why: "another process leads"}
	}
	e.Attempted = v.Now()
	if err := v.saveErrand(ctx, e); err != nil {
		return err
	}
	ts, err := v.send(ctx, v.thread.Channel, v.thread.TS, m)
	if err != nil {
		return v.undone(ctx, e, err)
	}
	e.State, e.Ref = ledger.Sent, ts
	return v.saveErrand(ctx, e)
}

// proposalStands looks for a proposal whose answer is missing.
func (v *visit) proposalStands(ctx context.Context, e ledger.Errand, mark string) (ts string, err error) {
	if err := v.settled(e.Attempted); err != nil {
		return "", err
	}
	args := url.Values{"channel": {v.thread.Channel}, "ts": {v.thread.TS}, "oldest": {stamp(e.Attempted.Add(-backlook))}, "include_all_metadata": {"true"}, "limit": {pageSize}}
	err = v.search(ctx, "conversations.replies", args, func(m slackMessage) bool {
		if m.carries(mark) {
			ts = m.TS
		}
		return ts != ""
	})
	return ts, err
}

// aimLearn reads the close a proposal is about, and what it proposes: as the log has
// it, or cut out of the thread as it reads now.
func (b *Bridge) aimLearn(ctx context.Context, p press) (through conversation.Seq, proposed learn.Proposal, ok bool, err error) {
	through = p.state.Seq
	if p.ts != "" {
		n, err := strconv.ParseInt(p.ts, 10, 64)
		if err != nil {
			return 0, proposed, false, errDrop
		}
		through = conversation.Seq(n)
	}
	events, err := readAll(ctx, b.Log, p.id, 0)
	if err != nil {
		return 0, proposed, false, err
	}
	if stands, ok := proposedAfter(events, through); ok {
		return through, learn.Proposal{Question: stands.Question, Answer: stands.Answer, From: stands.From}, true, nil
	}
	proposed, ok = learn.Read(events, through).Cut()
	return through, proposed, ok && p.state.Proposed != through, nil
}

func (b *Bridge) pressApprove(ctx context.Context, p press) error {
	through, proposed, ok, err := b.aimLearn(ctx, p)
	if err != nil {
		return err
	}
	if !ok {
		b.tellPresser(p, draw.Words("The lines this came from were changed or taken back since. Nothing was kept: press Edit… to look at what is left."))
		return nil
	}
	return b.keepAnswer(ctx, p, through, proposed, p.e.Container.MessageTS)
}

// openLearn opens the form with what is proposed, or empty.
func (b *Bridge) openLearn(ctx context.Context, p press) error {
	if b.Keep == nil {
		b.tellPresser(p, draw.Words("No file of learned answers is set here (learn.file)."))
		return nil
	}
	through, proposed, _, err := b.aimLearn(ctx, p)
	if err != nil {
		return err
	}
	metadata := fmt.Sprintf("%s %d %s", p.id, through, p.e.Container.MessageTS)
	view := draw.LearnForm(p.id, metadata, proposed.Question, proposed.Answer)
	return b.orTell(ctx, p, view, "The form did not open in time. Press it again.")
}

func (b *Bridge) submitLearn(ctx context.Context, p press) error {
	parts := strings.Split(p.e.View.Metadata, " ")
	if len(parts) != 3 || b.Keep == nil {
		return errDrop
	}
	p.ts = parts[1]
	through, proposed, _, err := b.aimLearn(ctx, p)
	if err != nil {
		return err
	}
	proposed.Question, proposed.Answer = draw.OneLine(p.e.View.text(draw.InputQuestion), 300), p.e.View.text(draw.InputAnswer)
	if p.channel = p.spot.Channel; proposed.Question == "" || proposed.Answer == "" {
		return errDrop // Slack lets nobody submit it so
	}
	return b.keepAnswer(ctx, p, through, proposed, parts[2])
}

// keepAnswer approves an answer. Of two who approve the same one the first counts.
func (b *Bridge) keepAnswer(ctx context.Context, p press, through conversation.Seq, proposed learn.Proposal, post string) error {
	l := conversation.Learned{Of: through, From: proposed.From, Question: proposed.Question, Answer: proposed.Answer}
	out, err := b.Log.Append(ctx, p.id, fmt.Sprintf("s:learn:%d", through), conversation.Learn(p.by, l))
	if err != nil {
		return fmt.Errorf("approve an answer: %w", err)
	}
	if len(out.Events) == 0 {
		return errDrop
	}
	kept := out.Events[0]
	if b, ok := kept.Body.(conversation.Learned); ok {
		l = b // of two who approve at once the first has said what is kept
	}
	e := ledger.Errand{Name: fmt.Sprintf("%s%s:%d", learnPrefix, p.id, kept.Seq), State: ledger.Sending}
	if _, known, err := b.houseErrand(ctx, e.Name); err != nil || !known {
		if err == nil {
			err = b.Errands.SaveErrand(ctx, e)
		}
		if err != nil {
			return err
		}
	}
	poke(b.learned)
	if kept.Author.ID != p.who.ID {
		b.tellPresser(p, draw.Strong(draw.OneLine(kept.Author.Name, draw.MaxName)), draw.Words(" has approved this answer already."))
	}
	b.settleProposal(ctx, p, post, draw.Who(conversation.Staff{ID: kept.Author.ID, Name: kept.Author.Name}), draw.Words(" approved this answer: "), draw.Words(draw.OneLine(l.Question, 200)))
	return nil
}

func (b *Bridge) pressDismiss(ctx context.Context, p press) error {
	b.settleProposal(ctx, p, p.e.Container.MessageTS, draw.Person(p.who.ID), draw.Words(" dismissed the proposed answer. Nothing was kept."))
	return nil
}

// settleProposal takes the buttons off the proposal's post.
func (b *Bridge) settleProposal(ctx context.Context, p press, ts string, spans ...draw.Span) {
	if ts == "" || p.channel == "" {
		return
	}
	m := draw.Say(spans...)
	m.Text = "A proposed answer was dealt with."
	if err := b.client.Patient(ctx, "chat.update", p.channel, func(ctx context.Context) error { return b.update(ctx, p.channel, ts, m) }); err != nil {
		b.log.Warn("a proposal still shows its buttons", "conversation", p.id, "error", err)
	}
}
