package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"
	"unicode/utf8"

	_ "embed"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/llm"
	"github.com/handoff-bot/handoff/markup"
)

// Translator is the feed.Handler of the consumer "translate", and what agents'
// lines go through before they are sent.
//
// As a reader it translates the visitor's lines for the team while an agent has
// switched that on, beginning with the last ones before. The lines themselves are
// in the thread already and wait for nothing. What cannot be translated is said, and
// tried once more when a later line could be. A crash before the append costs one
// more call.
//
// Outwards, [Translator.ToVisitor] is given one line at a time. It is shown nothing
// but that line, so that nothing a visitor writes can change what an agent says.
type Translator struct {
	bot       *Bot
	model     Model
	team      string // the language the team reads and writes
	toTeam    *template.Template
	toVisitor *template.Template
}

// TranslateConsumer is the translator's name among the readers.
const TranslateConsumer = "translate"

// How long the model has: an agent's line waits for it, a visitor's does not.
const (
	ToVisitorTimeout = 4 * time.Second
	ToTeamTimeout    = 10 * time.Second
)

// Backlog is how many of the visitor's lines from before are translated when it is
// switched on.
const Backlog = 20

// What one call may read and write. Tokens are counted for the worst scripts.
const (
	translateRunes  = 4_000 // of one line
	translateBytes  = 8_000 // of the lines of one call; one line is always taken
	translateTokens = 6_000
)

//go:embed prompts/to_team.md
var toTeamPrompt string

//go:embed prompts/to_visitor.md
var toVisitorPrompt string

var (
	toTeamShape = llm.Shape{Name: "to_team", Schema: json.RawMessage(
		`{"type":"object","properties":{"language":{"type":"string"},"lines":{"type":"array","items":{"type":"string"}}},"required":["language","lines"],"additionalProperties":false}`)}
	toVisitorShape = llm.Shape{Name: "to_visitor", Schema: json.RawMessage(
		`{"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}`)}
)

// Translator returns the translator into and out of the team's language, with a
// model of its own, and shares the bot's log and budget.
func (b *Bot) Translator(model Model, team string) (*Translator, error) {
	t := &Translator{bot: b, model: model, team: team}
	var err error
	if t.toTeam, err = template.New("to_team").Parse(toTeamPrompt); err != nil {
		return nil, fmt.Errorf("parse the prompt of translations: %w", err)
	}
	if t.toVisitor, err = template.New("to_visitor").Parse(toVisitorPrompt); err != nil {
		return nil, fmt.Errorf("parse the prompt of translations: %w", err)
	}
	return t, nil
}

// May says that a model may be asked about a conversation at all.
func (t *Translator) May(s conversation.State) bool { return t.bot.mayAsk(t.bot.Settings(), s) }

// Handle translates the visitor's lines that nobody has dealt with.
func (t *Translator) Handle(ctx context.Context, w feed.Work) (feed.Done, error) {
	done := feed.Done{Through: w.State.Seq}
	s := w.State
	late := s.Translated >= s.LastVisitor.Seq
	if s.Translate.Seq == 0 || late && !s.Untranslated.Again {
		return done, nil
	}
	lines, more, err := t.pending(ctx, s, late)
	if err != nil || len(lines) == 0 {
		return done, err
	}
	out, err := t.forTeam(ctx, s, lines)
	if ctx.Err() != nil {
		return feed.Done{}, ctx.Err()
	}
	if err != nil {
		out, more = []conversation.Translated{{Of: s.LastVisitor.Seq, Failed: true}}, false
	}
	for i := range out {
		out[i].Late = late
	}
	if more && !late || err == nil && s.Untranslated.From != 0 && !late {
		done.Due = w.Now
	}
	done.Decide = conversation.Translate(out...)
	return done, nil
}

// pending are the next lines to translate, oldest first; more says that there are
// others behind them. Late ones are those that could not be translated before.
func (t *Translator) pending(ctx context.Context, s conversation.State, late bool) (lines []line, more bool, err error) {
	past, err := readHistory(ctx, t.bot.Log, s)
	if err != nil {
		return nil, false, err
	}
	from, to, before := s.Translated+1, s.Seq, 0
	if late {
		from, to = s.Untranslated.From, s.Untranslated.To
	}
	for _, l := range slices.Backward(past.lines) {
		if l.role != conversation.Visitor || strings.TrimSpace(l.text) == "" || l.seq < from || l.seq > to || past.translated[l.seq] {
			continue
		}
		if l.seq < s.Translate.Seq {
			if before++; before > Backlog {
				break
			}
		}
		lines = append(lines, l)
	}
	slices.Reverse(lines)
	size := 0
	for i, l := range lines {
		if size += len(l.text); i > 0 && (size > translateBytes || i >= Backlog) {
			return lines[:i], true, nil
		}
	}
	return lines, false, nil
}

// forTeam asks the model.
func (t *Translator) forTeam(ctx context.Context, s conversation.State, lines []line) ([]conversation.Translated, error) {
	var in strings.Builder
	for i, l := range lines {
		raw, err := json.Marshal(map[string]any{"line": i + 1, "text": shorten(l.text, translateRunes)})
		if err != nil {
			return nil, fmt.Errorf("write a line for the model: %w", err)
		}
		in.Write(append(raw, '\n'))
	}
	var wrote struct {
		Language string   `json:"language"`
		Lines    []string `json:"lines"`
	}
	err := t.ask(ctx, s, t.toTeam, &toTeamShape, map[string]string{"To": t.team}, in.String(), ToTeamTimeout, &wrote)
	if err != nil {
		return nil, err
	}
	if len(wrote.Lines) != len(lines) {
		return nil, t.nonsense(s)
	}
	if !conversation.IsLocale(wrote.Language) {
		wrote.Language = ""
	}
	var out []conversation.Translated
	for i, text := range wrote.Lines {
		text = strings.TrimSpace(markup.Clean(text))
		if text == strings.TrimSpace(lines[i].text) || conversation.SameLanguage(wrote.Language, t.team) {
			text = ""
		}
		out = append(out, conversation.Translated{Of: lines[i].seq, Locale: wrote.Language, Text: shorten(text, translateRunes)})
	}
	return out, nil
}

// ToVisitor is an agent's line in the language the visitor reads. It is the line
// itself when that is the team's own or not known. The model gets words and marks
// around them; lists, styles, the addresses of links and code are put back as they
// were, and an answer in which the marks are not those of the line is nonsense. An
// error means that the line has to go out as it is.
func (t *Translator) ToVisitor(ctx context.Context, id conversation.ID, line markup.Tree) (markup.Tree, error) {
	s, err := t.bot.Log.State(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read the state: %w", err)
	}
	text := line.Plain()
	if line.Styled() {
		text = strings.Join(line.Phrases(), "\n")
	}
	to := s.Reads()
	if to == "" || conversation.SameLanguage(to, t.team) || text == "" {
		return line, nil
	}
	if utf8.RuneCountInString(text) > translateRunes {
		return nil, errTooLong
	}
	raw, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return nil, fmt.Errorf("write a line for the model: %w", err)
	}
	var wrote struct {
		Text string `json:"text"`
	}
	err = t.ask(ctx, s, t.toVisitor, &toVisitorShape, map[string]string{"From": t.team, "To": to}, string(raw), ToVisitorTimeout, &wrote)
	if err != nil {
		return nil, err
	}
	out := strings.TrimSpace(markup.Clean(wrote.Text))
	if out == "" || utf8.RuneCountInString(out) > 4*utf8.RuneCountInString(text)+200 || addsLinks(text, out) {
		return nil, t.nonsense(s)
	}
	if !line.Styled() {
		return markup.FromPlain(out), nil
	}
	over, ok := line.Rephrased(strings.FieldsFunc(out, func(r rune) bool { return r == '\n' }))
	if !ok {
		return nil, t.nonsense(s)
	}
	return over, nil
}

var (
	errNoTranslation = errors.New("the model's translation makes no sense")
	errTooLong       = errors.New("the line is too long to be translated")
)

func (t *Translator) nonsense(s conversation.State) error {
	t.bot.Logger.Warn("a translation makes no sense", "conversation", s.ID)
	return errNoTranslation
}

// addsLinks says that a translation leads somewhere the line does not.
func addsLinks(from, to string) bool {
	return slices.ContainsFunc(strings.Fields(to), func(word string) bool {
		at := strings.Index(word, "://")
		return at >= 0 && !strings.Contains(from, strings.TrimRight(word[at:], ".,;:!?)]}»”\"'"))
	})
}

// ask makes one call within the budget and reads what the model filled in.
func (t *Translator) ask(ctx context.Context, s conversation.State, prompt *template.Template, shape *llm.Shape, values map[string]string, in string, within time.Duration, into any) error {
	set := t.bot.Settings()
	if !t.bot.mayAsk(set, s) {
		return ErrNoModel
	}
	var system strings.Builder
	if err := prompt.Execute(&system, values); err != nil {
		return fmt.Errorf("fill the prompt of a translation: %w", err)
	}
	r := llm.Request{
		Messages: []llm.Message{{Role: llm.RoleSystem, Content: system.String()}, {Role: llm.RoleUser, Content: in}},
		Shape:    shape, MaxTokens: translateTokens,
	}
	text, err := t.bot.fill(ctx, t.model, set, s, r, llm.Usage{In: translateTokens, Out: translateTokens}, within)
	if err != nil {
		return err
	}
	if !readObject(text, into) {
		return t.nonsense(s)
	}
	return nil
}
