package slackbridge

import (
	"context"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// Place is where a conversation can be passed on to: a channel, or a user group,
// which is called where the conversation is or, with a Channel, there. Name says
// what it is for: a topic, "Agents".
type Place struct{ Name, Channel, Group string }

// value names a place in a list; Slack sends it back.
func (p Place) value() string { return p.Channel + " " + p.Group }

// maxPlaces is how many places a list offers; Slack's limit is 100.
const maxPlaces = 50

func (b *Bridge) places() []Place {
	var all []Place
	if b.Places != nil {
		all = b.Places()
	}
	if !slices.ContainsFunc(all, func(p Place) bool { return p.Channel == b.Config.Channel && p.Group == "" }) {
		all = append([]Place{{Channel: b.Config.Channel}}, all...)
	}
	return all[:min(len(all), maxPlaces)]
}

func (b *Bridge) pressAssign(ctx context.Context, p press) error {
	return b.orTell(ctx, p, draw.AssignForm(p.id), "The list did not open in time. Press Assign… again.")
}

// orTell opens a modal, or tells the presser that it could not be opened. From a
// button in a modal it comes on top of that one.
func (b *Bridge) orTell(ctx context.Context, p press, view slack.ModalViewRequest, late string) error {
	if !p.fresh || b.openView(ctx, p, view) == "" {
		b.tellPresser(p, draw.Words(late))
	}
	return nil
}

func (b *Bridge) pressTransfer(ctx context.Context, p press) error {
	channels, groups := b.destinations()
	return b.orTell(ctx, p, draw.TransferForm(p.id, channels, groups), "The list did not open in time. Press Transfer… again.")
}

// destinations lists channels and groups by the names Slack has told so far: a
// modal has to open within three seconds of the press.
func (b *Bridge) destinations() (channels, groups []draw.Destination) {
	for _, p := range b.places() {
		if p.Group == "" {
			channels = append(channels, draw.Destination{Value: p.value(), Name: b.roomName(p.Channel), Purpose: p.Name})
		} else {
			groups = append(groups, draw.Destination{Value: p.value(), Name: b.groupName(p.Group), Purpose: p.Name})
		}
	}
	return channels, groups
}

// objectToTransfer: exactly one of the two.
func objectToTransfer(v viewRef) map[string]string {
	switch person, place := v.user(draw.InputAgent), v.chosen(draw.InputPlace); {
	case person == "" && place == "":
		return map[string]string{draw.InputPlace: "Choose a person above, or a channel or group here."}
	case person != "" && place != "":
		return map[string]string{draw.InputPlace: "Choose a person or this, not both."}
	}
	return nil
}

func (b *Bridge) submitAssign(ctx context.Context, p press) error {
	return b.assign(ctx, p, p.e.View.user(draw.InputAgent), "")
}

func (b *Bridge) submitTransfer(ctx context.Context, p press) error {
	v := p.e.View
	note := v.text(draw.InputNote)
	if user := v.user(draw.InputAgent); user != "" {
		return b.assign(ctx, p, user, note)
	}
	chosen := v.chosen(draw.InputPlace)
	places := b.places()
	i := slices.IndexFunc(places, func(p Place) bool { return p.value() == chosen })
	if i < 0 {
		b.tellPresser(p, draw.Words("This place is no longer in the configuration. Nothing was changed."))
		return nil
	}
	return b.passOn(ctx, p, places[i], note)
}

// assign makes somebody else the owner.
func (b *Bridge) assign(ctx context.Context, p press, user, note string) error {
	who, why, err := b.people.standing(ctx, p.me.Team, b.homeOf(&p), user)
	switch {
	case webapi.HasCode(err, "user_not_found", "user_not_visible"):
		why = "nobody by that name is in this workspace"
	case err != nil:
		return fmt.Errorf("look the agent up: %w", err)
	}
	if why != "" {
		b.tellPresser(p, draw.Person(user), draw.Words(" cannot take this chat: only agents can. Nothing was changed."))
		return nil
	}
	restricted, err := b.mayClaim(ctx, p.state, user)
	if err != nil {
		return err
	}
	if len(restricted) > 0 {
		b.tellPresser(p, append([]draw.Span{draw.Person(user), draw.Words(" cannot take this chat. ")}, restricted...)...)
		return nil
	}
	to := conversation.Staff{ID: who.ID, Name: b.people.shown(who)}
	out, err := b.append(ctx, p, conversation.Transfer(p.by, conversation.Passing{To: to, Note: note}, p.admin))
	if err != nil {
		return err
	}
	b.offerUndo(ctx, p, out, draw.Words("You passed this chat on to "), draw.Person(to.ID), draw.Words("."))
	return nil
}

// passOn puts the conversation into the queue of another channel, or of a group.
func (b *Bridge) passOn(ctx context.Context, p press, to Place, note string) error {
	here := b.homeOf(&p)
	if to.Channel == "" {
		to.Channel = here
	}
	if to.Channel == here && to.Group == "" {
		b.tellPresser(p, draw.Words("This chat is in "), draw.Place(here), draw.Words(" already, so nothing was changed. Release puts it back into the queue there."))
		return nil
	}
	out, err := b.append(ctx, p, conversation.Transfer(p.by, conversation.Passing{Channel: to.Channel, Group: to.Group, Note: note}, p.admin))
	if err != nil {
		return err
	}
	target := draw.Place(to.Channel)
	if m, ok := draw.Mention(to.Group); ok {
		target = m
	}
	b.offerUndo(ctx, p, out, draw.Words("You passed this chat on to "), target, draw.Words("."))
	return nil
}
