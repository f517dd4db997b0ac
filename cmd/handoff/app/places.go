package app

import (
	"maps"
	"slices"

	"github.com/handoff-bot/handoff/slackbridge"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// places lists where an agent can pass a conversation on to: the channels of the
// configuration, and the groups that it names.
func (a *App) places() []slackbridge.Place {
	file := a.file.Load()
	if file.Slack == nil {
		return nil
	}
	var out []slackbridge.Place
	seen := map[[2]string]bool{}
	add := func(p slackbridge.Place) {
		if key := [2]string{p.Channel, p.Group}; key != [2]string{} && !seen[key] {
			seen[key] = true
			out = append(out, p)
		}
	}
	groups := func(name string, ids []string) {
		for _, id := range ids {
			if draw.IsGroup(id) {
				add(slackbridge.Place{Name: name, Group: id})
			}
		}
	}
	add(slackbridge.Place{Channel: file.Slack.Channel})
	groups("", file.Slack.Agents)
	for _, t := range file.Handoff.RestrictedTopics {
		add(slackbridge.Place{Name: t.Name, Channel: t.Channel})
		groups(t.Name, t.Agents)
	}
	skills := file.Handoff.Routing.Skills
	for _, topic := range slices.Sorted(maps.Keys(skills)) {
		groups(topic, []string{skills[topic]})
	}
	for _, r := range file.Handoff.Rules {
		add(slackbridge.Place{Name: r.Name, Channel: r.Channel})
		groups(r.Name, r.Agents)
	}
	return out
}

// mails says that answers reach visitors by mail, too.
func (a *App) mails() bool { return a.file.Load().Mail.Configured() }
