package widgetapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// full is a store without room: it reads, and refuses every write.
type full struct {
	Sessions
	Conversations
	conversation.Reader
}

func noRoom() error { return fmt.Errorf("commit: %w: disk I/O error", conversation.ErrStorageFull) }

func (full) Append(context.Context, conversation.ID, string, conversation.Decider) (conversation.Outcome, error) {
	return conversation.Outcome{}, noRoom()
}

func (full) Create(context.Context, conversation.Author, conversation.Opened) (conversation.State, error) {
	return conversation.State{}, noRoom()
}

func (full) MarkRead(context.Context, conversation.ID, conversation.Seq) error { return noRoom() }

func (full) SaveSession(context.Context, session.Session) error { return noRoom() }

func (full) EndSession(context.Context, session.Session) error { return noRoom() }

func (full) Identify(context.Context, session.Identification) (session.Identity, error) {
	return session.Identity{}, noRoom()
}

func (full) Clear(context.Context, session.Owner) ([][32]byte, error) { return nil, noRoom() }

func (full) Track(context.Context, session.Owner, session.Tracked) error { return noRoom() }

func (full) SaveCode(context.Context, session.Code) error { return noRoom() }

func (full) TouchSession(context.Context, [32]byte, time.Time) error { return noRoom() }

func (full) Count(context.Context, string, time.Time, int) (int, error) { return 0, noRoom() }

func (full) UseCode(context.Context, session.Purpose, conversation.ID, [32]byte, time.Time) (session.Grant, error) {
	return session.Grant{}, noRoom()
}

func (full) OptOut(context.Context, string) (string, bool, error) { return "", false, noRoom() }

func (full) StopMails(context.Context, string, bool) error { return noRoom() }

// A full disk refuses what it cannot keep with 507 and says so; what is stored
// can be read, and the operator finds it in the log.
func TestAFullDiskSaysSo(t *testing.T) {
	h := newHouse(t, mailing, func(c *Config) { c.Server.PublicURL = publicURL })
	g := h.guest()
	id := g.open()
	h.appendAs(id, conversation.Append(botSays("An answer"))) // for the route of the thumb
	h.appendAs(id, conversation.Append(                       // for the route that mails
		by(visitorA, conversation.ContactGiven{Mail: true, Email: "ada@shop.example"}), by(visitorA, conversation.Verified{})))
	g.say(id, "c1", "kept")
	h.clock.add(2 * time.Hour) // the session's end would be moved
	room := h.server.deps
	none := full{h.store, h.store, h.store}
	h.server.deps.Log, h.server.deps.Conversations, h.server.deps.Sessions, h.server.deps.Counters = none, none, none, none
	h.server.deps.Codes = none
	for _, rt := range routes() {
		if rt.gives.notYet || rt.method == http.MethodGet || rt.handler.form || rt.name == "typing" { // typing is not stored, and a file is no JSON
			continue
		}
		path := strings.ReplaceAll(rt.pattern, "{id}", string(id))
		got := g.refused(http.StatusInsufficientStorage, codeFull, rt.method, path, bodyFor(t, rt))
		if !strings.Contains(string(got.body), "no room left") {
			t.Errorf("%s: got %s", rt.name, got.body)
		}
	}
	if got := g.backlog(id, ""); len(got) != 2 || got[1].field("text") != "kept" {
		t.Errorf("without room: got %v, want the line that was kept", got)
	}
	if logs := h.logs.String(); !strings.Contains(logs, "a request failed") || !strings.Contains(logs, "disk") {
		t.Errorf("the log says nothing of the disk: %s", logs)
	}
	h.server.deps = room
	g.say(id, "c2", "with room again")
	if got := g.backlog(id, ""); len(got) != 3 {
		t.Errorf("with room again: got %v, want three lines", got)
	}
}
