package duty

import (
	"slices"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

func TestOnDuty(t *testing.T) {
	later, past := now.Add(time.Hour), now.Add(-time.Hour)
	for _, row := range []struct {
		name         string
		agent        Agent
		auto, manual bool
	}{
		{"never said", Agent{}, true, false},
		{"on", Agent{Choice: On}, true, true},
		{"off", Agent{Choice: Off}, false, false},
		{"on until later", Agent{Choice: On, Until: later}, true, true},
		{"on until closing time, which is past", Agent{Choice: On, Until: past}, true, false},
		{"on until this moment", Agent{Choice: On, Until: now}, true, false},
		{"off until later", Agent{Choice: Off, Until: later}, false, false},
		{"off until this morning", Agent{Choice: Off, Until: past}, true, false},
		{"away counts: it only lowers the rank", Agent{Away: true, AwayAt: now}, true, false},
		{"gone", Agent{Choice: On, Gone: true}, false, false},
	} {
		if got := row.agent.OnDuty(false, now); got != row.auto {
			t.Errorf("%s: on duty under auto %v, want %v", row.name, got, row.auto)
		}
		if got := row.agent.OnDuty(true, now); got != row.manual {
			t.Errorf("%s: on duty under manual %v, want %v", row.name, got, row.manual)
		}
	}
}

func TestAbsent(t *testing.T) {
	for _, row := range []struct {
		name          string
		agent         Agent
		known, absent bool
	}{
		{"never asked", Agent{Away: true}, false, false},
		{"here", Agent{AwayAt: now}, true, false},
		{"away", Agent{Away: true, AwayAt: now.Add(-time.Minute)}, true, true},
		{"away three minutes ago", Agent{Away: true, AwayAt: now.Add(-PresenceFor)}, false, false},
		{"not to be disturbed", Agent{AwayAt: now, DNDUntil: now.Add(time.Hour)}, true, true},
		{"disturbable again", Agent{AwayAt: now, DNDUntil: now}, true, false},
	} {
		if row.agent.Known(now) != row.known || row.agent.Absent(now) != row.absent {
			t.Errorf("%s: known %v, absent %v", row.name, row.agent.Known(now), row.agent.Absent(now))
		}
	}
}

// office is a team in two channels, with a billing group.
func office(change ...func(*Roster)) Roster {
	r := Roster{Known: true, Load: map[string]int{"U1": 2, "U2": 1, "U3": 1}, Agents: []Agent{
		{ID: "U1", Places: []string{"C1", "S0BILL"}, Took: now.Add(-3 * time.Minute)},
		{ID: "U2", Places: []string{"C1", "C2"}, Took: now.Add(-1 * time.Minute)},
		{ID: "U3", Places: []string{"C1", "S0BILL"}, Took: now.Add(-2 * time.Minute)},
		{ID: "U9", Places: []string{"C1"}, Gone: true},
	}}
	for _, c := range change {
		c(&r)
	}
	return r
}

func set(id string, change func(*Agent)) func(*Roster) {
	return func(r *Roster) {
		change(&r.Agents[slices.IndexFunc(r.Agents, func(a Agent) bool { return a.ID == id })])
	}
}

func off(a *Agent)  { a.Choice = Off }
func away(a *Agent) { a.Away, a.AwayAt = true, now }

func TestStaffed(t *testing.T) {
	everybodyOff := []func(*Roster){set("U1", off), set("U2", off), set("U3", off)}
	for _, row := range []struct {
		name   string
		roster Roster
		need   Need
		manual bool
		want   bool
	}{
		{"somebody is there", office(), Need{Among: []string{"C1"}}, false, true},
		{"nobody is known yet", Roster{}, Need{Among: []string{"C1"}}, true, true},
		{"a channel nobody is known in", office(), Need{Among: []string{"C7"}}, true, true},
		{"everybody is off", office(everybodyOff...), Need{Among: []string{"C1"}}, false, false},
		{"nobody has said on", office(), Need{Among: []string{"C1"}}, true, false},
		{"one has said on", office(set("U3", func(a *Agent) { a.Choice = On })), Need{Among: []string{"C1"}}, true, true},
		{"on, but in another channel", office(set("U3", func(a *Agent) { a.Choice = On })), Need{Among: []string{"C2"}}, true, false},
		{"agents of the file, by id", office(set("U2", off)), Need{Among: []string{"U2"}}, false, false},
		{"the only one who may is off", office(set("U1", off)), Need{Among: []string{"C1"}, Only: []string{"U1"}}, false, false},
		{"who alone may is a group", office(set("U1", off)), Need{Among: []string{"C1"}, Only: []string{"S0BILL"}}, false, true},
		{"the topic's group is off, others are there", office(set("U1", off), set("U3", off)), Need{Among: []string{"C1"}, Prefer: []string{"S0BILL"}}, false, true},
		{"everybody is away", office(set("U1", away), set("U2", away), set("U3", away)), Need{Among: []string{"C1"}}, false, true},
		{"everybody is at capacity", office(), Need{Among: []string{"C1"}}, false, true},
	} {
		if got := row.roster.Staffed(row.need, Rules{Manual: row.manual, Capacity: 1}, now); got != row.want {
			t.Errorf("%s: staffed %v, want %v", row.name, got, row.want)
		}
	}
}

func TestFree(t *testing.T) {
	c1 := []string{"C1"}
	for _, row := range []struct {
		name   string
		roster Roster
		need   Need
		rules  Rules
		want   string
	}{
		{"fewest in hand, then longest without", office(), Need{Among: c1}, Rules{}, "U3 U2 U1"},
		{"round robin", office(), Need{Among: c1}, Rules{Order: []string{RoundRobin}}, "U1 U3 U2"},
		{"who knew her", office(), Need{Among: c1, Knew: []string{"U1"}}, Rules{Order: []string{KnewVisitor}}, "U1 U3 U2"},
		{"who knew her last", office(), Need{Among: c1, Knew: []string{"U2", "U1"}}, Rules{Order: []string{KnewVisitor, LeastBusy}}, "U2 U1 U3"},
		{"the first name counts first", office(), Need{Among: c1, Knew: []string{"U1"}}, Rules{Order: []string{LeastBusy, KnewVisitor}}, "U3 U2 U1"},
		{"away comes last, whoever she is", office(set("U3", away)), Need{Among: c1, Knew: []string{"U3"}}, Rules{Order: []string{KnewVisitor}}, "U2 U1 U3"},
		{"presence that is not known counts as present", office(set("U3", func(a *Agent) { a.Away = true })), Need{Among: c1}, Rules{}, "U3 U2 U1"},
		{"capacity", office(), Need{Among: c1}, Rules{Capacity: 2}, "U3 U2"},
		{"nobody has room", office(), Need{Among: c1}, Rules{Capacity: 1}, ""},
		{"passed", office(), Need{Among: c1, Passed: []string{"U3", "U2"}}, Rules{}, "U1"},
		{"off duty", office(set("U3", off)), Need{Among: c1}, Rules{}, "U2 U1"},
		{"manual", office(set("U2", func(a *Agent) { a.Choice = On })), Need{Among: c1}, Rules{Manual: true}, "U2"},
		{"another channel", office(), Need{Among: []string{"C2"}}, Rules{}, "U2"},
		{"only these", office(), Need{Among: c1, Only: []string{"U2", "U9"}}, Rules{}, "U2"},
		{"the topic's group alone", office(), Need{Among: c1, Prefer: []string{"S0BILL"}}, Rules{}, "U3 U1"},
		{"the topic's group while it is full", office(), Need{Among: c1, Prefer: []string{"S0BILL"}, Passed: []string{"U3"}}, Rules{Capacity: 2}, ""},
		{"everybody when none of the group is there", office(set("U1", off), set("U3", off)), Need{Among: c1, Prefer: []string{"S0BILL"}}, Rules{}, "U2"},
		{"nothing is known", office(func(r *Roster) { r.Known = false }), Need{Among: c1}, Rules{}, ""},
	} {
		var got []string
		for _, a := range row.roster.Free(row.need, row.rules, now) {
			got = append(got, a.ID)
		}
		if strings.Join(got, " ") != row.want {
			t.Errorf("%s: got %v, want %s", row.name, got, row.want)
		}
	}
}

func TestFreeLeavesTheRosterAlone(t *testing.T) {
	r := office()
	r.Free(Need{Among: []string{"C1"}}, Rules{}, now)
	for i, id := range []string{"U1", "U2", "U3", "U9"} {
		if r.Agents[i].ID != id {
			t.Fatalf("the roster was reordered: %v", r.Agents)
		}
	}
}

func TestChange(t *testing.T) {
	at := func(d time.Duration) func(*Agent) { return func(a *Agent) { a.Until = now.Add(d) } }
	r := office(set("U1", at(-time.Hour)), set("U2", at(2*time.Hour)), set("U3", at(time.Hour)), set("U9", at(time.Minute)))
	if got := r.Change(now); !got.Equal(now.Add(time.Hour)) {
		t.Errorf("the next change is at %v, want in an hour", got)
	}
	if got := (Roster{}).Change(now); !got.IsZero() {
		t.Errorf("nobody's choice ends, and the next change is at %v", got)
	}
}
