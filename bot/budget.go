package bot

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/llm"
)

// micros turns an amount of the budget's currency into millionths.
func micros(amount float64) int64 { return int64(amount * 1e6) }

// promptBudget bounds what a call reads, in tokens: history, passages and
// instructions. Together with the longest answer it is the most a call costs.
const promptBudget = 12_000

// holds is what the turns of this process that are under way may still spend, by
// scope. Without it as many turns as there are workers would find the last cent
// unspent, all at the same moment.
type holds struct {
	mu    sync.Mutex
	units map[string]int64
}

func newHolds() *holds { return &holds{units: make(map[string]int64)} }

// add holds n units of a scope and returns what the others hold.
func (h *holds) add(scope string, n int64) (others int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	others = h.units[scope]
	if h.units[scope] += n; h.units[scope] == 0 {
		delete(h.units, scope)
	}
	return others
}

// limit is one bound of a day: how much of a scope may be spent, and the most
// that one call takes of it.
type limit struct {
	scope      string
	most, call int64
}

// limits are the bounds of a visitor's call that takes at most worst and counts
// as so many answers.
func (s Settings) limits(visitor string, worst llm.Usage, answers int64) []limit {
	if s.Model.IsOffline() {
		return nil // the built-in model costs nothing
	}
	budget := s.Model.Budget
	call := micros(budget.Price.Cost(worst))
	all := []limit{
		{"", micros(budget.Day), call},
		{visitor, micros(budget.VisitorDay), call},
		{answersScope(visitor), int64(s.AnswersPerDay), answers},
	}
	return slices.DeleteFunc(all, func(l limit) bool { return l.most <= 0 })
}

// overBudget says whether another answer would exceed the day's budget, of the
// installation or of this visitor, or the visitor's number of answers. Until
// release is called the answer counts as given.
func (t *turn) overBudget(ctx context.Context) (over bool, release func(), err error) {
	worst := llm.Usage{In: promptBudget, Out: llm.DefaultMaxTokens}
	return t.bot.hold(ctx, t.state.ID, dayOf(t.now), t.set.limits(t.state.Visitor, worst, 1))
}

// hold takes what a call may cost from each limit until release is called, or
// says that it would exceed one.
func (b *Bot) hold(ctx context.Context, id conversation.ID, day time.Time, limits []limit) (over bool, release func(), err error) {
	release = func() {
		for _, l := range limits {
			b.holds.add(l.scope, -l.call)
		}
	}
	// Hold first and read then: a turn that ends in between is seen in what was
	// spent, in what is held, or in both, and never in neither.
	held := make([]int64, len(limits))
	for i, l := range limits {
		held[i] = b.holds.add(l.scope, l.call)
	}
	for i, l := range limits {
		spent, err := b.Spend.Spent(ctx, day, l.scope)
		if err != nil {
			release()
			return false, nil, fmt.Errorf("read the budget: %w", err)
		}
		if spent+held[i] >= l.most {
			b.Logger.Warn("over budget", "conversation", id, "spent", spent, "held", held[i], "limit", l.most)
			release()
			return true, func() {}, nil
		}
	}
	return false, release, nil
}

func dayOf(now time.Time) time.Time { return now.UTC().Truncate(24 * time.Hour) }

func answersScope(visitor string) string { return "answers:" + visitor }

// charge books what a call of the turn has cost, and that it was one.
func (t *turn) charge(ctx context.Context, u llm.Usage) {
	if t.set.Model.IsOffline() {
		return
	}
	t.bot.charge(ctx, t.state, dayOf(t.now), t.set.Model.Budget, u)
	if _, err := t.bot.Spend.AddSpend(context.WithoutCancel(ctx), dayOf(t.now), answersScope(t.state.Visitor), 1); err != nil {
		t.bot.Logger.Error("answer not booked", "conversation", t.state.ID, "error", err)
	}
}

// charge books what a call has cost, also when it failed half-way or was
// cancelled meanwhile. Crossing 80 and 100 % of the day's budget is told once.
func (b *Bot) charge(ctx context.Context, s conversation.State, day time.Time, budget llm.Budget, u llm.Usage) {
	ctx = context.WithoutCancel(ctx)
	cost := micros(budget.Price.Cost(u))
	total, err := b.Spend.AddSpend(ctx, day, "", cost)
	if err == nil {
		b.announce(budget, total-cost, total)
		_, err = b.Spend.AddSpend(ctx, day, s.Visitor, cost)
	}
	if err != nil {
		b.Logger.Error("cost not booked", "conversation", s.ID, "error", err)
	}
}

// announce tells the operator once a day that most of the budget is used, and once
// that all of it is.
func (b *Bot) announce(budget llm.Budget, before, after int64) {
	used := fmt.Sprintf("today's budget (%.2f %s)", budget.Day, budget.Currency)
	for _, mark := range []struct {
		percent int64
		text    string
	}{
		{80, "The AI has used 80 % of " + used + ". At 100 % it rests until midnight UTC and every question goes to the team. To let it go on, raise ai.budget.day."},
		{100, "The AI has used " + used + ". It rests until midnight UTC and every question goes to the team. To let it go on, raise ai.budget.day."},
	} {
		if at := micros(budget.Day) * mark.percent / 100; at > 0 && before < at && after >= at {
			b.Alert(fmt.Sprintf("budget %d", mark.percent), mark.text)
		}
	}
}
