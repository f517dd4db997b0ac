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
	files   bool
	current bool // the thread is where the conversation is now
	asked   string
}

func (s said) key() string { return lineKey(s.me.Team, s.thread.Channel, s.ts) }

// outKey names the act of sending a line that had stayed inside.
func (s said) outKey() string { return s.key() + ":out" }

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
	if err := b.act(ctx, s); err != nil {
		return err
	}
	return b.releaseHeld(ctx, r.Team, r.Channel, r.TS)
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
	s := said{me: me, thread: t, ts: m.TS, files: len(m.Files) > 0, points: m.mentions()}
	var err error
	if s.who, s.why, err = b.people.standing(ctx, me.Team, t.Channel, m.User); err != nil {
		return s, fmt.Errorf("look the author up: %w", err)
	}
	if s.why == "" && m.UserTeam != "" && m.UserTeam != me.Team {
		s.why = "Only people of this workspace can answer visitors. The visitor has not seen this."
	}
	s.by = b.people.author(s.who)
	if s.text, s.content, s.note, err = b.words(ctx, m); err != nil {
		return s, err
	}
	now, err := b.Threads.ThreadOf(ctx, t.Conversation)
	if err != nil && !errors.Is(err, conversation.ErrNotFound) {
		return s, fmt.Errorf("look for the current thread: %w", err)
	}
	s.current = err == nil && now.ID == t.ID && t.State == ledger.Open
	return s, nil
}

// words reads what was written: its plain text, its tree, and whether it starts
// with a note prefix, which is then cut off.
func (b *Bridge) words(ctx context.Context, m slackMessage) (text string, content json.RawMessage, note bool, err error) {
	tree := m.tree(b.people.publicNames(ctx))
	text = strings.TrimSpace(tree.Plain())
	for _, prefix := range b.Config.NotePrefixes {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			text = strings.TrimSpace(rest)
			tree, note = markup.FromPlain(text), true
			break
		}
	}
	if text == "" {
		return "", nil, note, nil
	}
	if content, err = json.Marshal(tree); err != nil {
		return "", nil, false, fmt.Errorf("encode the line: %w", err)
	}
	return text, content, note, nil
}

func (b *Bridge) lineOf(s said, state conversation.State) line {
	return line{
		Mode: state.Mode, Owner: state.Owner.ID, Author: s.who.ID, Agent: s.why == "", Relay: b.Config.Relay,
		Note: s.note, Mentions: s.points, Elsewhere: !s.current, Empty: s.text == "", Asked: s.asked,
	}
}

// act does what the table says. When somebody else was faster the log's decider
// refuses, and the table is asked again.
func (b *Bridge) act(ctx context.Context, s said) error {
	for range 5 {
		state, err := b.Log.State(ctx, s.thread.Conversation)
		if err != nil {
			return fmt.Errorf("read the state: %w", err)
		}
		f := fateOf(b.lineOf(s, state))
		err = b.carryOut(ctx, s, f)
		if overtaken(err) {
			continue
		}
		if err != nil {
			return err
		}
		b.mark(ctx, s, f)
		if f.Tell != "" {
			b.tellLine(ctx, s, f, state)
		} else if s.files && f.Do == goesOut {
			b.whisper(ctx, s.thread.Channel, s.who.ID, s.thread.TS, "The text went to the visitor, the files did not: sending files is not in this version.")
		}
		if f.Do == goesOut {
			b.refreshCard(ctx, s.thread.Conversation)
		}
		return nil
	}
	return errors.New("the conversation keeps changing")
}

// overtaken says that the state changed between looking and appending.
func overtaken(err error) bool {
	var owned *conversation.OwnedError
	return errors.As(err, &owned) || errors.Is(err, conversation.ErrWithBot) || errors.Is(err, conversation.ErrClosed)
}

func (b *Bridge) carryOut(ctx context.Context, s said, f fate) error {
	id := s.thread.Conversation
	switch f.Do {
	case staysInside:
		note := conversation.Draft{Author: s.by, Source: conversation.FromSlack, Order: s.ts, Body: conversation.Note{Text: s.text, Content: s.content}}
		if s.asked != "" {
			return nil // it is a note already
		}
		_, err := b.Log.Append(ctx, id, s.key(), conversation.Append(note))
		return wrapUnless(err, "keep the line inside")
	case goesOut:
		key := s.key()
		decide := conversation.AgentSays(s.by, conversation.Message{Text: s.text, Content: s.content}, s.ts, f.How)
		if s.asked != "" {
			note, err := b.Log.ByKey(ctx, id, s.key())
			if err != nil {
				return fmt.Errorf("look for the line: %w", err)
			}
			key, decide = s.outKey(), sendNote(s.by, note, f, decide)
		}
		_, err := b.Log.Append(ctx, id, key, decide)
		return wrapUnless(err, "send the line")
	case nothing:
	}
	return nil
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

// mark puts the reaction on a line. It is a help and not tried again.
func (b *Bridge) mark(ctx context.Context, s said, f fate) {
	if f.Mark == "" || s.asked != "" {
		return
	}
	if err := b.react(ctx, s.thread.Channel, s.ts, f.Mark); err != nil {
		b.log.Warn("a line was not marked", "conversation", s.thread.Conversation, "error", err)
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
