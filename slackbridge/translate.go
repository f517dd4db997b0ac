package slackbridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// Translator translates what agents write for the visitor.
type Translator interface {
	// May says that there is a model that may be asked about this conversation.
	May(s conversation.State) bool
	// ToVisitor is a line in the language that the visitor reads, the line itself
	// when that is the team's own. Its form stays: lists, styles, links and code. It
	// takes seconds at most. An error means that the line has to go out as it is.
	ToVisitor(ctx context.Context, id conversation.ID, line markup.Tree) (markup.Tree, error)
}

// translation puts what agents write over into the visitor's language. by is nil where
// no model does.
type translation struct {
	by  Translator
	log *slog.Logger
}

func (b *Bridge) pressTranslate(ctx context.Context, p press) error {
	_, err := b.append(ctx, p, conversation.Switch(p.by, p.ts == draw.SwitchOn))
	return err
}

// offered says whether the card offers the translation.
func (t translation) offered(s conversation.State) bool {
	return s.Translate.Seq != 0 || t.by != nil && t.by.May(s)
}

// untranslated is what the author of a line is told that went out as she wrote it.
const untranslated = "This line could not be translated, so the visitor reads your own words. Say it in her language, or go on: the next line is tried again."

// line puts a line over, once however often the table is asked. It never holds the line
// back; the error is that of ctx.
func (t translation) line(ctx context.Context, s *said, state conversation.State) error {
	if s.over || state.Translate.Seq == 0 || strings.TrimSpace(s.text) == "" {
		return nil
	}
	s.over = true
	text, content, err := t.over(ctx, s.thread.Conversation, s.text, s.content)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		s.plain = true
	case content != nil:
		s.original, s.text, s.content = s.text, text, content
	}
	return nil
}

// over is a line in the visitor's language, as text and as a tree; without the tree it
// is in that language already.
func (t translation) over(ctx context.Context, id conversation.ID, text string, content json.RawMessage) (now string, translated json.RawMessage, err error) {
	if t.by == nil {
		return "", nil, errNoTranslator
	}
	var line markup.Tree
	if len(content) == 0 || json.Unmarshal(content, &line) != nil {
		line = markup.FromPlain(text)
	}
	said, err := t.by.ToVisitor(ctx, id, line)
	if err != nil {
		t.log.Warn("a line goes out as it is", "conversation", id, "error", err)
		return "", nil, err
	}
	if said.Plain() == line.Plain() {
		return text, nil, nil
	}
	if translated, err = json.Marshal(said); err != nil {
		return "", nil, fmt.Errorf("encode the line: %w", err)
	}
	return said.Plain(), translated, nil
}

var errNoTranslator = errors.New("no model translates here")

// quoteLines reads the lines whose translations are among events.
func (v *visit) quoteLines(ctx context.Context, s *draw.Script, events []conversation.Event) error {
	s.Lines = map[conversation.Seq]string{}
	for _, e := range events {
		t, ok := e.Body.(conversation.Translated)
		if !ok || t.Failed || t.Of == e.Seq-1 {
			continue
		}
		line, err := v.Log.Events(ctx, v.w.Conversation, t.Of-1, 1)
		if err != nil {
			return fmt.Errorf("read a translated line: %w", err)
		}
		if len(line) == 1 {
			if m, ok := line[0].Body.(conversation.Message); ok {
				s.Lines[t.Of] = m.Text
			}
		}
	}
	return nil
}

// edit puts the new words of a line over that went out translated. plain says that they
// go out as they are, which their author is to be told.
func (t translation) edit(ctx context.Context, e *edit) (plain bool, err error) {
	said, ok := e.event.Body.(conversation.Message)
	if !ok || said.Original == "" || strings.TrimSpace(e.text) == "" {
		return false, nil
	}
	text, content, err := t.over(ctx, e.home, e.text, e.content)
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case err != nil:
		return true, nil
	case content != nil:
		e.original, e.text, e.content = e.text, text, content
	}
	return false, nil
}

// putEditOver puts an edit over. When that fails its author is told.
func (b *Bridge) putEditOver(ctx context.Context, e *edit) error {
	plain, err := b.translation.edit(ctx, e)
	if plain {
		b.whisper(e.thread.Channel, e.event.Author.ID, e.thread.TS, untranslated)
	}
	return err
}
