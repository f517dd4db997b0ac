package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
)

// TypeClosed is the type of the one report there is.
const TypeClosed = "conversation.closed"

// Closed is the body of a report: docs/webhooks.md. Fields are only added. Times
// are UTC with milliseconds (2026-03-02T09:00:00.000Z), "" for never.
type Closed struct {
	ID           string          `json:"id"`
	Type         string          `json:"type"`
	Conversation conversation.ID `json:"conversation"`
	Reference    string          `json:"reference"`
	Widget       string          `json:"widget"`
	Test         bool            `json:"test"`
	Reason       string          `json:"reason"`
	Outcome      string          `json:"outcome"`
	Owner        Owner           `json:"owner"`
	Topic        string          `json:"topic"`
	Recap        string          `json:"recap"`
	Rating       int             `json:"rating"`
	Times        Times           `json:"times"`
	Counts       Counts          `json:"counts"`
	Messages     []Message       `json:"messages"`
}

// Owner is the agent who had the conversation; an empty name for nobody.
type Owner struct {
	Name string `json:"name"`
}

// Times are the ends and the beginnings.
type Times struct {
	Opened      string `json:"opened"`
	FirstAnswer string `json:"first_answer"` // of the assistant
	Escalated   string `json:"escalated"`    // the last time
	Claimed     string `json:"claimed"`      // the last time
	FirstReply  string `json:"first_reply"`  // of an agent
	Closed      string `json:"closed"`
}

// Counts are the lines by role, and how often people were asked and came.
type Counts struct {
	Visitor     int `json:"visitor"`
	Bot         int `json:"bot"`
	Agent       int `json:"agent"`
	Escalations int `json:"escalations"`
	Claims      int `json:"claims"`
}

// Message is a line as it reads now. Notes are not among them.
type Message struct {
	Role conversation.Role `json:"role"`
	Name string            `json:"name"`
	Text string            `json:"text"`
	At   string            `json:"at"`
}

// deliveryID names a report for ever.
func deliveryID(id conversation.ID, seq conversation.Seq) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", id, seq))
	return "dlv_" + hex.EncodeToString(sum[:16])
}

// report makes the body for the close e. Events are the whole log: what was edited
// or taken back since the close counts, what was said since does not.
func report(e conversation.Event, b conversation.Closed, events []conversation.Event) Closed {
	var s conversation.State
	rating := 0
	for _, past := range events {
		if past.Seq <= e.Seq {
			s = s.Apply(past)
		}
		if r, ok := past.Body.(conversation.Rated); ok {
			rating = r.Score
		}
	}
	out := Closed{
		ID: deliveryID(e.Conversation, e.Seq), Type: TypeClosed, Conversation: e.Conversation,
		Reference: s.Reference, Widget: s.Widget, Test: s.Test,
		Reason: string(b.Reason), Outcome: b.Outcome, Owner: Owner{b.Owner.Name}, Topic: s.Topic, Recap: b.Recap, Rating: rating,
		Times: Times{
			stamp(s.Opened.At), stamp(s.FirstAnswer.At), stamp(s.Escalated.At), stamp(s.Claimed.At), stamp(s.FirstReply.At), stamp(e.At),
		},
		Counts: Counts{Escalations: s.Epoch, Claims: s.Claims}, Messages: []Message{},
	}
	for _, l := range conversation.Lines(events) {
		if l.Seq > e.Seq || l.VSeq == 0 {
			continue
		}
		out.Counts.count(l.Author.Role)
		out.Messages = append(out.Messages, Message{l.Author.Role, l.Author.Name, text(l), stamp(l.At)})
	}
	return out
}

func (c *Counts) count(r conversation.Role) {
	switch r {
	case conversation.Visitor:
		c.Visitor++
	case conversation.Bot:
		c.Bot++
	case conversation.Agent:
		c.Agent++
	case conversation.System:
	}
}

// text is a line as plain text, with its files by name.
func text(l conversation.Line) string {
	var tree markup.Tree
	said := markup.Clean(l.Text)
	if len(l.Content) > 0 && json.Unmarshal(l.Content, &tree) == nil {
		said = tree.Plain()
	}
	return conversation.Said(strings.TrimSpace(said), l.Files)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// Sign returns the value of Handoff-Signature for a body sent at a time: the
// HMAC-SHA-256 of "<seconds>.<body>" under the secret, in hex.
func Sign(secret string, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(t + ".")) // a hash never fails
	_, _ = mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
