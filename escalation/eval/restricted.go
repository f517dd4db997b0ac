package eval

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/escalation"
)

// Restricted is what becomes of the lines that are labelled with a restricted
// topic: Unflagged are those in which no topic was seen, so the AI may answer
// them unless its draft touches one, and Answered those in which one was seen and
// which it may answer all the same. That has to be none.
type Restricted struct {
	Topic     string `json:"topic"`
	Lines     int    `json:"lines"`
	Unflagged int    `json:"unflagged"`
	Answered  int    `json:"flagged_and_answered"`
}

// restricted counts the lines by the topic they are labelled with, and all first.
func restricted(outcomes []Outcome) []Restricted {
	counts := map[string]*Restricted{"": {}}
	for _, o := range outcomes {
		topic := o.Utterance.Topic
		if !o.Utterance.wanted() {
			continue
		}
		if counts[topic] == nil {
			counts[topic] = &Restricted{Topic: topic}
		}
		for _, c := range []*Restricted{counts[""], counts[topic]} {
			c.Lines++
			switch {
			case len(o.Topics) == 0:
				c.Unflagged++
			case o.Verdict.Act != escalation.Escalate && o.Verdict.Act != escalation.Withhold:
				c.Answered++
			}
		}
	}
	var list []Restricted
	for _, topic := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, *counts[topic])
	}
	return list
}

// printRestricted writes the share that no detector sees, by topic.
func printRestricted(b *strings.Builder, list []Restricted) {
	if len(list) == 0 || list[0].Lines == 0 {
		return
	}
	fmt.Fprintf(b, "  %-32s %7s %9s %7s %22s\n", "labelled with a topic", "lines", "unflagged", "share", "flagged and answered")
	for _, r := range list {
		name := "all"
		if r.Topic != "" {
			name = "topic " + oneLine(r.Topic)
		}
		fmt.Fprintf(b, "  %-32s %7s %9s %7s %22s\n", name, thousands(r.Lines), thousands(r.Unflagged), figure(share(r.Unflagged, r.Lines)), thousands(r.Answered))
	}
}
