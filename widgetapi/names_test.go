package widgetapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

var noah = conversation.Author{Role: conversation.Agent, ID: "U0NOAH", Name: "Noah Sommer"}

// A whole life of a conversation, with every kind of event and every notice
// that has an agent in it.
func (h *house) manyHands(id conversation.ID) {
	line := conversation.Message{Text: "I am here"}
	said := h.appendAs(id, conversation.AgentSays(maya, line, "1.0", conversation.TakingIt)).Events
	of := said[len(said)-1].Seq
	fromVisitor := conversation.Author{Role: conversation.Visitor}
	for _, decide := range []conversation.Decider{
		conversation.Append(
			conversation.Draft{Author: maya, Source: conversation.FromSlack, Body: conversation.Edited{Of: of, Text: "I am here now"}},
			conversation.Draft{Author: maya, Source: conversation.FromSlack, Body: conversation.Retracted{Of: of}},
		),
		conversation.TakeOver(noah, maya.ID),
		conversation.Transfer(noah, conversation.Passing{To: conversation.Staff{ID: maya.ID, Name: maya.Name}, Note: "a note"}, false),
		conversation.Release(maya),
		conversation.Claim(noah, conversation.ByButton),
		conversation.HandBack(noah, "be kind", false),
		conversation.AskByButton(fromVisitor, "button", conversation.Escalated{Reason: conversation.ReasonButton}, conversation.Message{}, h.clock.now(), 0),
		conversation.Append(conversation.Draft{Author: systemA, Source: conversation.FromQueue, Body: conversation.Routed{Channel: "C0SUPPORT", Shown: true}}),
		conversation.Cancel(fromVisitor),
		conversation.Claim(maya, conversation.ByTakeover),
		conversation.Requeue(maya.ID, ""),
		conversation.Claim(maya, conversation.ByButton),
		conversation.Close(maya, conversation.Closing{}, false),
		conversation.Reopen(noah),
		conversation.Close(noah, conversation.Closing{}, false),
		undoLast(noah),
		conversation.Close(noah, conversation.Closing{}, false),
		conversation.Rate(fromVisitor, conversation.Rated{Score: 5}),
	} {
		h.appendAs(id, decide)
	}
}

// undoLast takes back what by did last.
func undoLast(by conversation.Author) conversation.Decider {
	return func(s conversation.State) ([]conversation.Draft, error) {
		return conversation.Undo(by, s.Undo.Seq, s.Undo.At, false)(s)
	}
}

// Of an agent the visitor learns what slack.show_agent allows, wherever events
// reach her and whatever was stored: the backlog, the stream, the transcript.
func TestAgentNamesEverywhere(t *testing.T) {
	for _, c := range []struct {
		show          string
		shows, hidden []string
	}{
		{"team", []string{"You're now chatting with Acme support.", "Acme support has taken over from Acme support.", "Acme support is away; a colleague will read what you wrote."}, []string{"Maya", "Lindqvist", "Noah", "Sommer", "U0MAYA"}},
		{"first_name", []string{"You're now chatting with Maya.", "Noah has taken over from Maya.", "Noah has closed this chat."}, []string{"Lindqvist", "Sommer", "U0MAYA"}},
		{"", []string{"Maya has left; the team has been asked again."}, []string{"Lindqvist", "Sommer"}},
		{"display_name", []string{"Noah Sommer has taken over from Maya Lindqvist."}, []string{"U0MAYA"}},
	} {
		t.Run("show_"+c.show, func(t *testing.T) {
			h := newHouse(t, func(cfg *Config) { cfg.ShowAgent = c.show })
			g := h.guest()
			id := g.open()
			h.manyHands(id)
			if c.show == "team" { // a line from before names were kept beside the words
				h.appendAs(id, conversation.Append(conversation.Draft{
					Author: systemA, Source: conversation.FromSlack,
					Body: conversation.Message{Notice: conversation.NoticeClaimed, Text: "You're now chatting with Maya Lindqvist."},
				}))
			}
			backlog := g.backlog(id, "")
			checkKinds(t, h, id, len(backlog))
			var streamed strings.Builder
			tail := g.follow(id, "")
			for range backlog {
				streamed.WriteString(tail.next().String())
			}
			var listed strings.Builder
			for _, e := range backlog {
				listed.WriteString(e.String())
			}
			transcript := g.want(http.StatusOK, "GET", at(id, "/transcript"), nil, nil)
			for where, all := range map[string]string{"backlog": listed.String(), "stream": streamed.String(), "transcript": string(transcript.body)} {
				for _, name := range c.hidden {
					if strings.Contains(all, name) {
						t.Errorf("%s: %q is there:\n%s", where, name, all)
					}
				}
				for _, want := range c.shows {
					if !strings.Contains(all, want) {
						t.Errorf("%s: %q is not there:\n%s", where, want, all)
					}
				}
			}
		})
	}
}

// checkKinds fails when a kind that a visitor can see is not in the log.
func checkKinds(t *testing.T, h *house, id conversation.ID, shown int) {
	t.Helper()
	have, visible := map[conversation.Kind]bool{}, 0
	for _, e := range h.events(id) {
		if e.VSeq > 0 {
			visible++
			have[conversation.KindOf(e.Body)] = true
		}
	}
	for _, b := range []conversation.Body{
		conversation.Message{}, conversation.Edited{}, conversation.Retracted{}, conversation.Escalated{}, conversation.Routed{},
		conversation.Claimed{}, conversation.Released{}, conversation.Transferred{}, conversation.HandedBack{}, conversation.Cancelled{},
		conversation.Closed{}, conversation.Reopened{}, conversation.Rated{}, conversation.Undone{},
	} {
		if !have[conversation.KindOf(b)] {
			t.Errorf("no %s event is in the log", conversation.KindOf(b))
		}
	}
	if visible != shown {
		t.Errorf("%d events are shown, want %d", shown, visible)
	}
}

// What the log keeps is what the agent was called then; only the visitor's view
// of it changes.
func TestNoticesKeepTheirWordsInTheLog(t *testing.T) {
	h := newHouse(t, func(cfg *Config) { cfg.ShowAgent = "team" })
	g := h.guest()
	id := g.open()
	h.appendAs(id, conversation.Claim(maya, conversation.ByTakeover))
	m := h.last(id).(conversation.Message)
	if m.Text != "You're now chatting with Maya Lindqvist." || m.Names["agent"] != "Maya Lindqvist" {
		t.Errorf("stored %+v", m)
	}
	erased := m
	erased.Text, erased.Names = "", nil
	raw, err := json.Marshal(erased)
	if got := erased.Called(func(string) string { return "Acme" }); got != "" || err != nil || strings.Contains(string(raw), "names") {
		t.Errorf("an erased notice says %q again (%s, %v)", got, raw, err)
	}
}
