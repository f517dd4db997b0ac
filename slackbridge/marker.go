package slackbridge

import (
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// found lists the events of a conversation a message in Slack carries, by its
// block ids or its metadata.
func found(m slackMessage, id conversation.ID) (first, last conversation.Seq, ok bool) {
	prefix := "h:" + string(id) + ":"
	for _, b := range m.blockIDs() {
		var seq conversation.Seq
		if rest, has := strings.CutPrefix(b, prefix); has {
			if _, err := fmt.Sscanf(rest, "%d:", &seq); err == nil && seq > 0 {
				if first == 0 {
					first = seq
				}
				first, last = min(first, seq), max(last, seq)
			}
		}
	}
	if first > 0 {
		return first, last, true
	}
	if m.Metadata == nil || m.Metadata.Type != draw.MetadataType || m.Metadata.Payload["conversation"] != string(id) {
		return 0, 0, false
	}
	f, _ := m.Metadata.Payload["first"].(float64)
	l, _ := m.Metadata.Payload["last"].(float64)
	return conversation.Seq(f), conversation.Seq(l), f > 0 && l >= f
}

// inThread says that an agent's line was written in this thread, so that it
// stands there already.
func inThread(e conversation.Event, t ledger.Thread) bool {
	if e.Source != conversation.FromSlack || e.Author.Role != conversation.Agent || e.Order == "" {
		return false
	}
	team, channel, _, ok := splitKey(e.Key)
	if ok && (team != t.Team || channel != t.Channel) {
		return false
	}
	return e.Order > t.TS
}

// typedIn tells of the lines among events, by number, which agents wrote in this
// thread, and what stands for the ts of those that were sent from the form.
func typedIn(t ledger.Thread, events []conversation.Event) (typed map[conversation.Seq]bool, forms map[conversation.Seq]string) {
	typed, forms = map[conversation.Seq]bool{}, map[conversation.Seq]string{}
	for _, e := range events {
		if inThread(e, t) {
			typed[e.Seq] = true
		}
		if ts := formOf(e.Key); ts != "" {
			forms[e.Seq] = ts
		}
	}
	return typed, forms
}

// lineKey is the idempotency key of a line somebody wrote in Slack.
// One that was sent from the form belongs to no thread.
func lineKey(team, channel, ts string) string {
	if fromForm(ts) {
		channel = formPlace
	}
	return "s:" + team + ":" + channel + ":" + ts
}

// splitKey reads a key made by lineKey, with or without something after it.
func splitKey(key string) (team, channel, ts string, ok bool) {
	parts := strings.Split(key, ":")
	if len(parts) < 4 || parts[0] != "s" || !isChannel(parts[2]) {
		return "", "", "", false
	}
	return parts[1], parts[2], parts[3], true
}

// done is the last event that a post completes.
func done(p ledger.Post) conversation.Seq {
	if p.Part < p.Parts {
		return p.First - 1
	}
	return p.Last
}

// spoken says that a part of an event stands in the thread already.
func (v *visit) spoken(of draw.Post) bool {
	part, _ := of.Part()
	for _, p := range v.posts {
		if part > 0 && p.State == ledger.Sent && p.First == of.First() && p.Part == part {
			return true
		}
	}
	return false
}

// partOf is which part of an event a message in Slack is, by its blocks or its
// metadata.
func partOf(m slackMessage, id conversation.ID) int {
	for _, b := range m.blockIDs() {
		var seq, rev, block int
		if rest, ours := strings.CutPrefix(b, "h:"+string(id)+":"); ours {
			if n, _ := fmt.Sscanf(rest, "%d:%d.%d", &seq, &rev, &block); n >= 2 {
				return block/draw.PartBlocks + 1
			}
		}
	}
	if m.Metadata != nil {
		part, _ := m.Metadata.Payload["part"].(float64)
		return int(part)
	}
	return 0
}

// formOf is what stands for the ts of a line that was sent from the form, by the
// key of its event; "" for all others.
func formOf(key string) string {
	parts := strings.Split(key, ":")
	if len(parts) < 4 || parts[0] != "s" || parts[2] != formPlace || !fromForm(parts[3]) {
		return ""
	}
	return parts[3]
}

// isLine says that an event is a line, and not something about one.
func isLine(b conversation.Body) bool {
	switch b.(type) {
	case conversation.Message, conversation.Note:
		return true
	}
	return false
}

// formLine begins what stands for the ts of a line that was sent from the form:
// nobody wrote it in the thread, so the mirror posts it there under the agent's
// name. A form is sent once, so its id names the line.
const formLine = "form-"

// formPlace stands for its channel, in keys.
const formPlace = "form"

// fromForm says that a line was sent from the form.
func fromForm(ts string) bool { return strings.HasPrefix(ts, formLine) }
