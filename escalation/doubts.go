package escalation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Doubts returns what in the section works, but never as it was meant: rules that
// can never act, settings that another rule always overrides, phrases that always
// count for another topic. Only what is certain is there. sites are the levels of
// the widget keys, "" for one that has the policy's. It is for a section without
// [Config.Problems].
func (c Config) Doubts(sites []string) []Problem {
	d := doubter{config: c, sites: c.levelsOf(sites), conditions: map[int]condition{}}
	for _, t := range c.RestrictedTopics {
		d.world.topics = append(d.world.topics, t.Name)
	}
	if levels := d.levelsAt(-1); len(levels) == 1 && levels[0] == HumanOnly {
		d.world.unseen = []string{"signals.cannot_answer", "signals.model_wants", "signals.model_down", "signals.over_budget"}
	}
	for i, r := range c.Rules {
		if read, ok := conditionOf(r.When); ok {
			d.conditions[i] = read
		}
	}
	for i := range c.Rules {
		d.rule(i)
	}
	d.topics(c.RestrictedTopics)
	return d.found
}

// levelsOf are the levels that sites have, each once.
func (c Config) levelsOf(sites []string) []string {
	var levels []string
	for _, own := range sites {
		levels = append(levels, cmp.Or(own, c.Level))
	}
	if len(levels) == 0 {
		levels = []string{c.Level}
	}
	slices.Sort(levels)
	return slices.Compact(levels)
}

type doubter struct {
	config     Config
	sites      []string
	world      world
	conditions map[int]condition // of the rules that are understood
	found      problems
}

// levelsAt are the levels that may hold while a rule does; of -1, at all. The
// first rule that names one settles it.
func (d *doubter) levelsAt(rule int) []string {
	levels := slices.Clone(d.sites)
	for i, r := range d.config.Rules {
		switch {
		case r.Level == "":
		case i == rule:
			if len(levels) == len(d.sites) {
				return []string{r.Level}
			}
			levels = append(levels, r.Level)
		default:
			levels = append(levels, r.Level)
		}
	}
	slices.Sort(levels)
	return slices.Compact(levels)
}

// rule adds at most one doubt about a rule.
func (d *doubter) rule(i int) {
	r, key := d.config.Rules[i], fmt.Sprintf("rules[%d]", i)
	if why := d.world.never(d.conditions[i]); why != "" {
		d.found.add(key+".when", fmt.Sprintf("the rule %q never holds: %s", r.Name, why), "correct the condition, or remove the rule")
		return
	}
	if r.Do == DoEscalate || r.Do == DoOffer || r.Do == DoNotify {
		if d.idle(i, key) {
			return
		}
	}
	for j := range d.config.Rules[:i] {
		if d.covers(j, i) && d.below(j, i, key) {
			return
		}
	}
	for j := range d.config.Rules {
		if e := d.config.Rules[j]; j > i && r.Do == DoOffer && e.Do == DoEscalate && d.covers(j, i) {
			d.found.add(key+".do", fmt.Sprintf("the rule %q never offers: rule %q holds whenever this one does, and escalates", r.Name, e.Name), "narrow one of the two conditions, or leave do out of one of the rules")
			return
		}
	}
}

// idle tells of a rule whose do comes to nothing at every level there is.
func (d *doubter) idle(i int, key string) bool {
	r, levels := d.config.Rules[i], d.levelsAt(i)
	reaches := func(level string) bool { return level != AIOnly && (level != HumanOnly || r.Do == DoNotify) }
	if slices.ContainsFunc(levels, reaches) {
		return false
	}
	why := "at level " + AIOnly + " rules do nothing"
	if slices.Contains(levels, HumanOnly) {
		why = "at level " + HumanOnly + " every line goes to a person anyway"
	}
	if len(levels) > 1 {
		why = "at level " + AIOnly + " rules do nothing, and at " + HumanOnly + " every line goes to a person anyway"
	}
	d.found.add(key+".do", fmt.Sprintf("do: %s of the rule %q comes to nothing: %s", r.Do, r.Name, why), "give the rule, a site or the policy another level, or remove do")
	return true
}

// covers says that rule j holds whenever rule i does.
func (d *doubter) covers(j, i int) bool {
	a, b := d.conditions[i], d.conditions[j]
	return a != nil && b != nil && d.world.implies(a, b)
}

// below tells of a rule that stands below one that holds whenever it does: what
// it sets that can never count.
func (d *doubter) below(j, i int, key string) bool {
	e, r := d.config.Rules[j], d.config.Rules[i]
	s := &settings{same: d.covers(i, j)}
	s.compare(e, r)
	holds := "holds whenever this one does"
	if s.same {
		holds = "has the same condition"
	}
	switch {
	case len(s.lost) == 0 && len(s.alive) > 0:
		return false
	case len(s.lost) == 0:
		d.found.add(key, fmt.Sprintf("the rule %q changes nothing: rule %q %s and stands above it", r.Name, e.Name, holds),
			"put the narrower rule first, or remove one of the two")
		return true
	}
	d.found.add(key+"."+s.lostKeys[0], fmt.Sprintf("%s of the rule %q never counts: rule %q %s, stands above it and says %s", s.lost[0], r.Name, e.Name, holds, s.says[0]), s.mend())
	return true
}

// settings are those of a rule below another: what still counts, and what is lost
// because the one above says something else.
type settings struct {
	same                        bool // the conditions hold at the same times
	alive, lost, lostKeys, says []string
}

func (s *settings) compare(above, below Rule) {
	one := func(key, a, b string) {
		switch {
		case b == "":
		case a == "":
			s.alive = append(s.alive, key)
		case a != b:
			s.lose(key, key+": "+b, a)
		}
	}
	one("priority", above.Priority, below.Priority)
	one("channel", above.Channel, below.Channel)
	one("level", above.Level, below.Level)
	one("agents", strings.Join(above.Agents, ", "), strings.Join(below.Agents, ", "))
	s.do(above, below)
	s.say(above, below)
	if !contains(above.Tags, below.Tags) {
		s.alive = append(s.alive, "tags")
	}
}

func (s *settings) lose(key, what, above string) {
	s.lost, s.lostKeys, s.says = append(s.lost, what), append(s.lostKeys, key), append(s.says, above)
}

// mend: an escalation wins wherever it stands; of the rest the first counts.
func (s *settings) mend() string {
	if s.lostKeys[0] == "do" {
		return "narrow one of the two conditions, or leave do out of one of the rules"
	}
	return "put this rule above the other, or leave it to one of them"
}

// do: an escalation leaves nothing to offer; offers and lines in Slack come once
// for each rule, so only one with the very same condition says nothing new.
func (s *settings) do(above, below Rule) {
	switch {
	case below.Do == "":
	case above.Do == DoEscalate && below.Do == DoOffer:
		s.lose("do", "do: offer", DoEscalate)
	case above.Do == below.Do && (below.Do == DoEscalate || s.same):
	default:
		s.alive = append(s.alive, "do")
	}
}

// say: the words of the first rule that holds are said, and those of the rule
// that offers.
func (s *settings) say(above, below Rule) {
	switch {
	case len(below.Say) == 0:
	case len(above.Say) == 0 || below.Do == DoOffer && above.Do != DoEscalate:
		s.alive = append(s.alive, "say")
	case !sameText(above.Say, below.Say):
		s.lose("say", "say", "something else")
	}
}

func sameText(a, b Text) bool {
	for locale, words := range a {
		if b[locale] != words {
			return false
		}
	}
	return len(a) == len(b)
}

// topics tells of a phrase that is also one of a topic above, when that topic goes
// elsewhere: the first topic decides.
func (d *doubter) topics(topics []Topic) {
	first := map[string]int{}
	for i, t := range topics {
		for j, phrase := range t.Phrases {
			p := meaningOf(phrase)
			if at, there := first[p]; !there {
				first[p] = i
			} else if a := topics[at]; at != i && differ(a, t) != "" {
				d.found.add(fmt.Sprintf("restricted_topics[%d].phrases[%d]", i, j),
					fmt.Sprintf("%q is also a phrase of %q, which stands above and has another %s: by it alone nothing ever goes to %q", phrase, a.Name, differ(a, t), t.Name),
					"keep it in one of the two")
			}
		}
	}
}

// meaningOf is what a phrase is found by, whatever its order and endings.
func meaningOf(phrase string) string {
	var stems []string
	for _, t := range terms(words(phrase)) {
		stems = append(stems, t.stem)
	}
	slices.Sort(stems)
	return strings.Join(stems, " ")
}

// differ names a setting that two topics do not share, "" for none.
func differ(a, b Topic) string {
	for _, s := range [][3]string{
		{"channel", a.Channel, b.Channel}, {"priority", a.Priority, b.Priority},
		{"list of agents", strings.Join(a.Agents, ","), strings.Join(b.Agents, ",")},
	} {
		if s[1] != s[2] {
			return s[0]
		}
	}
	return ""
}
