package slackbridge

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// Looking for chats by words in any line, note or name, or by a reference: in a
// modal of the Home, and privately with /handoff find. Both are paged.

const (
	modalSearch = "handoff_modal_search"
	inputWords  = "words"

	actEarlierHits = "handoff_hits_earlier"
	actLaterHits   = "handoff_hits_later"
	actFindEarlier = "handoff_find_earlier"
	actFindLater   = "handoff_find_later"
)

const (
	// hitsPage is how many chats a page has: the answer to a submitted form travels
	// in the acknowledgement, of which Slack takes 20 KB.
	hitsPage  = 6
	maxWanted = 150
)

// wanted is what a search form holds in its private metadata.
type wanted struct {
	Text string `json:"text"`
	Page int    `json:"page,omitempty"`
}

// searchForm is the form before anything was looked for.
func (b *Bridge) searchForm() slack.ModalViewRequest { return searchView(wanted{}, nil) }

// searchView is the form with what was found below it.
func searchView(w wanted, found []slack.Block) slack.ModalViewRequest {
	input := slack.NewPlainTextInputBlockElement(plain("refund, Anna, H-4F2K"), inputWords)
	input.MaxLength, input.InitialValue = maxWanted, clip(w.Text, maxWanted)
	view := modal(modalSearch, "Search chats", "",
		append([]slack.Block{slack.NewInputBlock(inputWords, plain("Words in any line or note, a name, or a reference"), nil, input)}, found...)...)
	view.Submit, view.Close = plain("Search"), plain("Close")
	raw, err := json.Marshal(w)
	if err == nil {
		view.PrivateMetadata = string(raw)
	}
	return view
}

// hits is a page of what was found, drawn.
type hits struct {
	blocks []slack.Block
	page   int
	pages  int
	total  int
}

// heading says how many there are, and which page this is.
func (f hits) heading() string {
	count := chats(f.total)
	if f.total > conversation.MostCounted {
		count = "more than 1,000 chats"
	}
	if f.pages > 1 {
		return fmt.Sprintf("%s, page %d of %d", count, f.page+1, f.pages)
	}
	return count
}

// lookFor looks for words. A page behind the last is the last.
func (b *Bridge) lookFor(ctx context.Context, user, text string, page int) (hits, error) {
	q := conversation.Query{Text: text, Limit: hitsPage, Offset: max(page, 0) * hitsPage}
	list, err := b.Log.List(ctx, q)
	if err == nil && len(list.States) == 0 && list.Total > 0 {
		q.Offset = (list.Total - 1) / hitsPage * hitsPage
		list, err = b.Log.List(ctx, q)
	}
	if err != nil {
		return hits{}, fmt.Errorf("search: %w", err)
	}
	rows, err := b.readRows(ctx, list.States)
	f := hits{page: q.Offset / hitsPage, pages: (list.Total + hitsPage - 1) / hitsPage, total: list.Total}
	for _, r := range rows {
		f.blocks = append(f.blocks, r.line(user, b.Now()))
		if e, ok := list.Found[r.state.ID]; ok {
			f.blocks = append(f.blocks, r.found(e, text)...)
		}
		f.blocks = append(f.blocks, slack.NewActionBlock("", r.buttons(listOf(r.state.Mode))...))
	}
	return f, err
}

// found shows the line of a conversation that has the words looked for, nothing where
// only the name of its author has them.
func (r inboxRow) found(e conversation.Event, text string) []slack.Block {
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
	who := cmp.Or(script{visitor: r.brief.visitor(r.state)}.voiceOf(e.Author).name, "Handoff")
	return block1(richLine("", slant(note+who+": "), words(before), strong(match), words(after)))
}

// around is how many letters of a line are shown on each side of what was found.
const around = 60

// excerpt is where text stands in a line, in any case, with some of what is around
// it; ok is false where it does not stand.
func excerpt(line, text string) (before, match, after string, ok bool) {
	line = oneLine(line, math.MaxInt)
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

const nothingFound = "No chat has these words. Search finds words as they were written, in any line, note or name."

// searchHits is the form with a page of what was found.
func (b *Bridge) searchHits(ctx context.Context, user string, w wanted) (slack.ModalViewRequest, error) {
	f, err := b.lookFor(ctx, user, w.Text, w.Page)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	w.Page = f.page
	if f.total == 0 {
		return searchView(w, block1(richLine("", slant(nothingFound)))), nil
	}
	blocks := append(block1(richLine("", strong(f.heading()))), f.blocks...)
	if f.pages > 1 {
		blocks = append(blocks, pager(actEarlierHits, actLaterHits, "hits", f.page, f.pages))
	}
	return searchView(w, blocks), nil
}

// submitSearch answers the form at once.
func (b *Bridge) submitSearch(ctx context.Context, e envelope) (slack.ModalViewRequest, error) {
	return b.searchHits(ctx, e.User.ID, wanted{Text: e.View.text(inputWords)})
}

// pressHits turns the page of a search.
func (b *Bridge) pressHits(ctx context.Context, p press) error {
	var w wanted
	number, _, _ := strings.Cut(p.action.Value, " ")
	page, err := strconv.Atoi(number)
	if err != nil || json.Unmarshal([]byte(p.e.View.Metadata), &w) != nil {
		return errDrop
	}
	w.Page = page
	return b.showHits(ctx, p, w)
}

// showHits draws an open search again.
func (b *Bridge) showHits(ctx context.Context, p press, w wanted) error {
	view, err := b.searchHits(ctx, p.who.ID, w)
	if err != nil {
		return err
	}
	if err := b.redrawView(ctx, p.e.View, view); err != nil {
		b.log.Warn("a search was not drawn again", "error", err) // she presses again, or has closed it
	}
	return nil
}

// replyFind is /handoff find.
func (b *Bridge) replyFind(ctx context.Context, user, text string, say func(string) error, reply func(message) error) error {
	if text = oneLine(text, maxWanted); text == "" {
		return say("Say what to look for: /handoff find WORDS")
	}
	m, err := b.foundMessage(ctx, user, text, 0)
	if err != nil {
		return err
	}
	return reply(m)
}

// foundMessage is a page of what was found as a private message.
func (b *Bridge) foundMessage(ctx context.Context, user, text string, page int) (message, error) {
	f, err := b.lookFor(ctx, user, text, page)
	if err != nil {
		return message{}, err
	}
	heading := f.heading()
	if f.total == 0 {
		heading = nothingFound
	}
	m := message{text: mrkdwn(heading), blocks: block1(richLine("", strong(heading)))}
	for _, block := range f.blocks {
		m.blocks = append(m.blocks, inMessage(block))
	}
	if f.pages > 1 {
		m.blocks = append(m.blocks, pager(actFindEarlier, actFindLater, text, f.page, f.pages))
	}
	return m, nil
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
		if pressed, ok := e.(*slack.ButtonBlockElement); ok && (pressed.ActionID == actOpen || pressed.ActionID == actTranscript) {
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		return slack.NewDividerBlock()
	}
	return slack.NewActionBlock("", kept...)
}

// pressFound turns the page of /handoff find.
func (b *Bridge) pressFound(ctx context.Context, p press) error {
	number, text, _ := strings.Cut(p.action.Value, " ")
	page, err := strconv.Atoi(number)
	if err != nil || text == "" {
		return errDrop
	}
	m, err := b.foundMessage(ctx, p.who.ID, text, page)
	if err != nil {
		return err
	}
	b.replaceMessage(p, m)
	return nil
}
