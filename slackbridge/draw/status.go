package draw

import "github.com/slack-go/slack"

// HelpText lists what /handoff can do.
const HelpText = `/handoff on, /handoff off — you are on duty, or not
/handoff status — who is there, who waits, and whether everything works
/handoff find WORDS — chats with these words
/handoff try WORDS — what the policy would do with a sentence
/handoff help — this list
In a chat's thread: write to answer, start a line with ;; to keep it inside, and use the buttons of the card.`

// HelpView is /handoff help as a modal.
func HelpView() slack.ModalViewRequest { return readModal("Help", "", richLine("", Words(HelpText))) }

// Status is /handoff status as a private message: who is there, who waits, and whether
// everything works.
func Status(lines []Span) Message {
	m := Say(lines...)
	m.Text = ClipEscaped(m.Text, MaxNoticeText)
	return m
}

// StatusView is Status as a modal.
func StatusView(lines []Span) slack.ModalViewRequest {
	view := modal("handoff_modal_status", "Status", "", richLine("", lines...))
	view.Close = plain("Close")
	return view
}
