package slackbridge

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

// The buttons of the inbox that are about no conversation.
const (
	actEarlierRows = "handoff_home_earlier"
	actLaterRows   = "handoff_home_later"
	actUnfilter    = "handoff_home_all"
	actSearch      = "handoff_home_search"
	actStatus      = "handoff_home_status"
	actTry         = "handoff_home_try"
	actHelp        = "handoff_home_help"
)

// actOpen is a link to a thread, which Slack follows by itself.
const actOpen = "handoff_open"

// actTranscript opens the transcript of a conversation.
const actTranscript = "handoff_transcript"

// maxHome is how many blocks Slack takes in a view.
const maxHome = 100

// blocks draws the inbox. It is a function of what was read.
func (in inbox) blocks() []slack.Block {
	var out []slack.Block
	if in.duty != "" {
		flip := button(actDutyOn, "home", "Go on duty")
		if in.onDuty {
			flip = button(actDutyOff, "home", "Go off duty")
		}
		out = append(out, slack.NewSectionBlock(plain(in.duty), nil, slack.NewAccessory(flip)))
	}
	out = append(out, in.numberLine(), in.tools())
	if f := in.filters(); f != nil {
		out = append(out, f)
	}
	if in.view.filtered() {
		out = append(out, slack.NewActionBlock("", button(actUnfilter, "home", "Show all chats")))
	}
	for _, l := range in.lists {
		if l.key != listBlocked || l.total > 0 {
			out = append(out, in.list(l)...)
		}
	}
	return out[:min(len(out), maxHome)]
}

// numberLine are the numbers of now and of today.
func (in inbox) numberLine() slack.Block {
	n := in.numbers
	claimed := "none claimed yet"
	if n.Claims > 0 {
		claimed = "median time to claim " + took(n.Median)
	}
	return richLine("", strong("Now: "), words(fmt.Sprintf("%d waiting, %d open, %d with the AI", n.Waiting, n.Open, n.WithBot)),
		strong("\nToday: "), words(fmt.Sprintf("%d answered by the AI, %d escalated, %s", n.Answered, n.Escalated, claimed)))
}

// took says how long something took, in seconds below two minutes.
func took(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return minutes(d)
}

// tools are the buttons for what /handoff does.
func (in inbox) tools() slack.Block {
	list := []slack.BlockElement{button(actSearch, "home", "Search…"), button(actStatus, "home", "Status")}
	if in.try {
		list = append(list, button(actTry, "home", "Try a sentence…"))
	}
	return slack.NewActionBlock("", append(list, button(actHelp, "home", "Help"))...)
}

// filters are the selects, those with something to choose.
func (in inbox) filters() slack.Block {
	people := slices.Clone(in.labels.Handlers)
	slices.SortFunc(people, func(a, b string) int { return cmp.Compare(in.nameOf(a), in.nameOf(b)) })
	same := func(s string) string { return s }
	var list []slack.BlockElement
	for _, f := range []struct {
		action, all, now string
		values           []string
		label            func(string) string
	}{
		{actByTopic, "Any topic", in.view.Topic, in.labels.Topics, same},
		{actByTag, "Any tag", in.view.Tag, in.labels.Tags, same},
		{actByPerson, "Anybody's", in.view.Person, people, in.nameOf},
		{actByPriority, "Any priority", in.view.Priority, priorities, func(p string) string { return strings.ToUpper(p[:1]) + p[1:] }},
	} {
		if pick := filterSelect(f.action, f.all, f.now, f.values, f.label); pick != nil {
			list = append(list, pick)
		}
	}
	// With the same block id, Slack goes on showing what was chosen there before.
	now := strings.Join([]string{in.view.Topic, in.view.Tag, in.view.Person, in.view.Priority}, "\x00")
	return slack.NewActionBlock("home_filters:"+hash([]byte(now))[:8], list...)
}

// nameOf is an agent's name for her colleagues.
func (in inbox) nameOf(id string) string {
	if id == in.user {
		return "Mine"
	}
	return cmp.Or(oneLine(in.names[id], maxName), id)
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
		value, text := chosen(v), oneLine(label(v), maxOptionText)
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
func (in inbox) list(l homePage) []slack.Block {
	pages := (l.total + l.size - 1) / l.size
	page := 0
	if l.size > 0 {
		page = l.query.Offset / l.size
	}
	out := []slack.Block{slack.NewHeaderBlock(plain(l.heading(page, pages)))}
	if len(l.rows) == 0 {
		empty := l.empty
		if in.view.filtered() {
			empty = "None that you have chosen to see."
		}
		return append(out, richLine("", slant(empty)))
	}
	for _, r := range l.rows {
		if l.key == listBlocked {
			out = append(out, r.blocked()...)
			continue
		}
		out = append(out, in.row(l.key, r)...)
	}
	if pages > 1 {
		out = append(out, pager(actEarlierRows, actLaterRows, l.key, page, pages))
	}
	return out
}

func (l homePage) heading(page, pages int) string {
	count := fmt.Sprint(l.total)
	if l.total > conversation.MostCounted {
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
func (in inbox) row(list string, r inboxRow) []slack.Block {
	buttons := r.buttons(list)
	if list == listClosed && r.state.Epoch == 0 {
		buttons = append(buttons, button(actMissed, string(r.state.ID), "Should have escalated…"))
	}
	return []slack.Block{r.line(in.user, in.now), slack.NewActionBlock("", buttons...)}
}

// line says who it is, what she wrote last, and how long she has waited.
func (r inboxRow) line(user string, now time.Time) slack.Block {
	card := Card{State: r.state, Brief: r.brief}
	line := []span{strong(card.urgency() + r.brief.visitor(r.state)),
		words(" · " + r.state.Reference + " · " + cmp.Or(oneLine(r.brief.Last, 100), r.brief.ask()))}
	if wait := waitingOn(r.state, user, now); wait != "" {
		line = append(line, slant(" · "+wait))
	}
	if r.state.Mode == conversation.IsClosed && !r.state.Closed.At.IsZero() {
		line = append(line, words(" · closed "), day(r.state.Closed.At))
		if name := oneLine(r.state.Closure.Owner.Name, maxName); name != "" {
			line = append(line, words(", "+name+" had it"))
		}
	}
	return richLine("", line...)
}

// buttons are what can be done with a row.
func (r inboxRow) buttons(list string) []slack.BlockElement {
	id := string(r.state.ID)
	var out []slack.BlockElement
	switch list {
	case listWaiting:
		out = append(out, button(actClaim, id, "Claim"))
	case listAI:
		out = append(out, button(actWatch, id, "Watch"), button(actTakeOver, id, "Take over"))
	}
	if r.link != "" {
		open := button(actOpen, id, "Open")
		open.URL = r.link
		out = append(out, open)
	}
	if list != listAI {
		out = append(out, button(actTranscript, id, "Transcript"))
	}
	return out
}

// blocked is a visitor who is kept out: until when, by whom and why, with the
// button that lifts it.
func (r inboxRow) blocked() []slack.Block {
	line := []span{strong(r.brief.visitor(r.state)), words(" · " + r.state.Reference + " · blocked until "), day(r.state.BlockedUntil)}
	if r.brief.Blocked.Agent.ID != "" {
		line = append(line, words(" by "), who(r.brief.Blocked.Agent))
	}
	elements := []any{slack.NewRichTextSection(rich(line)...)}
	if why := oneLine(r.brief.Blocked.Reason, 300); why != "" {
		elements = append(elements, quote(why))
	}
	return []slack.Block{richBlock{elements: elements}, slack.NewActionBlock("", button(actLift, string(r.state.ID), "Lift the block"))}
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
			whom = "waiting on " + cmp.Or(oneLine(s.Owner.Name, maxName), "a colleague")
			if since.IsZero() {
				return cmp.Or(oneLine(s.Owner.Name, maxName), "a colleague") + " has it"
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
