package queue

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/markup"
)

// unreachableAfter is how long a visitor waits for the card to stand before she
// is told that the team could not be reached.
const unreachableAfter = time.Minute

// continues gives the conversation back to the bot when nobody is on duty and the
// policy says so. What only people may have waits for them.
func (l *look) continues(context.Context) conversation.Decider {
	if l.policy.Away() != escalation.AwayContinues || !l.mayReturn() || l.wanted().Staffed {
		return nil
	}
	return conversation.BackToBot(l.s.Queued.Seq, conversation.BackAway, conversation.NoticeContinues.Say())
}

// words is what the visitor is told with a route that says that nobody is on
// duty; nil when somebody is. She is asked for an address once in a wait.
func (l *look) words(ctx context.Context, r conversation.Routed) *conversation.Message {
	if r.Staffed {
		return nil
	}
	if l.policy.Away() == escalation.AwaySuggest {
		m := l.suggestion(ctx)
		return &m
	}
	notice := conversation.NoticeAway
	if !l.lacksContact() {
		notice = conversation.NoticeAwayKept
	}
	m := notice.Say("ref", l.s.Reference)
	if !r.NextOpen.IsZero() {
		zone := l.policy.Zone(l.s.Topic)
		m.Text += " The team is back " + when(r.NextOpen.In(zone), l.now.In(zone)) + " (" + zone.String() + ")."
	}
	return &m
}

// suggestion is the admin's own text, with its links.
func (l *look) suggestion(ctx context.Context) conversation.Message {
	m := conversation.NoticeSuggest.Say()
	text := l.policy.Suggestion(l.deps.Locale(ctx, l.s.ID))
	if text == "" {
		return m
	}
	tree := markup.FromMarkdown(text, markup.Links{AllowAll: true, Phones: true})
	m.Text = tree.Plain()
	if content, err := json.Marshal(tree); err == nil {
		m.Content = content
	}
	return m
}

// added tells the visitor once in a wait that what she goes on writing is read.
func (l *look) added(context.Context) conversation.Decider {
	if l.s.Added || l.s.LastVisitor.Seq < l.s.Queued.Seq {
		return nil
	}
	return conversation.Tell(l.s.Epoch, conversation.NoticeAdded.Say())
}

// unreachable tells the visitor, once, that the card does not stand in time.
func (l *look) unreachable(context.Context) conversation.Decider {
	told := slices.Contains(l.s.Told, conversation.NoticeUnreachable) || slices.Contains(l.s.Told, conversation.NoticeTrying)
	if !l.staffed() || told || l.s.Announced >= l.s.Epoch || !l.reached(l.s.WaitFrom.Add(unreachableAfter)) {
		return nil
	}
	if l.lacksContact() {
		return conversation.Tell(l.s.Epoch, conversation.NoticeUnreachable.Say())
	}
	return conversation.Tell(l.s.Epoch, conversation.NoticeTrying.Say())
}
