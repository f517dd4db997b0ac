package slackbridge

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// lookFor looks for words on behalf of somebody. A page behind the last is the last.
func (b *Bridge) lookFor(ctx context.Context, user string, w draw.Wanted) (draw.Hits, error) {
	q := conversation.Query{Text: w.Text, Limit: draw.HitsPage, Offset: max(w.Page, 0) * draw.HitsPage}
	list, err := b.Log.List(ctx, q)
	if err == nil && len(list.States) == 0 && list.Total > 0 {
		q.Offset = (list.Total - 1) / draw.HitsPage * draw.HitsPage
		list, err = b.Log.List(ctx, q)
	}
	if err != nil {
		return draw.Hits{}, fmt.Errorf("search: %w", err)
	}
	w.Page = q.Offset / draw.HitsPage
	h := draw.Hits{Wanted: w, User: user, Now: b.Now(), Lines: list.Found, Total: list.Total}
	h.Rows, err = b.readRows(ctx, list.States)
	return h, err
}

// submitSearch answers the form at once.
func (b *Bridge) submitSearch(ctx context.Context, e envelope) (slack.ModalViewRequest, error) {
	h, err := b.lookFor(ctx, e.User.ID, draw.Wanted{Text: e.View.text(draw.InputWords)})
	return h.View(), err
}

// pressHits turns the page of a search.
func (b *Bridge) pressHits(ctx context.Context, p press) error {
	var w draw.Wanted
	number, _, _ := strings.Cut(p.action.Value, " ")
	page, err := strconv.Atoi(number)
	if err != nil || json.Unmarshal([]byte(p.e.View.Metadata), &w) != nil {
		return errDrop
	}
	w.Page = page
	return b.showHits(ctx, p, w)
}

// showHits draws an open search again.
func (b *Bridge) showHits(ctx context.Context, p press, w draw.Wanted) error {
	h, err := b.lookFor(ctx, p.who.ID, w)
	if err != nil {
		return err
	}
	if err := b.redrawView(ctx, p.e.View, h.View()); err != nil {
		b.log.Warn("a search was not drawn again", "error", err) // she presses again, or has closed it
	}
	return nil
}

// replyFind is /handoff find.
func (b *Bridge) replyFind(ctx context.Context, user, text string, say func(string) error, reply func(draw.Message) error) error {
	if text = draw.OneLine(text, draw.MaxWanted); text == "" {
		return say("Say what to look for: /handoff find WORDS")
	}
	h, err := b.lookFor(ctx, user, draw.Wanted{Text: text})
	if err != nil {
		return err
	}
	return reply(h.Message())
}

// pressFound turns the page of /handoff find.
func (b *Bridge) pressFound(ctx context.Context, p press) error {
	number, text, _ := strings.Cut(p.action.Value, " ")
	page, err := strconv.Atoi(number)
	if err != nil || text == "" {
		return errDrop
	}
	h, err := b.lookFor(ctx, p.who.ID, draw.Wanted{Text: text, Page: page})
	if err != nil {
		return err
	}
	b.replaceMessage(p, h.Message())
	return nil
}
