package slackbridge

import (
	"fmt"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

func TestFateOf(t *testing.T) {
	const me, other = "U0ME", "U0OTHER"
	agent := func(mode conversation.Mode, change ...func(*line)) line {
		l := line{Mode: mode, Author: me, Agent: true, Relay: RelayOwner}
		if mode == conversation.WithAgent {
			l.Owner = me
		}
		for _, f := range change {
			f(&l)
		}
		return l
	}
	others := func(l *line) { l.Owner = other }
	group := func(l *line) { l.Relay = RelayGroup }
	note := func(l *line) { l.Note = true }
	points := func(l *line) { l.Mentions = true }
	moved := func(l *line) { l.Elsewhere = true }
	empty := func(l *line) { l.Empty = true }
	stranger := func(l *line) { l.Agent = false }
	asked := func(what string) func(*line) { return func(l *line) { l.Asked = what } }
	tests := []struct {
		name string
		in   line
		want string
	}{
		{"waiting, agent: claims and goes out", agent(conversation.Waiting), "out owner"},
		{"with an agent, owner: goes out", agent(conversation.WithAgent), "out owner"},
		{"with an agent, another: inside", agent(conversation.WithAgent, others), "inside owned [handoff_line_send handoff_line_take] lock"},
		{"with an agent, another, relay group: goes out", agent(conversation.WithAgent, others, group), "out member"},
		{"with an agent, another, send pressed", agent(conversation.WithAgent, others, asked(askSend)), "out member"},
		{"with an agent, another, take pressed", agent(conversation.WithAgent, others, asked(askTake)), "out member take"},
		{"with the bot: asks", agent(conversation.WithBot), "inside with_bot [handoff_line_take_send handoff_line_keep] lock"},
		{"with the bot, take pressed", agent(conversation.WithBot, asked(askTake)), "out taking"},
		{"with the bot, send pressed: asks again", agent(conversation.WithBot, asked(askSend)), "inside with_bot [handoff_line_take_send handoff_line_keep] lock"},
		{"closed: asks", agent(conversation.IsClosed), "inside closed [handoff_line_reopen handoff_line_keep] lock"},
		{"closed, reopen pressed", agent(conversation.IsClosed, asked(askTake)), "out taking"},
		{"note while waiting", agent(conversation.Waiting, note), "inside lock"},
		{"note by the owner", agent(conversation.WithAgent, note), "inside lock"},
		{"note by another", agent(conversation.WithAgent, others, note), "inside lock"},
		{"note with a mention", agent(conversation.WithAgent, note, points), "inside lock"},
		{"note when closed", agent(conversation.IsClosed, note), "inside lock"},
		{"mention by the owner", agent(conversation.WithAgent, points), "inside mentions [handoff_line_anyway handoff_line_keep] lock"},
		{"mention while waiting", agent(conversation.Waiting, points), "inside mentions [handoff_line_anyway handoff_line_keep] lock"},
		{"mention, anyway pressed", agent(conversation.WithAgent, points, asked(askAnyway)), "out owner"},
		{"mention by another, anyway pressed", agent(conversation.WithAgent, others, points, asked(askAnyway)), "inside owned [handoff_line_send handoff_line_take] lock"},
		{"moved elsewhere", agent(conversation.WithAgent, moved), "inside elsewhere [handoff_line_send] lock"},
		{"moved elsewhere, waiting", agent(conversation.Waiting, moved), "inside elsewhere [handoff_line_send] lock"},
		{"moved elsewhere, send pressed", agent(conversation.WithAgent, moved, asked(askSend)), "out owner"},
		{"not an agent", agent(conversation.Waiting, stranger), "nothing not_agent"},
		{"not an agent, note", agent(conversation.WithAgent, stranger, note), "nothing not_agent"},
		{"only files", agent(conversation.WithAgent, empty), "nothing empty warning"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := fateOf(tt.in).String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
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
