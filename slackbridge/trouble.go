package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// A channel can be archived, deleted, shared with others, or closed to the app.
// Its conversations then go on in the default channel, each in a new thread; when
// it is the default channel, they wait in the log.

// refusedPause is how long a channel that Slack refused is not asked for: somebody
// has to act first.
const refusedPause = 20 * time.Second

// channelCodes are the refusals that concern the channel and not one post in it.
var channelCodes = []string{
	"not_in_channel", "channel_not_found", "is_archived", codeShared, "restricted_action", "restricted_action_thread_only_channel",
	"restricted_action_read_only_channel", "restricted_action_non_threadable_channel", "method_not_supported_for_channel_type",
}

// ofChannel says that a refusal concerns the channel.
func ofChannel(f *webapi.Failure) bool {
	return f.Kind == webapi.Refused && slices.Contains(channelCodes, f.Code)
}

// mendFor says what to do about an error code of Slack.
func mendFor(code string) string {
	switch code {
	case "not_in_channel", "channel_not_found":
		return "Invite the app with /invite, or correct the channel in handoff.yaml."
	case "is_archived":
		return "Unarchive the channel, or set another one in handoff.yaml."
	case codeShared:
		return "Use a channel of your own workspace, or end the sharing."
	case "missing_scope":
		return "Update the app with the manifest of handoff manifest and install it again."
	case "restricted_action", "restricted_action_thread_only_channel", "restricted_action_read_only_channel", "restricted_action_non_threadable_channel":
		return "Allow the app to post in the channel's settings."
	}
	return "Run handoff doctor."
}

// happened says what a code means, after the channel's name.
func happened(code string) string {
	switch code {
	case "not_in_channel":
		return "cannot be used: the app is not in it, or was removed from it"
	case "channel_not_found":
		return "cannot be used: it was deleted, or it is private and the app is not in it"
	case "is_archived":
		return "cannot be used: it is archived"
	case codeShared:
		return "is shared with another organisation, so nothing of a visitor is posted there"
	}
	return "cannot be used: Slack says " + code
}

// room is the channel to post in: the wanted one, or the default one when that
// cannot be used.
func (v *visit) room(ctx context.Context, wanted string) (string, error) {
	f, err := v.rooms.look(ctx, v.me.Team, wanted)
	if err != nil {
		return "", v.cannot(ctx, wanted, err)
	}
	if f == nil {
		return wanted, nil
	}
	if home := v.Config.Channel; wanted != home && ofChannel(f) {
		also, err := v.rooms.look(ctx, v.me.Team, home)
		if err != nil {
			return "", v.cannot(ctx, home, err)
		}
		if also == nil {
			v.fallback = true
			return home, nil
		}
	}
	return "", &later{at: v.rooms.comeBack(wanted, v.w.Conversation), why: f.Error()}
}

// sendAway notes that Slack refused a channel and says when the conversation may
// come back: at once when it has another place to go.
func (b *Bridge) sendAway(channel string, id conversation.ID, f *webapi.Failure) time.Time {
	if f.OfApp() && f.Method == "chat.update" {
		return b.Now().Add(refusedPause) // what is posted does not depend on it
	}
	b.rooms.refuse(channel, f)
	if channel != b.Config.Channel && ofChannel(f) && b.rooms.refused(b.Config.Channel) == nil {
		return b.Now()
	}
	return b.rooms.comeBack(channel, id)
}

// quit ends the thread in the channel that is left. settled says that the one in
// the new channel stands, too; otherwise it has to be opened.
func (v *visit) quit(ctx context.Context, channel string) (settled bool, err error) {
	if v.thread.State == ledger.Opening {
		if found, err := v.foundOpening(ctx); !found || err != nil {
			return false, err
		}
	}
	f, err := v.rooms.look(ctx, v.me.Team, v.thread.Channel)
	if err != nil {
		return false, v.cannot(ctx, v.thread.Channel, err)
	}
	if f == nil {
		return true, v.move(ctx, channel)
	}
	if err := v.leaveChannel(ctx, v.thread, v.state, f); err != nil {
		return false, err
	}
	return false, &later{at: v.Now(), why: "the channel was left"}
}

// foundOpening looks for a root in doubt before its channel is left, so that no
// card stays behind without a row. One that is certainly not there is given up; in
// a channel that cannot be read the doubt stays, for the day it can.
func (v *visit) foundOpening(ctx context.Context) (bool, error) {
	if !v.thread.Attempted.IsZero() {
		root, err := v.rootOf(ctx, v.thread)
		if f, bad := webapi.Failed(err); bad && ofChannel(f) {
			return false, nil
		}
		if err != nil {
			return false, v.cannot(ctx, v.thread.Channel, err)
		}
		if root != "" {
			_, err = v.rootStands(ctx, v.thread, root, "")
			return true, err
		}
	}
	_, err := v.changeThread(ctx, v.thread, func(t *ledger.Thread) { t.State = ledger.Lost })
	if err != nil {
		return false, fmt.Errorf("give up a card that was not posted: %w", err)
	}
	return false, nil
}

// leaveChannel ends a thread whose channel cannot be used. The note wakes the mirror,
// which opens the next one, and says there why.
func (b *Bridge) leaveChannel(ctx context.Context, t ledger.Thread, s conversation.State, f *webapi.Failure) error {
	if s.Mode == conversation.Waiting || s.Mode == conversation.WithAgent {
		note := conversation.Draft{Author: conversation.Author{Role: conversation.System}, Source: conversation.FromSlack,
			Body: conversation.Note{Text: b.roomName(t.Channel) + " " + happened(f.Code) + ". The chat goes on here."}}
		// The note is first: after a crash between the two it is there, and the
		// visit it wakes leaves again.
		if _, err := b.Log.Append(ctx, t.Conversation, fmt.Sprintf("s:left:%d:%d", t.ID, t.Since), conversation.Append(note)); err != nil {
			return fmt.Errorf("note the channel that was left: %w", err)
		}
	}
	b.log.Warn("a thread is left", "conversation", t.Conversation, "channel", t.Channel, "why", f.Code)
	if _, err := b.changeThread(ctx, t, func(t *ledger.Thread) { t.State = ledger.Moved }); err != nil {
		return fmt.Errorf("leave the thread: %w", err)
	}
	return nil
}

// watchEvery is how often the channels in use are asked about.
const watchEvery = time.Minute

// watchRooms keeps an eye on the channels in use: it tells when one cannot be used
// and when it can again, takes the open conversations out of the first and wakes
// those who waited for the second.
func (b *Bridge) watchRooms(ctx context.Context) error {
	const soon = time.Second
	next := b.Now() // what stood before the start may have ended since
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-b.rooms.stirred:
		case <-time.After(max(soon, next.Sub(b.Now()))):
		}
		me := b.self.Load()
		if ok, _ := b.health.State(); !ok || me == nil || !b.leads() {
			next = b.Now() // what stirred is looked at when it can be
			continue
		}
		due := !next.After(b.Now())
		if due {
			next = b.Now().Add(watchEvery)
		}
		for _, channel := range b.rooms.inUse(append(b.inUse(), b.Config.AdminChannel)) {
			if due {
				b.rooms.outdated(channel)
			}
			b.watchRoom(ctx, me.Team, channel)
		}
		if ids := b.rooms.returned(); len(ids) > 0 && b.Readers != nil {
			b.rouse(ctx, ids...)
		}
	}
}

func (b *Bridge) watchRoom(ctx context.Context, team, channel string) {
	cause := "channel " + channel
	f := b.rooms.refused(channel)
	if f == nil || seen(f) { // of the others only a post can tell that they are over
		var err error
		if f, err = b.rooms.look(ctx, team, channel); err != nil {
			return // Slack has not said
		}
	}
	switch {
	case f != nil && f.OfApp():
		return // told where the method is
	case f != nil:
		b.notes.stand(cause, b.troubleWords(channel, f), true)
		if err := b.vacate(ctx, team, channel, f); err != nil && ctx.Err() == nil {
			b.log.Warn("conversations stay in a channel that cannot be used", "channel", channel, "error", err)
		}
	case b.rooms.refused(channel) == nil:
		b.notes.mended(cause, b.mendedWords(channel))
	}
}

func (b *Bridge) troubleWords(channel string, f *webapi.Failure) string {
	words := draw.Mrkdwn(b.roomName(channel)) + " (" + channel + ") " + happened(f.Code) + ". "
	switch channel {
	case b.Config.Channel:
		words += "It is the default channel: conversations wait until it can be used, and visitors are told after a minute. "
	case b.Config.AdminChannel:
		words += "Until it can, these notices are posted in <#" + b.Config.Channel + ">. "
	default:
		words += "Its chats go on in <#" + b.Config.Channel + ">, each in a new thread. "
	}
	return words + mendFor(f.Code)
}

func (b *Bridge) mendedWords(channel string) string {
	words := draw.Mrkdwn(b.roomName(channel)) + " (" + channel + ") can be used again. "
	switch channel {
	case b.Config.Channel:
		return words + "What waited is being posted."
	case b.Config.AdminChannel:
		return words + "Notices come here again."
	}
	return words + "Chats that went on elsewhere stay there; new ones come here."
}

// vacate takes the open conversations out of a channel that cannot be used, when
// there is another one to go to. Those nobody waits in stay as they are.
func (b *Bridge) vacate(ctx context.Context, team, channel string, f *webapi.Failure) error {
	if channel == b.Config.Channel || b.rooms.emptied(channel) {
		return nil
	}
	if home, err := b.rooms.look(ctx, team, b.Config.Channel); home != nil || err != nil {
		return err
	}
	threads, err := b.Threads.OpenThreads(ctx, b.Now(), 5000)
	if err != nil {
		return fmt.Errorf("list the open threads: %w", err)
	}
	var errs error
	for _, t := range threads {
		if t.Team != team || t.Channel != channel {
			continue
		}
		s, err := b.Log.State(ctx, t.Conversation)
		if err == nil && (s.Mode == conversation.Waiting || s.Mode == conversation.WithAgent) {
			err = b.leaveChannel(ctx, t, s, f)
		}
		errs = errors.Join(errs, err)
	}
	if errs == nil {
		b.rooms.empty(channel)
	}
	return errs
}
