package duty

import (
	"slices"
	"time"
)

// Roster is everybody, with what each has in hand: the conversations she owns.
// Known is false until the platform has said for the first time who there is;
// then nothing can be concluded from an empty list.
type Roster struct {
	Agents []Agent
	Load   map[string]int
	Known  bool
}

// Rules are the part of the policy that duty depends on.
type Rules struct {
	Manual   bool     // routing.duty: manual
	Order    []string // routing.order: the names of [Orders]
	Capacity int      // routing.capacity: conversations per agent; 0 means any number
}

// Need is a conversation that somebody should take. All lists hold ids of users,
// user groups and channels, mixed.
type Need struct {
	Among  []string // who answers there: the agents of the file, or the channel's members
	Only   []string // who alone may take it; empty for all of Among
	Prefer []string // a group for this topic: while one of it is on duty, only they are asked
	Passed []string // agents who have had their turn
	Knew   []string // agents who had this visitor before, who had her last first
}

// team is who may take it, on duty or not.
func (r Roster) team(n Need) []Agent {
	return slices.DeleteFunc(slices.Clone(r.Agents), func(a Agent) bool {
		return a.Gone || !a.Among(n.Among) || len(n.Only) > 0 && !a.Among(n.Only)
	})
}

// present is who of the team is on duty: of the preferred group while there is
// one of it.
func (r Roster) present(n Need, rules Rules, now time.Time) []Agent {
	all := slices.DeleteFunc(r.team(n), func(a Agent) bool { return !a.OnDuty(rules.Manual, now) })
	if first := slices.DeleteFunc(slices.Clone(all), func(a Agent) bool { return !a.Among(n.Prefer) }); len(first) > 0 {
		return first
	}
	return all
}

// Staffed says whether somebody is on duty for it. Where nobody is known to
// belong (a channel that was never looked at, a platform that has not answered)
// it is true: what is not known counts as present.
func (r Roster) Staffed(n Need, rules Rules, now time.Time) bool {
	return !r.Known || len(r.team(n)) == 0 || len(r.present(n, rules, now)) > 0
}

// Free is who may be asked to take it now, best first: on duty, below the
// capacity, and not asked before. It is empty when that is nobody, and while
// nothing is known.
func (r Roster) Free(n Need, rules Rules, now time.Time) []Agent {
	if !r.Known {
		return nil
	}
	free := slices.DeleteFunc(r.present(n, rules, now), func(a Agent) bool {
		return slices.Contains(n.Passed, a.ID) || rules.Capacity > 0 && r.Load[a.ID] >= rules.Capacity
	})
	r.rank(free, n, rules, now)
	return free
}

// Change is the next time somebody's choice ends by itself, zero for never.
func (r Roster) Change(now time.Time) time.Time {
	var next time.Time
	for _, a := range r.Agents {
		if !a.Gone && a.Until.After(now) && (next.IsZero() || a.Until.Before(next)) {
			next = a.Until
		}
	}
	return next
}

// Agent finds somebody by id.
func (r Roster) Agent(id string) (Agent, bool) {
	i := slices.IndexFunc(r.Agents, func(a Agent) bool { return a.ID == id })
	if i < 0 {
		return Agent{}, false
	}
	return r.Agents[i], true
}
