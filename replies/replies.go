// Package replies holds the texts that a team keeps ready: canned replies, with
// variables that are filled in for one conversation.
//
// The one idea: what can be wrong with a text is found when the file loads, and
// what is not known of a visitor is never sent as a hole. [Problems] refuses a
// variable that does not exist; [Fill] puts the values in and leaves a variable
// without a value standing as it is written, so that [Missing] finds it again
// before anything is sent.
package replies

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
)

// Reply is one canned reply, an entry of the section "replies".
type Reply struct {
	Name string            `yaml:"name" mapstructure:"name" doc:"what agents look for; each name once"`
	Text conversation.Text `yaml:"text" mapstructure:"text" doc:"the reply, with variables in braces such as {visitor.first_name}; docs/slack.md lists them. {{ and }} are braces"`
	Tags []string          `yaml:"tags" mapstructure:"tags" doc:"further words it is found by"`
}

// Variables are what a text may name in braces. What a visitor is called and how
// she is reached is what is known of her, signed or not; agent.first_name is the
// name the visitor reads.
func Variables() []string {
	return []string{"agent.first_name", "page.title", "page.url", "reference", "topic", "visitor.email", "visitor.first_name", "visitor.name"}
}

// The sizes Slack allows: a choice in a list has 75 characters, a field 3,000. The
// text is shorter, so that values find room.
const (
	MaxName = 60
	MaxText = 2500
	maxTags = 10
	maxAll  = 1000
)

// Problem is one thing wrong with the section. Key is its whole path; Mend says
// what to do.
type Problem struct{ Key, Message, Mend string }

// Problems lists what is wrong with the section.
func Problems(list []Reply) []Problem {
	var out []Problem
	seen := map[string]int{}
	if len(list) > maxAll {
		out = append(out, Problem{"replies", fmt.Sprintf("has %d entries", len(list)), fmt.Sprintf("keep at most %d", maxAll)})
	}
	for i, r := range list {
		add := func(key, message, mend string) {
			out = append(out, Problem{fmt.Sprintf("replies[%d].%s", i, key), message, mend})
		}
		name := strings.TrimSpace(r.Name)
		if first, again := seen[strings.ToLower(name)]; again && name != "" {
			add("name", fmt.Sprintf("%q is the name of replies[%d], too", name, first), "give each its own name")
		} else {
			seen[strings.ToLower(name)] = i
		}
		switch {
		case name == "":
			add("name", "is missing", "write what agents look for, such as Opening hours")
		case utf8.RuneCountInString(name) > MaxName:
			add("name", fmt.Sprintf("is longer than %d characters", MaxName), "shorten it")
		}
		if len(r.Tags) > maxTags {
			add("tags", fmt.Sprintf("has %d entries", len(r.Tags)), fmt.Sprintf("keep at most %d", maxTags))
		}
		textProblems(r.Text, add)
	}
	return out
}

func textProblems(text conversation.Text, add func(key, message, mend string)) {
	if len(text) == 0 {
		add("text", "is missing", "write the reply, or one by locale: {en: …, de: …}")
	}
	for _, locale := range slices.Sorted(maps.Keys(text)) {
		key := "text"
		if len(text) > 1 || locale != "en" {
			key += "." + locale
		}
		words := text[locale]
		switch {
		case !conversation.IsLocale(locale):
			add(key, fmt.Sprintf("has the key %q, which is no locale", locale), "use en, de or pt-BR")
		case strings.TrimSpace(words) == "":
			add(key, "is empty", "write the reply")
		case utf8.RuneCountInString(words) > MaxText:
			add(key, fmt.Sprintf("is longer than %d characters", MaxText), "shorten it, or make two of it")
		}
		if bad, ok := unknown(words); ok {
			add(key, "names "+bad+", which is no variable", mendFor(bad))
		}
	}
}

func mendFor(bad string) string {
	if !strings.HasSuffix(bad, "}") {
		return "write {{ and }} for braces"
	}
	return "use one of {" + strings.Join(Variables(), "}, {") + "}; write {{ and }} for braces"
}

// In returns a reply by its name.
func In(list []Reply, name string) (Reply, bool) {
	i := slices.IndexFunc(list, func(r Reply) bool { return r.Name == name })
	if i < 0 {
		return Reply{}, false
	}
	return list[i], true
}

// Find lists the replies whose name, tags or text in English or any other
// language has the words, those whose name has them first; all for no words.
func Find(list []Reply, words string) []Reply {
	words = strings.ToLower(strings.TrimSpace(words))
	if words == "" {
		return slices.Clone(list)
	}
	var named, other []Reply
	for _, r := range list {
		switch {
		case strings.Contains(strings.ToLower(r.Name), words):
			named = append(named, r)
		case strings.Contains(strings.ToLower(r.words()), words):
			other = append(other, r)
		}
	}
	return append(named, other...)
}

// words are those it is found by besides its name.
func (r Reply) words() string {
	all := slices.Clone(r.Tags)
	for _, locale := range slices.Sorted(maps.Keys(r.Text)) {
		all = append(all, r.Text[locale])
	}
	return strings.Join(all, "\n")
}
