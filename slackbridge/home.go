package slackbridge

import (
	"context"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// homeLimit is how many conversations a list of the inbox shows.
const homeLimit = 10

// noThread is the thread of nothing: every line counts as written elsewhere.
var noThread = ledger.Thread{Epoch: 1 << 30, TS: "9"}

// inbox is what the App Home and the modal "Open inbox" show to one agent.
func (b *Bridge) inbox(ctx context.Context, user string) ([]slack.Block, error) {
	lists := []struct {
		title, empty string
		query        conversation.Query
		button       string
	}{
		{"Waiting", "Nobody is waiting.", conversation.Query{Modes: []conversation.Mode{conversation.Waiting}}, actClaim},
		{"Mine", "You have no chat.", conversation.Query{Modes: []conversation.Mode{conversation.WithAgent}, Owner: user}, ""},
		{"With the AI", "The AI is not talking to anybody.", conversation.Query{Modes: []conversation.Mode{conversation.WithBot}}, actTakeOver},
		{"Closed", "No chat is closed yet.", conversation.Query{Modes: []conversation.Mode{conversation.IsClosed}}, ""},
	}
	var blocks []slack.Block
	for _, l := range lists {
		l.query.Limit = homeLimit
		states, err := b.Log.Search(ctx, l.query)
		if err != nil {
			return nil, fmt.Errorf("list conversations: %w", err)
		}
		blocks = append(blocks, slack.NewHeaderBlock(plain(l.title)))
		if len(states) == 0 {
			blocks = append(blocks, richLine("", slant(l.empty)))
		}
		for _, s := range states {
			row, err := b.inboxRow(ctx, s, l.button)
			if err != nil {
				return nil, err
			}
			blocks = append(blocks, row...)
		}
	}
	if !b.people.admin(user) && len(b.Config.Admins) > 0 {
		return blocks, nil
	}
	blocked, err := b.blockedBlocks(ctx)
	if err != nil || len(blocked) == 0 {
		return blocks, err
	}
	return append(append(blocks, slack.NewHeaderBlock(plain("Blocked"))), blocked...), nil
}

// inboxRow is one conversation: who, what, how long, and what can be done.
func (b *Bridge) inboxRow(ctx context.Context, s conversation.State, action string) ([]slack.Block, error) {
	brief, err := b.briefs.of(ctx, s.ID)
	if err != nil {
		return nil, fmt.Errorf("read the brief: %w", err)
	}
	card := Card{State: s, Brief: brief}
	line := []span{strong(card.urgency() + brief.visitor(s)), words(" · " + s.Reference + " · " + firstNonEmpty(oneLine(brief.Last, 100), brief.ask()))}
	if wait := waitingOn(s, b.Now()); wait != "" {
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

// waitingOn says how long the visitor has waited for a person's next word.
func waitingOn(s conversation.State, now time.Time) string {
	since := s.Unanswered.At
	if s.Mode == conversation.Waiting {
		since = s.WaitFrom
	}
	if since.IsZero() || s.Mode == conversation.WithBot || s.Mode == conversation.IsClosed {
		return ""
	}
	if d := now.Sub(since); d >= time.Minute {
		return fmt.Sprintf("waiting on you %d min", int(d.Minutes()))
	}
	return "waiting on you"
}

// publishHome draws somebody's App Home.
func (b *Bridge) publishHome(ctx context.Context, me identity, user string) error {
	_, why, err := b.people.standing(ctx, me.Team, b.Config.Channel, user)
	if err != nil {
		return fmt.Errorf("look the reader up: %w", err)
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

// workEvent deals with the events that are not messages.
func (b *Bridge) workEvent(ctx context.Context, me identity, e envelope) error {
	var ev struct {
		Type      string      `json:"type"`
		Channel   channelOrID `json:"channel"`
		User      channelOrID `json:"user"`
		Subteam   teamRef     `json:"subteam"`
		SubteamID string      `json:"subteam_id"`
		Tab       string      `json:"tab"`
	}
	_ = loose(e.Event, &ev) // what could not be read stays zero
	switch ev.Type {
	case "app_home_opened":
		if ev.Tab == "" || ev.Tab == "home" {
			return b.publishHome(ctx, me, string(ev.User))
		}
	case "member_joined_channel", "member_left_channel", "channel_shared", "channel_unshared", "channel_archive", "channel_unarchive", "group_archive", "group_unarchive",
		"channel_rename", "group_rename", "channel_deleted", "group_deleted", "channel_left", "group_left", "channel_id_changed":
		b.people.forget(string(ev.Channel))
		b.rooms.forget(string(ev.Channel))
		if ev.Type == "channel_shared" {
			b.watchSharing(ctx)
		}
	case "user_change":
		b.people.forget(string(ev.User))
	case "subteam_members_changed", "subteam_updated":
		b.people.forget(firstNonEmpty(ev.SubteamID, ev.Subteam.ID))
	case "tokens_revoked", "app_uninstalled":
		b.introduce(ctx)
	}
	return nil
}
