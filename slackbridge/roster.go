package slackbridge

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// How often the table of agents is compared with Slack although nothing has
// happened, and after it could not be; how often it is looked whether it is time,
// and how long a change waits for the next.
const (
	rosterEvery  = 5 * time.Minute
	rosterAgain  = 20 * time.Second
	rosterLook   = time.Second
	rosterSettle = 200 * time.Millisecond
)

// keepRoster keeps the table of agents as Slack has it, and gives back what those
// have who are no agents any more. The process that leads does it by the clock;
// the one that hears of a change does it at once.
func (b *Bridge) keepRoster(ctx context.Context) error {
	if b.Desk == nil {
		return nil
	}
	select { // nothing can be asked before
	case <-ctx.Done():
		return nil
	case <-b.known:
	}
	told, due := false, b.Now()
	for {
		if ok, _ := b.health.State(); ok && (told || b.leads() && !b.Now().Before(due)) {
			told, due = false, b.Now().Add(rosterEvery)
			if err := b.refreshRoster(ctx); err != nil && ctx.Err() == nil {
				b.log.Warn("the table of agents was not compared with Slack", "error", err)
				due = b.Now().Add(rosterAgain)
			}
		}
		timer := time.NewTimer(rosterLook)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-b.recount:
			told = true
			if webapi.Sleep(ctx, rosterSettle) != nil { // changes come in bunches
				return nil
			}
		case <-timer.C:
		}
		timer.Stop()
	}
}

// askRoster asks for a comparison soon.
func (b *Bridge) askRoster() { poke(b.recount) }

// attendance is who is where, by person.
type attendance map[string][]string

// inUse lists the channels and the user groups that matter: where conversations
// go, who answers, and whom the policy names.
func (b *Bridge) inUse() []string {
	out := []string{b.Config.Channel}
	for _, id := range b.Config.Agents {
		if draw.IsGroup(id) {
			out = append(out, id)
		}
	}
	if b.InUse != nil {
		for _, id := range b.InUse() {
			if isChannel(id) || draw.IsGroup(id) {
				out = append(out, id)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// refreshRoster compares the table with Slack once.
func (b *Bridge) refreshRoster(ctx context.Context) error {
	me := b.self.Load()
	if me == nil {
		return fmt.Errorf("who we are in Slack is not known yet")
	}
	rows, err := b.Desk.Agents(ctx)
	if err != nil {
		return fmt.Errorf("read the table of agents: %w", err)
	}
	at, err := b.attend(ctx, rows)
	if err != nil {
		return err
	}
	if err := b.people.learnProfiles(ctx, slices.Collect(maps.Keys(at))); err != nil {
		return err
	}
	team, err := b.team(ctx, *me, at, rows)
	if err != nil {
		return err
	}
	for id, want := range team {
		if err := b.enrol(ctx, rows, id, want); err != nil {
			return err
		}
	}
	return b.releaseGone(ctx, *me)
}

// attend asks Slack who is in each place. Where Slack refuses to tell, the people
// are those of the rows: nobody has left. Without an answer nothing is known.
func (b *Bridge) attend(ctx context.Context, rows []duty.Agent) (attendance, error) {
	at := attendance{}
	for _, place := range b.inUse() {
		ids, err := b.people.membersOf(ctx, place)
		f, bad := webapi.Failed(err)
		switch {
		case bad && f.Kind == webapi.Refused:
			b.log.Warn("the members of a place are not known", "place", place, "error", err)
			for _, row := range rows {
				if !row.Gone && slices.Contains(row.Places, place) {
					ids = append(ids, row.ID)
				}
			}
		case err != nil:
			return nil, fmt.Errorf("list the members of %s: %w", place, err)
		}
		for _, id := range ids {
			at[id] = append(at[id], place)
		}
	}
	return at, nil
}

// team works out who is an agent now, and who of the rows is not any more.
func (b *Bridge) team(ctx context.Context, me identity, at attendance, rows []duty.Agent) (map[string]duty.Agent, error) {
	out := map[string]duty.Agent{}
	candidates := slices.Concat(slices.Collect(maps.Keys(at)), b.Config.Agents)
	for _, id := range candidates {
		if !draw.IsUser(id) || !b.counts(id, at[id]) {
			continue
		}
		who, err := b.people.profile(ctx, id)
		if webapi.HasCode(err, "user_not_found", "user_not_visible") {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look an agent up: %w", err)
		}
		if who.Bot || who.Deleted || who.Guest || who.Stranger || who.Team != me.Team {
			continue
		}
		out[id] = duty.Agent{Name: b.people.shown(who), Places: at[id]}
	}
	for _, row := range rows {
		if _, there := out[row.ID]; there || row.Gone {
			continue
		}
		out[row.ID] = duty.Agent{Name: row.Name, Gone: true}
	}
	return out, nil
}

// counts says that somebody in these places is an agent by slack.agents; when that
// is empty the members of the channels are.
func (b *Bridge) counts(id string, places []string) bool {
	switch agents := b.Config.Agents; {
	case len(agents) == 0:
		return slices.ContainsFunc(places, isChannel)
	case draw.IsGroup(agents[0]):
		return slices.Contains(places, agents[0])
	default:
		return slices.Contains(agents, id)
	}
}

// enrol writes what has changed of somebody.
func (b *Bridge) enrol(ctx context.Context, rows []duty.Agent, id string, want duty.Agent) error {
	i := slices.IndexFunc(rows, func(a duty.Agent) bool { return a.ID == id })
	if i >= 0 && rows[i].Name == want.Name && rows[i].Gone == want.Gone && slices.Equal(rows[i].Places, want.Places) {
		return nil
	}
	_, err := b.Desk.ChangeAgent(ctx, id, func(a *duty.Agent) {
		a.Name, a.Places, a.Gone = want.Name, want.Places, want.Gone
		if a.Gone {
			a.Choice, a.Until = duty.Unsaid, time.Time{}
		}
	})
	if err != nil {
		return fmt.Errorf("write the table of agents: %w", err)
	}
	if want.Gone {
		b.log.Info("somebody is no agent any more", "user", id)
	}
	return nil
}

// releaseGone puts back into the queue what is owned by people who may not answer
// any more. It looks at what is owned now, so what a crash leaves is found at the
// next comparison.
func (b *Bridge) releaseGone(ctx context.Context, me identity) error {
	load, err := b.Desk.Load(ctx)
	if err != nil {
		return fmt.Errorf("count what agents have: %w", err)
	}
	rows, err := b.Desk.Agents(ctx)
	if err != nil {
		return fmt.Errorf("read the table of agents: %w", err)
	}
	for owner := range load {
		here := slices.ContainsFunc(rows, func(a duty.Agent) bool { return a.ID == owner && !a.Gone })
		if here || !draw.IsUser(owner) {
			continue
		}
		err := b.letGo(ctx, owner, conversation.ReleasedGone, func(s conversation.State) (bool, error) {
			_, why, err := b.people.standing(ctx, me.Team, b.channelOf(ctx, s), owner)
			return why != "", err // an admin, or a member of a channel of her own, may go on
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// manyChats is how many conversations of one agent are looked at at once.
const manyChats = 500

// letGo puts those conversations of an owner back into the queue for which when
// holds. Each is decided again under its lock.
func (b *Bridge) letGo(ctx context.Context, owner string, why conversation.ReleaseWhy, when func(conversation.State) (bool, error)) error {
	list, err := b.Log.Search(ctx, conversation.Query{Modes: []conversation.Mode{conversation.WithAgent}, Owner: owner, Limit: manyChats})
	if err != nil {
		return fmt.Errorf("list what an agent has: %w", err)
	}
	for _, s := range list {
		holds, err := when(s)
		if err != nil {
			return err
		}
		if !holds {
			continue
		}
		if _, err := b.Log.Append(ctx, s.ID, "", conversation.Leave(owner, why)); err != nil {
			return fmt.Errorf("release a conversation: %w", err)
		}
		b.log.Info("a conversation was released", "conversation", s.ID, "owner", owner, "why", why)
	}
	return nil
}

// membersOf lists who is in a channel or a user group now, whatever is cached.
func (p *people) membersOf(ctx context.Context, place string) ([]string, error) {
	ask := p.channelMembers
	if draw.IsGroup(place) {
		ask = p.groupMembers
	}
	ids, err := ask(ctx, place)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.groups[place] = membership{ids: ids, asked: p.now()}
	return ids, nil
}

// fewProfiles is how many people are asked for one by one; for more of them the
// list of the workspace is read, which costs a call or two.
const fewProfiles = 10

// learnProfiles makes sure that a team of fifty does not cost fifty calls. Who is
// not in the list is asked for when she is looked up.
func (p *people) learnProfiles(ctx context.Context, ids []string) error {
	stale := 0
	for _, id := range ids {
		if _, ok := p.known(id); !ok {
			stale++
		}
	}
	if stale <= fewProfiles {
		return nil
	}
	if _, err := p.learn(ctx, p.client.Throttle.Await); err != nil {
		return fmt.Errorf("list the people: %w", err)
	}
	return nil
}
