package bot

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

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

func (t *turn) limits() []limit {
	if t.set.Model.IsOffline() {
		return nil // the built-in model costs nothing
	}
	budget := t.set.Model.Budget
	call := micros(budget.Price.Cost(llm.Usage{In: promptBudget, Out: llm.DefaultMaxTokens}))
	all := []limit{
		{"", micros(budget.Day), call},
		{t.state.Visitor, micros(budget.VisitorDay), call},
		{t.answersScope(), int64(t.set.AnswersPerDay), 1},
	}
	return slices.DeleteFunc(all, func(l limit) bool { return l.most <= 0 })
}

// overBudget says whether another answer would exceed the day's budget, of the
// installation or of this visitor, or the visitor's number of answers. Until
// release is called the answer counts as given.
func (t *turn) overBudget(ctx context.Context) (over bool, release func(), err error) {
	limits := t.limits()
	release = func() {
		for _, l := range limits {
			t.bot.holds.add(l.scope, -l.call)
		}
	}
	// Hold first and read then: a turn that ends in between is seen in what was
	// spent, in what is held, or in both, and never in neither.
	held := make([]int64, len(limits))
	for i, l := range limits {
		held[i] = t.bot.holds.add(l.scope, l.call)
	}
	for i, l := range limits {
		spent, err := t.bot.Spend.Spent(ctx, t.day(), l.scope)
		if err != nil {
			release()
			return false, nil, fmt.Errorf("read the budget: %w", err)
		}
		if spent+held[i] >= l.most {
			t.bot.Logger.Warn("over budget", "conversation", t.state.ID, "spent", spent, "held", held[i], "limit", l.most)
			release()
			return true, func() {}, nil
		}
	}
	return false, release, nil
}

func (t *turn) day() time.Time { return t.now.UTC().Truncate(24 * time.Hour) }

func (t *turn) answersScope() string { return "answers:" + t.state.Visitor }

// charge books what a call has cost, also when it failed half-way or the turn
// was cancelled meanwhile. Crossing 80 and 100 % of the day's budget is told once.
func (t *turn) charge(ctx context.Context, u llm.Usage) {
	if t.set.Model.IsOffline() {
		return
	}
	ctx = context.WithoutCancel(ctx)
	cost := micros(t.set.Model.Budget.Price.Cost(u))
	total, err := t.bot.Spend.AddSpend(ctx, t.day(), "", cost)
	if err == nil {
		t.announce(total-cost, total)
		_, err = t.bot.Spend.AddSpend(ctx, t.day(), t.state.Visitor, cost)
	}
	if err == nil {
		_, err = t.bot.Spend.AddSpend(ctx, t.day(), t.answersScope(), 1)
	}
	if err != nil {
		t.bot.Logger.Error("cost not booked", "conversation", t.state.ID, "error", err)
	}
}

func (t *turn) announce(before, after int64) {
	budget := t.set.Model.Budget
	for _, percent := range []int64{80, 100} {
		mark := micros(budget.Day) * percent / 100
		if mark > 0 && before < mark && after >= mark {
			t.bot.Alert("budget", fmt.Sprintf("The AI has used %d %% of today's budget (%.2f %s). At 100 %% it rests until midnight UTC and every question goes to the team.",
				percent, budget.Day, budget.Currency))
		}
	}
}
