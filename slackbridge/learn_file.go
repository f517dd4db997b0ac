package slackbridge

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/learn"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// Approved answers on their way into the file. Each has a row that says whether it
// was written; the process that leads writes, and the file knows an answer that is
// there already.

// learnPrefix begins the names of the rows of approved answers.
const learnPrefix = "learn:"

// How often the process that leads looks for what another one has approved, and
// for what could not be written.
const learnTick = 5 * time.Second

// causeLearned is what goes wrong when the file cannot be written.
const causeLearned = "learned answers"

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

// writeLearned writes what waits. What cannot be written is said to the admins, and
// once to who approved it; it goes on waiting.
func (b *Bridge) writeLearned(ctx context.Context) error {
	rows, err := b.Errands.Waiting(ctx, learnPrefix)
	if err != nil {
		return fmt.Errorf("look for approved answers: %w", err)
	}
	for _, e := range rows {
		approved, entry, err := b.learnedEntry(ctx, e.Name)
		if err != nil {
			return err
		}
		if e.State = ledger.Gone; entry.Answer != "" {
			if err := b.Keep(entry); err != nil {
				b.Standing(causeLearned, "An approved answer was not written: "+err.Error()+".")
				if err := b.tellUnwritten(ctx, e, approved, err); err != nil {
					return err
				}
				continue
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

// tellUnwritten tells who approved an answer that it is not in the file yet.
func (b *Bridge) tellUnwritten(ctx context.Context, e ledger.Errand, l conversation.Learned, why error) error {
	if !e.Attempted.IsZero() || !draw.IsUser(l.Agent.ID) {
		return nil
	}
	e.State, e.Attempted = ledger.Sending, b.Now()
	if err := b.Errands.SaveErrand(ctx, e); err != nil {
		return fmt.Errorf("note an approved answer: %w", err)
	}
	b.directly(l.Agent.ID, draw.Words("Your approved answer is not in the file yet: "), draw.Words(draw.OneLine(l.Question, 200)),
		draw.Words("\n"+why.Error()+".\nIt is kept, and written as soon as that is mended."))
	return nil
}

// learnedEntry reads an approved answer from the log; the entry has no words when
// they were erased.
func (b *Bridge) learnedEntry(ctx context.Context, name string) (l conversation.Learned, entry learn.Entry, err error) {
	id, seq, _ := strings.Cut(strings.TrimPrefix(name, learnPrefix), ":")
	n, err := strconv.ParseInt(seq, 10, 64)
	if err != nil {
		return l, entry, nil
	}
	events, err := b.Log.Events(ctx, conversation.ID(id), conversation.Seq(n-1), 1)
	if err != nil {
		return l, entry, fmt.Errorf("read an approved answer: %w", err)
	}
	state, err := b.Log.State(ctx, conversation.ID(id))
	if err != nil || len(events) == 0 {
		return l, entry, err
	}
	l, ok := events[0].Body.(conversation.Learned)
	if !ok || l.Question == "" || l.Answer == "" {
		return l, entry, nil
	}
	source := state.Reference
	if len(l.From) > 0 {
		source += ", lines " + seqs(l.From)
	}
	return l, learn.Entry{
		ID: fmt.Sprintf("%s-%d", state.Reference, n), Question: l.Question, Answer: l.Answer, Source: source, By: l.Agent.Name, At: events[0].At,
	}, nil
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
