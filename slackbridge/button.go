package slackbridge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// triggerLife is how long Slack lets us open a modal after a press.
const triggerLife = 3 * time.Second

// press is one press of a button, after the presser was looked up.
type press struct {
	me      identity
	e       envelope
	action  pressed
	id      conversation.ID
	ts      string // the line a private button is about
	channel string
	thread  string // the root
	who     profile
	by      conversation.Author
	state   conversation.State
	spot    ledger.Thread // where the conversation was when it was pressed; zero when nowhere
	fresh   bool          // a modal can still be opened
	admin   bool
}

// key names the act: a press that is worked twice is the same press.
func (p press) key() string {
	return fmt.Sprintf("s:a:%s:%s:%s:%s", p.me.Team, p.who.ID, p.action.ActionID, p.action.ActionTS)
}

// acts maps each button to what it does. A new button is a line here and its
// block in the card.
func (b *Bridge) acts() map[string]func(context.Context, press) error {
	return map[string]func(context.Context, press) error{
		draw.ActClaim:                 b.unlessKept(b.pressClaim),
		draw.ActTakeOver:              b.unlessKept(b.pressTakeOver),
		draw.ActRelease:               b.decides(func(p press) conversation.Decider { return conversation.Release(p.by) }),
		draw.ActHandBack:              b.pressHandBack,
		draw.ActClose:                 b.pressClose,
		draw.ActReopen:                b.unlessKept(b.decides(func(p press) conversation.Decider { return conversation.Reopen(p.by) })),
		draw.ActAccept:                b.decides(func(p press) conversation.Decider { return conversation.Claim(p.by, conversation.ByAccept) }),
		draw.ActAssign:                b.pressAssign,
		draw.ActTransfer:              b.pressTransfer,
		draw.ActUndo:                  b.pressUndo,
		draw.ActLift:                  b.pressLift,
		draw.ActWatch:                 b.pressWatch,
		draw.ActTranscript:            b.openTranscript,
		draw.ActMenu:                  b.pressMenu,
		draw.ActReply:                 b.pressReply,
		draw.ActLine:                  b.pressLineMenu,
		draw.ActTranslate:             b.pressTranslate,
		draw.ActCanned:                b.pressCanned,
		draw.ActDraft:                 b.pressDraft,
		draw.ActMissed:                b.openMissed,
		draw.ActMisjudged:             b.openMisjudged,
		draw.ActLearn:                 b.openLearn,
		draw.ActApprove:               b.pressApprove,
		draw.ActAdapt:                 b.openLearn,
		draw.ActDismiss:               b.pressDismiss,
		draw.ActUnmark:                b.pressUnmark,
		draw.ActEarlier:               b.pressPage,
		draw.ActLater:                 b.pressPage,
		string(draw.OfferSend):        b.pressLine(askSend),
		string(draw.OfferTakeAndSend): b.pressLine(askTake),
		string(draw.OfferReopen):      b.pressLine(askTake),
		string(draw.OfferAnyway):      b.pressLine(askAnyway),
		string(draw.OfferEdit):        b.pressEdit,
		string(draw.OfferMove):        b.pressMove,
		string(draw.OfferRetry):       b.pressRetry,
		string(draw.OfferTake):        b.unlessKept(b.pressTakeOver),
		string(draw.OfferKeep):        b.pressKeep,
	}
}

// workPress deals with a button. Who may act is looked up at every press; the
// value is only a name.
func (b *Bridge) workPress(ctx context.Context, me identity, e envelope, fresh bool) error {
	if len(e.Actions) == 0 {
		return errDrop
	}
	p := press{me: me, e: e, action: e.Actions[0], channel: e.Container.ChannelID, fresh: fresh}
	// Slack wants each id once in a message: what follows the colon only sees to that.
	p.action.ActionID, _, _ = strings.Cut(p.action.ActionID, ":")
	if run := b.deskActs()[p.action.ActionID]; run != nil {
		return b.workDeskPress(ctx, p, run)
	}
	run := b.acts()[p.action.ActionID]
	if run == nil {
		return errDrop // a link, or a button of a version that is gone
	}
	p.aim()
	if p.channel == "" {
		p.channel = e.Channel.ID
	}
	if p.thread = e.Container.ThreadTS; p.thread == "" {
		p.thread = e.Container.MessageTS
	}
	if ok, err := b.admitPress(ctx, &p); err != nil || !ok {
		return err
	}
	err := run(ctx, p)
	if refusal := refusalWords(err); refusal != nil {
		b.tellPresser(p, refusal...)
		b.refreshCard(ctx, p.id)
		return nil
	}
	return err
}

// aim reads what the press is about.
func (p *press) aim() {
	value := p.action.Value
	if p.action.ActionID == draw.ActMenu || p.action.ActionID == draw.ActLine {
		_, value, _ = strings.Cut(p.action.SelectedOption.Value, ":")
	}
	if p.e.View.CallbackID == draw.ModalReply {
		value, _, _ = strings.Cut(p.e.View.Metadata, " ") // a choice there names a reply
	}
	id, ts, _ := strings.Cut(value, " ")
	p.id, p.ts = conversation.ID(id), ts
}

// admitPress checks the presser and the place, and loads the state. It is false
// when the press was refused and the presser told.
func (b *Bridge) admitPress(ctx context.Context, p *press) (bool, error) {
	state, err := b.Log.State(ctx, p.id)
	if errors.Is(err, conversation.ErrNotFound) {
		return false, errDrop
	}
	if err != nil {
		return false, fmt.Errorf("read the state: %w", err)
	}
	p.state = state
	if p.spot, err = b.Threads.ThreadOf(ctx, p.id); err != nil && !errors.Is(err, conversation.ErrNotFound) {
		return false, fmt.Errorf("look for the thread: %w", err)
	}
	if p.e.Container.MessageTS != "" {
		if err := b.standsThere(ctx, p); err != nil {
			return false, err
		}
	}
	who, why, err := b.people.standing(ctx, p.me.Team, b.homeOf(p), p.e.User.ID)
	if err != nil {
		return false, fmt.Errorf("look the presser up: %w", err)
	}
	if p.e.User.TeamID != "" && p.e.User.TeamID != p.me.Team {
		why = "Only people of this workspace can do this."
	}
	p.who, p.by, p.admin = who, b.people.author(who), b.people.admin(who.ID)
	if why != "" {
		b.log.Info("a press was refused", "conversation", p.id, "action", p.action.ActionID, "user", who.ID)
		b.tellPresser(*p, draw.Words(why))
		return false, nil
	}
	return true, nil
}

// standsThere checks that the message that was pressed belongs to the
// conversation its button names. A quick press can be faster than the answer to
// our own post: then it waits a moment for the row.
func (b *Bridge) standsThere(ctx context.Context, p *press) error {
	if ok, err := b.onRuleLine(ctx, p); ok || err != nil {
		return err
	}
	for range 40 {
		t, err := b.Threads.ThreadAt(ctx, p.me.Team, p.channel, p.thread)
		if err == nil && t.Conversation == p.id {
			return nil
		}
		if err != nil && !errors.Is(err, conversation.ErrNotFound) {
			return fmt.Errorf("look for the thread: %w", err)
		}
		now, nerr := b.Threads.ThreadOf(ctx, p.id)
		if nerr == nil && now.Team == p.me.Team && now.Channel == p.channel && now.TS == p.thread {
			return nil // completed just now
		}
		if err == nil || nerr != nil || now.State != ledger.Opening || now.Channel != p.channel {
			b.log.Warn("a press names a conversation of another thread", "conversation", p.id)
			return errDrop
		}
		if err := webapi.Sleep(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return errors.New("the card's thread is still in doubt")
}

// homeOf is the channel whose members may act: the conversation's own.
func (b *Bridge) homeOf(p *press) string {
	if p.action.ActionID == draw.ActUndo && p.channel != "" {
		return p.channel // it may have been passed on to where the presser is not
	}
	return cmp.Or(p.spot.Channel, p.channel, p.state.Route.Channel, b.Config.Channel)
}

// tellPresser says something privately where the button was pressed; in the Home
// there is no such place, so it becomes a direct message.
func (b *Bridge) tellPresser(p press, spans ...draw.Span) {
	switch {
	case p.e.Container.MessageTS != "":
		// In a thread without replies a private message would not show (Slack:
		// the thread has to be active); then the card was pressed in the channel.
		b.whisperSpans(p.channel, p.e.User.ID, p.e.Container.ThreadTS, spans...)
		return
	case p.e.Type == "view_submission":
		b.tellInThread(p, spans...)
		return
	}
	b.directly(p.e.User.ID, spans...)
}

// directly sends a direct message.
func (b *Bridge) directly(user string, spans ...draw.Span) {
	b.direct.add(whisper{user: user, m: draw.Say(spans...)})
}

// append runs a press's decision and shows on the card at once what became of it.
func (b *Bridge) append(ctx context.Context, p press, decide conversation.Decider) (conversation.Outcome, error) {
	out, err := b.Log.Append(ctx, p.id, p.key(), decide)
	if err != nil {
		if overtaken(err) || errors.Is(err, conversation.ErrNotFound) {
			return out, err
		}
		return out, fmt.Errorf("act on a press: %w", err)
	}
	b.confirm(ctx, p)
	b.refreshHome(ctx, p)
	if claimed(out, p.who.ID) {
		b.askDuty(ctx, p.who, p.e.Container.ChannelID, p.e.Container.ThreadTS)
	}
	return out, nil
}

func (b *Bridge) decides(decide func(press) conversation.Decider) func(context.Context, press) error {
	return func(ctx context.Context, p press) error {
		_, err := b.append(ctx, p, decide(p))
		return err
	}
}

// unlessKept refuses who may not have this conversation: it is kept for others.
func (b *Bridge) unlessKept(run func(context.Context, press) error) func(context.Context, press) error {
	return func(ctx context.Context, p press) error {
		why, err := b.mayClaim(ctx, p.state, p.who.ID)
		if err != nil {
			return err
		}
		if len(why) > 0 {
			b.tellPresser(p, append(why, draw.Words(" Nothing was changed."))...)
			return nil
		}
		return run(ctx, p)
	}
}

func (b *Bridge) pressClaim(ctx context.Context, p press) error {
	_, err := b.append(ctx, p, conversation.Claim(p.by, conversation.ByButton))
	return err
}

func (b *Bridge) pressTakeOver(ctx context.Context, p press) error {
	out, err := b.append(ctx, p, conversation.TakeOver(p.by, draw.SeenOwner(p.action.BlockID)))
	if err == nil && len(out.Events) > 0 && p.e.Container.Ephemeral {
		b.replaceOriginal(p, draw.Words("You have this chat now. Lines you wrote before stay inside."))
	}
	return err
}

func (b *Bridge) pressKeep(ctx context.Context, p press) error {
	b.replaceOriginal(p, draw.Words("Your line stays inside. The visitor does not see it."))
	return nil
}

// pressLine sends a line that had stayed inside. What goes out is what the log
// holds of it, and only its author decides.
func (b *Bridge) pressLine(asked string) func(context.Context, press) error {
	return func(ctx context.Context, p press) error {
		w, err := b.find(ctx, p.me.Team, p.channel, p.thread, p.ts)
		if errors.Is(err, errHold) {
			return errDrop
		}
		if err != nil {
			return err
		}
		return b.sendKept(ctx, p, w, asked)
	}
}

// sendKept sends the note w to the visitor.
func (b *Bridge) sendKept(ctx context.Context, p press, w where, asked string) error {
	if _, gone := w.last(); !w.inside() || gone {
		b.replaceOriginal(p, draw.Words("This line has gone out already, or was deleted."))
		return nil
	}
	if w.event.Author.ID != p.who.ID {
		b.tellPresser(p, draw.Words("Only its author can send this line."))
		return nil
	}
	text, content := w.now()
	s := said{me: p.me, thread: w.thread, ts: w.ts, who: p.who, by: p.by, text: text, content: content, current: true, asked: asked, kept: w.event}
	s.thread.Conversation, s.moved = w.home, w.home != w.thread.Conversation
	if note, ok := w.event.Body.(conversation.Note); ok {
		for _, id := range note.Files {
			s.files = append(s.files, fileRef{ID: id})
		}
	}
	sent, err := b.act(ctx, s)
	if err != nil || !sent {
		return err
	}
	m := draw.Say(draw.Words("Your line was sent to the visitor."))
	if !fromForm(s.ts) {
		m = m.Offering(p.id, s.ts, draw.OfferMove)
	}
	b.replaceMessage(p, m)
	return nil
}

// replaceOriginal puts a line of ours in the place of a private message with
// buttons, so that they cannot be pressed twice.
func (b *Bridge) replaceOriginal(p press, spans ...draw.Span) {
	b.replaceMessage(p, draw.Say(spans...))
}

// replaceMessage is replaceOriginal with buttons of its own. Where there is no
// private message to replace, it is said privately in the thread.
func (b *Bridge) replaceMessage(p press, m draw.Message) {
	switch {
	case p.e.Response != "" && p.e.Container.Ephemeral:
		b.answers.add(whisper{user: p.e.User.ID, address: p.e.Response, replace: true, m: m})
	case p.e.Container.MessageTS != "":
		b.aside.add(whisper{user: p.e.User.ID, channel: p.channel, thread: p.e.Container.ThreadTS, m: m})
	}
}
