package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// Somebody invites the app to a channel. It says there whether chats are posted
// there, and if not, what to write into handoff.yaml. Each invitation is answered
// once: it has a row, written before the post and completed after it.

// invited answers an invitation. That we have joined by ourselves needs no words.
func (b *Bridge) invited(ctx context.Context, ev happening) error {
	channel := string(ev.Channel)
	if ev.Inviter == "" || b.Errands == nil || !isChannel(channel) {
		return nil
	}
	return b.alone(ctx, invitedTo(channel), func() error { return b.answerInvitation(ctx, ev, channel) })
}

// invitedTo names the work on the invitations to a channel: Slack may deliver one
// twice at once, to two processes, while somebody presses Not now.
func invitedTo(channel string) string { return "invited:" + channel }

func (b *Bridge) answerInvitation(ctx context.Context, ev happening, channel string) error {
	e, done, err := b.houseErrand(ctx, invitedTo(channel)+":"+ev.EventTS)
	if err != nil || done {
		return err
	}
	if !e.Attempted.IsZero() {
		ts, err := b.weeklyStands(ctx, channel, e)
		if err != nil {
			return err
		}
		if ts != "" {
			return b.inviteOver(ctx, e, ledger.Sent, ts)
		}
	}
	m, err := b.inviteAnswer(ctx, e.Name, channel, string(ev.Inviter))
	if err != nil {
		return err
	}
	m.Metadata = draw.Marked("", e.Name)
	if err := b.client.Throttle.Allow("chat.postMessage", channel); err != nil {
		return err
	}
	e.Attempted = b.Now()
	if err := b.Errands.SaveErrand(ctx, e); err != nil {
		return fmt.Errorf("note an errand: %w", err)
	}
	ts, err := b.send(ctx, channel, "", m)
	switch f, bad := webapi.Failed(err); {
	case err == nil:
		return b.inviteOver(ctx, e, ledger.Sent, ts)
	case !bad || f.Kind == webapi.Doubtful:
		return err // the row says that it may have happened
	case f.Kind == webapi.Refused: // it was put out again, or may not write here
		b.log.Warn("an invitation was not answered", "channel", channel, "error", err)
		return b.inviteOver(ctx, e, ledger.Gone, "")
	}
	e.Attempted = zeroTime
	return errors.Join(err, b.Errands.SaveErrand(ctx, e))
}

func (b *Bridge) inviteOver(ctx context.Context, e ledger.Errand, how ledger.PostState, ts string) error {
	e.State, e.Ref = how, ts
	if err := b.Errands.SaveErrand(ctx, e); err != nil {
		return fmt.Errorf("note an errand: %w", err)
	}
	return nil
}

// inviteAnswer is what is said in a channel that the app was invited to.
func (b *Bridge) inviteAnswer(ctx context.Context, name, channel, inviter string) (draw.Message, error) {
	is, err := b.rooms.info(ctx, channel)
	if err != nil {
		return draw.Message{}, err
	}
	var spans []draw.Span
	switch {
	case is.Shared:
		spans = []draw.Span{draw.Words("Other organisations read this channel, so I never post chats here. Invite me to a channel of your own workspace.")}
	case channel == b.Config.AdminChannel:
		spans = []draw.Span{draw.Words("I am here again: notices to the operator come into this channel.")}
	case slices.Contains(b.inUse(), channel):
		spans = b.postsHere()
	default:
		return draw.InviteQuestion(name, channel, inviter), nil
	}
	return draw.Say(spans...), nil
}

// postsHere is said in a channel in use.
func (b *Bridge) postsHere() []draw.Span {
	return []draw.Span{draw.Words("I post chats here: each is a card with a thread. Claim it, or just reply in the thread; a line that begins with "), draw.Code(b.notePrefix()), draw.Words(" stays inside.")}
}

func (b *Bridge) notePrefix() string {
	if len(b.Config.NotePrefixes) == 0 {
		return ";;"
	}
	return b.Config.NotePrefixes[0]
}

// invitation reads which question was pressed; ok is false when it is not that of
// the channel it stands in.
func (p press) invitation() (channel, ts, name string, ok bool) {
	channel, ts = p.e.Container.ChannelID, p.e.Container.MessageTS
	of, name, _ := strings.Cut(p.action.Value, " ")
	return channel, ts, name, ts != "" && of == channel && strings.HasPrefix(name, "invited:"+channel+":")
}

// pressInviteNo takes the question away. Its row is over first: who still looks for
// the post in doubt would ask again.
func (b *Bridge) pressInviteNo(ctx context.Context, p press) error {
	channel, ts, name, ok := p.invitation()
	if !ok {
		return errDrop
	}
	err := b.alone(ctx, invitedTo(channel), func() error {
		e, done, err := b.houseErrand(ctx, name)
		if err == nil && !done {
			err = b.inviteOver(ctx, e, ledger.Gone, ts)
		}
		return err
	})
	if err != nil {
		return err
	}
	return b.removeStray(ctx, channel, ts)
}

// pressInviteCheck looks whether the file names the channel by now.
func (b *Bridge) pressInviteCheck(ctx context.Context, p press) error {
	channel, ts, _, ok := p.invitation()
	if !ok {
		return errDrop
	}
	if !slices.Contains(b.inUse(), channel) {
		p.channel = channel
		b.tellPresser(p, draw.Words("The configuration in force does not name "), draw.Code(channel), draw.Words(" yet. slack.channel needs a new start; a topic's channel counts when the file was saved and taken. handoff check says what is wrong with a file."))
		return nil
	}
	spans := b.postsHere()
	if err := b.client.Throttle.Allow("chat.update", channel); err != nil {
		return err
	}
	err := b.update(ctx, channel, ts, draw.Say(spans...))
	if webapi.HasCode(err, "message_not_found") {
		return nil
	}
	return err
}
