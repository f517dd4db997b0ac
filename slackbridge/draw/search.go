package draw

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// Looking for chats by words in any line, note or name, or by a reference: in a
// modal of the Home, and privately with /handoff find. Both are paged.

// The form, and the buttons to its other pages and to those of the private message.
// Their value is the page, and after it what was looked for.
const (
	ModalSearch = "handoff_modal_search"
	InputWords  = "words"

	ActEarlierHits = "handoff_hits_earlier"
	ActLaterHits   = "handoff_hits_later"
	ActFindEarlier = "handoff_find_earlier"
	ActFindLater   = "handoff_find_later"
)

// HitsPage is how many chats a page has: the answer to a submitted form travels
// in the acknowledgement, of which Slack takes 20 KB.
const HitsPage = 6

// MaxWanted is how long the words may be that are looked for.
const MaxWanted = 150

// Wanted is what is looked for, and which page of it is shown, from 0. A search form
// holds it in its private metadata.
type Wanted struct {
	Text string `json:"text"`
	Page int    `json:"page,omitempty"`
}

// SearchForm is the form before anything was looked for.
func SearchForm() slack.ModalViewRequest { return Wanted{}.form() }

// form is the form with what was found below it.
func (w Wanted) form(found ...slack.Block) slack.ModalViewRequest {
	input := slack.NewPlainTextInputBlockElement(plain("refund, Anna, H-4F2K"), InputWords)
	input.MaxLength, input.InitialValue = MaxWanted, Clip(w.Text, MaxWanted)
	view := modal(ModalSearch, "Search chats", "",
		append([]slack.Block{slack.NewInputBlock(InputWords, plain("Words in any line or note, a name, or a reference"), nil, input)}, found...)...)
	view.Submit, view.Close = plain("Search"), plain("Close")
	if raw, err := json.Marshal(w); err == nil {
		view.PrivateMetadata = string(raw)
	}
	return view
}

// Hits is a page of what was found, for User. Lines are those that have the words, by
// conversation; Total counts the chats of all pages.
type Hits struct {
	Wanted
	User  string
	Now   time.Time
	Rows  []Row
	Lines map[conversation.ID]conversation.Event
	Total int
}

func (h Hits) pages() int { return (h.Total + HitsPage - 1) / HitsPage }

// heading says how many there are, and which page this is.
func (h Hits) heading() string {
	count := Chats(h.Total)
	switch {
	case h.Total == 0:
		return "No chat has these words. Search finds words as they were written, in any line, note or name."
	case h.Total > conversation.MostCounted:
		count = "more than 1,000 chats"
	}
	if n := h.pages(); n > 1 {
		return fmt.Sprintf("%s, page %d of %d", count, h.Page+1, n)
	}
	return count
}

// blocks are the chats.
func (h Hits) blocks() []slack.Block {
	var out []slack.Block
	for _, r := range h.Rows {
		out = append(out, r.line(h.User, h.Now))
		if e, ok := h.Lines[r.State.ID]; ok {
			out = append(out, r.found(e, h.Text)...)
		}
		out = append(out, slack.NewActionBlock("", r.buttons(listOf(r.State.Mode))...))
	}
	return out
}

// View is the form with the page.
func (h Hits) View() slack.ModalViewRequest {
	if h.Total == 0 {
		return h.form(richLine("", Slant(h.heading())))
	}
	blocks := append([]slack.Block{richLine("", Strong(h.heading()))}, h.blocks()...)
	if n := h.pages(); n > 1 {
		blocks = append(blocks, pager(ActEarlierHits, ActLaterHits, "hits", h.Page, n))
	}
	return h.form(blocks...)
}

// Message is the page as a private message.
func (h Hits) Message() Message {
	m := Say(Strong(h.heading()))
	for _, block := range h.blocks() {
		m = m.with(inMessage(block))
	}
	if n := h.pages(); n > 1 {
		m = m.with(pager(ActFindEarlier, ActFindLater, h.Text, h.Page, n))
	}
	return m
}

// found shows the line of a conversation that has the words looked for, nothing where
// only the name of its author has them.
func (r Row) found(e conversation.Event, text string) []slack.Block {
	said, note := "", ""
	switch body := e.Body.(type) {
	case conversation.Message:
		said = body.Text
	case conversation.Edited:
		said = body.Text
	case conversation.Note:
		said, note = body.Text, "Note · "
	default:
		return nil
	}
	before, match, after, ok := excerpt(said, text)
	if !ok {
		return nil
	}
	who := cmp.Or(voiceOf(e.Author, r.Brief.Visitor(r.State)).name, "Handoff")
	return []slack.Block{richLine("", Slant(note+who+": "), Words(before), Strong(match), Words(after))}
}

// around is how many letters of a line are shown on each side of what was found.
const around = 60

// excerpt is where text stands in a line, in any case, with some of what is around
// it; ok is false where it does not stand.
func excerpt(line, text string) (before, match, after string, ok bool) {
	line = OneLine(line, math.MaxInt)
	lower := func(s string) string { return strings.Map(unicode.ToLower, s) } // letter by letter
	from, _, ok := strings.Cut(lower(line), lower(strings.TrimSpace(text)))
	if !ok {
		return "", "", "", false
	}
	letters, start := []rune(line), utf8.RuneCountInString(from)
	end := start + utf8.RuneCountInString(strings.TrimSpace(text))
	before, after = string(letters[max(0, start-around):start]), string(letters[end:min(len(letters), end+around)])
	if start > around {
		before = "…" + before
	}
	if len(letters) > end+around {
		after += "…"
	}
	return before, string(letters[start:end]), after, true
}

// listOf is the list of the inbox in which a mode stands.
func listOf(m conversation.Mode) string {
	switch m {
	case conversation.Waiting:
		return listWaiting
	case conversation.WithBot:
		return listAI
	case conversation.WithAgent:
		return listOpen
	case conversation.IsClosed:
	}
	return listClosed
}

// inMessage leaves a row's link and its transcript: a private message has no thread
// that the other buttons could be checked against.
func inMessage(block slack.Block) slack.Block {
	actions, ok := block.(*slack.ActionBlock)
	if !ok {
		return block
	}
	var kept []slack.BlockElement
	for _, e := range actions.Elements.ElementSet {
		if pressed, ok := e.(*slack.ButtonBlockElement); ok && (pressed.ActionID == actOpen || pressed.ActionID == ActTranscript) {
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		return slack.NewDividerBlock()
	}
	return slack.NewActionBlock("", kept...)
}
