package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	fileledger "github.com/handoff-bot/handoff/files/ledger"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// A line that could not be delivered carries ⚠️. Where sending it again can help, its
// author is told so privately and, since phones show no notification for that,
// directly; Retry stands under the private words, on the card, and as "Send to
// visitor" in the menu of the line.

// unsent marks a line that did not reach the visitor, or not whole, and tells its
// author. again says that Retry can help.
func (b *Bridge) unsent(ctx context.Context, s said, text string, again bool) {
	b.want(ctx, ledger.Receipt{Conversation: s.thread.Conversation, Channel: s.thread.Channel, TS: s.ts, Author: s.who.ID, Name: markFailed, On: true, Again: again})
	spans := []draw.Span{draw.Words("⚠️ " + text)}
	m := draw.Say(spans...)
	if again {
		m = m.OfferingOwned(s.thread.Conversation, s.ts, "", []draw.Offer{draw.OfferRetry})
		direct := append(spans, draw.Words(" "), draw.Link("Open the line", b.replyLink(s.thread, s.ts)), draw.Words(" and press Retry there or on the card, or hold it and choose Send to visitor."))
		b.direct.add(whisper{user: s.who.ID, m: draw.Say(direct...)})
	}
	b.aside.add(whisper{user: s.who.ID, channel: s.thread.Channel, thread: s.thread.TS, m: m})
	b.refreshCard(ctx, s.thread.Conversation)
}

// sent takes the warning off a line.
func (b *Bridge) sent(ctx context.Context, s said) {
	b.want(ctx, ledger.Receipt{Conversation: s.thread.Conversation, Channel: s.thread.Channel, TS: s.ts, Author: s.who.ID, Name: markFailed})
}

// gaveUp tells the author of a line that failed again and again.
func (b *Bridge) gaveUp(ctx context.Context, r ledger.Inbound) {
	var e envelope
	var m slackMessage
	if r.Kind != kindMessage || webapi.Decode(r.Raw, &e) != nil || webapi.Decode(e.Event, &m) != nil {
		return
	}
	me := b.self.Load()
	t, err := b.Threads.ThreadAt(ctx, r.Team, r.Channel, r.Thread)
	if me == nil || err != nil || ignored(m) {
		return
	}
	s := said{me: *me, thread: t, ts: m.TS, who: profile{ID: m.User}}
	b.unsent(ctx, s, "Your line did not reach the visitor: it failed again and again for a day.", true)
}

// warned says that a line can be sent again.
func (b *Bridge) warned(ctx context.Context, id conversation.ID, channel, ts string) (bool, error) {
	if b.Receipts == nil {
		return false, nil
	}
	list, err := b.Receipts.Undelivered(ctx, id)
	if err != nil {
		return false, fmt.Errorf("look for the lines to send again: %w", err)
	}
	for _, r := range list {
		if r.Channel == channel && r.TS == ts {
			return true, nil
		}
	}
	return false, nil
}

// pressRetry sends a line again: all of it when nothing of it went out, otherwise
// the files that were missing. Of several presses at once one does.
func (b *Bridge) pressRetry(ctx context.Context, p press) error {
	return b.alone(ctx, lineKey(p.me.Team, p.channel, p.ts), func() error { return b.retry(ctx, p) })
}

func (b *Bridge) retry(ctx context.Context, p press) error {
	again, err := b.warned(ctx, p.id, p.channel, p.ts)
	if err != nil {
		return err
	}
	if !again {
		b.replaceOriginal(p, draw.Words("There is nothing to send again: the line has reached the visitor, or was deleted."))
		return nil
	}
	t, err := b.Threads.ThreadAt(ctx, p.me.Team, p.channel, p.thread)
	if err != nil {
		return orDrop(unlessMissing(err))
	}
	m, err := b.lineAt(ctx, t, p.ts)
	if err != nil {
		return err
	}
	if m.TS == "" || ignored(m) {
		b.want(ctx, ledger.Receipt{Conversation: p.id, Channel: p.channel, TS: p.ts, Author: p.who.ID, Name: markFailed})
		b.replaceOriginal(p, draw.Words("The line was deleted in Slack. Nothing was sent."))
		return nil
	}
	s, err := b.read(ctx, p.me, t, m)
	if err != nil {
		return err
	}
	return b.sendAgain(ctx, p, s)
}

// retryUnless is pressRetry, unless something failed before it.
func (b *Bridge) retryUnless(ctx context.Context, p press, err error) error {
	if err != nil {
		return err
	}
	return b.pressRetry(ctx, p)
}

// unlessMissing is err, or nil when it says that something is not there.
func unlessMissing(err error) error {
	if errors.Is(err, conversation.ErrNotFound) {
		return nil
	}
	return err
}

// sendAgain sends what of a line has not arrived.
func (b *Bridge) sendAgain(ctx context.Context, p press, s said) error {
	w, err := b.find(ctx, s.me.Team, s.thread.Channel, s.thread.TS, s.ts)
	if err != nil && !errors.Is(err, errHold) {
		return err
	}
	if s.tries = fileTries; err == nil { // its words went out
		if s.files, err = b.notTaken(ctx, s); err != nil {
			return err
		}
		if _, gone := w.last(); gone || len(s.files) == 0 {
			b.sent(ctx, s)
			b.replaceOriginal(p, draw.Words("There is nothing left to send again."))
			return nil
		}
		s.text, s.content, s.more = "", nil, moreKey(s.files)
	}
	sent, err := b.act(ctx, s)
	if err != nil {
		return err
	}
	if sent {
		b.replaceOriginal(p, draw.Words("✅ Sent again. The visitor has it."))
	}
	return nil
}

// moreKey names the act of sending files after their line.
func moreKey(list []fileRef) string {
	ids := make([]string, 0, len(list))
	for _, f := range list {
		ids = append(ids, f.ID)
	}
	return ":more:" + strings.Join(ids, ",")
}

// notTaken are the files of a line that no event carries.
func (b *Bridge) notTaken(ctx context.Context, s said) ([]fileRef, error) {
	var out []fileRef
	for _, ref := range s.files {
		list, err := b.Files.FilesFrom(ctx, sourcePrefix(s.me.Team, ref.ID)+s.thread.Channel+":"+s.ts)
		if err != nil {
			return nil, fmt.Errorf("look for the file: %w", err)
		}
		carried := false
		for _, f := range list {
			carried = carried || f.Seq > 0 && f.State == fileledger.Kept
		}
		if !carried {
			out = append(out, ref)
		}
	}
	return out, nil
}

// stillLost are the files that a line worked once more lacks: its event stands as it
// was appended before a crash, whatever could be fetched since. Retry sends them.
func (b *Bridge) stillLost(ctx context.Context, s said) ([]lostFile, error) {
	if b.Files == nil {
		return s.lost, nil
	}
	missing, err := b.notTaken(ctx, s)
	if err != nil {
		return nil, err
	}
	var out []lostFile
	for _, ref := range missing {
		at := slices.IndexFunc(s.lost, func(l lostFile) bool { return l.name == ref.Name })
		if at >= 0 {
			out = append(out, s.lost[at])
			continue
		}
		out = append(out, lostFile{name: ref.Name, why: "could not be fetched from Slack.", again: true})
	}
	return out, nil
}

// lineAt reads a line from Slack as it is now; the zero message when it is gone.
func (b *Bridge) lineAt(ctx context.Context, t ledger.Thread, ts string) (slackMessage, error) {
	if err := b.client.Throttle.Allow("conversations.replies", t.Channel); err != nil {
		return slackMessage{}, err
	}
	page, err := messages(ctx, b.client, "conversations.replies", url.Values{
		"channel": {t.Channel}, "ts": {t.TS}, "oldest": {ts}, "latest": {ts}, "inclusive": {"true"}, "limit": {"10"}, "include_all_metadata": {"true"}})
	if err != nil {
		return slackMessage{}, err
	}
	for _, m := range page.messages {
		if m.TS == ts {
			return m, nil
		}
	}
	return slackMessage{}, nil
}
