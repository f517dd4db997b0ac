package slackbridge_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// saysMuch says 240 lines, four of them longer than a block may be, and returns
// the words to look for, in order.
func (c *chat) saysMuch() (want []string) {
	c.t.Helper()
	for i := range 240 {
		word := fmt.Sprintf("line-%03d.", i)
		text := word
		want = append(want, word)
		if i%60 == 7 {
			text = word + strings.Repeat(" and so on", 790) + " end-" + word
			want = append(want, "end-"+word)
		}
		if i%3 == 2 {
			c.botSays(text)
		} else {
			c.says(text)
		}
	}
	return want
}

// The transcript has every line, however long, over pages that are turned by
// buttons; the last one is shown first.
func TestTranscriptInPages(t *testing.T) {
	s := newStage(t)
	c := s.open("Anna")
	want := c.saysMuch()
	c.escalate()
	c.card()
	c.shows(want[len(want)-1])
	c.picks(maya, "transcript")
	view := s.modal(maya, "Page ")
	var of int
	_, shown, _ := strings.Cut(view.Visible(), "Page ")
	if _, err := fmt.Sscanf(shown, "%d of %d", &of, &of); err != nil || of < 3 {
		t.Fatalf("the first page reads %.200q", view.Visible())
	}
	var all string
	for page := of; ; page-- {
		at := fmt.Sprintf("Page %d of %d", page, of)
		view = s.modal(maya, at)
		all = view.Visible() + "\n" + all
		if page == 1 {
			break
		}
		if err := s.slack.PressIn(maya, view.ID, "handoff_page_earlier", ""); err != nil {
			t.Fatal(err)
		}
	}
	at := 0
	for _, word := range want {
		i := strings.Index(all[at:], word)
		if i < 0 || strings.Count(all, word) != 1+strings.Count(all, "end-"+word) {
			t.Fatalf("%q stands %d times in the pages, or out of order", word, strings.Count(all, word))
		}
		at += i
	}
	if n := strings.Count(all, "and so on"); n != 4*790 {
		t.Errorf("%d of %d words of the long lines are there", n, 4*790)
	}
	if err := s.slack.PressIn(maya, view.ID, "handoff_page_later", ""); err != nil {
		t.Fatal(err)
	}
	s.modal(maya, fmt.Sprintf("Page 2 of %d", of))
	if n := len(s.slack.Views(maya)); n != 1 {
		t.Errorf("%d modals are open", n)
	}
	s.until("no refusal by Slack", func(st *fakeslack.State) bool {
		for _, call := range st.Calls() {
			if strings.HasPrefix(call.Method, "views.") && call.Error != "" {
				t.Errorf("%s: %s", call.Method, call.Error)
			}
		}
		return true
	})
}
