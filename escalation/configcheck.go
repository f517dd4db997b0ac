package escalation

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a configuration. Key is the dotted
// path below the section ("restricted_topics[1].phrases"), Message says what is
// wrong, Mend what to do.
type Problem struct{ Key, Message, Mend string }

var (
	levelNames    = []string{AIOnly, Quick, Balanced, AIFirst, HumanOnly}
	notifyNames   = []string{NotifyOnDuty, NotifyGroup, NotifyNone}
	priorityNames = []string{"low", "normal", "high", "urgent"}
	doNames       = []string{DoEscalate, DoOffer, DoNotify}
)

// Problems returns everything that is wrong with the section, rules that do not
// compile included. None means [Compile] works.
func (c Config) Problems() []Problem {
	var p problems
	p.oneOf("level", c.Level, levelNames)
	p.oneOf("notify", c.Notify, notifyNames)
	p.topics(c.RestrictedTopics)
	p.rules(c.Rules)
	if c.HumanButton.AfterAnswers < 0 {
		p.add("human_button.after_answers", "is negative", "write 0 or more")
	}
	_, wrong := c.Hours.compile("hours")
	p = append(p, wrong...)
	p.routing(c.Routing, c.RestrictedTopics)
	p.ladder(c.WhenNobody)
	p.silent(c.WhenOwnerSilent)
	p.away(c.Away)
	if c.ReopenWithin < 0 {
		p.add("reopen_within", "is negative", "write a duration such as 72h; 0 never reopens")
	}
	if c.IdleClose < 0 {
		p.add("idle_close", "is negative", "write a duration such as 24h; 0 never closes")
	}
	return p
}

type problems []Problem

func (p *problems) add(key, message, mend string) {
	*p = append(*p, Problem{Key: key, Message: message, Mend: mend})
}

func (p *problems) oneOf(key, value string, names []string) {
	if !slices.Contains(names, value) {
		p.add(key, fmt.Sprintf("%q is not known", value), "write one of "+strings.Join(names, ", "))
	}
}

func (p *problems) optional(key, value string, names []string) {
	if value != "" {
		p.oneOf(key, value, names)
	}
}

func (p *problems) topics(topics []Topic) {
	seen := map[string]bool{}
	for i, t := range topics {
		key := fmt.Sprintf("restricted_topics[%d]", i)
		p.name(key, t.Name, seen)
		if len(t.Phrases) == 0 {
			p.add(key+".phrases", "has no phrases, so the topic would never be seen", "list the words that mean it")
		}
		for j, phrase := range t.Phrases {
			if len(terms(words(phrase))) == 0 {
				p.add(fmt.Sprintf("%s.phrases[%d]", key, j), fmt.Sprintf("%q has no words that carry meaning", phrase), "add the word that names the matter, or remove it")
			}
		}
		p.optional(key+".priority", t.Priority, priorityNames)
		p.optional(key+".level", t.Level, levelNames)
		if t.Hours != nil {
			_, wrong := t.Hours.compile(key + ".hours")
			*p = append(*p, wrong...)
		}
		p.channel(key+".channel", t.Channel)
		p.people(key+".agents", t.Agents)
	}
}

func (p *problems) rules(rules []Rule) {
	seen := map[string]bool{}
	for i, r := range rules {
		key := fmt.Sprintf("rules[%d]", i)
		p.name(key, r.Name, seen)
		if _, err := compileRule(r); err != nil {
			p.add(key+".when", err.Error(), "see the list of variables: "+strings.Join(varNames(), ", "))
		}
		p.optional(key+".do", r.Do, doNames)
		p.optional(key+".priority", r.Priority, priorityNames)
		p.optional(key+".level", r.Level, levelNames)
		if r.Do == "" && r.Priority == "" && r.Channel == "" && len(r.Say) == 0 && len(r.Tags) == 0 && r.Level == "" && len(r.Agents) == 0 {
			p.add(key, "does nothing", "add do, priority, channel, agents, say, tags or level")
		}
		p.channel(key+".channel", r.Channel)
		p.people(key+".agents", r.Agents)
	}
}

// name checks that entries of a list have names that differ.
func (p *problems) name(key, name string, seen map[string]bool) {
	switch folded := strings.ToLower(strings.TrimSpace(name)); {
	case folded == "":
		p.add(key+".name", "has no name", "give it one; explanations show it")
	case seen[folded]:
		p.add(key+".name", fmt.Sprintf("%q is there twice", name), "give each its own name")
	default:
		seen[folded] = true
	}
}
