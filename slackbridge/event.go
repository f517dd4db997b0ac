package slackbridge

import (
	"cmp"
	"context"
	"slices"

	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// happening is an event that is no message, with what we use of it.
type happening struct {
	Type      string      `json:"type"`
	Channel   channelOrID `json:"channel"`
	Former    string      `json:"old_channel_id"`
	User      channelOrID `json:"user"`
	Subteam   teamRef     `json:"subteam"`
	SubteamID string      `json:"subteam_id"`
	Tab       string      `json:"tab"`
	File      string      `json:"file_id"`
	Inviter   channelOrID `json:"inviter"`
	EventTS   string      `json:"event_ts"`
	View      viewRef     `json:"view"`
}

// workEvent deals with the events that are not messages.
func (b *Bridge) workEvent(ctx context.Context, me identity, e envelope) error {
	var ev happening
	_ = webapi.Decode(e.Event, &ev) // what could not be read stays zero
	switch ev.Type {
	case "app_home_opened":
		if ev.Tab == "" || ev.Tab == "home" {
			return b.homes.open(ctx, string(ev.User), ev.View, nil)
		}
	case "member_joined_channel", "member_left_channel":
		b.people.forget(string(ev.Channel))
		b.cameOrWent(ev, string(ev.Channel))
		if string(ev.User) != me.User {
			return nil
		}
		b.rooms.forget(string(ev.Channel))
		if ev.Type == "member_joined_channel" {
			return b.invited(ctx, ev)
		}
	case "channel_shared", "channel_unshared", "channel_archive", "channel_unarchive", "group_archive", "group_unarchive",
		"channel_rename", "group_rename", "channel_deleted", "group_deleted", "channel_left", "group_left", "channel_id_changed":
		channel := cmp.Or(string(ev.Channel), ev.Former)
		b.people.forget(channel)
		if ev.Type == "channel_left" || ev.Type == "group_left" {
			b.rooms.left(channel)
		}
		b.rooms.forget(channel)
	case "user_change":
		b.people.forget(string(ev.User))
		b.changedUser(e)
	case "subteam_members_changed", "subteam_updated":
		group := cmp.Or(ev.SubteamID, ev.Subteam.ID)
		b.people.forget(group)
		b.cameOrWent(ev, group)
	case "file_deleted":
		return b.fileGone(ctx, me, ev.File)
	case "tokens_revoked", "app_uninstalled":
		b.introduce(ctx)
	}
	return nil
}

// cameOrWent looks at the agents again when somebody came to a place that matters
// or left it.
func (b *Bridge) cameOrWent(ev happening, place string) {
	switch ev.Type {
	case "member_joined_channel", "member_left_channel", "subteam_members_changed", "subteam_updated":
		if slices.Contains(b.inUse(), place) {
			b.askRoster()
		}
	}
}

// changedUser looks at the agents again when somebody was deactivated or made a
// guest. Most changes of a profile are none of that: a status, a picture.
func (b *Bridge) changedUser(e envelope) {
	var ev struct {
		User member `json:"user"`
	}
	if webapi.Decode(e.Event, &ev) != nil {
		return
	}
	if who := ev.User.profile(b.Now()); who.Deleted || who.Guest || who.Stranger {
		b.askRoster()
	}
}
