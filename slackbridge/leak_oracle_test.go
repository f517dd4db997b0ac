package slackbridge_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
)

// The oracle of the leak test: the contract's table "what a line in the thread
// does", written down a second time, against the log alone. It knows nothing of
// the bridge but the keys under which lines stand in the log.

// manner is how a line was written.
type manner string

const (
	plainly  manner = "plain"
	asNote   manner = "note"
	mentions manner = "mention"
)

// spoken is a line somebody wrote in a thread. Token is in its text and nowhere
// else.
type spoken struct {
	author  string
	agent   bool // the test's own list
	how     manner
	token   string
	chat    *chat
	channel string
	ts      string
	// either: the conversation was on its way from or to this thread just then.
	either bool

	// What the visitor may have read of it, by the table, and what she reads now.
	out   bool
	words string
	ever  []string
}

func (l *spoken) key() string { return "s:" + fakeslack.SampleTeam + ":" + l.channel + ":" + l.ts }

// show notes that the visitor reads these words by now.
func (l *spoken) show(token string) {
	l.out, l.words = true, token
	l.ever = append(l.ever, token)
}

// before is the state in which the line was worked: the events of one act stand
// together, and the line is its last.
func (l *spoken) before(events []conversation.Event, at int) conversation.State {
	for at > 0 && broughtAlong(events[at-1], l.author) {
		at--
	}
	return conversation.Fold(conversation.State{}, events[:at]...)
}

// broughtAlong: what comes with a reply that claims is the claim and its notice.
func broughtAlong(e conversation.Event, author string) bool {
	switch b := e.Body.(type) {
	case conversation.Claimed:
		return e.Key == "" && b.Agent.ID == author && b.How == conversation.ByReply
	case conversation.Message:
		return e.Key == "" && e.Author.Role == conversation.System && b.Notice == conversation.NoticeClaimed && e.Source == conversation.FromSlack
	}
	return false
}

// goesOut is the table's answer for a line of an agent that nobody has pressed
// anything for.
func (l *spoken) goesOut(s conversation.State, relay string) bool {
	if l.how != plainly || s.Route.Channel != l.channel {
		return false
	}
	return pressed("", l.author, s, relay)
}

// pressed is the table by mode: what the visitor gets of an agent's line, given
// what its author has pressed for it.
func pressed(button, author string, s conversation.State, relay string) bool {
	take := button == "handoff_line_take_send" || button == "handoff_line_reopen"
	switch s.Mode {
	case conversation.Waiting:
		return true
	case conversation.WithAgent:
		return s.Owner.ID == author || relay == slackbridge.RelayGroup || take || button == "handoff_line_send"
	case conversation.WithBot, conversation.IsClosed:
		return take
	}
	return false
}

// everShown is all the text the visitor was ever given.
func everShown(events []conversation.Event) string {
	var b strings.Builder
	for _, e := range events {
		if e.VSeq == 0 {
			continue
		}
		switch body := e.Body.(type) {
		case conversation.Message:
			fmt.Fprintf(&b, "%s\n%s\n", body.Text, body.Content)
		case conversation.Edited:
			fmt.Fprintf(&b, "%s\n%s\n", body.Text, body.Content)
		}
	}
	return b.String()
}

// shownNow is what she reads at the end, after edits and retractions.
func shownNow(events []conversation.Event) string {
	text := map[conversation.Seq]string{}
	for _, e := range events {
		switch body := e.Body.(type) {
		case conversation.Message:
			if e.VSeq > 0 {
				text[e.Seq] = body.Text
			}
		case conversation.Edited:
			if _, ok := text[body.Of]; ok && e.VSeq > 0 {
				text[body.Of] = body.Text
			}
		case conversation.Retracted:
			delete(text, body.Of)
		}
	}
	var b strings.Builder
	for _, t := range text {
		b.WriteString(t + "\n")
	}
	return b.String()
}

// verdict compares a line with the log at the end. kept is what the visitor should
// have and has not, leaked what she has and should not.
func (l *spoken) verdict(events []conversation.Event, tokens []string) (leaked, kept []string) {
	ever, now := everShown(events), shownNow(events)
	for _, token := range tokens {
		should := slices.Contains(l.ever, token)
		switch shown := strings.Contains(ever, token); {
		case shown && !should:
			leaked = append(leaked, token)
		case should && !shown:
			kept = append(kept, token)
		}
		if shown := strings.Contains(now, token); shown && (!l.out || l.words != token) {
			leaked = append(leaked, token+" (still)")
		}
	}
	if l.out && !strings.Contains(now, l.words) {
		kept = append(kept, l.words+" (now)")
	}
	return leaked, kept
}
