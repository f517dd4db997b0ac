package duty

import (
	"cmp"
	"slices"
	"time"
)

// The names of routing.order.
const (
	KnewVisitor = "knew_visitor" // who had this visitor before
	LeastBusy   = "least_busy"   // who has the fewest conversations in hand
	RoundRobin  = "round_robin"  // who has taken none for the longest time
)

// Orders are the names that routing.order may hold.
func Orders() []string { return []string{KnewVisitor, LeastBusy, RoundRobin} }

// rank sorts agents, best first. Whoever is away or not to be disturbed comes
// after all others; then the order counts, name by name; what is equal by then is
// settled by fewest in hand, longest without, and id, so that two nodes that see
// the same ask the same.
func (r Roster) rank(agents []Agent, n Need, rules Rules, now time.Time) {
	keys := []func(a, b Agent) int{func(a, b Agent) int { return cmp.Compare(rankOf(a.Absent(now)), rankOf(b.Absent(now))) }}
	for _, name := range slices.Concat(rules.Order, []string{LeastBusy, RoundRobin}) {
		if key := r.key(name, n); key != nil {
			keys = append(keys, key)
		}
	}
	slices.SortStableFunc(agents, func(a, b Agent) int {
		for _, key := range keys {
			if c := key(a, b); c != 0 {
				return c
			}
		}
		return cmp.Compare(a.ID, b.ID)
	})
}

func (r Roster) key(name string, n Need) func(a, b Agent) int {
	switch name {
	case KnewVisitor:
		place := func(a Agent) int {
			if i := slices.Index(n.Knew, a.ID); i >= 0 {
				return i
			}
			return len(n.Knew)
		}
		return func(a, b Agent) int { return cmp.Compare(place(a), place(b)) }
	case LeastBusy:
		return func(a, b Agent) int { return cmp.Compare(r.Load[a.ID], r.Load[b.ID]) }
	case RoundRobin:
		return func(a, b Agent) int { return a.Took.Compare(b.Took) }
	}
	return nil
}

func rankOf(absent bool) int {
	if absent {
		return 1
	}
	return 0
}
