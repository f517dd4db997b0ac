package bot

import (
	"context"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/llm"
)

// micros turns an amount of the budget's currency into millionths.
func micros(amount float64) int64 { return int64(amount * 1e6) }

// overBudget says whether another answer would exceed the day's budget, of the
// installation or of this visitor, or the visitor's number of answers.
func (t *turn) overBudget(ctx context.Context) (bool, error) {
	if t.set.Model.IsOffline() {
		return false, nil // the built-in model costs nothing
	}
	budget, day := t.set.Model.Budget, t.day()
	for _, limit := range []struct {
		scope string
		most  int64
	}{
		{"", micros(budget.Day)},
		{t.state.Visitor, micros(budget.VisitorDay)},
		{t.answersScope(), int64(t.set.AnswersPerDay)},
	} {
		if limit.most <= 0 {
			continue
		}
		spent, err := t.bot.Spend.Spent(ctx, day, limit.scope)
		if err != nil {
			return false, fmt.Errorf("read the budget: %w", err)
		}
		if spent >= limit.most {
			t.bot.Logger.Warn("over budget", "conversation", t.state.ID, "spent", spent, "limit", limit.most)
			return true, nil
		}
	}
	return false, nil
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
