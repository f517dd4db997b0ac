package slackbridge

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// How often the names of the places are read again.
const (
	firstPlaces = 2 * time.Second
	everyPlaces = 10 * time.Minute
)

// keepPlaces reads the names of the channels and groups a conversation can be
// passed on to, so that the list opens in time.
func (b *Bridge) keepPlaces(ctx context.Context) error {
	for pause := firstPlaces; webapi.Sleep(ctx, pause) == nil; {
		pause = firstPlaces
		if ok, _ := b.health.State(); ok && b.leads() {
			b.learnPlaces(ctx)
			pause = everyPlaces
		}
	}
	return nil
}

func (b *Bridge) learnPlaces(ctx context.Context) {
	groups := false
	for _, p := range b.places() {
		groups = groups || p.Group != ""
		if p.Channel == "" {
			continue
		}
		if _, err := b.rooms.info(ctx, p.Channel); err != nil && !errors.Is(err, webapi.ErrPace) && ctx.Err() == nil {
			b.log.Warn("the name of a channel is not known", "channel", p.Channel, "error", err)
		}
	}
	if groups {
		b.learnGroups(ctx)
	}
}

func (b *Bridge) learnGroups(ctx context.Context) {
	err := b.client.Patient(ctx, "usergroups.list", "", func(ctx context.Context) error {
		list, err := b.client.API.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeDisabled(false))
		for _, g := range list {
			b.handles.Store(g.ID, g.Handle)
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		b.log.Warn("the names of the user groups are not known", "error", err)
	}
}

// groupName is how people know a user group: its handle, or its id while Slack
// has not told.
func (b *Bridge) groupName(id string) string {
	if handle, ok := b.handles.Load(id); ok {
		return "@" + handle.(string)
	}
	return id
}

// roomName is how people know a channel.
func (b *Bridge) roomName(id string) string {
	b.rooms.mu.Lock()
	defer b.rooms.mu.Unlock()
	if r, ok := b.rooms.known[id]; ok && r.Name != "" {
		return "#" + r.Name
	}
	return id
}
