package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// route routes a waiting conversation to a channel.
func route(t *testing.T, s *store.Store, id conversation.ID, channel string, staffed bool) {
	t.Helper()
	state := one[conversation.State](t)(s.State(context.Background(), id))
	mustAppend(t, s, id, "", conversation.RouteTo(state.Epoch, conversation.Routed{Channel: channel, Staffed: staffed}, nil))
}

// line follows a conversation through everything that takes it into the line and
// out of it.
func line(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	names := map[conversation.ID]string{}
	ids := map[string]conversation.ID{}
	for _, name := range []string{"a", "b", "c"} {
		ids[name] = Conversation(t, s).ID
		names[ids[name]] = name
	}
	asked := map[string]time.Time{}
	check := func(what, want string) {
		t.Helper()
		var got []string
		for _, w := range one[[]conversation.Wait](t)(s.Line(ctx)) {
			got = append(got, fmt.Sprintf("%s %s %v", w.Channel, names[w.ID], w.Staffed))
			if !w.From.Equal(asked[names[w.ID]]) {
				t.Errorf("%s: %s waits from %v, want %v", what, names[w.ID], w.From, asked[names[w.ID]])
			}
		}
		if have := strings.Join(got, ", "); have != want {
			t.Errorf("%s: the line is %q, want %q", what, have, want)
		}
	}
	ask := func(name string) {
		t.Helper()
		asked[name] = clk.Move(time.Minute)
		escalate(t, s, ids[name])
	}
	ask("b")
	ask("a")
	ask("c")
	check("nobody is routed", "")
	var first []string
	for _, state := range one[[]conversation.State](t)(s.Search(ctx, conversation.Query{Oldest: true, Limit: 2})) {
		first = append(first, names[state.ID])
	}
	if want := []string{"b", "a"}; !slices.Equal(first, want) {
		t.Errorf("the two who wait longest are %v, want %v", first, want)
	}
	route(t, s, ids["a"], "C1", true)
	route(t, s, ids["b"], "C1", false)
	route(t, s, ids["c"], "C0", true)
	check("routed", "C0 c true, C1 b false, C1 a true")
	mustAppend(t, s, ids["b"], "", conversation.Claim(maya, conversation.ByButton))
	check("claimed", "C0 c true, C1 a true")
	mustAppend(t, s, ids["b"], "", conversation.AgentSays(maya, conversation.Message{Text: "Hi"}, "1", conversation.AsOwner))
	clk.Move(time.Minute)
	asked["b"] = clk.Now()
	mustAppend(t, s, ids["b"], "", Says("anybody?"))
	clk.Move(time.Minute)
	mustAppend(t, s, ids["b"], "", conversation.Release(maya))
	check("released, not routed yet", "C0 c true, C1 a true")
	route(t, s, ids["b"], "C1", true)
	check("released: she waits since her unanswered line", "C0 c true, C1 a true, C1 b true")
	mustAppend(t, s, ids["c"], "", conversation.Cancel(Visitor()))
	mustAppend(t, s, ids["a"], "", conversation.CloseSelf(Visitor()))
	check("cancelled and closed", "C1 b true")
}

func load(t *testing.T, url string) {
	s := OpenAt(t, url)
	for _, who := range []conversation.Author{maya, tom, maya, maya} {
		id := Conversation(t, s).ID
		mustAppend(t, s, id, "", conversation.Claim(who, conversation.ByButton))
		if len(one[map[string]int](t)(s.Load(context.Background()))) == 2 && who == maya {
			mustAppend(t, s, id, "", conversation.Close(maya, conversation.Closing{}, false))
		}
	}
	if got, want := one[map[string]int](t)(s.Load(context.Background())), (map[string]int{"U1": 1, "U2": 1}); !reflect.DeepEqual(got, want) {
		t.Errorf("load = %v, want %v: one each, and the closed ones of nobody", got, want)
	}
}

// knew: whoever owned a conversation of the visitor, the last one first; not one
// who was assigned and did not act.
func knew(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	sam := agent("U3", "Sam")
	begin := func() conversation.State {
		clk.Move(time.Minute)
		id := Conversation(t, s).ID
		escalate(t, s, id)
		clk.Move(time.Minute)
		return one[conversation.State](t)(s.State(ctx, id))
	}
	assign := func(c conversation.State, who conversation.Author) {
		clk.Move(time.Second)
		c = one[conversation.State](t)(s.State(ctx, c.ID))
		mustAppend(t, s, c.ID, "", conversation.AssignTo(c.Queued.Seq, conversation.Staff{ID: who.ID}, clk.Now().Add(time.Minute)))
	}
	check := func(what string, limit int, want ...string) {
		t.Helper()
		if got := one[[]string](t)(s.Knew(ctx, Owner().Visitor, limit)); !slices.Equal(got, want) {
			t.Errorf("%s: knew %v, want %v", what, got, want)
		}
	}
	check("nobody", 5)
	first := begin()
	mustAppend(t, s, first.ID, "", conversation.Claim(maya, conversation.ByButton))
	clk.Move(time.Second)
	mustAppend(t, s, first.ID, "", conversation.Transfer(maya, conversation.Passing{To: conversation.Staff{ID: "U2", Name: "Tom"}}, false))
	check("claimed and passed on", 5, "U2", "U1")
	second := begin()
	assign(second, sam)
	check("assigned", 5, "U3", "U2", "U1")
	clk.Move(time.Second)
	mustAppend(t, s, second.ID, "", conversation.Requeue("U3", conversation.ReleasedUnaccepted))
	check("and not accepted", 5, "U2", "U1")
	assign(second, maya)
	check("the next one", 5, "U1", "U2")
	check("a limit", 1, "U1")
	if got := one[[]string](t)(s.Knew(ctx, "vis_other", 5)); len(got) != 0 {
		t.Errorf("%v knew another visitor", got)
	}
}

func keptOut(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	id, other := Conversation(t, s).ID, Conversation(t, s).ID
	escalate(t, s, id)
	until := clk.Now().Add(24 * time.Hour)
	check := func(what string, now, want time.Time) {
		t.Helper()
		if got := one[time.Time](t)(s.BlockedUntil(ctx, Owner(), now)); !got.Equal(want) {
			t.Errorf("%s: blocked until %v, want %v", what, got, want)
		}
		list := one[[]conversation.State](t)(s.Search(ctx, conversation.Query{Blocked: true}))
		if now.Equal(clk.Now()) && (len(list) == 1) == want.IsZero() {
			t.Errorf("%s: %d are listed as blocked", what, len(list))
		}
	}
	check("before", clk.Now(), time.Time{})
	mustAppend(t, s, id, "", conversation.Block(maya, until, "spam", false))
	mustAppend(t, s, other, "", Says("still here"))
	check("blocked", clk.Now(), until)
	for _, o := range []session.Owner{{Visitor: Owner().Visitor, Widget: "shop"}, {Visitor: "vis_other", Widget: "web"}} {
		if got := one[time.Time](t)(s.BlockedUntil(ctx, o, clk.Now())); !got.IsZero() {
			t.Errorf("%+v is blocked until %v", o, got)
		}
	}
	check("a moment before the end", until.Add(-time.Millisecond), until)
	check("at its end", until, time.Time{})
	mustAppend(t, s, id, "", conversation.Unblock(maya))
	check("lifted", clk.Now(), time.Time{})
	mustAppend(t, s, other, "", conversation.Block(maya, clk.Now().Add(time.Hour), "", false))
	clk.Move(2 * time.Hour)
	check("over by itself", clk.Now(), time.Time{})
}

func agents(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	list := func() []duty.Agent { return one[[]duty.Agent](t)(s.Agents(ctx)) }
	if got := list(); len(got) != 0 {
		t.Errorf("agents = %+v, want none", got)
	}
	want := duty.Agent{ID: "U2", Name: "Tom", Places: []string{"C1", "S1"}, Choice: duty.On, Since: start, Until: start.Add(time.Hour),
		Asked: "2026-03-02", Away: true, AwayAt: start, DNDUntil: start.Add(time.Minute), Gone: true}
	got := one[duty.Agent](t)(s.ChangeAgent(ctx, "U2", func(a *duty.Agent) { *a = want; a.ID = "U9" }))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("changed to %+v, want %+v", got, want)
	}
	one[duty.Agent](t)(s.ChangeAgent(ctx, "U1", func(*duty.Agent) {}))
	if got := list(); len(got) != 2 || !reflect.DeepEqual(got[0], duty.Agent{ID: "U1"}) || !reflect.DeepEqual(got[1], want) {
		t.Errorf("agents = %+v, want an empty U1 and %+v", got, want)
	}
	// Nobody's change is lost, also when the row is not there yet.
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			_, err := s.ChangeAgent(ctx, "U3", func(a *duty.Agent) { a.Places = append(a.Places, fmt.Sprint(i)) })
			if err != nil {
				t.Errorf("change: %v", err)
			}
		})
	}
	wg.Wait()
	if got := list()[2]; len(got.Places) != 8 {
		t.Errorf("places = %v, want all eight", got.Places)
	}
}

// took: whoever becomes an owner, by a claim or because somebody gave it to her,
// has had her turn. Nobody else's word changes that.
func took(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	id := Conversation(t, s).ID
	check := func(what, agent string, want time.Time) {
		t.Helper()
		got := one[duty.Agent](t)(s.ChangeAgent(ctx, agent, func(a *duty.Agent) { a.Took = start }))
		if !got.Took.Equal(want) {
			t.Errorf("%s: %s took at %v, want %v", what, agent, got.Took, want)
		}
	}
	check("new", maya.ID, time.Time{})
	check("new", tom.ID, time.Time{})
	claimed := clk.Now()
	mustAppend(t, s, id, "", conversation.Claim(maya, conversation.ByTakeover))
	check("claimed", maya.ID, claimed)
	clk.Move(time.Minute)
	mustAppend(t, s, id, "", conversation.Transfer(maya, conversation.Passing{To: conversation.Staff{ID: tom.ID, Name: tom.Name}}, false))
	check("passed on", maya.ID, claimed)
	check("given", tom.ID, clk.Now())
}

// dutyWakes: the queue looks at who waits, a moment after somebody went on or off
// duty, and at nobody else.
func dutyWakes(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	waits, other := Conversation(t, s).ID, Conversation(t, s).ID
	escalate(t, s, waits)
	route(t, s, waits, "C1", true)
	for _, c := range claims(t, s, "queue", clk.Now()) {
		finishAll(t, s, c)
	}
	check := func(what string, want int) {
		t.Helper()
		if got := claims(t, s, "queue", clk.Now()); len(got) != 0 {
			t.Errorf("%s: the queue looks at once", what)
		}
		clk.Move(2 * time.Second)
		got := claims(t, s, "queue", clk.Now())
		if len(got) != want || want > 0 && got[0].Conversation != waits {
			t.Errorf("%s: the queue looks at %+v, want %d and not %s", what, got, want, other)
		}
		for _, c := range got {
			finishAll(t, s, c)
		}
	}
	change := func(f func(*duty.Agent)) { one[duty.Agent](t)(s.ChangeAgent(ctx, "U1", f)) }
	change(func(a *duty.Agent) { a.Places = []string{"C1"} })
	check("a place", 0)
	change(func(a *duty.Agent) { a.Choice = duty.Off })
	check("off", 1)
	change(func(a *duty.Agent) { a.Away, a.AwayAt = true, clk.Now() })
	check("away", 0)
	change(func(a *duty.Agent) { a.Gone = true })
	check("gone", 1)
}

// presence: a change wakes the desk's reader while a person is wanted, and
// nothing else does.
func presence(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	id := Conversation(t, s).ID
	quiet := func() {
		for _, consumer := range []string{"bot", "queue", "slack"} {
			for _, c := range claims(t, s, consumer, clk.Now()) {
				finishAll(t, s, c)
			}
		}
	}
	woken := func(what string, want int) {
		t.Helper()
		if got := len(claims(t, s, "bot", clk.Now())) + len(claims(t, s, "queue", clk.Now())); got != 0 {
			t.Errorf("%s: another reader is woken", what)
		}
		got := claims(t, s, "slack", clk.Now())
		if len(got) != want {
			t.Errorf("%s: %d rows of slack are woken, want %d", what, len(got), want)
		}
		for _, c := range got {
			finishAll(t, s, c)
		}
	}
	set := func(here bool, when time.Time) {
		t.Helper()
		must(t, s.SetPresence(ctx, id, here, when))
	}
	check := func(wantHere bool, wantAt time.Time) {
		t.Helper()
		here, since, err := s.Presence(ctx, id)
		if err != nil || here != wantHere || !since.Equal(wantAt) {
			t.Errorf("presence = %v since %v, %v, want %v since %v", here, since, err, wantHere, wantAt)
		}
	}
	check(false, time.Time{})
	quiet()
	set(true, start)
	check(true, start)
	woken("with the bot", 0)
	escalate(t, s, id)
	quiet()
	set(true, start.Add(time.Minute))
	woken("nothing changed", 0)
	set(false, start.Add(2*time.Minute))
	check(false, start.Add(2*time.Minute))
	woken("she left", 1)
	set(true, start.Add(time.Minute))
	check(false, start.Add(2*time.Minute))
	woken("an old report", 0)
	mustAppend(t, s, id, "", conversation.Close(maya, conversation.Closing{}, true))
	quiet()
	set(true, start.Add(3*time.Minute))
	check(true, start.Add(3*time.Minute))
	woken("closed", 0)
	if err := s.SetPresence(ctx, "cnv_none", true, start); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("the presence in an unknown one: %v, want ErrNotFound", err)
	}
}

// presenceAtWork: what wakes a reader while a handler works its row is not lost,
// although it is no event; the row is worked once more.
func presenceAtWork(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	id := Conversation(t, s).ID
	escalate(t, s, id)
	finishAll(t, s, claim(t, s, "slack", clk.Now()))
	must(t, s.SetPresence(ctx, id, true, start))
	working := claim(t, s, "slack", clk.Now())
	must(t, s.SetPresence(ctx, id, false, start.Add(time.Second)))
	if got := claims(t, s, "slack", clk.Now()); len(got) != 0 {
		t.Errorf("%d rows are taken from a handler", len(got))
	}
	finishAll(t, s, working)
	finishAll(t, s, claim(t, s, "slack", clk.Now()))
	if got := claims(t, s, "slack", clk.Now()); len(got) != 0 {
		t.Errorf("%d rows are worked a third time", len(got))
	}
}

func seen(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	id := Conversation(t, s).ID
	mustAppend(t, s, id, "", Says("x"))
	must(t, s.MarkRead(ctx, id, 1))
	if got := one[conversation.Seq](t)(s.Seen(ctx, id)); got != 1 {
		t.Errorf("seen %d, want 1", got)
	}
	if _, err := s.Seen(ctx, "cnv_none"); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("seen of an unknown one: %v, want ErrNotFound", err)
	}
}
