package report

import (
	"fmt"
	"strconv"
)

// Sheet is the numbers of a span beside those of the one before it.
type Sheet struct {
	Now    Numbers `json:"now"`
	Before Numbers `json:"before"`
}

// Section is a few rows of the sheet with a heading. Note says what they are about.
type Section struct {
	Title, Note string
	Rows        []Row
}

// Row is one number with its name, and what it means. Part says that it is a part of
// the row above. Share is what part of the whole it is, "" where there is no whole.
// Before is the same of the span before.
type Row struct {
	Label, Means        string
	Part                bool
	Now, Share          string
	Before, BeforeShare string
}

// Sections are the rows of the sheet, in the order in which people read them.
func (s Sheet) Sections() []Section {
	return []Section{s.conversations(), s.escalations(), s.causes(), s.waits(), s.opinions(), s.backlog()}
}

// row compares one count of both spans.
func (s Sheet) row(label, means string, of func(Numbers) int) Row {
	return Row{Label: label, Means: means, Now: strconv.Itoa(of(s.Now)), Before: strconv.Itoa(of(s.Before))}
}

// part is row with its share of a whole.
func (s Sheet) part(label, means string, of, whole func(Numbers) int) Row {
	r := s.row(label, means, of)
	r.Part, r.Share, r.BeforeShare = true, share(of(s.Now), whole(s.Now)), share(of(s.Before), whole(s.Before))
	return r
}

func (s Sheet) conversations() Section {
	all := func(n Numbers) int { return n.Conversations }
	return Section{Title: "Conversations", Note: "Those that began in these days, by what had become of them at the end.", Rows: []Row{
		s.row("conversations", "the visitor wrote at least one line, or asked for a person", all),
		s.part("resolved by the AI", "over, nobody was asked for, the AI answered and had the last word; not rated 1 or 2, not marked as missed", func(n Numbers) int { return n.Outcomes.Resolved }, all),
		s.part("escalated", "a person was asked for at least once", func(n Numbers) int { return n.Outcomes.Escalated }, all),
		s.part("taken over", "an agent took it although nobody was asked for", func(n Numbers) int { return n.Outcomes.TakenOver }, all),
		s.part("left without help", "over, and neither of these", func(n Numbers) int { return n.Outcomes.Left }, all),
		s.part("still with the AI", "not closed, and somebody wrote within the last hour", func(n Numbers) int { return n.Outcomes.Open }, all),
	}}
}

func (s Sheet) escalations() Section {
	all := func(n Numbers) int { return n.Escalations.Count }
	return Section{Title: "Escalations", Note: "Each time a person was asked for in these days.", Rows: []Row{
		s.row("escalations", "a conversation may have several", all),
		s.part("claimed", "an agent took it", func(n Numbers) int { return n.Escalations.Claimed }, all),
		s.part("abandoned", "the visitor went back to the AI or closed the chat before that", func(n Numbers) int { return n.Escalations.Abandoned }, all),
		s.part("nobody came", "it went back to the AI, or was closed without an agent", func(n Numbers) int { return n.Escalations.Nobody }, all),
		s.part("still waiting", "at the end of these days", func(n Numbers) int { return n.Escalations.Waiting }, all),
		s.row("wrong escalations", "marked by an agent: no person was needed", func(n Numbers) int { return n.Marks.Wrong }),
		s.row("missed escalations", "marked by an agent: a person was needed and nobody was asked", func(n Numbers) int { return n.Marks.Missed }),
	}}
}

// causes has a row for each cause of either span.
func (s Sheet) causes() Section {
	out := Section{Title: "Why people were asked for", Note: "The escalations by reason. “Wrong” is how many of them agents have marked in these days."}
	before := map[Cause]Cause{}
	for _, c := range s.Before.Escalations.Causes {
		before[Cause{Reason: c.Reason, Topic: c.Topic}] = c
	}
	add := func(c, b Cause) {
		r := Row{Label: c.Words(), Now: strconv.Itoa(c.Count), Share: share(c.Count, s.Now.Escalations.Count),
			Before: strconv.Itoa(b.Count), BeforeShare: share(b.Count, s.Before.Escalations.Count)}
		if c.Wrong > 0 {
			r.Label += fmt.Sprintf(" (%d wrong)", c.Wrong)
		}
		out.Rows = append(out.Rows, r)
	}
	for _, c := range s.Now.Escalations.Causes {
		key := Cause{Reason: c.Reason, Topic: c.Topic}
		add(c, before[key])
		delete(before, key)
	}
	for _, c := range s.Before.Escalations.Causes {
		key := Cause{Reason: c.Reason, Topic: c.Topic}
		if _, only := before[key]; only && c.Count > 0 {
			add(key, c)
		}
	}
	return out
}

func (s Sheet) waits() Section {
	const note = "From the escalation. The median is the middle: half waited no longer. Nine of ten waited no longer than the second row."
	out := Section{Title: "How long visitors waited for a person", Note: note}
	for _, w := range []struct {
		label, means string
		of           func(Numbers) Spread
	}{
		{"to claim", "until an agent took it", func(n Numbers) Spread { return n.ToClaim }},
		{"to claim, while on duty", "only those that came while somebody was on duty", func(n Numbers) Spread { return n.ToClaimOnDuty }},
		{"first human word", "until an agent's first line", func(n Numbers) Spread { return n.ToWord }},
		{"first human word, while on duty", "only those that came while somebody was on duty", func(n Numbers) Spread { return n.ToWordOnDuty }},
	} {
		now, before := w.of(s.Now), w.of(s.Before)
		out.Rows = append(out.Rows,
			Row{Label: w.label + ", median", Means: fmt.Sprintf("%s; %s", w.means, many(now.Count, "escalation")), Now: now.median(), Before: before.median()},
			Row{Label: "nine of ten within", Part: true, Now: now.tenth(), Before: before.tenth()})
	}
	return out
}

// none stands where there is nothing to say.
const none = "–"

func (s Spread) median() string {
	if s.Count == 0 {
		return none
	}
	return s.Median.String()
}

func (s Spread) tenth() string {
	if s.Count == 0 {
		return none
	}
	return s.P90.String()
}

func (s Sheet) opinions() Section {
	stars := func(r Ratings) string {
		if r.Count() == 0 {
			return none
		}
		return fmt.Sprintf("%.1f of 5", r.Average())
	}
	rated := func(label, means string, of func(Numbers) Ratings) []Row {
		now, before := of(s.Now), of(s.Before)
		spread := fmt.Sprintf("%s; 5 stars %d, 4 stars %d, 3 stars %d, 2 stars %d, 1 star %d", means, now.Stars[4], now.Stars[3], now.Stars[2], now.Stars[1], now.Stars[0])
		return []Row{
			{Label: label, Means: spread, Now: stars(now), Before: stars(before)},
			{Label: "ratings", Part: true, Now: strconv.Itoa(now.Count()), Before: strconv.Itoa(before.Count())},
		}
	}
	out := Section{Title: "What visitors said", Note: "What was given in these days."}
	out.Rows = append(out.Rows, rated("rating, AI alone", "no agent had written a line by then", func(n Numbers) Ratings { return n.AIRatings })...)
	out.Rows = append(out.Rows, rated("rating, with a person", "an agent had written", func(n Numbers) Ratings { return n.PeopleRatings })...)
	thumbs := func(n Numbers) int { return n.ThumbsUp + n.ThumbsDown }
	out.Rows = append(out.Rows, s.row("thumbs on answers", "on single answers of the AI", thumbs),
		s.part("up", "", func(n Numbers) int { return n.ThumbsUp }, thumbs), s.part("down", "", func(n Numbers) int { return n.ThumbsDown }, thumbs))
	return out
}

func (s Sheet) backlog() Section {
	waits := s.row("waiting for a person", "", func(n Numbers) int { return n.Backlog.Waiting })
	if n := s.Now.Backlog; n.Waiting > 0 {
		waits.Means = "the longest for " + n.Longest.String()
	}
	return Section{Title: "Open at the end", Note: "Whenever they began.", Rows: []Row{
		waits,
		s.row("with an agent", "", func(n Numbers) int { return n.Backlog.People }),
		s.part("unanswered", "the visitor wrote last", func(n Numbers) int { return n.Backlog.Owed }, func(n Numbers) int { return n.Backlog.People }),
		s.row("with the AI", "not closed yet", func(n Numbers) int { return n.Backlog.AI }),
	}}
}
