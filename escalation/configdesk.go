package escalation

import (
	"fmt"
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/duty"
)

// What is wrong with the settings of the queue: routing, the ladder, silent
// owners and the away way.

var (
	channelID = regexp.MustCompile(`^[CG][A-Z0-9]+$`)
	userID    = regexp.MustCompile(`^[UW][A-Z0-9]+$`)
	groupID   = regexp.MustCompile(`^S[A-Z0-9]+$`)
)

var (
	dutyNames = []string{DutyAuto, DutyManual}
	modeNames = []string{ModeOffer, ModeAssign}
	rungNames = []string{RungPing, RungOverflow, RungContact, RungEmail, RungReturn}
	awayNames = []string{AwayContact, AwayContinues, AwaySuggest}
)

// leastAccept is the shortest time in which somebody can read a mention and act.
const leastAccept = 10 * time.Second

// channel checks the id of a channel, where there is one.
func (p *problems) channel(key, id string) {
	if id != "" && !channelID.MatchString(id) {
		p.add(key, fmt.Sprintf("%q is not a channel id", id), "use the id at the end of the channel's details in Slack, such as C0SUPPORT")
	}
}

// people checks ids of users and user groups.
func (p *problems) people(key string, ids []string) {
	for i, id := range ids {
		if !userID.MatchString(id) && !groupID.MatchString(id) {
			p.add(fmt.Sprintf("%s[%d]", key, i), fmt.Sprintf("%q is neither a user id nor a user group id", id), "use ids such as U0MAYA or S0BILL")
		}
	}
}

func (p *problems) routing(r Routing, topics []Topic) {
	p.oneOf("routing.duty", r.Duty, dutyNames)
	p.oneOf("routing.mode", r.Mode, modeNames)
	for i, name := range r.Order {
		key := fmt.Sprintf("routing.order[%d]", i)
		p.oneOf(key, name, duty.Orders())
		if slices.Contains(r.Order[:i], name) {
			p.add(key, fmt.Sprintf("%q is there twice", name), "name each once, the most important first")
		}
	}
	if r.Capacity < 0 {
		p.add("routing.capacity", "is negative", "write how many conversations one agent can have in hand; 0 is any number")
	}
	if r.AcceptWithin != 0 && r.AcceptWithin < leastAccept {
		p.add("routing.accept_within", fmt.Sprintf("%s is too short to read a mention and act", r.AcceptWithin), "write 10s or more")
	}
	p.skills(r.Skills, topics)
}

func (p *problems) skills(skills map[string]string, topics []Topic) {
	names := make([]string, 0, len(topics))
	for _, t := range topics {
		names = append(names, t.Name)
	}
	for _, topic := range slices.Sorted(maps.Keys(skills)) {
		key := "routing.skills." + topic
		if !slices.Contains(names, topic) {
			mend := "write the name of a restricted topic: " + strings.Join(names, ", ")
			if len(names) == 0 {
				mend = "name it in restricted_topics first"
			}
			p.add(key, fmt.Sprintf("there is no restricted topic %q", topic), mend)
		}
		if group := skills[topic]; !groupID.MatchString(group) {
			p.add(key, fmt.Sprintf("%q is not a user group id", group), "use the id of a user group, such as S0BILL")
		}
	}
}

func (p *problems) ladder(rungs []Rung) {
	var before time.Duration
	for i, r := range rungs {
		key := fmt.Sprintf("when_nobody[%d]", i)
		p.oneOf(key+".do", r.Do, rungNames)
		switch {
		case r.After <= 0:
			p.add(key+".after", "has no time", "write after how long in the queue it happens, such as 2m")
		case r.After < before:
			p.add(key+".after", fmt.Sprintf("%s comes before the step above it", r.After), "write the steps in the order in which they happen")
		}
		before = max(before, r.After)
		p.rung(key, r)
	}
}

// rung checks that a step has what it needs, and nothing that it would ignore.
func (p *problems) rung(key string, r Rung) {
	p.channel(key+".channel", r.Channel)
	switch {
	case r.Do == RungOverflow && r.Channel == "":
		p.add(key+".channel", "overflow has no channel", "write the channel it is passed on to, such as C0BACKUP")
	case r.Do != RungOverflow && r.Channel != "":
		p.add(key+".channel", fmt.Sprintf("%s takes no channel", r.Do), "remove it; overflow takes one")
	}
	switch {
	case r.Do == RungEmail && r.Address == "":
		p.add(key+".address", "email has no address", "write the address that is written to")
	case r.Do == RungEmail && !isAddress(r.Address):
		p.add(key+".address", fmt.Sprintf("%q is not a mail address", r.Address), "write it as desk@example.com")
	case r.Do != RungEmail && r.Address != "":
		p.add(key+".address", fmt.Sprintf("%s takes no address", r.Do), "remove it; email takes one")
	}
}

func isAddress(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text
}

func (p *problems) silent(o OwnerSilent) {
	if o.Remind < 0 {
		p.add("when_owner_silent.remind", "is negative", "write a duration such as 3m; 0 never reminds")
	}
	if o.Requeue < 0 {
		p.add("when_owner_silent.requeue", "is negative", "write a duration such as 10m; 0 keeps the owner")
	}
	if o.Remind > 0 && o.Requeue > 0 && o.Remind >= o.Requeue {
		p.add("when_owner_silent.remind", fmt.Sprintf("%s is not before requeue, so nobody would be reminded", o.Remind), "write a shorter time, or leave it out")
	}
}

func (p *problems) away(a Away) {
	if a.Way != "" {
		p.oneOf("away", a.Way, awayNames)
	}
	said := func(words string) bool { return strings.TrimSpace(words) != "" }
	if (a.Way == "" || a.Way == AwaySuggest) && !slices.ContainsFunc(slices.Collect(maps.Values(a.Suggest)), said) {
		p.add("away", "suggest has no text", `write {suggest: "Call us at [+49 30 1234](tel:+49301234)."}`)
	}
}
