package widgetapi

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
)

// Appends from all sides, notes among them, while the client is cut off at
// random: what it has pieced together is 1, 2, 3, … and equals the log.
func TestStreamResumesWithoutGaps(t *testing.T) {
	g := newHouse(t).guest()
	id := g.open()
	g.appendAs(id, agentSays("hello"))
	const each = 60
	finished := g.crowd(id, each)
	got := g.collectCutOff(id, 3+3*each)
	<-finished
	for i, w := range got {
		if w.ID != strconv.Itoa(i+1) {
			t.Fatalf("event %d has the id %s", i+1, w.ID)
		}
		if strings.Contains(string(w.Data), "inside") {
			t.Fatalf("a note reached the visitor: %v", w)
		}
	}
	log := g.backlog(id, "&after=0")
	if len(log) != len(got) {
		t.Fatalf("got %d events, the log has %d", len(got), len(log))
	}
	for i := range log {
		if string(log[i].Data) != string(got[i].Data) {
			t.Errorf("event %d: got %s, the log has %s", i+1, got[i].Data, log[i].Data)
		}
	}
}

// crowd appends from four sides at once, one of them notes.
func (g *guest) crowd(id conversation.ID, each int) (finished <-chan struct{}) {
	var writing sync.WaitGroup
	for w := range 4 {
		writing.Go(func() {
			for i := range each {
				switch w {
				case 0:
					g.say(id, fmt.Sprintf("c%d", i), fmt.Sprint("visitor ", i))
				case 1:
					g.appendAs(id, conversation.Append(conversation.Draft{Author: maya, Source: conversation.FromSlack, Body: conversation.Note{Text: "inside"}}))
				default:
					g.appendAs(id, agentSays(fmt.Sprint("agent ", w, i)))
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { writing.Wait(); close(done) }()
	return done
}

// collectCutOff reads want events over connections that are cut at random.
func (g *guest) collectCutOff(id conversation.ID, want int) []wire {
	var got []wire
	random := rand.New(rand.NewPCG(1, 2))
	for len(got) < want {
		query, header := fmt.Sprintf("?after=%d", len(got)), []string{}
		if random.IntN(2) == 0 {
			query, header = "?after=0", []string{"Last-Event-ID", strconv.Itoa(len(got))}
		}
		stream := g.follow(id, query, header...)
		for n := 1 + random.IntN(30); n > 0 && len(got) < want; n-- {
			got = append(got, stream.next())
		}
		stream.stop()
	}
	return got
}

func TestPagingBack(t *testing.T) {
	g := newHouse(t).guest()
	id := g.open()
	for i := range 25 {
		g.say(id, fmt.Sprint("c", i), fmt.Sprint("line ", i))
	}
	var back []wire
	for before := "9007199254740991"; ; {
		page := g.backlog(id, "&limit=10&before="+before)
		if len(page) == 0 {
			break
		}
		back = append(page, back...)
		before = fmt.Sprint(page[0].field("seq"))
	}
	if len(back) != 25 {
		t.Fatalf("got %d events, want 25", len(back))
	}
	for i, w := range back {
		if w.field("seq") != float64(i+1) || w.field("text") != fmt.Sprint("line ", i) {
			t.Errorf("event %d: got %s", i, w.Data)
		}
	}
	if got := g.backlog(id, "&after=20&limit=3"); len(got) != 3 || got[0].field("seq") != float64(21) {
		t.Errorf("forward: got %v", got)
	}
	for _, query := range []string{"after=x", "after=-1", "after=26", "after=1.5", "after=99999999999999999999", "before=0", "before=x", "limit=0", "limit=x", "after=9223372036854775807"} {
		g.refused(http.StatusBadRequest, codeInvalid, "GET", at(id, "/events?wait=0&"+query), nil)
	}
	for _, header := range []string{"x", "26", "-1"} {
		g.refused(http.StatusBadRequest, codeInvalid, "GET", at(id, "/events"), nil, "Last-Event-ID", header)
	}
}

// A page that ends before the retraction of one of its lines is blanked too.
func TestPagesKnowLaterAmendments(t *testing.T) {
	g := newHouse(t).guest()
	id := g.open()
	out := g.appendAs(id, agentSays("card 4111"))
	of := out.Events[len(out.Events)-1]
	for i := range 12 {
		g.say(id, fmt.Sprint("c", i), "ok")
	}
	g.appendAs(id, conversation.Append(conversation.Draft{Author: maya, Source: conversation.FromSlack, Body: conversation.Edited{Of: of.Seq, Text: "card 4222"}}))
	g.appendAs(id, conversation.Append(conversation.Draft{Author: maya, Source: conversation.FromSlack, Body: conversation.Retracted{Of: of.Seq}}))
	for _, query := range []string{"&after=0&limit=4", "&before=6&limit=4", "&after=0", "&after=10"} {
		for _, w := range g.backlog(id, query) {
			if strings.Contains(string(w.Data), "card") {
				t.Errorf("%s: got %s", query, w.Data)
			}
			if w.Type == "retracted" && w.field("of") != float64(of.VSeq) {
				t.Errorf("%s: retracted %v, want %d", query, w.field("of"), of.VSeq)
			}
		}
	}
	stream := g.follow(id, "?after=16")
	if got := stream.next(); got.Type != "retracted" || got.field("of") != float64(of.VSeq) {
		t.Errorf("on the stream: got %v", got)
	}
	if got := g.want(http.StatusOK, "GET", at(id, "/transcript"), nil, nil); strings.Contains(string(got.body), "card") || !strings.Contains(string(got.body), "(taken back)") {
		t.Errorf("the transcript: %s", got.body)
	}
}

// A line that was taken back before she saw it leaves no trace: not in a page,
// not in the transcript, not in what is counted as unread. One she may have seen
// says that it is gone.
func TestTakenBackUnseen(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	g.say(id, "c1", "hello")
	stream := g.follow(id, "?after=1")
	lineOf := func(text string) conversation.Event {
		said := h.appendAs(id, agentSays(text)).Events
		return said[len(said)-1]
	}
	kept, wrong, late := lineOf("Hi, this is Maya"), lineOf("internal: he owes us 400"), lineOf("The price is 10")
	for _, b := range []conversation.Retracted{{Of: wrong.Seq, Unseen: true}, {Of: late.Seq}} {
		h.appendAs(id, conversation.Append(conversation.Draft{Author: maya, Source: conversation.FromSlack, Body: b}))
	}
	unseen := map[conversation.Seq]bool{wrong.VSeq: true, late.VSeq: false}
	for n := 0; n < len(unseen); {
		w := stream.next()
		if w.Type != "retracted" {
			continue
		}
		n++
		of := conversation.Seq(w.field("of").(float64))
		want, known := unseen[of]
		if got := w.field("unseen") == true; !known || got != want {
			t.Errorf("on the stream: got %v", w)
		}
	}
	for _, w := range g.backlog(id, "") {
		if strings.Contains(string(w.Data), "400") || strings.Contains(string(w.Data), "price") {
			t.Errorf("in the backlog: %v", w)
		}
	}
	transcript := string(g.want(http.StatusOK, "GET", at(id, "/transcript"), nil, nil).body)
	if strings.Count(transcript, "(taken back)") != 1 || strings.Count(transcript, "Maya: ") != 2 {
		t.Errorf("the transcript: %s", transcript)
	}
	var list ConversationsReply
	g.want(http.StatusNoContent, "POST", at(id, "/read"), ReadBody{kept.VSeq - 1}, nil)
	g.want(http.StatusOK, "GET", "/v1/conversations", nil, &list)
	if got := list.Conversations[0].Unread; got != 1 {
		t.Errorf("unread: got %d, want 1, the line that stays", got)
	}
}

// Signals travel without an id and never hold up or overtake the line they
// belong to.
func TestEphemeralSignals(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	draft := func(turn, text string) feed.Signal {
		data, _ := json.Marshal(map[string]any{"turn": turn, "content": []any{}, "text": text})
		return feed.Signal{Kind: feed.SignalDraft, Data: data, Keep: true}
	}
	h.live.Publish(id, draft("t1", "half"))
	stream := g.follow(id, "")
	if got := stream.next(); got.Type != "draft" || got.ID != "" || got.field("text") != "half" {
		t.Errorf("the draft so far: got %v", got)
	}
	g.want(http.StatusNoContent, "POST", at(id, "/typing"), EmptyBody{}, nil) // her own typing is not sent back
	h.live.Publish(id, feed.Signal{Kind: feed.SignalQueue, Data: json.RawMessage("{\n\"position\": 2}")})
	if got := stream.next(); got.Type != "queue" || got.field("position") != float64(2) {
		t.Errorf("the place in line: got %v", got)
	}
	h.appendAs(id, conversation.Append(botSays("whole")))
	if got := stream.next(); got.Type != "message" || got.ID != "1" {
		t.Errorf("the line: got %v", got)
	}
	h.live.Publish(id, draft("t1", "late"))
	h.live.Publish(id, draft("t2", "next"))
	if got := stream.next(); got.field("turn") != "t2" {
		t.Errorf("after the line: got %v, want the next turn's draft", got)
	}
}

// A lost wake-up costs latency, not a message.
func TestStreamLooksByItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.server.deps.Notifier = deaf{}
	g := h.guest()
	id := g.open()
	stream := g.follow(id, "")
	g.say(id, "c1", "hi")
	select {
	case w := <-stream.events:
		if w.ID != "1" {
			t.Errorf("got %v", w)
		}
	case <-time.After(slowTick + 2*time.Second):
		t.Error("the event never came")
	}
}

type deaf struct{}

func (deaf) Watch(conversation.ID) (<-chan struct{}, func()) { return nil, func() {} }

func TestStreamHeadersAndShutdown(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	resp := g.send(t.Context(), "GET", at(id, "/events"), nil)
	defer resp.Body.Close()
	for name, want := range map[string]string{"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no", "Cache-Control": "no-store"} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	stream := g.follow(id, "")
	h.server.streams.closeAll()
	stream.ends(time.Second)
	g.refused(http.StatusServiceUnavailable, codeBusy, "GET", at(id, "/events"), nil)
}

// The place in line reaches a stream that opens after it was said, and is gone
// with the wait.
func TestThePlaceInLineIsKept(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	said := g.say(id, "c1", "hello")
	h.live.Deliver(id, feed.Signal{Kind: feed.SignalQueue, Data: json.RawMessage(`{"position":2,"wait":[2,5]}`), Keep: true})
	late := g.follow(id, fmt.Sprint("?after=", said.Seq))
	if w := late.next(); w.Type != "queue" || w.ID != "" || string(w.Data) != `{"position":2,"wait":[2,5]}` {
		t.Errorf("got %v", w)
	}
	h.live.Deliver(id, feed.Signal{Kind: feed.SignalQueue, Keep: true})
	later := g.follow(id, fmt.Sprint("?after=", said.Seq))
	h.appendAs(id, agentSays("hi"))
	if w := later.next(); w.Type != "state" {
		t.Errorf("after the wait: got %v", w)
	}
}
