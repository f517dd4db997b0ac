package uitest

import (
	"strings"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// agent is a person of the team in Slack. Her verbs act in the thread of the newest
// card, or of the card that `at` names, once it is there.
type agent struct {
	r    *rig
	user string
	card string // what the card contains
}

// agent finds a person of the sample workspace: maya, sam or priya.
func (r *rig) agent(name string) *agent {
	users := map[string]string{"maya": fakeslack.SampleMaya, "sam": fakeslack.SampleSam, "priya": fakeslack.SamplePriya}
	return &agent{r: r, user: users[name], card: "H-"}
}

// at is the same agent at the card that contains text, a reference or a line.
func (a *agent) at(text string) *agent { return &agent{r: a.r, user: a.user, card: text} }

func (a *agent) must(err error) {
	a.r.Helper()
	if err != nil {
		a.r.Fatal(err)
	}
}

func (a *agent) thread() (channel, ts string) {
	a.r.Helper()
	channel, ts, err := a.r.house.Card(a.card, "")
	a.must(err)
	return channel, ts
}

// presses presses a button of the card; fields fill in the modal that it opens, if
// they are given ("outcome=solved").
func (a *agent) presses(label string, fields ...string) {
	a.r.Helper()
	channel, ts := a.thread()
	a.must(a.r.house.Press(a.user, channel, ts, label))
	if len(fields) > 0 {
		a.submits(fields...)
	}
}

// submits fills in the open modal; a field without "=" is left out.
func (a *agent) submits(fields ...string) {
	a.r.Helper()
	values := map[string]string{}
	for _, f := range fields {
		if name, value, ok := strings.Cut(f, "="); ok {
			values[name] = value
		}
	}
	var id string
	a.must(a.r.house.Slack.WaitFor(a.r.Context(), func(st *fakeslack.State) bool {
		for _, v := range st.Views(a.user) {
			id = v.ID
		}
		return id != ""
	}))
	problems, err := a.r.house.Slack.Submit(a.r.Context(), a.user, id, values)
	a.must(err)
	if len(problems) > 0 {
		a.r.Fatalf("the modal refuses: %v", problems)
	}
}

func (a *agent) claims() { a.r.Helper(); a.presses("Claim") }

// says writes in the thread: the owner's lines go out, in Slack's own markup.
func (a *agent) says(text string) (ts string) {
	a.r.Helper()
	channel, root := a.thread()
	ts, err := a.r.house.Slack.Say(a.user, channel, root, text)
	a.must(err)
	return ts
}

// edits and deletes change a line by the ts that says returned.
func (a *agent) edits(ts, text string) {
	a.r.Helper()
	channel, _ := a.thread()
	a.must(a.r.house.Slack.Edit(a.user, channel, ts, text))
}

func (a *agent) deletes(ts string) {
	a.r.Helper()
	channel, _ := a.thread()
	a.must(a.r.house.Slack.Delete(a.user, channel, ts))
}

// sees waits until the thread shows the texts in this order.
func (a *agent) sees(texts ...string) {
	a.r.Helper()
	channel, root := a.thread()
	a.must(a.r.house.ThreadShows(channel, root, texts...))
}

func (a *agent) releases() { a.r.Helper(); a.presses("Release") }

func (a *agent) handsBack() { a.r.Helper(); a.presses("Hand back to AI", "-") }

func (a *agent) closes() { a.r.Helper(); a.presses("Close", "-") }

func (a *agent) transfersTo(b *agent) { a.r.Helper(); a.presses("Transfer…", "agent="+b.user) }

// withMaya brings the visitor to Maya: she asks for a person, Maya claims.
func (r *rig) withMaya(v *tab) {
	r.Helper()
	v.js("Handoff.escalate().then(() => 0)")
	r.maya.claims()
	v.reads("system: You're now chatting with Maya")
}
