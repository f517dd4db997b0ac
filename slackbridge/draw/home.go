package draw

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
)

// The inbox: what the App Home and the modal "Open inbox" show to one agent.

// ModalInbox is the callback of the inbox as a modal.
const ModalInbox = "handoff_modal_inbox"

// The buttons of the inbox that are about no conversation.
const (
	ActDutyOn      = "handoff_duty_on"
	ActDutyOff     = "handoff_duty_off"
	ActEarlierRows = "handoff_home_earlier"
	ActLaterRows   = "handoff_home_later"
	ActUnfilter    = "handoff_home_all"
	ActSearch      = "handoff_home_search"
	ActStatus      = "handoff_home_status"
	ActTry         = "handoff_home_try"
	ActHelp        = "handoff_home_help"
)

// ActLift lifts the block of a visitor; the value is her conversation.
const ActLift = "handoff_lift"

// actOpen is a link to a thread, which Slack follows by itself.
const actOpen = "handoff_open"

// maxHome is how many blocks Slack takes in a view.
const maxHome = 100

// Inbox is all that the inbox of an agent, User, shows.
type Inbox struct {
	User    string
	Now     time.Time
	View    HomeView
	Duty    string // "" where nobody is kept on duty
	OnDuty  bool
	Numbers conversation.Numbers
	Labels  conversation.Labels
	Names   map[string]string // of agents, by id
	Lists   []HomePage
	Try     bool // sentences can be tried
}

// HomePage is one page of a list.
type HomePage struct {
	HomeList
	Rows  []Row
	Total int
}

// Row is one conversation of a list; Link leads to its thread, "" for none.
type Row struct {
	State conversation.State
	Brief Brief
	Link  string
}

// Modal is the inbox as a modal.
func (in Inbox) Modal() slack.ModalViewRequest {
	view := modal(ModalInbox, "Handoff inbox", "", in.Blocks()...)
	view.Close, view.PrivateMetadata = plain("Close"), in.View.Metadata()
	return view
}

// Blocks draws the inbox, within what Slack takes in a view.
func (in Inbox) Blocks() []slack.Block {
	var out []slack.Block
	if in.Duty != "" {
		flip := button(ActDutyOn, "home", "Go on duty")
		if in.OnDuty {
			flip = button(ActDutyOff, "home", "Go off duty")
		}
		out = append(out, slack.NewSectionBlock(plain(in.Duty), nil, slack.NewAccessory(flip)))
	}
	out = append(out, in.numberLine(), in.tools())
	if f := in.filters(); f != nil {
		out = append(out, f)
	}
	if in.View.filtered() {
		out = append(out, slack.NewActionBlock("", button(ActUnfilter, "home", "Show all chats")))
	}
	for _, l := range in.Lists {
		if l.key != listBlocked || l.Total > 0 {
			out = append(out, in.list(l)...)
		}
	}
	return out[:min(len(out), maxHome)]
}

// numberLine are the numbers of now and of today.
func (in Inbox) numberLine() slack.Block {
	n := in.Numbers
	claimed := "none claimed yet"
	if n.Claims > 0 {
		claimed = "median time to claim " + took(n.Median)
	}
	return richLine("", Strong("Now: "), Words(fmt.Sprintf("%d waiting, %d open, %d with the AI", n.Waiting, n.Open, n.WithBot)),
		Strong("\nToday: "), Words(fmt.Sprintf("%d answered by the AI, %d escalated, %s", n.Answered, n.Escalated, claimed)))
}

// took says how long something took, in seconds below two minutes.
func took(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return Minutes(d)
}

// tools are the buttons for what /handoff does.
func (in Inbox) tools() slack.Block {
	list := []slack.BlockElement{button(ActSearch, "home", "Search…"), button(ActStatus, "home", "Status")}
	if in.Try {
		list = append(list, button(ActTry, "home", "Try a sentence…"))
	}
	return slack.NewActionBlock("", append(list, button(ActHelp, "home", "Help"))...)
}

// filters are the selects, those with something to choose.
func (in Inbox) filters() slack.Block {
	people := slices.Clone(in.Labels.Handlers)
	slices.SortFunc(people, func(a, b string) int { return cmp.Compare(in.nameOf(a), in.nameOf(b)) })
	same := func(s string) string { return s }
	var list []slack.BlockElement
	for _, f := range []struct {
		action, all, now string
		values           []string
		label            func(string) string
	}{
		{ActByTopic, "Any topic", in.View.Topic, in.Labels.Topics, same},
		{ActByTag, "Any tag", in.View.Tag, in.Labels.Tags, same},
		{ActByPerson, "Anybody's", in.View.Person, people, in.nameOf},
		{ActByPriority, "Any priority", in.View.Priority, priorities, func(p string) string { return strings.ToUpper(p[:1]) + p[1:] }},
	} {
		if pick := filterSelect(f.action, f.all, f.now, f.values, f.label); pick != nil {
			list = append(list, pick)
		}
	}
	// With the same block id, Slack goes on showing what was chosen there before.
	now := strings.Join([]string{in.View.Topic, in.View.Tag, in.View.Person, in.View.Priority}, "\x00")
	return slack.NewActionBlock("home_filters:"+digest(now)[:8], list...)
}

// nameOf is an agent's name for her colleagues.
func (in Inbox) nameOf(id string) string {
	if id == in.User {
		return "Mine"
	}
	return cmp.Or(OneLine(in.Names[id], MaxName), id)
}

// What Slack takes in a select.
const (
	maxOptions     = 100
	maxOptionText  = 75
	maxOptionValue = 150
)

// filterSelect is a select with a choice that filters nothing; nil when there is
// nothing to choose. What is too long for a value cannot be chosen.
func filterSelect(action, all, now string, values []string, label func(string) string) *slack.SelectBlockElement {
	if now != "" && !slices.Contains(values, now) {
		values = append([]string{now}, values...)
	}
	options := []*slack.OptionBlockObject{slack.NewOptionBlockObject(anything, plain(all), nil)}
	initial := options[0]
	for _, v := range values {
		value, text := chosen(v), OneLine(label(v), maxOptionText)
		if len(options) == maxOptions || text == "" || len([]rune(value)) > maxOptionValue || markup.Clean(value) != value {
			continue
		}
		o := slack.NewOptionBlockObject(value, plain(text), nil)
		if options = append(options, o); v == now {
			initial = o
		}
	}
	if len(options) == 1 {
		return nil
	}
	pick := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(all), action, options...)
	pick.InitialOption = initial
	return pick
}

// list draws one list: its title, its rows, and the way to its other pages.
func (in Inbox) list(l HomePage) []slack.Block {
	pages := (l.Total + l.Size - 1) / l.Size
	page := 0
	if l.Size > 0 {
		page = l.Query.Offset / l.Size
	}
	out := []slack.Block{slack.NewHeaderBlock(plain(l.heading(page, pages)))}
	if len(l.Rows) == 0 {
		empty := l.empty
		if in.View.filtered() {
			empty = "None that you have chosen to see."
		}
		return append(out, richLine("", Slant(empty)))
	}
	for _, r := range l.Rows {
		if l.key == listBlocked {
			out = append(out, r.blocked()...)
			continue
		}
		out = append(out, in.row(l.key, r)...)
	}
	if pages > 1 {
		out = append(out, pager(ActEarlierRows, ActLaterRows, l.key, page, pages))
	}
	return out
}

func (l HomePage) heading(page, pages int) string {
	count := fmt.Sprint(l.Total)
	if l.Total > conversation.MostCounted {
		count = "more than 1,000"
	}
	if pages > 1 {
		return fmt.Sprintf("%s (%s), page %d", l.title, count, page+1)
	}
	return fmt.Sprintf("%s (%s)", l.title, count)
}

// pager leads to the pages beside this one; the value says of what, and which.
func pager(earlier, later, of string, page, pages int) slack.Block {
	var list []slack.BlockElement
	if page > 0 {
		list = append(list, button(earlier, fmt.Sprintf("%d %s", page-1, of), "Previous"))
	}
	if page < pages-1 {
		list = append(list, button(later, fmt.Sprintf("%d %s", page+1, of), "Next"))
	}
	return slack.NewActionBlock("", list...)
}

// row is one conversation: who, what, how long, and what can be done.
func (in Inbox) row(list string, r Row) []slack.Block {
	buttons := r.buttons(list)
	if list == listClosed && r.State.Epoch == 0 {
		buttons = append(buttons, button(ActMissed, string(r.State.ID), "Should have escalated…"))
	}
	return []slack.Block{r.line(in.User, in.Now), slack.NewActionBlock("", buttons...)}
}

// line says who it is, what she wrote last, and how long she has waited.
func (r Row) line(user string, now time.Time) slack.Block {
	card := Card{State: r.State, Brief: r.Brief}
	line := []Span{Strong(card.urgency() + r.Brief.Visitor(r.State)),
		Words(" · " + r.State.Reference + " · " + cmp.Or(OneLine(r.Brief.Last, 100), r.Brief.question()))}
	if wait := waitingOn(r.State, user, now); wait != "" {
		line = append(line, Slant(" · "+wait))
	}
	if r.State.Mode == conversation.IsClosed && !r.State.Closed.At.IsZero() {
		line = append(line, Words(" · closed "), Day(r.State.Closed.At))
		if name := OneLine(r.State.Closure.Owner.Name, MaxName); name != "" {
			line = append(line, Words(", "+name+" had it"))
		}
	}
	return richLine("", line...)
}

// buttons are what can be done with a row.
func (r Row) buttons(list string) []slack.BlockElement {
	id := string(r.State.ID)
	var out []slack.BlockElement
	switch list {
	case listWaiting:
		out = append(out, button(ActClaim, id, "Claim"))
	case listAI:
		out = append(out, button(ActWatch, id, "Watch"), button(ActTakeOver, id, "Take over"))
	}
	if r.Link != "" {
		open := button(actOpen, id, "Open")
		open.URL = r.Link
		out = append(out, open)
	}
	if list != listAI {
		out = append(out, button(ActTranscript, id, "Transcript"))
	}
	return out
}

// blocked is a visitor who is kept out: until when, by whom and why, with the
// button that lifts it.
func (r Row) blocked() []slack.Block {
	line := []Span{Strong(r.Brief.Visitor(r.State)), Words(" · " + r.State.Reference + " · blocked until "), Day(r.State.BlockedUntil)}
	if r.Brief.Blocked.Agent.ID != "" {
		line = append(line, Words(" by "), Who(r.Brief.Blocked.Agent))
	}
	elements := []any{section(line...)}
	if why := OneLine(r.Brief.Blocked.Reason, 300); why != "" {
		elements = append(elements, quote(why))
	}
	return []slack.Block{richBlock{elements: elements}, slack.NewActionBlock("", button(ActLift, string(r.State.ID), "Lift the block"))}
}

// waitingOn says how long the visitor has waited for a person, or for an answer
// of the one who has her; user reads it.
func waitingOn(s conversation.State, user string, now time.Time) string {
	since, whom := s.Unanswered.At, "waiting on you"
	switch s.Mode {
	case conversation.Waiting:
		since, whom = s.WaitFrom, "waiting"
	case conversation.WithAgent:
		if s.Owner.ID != user {
			whom = "waiting on " + cmp.Or(OneLine(s.Owner.Name, MaxName), "a colleague")
			if since.IsZero() {
				return cmp.Or(OneLine(s.Owner.Name, MaxName), "a colleague") + " has it"
			}
		}
	case conversation.WithBot, conversation.IsClosed:
		return ""
	}
	if since.IsZero() {
		return ""
	}
	if d := now.Sub(since); d >= time.Minute {
		return fmt.Sprintf("%s %d min", whom, int(d.Minutes()))
	}
	return whom
}

// Minutes says how long something took, as people say it.
func Minutes(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d h", int(d.Hours()))
}
