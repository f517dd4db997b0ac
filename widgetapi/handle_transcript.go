package widgetapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// transcript is the conversation as a text file: what the visitor would see
// now, so without what was retracted and with what was corrected.
func (s *Server) transcript(c *call) (reply, error) {
	var events []conversation.Event
	for after := conversation.Seq(0); ; {
		page, err := s.deps.Conversations.VisitorEvents(c.ctx(), c.id(), after, batch)
		if err != nil {
			return reply{}, err
		}
		events = append(events, page...)
		if len(page) < batch {
			break
		}
		after = page[len(page)-1].VSeq
	}
	rendered, err := s.render(c, events, true)
	if err != nil {
		return reply{}, err
	}
	body := transcriptOf(c.speech(), c.names().team, c.state.Reference, rendered)
	return reply{write: func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", "chat-"+c.state.Reference+".txt"))
		_, _ = w.Write([]byte(body))
	}}, nil
}

func transcriptOf(in conversation.Speech, title, reference string, events []Event) string {
	retracted, unseen := map[conversation.Seq]bool{}, map[conversation.Seq]bool{}
	var lines []Message
	for _, e := range events {
		switch p := e.Data.(type) {
		case Message:
			lines = append(lines, p)
		case Retracted:
			retracted[p.Of], unseen[p.Of] = true, p.Unseen
		case Edited, State, Rated:
		}
	}
	lines = slices.DeleteFunc(lines, func(m Message) bool { return unseen[m.Seq] })
	sortRuns(lines)
	var out strings.Builder
	out.WriteString(oneLine(title) + ", " + in.Say("transcript.head", "chat {ref}\nTimes are UTC.", "ref", reference) + "\n")
	for _, m := range lines {
		out.WriteString("\n" + transcriptLine(in, m, retracted[m.Seq]) + "\n")
	}
	return out.String()
}

func transcriptLine(in conversation.Speech, m Message, retracted bool) string {
	at := m.At
	if t, err := time.Parse(time.RFC3339, m.At); err == nil {
		at = t.Format("2006-01-02 15:04")
	}
	text := m.Text
	if retracted {
		text = in.Say("transcript.taken_back", "(taken back)")
	}
	for _, f := range m.Files {
		text = strings.TrimSpace(text + "\n" + in.Say("transcript.file", "File:") + " " + f.Name)
	}
	for _, src := range m.Sources {
		text += "\n" + in.Say("transcript.source", "Source:") + " " + strings.TrimSpace(src.Title+" "+src.URL)
	}
	text = strings.ReplaceAll(text, "\n", "\n    ")
	if m.From.Role == conversation.System {
		return at + "  — " + text
	}
	return at + "  " + speaker(in, m.From) + ": " + text
}

func speaker(in conversation.Speech, f From) string {
	switch {
	case f.Role == conversation.Visitor:
		return in.Say("you", "You")
	case f.Name != "":
		return f.Name
	case f.Role == conversation.Bot:
		return in.Say("assistant", "Assistant")
	}
	return in.Say("support", "Support")
}
