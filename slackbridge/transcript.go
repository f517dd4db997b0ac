package slackbridge

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// The transcript in a modal, in pages. A page begins where the one before it is
// full, counted from the first line, so that pages stay what they are while lines
// are added to the last.

// The buttons of a page; the value names the conversation and the page they lead to.
const (
	actEarlier = "handoff_page_earlier"
	actLater   = "handoff_page_later"
)

// A page leaves room for its heading and buttons: Slack takes a hundred blocks, and
// views of some hundred thousand bytes.
const (
	pageBlocks = 90
	pageBytes  = 60_000
)

// openTranscript shows the last page.
func (b *Bridge) openTranscript(ctx context.Context, p press) error {
	view, err := b.transcriptPage(ctx, p, lastPage)
	if err != nil {
		return err
	}
	return b.orTell(ctx, p, view, "It did not open in time. Choose it again.")
}

// pressPage turns to another page.
func (b *Bridge) pressPage(ctx context.Context, p press) error {
	page, err := strconv.Atoi(p.ts)
	if err != nil || p.e.View.ID == "" {
		return errDrop
	}
	view, err := b.transcriptPage(ctx, p, page)
	if err != nil {
		return err
	}
	b.changeView(ctx, p, view)
	return nil
}

// lastPage stands for the last page, whichever that is.
const lastPage = -1

// transcriptPage is the modal with one page.
func (b *Bridge) transcriptPage(ctx context.Context, p press, page int) (slack.ModalViewRequest, error) {
	events, err := readAll(ctx, b.Log, p.id, 0)
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("read the log: %w", err)
	}
	pages := transcriptPages(p.state, events)
	if page < 0 || page >= len(pages) {
		page = len(pages) - 1
	}
	blocks := pages[page]
	if len(pages) > 1 {
		blocks = append([]slack.Block{richLine("", slant(fmt.Sprintf("Page %d of %d", page+1, len(pages))))}, blocks...)
		blocks = append(blocks, pageButtons(p.id, page, len(pages)))
	}
	view := modal(modalRead, "Transcript", p.id, blocks...)
	view.Close = plain("Close")
	return view, nil
}

func pageButtons(id conversation.ID, page, pages int) slack.Block {
	var list []slack.BlockElement
	to := func(action, label string, page int) {
		list = append(list, button(action, fmt.Sprintf("%s %d", id, page), label))
	}
	if page > 0 {
		to(actEarlier, "Earlier", page-1)
	}
	if page < pages-1 {
		to(actLater, "Later", page+1)
	}
	return slack.NewActionBlock("", list...)
}

// transcriptPages is everything that was said, none of it cut: a long line is
// several blocks. There is one page at least.
func transcriptPages(s conversation.State, events []conversation.Event) [][]slack.Block {
	return pagesOf(s.ID, newScript(s, noThread, conversation.Handle(s.Visitor), events).items(events))
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
		page = append(page, richLine("", words("Nothing was said yet.")))
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
