package draw

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/replies"
)

// The form behind Reply…: a text, the canned replies, and a draft by the AI.
// Nothing is posted before Send. What is filled in by us takes a new block id,
// or Slack keeps what stood there before.
const (
	ActCanned  = "handoff_canned"
	ActDraft   = "handoff_draft"
	ModalReply = "handoff_modal_reply"

	InputReply = "reply"
)

// Sizes of the form.
const (
	maxReply  = 3000 // Slack's own limit for a field
	MaxListed = 100  // and for a list; more are searched by us
	maxQuoted = 1200 // of the visitor's last line
)

// ReplyForm is what the form shows.
type ReplyForm struct {
	ID     conversation.ID
	Who    string // the visitor
	Last   string // her last line
	Does   []Span // what Send does, when that is more than sending
	Notes  []Span
	Text   string
	Filled string // the text as we have filled it in, "" when she wrote all of it
	Rev    int    // counts the drawings, for the block ids
	Busy   bool   // a draft is being written
	Canned []replies.Reply
	Drafts bool
}

// View draws the form.
func (f ReplyForm) View() slack.ModalViewRequest {
	blocks := []slack.Block{f.asked()}
	for _, line := range [][]Span{f.Does, f.Notes} {
		if len(line) > 0 {
			blocks = append(blocks, richLine("", line...))
		}
	}
	if f.Busy {
		// Without its field: what she would type now could not be kept, since
		// Slack does not tell us of it.
		blocks = append(blocks, richLine("", Slant("Drafting… The text comes back with the draft.")))
		if f.Text != "" {
			blocks = append(blocks, richBlock{elements: []any{quote(f.Text)}})
		}
	} else {
		blocks = append(blocks, f.field())
		if tools := f.tools(); tools != nil {
			blocks = append(blocks, tools)
		}
	}
	view := modal(ModalReply, "Reply", f.ID, blocks...)
	view.PrivateMetadata = fmt.Sprintf("%s %d %s", f.ID, f.Rev, printOf(f.Filled))
	if !f.Busy {
		view.Submit = plain("Send")
	}
	return view
}

// asked quotes the visitor's last line.
func (f ReplyForm) asked() slack.Block {
	if strings.TrimSpace(f.Last) == "" {
		return richLine("", Strong(f.Who), Words(" has not written anything yet."))
	}
	return richBlock{elements: []any{section(Strong(f.Who), Words(" wrote:")), quote(Clip(f.Last, maxQuoted))}}
}

func (f ReplyForm) field() slack.Block {
	return replyField(fmt.Sprintf("%s:%d", InputReply, f.Rev), "What the visitor reads", f.Text)
}

// replyField is a field with a line for the visitor.
func replyField(block, placeholder, text string) slack.Block {
	input := slack.NewPlainTextInputBlockElement(plain(placeholder), InputReply)
	input.Multiline, input.MaxLength, input.InitialValue = true, maxReply, text
	return slack.NewInputBlock(block, plain("Your reply"), nil, input)
}

// tools are the canned replies and the draft, nil for neither.
func (f ReplyForm) tools() slack.Block {
	var list []slack.BlockElement
	if len(f.Canned) > MaxListed {
		list = append(list, slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plain("Canned replies: type to search"), ActCanned))
	} else if len(f.Canned) > 0 {
		list = append(list, slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Canned replies: type to search"), ActCanned, CannedOptions(f.Canned)...))
	}
	if f.Drafts {
		list = append(list, button(ActDraft, string(f.ID), "Draft with AI"))
	}
	if len(list) == 0 {
		return nil
	}
	return slack.NewActionBlock(fmt.Sprintf("tools:%d", f.Rev), list...)
}

// CannedOptions lists replies. Slack searches what an option reads, so its tags
// stand there, too.
func CannedOptions(list []replies.Reply) []*slack.OptionBlockObject {
	var out []*slack.OptionBlockObject
	for _, r := range list {
		out = append(out, slack.NewOptionBlockObject(r.Name, plain(label(strings.Join(r.Tags, ", "), r.Name)), nil))
	}
	return out
}

// ReadReplyForm reads the private metadata of a form that holds text: how often it was
// drawn, and the text as we have filled it in, "" when it is another by now.
func ReadReplyForm(metadata, text string) (rev int, filled string) {
	parts := strings.Fields(metadata)
	if len(parts) != 3 {
		return 0, ""
	}
	rev, _ = strconv.Atoi(parts[1])
	if parts[2] == printOf(text) {
		filled = strings.TrimSpace(text)
	}
	return rev, filled
}

// printOf tells whether a text is still as we have filled it in.
func printOf(text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return "-"
	}
	return digest(text)[:16]
}

// Put fills text in: in the place of what we had filled in before, and below what
// she wrote herself. It is false when there is no room.
func (f *ReplyForm) Put(text string) bool {
	if own := strings.TrimSpace(f.Text); own != "" && own != f.Filled {
		text = own + "\n\n" + text
	}
	if len([]rune(text)) > maxReply {
		f.Notes = []Span{Words("It does not fit below what you wrote: a reply has at most 3,000 characters. Shorten your text, or clear it, and choose again.")}
		return false
	}
	f.Text, f.Filled = text, strings.TrimSpace(text)
	return true
}

// MissingNote says which values are not known.
func MissingNote(text string) []Span {
	missing := replies.Missing(text)
	if len(missing) == 0 {
		return nil
	}
	return []Span{Strong("Not known: "), Words(strings.Join(missing, ", ") + ". Write what belongs there; it cannot be sent before.")}
}

// DraftNote marks a draft, and names what of it only the team may decide.
func DraftNote(decides []string) []Span {
	out := []Span{Strong("Draft by AI, read it before you send.")}
	if len(decides) > 0 {
		out = append(out, Words(" Only your team can decide this, so make sure it holds: "), Strong(strings.Join(decides, "; ")+"."))
	}
	return out
}
