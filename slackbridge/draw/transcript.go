package draw

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
)

// The transcript in a modal, in pages. A page begins where the one before it is
// full, counted from the first line, so that pages stay what they are while lines
// are added to the last.

// The buttons of a page; the value names the conversation and the page they lead to.
const (
	ActEarlier = "handoff_page_earlier"
	ActLater   = "handoff_page_later"
)

// A page leaves room for its heading and buttons: Slack takes a hundred blocks, and
// views of some hundred thousand bytes.
const (
	pageBlocks = 90
	pageBytes  = 60_000
)

// LastPage stands for the last page, whichever that is.
const LastPage = -1

// TranscriptView is the modal with one page of the transcript, from 0; one that is not
// there is the last.
func TranscriptView(s conversation.State, events []conversation.Event, page int) slack.ModalViewRequest {
	pages := transcriptPages(s, events)
	if page < 0 || page >= len(pages) {
		page = len(pages) - 1
	}
	blocks := pages[page]
	if len(pages) > 1 {
		blocks = append([]slack.Block{richLine("", Slant(fmt.Sprintf("Page %d of %d", page+1, len(pages))))}, blocks...)
		blocks = append(blocks, pageButtons(s.ID, page, len(pages)))
	}
	return readModal("Transcript", s.ID, blocks...)
}

func pageButtons(id conversation.ID, page, pages int) slack.Block {
	var list []slack.BlockElement
	to := func(action, label string, page int) {
		list = append(list, button(action, fmt.Sprintf("%s %d", id, page), label))
	}
	if page > 0 {
		to(ActEarlier, "Earlier", page-1)
	}
	if page < pages-1 {
		to(ActLater, "Later", page+1)
	}
	return slack.NewActionBlock("", list...)
}

// transcriptPages is everything that was said, none of it cut: a long line is
// several blocks. There is one page at least.
func transcriptPages(s conversation.State, events []conversation.Event) [][]slack.Block {
	return pagesOf(s.ID, newTranscript(s, conversation.Handle(s.Visitor), events).items(events))
}

// TranscriptText is what was said until a moment as plain text, a line each, with the
// number of its lines.
func TranscriptText(s conversation.State, visitor string, events []conversation.Event, until time.Time) (string, int) {
	sc := newTranscript(s, visitor, events)
	var out strings.Builder
	n := 0
	fmt.Fprintf(&out, "%s, %s\n", s.Reference, visitor)
	for _, e := range events {
		if e.At.After(until) {
			break
		}
		switch e.Body.(type) {
		case conversation.Message, conversation.Note:
		default:
			continue
		}
		it, ok := sc.item(e)
		if !ok {
			continue
		}
		n++
		said := strings.ReplaceAll(markup.Clean(it.text), "\n", "\n    ")
		fmt.Fprintf(&out, "\n%s  %s: %s\n", e.At.UTC().Format("2006-01-02 15:04 UTC"), cmp.Or(it.voice.name, "To the visitor"), said)
	}
	return out.String(), n
}

// pagesOf draws items in pages.
func pagesOf(id conversation.ID, items []item) [][]slack.Block {
	var pages [][]slack.Block
	var page []slack.Block
	size := 0
	for i, it := range items {
		it.tree, it.sources, it.menu = nil, nil, nil // the menu is for threads
		named := it.voice.name != "" && (i == 0 || len(page) == 0 || it.voice != items[i-1].voice)
		for _, block := range it.blocks(id, 0, named) {
			if rb, ok := block.(richBlock); ok {
				rb.id = ""
				block = rb
			}
			n := bytesOf(block)
			if len(page) > 0 && (len(page) == pageBlocks || size+n > pageBytes) {
				pages, page, size = append(pages, page), nil, 0
			}
			page, size = append(page, block), size+n
		}
	}
	if len(page) == 0 {
		page = append(page, richLine("", Words("Nothing was said yet.")))
	}
	return append(pages, page)
}

// bytesOf is how much of a view a block takes.
func bytesOf(b slack.Block) int {
	body, err := json.Marshal(b)
	if err != nil {
		return 0
	}
	return len(body)
}
