package uitest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/handofftest"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// churnVariable says how many connections break; `make churn` sets it.
const churnVariable = "HANDOFF_CHURN_DROPS"

const (
	churnVisitors = 200
	churnAgents   = 20 // of them are with an agent, the others with the bot
)

// churnLines is what each visitor says and the bot answers: no two alike, as what is
// repeated would bring a person in.
func churnLines() [][2]string {
	return [][2]string{
		{"How long does shipping take?", "Parcels within Germany take two working days."},
		{"What does shipping cost?", "Shipping costs 4.90 EUR and is free for orders over 50 EUR."},
		{"Can I send unworn articles back?", "You can send unworn articles back within 30 days."},
		{"Do your shoes run small?", "Our shoes run small: take them one size larger than usual."},
	}
}

// churn is the breaking of connections, and the talk meanwhile.
type churn struct {
	*rig
	want int
}

// TestChurn breaks connections in the middle of events, between them, before a
// request and behind it, while 200 visitors talk with the bot or with Slack. In the
// end each has seen the log: every event once, in order, and every line of both
// sides is in it once.
func TestChurn(t *testing.T) {
	c := &churn{want: 300}
	if given := os.Getenv(churnVariable); given != "" {
		n, err := strconv.Atoi(given)
		if err != nil {
			t.Fatal(err)
		}
		c.want = n
	} else {
		t.Parallel()
	}
	c.rig = furnish(t, setup{house: handofftest.Options{Runs: handofftest.InProcessAtFullSpeed}})
	var answers []llmtest.Step
	for _, pair := range churnLines() {
		answers = append(answers, llmtest.When(pair[0], pair[1]))
	}
	c.house.Model.Script(answers...)
	visitors := make([]*handofftest.Visitor, churnVisitors)
	each(len(visitors), 8, func(i int) {
		visitors[i] = handofftest.NewVisitor(t, c.wire.URL, handofftest.Key, handofftest.Origin)
	})
	each(churnAgents, 4, func(i int) { c.claim(visitors[i]) })
	began, stop := time.Now(), make(chan struct{})
	var weather sync.WaitGroup
	weather.Go(func() { c.storm(stop) })
	each(len(visitors), len(visitors), func(i int) { c.talk(visitors[i], i) })
	close(stop)
	weather.Wait()
	c.calm()
	lines := 0
	for i, v := range visitors {
		lines += c.compare(v, i)
	}
	t.Logf("%d visitors, %d drops in %v, %d connections, %d lines", len(visitors), c.wire.drops(), time.Since(began).Round(time.Millisecond), c.wire.connections(), lines)
}

// each runs f for 0 to n-1, so many at a time.
func each(n, at int, f func(int)) {
	var all sync.WaitGroup
	next := make(chan int)
	for range at {
		all.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
}

// claim brings a visitor to Maya.
func (c *churn) claim(v *handofftest.Visitor) {
	v.Post("escalate", map[string]any{})
	c.maya.at(v.Reference).claims()
	v.Wait("Maya", func(items []handofftest.Item) bool { return handofftest.Phase(items) == "agent" })
}

// storm breaks one connection after the other until so many are broken.
func (c *churn) storm(stop chan struct{}) {
	dice := rand.New(rand.NewPCG(5, 5)) //nolint:gosec // a test's dice
	for c.wire.drops() < c.want {
		select {
		case <-stop:
			return
		default:
		}
		switch dice.IntN(20) {
		case 0:
			c.wire.lose("POST /messages", 1)
		case 1:
			c.wire.refuse("POST /messages", 1)
		case 2, 3:
			c.wire.refuse("GET /events", 1)
		case 4, 5, 6:
			c.one((*pipe).tear)
		default:
			c.one((*pipe).snap)
		}
	}
}

// one breaks one open stream, if there is one to break.
func (c *churn) one(how func(*pipe) bool) {
	for _, p := range c.wire.open() {
		if how(p) {
			return
		}
	}
	time.Sleep(time.Millisecond) // they come back by themselves
}

// calm ends the storm: what was to break and has not yet does not.
func (c *churn) calm() {
	c.wire.mu.Lock()
	c.wire.rules = nil
	c.wire.mu.Unlock()
	for _, p := range c.wire.open() {
		p.close()
	}
}

// talk says the visitor's lines, spread over the storm, and waits for the answer to
// each.
func (c *churn) talk(v *handofftest.Visitor, i int) {
	for n, question := range churnLines() {
		for c.wire.drops() < n*c.want/len(churnLines()) {
			time.Sleep(5 * time.Millisecond) // the storm goes on
		}
		line := fmt.Sprintf("%s Parcel %d-%d.", question[0], i, n)
		v.Say(fmt.Sprintf("line-%d", n), line)
		if i < churnAgents {
			c.maya.at(v.Reference).sees(line)
			c.maya.at(v.Reference).says(fmt.Sprintf("Parcel %d-%d is on its way.", i, n))
		}
		v.Wait("an answer", func(items []handofftest.Item) bool { return answers(items) > n })
	}
	for c.wire.drops() < c.want {
		time.Sleep(5 * time.Millisecond)
	}
}

// answers counts the lines of the other side.
func answers(items []handofftest.Item) int {
	n := 0
	for _, it := range items {
		if it.Type == "message" && (it.From.Role == "bot" || it.From.Role == "agent") {
			n++
		}
	}
	return n
}

// compare holds what the visitor saw against the log, and both against what was
// said; it returns how many lines there are.
func (c *churn) compare(v *handofftest.Visitor, i int) int {
	log := v.Log()
	v.Wait("the whole log", func(items []handofftest.Item) bool { return len(items) >= len(log) })
	if seen := v.Items(); !reflect.DeepEqual(seen, log) {
		c.Errorf("visitor %d sees %d events, the log has %d others", i, len(seen), len(log))
	}
	for n := range churnLines() {
		said := fmt.Sprintf("Parcel %d-%d.", i, n)
		count := 0
		for _, it := range log {
			if it.From.Role == "visitor" && strings.Contains(it.Text, said) {
				count++
			}
		}
		if count != 1 {
			c.Errorf("%q stands %d times in the log, want once", said, count)
		}
	}
	if got, want := answers(log), len(churnLines()); got != want {
		c.Errorf("visitor %d has %d answers, want %d:\n%s", i, got, want, v.Transcript())
	}
	return answers(log) + len(churnLines())
}
