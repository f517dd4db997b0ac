package handofftest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// card waits for a visitor's card and remembers its thread:
//
//	card anna [in support|billing] [TEXT…]
//	card anna/second …                (remembered beside the first one)
//	card anna without TEXT            (waits until it has none: it is drawn soon after)
func card(_ *testscript.TestScript, s *story, args []string) error {
	if err := need(args, 1, "card VISITOR [in CHANNEL] [TEXT]"); err != nil {
		return err
	}
	rest, in := args[1:], ""
	if len(rest) > 1 && rest[0] == "without" {
		c := s.cards[args[0]]
		return s.house.until(fmt.Sprintf("the card without %q", rest[1]), func(st *fakeslack.State) bool {
			m, _ := st.Message(c[0], c[1])
			return !strings.Contains(m.Visible()+m.Text, rest[1])
		})
	}
	if len(rest) > 1 && rest[0] == "in" {
		in, rest = channels[rest[1]], rest[2:]
	}
	name, _, _ := strings.Cut(args[0], "/")
	channel, ts, err := s.house.Card(s.visitors[name].Reference, in)
	if err != nil {
		return err
	}
	s.cards[args[0]], s.last = [2]string{channel, ts}, args[0]
	text := strings.Join(rest, " ")
	return s.house.until(fmt.Sprintf("%q on the card", text), func(st *fakeslack.State) bool {
		m, _ := st.Message(channel, ts)
		return strings.Contains(m.Visible()+m.Text, text)
	})
}

// thread waits until the thread shows texts in this order, or does not show one:
// thread anna TEXT … | thread anna without TEXT
func thread(_ *testscript.TestScript, s *story, args []string) error {
	c := s.cards[args[0]]
	if len(args) == 3 && args[1] == "without" {
		return s.house.until(fmt.Sprintf("a thread without %q", args[2]), func(st *fakeslack.State) bool {
			return !slices.ContainsFunc(st.Thread(c[0], c[1]), func(m fakeslack.Message) bool { return strings.Contains(m.Visible(), args[2]) })
		})
	}
	return s.house.ThreadShows(c[0], c[1], args[1:]...)
}

// agent is what an agent does and sees, in the thread of the visitor of the last
// card (or of: agent maya @anna …):
//
//	agent maya claims
//	agent maya presses LABEL          (on the card)
//	agent maya says TEXT
//	agent maya edits TEXT to TEXT
//	agent maya deletes TEXT
//	agent maya told TEXT              (privately)
//	agent maya answers TEXT with LABEL  (a button of a private message)
//	agent maya submits                (the open modal; more in story_desk.go)
func agent(_ *testscript.TestScript, s *story, args []string) error {
	if err := need(args, 2, "agent NAME VERB …"); err != nil {
		return err
	}
	user := people[args[0]]
	if user == "" {
		user = args[0]
	}
	rest := args[1:]
	if strings.HasPrefix(rest[0], "@") {
		s.last, rest = rest[0][1:], rest[1:]
	}
	c := s.cards[s.last]
	text := strings.Join(rest[1:], " ")
	h := s.house
	switch rest[0] {
	case "claims":
		return h.Press(user, c[0], c[1], "Claim")
	case "presses":
		return h.Press(user, c[0], c[1], text)
	case "says":
		_, err := h.Slack.Say(user, c[0], c[1], text)
		return err
	case "edits":
		from, to, _ := strings.Cut(text, " to ")
		return h.onLine(user, c, from, func(ts string) error { return h.Slack.Edit(user, c[0], ts, to) })
	case "deletes":
		return h.onLine(user, c, text, func(ts string) error { return h.Slack.Delete(user, c[0], ts) })
	case "told":
		_, err := h.Private(user, text)
		return err
	case "answers":
		what, label, _ := strings.Cut(text, " with ")
		return h.answerPrivate(user, what, label)
	case "submits":
		return s.submit(user, rest[1:])
	}
	if acted, err := s.agentFiles(user, c, rest[0], rest[1:]); acted || err != nil {
		return err
	}
	if acted, err := s.shape(user, c, rest[0], rest[1:]); acted || err != nil {
		return err
	}
	return s.desk(user, c, rest[0], rest[1:])
}

// onLine does something with the agent's own line that contains text.
func (h *House) onLine(user string, c [2]string, text string, do func(ts string) error) error {
	for _, m := range h.Slack.Thread(c[0], c[1]) {
		if m.User == user && strings.Contains(m.Visible(), text) {
			return do(m.TS)
		}
	}
	return fmt.Errorf("%s has no line with %q in the thread", user, text)
}

func (h *House) answerPrivate(user, text, label string) error {
	m, err := h.Private(user, text)
	if err != nil {
		return err
	}
	action, err := ActionOf(m, label)
	if err != nil {
		return err
	}
	return h.Slack.Press(user, m.Channel, m.TS, action)
}

// failures and pranks are what the weather does to calls and to deliveries.
var (
	failures = map[string]fakeslack.Failure{
		"drops": fakeslack.Drop{}, "swallows": fakeslack.Drop{After: true}, "errors": fakeslack.Status{Code: 500, After: true},
	}
	pranks = map[string]fakeslack.Prank{
		"repeats": fakeslack.Again{NewID: true}, "swaps": fakeslack.Swap{}, "loses": fakeslack.Lose{},
		"delays": fakeslack.Late{By: 400 * time.Millisecond},
	}
)

// slack changes the weather:
//
//	slack down | up
//	slack revoked | mended
//	slack drops METHOD                (no answer, nothing stored)
//	slack swallows METHOD             (stored, no answer)
//	slack errors METHOD               (stored, answered with 500)
//	slack refuses METHOD CODE [once]  (answered with ok: false)
//	slack tried METHOD                (such a call has come since)
//	slack counted                     (the queue knows by now who is an agent)
//	slack adds guest|outsider|stranger|robot  (into the channels, as U0GUEST, …)
//	slack cards VISITOR N             (exactly N cards stand for her)
//	slack heals
//	slack once TEXT …                 (each stands below the card exactly once)
//	slack repeats message             (the next event is delivered again under a new id)
//	slack swaps message               (the next event is overtaken by the one after it)
//	slack loses message               (the next event is never delivered)
//	slack delays message              (the next event comes 0.4 s late)
//
//	slack files-down | files-up       (its host of files)
//
// More is in story_channel.go and story_shape.go.
func slack(ts *testscript.TestScript, s *story, args []string) error {
	h := s.house
	switch args[0] {
	case "down":
		h.Slack.Switch(func(sw *fakeslack.Switches) { sw.Outage = true })
	case "up":
		h.Slack.Switch(func(sw *fakeslack.Switches) { sw.Outage = false })
	case "revoked":
		h.Slack.RevokeTokens("token_revoked")
	case "mended":
		h.Slack.RevokeTokens("")
	case "once":
		return h.once(s.cards[s.last], args[1:])
	case "drops", "swallows", "errors":
		s.calls = len(h.Slack.Calls())
		h.Slack.Inject(fakeslack.Fault{Method: args[1], Do: failures[args[0]]})
	case "refuses":
		return h.refuses(args[1:])
	case "tried":
		return h.until("a call of "+args[1], func(st *fakeslack.State) bool {
			return slices.ContainsFunc(st.Calls()[s.calls:], func(c fakeslack.Call) bool { return c.Method == args[1] })
		})
	case "counted":
		return h.counted()
	case "adds":
		return h.addPerson(args[1])
	case "cards":
		return h.countCards(s.visitors[args[1]].Reference, args[2])
	case "files-down", "files-up":
		h.Slack.Switch(func(sw *fakeslack.Switches) { sw.FilesDown = args[0] == "files-down" })
	case "emits":
		return emits(ts, s, args[1])
	case "heals":
		h.heal()
	case "repeats", "swaps", "loses", "delays":
		h.Slack.Disturb(fakeslack.Mischief{Type: args[1], Times: 1, Do: pranks[args[0]]})
	default:
		if known, err := s.weather(args); known {
			return err
		}
		if known, err := s.room(args); known {
			return err
		}
		if known, err := s.ruleLines(args); known {
			return err
		}
		return s.channel(args)
	}
	return nil
}

// refuses makes Slack answer calls of a method with an error code.
func (h *House) refuses(args []string) error {
	if err := need(args, 2, "slack refuses METHOD CODE [once]"); err != nil {
		return err
	}
	f := fakeslack.Fault{Method: args[0], Do: fakeslack.Refuse{Error: args[1]}}
	if len(args) > 2 && args[2] == "once" {
		f.Times = 1
	}
	h.Slack.Inject(f)
	return nil
}

// counted waits until the queue knows who is an agent: the product has asked
// Slack, and the queue reads what it wrote down at most a second later, without a
// trace.
func (h *House) counted() error {
	if err := h.until("a look at the members", func(st *fakeslack.State) bool {
		return slices.ContainsFunc(st.Calls(), func(c fakeslack.Call) bool { return c.Method == "conversations.members" })
	}); err != nil {
		return err
	}
	time.Sleep(1500 * time.Millisecond)
	return nil
}

// addPerson puts somebody who is not an agent into the channels of the sample.
func (h *House) addPerson(kind string) error {
	u := fakeslack.User{ID: "U0" + strings.ToUpper(kind), Name: kind, RealName: kind}
	switch kind {
	case "guest":
		u.Restricted = true
	case "outsider":
		u.TeamID = "T0ELSEWHERE"
	case "stranger":
		u.Stranger = true
	case "robot":
		u.Bot = true
	default:
		return fmt.Errorf("unknown kind of person %q", kind)
	}
	h.Slack.AddUser(u)
	for _, c := range []string{fakeslack.SampleSupport, fakeslack.SampleBilling} {
		if err := h.Slack.Join(u.ID, c); err != nil {
			return err
		}
	}
	return nil
}

func (h *House) countCards(reference, want string) error {
	n := 0
	for _, c := range channels {
		for _, m := range h.Slack.History(c) {
			if m.BotID != "" && !m.Broadcast && !ruleLine(m) && strings.Contains(m.Visible()+m.Text, reference) {
				n++
			}
		}
	}
	if strconv.Itoa(n) != want {
		return fmt.Errorf("%d cards stand for %s", n, reference)
	}
	return nil
}

// once says that each text stands in the thread exactly once, the card aside.
func (h *House) once(c [2]string, texts []string) error {
	var replies strings.Builder
	for _, m := range h.Slack.Thread(c[0], c[1]) {
		if m.TS != c[1] {
			replies.WriteString(m.Visible() + "\n")
		}
	}
	shown := replies.String()
	for _, text := range texts {
		if n := strings.Count(shown, text); n != 1 {
			return fmt.Errorf("%q stands %d times in the thread:\n%s", text, n, shown)
		}
	}
	return nil
}
