package slackbridge_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// trail is the log around a line.
func trail(events []conversation.Event, at int) string {
	var b strings.Builder
	for _, e := range events[max(0, at-6):min(len(events), at+3)] {
		fmt.Fprintf(&b, "%d %s %s %s %+v\n", e.Seq, e.Key, e.Author.ID, conversation.KindOf(e.Body), e.Body)
	}
	return b.String()
}

func unlessNotFound(err error) error {
	if errors.Is(err, conversation.ErrNotFound) {
		return nil
	}
	return err
}

// goOn does something more with a line of one's own.
func (w *storm) goOn(r *rand.Rand, l *spoken) error {
	switch r.IntN(4) {
	case 0:
		return w.edit(r, l)
	case 1:
		return w.keepOrSend(l)
	case 2:
		if !l.out {
			return w.press(l)
		}
	}
	return nil
}

// edit changes the line. What went out follows; a note prefix takes it back, and a
// mention keeps the new words inside.
func (w *storm) edit(r *rand.Rand, l *spoken) error {
	how, token := []manner{plainly, plainly, asNote, mentions}[r.IntN(4)], w.token()
	if how == mentions && l.how == mentions {
		return nil // whether its mention was sent anyway is another test's
	}
	from := w.last(l.chat)
	if err := w.slack.Edit(l.author, l.channel, l.ts, text(r, how, token)); err != nil {
		return err
	}
	err := w.settled("the edit "+token, func() (bool, error) {
		return slices.ContainsFunc(w.since(l.chat, from), func(e conversation.Event) bool {
			return strings.Contains(fmt.Sprint(e.Body), token) && strings.HasPrefix(e.Key, l.key())
		}), nil
	})
	switch {
	case !l.out:
		l.words = token
	case how == asNote:
		l.out, l.words = false, token
	case how == plainly:
		l.show(token)
	}
	if how == mentions {
		l.how = mentions
	}
	return err
}

// keepOrSend uses the shortcut that changes the line's side.
func (w *storm) keepOrSend(l *spoken) error {
	from := w.last(l.chat)
	cut, suffix := "handoff_send", ":out"
	if l.out {
		cut, suffix = "handoff_note", ":kept"
	}
	if err := w.slack.Shortcut(l.author, cut, l.channel, l.ts); err != nil {
		return err
	}
	done, err := w.outcome(l, from, suffix)
	switch {
	case err != nil:
		return err
	case l.out:
		l.out = !done
	case done:
		l.show(l.words)
	default:
		w.blame(l, "the shortcut", from, func(conversation.State) bool { return true })
	}
	return nil
}

// press answers the private message about a line with the button that sends it.
func (w *storm) press(l *spoken) error {
	var private fakeslack.Message
	var button string
	for _, m := range w.slack.Ephemerals(l.author) {
		for _, b := range m.Blocks {
			elements, _ := b["elements"].([]any)
			for _, e := range elements {
				el, _ := e.(map[string]any)
				id, _ := el["action_id"].(string)
				value, _ := el["value"].(string)
				if strings.HasSuffix(value, " "+l.ts) && slices.Contains([]string{"handoff_line_send", "handoff_line_anyway", "handoff_line_take_send", "handoff_line_reopen"}, id) {
					private, button = m, id
				}
			}
		}
	}
	if button == "" {
		return nil
	}
	from := w.last(l.chat)
	if err := w.slack.Press(l.author, private.Channel, private.TS, button); err != nil {
		return err
	}
	done, err := w.outcome(l, from, ":out")
	switch {
	case err != nil:
		return err
	case done:
		l.show(l.words)
	default:
		w.blame(l, button, from, func(s conversation.State) bool { return pressed(button, l.author, s, w.relay) })
	}
	return nil
}

// outcome waits until what its author has pressed is dealt with, and says whether
// it had an effect on the line.
func (w *storm) outcome(l *spoken, from conversation.Seq, suffix string) (done bool, err error) {
	err = w.settled("an answer about "+l.token, func() (bool, error) {
		for _, d := range w.slack.Deliveries() {
			if !d.Over && d.Kind == "interactive" && strings.Contains(string(d.Payload), l.author) {
				return false, nil
			}
		}
		rows, err := w.store.PendingInbound(w.t.Context(), time.Now().Add(time.Hour), 10_000)
		return !slices.ContainsFunc(rows, func(r ledger.Inbound) bool {
			return (r.Kind == "action" || r.Kind == "shortcut") && strings.Contains(string(r.Raw), l.author)
		}), err
	})
	done = slices.ContainsFunc(w.since(l.chat, from), func(e conversation.Event) bool { return strings.HasPrefix(e.Key, l.key()+suffix) })
	return done, err
}

// blame reports a line that was kept back although its author pressed for it, and
// every state since would have let it out.
func (w *storm) blame(l *spoken, what string, from conversation.Seq, lets func(conversation.State) bool) {
	events := w.events(l.chat)
	state := conversation.Fold(conversation.State{}, events[:from]...)
	all := lets(state)
	for _, e := range events[from:] {
		state = state.Apply(e)
		all = all && lets(state)
	}
	if all {
		w.t.Errorf("%s by %s was kept back after %s in mode %s", l.token, l.author, what, state.Mode)
	}
}

// told checks that everybody who is no agent was told so once for each line.
func (w *storm) told() {
	for _, u := range stormOthers {
		if u.Bot {
			continue
		}
		lines := 0
		for _, l := range w.lines {
			if l.author == u.ID {
				lines++
			}
		}
		err := w.settled("a word to "+u.ID+" for each of "+strconv.Itoa(lines)+" lines", func() (bool, error) {
			return len(w.slack.Ephemerals(u.ID)) >= lines, nil
		})
		if err != nil {
			w.t.Errorf("%v: %d", err, len(w.slack.Ephemerals(u.ID)))
		}
	}
}
