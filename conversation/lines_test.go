package conversation

import (
	"slices"
	"testing"
)

func TestLines(t *testing.T) {
	said := func(seq Seq, role Role, order, text string) Event {
		return Event{Seq: seq, Draft: Draft{Author: Author{Role: role}, Order: order, Body: Message{Text: text}}}
	}
	then := func(seq Seq, b Body) Event { return Event{Seq: seq, Draft: Draft{Body: b}} }
	for name, c := range map[string]struct {
		events []Event
		want   []string
	}{
		"nothing":         {nil, nil},
		"in order":        {[]Event{said(2, Visitor, "", "hello"), said(3, Bot, "", "hi")}, []string{"hello", "hi"}},
		"the last edit":   {[]Event{said(2, Agent, "", "a"), then(3, Edited{Of: 2, Text: "b"}), then(4, Edited{Of: 2, Text: "c"})}, []string{"c"}},
		"taken back":      {[]Event{said(2, Agent, "", "a"), said(3, Agent, "", "b"), then(4, Retracted{Of: 2})}, []string{"b"}},
		"edit after that": {[]Event{said(2, Agent, "", "a"), then(3, Retracted{Of: 2}), then(4, Edited{Of: 2, Text: "x"})}, nil},
		"a note":          {[]Event{then(2, Note{Text: "inside"}), then(3, Edited{Of: 2, Inside: true, Text: "still"})}, nil},
		"blanked":         {[]Event{said(2, Agent, "", ""), said(3, Agent, "", "b")}, []string{"b"}},
		"a run of agents": {[]Event{said(2, Agent, "2.0", "second"), said(3, Agent, "1.0", "first")}, []string{"first", "second"}},
		"not over others": {[]Event{said(2, Agent, "2.0", "a"), said(3, Visitor, "", "b"), said(4, Agent, "1.0", "c")}, []string{"a", "b", "c"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, l := range Lines(c.events) {
				got = append(got, l.Text)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// A mail that the server took moves the position; a refusal is known until the
// next one is taken or another address is given.
func TestMailed(t *testing.T) {
	gave := Draft{Author: anna, Body: ContactGiven{Mail: true, Email: "ada@example.com"}}
	took := func(m Mailed) Draft { return Draft{Author: Author{Role: System}, Source: FromMail, Body: m} }
	refused := took(Mailed{For: MailReply, Of: 3, Through: 4, Why: MailRefused, Code: 550})
	for name, c := range map[string]struct {
		drafts          []Draft
		mailed, refused Seq
		notice, last    bool
	}{
		"a code":               {[]Draft{gave, took(Mailed{For: MailCode, Of: 2})}, 0, 0, false, false},
		"the notice":           {[]Draft{gave, took(Mailed{For: MailNotice, Of: 2, Through: 2, Notice: true})}, 2, 0, true, false},
		"never back":           {[]Draft{gave, took(Mailed{For: MailTranscript, Through: 9}), took(Mailed{For: MailReply, Through: 5})}, 9, 0, false, true},
		"refused":              {[]Draft{gave, refused}, 4, 3, false, false},
		"refused, then taken":  {[]Draft{gave, refused, took(Mailed{For: MailReply, Through: 6})}, 6, 0, false, true},
		"refused, new address": {[]Draft{gave, refused, gave}, 4, 0, false, false},
		"above the limit":      {[]Draft{gave, took(Mailed{For: MailNotice, Through: 3, Notice: true, Why: MailLimit})}, 3, 0, true, false},
		"to the team":          {[]Draft{gave, took(Mailed{For: MailTeam, Of: 2, Why: MailRefused})}, 0, 0, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := play(t, Append(c.drafts...))
			if got.Mailed != c.mailed || got.MailRefused != c.refused || (got.NoticeMailed != 0) != c.notice || (!got.LastReply.IsZero()) != c.last {
				t.Errorf("mailed %d, refused %d, notice %d, last %s; want %+v", got.Mailed, got.MailRefused, got.NoticeMailed, got.LastReply, c)
			}
		})
	}
}
