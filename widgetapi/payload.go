package widgetapi

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
)

// Event is one durable event as the visitor gets it: its type and its payload.
type Event struct {
	Type string  `json:"type"`
	Data Payload `json:"data"`
}

// Payload is what an event says: one of Message, Edited, Retracted, State and
// Rated.
//
//sumtype:decl
type Payload interface{ payload() }

type (
	// Message is a line. Content is what to draw; Text is the same as plain
	// text. Order sorts inside a run of agent lines that came out of order.
	Message struct {
		Seq      conversation.Seq    `json:"seq"`
		ID       string              `json:"id"`
		At       string              `json:"at"`
		Order    string              `json:"order,omitempty"`
		From     From                `json:"from"`
		Content  markup.Tree         `json:"content"`
		Text     string              `json:"text"`
		Sources  []Source            `json:"sources,omitempty"`
		Files    []FileReply         `json:"files,omitempty"`
		ClientID string              `json:"client_id,omitempty"`
		Stopped  bool                `json:"stopped,omitempty"`
		Offer    bool                `json:"offer,omitempty"`
		Notice   conversation.Notice `json:"notice,omitempty"`
	}
	// From is who said it.
	From struct {
		Role   conversation.Role `json:"role"`
		Name   string            `json:"name,omitempty"`
		Avatar string            `json:"avatar,omitempty"`
	}
	// Source is what an answer was taken from.
	Source struct {
		Title string `json:"title"`
		URL   string `json:"url,omitempty"`
		Path  string `json:"path,omitempty"`
	}
	// Edited replaces the text of message Of. Dropped are the ids of files that it
	// no longer carries.
	Edited struct {
		Seq     conversation.Seq `json:"seq"`
		Of      conversation.Seq `json:"of"`
		Content markup.Tree      `json:"content"`
		Text    string           `json:"text"`
		Dropped []string         `json:"dropped,omitempty"`
	}
	// Retracted takes message Of back. Unseen says that nobody has read it: it
	// leaves without a trace.
	Retracted struct {
		Seq    conversation.Seq `json:"seq"`
		Of     conversation.Seq `json:"of"`
		Unseen bool             `json:"unseen,omitempty"`
	}
	// State says who cares for the visitor from here on. Contact asks the widget
	// to show the contact form.
	State struct {
		Seq      conversation.Seq         `json:"seq"`
		At       string                   `json:"at"`
		Phase    conversation.Phase       `json:"phase"`
		Agent    *Agent                   `json:"agent,omitempty"`
		Reason   conversation.CloseReason `json:"reason,omitempty"`
		NextOpen string                   `json:"next_open,omitempty"`
		Contact  bool                     `json:"contact,omitempty"`
	}
	// Agent is a person as the visitor knows one: by name.
	Agent struct {
		Name   string `json:"name"`
		Avatar string `json:"avatar,omitempty"`
	}
	// Rated is the visitor's own rating.
	Rated struct {
		Seq   conversation.Seq `json:"seq"`
		Score int              `json:"score"`
	}
)

func (Message) payload()   {}
func (Edited) payload()    {}
func (Retracted) payload() {}
func (State) payload()     {}
func (Rated) payload()     {}

// naming says how agents are named.
type naming struct{ show, team string }

func (n naming) agent(name string) string { return AgentName(n.show, n.team, name) }

// AgentName is what a visitor reads for an agent's name, by slack.show_agent.
func AgentName(show, team, name string) string {
	switch show {
	case "display_name":
		return name
	case "team":
		return team
	}
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return first
}

// amendments is what became of lines later on: a backlog read after an edit or
// a retraction must not give away what stood there before.
type amendments map[conversation.Seq]amendment

type amendment struct {
	retracted bool
	text      string
	content   json.RawMessage
	dropped   []string
}

// note takes an event's amendment in. Events have to come in order.
func (a amendments) note(e conversation.Event) {
	switch b := e.Body.(type) {
	case conversation.Edited:
		if !a[b.Of].retracted {
			a[b.Of] = amendment{text: b.Text, content: b.Content, dropped: append(a[b.Of].dropped, b.Dropped...)}
		}
	case conversation.Retracted:
		a[b.Of] = amendment{retracted: true}
	}
}

// words are the text and tree of a line of event seq as they are now.
func (a amendments) words(seq conversation.Seq, text string, content json.RawMessage) (string, markup.Tree) {
	if now, amended := a[seq]; amended {
		text, content = now.text, now.content
	}
	var tree markup.Tree
	if len(content) == 0 || json.Unmarshal(content, &tree) != nil {
		return text, markup.FromPlain(text)
	}
	return tree.Plain(), tree
}

// view is what a payload depends on besides its event.
type view struct {
	names  naming
	speech conversation.Speech
	amends amendments
	// number maps a log number to the visitor's.
	number map[conversation.Seq]conversation.Seq
}

// event makes the API's form of an event the visitor may see.
func (v view) event(e conversation.Event) (Event, error) {
	switch b := e.Body.(type) {
	case conversation.Message:
		return Event{"message", v.message(e, b)}, nil
	case conversation.Edited:
		text, tree := v.amends.words(b.Of, b.Text, b.Content)
		return Event{"edited", Edited{Seq: e.VSeq, Of: v.number[b.Of], Content: tree, Text: text, Dropped: b.Dropped}}, nil
	case conversation.Retracted:
		return Event{"retracted", Retracted{Seq: e.VSeq, Of: v.number[b.Of], Unseen: b.Unseen}}, nil
	case conversation.Rated:
		return Event{"rated", Rated{Seq: e.VSeq, Score: b.Score}}, nil
	}
	state, ok := v.state(e)
	if !ok {
		return Event{}, fmt.Errorf("a %s event has no form for the visitor", conversation.KindOf(e.Body))
	}
	return Event{"state", state}, nil
}

func (v view) message(e conversation.Event, b conversation.Message) Message {
	m := Message{
		Seq: e.VSeq, ID: eventID(e.Conversation, e.VSeq), At: stamp(e.At), Order: e.Order, From: v.from(e.Author),
		Stopped: b.Stopped, Offer: b.Offer, Notice: b.Notice,
	}
	text, stored := b.Text, b.Text
	if e.Author.Role == conversation.System {
		stored = markup.Clean(b.Called(v.names.agent))
		text = v.speech.Line(b.Notice, stored)
	}
	m.Text, m.Content = v.amends.words(e.Seq, text, b.Content)
	if m.Text == text && text != stored { // ours, with the isolates that plain text would lose
		m.Content = markup.Tree{markup.Paragraph{Children: []markup.Inline{markup.Text{Text: text}}}}
	}
	if e.Author.Role == conversation.Visitor {
		m.ClientID = b.ClientID
	}
	if !v.amends[e.Seq].retracted {
		for _, c := range b.Sources {
			m.Sources = append(m.Sources, Source(c))
		}
		for _, f := range b.Files {
			if !slices.Contains(v.amends[e.Seq].dropped, f.ID) {
				m.Files = append(m.Files, fileReply(f))
			}
		}
	}
	return m
}

func (v view) from(a conversation.Author) From {
	f := From{Role: a.Role}
	switch a.Role {
	case conversation.Agent:
		f.Name = v.names.agent(a.Name)
	case conversation.Visitor:
		f.Name = a.Name
	case conversation.Bot, conversation.System: // named in her language by whoever shows it
	}
	return f
}

// state is the payload of an event that changes who cares for the visitor.
func (v view) state(e conversation.Event) (State, bool) {
	s := State{Seq: e.VSeq, At: stamp(e.At)}
	switch b := e.Body.(type) {
	case conversation.Escalated:
		s.Phase, s.Contact = conversation.PhaseWaiting, b.Quiet
	case conversation.Routed:
		s.Phase = conversation.PhaseWaiting
		if !b.Staffed {
			s.Phase, s.Contact = conversation.PhaseOffline, true
			if !b.NextOpen.IsZero() {
				s.NextOpen = stamp(b.NextOpen)
			}
		}
	case conversation.Claimed:
		s = v.with(s, b.Agent)
	case conversation.Transferred:
		s = v.with(s, b.To)
	case conversation.Released:
		s.Phase = conversation.PhaseWaiting
	case conversation.HandedBack, conversation.Cancelled:
		s.Phase = conversation.PhaseBot
	case conversation.Reopened:
		s = v.with(s, b.Agent)
		if b.Agent.ID == "" {
			s.Phase = conversation.PhaseBot
		}
	case conversation.Closed:
		s.Phase, s.Reason = conversation.PhaseClosed, b.Reason
	case conversation.Undone:
		s.Phase = b.Phase
		if b.Phase == conversation.PhaseAgent {
			s = v.with(s, b.To)
		}
	default:
		return State{}, false
	}
	return s, true
}

// with is "an agent has it", or without one, "waiting".
func (v view) with(s State, agent conversation.Staff) State {
	if agent.ID == "" {
		s.Phase = conversation.PhaseWaiting
		return s
	}
	s.Phase, s.Agent = conversation.PhaseAgent, &Agent{Name: v.names.agent(agent.Name)}
	return s
}

// eventID is the public name of an event. It is made of the visitor's own
// number: the log's would let her count what she may not see.
func eventID(id conversation.ID, vseq conversation.Seq) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s:%d", id, vseq))
	return "evt_" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:26]
}
