package draw

import (
	"encoding/json"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// HomeView is what a reader of the inbox has chosen. It lives in the view's private
// metadata, so that any process can draw the view again after a press.
type HomeView struct {
	Topic    string         `json:"topic,omitempty"`
	Tag      string         `json:"tag,omitempty"`
	Person   string         `json:"person,omitempty"` // an agent's id
	Priority string         `json:"priority,omitempty"`
	Pages    map[string]int `json:"pages,omitempty"` // by list, from 0
}

// ReadHomeView reads private metadata; what is none is the zero view.
func ReadHomeView(metadata string) HomeView {
	var v HomeView
	if json.Unmarshal([]byte(metadata), &v) != nil {
		return HomeView{}
	}
	return v
}

// Metadata is the view as private metadata, for ReadHomeView.
func (v HomeView) Metadata() string {
	raw, err := json.Marshal(v)
	if err != nil {
		return "" // strings and numbers always encode
	}
	return string(raw)
}

// filtered says that lists leave something out.
func (v HomeView) filtered() bool {
	return v.Topic != "" || v.Tag != "" || v.Person != "" || v.Priority != ""
}

// narrow adds the filters to what a list asks for.
func (v HomeView) narrow(q conversation.Query) conversation.Query {
	q.Topic, q.Tag, q.Handler, q.Priority = v.Topic, v.Tag, v.Person, v.Priority
	return q
}

// Turned is the view with a list on another page.
func (v HomeView) Turned(list string, page int) HomeView {
	pages := map[string]int{}
	for k, n := range v.Pages {
		pages[k] = n
	}
	if pages[list] = max(page, 0); page <= 0 {
		delete(pages, list)
	}
	v.Pages = pages
	return v
}

// The filters of the Home, by the action of their select.
const (
	ActByTopic    = "handoff_home_topic"
	ActByTag      = "handoff_home_tag"
	ActByPerson   = "handoff_home_person"
	ActByPriority = "handoff_home_priority"
)

// anything is the value of the choice that filters nothing; the others have a mark
// before them, so that a tag may be called like it.
const anything = "*"

// Chose is the view after a choice; it begins at the first pages.
func (v HomeView) Chose(action, value string) HomeView {
	field := map[string]*string{ActByTopic: &v.Topic, ActByTag: &v.Tag, ActByPerson: &v.Person, ActByPriority: &v.Priority}[action]
	if field == nil {
		return v
	}
	*field, v.Pages = Unchosen(value), nil
	return v
}

// chosen is the value of a field's choice.
func chosen(value string) string {
	if value == "" {
		return anything
	}
	return "=" + value
}

// Unchosen is the reverse of chosen.
func Unchosen(value string) string {
	if value == anything {
		return ""
	}
	return strings.TrimPrefix(value, "=")
}

// HomeList is one list of the inbox: key names it in the metadata, empty is said
// when it has no row. Sizes are of one page: with two blocks a row, all lists
// together stay below the hundred blocks that a view may have.
type HomeList struct {
	key, title, empty string
	Query             conversation.Query
	Size              int
}

// The lists.
const (
	listWaiting = "waiting"
	listMine    = "mine"
	listOpen    = "open"
	listAI      = "ai"
	listClosed  = "closed"
	listBlocked = "blocked"
)

// HomeLists are the lists of a user's inbox, in order.
func HomeLists(user string) []HomeList {
	mode := func(m conversation.Mode) []conversation.Mode { return []conversation.Mode{m} }
	return []HomeList{
		{key: listWaiting, title: "Waiting", empty: "Nobody is waiting. Who asks for a person appears here.",
			Query: conversation.Query{Modes: mode(conversation.Waiting), Oldest: true}, Size: 10},
		{key: listMine, title: "Mine", empty: "You have no open chat.",
			Query: conversation.Query{Modes: mode(conversation.WithAgent), Owner: user, Unanswered: true}, Size: 10},
		{key: listOpen, title: "All open: with colleagues", empty: "No colleague has an open chat.",
			Query: conversation.Query{Modes: mode(conversation.WithAgent), NotOwner: user, Unanswered: true}, Size: 5},
		{key: listAI, title: "With the AI right now", empty: "The AI is not talking to anybody.",
			Query: conversation.Query{Modes: mode(conversation.WithBot)}, Size: 4},
		{key: listClosed, title: "Closed", empty: "No chat is closed yet. Each stays here with its transcript.",
			Query: conversation.Query{Modes: mode(conversation.IsClosed)}, Size: 4},
	}
}

// BlockedList is for those who may lift a block.
func BlockedList() HomeList {
	return HomeList{key: listBlocked, title: "Blocked visitors", Query: conversation.Query{Blocked: true}, Size: 5}
}

// QueryFor is the query of the page the view is on.
func (l HomeList) QueryFor(v HomeView) conversation.Query {
	q := l.Query
	if l.key != listBlocked {
		q = v.narrow(q)
	}
	q.Limit, q.Offset = l.Size, v.Pages[l.key]*l.Size
	return q
}
