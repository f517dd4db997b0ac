package report

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

var berlin = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return zone
}()

// monday is the first moment of the week that the tests count.
var monday = time.Date(2026, 11, 16, 0, 0, 0, 0, berlin)

// at is a moment of that week: "Mon 09:30", or "-Sun 23:00" in the week before.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	from := monday
	if rest, before := strings.CutPrefix(text, "-"); before {
		text, from = rest, monday.AddDate(0, 0, -7)
	}
	var hour, minute int
	if _, err := fmt.Sscanf(text[4:], "%d:%d", &hour, &minute); err != nil {
		t.Fatal(err)
	}
	for d, name := range weekdays {
		if name == text[:3] {
			return from.AddDate(0, 0, d).Add(time.Duration(hour*60+minute) * time.Minute)
		}
	}
	t.Fatalf("no day in %q", text)
	return time.Time{}
}

// happens is one event of a test's conversation.
type happens struct {
	when string
	body conversation.Body
	by   conversation.Role // "" is the one who most often does this
}

var maya = conversation.Staff{ID: "U1", Name: "Maya"}

// chatOf makes the events of a conversation; it opens with the first.
func chatOf(t *testing.T, id conversation.ID, list ...happens) []conversation.Event {
	t.Helper()
	out := []conversation.Event{{Conversation: id, Seq: 1, At: at(t, list[0].when), Draft: conversation.Draft{
		Author: conversation.Author{Role: conversation.Visitor}, Body: conversation.Opened{Visitor: "vis_1", Widget: "pk_shop"}}}}
	for i, h := range list {
		e := conversation.Event{Conversation: id, Seq: conversation.Seq(i + 2), At: at(t, h.when), Draft: conversation.Draft{Author: conversation.Author{Role: h.by}, Body: h.body}}
		switch b := h.body.(type) {
		case conversation.Message:
			if h.by == "" {
				e.Author.Role = conversation.Visitor
			}
		case conversation.Claimed:
			e.Author = conversation.Author{Role: conversation.Agent, ID: b.Agent.ID, Name: b.Agent.Name}
		default:
		}
		if e.Author.Role == conversation.Agent && e.Author.ID == "" {
			e.Author.ID, e.Author.Name = maya.ID, maya.Name
		}
		if e.Author.Role == "" {
			e.Author.Role = conversation.System
		}
		out = append(out, e)
	}
	return out
}

// logOf is a log in memory.
type logOf []conversation.Event

func (l logOf) Happened(_ context.Context, _, _ time.Time, each func(conversation.Event) error) error {
	for _, e := range l {
		if err := each(e); err != nil {
			return err
		}
	}
	return nil
}

// count counts the tests' week as of its end.
func count(t *testing.T, events ...[]conversation.Event) Numbers {
	t.Helper()
	var all logOf
	for _, list := range events {
		all = append(all, list...)
	}
	s, err := Compare(t.Context(), all, WeekOf(monday), monday.AddDate(0, 0, 8))
	if err != nil {
		t.Fatal(err)
	}
	return s.Now
}

var (
	line      = conversation.Message{}
	answer    = conversation.Message{Answer: true}
	escalated = conversation.Escalated{Reason: "topic", Topic: "Billing"}
	claimed   = conversation.Claimed{Agent: maya, How: conversation.ByButton}
)

const (
	bot   = conversation.Bot
	agent = conversation.Agent
)

// Each conversation counts in exactly one outcome.
func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		name string
		list []happens
		want Outcomes
	}{
		{"answered, closed by time", []happens{{"Mon 09:00", line, ""}, {"Mon 09:01", answer, bot}, {"Tue 09:01", conversation.Closed{Reason: conversation.ClosedIdle}, ""}}, Outcomes{Resolved: 1}},
		{"answered, silent for more than an hour", []happens{{"Sun 22:00", line, ""}, {"Sun 22:01", answer, bot}}, Outcomes{Resolved: 1}},
		{"answered, silent for less than an hour", []happens{{"Sun 23:30", line, ""}, {"Sun 23:31", answer, bot}}, Outcomes{Open: 1}},
		{"small talk alone", []happens{{"Mon 09:00", line, ""}, {"Mon 09:01", line, bot}}, Outcomes{Left: 1}},
		{"the visitor had the last word", []happens{{"Mon 09:00", line, ""}, {"Mon 09:01", answer, bot}, {"Mon 09:02", line, ""}}, Outcomes{Left: 1}},
		{"rated 2", []happens{{"Mon 09:00", line, ""}, {"Mon 09:01", answer, bot}, {"Mon 09:02", conversation.Rated{Score: 2}, conversation.Visitor}}, Outcomes{Left: 1}},
		{"rated 3", []happens{{"Mon 09:00", line, ""}, {"Mon 09:01", answer, bot}, {"Mon 09:02", conversation.Rated{Score: 3}, conversation.Visitor}}, Outcomes{Resolved: 1}},
		{"marked as missed", []happens{{"Mon 09:00", line, ""}, {"Mon 09:01", answer, bot}, {"Mon 11:02", conversation.Missed{Agent: maya, Of: 2}, agent}}, Outcomes{Left: 1}},
		{"escalated and nobody came", []happens{{"Mon 09:00", line, ""}, {"Mon 09:01", escalated, ""}, {"Mon 09:05", conversation.Closed{Reason: conversation.ClosedByVisitor}, ""}}, Outcomes{Escalated: 1}},
		{"asked by the button before a word", []happens{{"Mon 09:00", escalated, ""}}, Outcomes{Escalated: 1}},
		{"taken over", []happens{{"Mon 09:00", line, ""}, {"Mon 09:01", claimed, ""}, {"Mon 09:02", line, agent}}, Outcomes{TakenOver: 1}},
		{"blocked", []happens{{"Mon 09:00", line, ""}, {"Mon 09:01", answer, bot}, {"Mon 09:02", conversation.Closed{Reason: conversation.ClosedByBlock}, agent}}, Outcomes{Left: 1}},
		{"opened and nothing said", []happens{{"Mon 09:00", conversation.PageChanged{}, ""}}, Outcomes{}},
		{"began in the week before", []happens{{"-Sun 23:00", line, ""}, {"Mon 09:01", answer, bot}}, Outcomes{}},
	} {
		n := count(t, chatOf(t, "cnv_1", c.list...))
		if o := c.want; n.Outcomes != o || n.Conversations != o.Resolved+o.Escalated+o.TakenOver+o.Open+o.Left {
			t.Errorf("%s: %+v of %d, want %+v", c.name, n.Outcomes, n.Conversations, c.want)
		}
	}
}

func TestWhatBecameOfEscalations(t *testing.T) {
	assigned := conversation.Transferred{To: maya, Why: conversation.TransferAssigned}
	for _, c := range []struct {
		name    string
		list    []happens
		want    Escalations
		claim   Spread
		onDuty  int
		word    Spread
		replies int
	}{
		{"claimed and answered", []happens{{"Mon 09:00", escalated, ""}, {"Mon 09:00", conversation.Routed{Staffed: true}, ""}, {"Mon 09:04", claimed, ""}, {"Mon 09:06", line, agent}},
			Escalations{Count: 1, Claimed: 1}, Spread{1, 240, 240}, 1, Spread{1, 360, 360}, 1},
		{"at night", []happens{{"Mon 02:00", escalated, ""}, {"Mon 02:00", conversation.Routed{}, ""}, {"Mon 09:00", conversation.Routed{Staffed: true, Again: true}, ""}, {"Mon 09:04", claimed, ""}},
			Escalations{Count: 1, Claimed: 1}, Spread{1, 7*3600 + 240, 7*3600 + 240}, 0, Spread{}, 0},
		{"she went back to the AI", []happens{{"Mon 09:00", escalated, ""}, {"Mon 09:03", conversation.Cancelled{}, ""}, {"Mon 09:09", claimed, ""}},
			Escalations{Count: 1, Abandoned: 1}, Spread{}, 0, Spread{}, 0},
		{"she closed the chat", []happens{{"Mon 09:00", escalated, ""}, {"Mon 09:03", conversation.Closed{Reason: conversation.ClosedByVisitor}, ""}},
			Escalations{Count: 1, Abandoned: 1}, Spread{}, 0, Spread{}, 0},
		{"nobody had time", []happens{{"Mon 09:00", escalated, ""}, {"Mon 09:13", conversation.HandedBack{Why: conversation.BackNobody}, ""}},
			Escalations{Count: 1, Nobody: 1}, Spread{}, 0, Spread{}, 0},
		{"still waits", []happens{{"Sun 23:00", escalated, ""}}, Escalations{Count: 1, Waiting: 1}, Spread{}, 0, Spread{}, 0},
		{"assigned and not accepted, then claimed", []happens{{"Mon 09:00", escalated, ""}, {"Mon 09:01", assigned, ""}, {"Mon 09:02", conversation.Released{Agent: maya, Why: conversation.ReleasedUnaccepted}, ""}, {"Mon 09:10", claimed, ""}},
			Escalations{Count: 1, Claimed: 1}, Spread{1, 600, 600}, 0, Spread{}, 0},
		{"assigned and answered", []happens{{"Mon 09:00", escalated, ""}, {"Mon 09:01", assigned, ""}, {"Mon 09:02", line, agent}},
			Escalations{Count: 1, Claimed: 1}, Spread{1, 60, 60}, 0, Spread{1, 120, 120}, 1},
		{"twice in one conversation", []happens{{"Mon 09:00", escalated, ""}, {"Mon 09:01", claimed, ""}, {"Mon 09:02", line, agent}, {"Mon 09:03", conversation.HandedBack{Agent: maya}, agent}, {"Tue 09:00", escalated, ""}, {"Tue 09:05", claimed, ""}},
			Escalations{Count: 2, Claimed: 2}, Spread{2, 60, 300}, 0, Spread{1, 120, 120}, 1},
		{"claimed after the week", []happens{{"Sun 23:59", escalated, ""}}, Escalations{Count: 1, Waiting: 1}, Spread{}, 0, Spread{}, 0},
		{"escalated before the week, claimed in it", []happens{{"-Sun 23:59", escalated, ""}, {"Mon 00:10", claimed, ""}, {"Mon 00:11", line, agent}}, Escalations{}, Spread{}, 0, Spread{}, 1},
	} {
		n := count(t, chatOf(t, "cnv_1", c.list...))
		got := n.Escalations
		got.Causes = nil
		if !reflect.DeepEqual(got, c.want) || n.ToClaim != c.claim || n.ToWord != c.word || n.ToClaimOnDuty.Count != c.onDuty {
			t.Errorf("%s: %+v, claim %+v (%d on duty), word %+v", c.name, got, n.ToClaim, n.ToClaimOnDuty.Count, n.ToWord)
		}
		replies := 0
		for _, a := range n.Agents {
			replies += a.Replies
		}
		if replies != c.replies {
			t.Errorf("%s: %d replies, want %d", c.name, replies, c.replies)
		}
	}
}

// Marks, ratings and thumbs count when they are given, each once.
func TestOpinions(t *testing.T) {
	visitor := conversation.Visitor
	old := chatOf(t, "cnv_1", happens{"-Mon 09:00", line, ""}, happens{"-Mon 09:01", escalated, ""}, happens{"-Mon 09:02", claimed, ""}, happens{"-Mon 09:03", line, agent},
		happens{"Tue 09:00", conversation.Misjudged{Agent: maya, Epoch: 1}, agent}, happens{"Tue 09:01", conversation.Misjudged{Agent: maya, Epoch: 1}, agent},
		happens{"Tue 09:02", conversation.Rated{Score: 5}, visitor})
	fresh := chatOf(t, "cnv_2", happens{"Mon 10:15", line, ""}, happens{"Mon 10:16", answer, bot}, happens{"Mon 10:17", conversation.Feedback{Of: 3}, visitor},
		happens{"Mon 10:18", conversation.Feedback{Of: 3, Up: true}, visitor}, happens{"Mon 10:19", conversation.Rated{Score: 1}, visitor},
		happens{"Mon 10:20", conversation.Missed{Agent: maya, Of: 2}, agent}, happens{"Mon 10:21", conversation.Missed{Agent: maya, Of: 2}, agent},
		happens{"Mon 10:22", conversation.Missed{Agent: maya, Of: 3}, agent}, happens{"Mon 10:23", conversation.Unmarked{Of: 9}, agent})
	n := count(t, old, fresh)
	if n.Marks != (Marks{Wrong: 1, Missed: 1}) || n.AIRatings.Stars != [5]int{1} || n.PeopleRatings.Stars != [5]int{4: 1} || n.ThumbsUp != 1 || n.ThumbsDown != 0 {
		t.Errorf("%+v", n)
	}
	want := []Cause{{Reason: "topic", Topic: "Billing", Wrong: 1}}
	if !reflect.DeepEqual(n.Escalations.Causes, want) {
		t.Errorf("causes %+v, want %+v", n.Escalations.Causes, want)
	}
	if n.Hours[0][10] != 1 || n.Lines != 1 {
		t.Errorf("hours %v, %d lines", n.Hours, n.Lines)
	}
}

func TestBacklog(t *testing.T) {
	n := count(t,
		chatOf(t, "cnv_1", happens{"-Mon 09:00", line, ""}, happens{"Sun 22:00", escalated, ""}),
		chatOf(t, "cnv_2", happens{"Mon 09:00", line, ""}, happens{"Mon 09:01", claimed, ""}, happens{"Mon 09:02", line, ""}),
		chatOf(t, "cnv_3", happens{"Mon 09:00", line, ""}, happens{"Mon 09:01", answer, bot}),
		chatOf(t, "cnv_4", happens{"Mon 09:00", line, ""}, happens{"Mon 09:01", conversation.Closed{Reason: conversation.ClosedIdle}, ""}))
	if want := (Backlog{Waiting: 1, Longest: 2 * 3600, People: 1, Owed: 1, AI: 1}); n.Backlog != want {
		t.Errorf("backlog %+v, want %+v", n.Backlog, want)
	}
}

// A chat that was opened to test counts nowhere.
func TestTestChatsDoNotCount(t *testing.T) {
	events := chatOf(t, "cnv_1", happens{"Mon 09:00", line, ""}, happens{"Mon 09:01", escalated, ""})
	events[0].Body = conversation.Opened{Test: true}
	if n := count(t, events); !n.Empty() {
		t.Errorf("%+v", n)
	}
}

// The sums hold for any order and any number of conversations, and the week before
// is counted from the same events.
func TestTheWeekBefore(t *testing.T) {
	var all logOf
	for i := range 20 {
		all = append(all, chatOf(t, conversation.ID(fmt.Sprintf("cnv_%d", i)), happens{[]string{"-Fri 10:00", "Fri 10:00"}[i%2], line, ""})...)
	}
	s, err := Compare(t.Context(), all, WeekOf(monday), monday.AddDate(0, 0, 9))
	if err != nil || s.Now.Conversations != 10 || s.Before.Conversations != 10 {
		t.Fatalf("%d and %d, %v", s.Now.Conversations, s.Before.Conversations, err)
	}
	if d := s.Now.Days[4]; d != (Day{Date: "2026-11-20", Other: 10}) {
		t.Errorf("friday %+v", d)
	}
}

func TestSpread(t *testing.T) {
	var list []time.Duration
	for i := range 10 {
		list = append(list, time.Duration(10-i)*time.Minute)
	}
	if got := spread(list); got != (Spread{10, 300, 540}) {
		t.Errorf("%+v", got)
	}
}
