package slackbridge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// A rule with "do: notify" puts one line into Slack while the AI goes on: who, on
// which page, what was said last, with Watch and Take over. There is one line for
// each conversation and rule, at most maxRuleLines in a conversation; a channel gets
// at most Limits.SpamCards a minute, the others are counted in a digest line. When
// the AI has the conversation no more the line says who does, and loses its buttons.

const maxRuleLines = 5

// ruleLine is a line of a rule with its row. Channel and ts are where it stands.
type ruleLine struct {
	row         ledger.Errand
	rule        string
	channel, ts string
	fresh       bool // it has no row yet
}

func (l ruleLine) marker(id conversation.ID) string { return fmt.Sprintf("h:%s:%s", id, l.row.Name) }

// keepRuleLine writes where it stands into its row.
func (v *visit) keepRuleLine(ctx context.Context, l *ruleLine) error {
	l.row.Ref = strings.Join([]string{l.channel, l.ts, l.rule}, " ")
	return v.saveErrand(ctx, l.row)
}

// ruleLines are the conversation's lines, and those that its new events ask for. It
// is nil when no new event concerns them.
func (v *visit) ruleLines(ctx context.Context) ([]ruleLine, error) {
	rules, moved := v.rulesTold()
	if v.Errands == nil || len(rules) == 0 && !moved {
		return nil, nil
	}
	var lines []ruleLine
	for n := range maxRuleLines {
		e, err := v.Errands.Errand(ctx, v.w.Conversation, ruleLineName(n))
		if errors.Is(err, conversation.ErrNotFound) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("look for a rule's line: %w", err)
		}
		l := ruleLine{row: e}
		if parts := strings.SplitN(e.Ref, " ", 3); len(parts) == 3 {
			l.channel, l.ts, l.rule = parts[0], parts[1], parts[2]
		}
		lines = append(lines, l)
	}
	for _, d := range rules {
		for _, rule := range d.names() {
			known := slices.ContainsFunc(lines, func(l ruleLine) bool { return l.rule == rule })
			if known || len(lines) == maxRuleLines || v.state.Mode != conversation.WithBot {
				continue // told before, or the card of whoever has it says more
			}
			row := ledger.Errand{Conversation: v.w.Conversation, Name: ruleLineName(len(lines)), State: ledger.Sending}
			lines = append(lines, ruleLine{row: row, rule: rule, channel: d.Channel, fresh: true})
		}
	}
	return lines, nil
}

func ruleLineName(n int) string { return fmt.Sprintf("notify:%d", n) }

// notifying is a verdict with rules that notify.
type notifying struct{ conversation.Decided }

// names are the rules; a verdict of an older version does not name them.
func (d notifying) names() []string {
	if len(d.NotifyRules) == 0 {
		return []string{""}
	}
	return d.NotifyRules
}

// rulesTold are the new verdicts that ask for a line, and whether somebody else has
// the conversation now.
func (v *visit) rulesTold() (rules []notifying, moved bool) {
	for _, e := range v.w.Events {
		switch b := e.Body.(type) {
		case conversation.Decided:
			if b.Notify {
				rules = append(rules, notifying{b})
			}
		case conversation.Escalated, conversation.Claimed, conversation.Released, conversation.Transferred, conversation.HandedBack,
			conversation.Cancelled, conversation.Closed, conversation.Reopened, conversation.Undone:
			moved = true
		default:
		}
	}
	return rules, moved
}

// tellRules posts the lines that do not stand yet and draws the others again.
func (v *visit) tellRules(ctx context.Context, lines []ruleLine) error {
	for i := range lines {
		l := &lines[i]
		var err error
		switch l.row.State {
		case ledger.Sending:
			err = v.postRuleLine(ctx, l)
		case ledger.Sent:
			err = v.redrawRuleLine(ctx, *l)
		case ledger.Gone:
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (v *visit) postRuleLine(ctx context.Context, l *ruleLine) error {
	if l.fresh {
		channel, err := v.room(ctx, cmp.Or(l.channel, v.Config.Channel))
		if err != nil {
			return err
		}
		if l.channel = channel; v.digests.tooMany(channel) {
			l.row.State = ledger.Gone
			return v.keepRuleLine(ctx, l)
		}
	}
	if !l.row.Attempted.IsZero() {
		ts, err := v.ruleLineStands(ctx, *l)
		if err != nil {
			return v.cannot(ctx, l.channel, err)
		}
		if ts != "" {
			l.ts, l.row.State = ts, ledger.Sent
			if err := v.keepRuleLine(ctx, l); err != nil {
				return err
			}
			return v.redrawRuleLine(ctx, *l) // it may have been overtaken meanwhile
		}
	}
	if v.state.Mode != conversation.WithBot { // the card says more
		l.row.State = ledger.Gone
		return v.keepRuleLine(ctx, l)
	}
	if ok, retry := v.client.Throttle.Turn(l.channel, v.w.Conversation, false, v.now); !ok {
		return &later{at: retry, why: "the channel's limit"}
	}
	if !v.leads() {
		return &later{at: v.Now().Add(notLeading), why: "another process leads"}
	}
	m, err := v.drawRuleLine(ctx, *l)
	if err != nil {
		return err
	}
	l.row.Attempted = v.Now()
	if err := v.keepRuleLine(ctx, l); err != nil {
		return err
	}
	l.fresh = false
	ts, err := v.send(ctx, l.channel, "", m)
	return v.ruleLineSent(ctx, l, ts, err)
}

// ruleLineSent notes what became of a post.
func (v *visit) ruleLineSent(ctx context.Context, l *ruleLine, ts string, err error) error {
	switch f, bad := webapi.Failed(err); {
	case err == nil:
		l.ts, l.row.State = ts, ledger.Sent
		return v.keepRuleLine(ctx, l)
	case !bad:
		return err
	case f.Kind == webapi.Doubtful:
		return v.cannot(ctx, l.channel, err) // the row says that it may have happened
	case f.Kind == webapi.Refused && !ofChannel(f) && !f.OfApp():
		v.log.Warn("a rule's line was refused", "conversation", v.w.Conversation, "error", err)
		l.row.State = ledger.Gone
		return v.keepRuleLine(ctx, l)
	}
	l.row.Attempted = zeroTime
	if serr := v.keepRuleLine(ctx, l); serr != nil {
		return errors.Join(err, serr)
	}
	return v.cannot(ctx, l.channel, err)
}

// ruleLineStands looks for a line whose answer is missing.
func (v *visit) ruleLineStands(ctx context.Context, l ruleLine) (ts string, err error) {
	if err := v.settled(l.row.Attempted); err != nil {
		return "", err
	}
	args := url.Values{"channel": {l.channel}, "oldest": {stamp(l.row.Attempted.Add(-backlook))}, "include_all_metadata": {"true"}, "limit": {pageSize}}
	err = v.search(ctx, "conversations.history", args, func(m slackMessage) bool {
		if m.carries(l.marker(v.w.Conversation)) {
			ts = m.TS
		}
		return ts != ""
	})
	return ts, err
}

func (v *visit) redrawRuleLine(ctx context.Context, l ruleLine) error {
	if _, moved := v.rulesTold(); !moved {
		return nil
	}
	if ok, retry := v.client.Throttle.Take("chat.update", l.channel); !ok {
		return &later{at: retry, why: "the pace of chat.update"}
	}
	m, err := v.drawRuleLine(ctx, l)
	if err != nil {
		return err
	}
	err = v.update(ctx, l.channel, l.ts, m)
	if f, bad := webapi.Failed(err); bad && f.Kind == webapi.Refused {
		v.log.Warn("a rule's line was not drawn again", "conversation", v.w.Conversation, "error", err)
		return nil
	} else if bad {
		return v.cannot(ctx, l.channel, err)
	}
	return err
}

// drawRuleLine is the line as it is now.
func (v *visit) drawRuleLine(ctx context.Context, l ruleLine) (draw.Message, error) {
	brief, err := v.briefs.of(ctx, v.w.Conversation)
	if err != nil {
		return draw.Message{}, fmt.Errorf("read the brief: %w", err)
	}
	info := draw.About{State: v.state, Brief: brief}
	if v.thread.State == ledger.Open && v.thread.TS != "" {
		info.Link = v.permalink(v.thread.Channel, v.thread.TS)
	}
	return info.RuleLine(l.rule, l.row.Name, l.marker(v.w.Conversation)), nil
}

// onRuleLine says that the message that was pressed is a rule's line of the
// conversation. A quick press can be faster than the answer to our post: then its
// row names no message yet.
func (b *Bridge) onRuleLine(ctx context.Context, p *press) (bool, error) {
	if b.Errands == nil || !strings.HasPrefix(p.action.BlockID, "notify:") {
		return false, nil
	}
	for range 40 {
		e, err := b.Errands.Errand(ctx, p.id, p.action.BlockID)
		if errors.Is(err, conversation.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("look for a rule's line: %w", err)
		}
		if e.State != ledger.Sending {
			return strings.HasPrefix(e.Ref, p.channel+" "+p.e.Container.MessageTS+" "), nil
		}
		if err := webapi.Sleep(ctx, 50*time.Millisecond); err != nil {
			return false, err
		}
	}
	return false, errors.New("the line is still in doubt")
}
