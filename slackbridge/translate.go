package slackbridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
)

// actTranslate switches the translation; what follows the conversation's id in its
// value says which way, so that a press on a card that is too old does nothing.
const (
	actTranslate = "handoff_translate"

	switchOn  = "on"
	switchOff = "off"
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

func (b *Bridge) pressTranslate(ctx context.Context, p press) error {
	_, err := b.append(ctx, p, conversation.Switch(p.by, p.ts == switchOn))
	return err
}

// translates says whether the card offers the translation.
func (b *Bridge) translates(s conversation.State) bool {
	return s.Translate.Seq != 0 || b.Translator != nil && b.Translator.May(s)
}

// untranslated is what the author of a line is told that went out as she wrote it.
const untranslated = "This line could not be translated, so the visitor reads your own words. Say it in her language, or go on: the next line is tried again."

// putOver puts what an agent wrote over into the visitor's language, once for a
// line however often the table is asked. It never holds the line back.
func (b *Bridge) putOver(ctx context.Context, s *said, state conversation.State) error {
	if s.over || state.Translate.Seq == 0 || strings.TrimSpace(s.text) == "" {
		return nil
	}
	s.over = true
	text, content, err := b.inHerLanguage(ctx, s.thread.Conversation, s.text, s.content)
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

// inHerLanguage is a line in the visitor's language. Without over it is in that
// language already.
func (b *Bridge) inHerLanguage(ctx context.Context, id conversation.ID, text string, content json.RawMessage) (now string, over json.RawMessage, err error) {
	if b.Translator == nil {
		return "", nil, errNoTranslator
	}
	var line markup.Tree
	if len(content) == 0 || json.Unmarshal(content, &line) != nil {
		line = markup.FromPlain(text)
	}
	said, err := b.Translator.ToVisitor(ctx, id, line)
	if err != nil {
		b.log.Warn("a line goes out as it is", "conversation", id, "error", err)
		return "", nil, err
	}
	if said.Plain() == line.Plain() {
		return text, nil, nil
	}
	if over, err = json.Marshal(said); err != nil {
		return "", nil, fmt.Errorf("encode the line: %w", err)
	}
	return said.Plain(), over, nil
}

var errNoTranslator = errors.New("no model translates here")

// reads is the small line that says what the visitor reads of an agent's line.
func reads(text string) item {
	return item{spans: []span{slant("The visitor reads (machine translation):")}, text: text, quoted: true}
}

// translated is a visitor's line in the team's language, below it. What stands
// elsewhere is named by how it begins.
func (s script) translated(e conversation.Event, b conversation.Translated) (item, bool) {
	switch {
	case b.Failed && b.Late:
		return item{}, false // that was said before
	case b.Failed:
		return item{spans: []span{slant("What stands above could not be translated. It is tried again with the next line.")}}, true
	case strings.TrimSpace(b.Text) == "":
		return item{}, false
	}
	head := "Machine translation:"
	if begins := oneLine(s.lines[b.Of], 40); begins != "" && b.Of != e.Seq-1 {
		head = "Machine translation of “" + begins + "”:"
	}
	return item{spans: []span{slant(head)}, text: b.Text, quoted: true}, true
}

// quoteLines reads the lines whose translations are among events.
func (v *visit) quoteLines(ctx context.Context, s *script, events []conversation.Event) error {
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
				s.lines[t.Of] = m.Text
			}
		}
	}
	return nil
}

// putEditOver translates the new words of a line that went out translated. When
// that fails they go out as they are, and their author is told.
func (b *Bridge) putEditOver(ctx context.Context, e *edit) error {
	said, ok := e.event.Body.(conversation.Message)
	if !ok || said.Original == "" || strings.TrimSpace(e.text) == "" {
		return nil
	}
	text, content, err := b.inHerLanguage(ctx, e.home, e.text, e.content)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		b.whisper(e.thread.Channel, e.event.Author.ID, e.thread.TS, untranslated)
	case content != nil:
		e.original, e.text, e.content = e.text, text, content
	}
	return nil
}
