package escalation

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
)

// Mend is a change of the policy that an agent's word about a decision proposes, for
// a person to make. Say tells in words what it is, YAML is what to paste, "" when
// that depends on what the person wants. Key names what it changes, as the places of
// a file do: topic/Billing disputes, rule/vip, level; "" for something new.
type Mend struct{ Say, YAML, Key string }

// MendMissed proposes the phrase that would have brought a person at a line of the
// visitor's. topic is the restricted topic it belongs to, "" for one that there is
// not yet; phrase are the words of it that tell, "" when the agent has named none. It
// is false when the policy sees the topic in the line by now, or the line has no
// words that carry meaning.
func (p *Policy) MendMissed(line, topic, phrase string) (Mend, bool) {
	t, known := p.topics[topic]
	if known && len(p.caught(t.Topic, line)) > 0 {
		return Mend{}, false
	}
	if len(terms(words(phrase))) == 0 {
		phrase = p.telling(line, t.Topic)
	}
	phrase = strings.Join(strings.Fields(phrase), " ")
	switch {
	case phrase == "":
		return Mend{}, false
	case known:
		say := "No phrase of " + topic + " saw this line. "
		if list := slices.Concat(t.Phrases, []string{phrase}); onOneLine(list) {
			return Mend{say + "Put this in the place of its phrases:", "phrases: " + flow(list), "topic/" + topic}, true
		}
		return Mend{say + "Add this to its phrases:", "- " + strconv.Quote(phrase), "topic/" + topic}, true
	}
	if topic == "" {
		r, size := utf8.DecodeRuneInString(phrase)
		topic = strings.ToUpper(string(r)) + phrase[size:]
	}
	return Mend{
		"No rule saw this line. A restricted topic brings a person for its words; add this to handoff.restricted_topics, with a name that says more:",
		"- name: " + strconv.Quote(topic) + "\n  phrases: " + flow([]string{phrase}), "",
	}, true
}

// MendWrong proposes what would not have asked for a person at a decision; said are
// the lines it was made on. It is false when the policy would not do it any more by
// the same words, or no key of the file decides about it: a promise of the bot's, the
// button, a model that is down.
func (p *Policy) MendWrong(d conversation.Decided, said map[conversation.Seq]string) (Mend, bool) {
	if name, is := strings.CutPrefix(d.Rule, SignalRule+"/"); is {
		return p.mendRule(name)
	}
	if d.Reason == ReasonTopic {
		return p.mendTopic(d, said)
	}
	softer := map[string]string{Quick: Balanced, Balanced: AIFirst}[d.Level]
	if softer == "" || !slices.Contains([]string{ReasonAsked, ReasonFrustrated, ReasonUnknown, ReasonRepeated}, d.Reason) {
		return Mend{}, false
	}
	return Mend{"No phrase of your file saw this, so none can be taken out. A softer level asks later, in all chats; a key of the widget and a topic may have one of their own:", "level: " + softer, "level"}, true
}

func (p *Policy) mendRule(name string) (Mend, bool) {
	at := slices.IndexFunc(p.config.Rules, func(r Rule) bool { return r.Name == name })
	if at < 0 {
		return Mend{}, false
	}
	when := p.config.Rules[at].When
	return Mend{"The condition of the rule " + name + " held. Narrow it: put what is missing in the place of the dots.", "when: " + strconv.Quote("("+when+") and (…)"), SignalRule + "/" + name}, true
}

// mendTopic takes out the phrases that caught what a decision was made on.
func (p *Policy) mendTopic(d conversation.Decided, said map[conversation.Seq]string) (Mend, bool) {
	t, known := p.topics[d.Topic]
	sig := evidence{signals: d.Signals}.strongest(SignalTopic + ":" + d.Topic)
	if !known || sig.Value == 0 {
		return Mend{}, false
	}
	key := "topic/" + d.Topic
	if sig.By == ByModel {
		return Mend{"The triage model saw " + d.Topic + " by its name and description. Say there what does not belong to it:", "description: " + strconv.Quote(t.Description), key}, true
	}
	text := said[sig.Seq]
	if sig.Seq == 0 {
		text = d.Draft
	}
	caught := p.caught(t.Topic, text)
	if len(caught) == 0 {
		return Mend{}, false
	}
	say := flow(caught)
	say = say[1:len(say)-1] + " of " + d.Topic + " caught it. "
	left := slices.DeleteFunc(slices.Clone(t.Phrases), func(phrase string) bool { return slices.Contains(caught, phrase) })
	switch {
	case len(left) == 0:
		return Mend{say + "It has no other phrase: say more in this one, so that it holds only what your team decides.", "", key}, true
	case onOneLine(left):
		return Mend{say + "Say more in the phrase, so that it holds only what your team decides, or leave it out:", "phrases: " + flow(left), key}, true
	}
	return Mend{say + "Say more in the phrase, so that it holds only what your team decides, or take it out:", "- " + strings.Join(quotedAll(caught), "\n- "), key}, true
}

// caught are the phrases of a topic that see something in a text.
func (p *Policy) caught(t Topic, text string) []string {
	s := Situation{Draft: text}.prepared()
	return slices.DeleteFunc(slices.Clone(t.Phrases), func(phrase string) bool {
		return len(newTopicDetector([]Topic{{Phrases: []string{phrase}}}, p.languages).Detect(s)) == 0
	})
}

// tellingWords is how many words of meaning a proposed phrase has at most: more
// would hold this line alone.
const tellingWords = 3

// telling are the words of a line that say most: up to three that follow one another
// in a sentence, longer ones before shorter ones, those of the topic before others.
// Names and numbers are nobody else's words.
func (p *Policy) telling(line string, t Topic) string {
	own := map[string]bool{}
	for _, of := range terms(words(strings.Join(append([]string{t.Name, t.Description}, t.Phrases...), " "))) {
		own[of.stem] = true
	}
	var best []string
	most := 0
	var run []meant
	for _, m := range meaningful(words(line)) {
		if n := len(run); n > 0 && (run[n-1].sentence != m.sentence || m.index-run[n-1].index > windowMeaning) || m.named {
			run = nil
		}
		if m.named || m.stem == "not" {
			continue
		}
		run = append(run, m)
		run = run[max(0, len(run)-tellingWords):]
		score, texts := 0, []string(nil)
		for _, w := range run {
			score += utf8.RuneCountInString(w.text)
			if own[w.stem] {
				score += looseLetters
			}
			texts = append(texts, w.text)
		}
		if score > most {
			best, most = texts, score
		}
	}
	return strings.Join(best, " ")
}

// maxFlow is how long a list of phrases may be, in bytes, to be shown whole.
const maxFlow = 240

func onOneLine(phrases []string) bool { return len(flow(phrases)) <= maxFlow }

// flow writes phrases as a list of YAML on one line.
func flow(phrases []string) string { return "[" + strings.Join(quotedAll(phrases), ", ") + "]" }

func quotedAll(phrases []string) []string {
	out := make([]string, len(phrases))
	for i, phrase := range phrases {
		out[i] = strconv.Quote(phrase)
	}
	return out
}
