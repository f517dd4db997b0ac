package widgetapi

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const someID = conversation.ID("cnv_aaaaaaaaaaaaaaaaaaaaaaaaaa")

// record makes a log of drafts; numbers count from 11 for her first event, so
// that a mix-up of the two numberings shows.
func record(drafts ...conversation.Draft) []conversation.Event {
	var out []conversation.Event
	for i, d := range drafts {
		e := conversation.Event{Conversation: someID, Seq: conversation.Seq(i + 11), At: noon, Draft: d}
		if conversation.VisibleToVisitor(d) {
			e.VSeq = 1
			if n := len(out); n > 0 {
				e.VSeq = out[n-1].VSeq + 1
			}
			out = append(out, e)
		}
	}
	return out
}

func rendered(t *testing.T, n naming, drafts ...conversation.Draft) []string {
	t.Helper()
	v := view{names: n, amends: amendments{}, number: map[conversation.Seq]conversation.Seq{}}
	events := record(drafts...)
	for _, e := range events {
		v.number[e.Seq] = e.VSeq
		v.amends.note(e)
	}
	var out []string
	for _, e := range events {
		p, err := v.event(e)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(p.Data)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p.Type+" "+string(raw))
	}
	return out
}

func by(a conversation.Author, b conversation.Body) conversation.Draft {
	return conversation.Draft{Author: a, Source: conversation.FromSlack, Body: b}
}

var (
	visitorA = conversation.Author{Role: conversation.Visitor, ID: "vis_1"}
	botA     = conversation.Author{Role: conversation.Bot}
	systemA  = conversation.Author{Role: conversation.System}
	staff    = conversation.Staff{ID: "U0MAYA", Name: "Maya Lindqvist"}
)

// Every kind of event, as the visitor gets it.
func TestPayloadOfEveryKind(t *testing.T) {
	const tree = `[{"type":"paragraph","children":[{"type":"text","text":"hi"}]}]`
	id := eventID(someID, 1)
	head := `"seq":1,"id":"` + id + `","at":"2026-11-20T12:00:00.000Z"`
	for name, c := range map[string]struct {
		draft conversation.Draft
		want  string
	}{
		"visitor's message": {by(visitorA, conversation.Message{Text: "hi", ClientID: "c1"}), `message {` + head + `,"from":{"role":"visitor"},"content":` + tree + `,"text":"hi","client_id":"c1"}`},
		"bot's message": {by(botA, conversation.Message{Turn: "t9", Answer: true, Offer: true, Stopped: true, Text: "*hi*", Content: json.RawMessage(tree), Sources: []conversation.Citation{{Title: "Orders", URL: "https://x.example/o", Path: "orders.md"}}}),
			`message {` + head + `,"from":{"role":"bot"},"content":` + tree + `,"text":"hi","sources":[{"title":"Orders","url":"https://x.example/o","path":"orders.md"}],"stopped":true,"offer":true}`},
		"agent's message": {conversation.Draft{Author: maya, Order: "17.01", Body: conversation.Message{Text: "hi", ClientID: "not-hers"}}, `message {` + head + `,"order":"17.01","from":{"role":"agent","name":"Maya"},"content":` + tree + `,"text":"hi"}`},
		"notice":          {by(systemA, conversation.Message{Text: "hi", Notice: conversation.NoticeReopened}), `message {` + head + `,"from":{"role":"system"},"content":` + tree + `,"text":"hi","notice":"reopened"}`},
		"erased message":  {by(botA, conversation.Message{Turn: "t"}), `message {` + head + `,"from":{"role":"bot"},"content":[],"text":""}`},
		"escalated":       {by(visitorA, conversation.Escalated{Reason: "topic", Topic: "Legal", Rule: "r", Explain: "because", Channel: "C0LEGAL", Fields: map[string]string{"a": "b"}}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"waiting"}`},
		"quiet":           {by(visitorA, conversation.Escalated{Reason: "button", Quiet: true}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"waiting","contact":true}`},
		"routed, nobody":  {by(systemA, conversation.Routed{Channel: "C0SUPPORT", NextOpen: noon, Shown: true}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"offline","next_open":"2026-11-20T12:00:00.000Z","contact":true}`},
		"routed, staffed": {by(systemA, conversation.Routed{Channel: "C0SUPPORT", Staffed: true, Shown: true, Mention: "here"}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"waiting"}`},
		"claimed":         {by(maya, conversation.Claimed{Agent: staff, How: "button"}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"agent","agent":{"name":"Maya"}}`},
		"released":        {by(maya, conversation.Released{Agent: staff}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"waiting"}`},
		"to a person":     {by(maya, conversation.Transferred{To: staff, Note: "careful", Shown: true}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"agent","agent":{"name":"Maya"}}`},
		"to a channel":    {by(maya, conversation.Transferred{From: staff, Channel: "C0OTHER", Note: "careful", Shown: true}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"waiting"}`},
		"handed back":     {by(maya, conversation.HandedBack{Agent: staff, Instruction: "be nice"}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"bot"}`},
		"cancelled":       {by(visitorA, conversation.Cancelled{}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"bot"}`},
		"reopened":        {by(visitorA, conversation.Reopened{}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"bot"}`},
		"reopened, agent": {by(maya, conversation.Reopened{Agent: staff}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"agent","agent":{"name":"Maya"}}`},
		"closed":          {by(maya, conversation.Closed{Reason: conversation.ClosedByAgent, Owner: staff, Note: "spam"}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"closed","reason":"agent"}`},
		"closed, blocked": {by(maya, conversation.Closed{Reason: conversation.ClosedByBlock, Owner: staff}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"closed","reason":"blocked"}`},
		"silent owner":    {by(systemA, conversation.Released{Agent: staff, Why: conversation.ReleasedSilent}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"waiting"}`},
		"assigned":        {by(systemA, conversation.Transferred{To: staff, Why: conversation.TransferAssigned, Accept: noon, Shown: true}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"agent","agent":{"name":"Maya"}}`},
		"nobody had time": {by(systemA, conversation.HandedBack{Why: conversation.BackNobody}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"bot"}`},
		"undone":          {by(maya, conversation.Undone{Of: 9, Agent: staff, Phase: conversation.PhaseOffline}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"offline"}`},
		"undone, agent":   {by(maya, conversation.Undone{Of: 9, Agent: staff, Phase: conversation.PhaseAgent, To: staff}), `state {"seq":1,"at":"2026-11-20T12:00:00.000Z","phase":"agent","agent":{"name":"Maya"}}`},
		"rated":           {by(visitorA, conversation.Rated{Score: 4, Comment: "ok"}), `rated {"seq":1,"score":4}`},
	} {
		got := rendered(t, naming{"first_name", "Acme"}, c.draft)
		if len(got) != 1 || got[0] != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, c.want)
		}
	}
}

// What she may not see has no form at all.
func TestHiddenKindsHaveNoPayload(t *testing.T) {
	for _, b := range []conversation.Body{
		conversation.Opened{}, conversation.PageChanged{}, conversation.Note{}, conversation.Decided{}, conversation.Asked{}, conversation.Declined{},
		conversation.Announced{}, conversation.ContactGiven{}, conversation.Feedback{}, conversation.StopAsked{}, conversation.TurnFailed{},
		conversation.Offered{}, conversation.Stepped{}, conversation.Reminded{}, conversation.Summarised{}, conversation.Blocked{}, conversation.Unblocked{},
		conversation.Labelled{}, conversation.Misjudged{}, conversation.Missed{}, conversation.Unmarked{}, conversation.Proposed{}, conversation.Learned{}, conversation.Translating{}, conversation.Translated{},
		conversation.Verified{}, conversation.Mailed{}, conversation.Identified{}, conversation.Tracked{}, conversation.Cleared{}, conversation.TranscriptAsked{},
	} {
		e := conversation.Event{Conversation: someID, Seq: 1, Draft: by(systemA, b)}
		if conversation.VisibleToVisitor(e.Draft) {
			t.Errorf("%T is visible, but in this test's list of hidden ones", b)
		}
		if got, err := (view{amends: amendments{}}).event(e); err == nil {
			t.Errorf("%T: got %v, want an error", b, got)
		}
	}
}

func TestAgentNames(t *testing.T) {
	for show, want := range map[string]string{"": "Maya", "first_name": "Maya", "display_name": "Maya Lindqvist", "team": "Acme"} {
		if got := (naming{show, "Acme"}).agent(" Maya Lindqvist"); strings.TrimSpace(got) != want {
			t.Errorf("%q: got %q, want %q", show, got, want)
		}
	}
}

// A backlog that is read after a correction does not give the old text away.
func TestAmendedLines(t *testing.T) {
	got := rendered(t, naming{},
		by(maya, conversation.Note{Text: "inside"}),
		by(maya, conversation.Message{Text: "card 4111", Sources: []conversation.Citation{{Title: "secret"}}}), // 12, her 1
		by(maya, conversation.Edited{Of: 12, Text: "card 4222"}),
		by(maya, conversation.Edited{Of: 12, Text: "card gone"}),
		by(maya, conversation.Message{Text: "oops"}), // 15, her 4
		by(maya, conversation.Edited{Of: 15, Text: "oops, really"}),
		by(maya, conversation.Retracted{Of: 15}),
	)
	all := strings.Join(got, "\n")
	for _, secret := range []string{"4111", "4222", "oops", "inside"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is still there:\n%s", secret, all)
		}
	}
	for i, want := range []string{`"text":"card gone"`, `"seq":2,"of":1`, `"text":"card gone"`, `"content":[],"text":""`, `"seq":5,"of":4`, `retracted {"seq":6,"of":4}`} {
		if !strings.Contains(got[i], want) {
			t.Errorf("event %d: got %s, want %s", i+1, got[i], want)
		}
	}
}

func TestEventIDs(t *testing.T) {
	a, b := eventID(someID, 1), eventID(someID, 2)
	if a == b || a != eventID(someID, 1) || len(a) != len("evt_")+26 {
		t.Errorf("got %q and %q", a, b)
	}
	if c := eventID("cnv_b", 1); c == a {
		t.Error("two conversations share an event id")
	}
}

func TestRunsOfAgentLinesAreSorted(t *testing.T) {
	agent, visitor := From{Role: conversation.Agent}, From{Role: conversation.Visitor}
	lines := []Message{
		{Seq: 1, From: agent, Order: "2"}, {Seq: 2, From: agent, Order: "1"}, {Seq: 3, From: visitor},
		{Seq: 4, From: agent, Order: "9"}, {Seq: 5, From: agent, Order: "3"}, {Seq: 6, From: agent},
	}
	sortRuns(lines)
	var got []conversation.Seq
	for _, l := range lines {
		got = append(got, l.Seq)
	}
	want := []conversation.Seq{2, 1, 3, 5, 4, 6}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

// B-59, B-63: whatever people write, a payload is JSON with text in it; there
// is no kind in the tree that carries HTML, and no id of the staff's platform.
func TestB59PayloadsCarryNoHTML(t *testing.T) {
	vectors := []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `</script><svg onload=alert(1)>`, `[x](javascript:alert(1))`,
		"[x](java\nscript:alert(1))", `[x](data:text/html,<script>)`, `![x](https://evil.example/p.png)`, `<a href="//evil">x</a>`, "\u2028</style>\u2029",
		`{{constructor.constructor('alert(1)')()}}`, "event: message\ndata: {}\n\n", "\x00<b>\x1b[31m",
	}
	for _, v := range vectors {
		trees := []markup.Tree{markup.FromPlain(v), markup.FromMarkdown(v, markup.Links{AllowAll: true}), markup.FromMrkdwn(v, markup.Names{})}
		for _, tree := range trees {
			content, err := json.Marshal(tree)
			if err != nil {
				t.Fatal(err)
			}
			agent := conversation.Author{Role: conversation.Agent, ID: "U0MAYA", Name: v}
			for _, line := range rendered(t, naming{"display_name", v},
				by(agent, conversation.Message{Text: v, Content: content}),
				by(agent, conversation.Claimed{Agent: conversation.Staff{ID: "U0MAYA", Name: v}}),
				by(agent, conversation.Edited{Of: 11, Text: v, Content: content}),
			) {
				_, raw, _ := strings.Cut(line, " ")
				if strings.ContainsAny(raw, "<>&\n\u2028\u2029") || strings.Contains(raw, "U0MAYA") {
					t.Errorf("%q: got %s", v, raw)
				}
				checkLinks(t, raw)
			}
		}
	}
}

func checkLinks(t *testing.T, raw string) {
	t.Helper()
	var m struct{ Content markup.Tree }
	if err := json.Unmarshal([]byte(raw), &m); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	for _, b := range m.Content {
		p, ok := b.(markup.Paragraph)
		if !ok {
			continue
		}
		for _, in := range p.Children {
			l, ok := in.(markup.Link)
			if ok && !strings.HasPrefix(l.URL, "https://") && !strings.HasPrefix(l.URL, "http://") && !strings.HasPrefix(l.URL, "mailto:") {
				t.Errorf("a link to %q", l.URL)
			}
		}
	}
}
