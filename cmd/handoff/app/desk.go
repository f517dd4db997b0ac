package app

import (
	"context"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/queue"
	"github.com/handoff-bot/handoff/store"
)

// What the queue asks of the house: who there is, whether they can be reached,
// and the line of those who wait.

// rosterAge is how old the roster may be: the queue asks at every look, and is not
// to ask the database each time.
const rosterAge = time.Second

// knewLimit is how many agents who had a visitor before are of interest.
const knewLimit = 10

// steadyAfter is how long Slack has to be there before an agent's silence counts
// as hers: what was written meanwhile has come in by then.
const steadyAfter = 10 * time.Second

// people keeps the roster for a moment.
type people struct {
	mu   sync.Mutex
	last queue.Roster
	// stale says that an agent has changed since.
	stale bool
}

// roster reads who there is, at most once a second and when an agent has changed.
// While the database does not answer it is what it was; in the beginning nothing is
// known.
func (a *App) roster(ctx context.Context) queue.Roster {
	a.people.mu.Lock()
	defer a.people.mu.Unlock()
	now := a.now()
	if age := now.Sub(a.people.last.At); age >= 0 && age < rosterAge && !a.people.stale {
		return a.people.last
	}
	agents, err := a.store.Agents(ctx)
	var load map[string]int
	if err == nil {
		load, err = a.store.Load(ctx)
	}
	if err != nil {
		a.Logger.Warn("the roster was not read", "error", err)
		return a.people.last
	}
	a.people.stale = false
	a.people.last = queue.Roster{At: now, Roster: duty.Roster{Agents: agents, Load: load, Known: len(agents) > 0}}
	return a.people.last
}

// agentsDesk is the store with agents whose change the roster shows at once; a
// change by another node it shows within rosterAge.
type agentsDesk struct {
	*store.Store
	a *App
}

// ChangeAgent changes an agent, and the next look at the roster reads it anew.
func (d agentsDesk) ChangeAgent(ctx context.Context, id string, change func(*duty.Agent)) (duty.Agent, error) {
	agent, err := d.Store.ChangeAgent(ctx, id, change)
	d.a.people.mu.Lock()
	defer d.a.people.mu.Unlock()
	d.a.people.stale = true
	return agent, err
}

// knew lists who had a visitor before; nobody, when that cannot be told.
func (a *App) knew(ctx context.Context, visitor string) []string {
	ids, err := a.store.Knew(ctx, visitor, knewLimit)
	if err != nil {
		a.Logger.Warn("who knew a visitor was not read", "error", err)
	}
	return ids
}

// language is the language of a conversation, "" when it cannot be told.
func (a *App) language(ctx context.Context, id conversation.ID) string {
	locale, err := a.locale(ctx, id)
	if err != nil {
		a.Logger.Warn("the language was not read", "conversation", id, "error", err)
	}
	return locale
}

// steady says that agents have been able to write for some seconds.
func (a *App) steady() bool {
	if a.bridge == nil {
		return true
	}
	since, up := a.bridge.Up()
	return up && a.now().Sub(since) >= steadyAfter
}

// agents is who answers, by the file; empty for the members of the channel.
func (a *App) agents() []string {
	if s := a.file.Load().Slack; s != nil {
		return s.Agents
	}
	return nil
}

// queueDeps is what the queue asks.
func (a *App) queueDeps() queue.Deps {
	return queue.Deps{
		Policy: a.Policy, Level: a.level, Slack: func() bool { return a.bridge != nil }, Steady: a.steady,
		Channel: a.channel, Agents: a.agents, Group: a.group,
		Roster: a.roster, Knew: a.knew, Locale: a.language,
	}
}

// line tells the visitors of this node their place.
func (a *App) line() *queue.Line {
	return queue.NewLine(queue.LineDeps{Waits: a.store, Shows: a.live, Wakes: a.notifier, Now: a.now, Logger: a.Logger})
}

// duty says whether somebody can be reached now, and when the office opens or
// closes next.
func (a *App) duty(now time.Time) (open bool, next time.Time) {
	policy := a.Policy()
	open, next = policy.Open(now)
	if a.bridge == nil {
		return false, time.Time{}
	}
	ctx, cancel := context.WithTimeout(context.Background(), rosterAge)
	defer cancel()
	need := duty.Need{Among: a.agents()}
	if len(need.Among) == 0 {
		need.Among = []string{a.channel()}
	}
	return open && a.roster(ctx).Staffed(need, policy.Duty(), now), next
}
