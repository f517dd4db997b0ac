package slackbridge

import (
	"fmt"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// me writes the lines of the tables below.
const me, other = "U0ME", "U0OTHER"

// by is a line of mine in a conversation that I have where somebody has it.
func by(mode conversation.Mode, change ...func(*line)) line {
	l := line{Mode: mode, Author: me, Agent: true, Relay: RelayOwner}
	if mode == conversation.WithAgent {
		l.Owner = me
	}
	for _, f := range change {
		f(&l)
	}
	return l
}

func others(l *line)                { l.Owner = other }
func group(l *line)                 { l.Relay = RelayGroup }
func note(l *line)                  { l.Note = true }
func points(l *line)                { l.Mentions = true }
func moved(l *line)                 { l.Elsewhere = true }
func empty(l *line)                 { l.Empty = true }
func kept(l *line)                  { l.Barred = true }
func stranger(l *line)              { l.Agent = false }
func asked(what string) func(*line) { return func(l *line) { l.Asked = what } }

func TestFateOf(t *testing.T) {
	tests := []struct {
		name string
		in   line
		want string
	}{
		{"waiting, agent: claims and goes out", by(conversation.Waiting), "out owner claimed [handoff_line_move]"},
		{"with an agent, owner: goes out", by(conversation.WithAgent), "out owner"},
		{"with an agent, another: inside", by(conversation.WithAgent, others), "inside owned [handoff_line_send handoff_line_take] lock"},
		{"with an agent, another, relay group: goes out", by(conversation.WithAgent, others, group), "out member"},
		{"with an agent, another, send pressed", by(conversation.WithAgent, others, asked(askSend)), "out member"},
		{"with an agent, another, take pressed", by(conversation.WithAgent, others, asked(askTake)), "out member take"},
		{"with the bot: asks", by(conversation.WithBot), "inside with_bot [handoff_line_take_send handoff_line_keep] lock"},
		{"with the bot, take pressed", by(conversation.WithBot, asked(askTake)), "out taking"},
		{"with the bot, send pressed: asks again", by(conversation.WithBot, asked(askSend)), "inside with_bot [handoff_line_take_send handoff_line_keep] lock"},
		{"with the bot, by the shortcut", by(conversation.WithBot, asked(askCut)), "out taking"},
		{"closed, by the shortcut", by(conversation.IsClosed, asked(askCut)), "out taking"},
		{"with an agent, another, by the shortcut", by(conversation.WithAgent, others, asked(askCut)), "out member"},
		{"closed: asks", by(conversation.IsClosed), "inside closed [handoff_line_reopen handoff_line_keep] lock"},
		{"closed, reopen pressed", by(conversation.IsClosed, asked(askTake)), "out taking"},
		{"note while waiting", by(conversation.Waiting, note), "inside lock"},
		{"note by the owner", by(conversation.WithAgent, note), "inside lock"},
		{"note by another", by(conversation.WithAgent, others, note), "inside lock"},
		{"note with a mention", by(conversation.WithAgent, note, points), "inside lock"},
		{"note when closed", by(conversation.IsClosed, note), "inside lock"},
		{"mention by the owner", by(conversation.WithAgent, points), "inside mentions [handoff_line_anyway handoff_line_keep] lock"},
		{"mention while waiting", by(conversation.Waiting, points), "inside mentions [handoff_line_anyway handoff_line_keep] lock"},
		{"mention, anyway pressed", by(conversation.WithAgent, points, asked(askAnyway)), "out owner"},
		{"mention by another, anyway pressed", by(conversation.WithAgent, others, points, asked(askAnyway)), "inside owned [handoff_line_send handoff_line_take] lock"},
		{"moved elsewhere", by(conversation.WithAgent, moved), "inside elsewhere [handoff_line_send] lock"},
		{"moved elsewhere, waiting", by(conversation.Waiting, moved), "inside elsewhere [handoff_line_send] lock"},
		{"moved elsewhere, send pressed", by(conversation.WithAgent, moved, asked(askSend)), "out owner"},
		{"not an agent", by(conversation.Waiting, stranger), "nothing not_agent"},
		{"not an agent, note", by(conversation.WithAgent, stranger, note), "nothing not_agent"},
		{"only files", by(conversation.WithAgent, empty), "nothing empty warning"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := fateOf(tt.in).String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A conversation that is kept for certain people.
func TestFateOfKeptForOthers(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   line
		want string
	}{
		{"waiting, kept for others", by(conversation.Waiting, kept), "inside barred lock"},
		{"with the bot, kept for others", by(conversation.WithBot, kept), "inside barred lock"},
		{"with the bot, kept for others, take pressed", by(conversation.WithBot, kept, asked(askTake)), "inside barred lock"},
		{"closed, kept for others, reopen pressed", by(conversation.IsClosed, kept, asked(askTake)), "inside barred lock"},
		{"with an agent, kept for others", by(conversation.WithAgent, others, kept), "inside owned [handoff_line_send] lock"},
		{"with an agent, kept for others, take pressed", by(conversation.WithAgent, others, kept, asked(askTake)), "inside barred lock"},
		{"with an agent, kept for others, send pressed", by(conversation.WithAgent, others, kept, asked(askSend)), "out member"},
		{"the owner, kept for others", by(conversation.WithAgent, kept), "out owner"},
		{"a note, kept for others", by(conversation.Waiting, kept, note), "inside lock"},
	} {
		if got := fateOf(tt.in).String(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Whatever is combined, a line by somebody who may not act, a note and a line
// with a mention never go out by themselves.
func TestFateOfNeverLeaks(t *testing.T) {
	bools := []bool{false, true}
	for _, mode := range []conversation.Mode{conversation.WithBot, conversation.Waiting, conversation.WithAgent, conversation.IsClosed} {
		for _, relay := range []string{RelayOwner, RelayGroup} {
			for i := range 32 {
				l := line{Mode: mode, Author: "U0ME", Relay: relay, Agent: bools[i&1], Note: bools[i>>1&1], Mentions: bools[i>>2&1], Elsewhere: bools[i>>3&1]}
				if bools[i>>4&1] {
					l.Owner = "U0ME"
				}
				if f := fateOf(l); f.Do == goesOut && (!l.Agent || l.Note || l.Mentions || l.Elsewhere) {
					t.Errorf("%+v goes out", l)
				}
			}
		}
	}
}

// String is the fate as the table tests write it.
func (f fate) String() string {
	out := [...]string{"nothing", "out", "inside"}[f.Do]
	if f.Do == goesOut {
		out += [...]string{" owner", " member", " taking"}[f.How]
	}
	if f.Take {
		out += " take"
	}
	if f.Tell != "" {
		out += " " + string(f.Tell)
	}
	if len(f.Offer) > 0 {
		out += " " + fmt.Sprint(f.Offer)
	}
	if f.Mark != "" {
		out += " " + f.Mark
	}
	return out
}
