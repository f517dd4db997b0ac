package storetest

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// recentWaits: a wait ends with a claim, a first reply or an assignment, and not
// when it goes on elsewhere or nobody accepts.
func recentWaits(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	var want []conversation.Waited
	named := agent("U1", `"from":"now","waited":"now"`)
	ends := []struct {
		what  string
		waits bool // a wait begins
		how   func(conversation.State) conversation.Decider
		not   bool // it is the end of none
	}{
		{"a claim", true, func(conversation.State) conversation.Decider { return conversation.Claim(named, conversation.ByButton) }, false},
		{"a first reply", true, func(conversation.State) conversation.Decider {
			return conversation.AgentSays(named, conversation.Message{Text: "Hi"}, "1.1", conversation.AsOwner)
		}, false},
		{"a claim from the bot", false, func(conversation.State) conversation.Decider { return conversation.Claim(named, conversation.ByButton) }, true},
		{"an assignment by a person", true, func(conversation.State) conversation.Decider {
			return conversation.Transfer(tom, conversation.Passing{To: conversation.Staff{ID: "U1", Name: named.Name}}, true)
		}, false},
		{"an assignment by the queue", true, func(st conversation.State) conversation.Decider {
			return conversation.AssignTo(st.Queued.Seq, conversation.Staff{ID: "U1"}, clk.Now().Add(time.Minute))
		}, false},
		{"on to another channel", true, func(conversation.State) conversation.Decider {
			return conversation.Transfer(tom, conversation.Passing{Channel: "C1", Note: named.Name}, true)
		}, true},
		{"one that nobody accepts", true, func(st conversation.State) conversation.Decider {
			return conversation.AssignTo(st.Queued.Seq, conversation.Staff{ID: "U1"}, clk.Now().Add(time.Minute))
		}, true},
	}
	for i, end := range ends {
		id := Conversation(t, s).ID
		clk.Move(time.Minute)
		if end.waits {
			escalate(t, s, id)
		}
		d := time.Duration(i+1) * time.Second
		clk.Move(d)
		mustAppend(t, s, id, "", end.how(one[conversation.State](t)(s.State(ctx, id))))
		if !end.not {
			want = append([]conversation.Waited{{At: clk.Now(), For: d}}, want...)
		}
		if end.what == "one that nobody accepts" {
			clk.Move(time.Second)
			mustAppend(t, s, id, "", conversation.Requeue("U1", conversation.ReleasedUnaccepted))
		}
	}
	if got := one[[]conversation.Waited](t)(s.RecentWaits(ctx, 20)); !reflect.DeepEqual(got, want) {
		t.Errorf("waits = %v, want %v", got, want)
	}
	if got := one[[]conversation.Waited](t)(s.RecentWaits(ctx, 2)); !reflect.DeepEqual(got, want[:2]) {
		t.Errorf("two waits = %v, want the newest %v", got, want[:2])
	}
}
