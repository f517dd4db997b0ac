package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"time"

	_ "embed"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/llm"
)

// TriageTimeout is how long the triage model has. The knowledge is searched
// meanwhile; what comes later is not waited for.
const TriageTimeout = 2 * time.Second

// What the one call of a triage may read and write. Of a policy with more topics
// than triageTopics the first are told; the others are seen by their phrases.
const (
	triageLines       = 6
	triageLineRunes   = 800
	triageTopics      = 100
	triageTopicRunes  = 200
	triageReadTokens  = 12_000
	triageWriteTokens = 300
	triageAnswerBytes = 8_000
)

//go:embed prompts/triage.md
var triagePrompt string

// triaged starts the triage of the turn and returns what waits for its end: nil
// when nobody is asked, when it takes too long, and when the answer makes no sense.
// Nothing of a turn depends on it but the signals it adds.
func (t *turn) triaged(ctx context.Context) func() *escalation.Triage {
	none := func() *escalation.Triage { return nil }
	level := t.set.Policy.Level(t.set.Level(t.state.Widget))
	lines := t.past.since(t.state.Chapter())
	answered := max(t.state.LastBot.Seq, t.state.LastAgent.Seq, t.state.Chapter())
	if t.bot.Triage == nil || t.set.Model.IsOffline() || level == escalation.HumanOnly || t.past.question(answered) == "" {
		return none
	}
	topics := t.set.Policy.Config().RestrictedTopics
	topics = topics[:min(triageTopics, len(topics))]
	request, err := triageRequest(lines, answered, topics)
	if err != nil {
		t.bot.Logger.Error("triage not asked for", "conversation", t.state.ID, "error", err)
		return none
	}
	worst := llm.Usage{In: triageReadTokens, Out: triageWriteTokens}
	over, release, err := t.bot.hold(ctx, t.state.ID, dayOf(t.now), t.set.limits(t.state.Visitor, worst, 0))
	if err != nil || over {
		return none
	}
	said := make(chan *escalation.Triage, 1)
	go func() { // ends with the call, which has a time limit, and is waited for
		defer release()
		said <- t.triage(ctx, request, topics)
	}()
	return func() *escalation.Triage { return <-said }
}

// triage makes the call and books it.
func (t *turn) triage(ctx context.Context, request llm.Request, topics []escalation.Topic) *escalation.Triage {
	ctx, cancel := context.WithTimeout(ctx, TriageTimeout)
	defer cancel()
	reply, err := t.bot.Triage.Stream(ctx, request, short(triageAnswerBytes))
	t.bot.charge(ctx, t.state, dayOf(t.now), t.set.Model.Budget, reply.Usage)
	var says *escalation.Triage
	if err == nil {
		says, err = readTriage(reply, topics)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		t.bot.Logger.Warn("triage says nothing", "conversation", t.state.ID, "cause", cause(err))
		if errors.Is(err, llm.ErrRefused) {
			t.bot.Alert("triage refused", "The model server refuses ai.triage_model, so chats go on without its signals. Check the name of the model; handoff doctor shows what the server says.")
		}
	}
	return says
}

// short ends a stream that writes more than it should.
func short(most int) func(llm.Delta) error {
	return func(d llm.Delta) error {
		if most -= len(d.Text); most < 0 {
			return errNoTriage
		}
		return nil
	}
}

// CheckTriage asks a model once, as a turn does, about a line of our own: whether
// it is there, in time, and fills in the form.
func CheckTriage(ctx context.Context, model Model) error {
	ctx, cancel := context.WithTimeout(ctx, TriageTimeout)
	defer cancel()
	request, err := triageRequest([]escalation.Line{{Seq: 1, Role: conversation.Visitor, Text: "Where is my order?"}}, 0, nil)
	if err != nil {
		return err
	}
	reply, err := model.Stream(ctx, request, short(triageAnswerBytes))
	if err != nil {
		return fmt.Errorf("ask the triage model: %w", err)
	}
	_, err = readTriage(reply, nil)
	return err
}

// triageLine is a line as the model reads it. As JSON no line can look like
// another one, or like the end of them.
type triageLine struct {
	From string `json:"from"`
	Text string `json:"text"`
	New  bool   `json:"new"`
}

func triageRequest(lines []escalation.Line, answered conversation.Seq, topics []escalation.Topic) (llm.Request, error) {
	prompt, err := template.New("triage").Parse(triagePrompt)
	if err != nil {
		return llm.Request{}, fmt.Errorf("parse the prompt of the triage: %w", err)
	}
	var system, chat strings.Builder
	if err := prompt.Execute(&system, map[string][]string{"Topics": described(topics)}); err != nil {
		return llm.Request{}, fmt.Errorf("fill the prompt of the triage: %w", err)
	}
	for _, l := range lines[max(0, len(lines)-triageLines):] {
		raw, err := json.Marshal(triageLine{speakers[l.Role], shorten(l.Text, triageLineRunes), l.Role == conversation.Visitor && l.Seq > answered})
		if err != nil {
			return llm.Request{}, fmt.Errorf("write a line for the triage: %w", err)
		}
		chat.Write(append(raw, '\n'))
	}
	shape, err := triageShape(topics)
	if err != nil {
		return llm.Request{}, err
	}
	return llm.Request{
		Messages: []llm.Message{{Role: llm.RoleSystem, Content: system.String()}, {Role: llm.RoleUser, Content: chat.String()}},
		Shape:    &shape, MaxTokens: triageWriteTokens,
	}, nil
}

// described are the topics as the model reads them: the name as it has to write
// it, and what the topic is about.
func described(topics []escalation.Topic) []string {
	var list []string
	for _, t := range topics {
		about := t.Description
		if about == "" {
			about = strings.Join(t.Phrases, ", ")
		}
		list = append(list, fmt.Sprintf("%q: %s", t.Name, shorten(about, triageTopicRunes)))
	}
	return list
}

// triageShape is the form of the answer. A topic can only be one of the policy's.
func triageShape(topics []escalation.Topic) (llm.Shape, error) {
	type object = map[string]any
	number := object{"type": "number"}
	properties := object{"asks_person": number, "frustration": number, "answerable": number, "language": object{"type": "string"}}
	required := []string{"asks_person", "frustration", "answerable", "language"}
	if len(topics) > 0 {
		var names []string
		for _, t := range topics {
			names = append(names, t.Name)
		}
		properties["topics"] = object{"type": "array", "items": object{
			"type": "object", "properties": object{"name": object{"type": "string", "enum": names}, "sure": number},
			"required": []string{"name", "sure"}, "additionalProperties": false,
		}}
		required = append(required, "topics")
	}
	schema, err := json.Marshal(object{"type": "object", "properties": properties, "required": required, "additionalProperties": false})
	if err != nil {
		return llm.Shape{}, fmt.Errorf("write the form of the triage: %w", err)
	}
	return llm.Shape{Name: "triage", Schema: schema}, nil
}

var errNoTriage = errors.New("the triage model's answer makes no sense")

var languageCode = regexp.MustCompile(`^[a-z]{2,3}$`)

// readTriage takes the numbers out of the model's answer. An answer that is not
// the form, or has a number out of range, is not believed at all; a topic that the
// policy does not have is left out.
func readTriage(reply llm.Reply, topics []escalation.Topic) (*escalation.Triage, error) {
	var wrote struct {
		AsksPerson  *float64 `json:"asks_person"`
		Frustration *float64 `json:"frustration"`
		Answerable  *float64 `json:"answerable"`
		Language    *string  `json:"language"`
		Topics      []struct {
			Name string   `json:"name"`
			Sure *float64 `json:"sure"`
		} `json:"topics"`
	}
	if len(reply.ToolCalls) > 0 || !readObject(reply.Text, &wrote) || wrote.Language == nil {
		return nil, errNoTriage
	}
	numbers := []*float64{wrote.AsksPerson, wrote.Frustration, wrote.Answerable}
	for _, topic := range wrote.Topics {
		numbers = append(numbers, topic.Sure)
	}
	if slices.ContainsFunc(numbers, func(n *float64) bool { return n == nil || !(*n >= 0 && *n <= 1) }) {
		return nil, errNoTriage
	}
	says := &escalation.Triage{AsksPerson: *wrote.AsksPerson, Frustration: *wrote.Frustration, Answerable: *wrote.Answerable}
	if code := strings.ToLower(*wrote.Language); languageCode.MatchString(code) {
		says.Language = code
	}
	for _, topic := range wrote.Topics {
		known := slices.ContainsFunc(topics, func(t escalation.Topic) bool { return t.Name == topic.Name })
		told := slices.ContainsFunc(says.Topics, func(t escalation.TopicDoubt) bool { return t.Name == topic.Name })
		if known && !told {
			says.Topics = append(says.Topics, escalation.TopicDoubt{Name: topic.Name, Sure: *topic.Sure})
		}
	}
	return says, nil
}
