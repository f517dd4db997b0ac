package slackbridge

import (
	"cmp"
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// homeActs are the buttons of the inbox that are about no conversation.
func (b *Bridge) homeActs() map[string]func(context.Context, press) error {
	acts := map[string]func(context.Context, press) error{
		draw.ActEarlierRows: b.pressRows,
		draw.ActLaterRows:   b.pressRows,
		draw.ActUnfilter:    b.changesHome(func(draw.HomeView, press) draw.HomeView { return draw.HomeView{} }),
		draw.ActSearch:      b.opens(draw.SearchForm, "The search did not open in time. Press Search again."),
		draw.ActStatus:      b.openStatus,
		draw.ActTry:         b.opens(func() slack.ModalViewRequest { return draw.TryForm("", "", b.Levels, "") }, "The form did not open in time. Press Try a sentence again."),
		draw.ActHelp:        b.openHelp,
		draw.ActEarlierHits: b.pressHits,
		draw.ActLaterHits:   b.pressHits,
		draw.ActFindEarlier: b.pressFound,
		draw.ActFindLater:   b.pressFound,
	}
	for _, filter := range []string{draw.ActByTopic, draw.ActByTag, draw.ActByPerson, draw.ActByPriority} {
		acts[filter] = b.changesHome(func(v draw.HomeView, p press) draw.HomeView { return v.Chose(filter, p.action.SelectedOption.Value) })
	}
	return acts
}

// pressRows turns a list to another page.
func (b *Bridge) pressRows(ctx context.Context, p press) error {
	number, list, _ := strings.Cut(p.action.Value, " ")
	page, err := strconv.Atoi(number)
	if err != nil {
		return errDrop
	}
	return b.changesHome(func(v draw.HomeView, _ press) draw.HomeView { return v.Turned(list, page) })(ctx, p)
}

// changesHome is a press that shows something else in the view it stands in.
func (b *Bridge) changesHome(change func(draw.HomeView, press) draw.HomeView) func(context.Context, press) error {
	return func(ctx context.Context, p press) error {
		b.redrawHome(ctx, p, func(v draw.HomeView) draw.HomeView { return change(v, p) })
		return nil
	}
}

// refreshHome draws the view again that was pressed in.
func (b *Bridge) refreshHome(ctx context.Context, p press) {
	if p.e.Type == "block_actions" && cmp.Or(p.e.Container.ViewID, p.e.View.ID) != "" {
		b.redrawHome(ctx, p, nil)
		return
	}
	b.homes.touch(p.who.ID)
}

// redrawHome draws the inbox or the watch again that was pressed in, with a change;
// a change of the Home from elsewhere is drawn there.
func (b *Bridge) redrawHome(ctx context.Context, p press, change func(draw.HomeView) draw.HomeView) {
	switch p.e.View.CallbackID {
	case draw.ModalInbox:
		v := draw.ReadHomeView(p.e.View.Metadata)
		if change != nil {
			v = change(v)
		}
		b.updateInbox(ctx, p, v)
	case draw.ModalWatch:
		b.watches.touch(p.e.View.ID)
	case draw.ModalSearch:
		var w draw.Wanted
		if json.Unmarshal([]byte(p.e.View.Metadata), &w) == nil {
			if err := b.showHits(ctx, p, w); err != nil {
				b.log.Warn("a search was not drawn again", "error", err)
			}
		}
	case "":
		if err := b.homes.open(ctx, p.who.ID, p.e.View, change); err != nil {
			b.log.Warn("a Home was not drawn", "error", err)
		}
		return
	}
	b.homes.touch(p.who.ID)
}

// inboxModal is the inbox as a modal, for the global shortcut.
func (b *Bridge) inboxModal(ctx context.Context, user string, v draw.HomeView) (slack.ModalViewRequest, error) {
	in, err := b.readInbox(ctx, user, v)
	return in.Modal(), err
}

func (b *Bridge) updateInbox(ctx context.Context, p press, v draw.HomeView) {
	view, err := b.inboxModal(ctx, p.who.ID, v)
	if err == nil {
		err = b.redrawView(ctx, p.e.View, view)
	}
	if err != nil {
		b.log.Warn("the inbox was not drawn again", "error", err) // she presses again, or has closed it
	}
}

// redrawView draws an open modal again after a press in it. When it was drawn
// meanwhile, what is drawn now is newer all the same.
func (b *Bridge) redrawView(ctx context.Context, pressed viewRef, view slack.ModalViewRequest) error {
	_, err := b.updateView(ctx, pressed.ID, pressed.Hash, view)
	if webapi.HasCode(err, "hash_conflict") {
		_, err = b.updateView(ctx, pressed.ID, "", view)
	}
	return err
}

// openInbox is the global shortcut.
func (b *Bridge) openInbox(ctx context.Context, me identity, e envelope, fresh bool) error {
	_, why, err := b.standingAnywhere(ctx, me, e.User)
	if err != nil {
		return err
	}
	if why != "" {
		b.directly(e.User.ID, draw.Words(why))
		return nil
	}
	view, err := b.inboxModal(ctx, e.User.ID, draw.HomeView{})
	if err != nil {
		return err
	}
	if !fresh || !b.openModal(ctx, e.Trigger, view) {
		b.directly(e.User.ID, draw.Words("The inbox did not open in time. Use the shortcut again; the inbox is also in the Home of this app."))
	}
	return nil
}

// opens is a button that opens a form.
func (b *Bridge) opens(form func() slack.ModalViewRequest, late string) func(context.Context, press) error {
	return func(ctx context.Context, p press) error { return b.orTell(ctx, p, form(), late) }
}

// openStatus is /handoff status as a modal.
func (b *Bridge) openStatus(ctx context.Context, p press) error {
	lines, err := b.statusLines(ctx)
	if err != nil {
		return err
	}
	return b.orTell(ctx, p, draw.StatusView(lines), "The status did not open in time. Press Status again.")
}

func (b *Bridge) openHelp(ctx context.Context, p press) error {
	return b.orTell(ctx, p, draw.HelpView(), "The help did not open in time. Press Help again.")
}
