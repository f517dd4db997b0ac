package slackbridge

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// homeLimit is how many conversations /handoff find shows.
const homeLimit = 10

// maxBlocked is how many blocks of the Home list the people who are kept out.
const maxBlocked = 8

// noThread is the thread of nothing: every line counts as written elsewhere.
var noThread = ledger.Thread{Epoch: 1 << 30, TS: "9"}

// homeList is one list of the inbox. Together they stay below the hundred blocks
// that a Home may have.
type homeList struct {
	title, empty string
	query        conversation.Query
	button       string
	limit        int
	keep         func(conversation.State) bool     // nil keeps all
	order        func(a, b conversation.State) int // nil leaves the store's
}

func homeLists(user string) []homeList {
	mine := func(s conversation.State) bool { return s.Owner.ID == user }
	return []homeList{
		{title: "Waiting", empty: "Nobody is waiting.", query: conversation.Query{Modes: []conversation.Mode{conversation.Waiting}, Oldest: true}, button: actClaim, limit: 10},
		{title: "Mine", empty: "You have no chat.", query: conversation.Query{Modes: []conversation.Mode{conversation.WithAgent}, Owner: user}, limit: 10, order: longestUnanswered},
		{title: "With colleagues", empty: "No colleague has a chat.", query: conversation.Query{Modes: []conversation.Mode{conversation.WithAgent}}, limit: 8, order: longestUnanswered,
			keep: func(s conversation.State) bool { return !mine(s) }},
		{title: "With the AI", empty: "The AI is not talking to anybody.", query: conversation.Query{Modes: []conversation.Mode{conversation.WithBot}}, button: actTakeOver, limit: 6},
		{title: "Closed", empty: "No chat is closed yet.", query: conversation.Query{Modes: []conversation.Mode{conversation.IsClosed}}, limit: 4},
	}
}

// longestUnanswered puts who has waited longest for an answer first, and after
// them the newest.
func longestUnanswered(a, b conversation.State) int {
	switch {
	case a.Unanswered.Seq != 0 && b.Unanswered.Seq != 0:
		return a.Unanswered.At.Compare(b.Unanswered.At)
	case a.Unanswered.Seq != 0:
		return -1
	case b.Unanswered.Seq != 0:
		return 1
	}
	return b.Last.At.Compare(a.Last.At)
}

// inbox is what the App Home and the modal "Open inbox" show to one agent.
func (b *Bridge) inbox(ctx context.Context, user string) ([]slack.Block, error) {
	blocks, err := b.dutySwitch(ctx, user)
	if err != nil {
		return nil, err
	}
	for _, l := range homeLists(user) {
		list, err := b.homeRows(ctx, l, user)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, list...)
	}
	if !b.people.admin(user) && len(b.Config.Admins) > 0 {
		return blocks, nil
	}
	blocked, err := b.blockedBlocks(ctx)
	if err != nil || len(blocked) == 0 {
		return blocks, err
	}
	return append(append(blocks, slack.NewHeaderBlock(plain("Blocked"))), blocked[:min(len(blocked), maxBlocked)]...), nil
}

// dutySwitch says whether the reader is on duty, with the button that changes it.
func (b *Bridge) dutySwitch(ctx context.Context, user string) ([]slack.Block, error) {
	if b.Desk == nil {
		return nil, nil
	}
	a, err := b.agent(ctx, user)
	if err != nil {
		return nil, fmt.Errorf("read the table of agents: %w", err)
	}
	now := b.Now()
	flip := button(actDutyOn, "home", "Go on duty")
	if a.OnDuty(b.office(now).Manual, now) {
		flip = button(actDutyOff, "home", "Go off duty")
	}
	section := slack.NewSectionBlock(plain(b.dutyWords(a)), nil, slack.NewAccessory(flip))
	return block1(section), nil
}

func (b *Bridge) homeRows(ctx context.Context, l homeList, user string) ([]slack.Block, error) {
	l.query.Limit = manyChats
	states, err := b.Log.Search(ctx, l.query)
	if err != nil {
		return nil, fmt.Errorf("list conversations: %w", err)
	}
	if l.keep != nil {
		states = slices.DeleteFunc(states, func(s conversation.State) bool { return !l.keep(s) })
	}
	if l.order != nil {
		slices.SortStableFunc(states, l.order)
	}
	blocks := []slack.Block{slack.NewHeaderBlock(plain(fmt.Sprintf("%s (%d)", l.title, len(states))))}
	if len(states) == 0 {
		return append(blocks, richLine("", slant(l.empty))), nil
	}
	for _, s := range states[:min(len(states), l.limit)] {
		row, err := b.inboxRow(ctx, s, user, l.button)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, row...)
	}
	if n := len(states) - l.limit; n > 0 {
		blocks = append(blocks, richLine("", slant(fmt.Sprintf("%d more. /handoff find WORDS looks through all of them.", n))))
	}
	return blocks, nil
}

// inboxRow is one conversation: who, what, how long, and what can be done.
func (b *Bridge) inboxRow(ctx context.Context, s conversation.State, user, action string) ([]slack.Block, error) {
	brief, err := b.briefs.of(ctx, s.ID)
	if err != nil {
		return nil, fmt.Errorf("read the brief: %w", err)
	}
	card := Card{State: s, Brief: brief}
	line := []span{strong(card.urgency() + brief.visitor(s)), words(" · " + s.Reference + " · " + cmp.Or(oneLine(brief.Last, 100), brief.ask()))}
	if wait := waitingOn(s, user, b.Now()); wait != "" {
		line = append(line, slant(" · "+wait))
	}
	blocks := []slack.Block{richLine("", line...)}
	var buttons []slack.BlockElement
	if action != "" {
		buttons = append(buttons, button(action, string(s.ID), map[string]string{actClaim: "Claim", actTakeOver: "Take over"}[action]))
	}
	if t, err := b.Threads.ThreadOf(ctx, s.ID); err == nil && t.TS != "" {
		open := button("handoff_open", string(s.ID), "Open")
		open.URL = b.permalink(t.Channel, t.TS)
		buttons = append(buttons, open)
	}
	if len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("", buttons...))
	}
	return blocks, nil
}

// waitingOn says how long the visitor has waited for a person, or for an answer
// of the one who has her; user reads it.
func waitingOn(s conversation.State, user string, now time.Time) string {
	since, whom := s.Unanswered.At, "waiting on you"
	switch s.Mode {
	case conversation.Waiting:
		since, whom = s.WaitFrom, "waiting"
	case conversation.WithAgent:
		if s.Owner.ID != user {
			whom = "waiting on " + cmp.Or(oneLine(s.Owner.Name, maxName), "a colleague")
		}
	case conversation.WithBot, conversation.IsClosed:
		return ""
	}
	if since.IsZero() {
		return ""
	}
	if d := now.Sub(since); d >= time.Minute {
		return fmt.Sprintf("%s %d min", whom, int(d.Minutes()))
	}
	return whom
}

// publishHome draws somebody's App Home.
func (b *Bridge) publishHome(ctx context.Context, me identity, user string) error {
	_, why, err := b.standingAnywhere(ctx, me, userRef{ID: user})
	if err != nil {
		return err
	}
	blocks := []slack.Block{richLine("", words("The inbox is for the support team. "+why))}
	if why == "" {
		if blocks, err = b.inbox(ctx, user); err != nil {
			return err
		}
	}
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}
	return b.client.patient(ctx, "views.publish", "", func(ctx context.Context) error {
		_, err := b.client.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: view})
		return err
	})
}

// refreshHome draws the Home again after a press in it.
func (b *Bridge) refreshHome(ctx context.Context, p press) {
	if p.e.Container.ViewID == "" && p.e.View.ID == "" || p.e.Type != "block_actions" {
		return
	}
	if err := b.publishHome(ctx, p.me, p.who.ID); err != nil {
		b.log.Warn("a Home was not drawn", "error", err)
	}
}
