package handofftest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// dayPolicy is a team of three: support, billing in a channel of its own, and
// seats offered to whoever has least to do.
const dayPolicy = `handoff:
  hours: {timezone: Europe/Berlin, open: {mon-fri: "09:00-17:30"}}
  restricted_topics:
    - {name: Billing disputes, phrases: [charged twice, refund], channel: C0BILLING, say: Let me bring in our billing team.}
  routing: {mode: offer, order: [least_busy], capacity: 20, accept_within: 60s}
  when_nobody: [{after: 30m, do: ping_group}]
  when_owner_silent: {remind: 45m, requeue: 3h}
`

// A day in the life of a team: the morning list of the night's contacts, a rush
// with one agent, a transfer to billing, a colleague on vacation, an outage at
// noon, and an evening on which Maya goes off duty. In the end every visitor's
// transcript and every thread equal the log.
func TestDayInTheLife(t *testing.T) {
	t.Parallel()
	inBubble(t, dayPolicy, berlin("2026-03-03 07:30"), func(b *bubble) {
		d := &day{bubble: b}
		d.night()
		d.morning()
		d.rush()
		d.billing()
		d.noon()
		d.evening()
		d.truth()
	})
}

// day is the story so far. everybody is every visitor; hers are those whom Maya
// has.
type day struct {
	*bubble
	anna, bert, carla *guest
	everybody, hers   []*guest
}

func (d *day) arrives(name, text string) *guest {
	g := d.visitor(name)
	g.says(text)
	d.everybody = append(d.everybody, g)
	return g
}

// night: Anna asks for a person and Bert for his money before anybody is in.
func (d *day) night() {
	d.anna = d.arrives("anna", "I want to talk to a human about my tent")
	d.anna.is("offline")
	d.anna.toldOnce("The team is back today at 09:00")
	d.anna.gives("anna@mail.example")
	d.anna.sees("system", "The team will answer there")
	d.wait(20 * time.Minute)
	d.bert = d.arrives("bert", "I was charged twice for order 4711")
	d.bert.is("offline")
	d.bert.says("and nobody answers")
	d.wait(time.Minute)
	d.bert.toldOnce("Nobody from the team is here right now")
	d.anna.card()
	d.bert.card()
	if d.bert.channel != fakeslack.SampleBilling {
		d.t.Errorf("Bert's card is in %s, want billing", d.bert.channel)
	}
}

// morning: at nine the list has both, Anna first. Sam is on vacation: the day
// goes on without a word to him.
func (d *day) morning() {
	d.command("sam", "off")
	d.skipTo(berlin("2026-03-03 09:00"))
	d.wait(10 * time.Second)
	home := d.homeOf("maya")
	if a, b := strings.Index(home, d.anna.Reference), strings.Index(home, d.bert.Reference); a < 0 || b < 0 || a > b {
		d.t.Errorf("the morning list does not begin with Anna and then Bert:\n%s", home)
	}
	d.anna.isClaimed("maya")
	d.anna.hears("maya", "good morning Anna, your tent is on its way")
	d.anna.sees("Maya", "your tent is on its way")
	d.bert.isClaimed("priya")
	d.bert.hears("priya", "good morning Bert, I have sent the money back")
	d.bert.sees("Priya", "I have sent the money back")
	d.hers = append(d.hers, d.anna)
}

// rush: eight visitors within two minutes, and only Maya is there.
func (d *day) rush() {
	d.command("priya", "off")
	var crowd []*guest
	for i := range 8 {
		g := d.arrives(fmt.Sprintf("rush%d", i), fmt.Sprintf("can I speak to a person, case %d", i))
		g.is("waiting")
		crowd = append(crowd, g)
		d.wait(15 * time.Second)
	}
	for i, g := range crowd {
		g.isClaimed("maya")
		g.hears("maya", fmt.Sprintf("hello, I have case %d now", i))
		g.sees("Maya", fmt.Sprintf("I have case %d now", i))
		g.says(fmt.Sprintf("thank you for case %d", i))
		d.wait(20 * time.Second)
	}
	d.hers = append(d.hers, crowd...)
	for _, g := range crowd {
		for _, e := range g.events() {
			if o, ok := e.Body.(conversation.Offered); ok && o.Agent.ID != fakeslack.SampleMaya {
				d.t.Errorf("%s was offered to %s, who is off duty", g.name, o.Agent.Name)
			}
		}
	}
	d.command("priya", "on")
}

// billing: Carla's question turns out to be about money. Maya passes her on.
func (d *day) billing() {
	d.carla = d.arrives("carla", "I want to talk to a human, please")
	d.carla.isClaimed("maya")
	d.carla.hears("maya", "what can I do for you, Carla?")
	d.carla.sees("Maya", "what can I do for you")
	d.carla.says("my invoice is wrong")
	d.wait(time.Minute)
	before := d.carla.root
	d.press("maya", d.carla, "Transfer…")
	d.submit("maya", map[string]string{"place": fakeslack.SampleBilling + " ", "note": "a wrong invoice"})
	d.carla.is("waiting")
	d.wait(time.Minute)
	d.carla.card()
	if d.carla.channel != fakeslack.SampleBilling {
		d.t.Fatalf("Carla's card is in %s, want billing", d.carla.channel)
	}
	d.carla.earlier = append(d.carla.earlier, [2]string{fakeslack.SampleSupport, before})
	d.carla.isClaimed("priya")
	d.carla.hears("priya", "I have corrected your invoice, Carla")
	d.carla.sees("Priya", "I have corrected your invoice")
}

// noon: Slack is down for twenty minutes. Everybody writes on, and Dora asks for
// a person.
func (d *day) noon() {
	d.skipTo(berlin("2026-03-03 12:00"))
	d.slack(func(sw *fakeslack.Switches) { sw.Outage = true })
	dora := d.arrives("dora", "is there a person I can talk to?")
	for minute := range 20 {
		for _, g := range []*guest{d.anna, d.carla, dora} {
			g.says(fmt.Sprintf("%s writes in minute %02d", g.name, minute))
		}
		d.wait(time.Minute)
	}
	dora.toldOnce(unreachable)
	back := time.Now()
	d.slack(func(sw *fakeslack.Switches) { sw.Outage = false })
	d.wait(3 * time.Minute)
	d.postedWithin(time.Second, back)
	dora.isClaimed("maya")
	dora.hears("maya", "I am here now, Dora")
	dora.sees("Maya", "I am here now")
	d.hers = append(d.hers, dora)
	for _, g := range []*guest{d.anna, d.carla} {
		g.hears(map[bool]string{true: "maya", false: "priya"}[g == d.anna], "I have read what you wrote, "+g.name)
	}
}

// evening: Maya goes off duty with all her chats open. She releases them with a
// note, and Priya has the ones that still want an answer.
func (d *day) evening() {
	d.skipTo(berlin("2026-03-03 17:00"))
	d.command("maya", "off")
	m, err := d.Private(people["maya"], "You still have")
	if err != nil {
		d.t.Fatal(err)
	}
	action, err := ActionOf(m, "Decide about them")
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.Slack.Press(people["maya"], m.Channel, m.TS, action); err != nil {
		d.t.Fatal(err)
	}
	d.submit("maya", map[string]string{"all": "hand", "note": "nothing urgent"})
	for _, g := range d.hers {
		g.Wait("no longer Maya's", func(items []Item) bool { return Phase(items) != "agent" })
	}
	d.wait(time.Minute)
	for _, g := range d.hers {
		g.isClaimed("priya")
		g.hears("priya", "Maya has gone home; I am Priya. "+g.name)
		g.sees("Priya", "I am Priya. "+g.name)
	}
}

// truth: everybody has the same conversation, and nobody was ignored.
func (d *day) truth() {
	d.wait(2 * time.Minute)
	for _, g := range d.everybody {
		g.agree()
		if s := g.state(); s.Mode == conversation.Waiting {
			d.t.Errorf("%s still waits in the evening", g.name)
		}
	}
}

// command is /handoff in the support channel.
func (b *bubble) command(agent, text string) {
	b.t.Helper()
	if err := b.Slack.Command(people[agent], fakeslack.SampleSupport, text); err != nil {
		b.t.Fatal(err)
	}
	b.wait(time.Second)
}

// homeOf is an agent's App Home as she reads it now.
func (b *bubble) homeOf(agent string) string {
	b.t.Helper()
	if err := b.home(people[agent], "Waiting"); err != nil {
		b.t.Fatal(err)
	}
	v, _ := b.Slack.Home(people[agent])
	return v.Visible()
}

// press presses a button on the visitor's card.
func (b *bubble) press(agent string, g *guest, label string) {
	b.t.Helper()
	if err := b.Press(people[agent], g.channel, g.root, label); err != nil {
		b.t.Fatal(err)
	}
}

// submit fills the agent's open modal in and submits it.
func (b *bubble) submit(agent string, values map[string]string) {
	b.t.Helper()
	user, id := people[agent], ""
	if err := b.until("a modal", func(st *fakeslack.State) bool {
		if views := st.Views(user); len(views) > 0 {
			id = views[len(views)-1].ID
		}
		return id != ""
	}); err != nil {
		b.t.Fatal(err)
	}
	problems, err := b.Slack.Submit(b.t.Context(), user, id, values)
	if err != nil || len(problems) > 0 {
		b.t.Fatalf("the modal refuses %v: %v", problems, err)
	}
}
