package slackbridge

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/learn"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// Learning from the thread. After an agent's close its thread proposes, once, a
// question and the answer that was given; nothing becomes knowledge before an agent
// has approved it. What was approved is an event; the process that leads writes it
// into the file of learned answers, by a row that says whether that was done.

const (
	actLearn   = "handoff_learn" // opens the form; the value is the conversation
	actApprove = "handoff_learn_approve"
	actAdapt   = "handoff_learn_edit"
	actDismiss = "handoff_learn_dismiss"

	modalLearn = "handoff_modal_learn"

	inputQuestion = "question"
	inputAnswer   = "answer"
)

// learnPrefix begins the names of the rows of approved answers.
const learnPrefix = "learn:"

// How often the process that leads looks for what another one has approved, and
// for what could not be written.
const learnTick = 5 * time.Second

// causeLearned is what goes wrong when the file cannot be written.
const causeLearned = "learned answers"

// proposeLearned posts the proposal of a close into the thread, at most one for
// each conversation.
func (v *visit) proposeLearned(ctx context.Context) error {
	if v.Keep == nil || v.Proposes == nil || !v.Proposes() || v.thread.State != ledger.Open || v.state.Mode != conversation.IsClosed {
		return nil
	}
	e, done, err := v.errand(ctx, "learn")
	if err != nil || done {
		return err
	}
	events, err := readAll(ctx, v.Log, v.w.Conversation, 0)
	if err != nil {
		return fmt.Errorf("read the log: %w", err)
	}
	closed := v.closedByAgent(events)
	if closed == 0 {
		return nil
	}
	mark := fmt.Sprintf("h:%s:learn%d", v.w.Conversation, closed)
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
	m, ok := v.proposal(events, closed, mark)
	if !ok {
		e.State = ledger.Gone
		return v.saveErrand(ctx, e)
	}
	return v.postProposal(ctx, e, m)
}

// learnWithin is how long after a close something is proposed.
const learnWithin = 24 * time.Hour

// closedByAgent finds the last close, 0 when no agent has made it, it was a while
// ago, or she calls the chat spam.
func (v *visit) closedByAgent(events []conversation.Event) conversation.Seq {
	for _, e := range slices.Backward(events) {
		if b, ok := e.Body.(conversation.Closed); ok {
			if b.Reason == conversation.ClosedByAgent && b.Outcome != conversation.OutcomeSpam && v.Now().Sub(e.At) < learnWithin {
				return e.Seq
			}
			return 0
		}
	}
	return 0
}

func (v *visit) postProposal(ctx context.Context, e ledger.Errand, m message) error {
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

// proposal draws it; it is false when there is nothing to propose.
func (v *visit) proposal(events []conversation.Event, closed conversation.Seq, mark string) (message, bool) {
	p, ok := learn.Propose(events, closed)
	phrases := phrasesOf(events)
	if !ok && len(phrases) == 0 {
		return message{}, false
	}
	m := message{text: "Worth keeping as knowledge?", metadata: slack.SlackMetadata{
		EventType: metadataType, EventPayload: map[string]any{"conversation": string(v.w.Conversation), "marker": mark},
	}}
	if ok {
		value := fmt.Sprintf("%s %d", v.w.Conversation, closed)
		approve := button(actApprove, value, "Approve")
		approve.Style = slack.StylePrimary
		m.blocks = append(m.blocks, richBlock{id: mark + ":0", elements: []any{
			slack.NewRichTextSection(rich([]span{strong("Worth keeping as knowledge?"), words(" The AI would answer this from now on. Nothing is kept unless somebody approves it.\n"), strong(p.Question)})...),
			quote(p.Answer),
		}}, slack.NewActionBlock("", approve, button(actAdapt, value, "Edit…"), button(actDismiss, value, "Dismiss")))
	}
	for i, phrase := range phrases {
		m.blocks = append(m.blocks, phraseBlock(fmt.Sprintf("%s:%d", mark, i+1), phrase))
	}
	return m, true
}

// phrase is what a mark proposes for the policy: words that a topic should have,
// as lines of YAML to paste.
type phrase struct{ what, yaml string }

// phrasesOf lists them, the last few.
func phrasesOf(events []conversation.Event) []phrase {
	var out []phrase
	for _, m := range marksOf(events) {
		if b, ok := m.Body.(conversation.Missed); ok && b.Topic != "" && b.Phrase != "" {
			out = append(out, phrase{
				what: "A line of this chat should have come to a person. To see the next one, add to handoff in your file:",
				yaml: fmt.Sprintf("restricted_topics:\n  - name: %s\n    phrases: [%s]", strconv.Quote(b.Topic), strconv.Quote(b.Phrase)),
			})
		}
	}
	return out[max(0, len(out)-3):]
}

func phraseBlock(id string, p phrase) slack.Block {
	return richBlock{id: id, elements: []any{slack.NewRichTextSection(rich([]span{words(p.what)})...), quote(p.yaml)}}
}

// aimLearn reads the close a proposal is about, and cuts it out of the log again.
func (b *Bridge) aimLearn(ctx context.Context, p press) (through conversation.Seq, cut learn.Proposal, ok bool, err error) {
	through = p.state.Seq
	if p.ts != "" {
		n, err := strconv.ParseInt(p.ts, 10, 64)
		if err != nil {
			return 0, cut, false, errDrop
		}
		through = conversation.Seq(n)
	}
	events, err := readAll(ctx, b.Log, p.id, 0)
	if err != nil {
		return 0, cut, false, fmt.Errorf("read the log: %w", err)
	}
	cut, ok = learn.Propose(events, through)
	return through, cut, ok, nil
}

func (b *Bridge) pressApprove(ctx context.Context, p press) error {
	through, cut, ok, err := b.aimLearn(ctx, p)
	if err != nil {
		return err
	}
	if !ok {
		b.tellPresser(p, words("The lines this came from were taken back since. Nothing was kept."))
		return nil
	}
	return b.keepAnswer(ctx, p, through, cut, p.e.Container.MessageTS)
}

// openLearn opens the form with what is proposed, or empty.
func (b *Bridge) openLearn(ctx context.Context, p press) error {
	if b.Keep == nil {
		b.tellPresser(p, words("No file of learned answers is set here (learn.file)."))
		return nil
	}
	through, cut, _, err := b.aimLearn(ctx, p)
	if err != nil {
		return err
	}
	question := slack.NewPlainTextInputBlockElement(plain("Do you deliver to Norway?"), inputQuestion)
	question.InitialValue, question.MaxLength = clip(cut.Question, 300), 300
	answer := textInput(inputAnswer, "Answer", "What the AI should say", cut.Answer)
	answer.Optional = false
	view := modal(modalLearn, "Keep as knowledge", p.id,
		richLine("", words("The AI answers every visitor from it, so write nothing that belongs to one of them.")),
		slack.NewInputBlock(inputQuestion, plain("Question"), nil, question), answer)
	view.PrivateMetadata = fmt.Sprintf("%s %d %s", p.id, through, p.e.Container.MessageTS)
	view.Submit = plain("Approve")
	return b.orTell(ctx, p, view, "The form did not open in time. Press it again.")
}

func (b *Bridge) submitLearn(ctx context.Context, p press) error {
	parts := strings.Split(p.e.View.Metadata, " ")
	if len(parts) != 3 || b.Keep == nil {
		return errDrop
	}
	p.ts = parts[1]
	through, cut, _, err := b.aimLearn(ctx, p)
	if err != nil {
		return err
	}
	cut.Question, cut.Answer = oneLine(p.e.View.text(inputQuestion), 300), p.e.View.text(inputAnswer)
	if p.channel = p.spot.Channel; cut.Question == "" || cut.Answer == "" {
		return errDrop // Slack lets nobody submit it so
	}
	return b.keepAnswer(ctx, p, through, cut, parts[2])
}

// keepAnswer approves an answer. Of two who approve the same one the first counts.
func (b *Bridge) keepAnswer(ctx context.Context, p press, through conversation.Seq, cut learn.Proposal, post string) error {
	from := append([]conversation.Seq{cut.Asked}, cut.Answered...)
	l := conversation.Learned{Of: through, From: slices.DeleteFunc(from, func(s conversation.Seq) bool { return s == 0 }), Question: cut.Question, Answer: cut.Answer}
	out, err := b.Log.Append(ctx, p.id, fmt.Sprintf("s:learn:%d", through), conversation.Learn(p.by, l))
	if err != nil {
		return fmt.Errorf("approve an answer: %w", err)
	}
	if len(out.Events) == 0 {
		return errDrop
	}
	kept := out.Events[0]
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
		b.tellPresser(p, strong(oneLine(kept.Author.Name, maxName)), words(" has approved this answer already."))
	}
	b.settleProposal(ctx, p, post, who(conversation.Staff{ID: kept.Author.ID, Name: kept.Author.Name}), words(" approved this answer: "), words(oneLine(cut.Question, 200)))
	return nil
}

func (b *Bridge) pressDismiss(ctx context.Context, p press) error {
	b.settleProposal(ctx, p, p.e.Container.MessageTS, person(p.who.ID), words(" dismissed the proposed answer. Nothing was kept."))
	return nil
}

// settleProposal takes the buttons off the proposal's post.
func (b *Bridge) settleProposal(ctx context.Context, p press, ts string, spans ...span) {
	if ts == "" || p.channel == "" {
		return
	}
	m := message{text: "A proposed answer was dealt with.", blocks: block1(richLine("", spans...))}
	if err := b.client.Patient(ctx, "chat.update", p.channel, func(ctx context.Context) error { return b.update(ctx, p.channel, ts, m) }); err != nil {
		b.log.Warn("a proposal still shows its buttons", "conversation", p.id, "error", err)
	}
}

// keepLearned writes what was approved into the file, until ctx ends.
func (b *Bridge) keepLearned(ctx context.Context) error {
	if b.Keep == nil || b.Errands == nil {
		return nil
	}
	for {
		if b.leads() {
			if err := b.writeLearned(ctx); err != nil && ctx.Err() == nil {
				b.log.Warn("learned answers wait", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-b.learned:
		case <-time.After(learnTick):
		}
	}
}

func (b *Bridge) writeLearned(ctx context.Context) error {
	rows, err := b.Errands.Waiting(ctx, learnPrefix)
	if err != nil {
		return fmt.Errorf("look for approved answers: %w", err)
	}
	for _, e := range rows {
		entry, ok, err := b.learnedEntry(ctx, e.Name)
		if err != nil {
			return err
		}
		if e.State = ledger.Gone; ok {
			if err := b.Keep(entry); err != nil {
				b.Standing(causeLearned, "An approved answer was not written: "+err.Error()+".")
				return nil
			}
			e.State = ledger.Sent
		}
		if err := b.Errands.SaveErrand(ctx, e); err != nil {
			return fmt.Errorf("note an approved answer: %w", err)
		}
		b.Mended(causeLearned, "Approved answers are written again.")
	}
	return nil
}

// learnedEntry reads an approved answer from the log; it is false when its words
// were erased.
func (b *Bridge) learnedEntry(ctx context.Context, name string) (learn.Entry, bool, error) {
	id, seq, _ := strings.Cut(strings.TrimPrefix(name, learnPrefix), ":")
	n, err := strconv.ParseInt(seq, 10, 64)
	if err != nil {
		return learn.Entry{}, false, nil
	}
	events, err := b.Log.Events(ctx, conversation.ID(id), conversation.Seq(n-1), 1)
	if err != nil {
		return learn.Entry{}, false, fmt.Errorf("read an approved answer: %w", err)
	}
	state, err := b.Log.State(ctx, conversation.ID(id))
	if err != nil || len(events) == 0 {
		return learn.Entry{}, false, err
	}
	l, ok := events[0].Body.(conversation.Learned)
	source := state.Reference
	if len(l.From) > 0 {
		source += ", lines " + seqs(l.From)
	}
	return learn.Entry{
		ID: fmt.Sprintf("%s-%d", state.Reference, n), Question: l.Question, Answer: l.Answer, Source: source, By: l.Agent.Name, At: events[0].At,
	}, ok && l.Question != "" && l.Answer != "", nil
}

// seqs lists lines: 2, 5 and 6.
func seqs(list []conversation.Seq) string {
	var parts []string
	for _, s := range list {
		parts = append(parts, strconv.FormatInt(int64(s), 10))
	}
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
	return strings.Join(parts, "")
}
