package store

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// TestPlans: what the desk asks again and again is answered from an index, and
// nothing looks at every conversation or event.
func TestPlans(t *testing.T) {
	s := openFile(t, file(t), Options{})
	for _, c := range []struct {
		what, text string
		args       int
		want       []string
	}{
		{"line", selectLine, 0, []string{"INDEX conversations_line"}},
		{"recent waits", selectWaits, 1, []string{"INDEX events_taken"}},
		{"load", selectLoad, 0, []string{"COVERING INDEX conversations_owned"}},
		{"blocked until", selectBlocked, 3, []string{"INDEX conversations_blocked"}},
		{"knew", selectOwners, 2, []string{"INDEX conversations_mine", "INDEX events_owner"}},
		{"a code to resume", selectCode + `c.purpose = 'resume' and c.hash = $2`, 2, []string{"INDEX codes_resume"}},
		{"a line by its order key", byOrder, 1, []string{"INDEX events_order"}},
		{"what a report reads", selectHappened, 2, []string{"INDEX conversations_updated", "INDEX conversations_unfinished", "autoindex_events"}},
		{"marks", selectMarked, 2, []string{"INDEX events_marks"}},
		{"the stamp", selectStamp, 0, []string{"INDEX conversations_updated"}},
		{"the modes", selectModes, 0, []string{"INDEX conversations_unfinished"}},
		{"answered", countAnswered, 1, []string{"INDEX events_answers"}},
		{"escalated", countEscalated, 1, []string{"INDEX events_escalated"}},
		{"labels", selectLabels, 1, []string{"INDEX conversations_updated"}},
		{"closed", closedIDs(), 0, []string{"COVERING INDEX conversations_closed"}},
		{"folds to make again", selectUnfolded, 2, []string{"INDEX conversations_unfolded"}},
	} {
		args := make([]any, c.args)
		for i := range args {
			args[i] = 1
		}
		steps, err := all(context.Background(), s.read, func(r row) (string, error) {
			var id, parent, unused int
			var detail string
			err := r.Scan(&id, &parent, &unused, &detail)
			return detail, err
		}, "explain query plan "+c.text, args...)
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		plan := strings.Join(steps, "; ")
		for _, index := range c.want {
			if !strings.Contains(plan, index) {
				t.Errorf("%s: %s, want it to use %s", c.what, plan, index)
			}
		}
		for _, step := range steps {
			// c is what a report has chosen.
			if strings.HasPrefix(step, "SCAN") && !strings.Contains(step, "INDEX") && step != "SCAN c" {
				t.Errorf("%s looks at everything: %s", c.what, plan)
			}
		}
	}
}

// closedIDs is what a list of the closed ones asks.
func closedIDs() string {
	q := conversation.Query{Modes: []conversation.Mode{conversation.IsClosed}}
	where, _ := conditions(q, time.Time{})
	return "select id from conversations c where " + where + " order by " + order(q) + " limit 10"
}
