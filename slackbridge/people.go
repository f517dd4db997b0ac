package slackbridge

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// profile is what we need to know of somebody in Slack.
type profile struct {
	ID, Team        string
	Real, Display   string
	Bot, Deleted    bool
	Guest, Stranger bool
	asked           time.Time
}

// people knows who is who and who may act, from Slack, believed for a minute.
type people struct {
	client *webapi.Client
	cfg    Config
	fresh  time.Duration
	now    func() time.Time

	mu       sync.Mutex
	profiles map[string]profile
	groups   map[string]membership // by user group or channel
	names    map[string]bool       // folded names of the workspace
	tried    time.Time             // when they were last asked for without success

	crowded sync.Mutex // held while everybody is asked for
	crowdAt time.Time
	crowdOK bool
}

type membership struct {
	ids   []string
	asked time.Time
}

func newPeople(c *webapi.Client, cfg Config, fresh time.Duration, now func() time.Time) *people {
	return &people{client: c, cfg: cfg, fresh: fresh, now: now, profiles: map[string]profile{}, groups: map[string]membership{}}
}

// profile returns somebody's profile.
func (p *people) profile(ctx context.Context, id string) (profile, error) {
	if known, ok := p.known(id); ok {
		return known, nil
	}
	ask := p.client.Prompt
	if ok, _ := p.client.Throttle.Take("users.info", ""); !ok {
		ask = p.client.Patient
		if p.crowd(ctx) {
			if known, ok := p.known(id); ok {
				return known, nil
			}
		}
	}
	var u *slack.User
	err := ask(ctx, "users.info", "", func(ctx context.Context) (err error) {
		u, err = p.client.API.GetUserInfoContext(ctx, id)
		return err
	})
	if err != nil {
		return profile{}, err
	}
	fresh := profile{
		ID: u.ID, Team: u.TeamID, Real: cmp.Or(u.RealName, u.Profile.RealName, u.Name), Display: cmp.Or(u.Profile.DisplayName, u.RealName, u.Name),
		Bot: u.IsBot || u.ID == "USLACKBOT", Deleted: u.Deleted, Guest: u.IsRestricted || u.IsUltraRestricted, Stranger: u.IsStranger, asked: p.now(),
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.profiles[id] = fresh
	return fresh, nil
}

// known returns a profile that can still be believed.
func (p *people) known(id string) (profile, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.profiles[id]
	return known, ok && p.now().Sub(known.asked) < p.fresh
}

// forget drops what is known of a user, a group or a channel, after Slack said
// that it changed.
func (p *people) forget(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.profiles, id)
	delete(p.groups, id)
}

// admin says that somebody is in slack.admins.
func (p *people) admin(id string) bool { return slices.Contains(p.cfg.Admins, id) }

// notOfThisWorkspace is why somebody from elsewhere may not act.
const notOfThisWorkspace = "Only people of this workspace can answer visitors. The visitor has not seen this."

// standing says whether somebody may act for a conversation in this channel, and
// otherwise why not, in words for that person.
func (p *people) standing(ctx context.Context, team, channel, id string) (who profile, why string, err error) {
	who, err = p.profile(ctx, id)
	if webapi.HasCode(err, "user_not_found", "user_not_visible") {
		return profile{ID: id}, notOfThisWorkspace, nil
	}
	if err != nil {
		return who, "", err
	}
	switch {
	case who.Bot:
		return who, "Apps and bots cannot answer visitors.", nil
	case who.Deleted:
		return who, "This account is deactivated.", nil
	case who.Stranger || who.Team != team:
		return who, notOfThisWorkspace, nil
	case who.Guest:
		return who, "Guests cannot answer visitors. The visitor has not seen this.", nil
	case p.admin(id):
		return who, "", nil
	}
	listed, err := p.listed(ctx, channel, id)
	if err != nil || listed {
		return who, "", err
	}
	return who, "Only the support team can do this: you are not on the list of agents. Nothing was sent to the visitor. Ask an admin of Handoff to add you.", nil
}

// listed says that somebody is an agent by slack.agents.
func (p *people) listed(ctx context.Context, channel, id string) (bool, error) {
	switch {
	case len(p.cfg.Agents) == 0:
		return p.in(ctx, channel, id, p.channelMembers)
	case draw.IsGroup(p.cfg.Agents[0]):
		return p.in(ctx, p.cfg.Agents[0], id, p.groupMembers)
	}
	return slices.Contains(p.cfg.Agents, id), nil
}

// among says that somebody is one of ids or a member of one of them: ids of users
// and user groups, mixed. An empty list is everybody, and an admin is always one.
func (p *people) among(ctx context.Context, ids []string, id string) (bool, error) {
	if len(ids) == 0 || p.admin(id) || slices.Contains(ids, id) {
		return true, nil
	}
	for _, list := range ids {
		if !draw.IsGroup(list) {
			continue
		}
		if in, err := p.in(ctx, list, id, p.groupMembers); err != nil || in {
			return in, err
		}
	}
	return false, nil
}

// in looks a member up. Somebody who is not in a list a few seconds old is
// looked up again: people who have just joined want to start.
func (p *people) in(ctx context.Context, list, id string, ask func(context.Context, string) ([]string, error)) (bool, error) {
	const justNow = 3 * time.Second
	p.mu.Lock()
	known, ok := p.groups[list]
	p.mu.Unlock()
	age := p.now().Sub(known.asked)
	member := slices.Contains(known.ids, id)
	if ok && age < p.fresh && (member || age < justNow) {
		return member, nil
	}
	ids, err := ask(ctx, list)
	if err != nil {
		return false, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.groups[list] = membership{ids: ids, asked: p.now()}
	return slices.Contains(ids, id), nil
}

func (p *people) channelMembers(ctx context.Context, channel string) ([]string, error) {
	var all []string
	args := &slack.GetUsersInConversationParameters{ChannelID: channel, Limit: 500}
	for range 20 {
		var next string
		err := p.client.Patient(ctx, "conversations.members", channel, func(ctx context.Context) error {
			ids, cursor, err := p.client.API.GetUsersInConversationContext(ctx, args)
			if err == nil {
				all, next = append(all, ids...), cursor
			}
			return err
		})
		if err != nil || next == "" {
			return all, err
		}
		args.Cursor = next
	}
	return all, nil
}

func (p *people) groupMembers(ctx context.Context, group string) (ids []string, err error) {
	err = p.client.Patient(ctx, "usergroups.users.list", "", func(ctx context.Context) (err error) {
		ids, err = p.client.API.GetUserGroupMembersContext(ctx, group)
		return err
	})
	return ids, err
}

// shown is the name a visitor sees, by slack.show_agent.
func (p *people) shown(who profile) string {
	switch p.cfg.ShowAgent {
	case ShowTeam:
		return "The support team"
	case ShowDisplayName:
		return draw.PlainName(who.Display)
	}
	first, _, _ := strings.Cut(draw.PlainName(cmp.Or(who.Display, who.Real)), " ")
	return first
}

// author makes an agent the author of an event.
func (p *people) author(who profile) conversation.Author {
	return conversation.Author{Role: conversation.Agent, ID: who.ID, Name: p.shown(who)}
}

// publicNames resolves mentions in an agent's line to what a visitor may read.
func (p *people) publicNames(ctx context.Context) markup.Names {
	return markup.Names{User: func(id string) string {
		who, err := p.profile(ctx, id)
		if err != nil || who.Bot {
			return ""
		}
		return p.shown(who)
	}}
}

// taken returns a check whether a folded name is somebody's in the workspace.
// While Slack has not said, every name counts as taken.
func (p *people) taken(ctx context.Context) func(folded string) bool {
	p.mu.Lock()
	names, tried := p.names, p.tried
	p.mu.Unlock()
	if names == nil && p.now().Sub(tried) < p.fresh {
		return func(string) bool { return true }
	}
	if names == nil {
		if names, _ = p.learn(ctx, p.client.Throttle.AtOnce); names == nil {
			return func(string) bool { return true }
		}
	}
	return func(folded string) bool { return names[folded] }
}

// keepNames reads the names again now and then, so that no post waits for it.
func (b *Bridge) keepNames(ctx context.Context) error {
	const first, every = 10 * time.Second, 5 * time.Minute
	for pause := first; webapi.Sleep(ctx, pause) == nil; pause = every {
		if ok, _ := b.health.State(); ok && b.Config.VisitorNames && b.leads() {
			_, _ = b.people.learn(ctx, b.client.Throttle.Await) // tried again in a while
		}
	}
	return nil
}
