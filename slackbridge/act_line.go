package slackbridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// said is a line somebody wrote in a thread, with everything that decides about
// it.
type said struct {
	me      identity
	thread  ledger.Thread
	ts      string
	who     profile
	by      conversation.Author
	why     string // why the author may not act, "" when she may
	text    string
	content json.RawMessage
	note    bool
	points  bool // it mentions a person, a group or a channel
	files   []fileRef
	taken   []conversation.File // those of files that we have a copy of
	lost    []lostFile
	fetched bool   // files were looked at
	more    string // what follows the key when the rest of the line is sent
	tries   int    // how often the line was worked before
	current bool   // the thread is where the conversation is now
	moved   bool   // it is said in another conversation than that of its thread
	// asked is what the author has pressed for a line that stayed inside; kept is
	// the note that it is.
	asked string
	kept  conversation.Event

	original string // what she wrote, when text is its translation
	over     bool   // a translation was tried
	plain    bool   // and failed
}

func (s said) key() string { return lineKey(s.me.Team, s.thread.Channel, s.ts) + s.more }

// order is the platform's key of the line, "" for one that does not stand in the
// thread.
func (s said) order() string {
	if fromForm(s.ts) {
		return ""
	}
	return s.ts
}

// What follows the key of a line when something was done about it later; the
// first two and the last are followed by the number of the event they are about.
const (
	sentOnPurpose = ":out"   // sent although it had stayed inside
	keptInside    = ":kept"  // made a note although it had gone out
	takenBack     = ":d"     // deleted
	movedAway     = ":moved" // moved to another conversation; the conversation it left stands before the number
)

// outKey names the act of sending a line that had stayed inside.
func (s said) outKey() string { return fmt.Sprintf("%s%s:%d", s.key(), sentOnPurpose, s.kept.Seq) }

// workMessage deals with a new line in a thread.
func (b *Bridge) workMessage(ctx context.Context, me identity, r ledger.Inbound, m slackMessage) error {
	if b.echo(m) || ignored(m) {
		return errDrop
	}
	if gone, err := b.Inbox.HasInbound(ctx, deletedKey(r.Team, r.Channel, r.TS)); err != nil || gone {
		return orDrop(err)
	}
	t, err := b.Threads.ThreadAt(ctx, r.Team, r.Channel, r.Thread)
	if errors.Is(err, conversation.ErrNotFound) {
		return b.unknownThread(me, r, m)
	}
	if err != nil {
		return fmt.Errorf("look for the thread: %w", err)
	}
	s, err := b.read(ctx, me, t, m)
	if err != nil {
		return err
	}
	s.tries = r.Attempts
	if err := b.actAlone(ctx, s); err != nil {
		return err
	}
	return b.releaseHeld(ctx, r.Team, r.Channel, r.TS)
}

// actAlone is act for a line that may be sent by Retry at the same time: its row and
// the press stand in different queues, and after a crash both are worked at once. Words
// are one append, which happens once in any case.
func (b *Bridge) actAlone(ctx context.Context, s said) error {
	act := func() error {
		_, err := b.act(ctx, s)
		return err
	}
	if len(s.files) == 0 {
		return act()
	}
	return b.alone(ctx, s.key(), act)
}

func orDrop(err error) error {
	if err != nil {
		return err
	}
	return errDrop
}

// ignored are the messages nobody wrote: other apps', joins, topics.
func ignored(m slackMessage) bool {
	if m.User == "" || m.User == "USLACKBOT" || m.BotID != "" || len(m.BotProfile) > 4 {
		return true
	}
	switch m.Subtype {
	case "", "file_share", "thread_broadcast", "me_message":
		return false
	}
	return true
}

// unknownThread: a reply can be faster than the answer to our own post. While
// the root is ours it is looked up again.
func (b *Bridge) unknownThread(me identity, r ledger.Inbound, m slackMessage) error {
	if m.ParentUser != me.User && m.ParentUser != "" || r.Attempts > 8 {
		return errDrop
	}
	if m.ParentUser == "" && b.Now().Sub(r.Received) > time.Minute {
		return errDrop
	}
	return errors.New("the thread is not known yet")
}

// read decodes a line and looks its author up.
func (b *Bridge) read(ctx context.Context, me identity, t ledger.Thread, m slackMessage) (said, error) {
	s := said{me: me, thread: t, ts: m.TS, files: m.Files, points: m.mentions()}
	var err error
	if s.who, s.why, err = b.people.standing(ctx, me.Team, t.Channel, m.User); err != nil {
		return s, fmt.Errorf("look the author up: %w", err)
	}
	if s.why == "" && m.UserTeam != "" && m.UserTeam != me.Team {
		s.why = notOfThisWorkspace
	}
	s.by = b.people.author(s.who)
	if s.text, s.content, s.note, err = b.words(ctx, m); err != nil {
		return s, err
	}
	now, err := b.Threads.ThreadOf(ctx, t.Conversation)
	if err != nil && !errors.Is(err, conversation.ErrNotFound) {
		return s, fmt.Errorf("look for the current thread: %w", err)
	}
	s.current = err == nil && now.ID == t.ID && now.State == ledger.Open
	return s, nil
}

// words reads what was written: its plain text, its tree, and whether it starts
// with a note prefix, which is then cut off.
func (b *Bridge) words(ctx context.Context, m slackMessage) (text string, content json.RawMessage, note bool, err error) {
	tree := m.tree(b.people.publicNames(ctx))
	text = strings.TrimSpace(tree.Plain())
	if text, note = b.withoutPrefix(text); note {
		tree = markup.FromPlain(text)
	}
	if text == "" {
		return "", nil, note, nil
	}
	if content, err = json.Marshal(tree); err != nil {
		return "", nil, false, fmt.Errorf("encode the line: %w", err)
	}
	return text, content, note, nil
}

func (b *Bridge) lineOf(ctx context.Context, s said, state conversation.State) (line, error) {
	may, err := b.mayClaim(ctx, state, s.who.ID)
	return line{
		Mode: state.Mode, Owner: state.Owner.ID, Author: s.who.ID, Agent: s.why == "", Relay: b.Config.Relay, Barred: len(may) > 0,
		Note: s.note, Mentions: s.points, Elsewhere: !s.current, Empty: s.text == "" && len(s.files) == 0, Asked: s.asked,
	}, err
}

// act does what the table says. When somebody else was faster the log's decider
// refuses, and the table is asked again. It is false when the line stayed inside.
func (b *Bridge) act(ctx context.Context, s said) (sent bool, err error) {
	for range 5 {
		state, err := b.Log.State(ctx, s.thread.Conversation)
		if err != nil {
			return false, fmt.Errorf("read the state: %w", err)
		}
		l, err := b.lineOf(ctx, s, state)
		if err != nil {
			return false, err
		}
		f := fateOf(l)
		if f.Do == goesOut && !s.fetched {
			if s.taken, s.lost, err = b.takeFiles(ctx, s); err != nil {
				return false, err
			}
			s.fetched = true
		}
		if f.Do == goesOut && s.text == "" && len(s.taken) == 0 {
			b.tellLost(ctx, s, false)
			return false, nil
		}
		if f.Do == goesOut {
			if err := b.translation.line(ctx, &s, state); err != nil {
				return false, err
			}
		}
		out, err := b.carryOut(ctx, s, l, f)
		if overtaken(err) {
			continue
		}
		if err == nil && out.Replayed && f.Do == goesOut {
			s.lost, err = b.stillLost(ctx, s)
		}
		if err != nil {
			return false, err
		}
		b.afterLine(ctx, s, f, state, out)
		return f.Do == goesOut, nil
	}
	return false, errors.New("the conversation keeps changing")
}

// afterLine marks the line and tells its author what became of it. A line whose
// event was there already was worked before a crash, when the table may have said
// something else: nothing is said about that.
func (b *Bridge) afterLine(ctx context.Context, s said, f fate, state conversation.State, out conversation.Outcome) {
	if _, note := lastBody(out).(conversation.Note); out.Replayed && note != (f.Do == staysInside) {
		return
	}
	b.mark(ctx, s, f)
	if f.Do != goesOut {
		b.tellLine(ctx, s, f, state)
		return
	}
	b.tellLost(ctx, s, true)
	if s.plain && !out.Replayed {
		b.whisper(s.thread.Channel, s.who.ID, s.thread.TS, untranslated)
	}
	if f.Tell != "" && s.asked == "" && !fromForm(s.ts) && b.hasOthers(ctx, s) {
		b.tellLine(ctx, s, f, state)
	}
	if claimed(out, s.who.ID) {
		b.askDuty(ctx, s.who, s.thread.Channel, s.thread.TS)
	}
	b.refreshCard(ctx, s.thread.Conversation)
}

// hasOthers says that the author of a line has other conversations: then a line
// that claims one may have been meant for another.
func (b *Bridge) hasOthers(ctx context.Context, s said) bool {
	list, err := b.Log.Search(ctx, conversation.Query{Modes: []conversation.Mode{conversation.WithAgent}, Owner: s.who.ID, Limit: 2})
	return err == nil && len(list) > 1
}

func lastBody(out conversation.Outcome) conversation.Body {
	if len(out.Events) == 0 {
		return nil
	}
	return out.Events[len(out.Events)-1].Body
}

// overtaken says that the state changed between looking and appending.
func overtaken(err error) bool {
	var owned *conversation.OwnedError
	return errors.As(err, &owned) || errors.Is(err, conversation.ErrWithBot) || errors.Is(err, conversation.ErrClosed) || errors.Is(err, errMayGoOut)
}

func (b *Bridge) carryOut(ctx context.Context, s said, l line, f fate) (conversation.Outcome, error) {
	id := s.thread.Conversation
	switch f.Do {
	case staysInside:
		if s.asked != "" {
			return conversation.Outcome{}, nil // it is a note already
		}
		out, err := b.Log.Append(ctx, id, s.key(), s.staysInside(l))
		return out, wrapUnless(err, "keep the line inside")
	case goesOut:
		key, order := s.key(), s.order()
		if s.moved { // no line of that thread
			order = ""
		}
		decide := conversation.AgentSays(s.by, conversation.Message{Text: s.text, Content: s.content, Moved: s.moved, Files: s.taken, Original: s.original}, order, f.How)
		if s.asked != "" {
			key, decide = s.outKey(), sendNote(s.by, s.kept, f, decide)
		}
		out, err := b.Log.Append(ctx, id, key, decide)
		return out, wrapUnless(err, "send the line")
	case nothing:
	}
	return conversation.Outcome{}, nil
}

// errMayGoOut says that a line need not stay inside any more.
var errMayGoOut = errors.New("the line may go out by now")

// staysInside appends the line as a note, when the table still says so: what was
// looked at may have changed since.
func (s said) staysInside(l line) conversation.Decider {
	note := conversation.Draft{Author: s.by, Source: conversation.FromSlack, Order: s.order(), Body: conversation.Note{Text: s.text, Content: s.content, Files: s.fileIDs()}}
	return func(state conversation.State) ([]conversation.Draft, error) {
		l.Mode, l.Owner = state.Mode, state.Owner.ID
		if fateOf(l).Do == goesOut {
			return nil, errMayGoOut
		}
		return []conversation.Draft{note}, nil
	}
}

// fileIDs are the platform's ids of what the line carries.
func (s said) fileIDs() []string {
	var out []string
	for _, f := range s.files {
		out = append(out, f.ID)
	}
	return out
}

// wrapUnless keeps the errors that the caller branches on as they are.
func wrapUnless(err error, doing string) error {
	if err == nil || overtaken(err) {
		return err
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// sendNote sends a line that had stayed inside: the note is taken back and the
// line goes out, in one act.
func sendNote(by conversation.Author, note conversation.Event, f fate, say conversation.Decider) conversation.Decider {
	return func(s conversation.State) ([]conversation.Draft, error) {
		drafts := []conversation.Draft{{Author: by, Source: conversation.FromSlack, Body: conversation.Retracted{Of: note.Seq, Inside: true}}}
		if f.Take && s.Mode == conversation.WithAgent && s.Owner.ID != by.ID {
			taken, err := conversation.TakeOver(by, s.Owner.ID)(s)
			if err != nil {
				return nil, err
			}
			drafts = append(drafts, taken...)
		}
		said, err := say(s)
		if err != nil {
			return nil, err
		}
		return append(drafts, said...), nil
	}
}

// mark puts the reaction on a line, and takes the lock off one that is sent after
// all.
func (b *Bridge) mark(ctx context.Context, s said, f fate) {
	switch {
	case s.asked != "" && f.Do == goesOut:
		b.lock(ctx, s.thread.Conversation, s.thread.Channel, s.ts, false)
	case s.asked == "" && f.Mark != "":
		b.want(ctx, ledger.Receipt{Conversation: s.thread.Conversation, Channel: s.thread.Channel, TS: s.ts, Author: s.who.ID, Name: f.Mark, On: true})
	}
}

// refreshCard draws the card at once after somebody acted, where this process
// writes to Slack; otherwise the one that does will.
func (b *Bridge) refreshCard(ctx context.Context, id conversation.ID) {
	if !b.leads() {
		return
	}
	if _, err := b.drawCard(ctx, id, true); err != nil && ctx.Err() == nil {
		b.log.Warn("the card was not drawn at once", "conversation", id, "error", err)
	}
}
