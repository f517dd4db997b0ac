package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

func search(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	names := map[conversation.ID]string{}
	create := func(name, text string) conversation.ID {
		clk.Move(time.Minute)
		id := Conversation(t, s).ID
		mustAppend(t, s, id, "", Says(text))
		names[id] = name
		return id
	}
	create("bot", `Where is my PARCEL? 100% "sure"`)
	waiting := create("waiting", "Ärger mit der Rechnung, 1000 sure")
	owned := create("owned", `a_b C:\temp <tag> & more`)
	closed := create("closed", "bye\x00bye \xff")
	clk.Move(time.Minute)
	escalate(t, s, waiting)
	clk.Move(time.Minute)
	escalate(t, s, owned)
	mustAppend(t, s, owned, "", conversation.Claim(maya, conversation.ByButton))
	mustAppend(t, s, owned, "", conversation.Append(conversation.Draft{Author: maya, Source: conversation.FromSlack,
		Body: conversation.Note{Text: "internal parcel number"}}))
	clk.Move(time.Minute)
	mustAppend(t, s, closed, "", conversation.CloseSelf(Visitor()))

	for _, c := range []struct {
		what  string
		query conversation.Query
		want  string
	}{
		{"everything, newest activity first", conversation.Query{}, "closed owned waiting bot"},
		{"a limit", conversation.Query{Limit: 2}, "closed owned"},
		{"one mode", conversation.Query{Modes: []conversation.Mode{conversation.Waiting}}, "waiting"},
		{"two modes", conversation.Query{Modes: []conversation.Mode{conversation.IsClosed, conversation.WithBot}}, "closed bot"},
		{"an owner", conversation.Query{Owner: "U1"}, "owned"},
		{"another owner", conversation.Query{Owner: "U2"}, ""},
		{"a visitor", conversation.Query{Visitor: "vis_test", Limit: 1}, "closed"},
		{"another visitor", conversation.Query{Visitor: "vis_none"}, ""},
		{"blocked", conversation.Query{Blocked: true}, ""},
		{"who waits first", conversation.Query{Oldest: true}, "waiting closed owned bot"},
		{"escalated", conversation.Query{Escalated: true}, "owned waiting"},
		{"words in any case, and notes", conversation.Query{Text: "parcel"}, "owned bot"},
		{"letters beyond ASCII", conversation.Query{Text: "ÄRGER"}, "waiting"},
		{"a percent sign is literal", conversation.Query{Text: "100% \"sure"}, "bot"},
		{"an underscore is literal", conversation.Query{Text: "a_b"}, "owned"},
		{"and matches nothing else", conversation.Query{Text: "r_e"}, ""},
		{"a backslash is literal", conversation.Query{Text: `c:\TEMP`}, "owned"},
		{"what JSON escapes", conversation.Query{Text: "<tag> &"}, "owned"},
		{"not the storage format", conversation.Query{Text: `"text"`}, ""},
		{"a name", conversation.Query{Text: "maya", Modes: []conversation.Mode{conversation.WithAgent}}, "owned"},
		{"without NUL", conversation.Query{Text: "byebye\x00"}, "closed"},
		{"only blanks", conversation.Query{Text: "  ", Limit: 1}, "closed"},
	} {
		var got []string
		for _, state := range one[[]conversation.State](t)(s.Search(context.Background(), c.query)) {
			got = append(got, names[state.ID])
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", c.what, strings.Join(got, " "), c.want)
		}
	}
}

func find(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	Conversation(t, s)
	want := Conversation(t, s)
	short := strings.TrimPrefix(want.Reference, "H-")
	for _, name := range []string{string(want.ID), want.Reference, strings.ToLower(want.Reference), short, " " + short + "\n"} {
		if got, err := s.Find(ctx, name); err != nil || got.ID != want.ID {
			t.Errorf("find %q = %s, %v, want %s", name, got.ID, err, want.ID)
		}
	}
	var ids []conversation.ID
	for len(ids) < 3 {
		page, err := s.IDs(ctx, slices.Max(append(ids, "")), 1)
		if err != nil || len(page) != 1 {
			break
		}
		ids = append(ids, page...)
	}
	if len(ids) != 2 || !slices.IsSorted(ids) || !slices.Contains(ids, want.ID) {
		t.Errorf("ids, one at a time: %v", ids)
	}
	for _, name := range []string{"", "H-", "cnv_none", "%", "H-0000"} {
		if _, err := s.Find(ctx, name); !errors.Is(err, conversation.ErrNotFound) {
			t.Errorf("find %q: %v, want ErrNotFound", name, err)
		}
	}
}
