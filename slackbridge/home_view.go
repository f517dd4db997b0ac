package slackbridge

import (
	"encoding/json"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// homeView is what a reader of the inbox has chosen. It lives in the view's private
// metadata, so that any process can draw the view again after a press.
type homeView struct {
	Topic    string         `json:"topic,omitempty"`
	Tag      string         `json:"tag,omitempty"`
	Person   string         `json:"person,omitempty"` // an agent's id
	Priority string         `json:"priority,omitempty"`
	Pages    map[string]int `json:"pages,omitempty"` // by list, from 0
}

// readHomeView reads private metadata; what is none is the zero view.
func readHomeView(metadata string) homeView {
	var v homeView
	if json.Unmarshal([]byte(metadata), &v) != nil {
		return homeView{}
	}
	return v
}

func (v homeView) metadata() string {
	raw, err := json.Marshal(v)
	if err != nil {
		return "" // strings and numbers always encode
	}
	return string(raw)
}

// filtered says that lists leave something out.
func (v homeView) filtered() bool {
	return v.Topic != "" || v.Tag != "" || v.Person != "" || v.Priority != ""
}

// narrow adds the filters to what a list asks for.
func (v homeView) narrow(q conversation.Query) conversation.Query {
	q.Topic, q.Tag, q.Handler, q.Priority = v.Topic, v.Tag, v.Person, v.Priority
	return q
}

// turned is the view with a list on another page.
func (v homeView) turned(list string, page int) homeView {
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
	actByTopic    = "handoff_home_topic"
	actByTag      = "handoff_home_tag"
	actByPerson   = "handoff_home_person"
	actByPriority = "handoff_home_priority"
)

// anything is the value of the choice that filters nothing; the others have a mark
// before them, so that a tag may be called like it.
const anything = "*"

// chose is the view after a choice; it begins at the first pages.
func (v homeView) chose(action, value string) homeView {
	field := map[string]*string{actByTopic: &v.Topic, actByTag: &v.Tag, actByPerson: &v.Person, actByPriority: &v.Priority}[action]
	if field == nil {
		return v
	}
	*field, v.Pages = unchosen(value), nil
	return v
}

// chosen is the value of a field's choice.
func chosen(value string) string {
	if value == "" {
		return anything
	}
	return "=" + value
}

// unchosen is the reverse of chosen.
func unchosen(value string) string {
	if value == anything {
		return ""
	}
	return strings.TrimPrefix(value, "=")
}

// homeList is one list of the inbox: key names it in the metadata, empty is said
// when it has no row. Sizes are of one page: with two blocks a row, all lists
// together stay below the hundred blocks that a view may have.
type homeList struct {
	key, title, empty string
	query             conversation.Query
	size              int
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

func homeLists(user string) []homeList {
	mode := func(m conversation.Mode) []conversation.Mode { return []conversation.Mode{m} }
	return []homeList{
		{key: listWaiting, title: "Waiting", empty: "Nobody is waiting. Who asks for a person appears here.",
			query: conversation.Query{Modes: mode(conversation.Waiting), Oldest: true}, size: 10},
		{key: listMine, title: "Mine", empty: "You have no open chat.",
			query: conversation.Query{Modes: mode(conversation.WithAgent), Owner: user, Unanswered: true}, size: 10},
		{key: listOpen, title: "All open: with colleagues", empty: "No colleague has an open chat.",
			query: conversation.Query{Modes: mode(conversation.WithAgent), NotOwner: user, Unanswered: true}, size: 5},
		{key: listAI, title: "With the AI right now", empty: "The AI is not talking to anybody.",
			query: conversation.Query{Modes: mode(conversation.WithBot)}, size: 4},
		{key: listClosed, title: "Closed", empty: "No chat is closed yet. Each stays here with its transcript.",
			query: conversation.Query{Modes: mode(conversation.IsClosed)}, size: 4},
	}
}

// blockedList is for those who may lift a block.
func blockedList() homeList {
	return homeList{key: listBlocked, title: "Blocked visitors", query: conversation.Query{Blocked: true}, size: 5}
}

// page is the query of the page the view is on.
func (l homeList) page(v homeView) conversation.Query {
	q := l.query
	if l.key != listBlocked {
		q = v.narrow(q)
	}
	q.Limit, q.Offset = l.size, v.Pages[l.key]*l.size
	return q
}
