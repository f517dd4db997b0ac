package widgetapi

import (
	"net/http"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// The main job, as far as this room reaches: talk, ask for a person, read the
// reply, close, rate.
func TestVisitorsDay(t *testing.T) {
	g := newHouse(t).guest()
	id := g.open()
	stream := g.follow(id, "")

	sent := g.say(id, "c1", "Where is my order?")
	if sent.Seq != 1 {
		t.Errorf("first message: got seq %d, want 1", sent.Seq)
	}
	if got := stream.next(); got.ID != "1" || got.Type != "message" || got.field("id") != sent.ID || got.field("client_id") != "c1" {
		t.Errorf("the message on the stream: got %v", got)
	}

	on, err := g.store.State(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	g.appendAs(id, conversation.BotActs(on.LastVisitor.Seq, botSays("It is **on its way**.")))
	if got := stream.next(); got.ID != "2" || got.field("from").(map[string]any)["role"] != "bot" {
		t.Errorf("the answer: got %v", got)
	}

	var phase PhaseReply
	g.want(http.StatusOK, "POST", at(id, "/escalate"), EscalateBody{Reason: "lost"}, &phase)
	if phase.Phase != conversation.PhaseWaiting {
		t.Errorf("after escalate: got %q, want waiting", phase.Phase)
	}
	if got := stream.next(); got.Type != "state" || got.field("phase") != "waiting" {
		t.Errorf("the wait: got %v", got)
	}
	stream.next() // the words that go with it

	g.appendAs(id, agentSays("Hello, I have it here."))
	claimed, notice, line := stream.next(), stream.next(), stream.next()
	if claimed.field("phase") != "agent" || claimed.field("agent").(map[string]any)["name"] != "Maya" {
		t.Errorf("the claim: got %v", claimed)
	}
	if notice.field("notice") != "claimed" || line.field("text") != "Hello, I have it here." {
		t.Errorf("the reply: got %v, %v", notice, line)
	}

	g.want(http.StatusNoContent, "POST", at(id, "/read"), ReadBody{Seq: 3}, nil)
	var list ConversationsReply
	g.want(http.StatusOK, "GET", "/v1/conversations", nil, &list)
	if len(list.Conversations) != 1 || list.Conversations[0].Unread != 1 || list.Conversations[0].Phase != conversation.PhaseAgent {
		t.Errorf("the list: got %+v", list)
	}

	g.want(http.StatusOK, "POST", at(id, "/close"), EmptyBody{}, &phase)
	if phase.Phase != conversation.PhaseClosed {
		t.Errorf("after close: got %q", phase.Phase)
	}
	g.want(http.StatusNoContent, "POST", at(id, "/rating"), RatingBody{Score: 5, Comment: "thanks"}, nil)
	g.refused(http.StatusConflict, codeRated, "POST", at(id, "/rating"), RatingBody{Score: 4})
}
