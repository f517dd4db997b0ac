package slackbridge

import (
	"context"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

const (
	modalAssign   = "handoff_modal_assign"
	modalTransfer = "handoff_modal_transfer"

	inputAgent = "agent"
	inputPlace = "place"
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
	view := modal(modalAssign, "Assign", p.id, slack.NewInputBlock(inputAgent, plain("Who takes this chat?"), nil, agentInput()))
	view.Submit = plain("Assign")
	return b.orTell(ctx, p, view, "The list did not open in time. Press Assign… again.")
}

// orTell opens a modal, or tells the presser that it could not be opened. From a
// button in a modal it comes on top of that one.
func (b *Bridge) orTell(ctx context.Context, p press, view slack.ModalViewRequest, late string) error {
	if !p.fresh || b.openView(ctx, p, view) == "" {
		b.tellPresser(p, words(late))
	}
	return nil
}

func agentInput() *slack.SelectBlockElement {
	return slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plain("Choose an agent"), inputAgent)
}

func (b *Bridge) pressTransfer(ctx context.Context, p press) error {
	view := modal(modalTransfer, "Transfer", p.id,
		optional(slack.NewInputBlock(inputAgent, plain("To a person"), nil, agentInput())),
		optional(slack.NewInputBlock(inputPlace, plain("Or to a channel or a group"), nil, b.placeInput())),
		textInput(inputNote, "Note", "What they should know. It stays inside", ""))
	view.Submit = plain("Transfer")
	return b.orTell(ctx, p, view, "The list did not open in time. Press Transfer… again.")
}

// placeInput lists channels and groups by the names Slack has told so far: a
// modal has to open within three seconds of the press.
func (b *Bridge) placeInput() *slack.SelectBlockElement {
	var channels, groups []*slack.OptionBlockObject
	for _, place := range b.places() {
		if place.Group == "" {
			channels = append(channels, slack.NewOptionBlockObject(place.value(), plain(label(b.roomName(place.Channel), place.Name)), nil))
			continue
		}
		groups = append(groups, slack.NewOptionBlockObject(place.value(), plain(label(b.groupName(place.Group), place.Name)), nil))
	}
	pick := slack.NewOptionsGroupSelectBlockElement(slack.OptTypeStatic, plain("Choose where it goes"), inputPlace)
	for _, g := range []struct {
		name string
		list []*slack.OptionBlockObject
	}{{"Channels", channels}, {"Groups", groups}} {
		if len(g.list) > 0 {
			pick.OptionGroups = append(pick.OptionGroups, slack.NewOptionGroupBlockElement(plain(g.name), g.list...))
		}
	}
	return pick
}

func label(name, what string) string {
	if what == "" {
		return clip(oneLine(name, 75), 75)
	}
	return clip(oneLine(what+" · "+name, 75), 75)
}

// objectToTransfer: exactly one of the two.
func objectToTransfer(v viewRef) map[string]string {
	switch person, place := v.user(inputAgent), v.chosen(inputPlace); {
	case person == "" && place == "":
		return map[string]string{inputPlace: "Choose a person above, or a channel or group here."}
	case person != "" && place != "":
		return map[string]string{inputPlace: "Choose a person or this, not both."}
	}
	return nil
}

func (b *Bridge) submitAssign(ctx context.Context, p press) error {
	return b.assign(ctx, p, p.e.View.user(inputAgent), "")
}

func (b *Bridge) submitTransfer(ctx context.Context, p press) error {
	v := p.e.View
	note := v.text(inputNote)
	if user := v.user(inputAgent); user != "" {
		return b.assign(ctx, p, user, note)
	}
	chosen := v.chosen(inputPlace)
	places := b.places()
	i := slices.IndexFunc(places, func(p Place) bool { return p.value() == chosen })
	if i < 0 {
		b.tellPresser(p, words("This place is no longer in the configuration. Nothing was changed."))
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
		b.tellPresser(p, person(user), words(" cannot take this chat: only agents can. Nothing was changed."))
		return nil
	}
	restricted, err := b.mayClaim(ctx, p.state, user)
	if err != nil {
		return err
	}
	if len(restricted) > 0 {
		b.tellPresser(p, append([]span{person(user), words(" cannot take this chat. ")}, restricted...)...)
		return nil
	}
	to := conversation.Staff{ID: who.ID, Name: b.people.shown(who)}
	out, err := b.append(ctx, p, conversation.Transfer(p.by, conversation.Passing{To: to, Note: note}, p.admin))
	if err != nil {
		return err
	}
	b.offerUndo(ctx, p, out, words("You passed this chat on to "), person(to.ID), words("."))
	return nil
}

// passOn puts the conversation into the queue of another channel, or of a group.
func (b *Bridge) passOn(ctx context.Context, p press, to Place, note string) error {
	here := b.homeOf(&p)
	if to.Channel == "" {
		to.Channel = here
	}
	if to.Channel == here && to.Group == "" {
		b.tellPresser(p, words("This chat is in "), place(here), words(" already, so nothing was changed. Release puts it back into the queue there."))
		return nil
	}
	out, err := b.append(ctx, p, conversation.Transfer(p.by, conversation.Passing{Channel: to.Channel, Group: to.Group, Note: note}, p.admin))
	if err != nil {
		return err
	}
	target := place(to.Channel)
	if m, ok := mention(to.Group); ok {
		target = m
	}
	b.offerUndo(ctx, p, out, words("You passed this chat on to "), target, words("."))
	return nil
}
