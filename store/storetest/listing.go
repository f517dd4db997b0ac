package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/store"
)

// desk is a few conversations with names, for the lists of the inbox.
type desk struct {
	*store.Store
	clk   *clock
	names map[conversation.ID]string
	ids   map[string]conversation.ID
}

func newDesk(t *testing.T, url string) *desk {
	clk := newClock()
	return &desk{Store: OpenAt(t, url, optionsAt(clk)), clk: clk, names: map[conversation.ID]string{}, ids: map[string]conversation.ID{}}
}

// open opens a conversation that asks for a person about something.
func (d *desk) open(t *testing.T, name string, e conversation.Escalated) conversation.ID {
	t.Helper()
	d.clk.Move(time.Minute)
	id := Conversation(t, d.Store).ID
	d.names[id], d.ids[name] = name, id
	mustAppend(t, d.Store, id, "", Says("I am "+name))
	d.clk.Move(time.Second)
	e.Reason = conversation.ReasonButton
	mustAppend(t, d.Store, id, "", conversation.AskByButton(Visitor(), "button", e, conversation.Message{}, start, time.Hour))
	return id
}

func (d *desk) list(t *testing.T, q conversation.Query) string {
	t.Helper()
	l := one[conversation.Listing](t)(d.List(context.Background(), q))
	var got []string
	for _, s := range l.States {
		got = append(got, d.names[s.ID])
	}
	return fmt.Sprintf("%d: %s", l.Total, strings.Join(got, " "))
}

// listing: filters, order and pages of the lists.
func listing(t *testing.T, url string) {
	d := newDesk(t, url)
	d.open(t, "a", conversation.Escalated{Topic: "Billing disputes", Priority: "urgent", Tags: []string{"VIP", "a_b"}})
	d.open(t, "b", conversation.Escalated{Topic: "Billing disputes", Tags: []string{"vip2"}})
	d.open(t, "c", conversation.Escalated{Priority: "normal"})
	for _, name := range []string{"a", "b"} {
		mustAppend(t, d.Store, d.ids[name], "", conversation.Claim(maya, conversation.ByButton))
	}
	d.clk.Move(time.Minute)
	mustAppend(t, d.Store, d.ids["a"], "", conversation.Append(conversation.Draft{Author: maya, Source: conversation.FromSlack, Body: conversation.Message{Text: "Hello"}}))
	d.clk.Move(time.Minute)
	mustAppend(t, d.Store, d.ids["b"], "", conversation.Label(maya, "high", []string{"late"}, nil))
	open := []conversation.Mode{conversation.WithAgent}
	reference := one[conversation.State](t)(d.State(context.Background(), d.ids["c"])).Reference
	for _, c := range []struct {
		what  string
		query conversation.Query
		want  string
	}{
		{"all", conversation.Query{}, "3: b a c"},
		{"a page", conversation.Query{Limit: 2}, "3: b a"},
		{"the next", conversation.Query{Limit: 2, Offset: 2}, "3: c"},
		{"behind the last", conversation.Query{Limit: 2, Offset: 9}, "3: "},
		{"before the first", conversation.Query{Limit: 2, Offset: -4}, "3: b a"},
		{"who has it", conversation.Query{Handler: "U1"}, "2: b a"},
		{"not hers", conversation.Query{NotOwner: "U1"}, "1: c"},
		{"a topic", conversation.Query{Topic: "Billing disputes"}, "2: b a"},
		{"a part of a topic", conversation.Query{Topic: "Billing"}, "0: "},
		{"a priority", conversation.Query{Priority: "urgent"}, "1: a"},
		{"the usual priority", conversation.Query{Priority: "normal"}, "1: c"},
		{"a tag in any case", conversation.Query{Tag: "vip"}, "1: a"},
		{"an underscore is literal", conversation.Query{Tag: "a.b"}, "0: "},
		{"a tag an agent has set", conversation.Query{Tag: "late"}, "1: b"},
		{"a tag an agent has taken away", conversation.Query{Tag: "vip2"}, "0: "},
		{"the unanswered first", conversation.Query{Modes: open, Unanswered: true}, "2: b a"},
		{"a reference", conversation.Query{Text: strings.ToLower(reference)}, "1: c"},
		{"words", conversation.Query{Text: "i AM a"}, "1: a"},
	} {
		if got := d.list(t, c.query); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	for text, want := range map[string]string{"hello": "Hello", "I am a": "I am a", "": "", reference: ""} {
		got, _ := one[conversation.Listing](t)(d.List(context.Background(), conversation.Query{Text: text})).Found[d.ids["a"]].Body.(conversation.Message)
		if got.Text != want {
			t.Errorf("%q is found in %q, want %q", text, got.Text, want)
		}
	}
	mustAppend(t, d.Store, d.ids["a"], "", conversation.Close(maya, conversation.Closing{}, false))
	if got := d.list(t, conversation.Query{Handler: "U1", Modes: []conversation.Mode{conversation.IsClosed}}); got != "1: a" {
		t.Errorf("closed by her: %q", got)
	}
	labels := one[conversation.Labels](t)(d.Labels(context.Background()))
	if want := fmt.Sprint([][]string{{"Billing disputes"}, {"a_b", "late", "vip"}, {"U1"}}); fmt.Sprint([][]string{labels.Topics, labels.Tags, labels.Handlers}) != want {
		t.Errorf("labels = %q, want %s", labels, want)
	}
}

// numbers: what is counted of now, and since a moment.
func numbers(t *testing.T, url string) {
	d := newDesk(t, url)
	ctx := context.Background()
	before := one[int64](t)(d.Stamp(ctx))
	d.open(t, "yesterday", conversation.Escalated{})
	mustAppend(t, d.Store, d.ids["yesterday"], "", conversation.Claim(maya, conversation.ByButton))
	since := d.clk.Move(time.Hour)
	for i, wait := range []time.Duration{time.Minute, 3 * time.Minute, 20 * time.Minute} {
		id := d.open(t, fmt.Sprint(i), conversation.Escalated{})
		d.clk.Move(wait)
		mustAppend(t, d.Store, id, "", conversation.Claim(maya, conversation.ByButton))
	}
	d.open(t, "waits", conversation.Escalated{})
	id := Conversation(t, d.Store).ID
	answer := conversation.Draft{Author: conversation.Author{Role: conversation.Bot}, Source: conversation.FromBot, Body: conversation.Message{Text: "Two days.", Answer: true}}
	mustAppend(t, d.Store, id, "", conversation.Append(answer))
	mustAppend(t, d.Store, id, "", conversation.Append(answer))
	got := one[conversation.Numbers](t)(d.Numbers(ctx, since))
	want := conversation.Numbers{Waiting: 1, Open: 4, WithBot: 1, Answered: 1, Escalated: 4, Claims: 3, Median: 3 * time.Minute}
	if got.Median = got.Median.Round(time.Minute); got != want {
		t.Errorf("numbers = %+v, want %+v", got, want)
	}
	if after := one[int64](t)(d.Stamp(ctx)); after <= before {
		t.Errorf("the stamp is %d, and was %d before", after, before)
	}
}

// threadsOf finds the threads of many conversations as ThreadOf does for one.
func threadsOf(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	var ids []conversation.ID
	for i := range 4 {
		id := Conversation(t, s).ID
		ids = append(ids, id)
		for j := range i {
			th := openThread(t, s, id, fmt.Sprintf("C%d", j), fmt.Sprintf("%d.%d", i, j))
			if j < i-1 {
				th.State = ledger.Moved
				must(t, saveThread(s, th))
			}
		}
	}
	got := one[map[conversation.ID]ledger.Thread](t)(s.ThreadsOf(ctx, ids))
	for _, id := range ids[1:] {
		if want := one[ledger.Thread](t)(s.ThreadOf(ctx, id)); got[id] != want {
			t.Errorf("%s: %+v, want %+v", id, got[id], want)
		}
	}
	if none := one[map[conversation.ID]ledger.Thread](t)(s.ThreadsOf(ctx, nil)); len(none) != 0 || len(got) != 3 {
		t.Errorf("%d and %d threads", len(none), len(got))
	}
}

// homeHolders: the last process to deal with somebody's Home is the one who draws it.
func homeHolders(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	if holder := one[string](t)(s.HomeHolder(ctx, "U1")); holder != "" {
		t.Errorf("held by %q before anybody", holder)
	}
	for _, holder := range []string{"a", "b", "b"} {
		must(t, s.HoldHome(ctx, "U1", holder))
		if got := one[string](t)(s.HomeHolder(ctx, "U1")); got != holder {
			t.Errorf("held by %q, want %q", got, holder)
		}
	}
}
