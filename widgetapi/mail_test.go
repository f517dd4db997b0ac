package widgetapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

func mailing(c *Config) { c.Mail = true }

// What was said is mailed to a proved address when she asks, once for the same
// words and three times a day for all her conversations.
func TestMailTranscript(t *testing.T) {
	h := newHouse(t, mailing)
	g := h.guest()
	id := g.open()
	path := at(id, "/transcript")
	g.refused(http.StatusConflict, codeUnproved, "POST", path, EmptyBody{})
	g.proves(id, "ada@shop.example")
	var mailed MailedReply
	g.want(http.StatusAccepted, "POST", path, EmptyBody{}, &mailed)
	if _, asked := h.last(id).(conversation.TranscriptAsked); !asked || mailed.To != "a…@shop.example" {
		t.Errorf("the log ends with %T, and it goes to %q", h.last(id), mailed.To)
	}
	for range 5 { // costs none of the day's
		g.refused(http.StatusConflict, codeNothingNew, "POST", path, EmptyBody{})
	}
	g.say(id, "c1", "another line")
	g.want(http.StatusAccepted, "POST", path, EmptyBody{}, nil)

	other := g.open()
	g.proves(other, "ada@shop.example")
	g.want(http.StatusAccepted, "POST", at(other, "/transcript"), EmptyBody{}, nil)
	g.say(id, "c2", "one more")
	last := g.refused(http.StatusTooManyRequests, codeTooMany, "POST", path, EmptyBody{})
	if last.header.Get("Retry-After") == "" || !strings.Contains(string(last.body), told["chats_mailed"]) {
		t.Errorf("got %v %s", last.header, last.body)
	}
	h.clock.add(24 * time.Hour)
	g.want(http.StatusAccepted, "POST", path, EmptyBody{}, nil)
}

// Whoever has stopped the mails gets none, and she is told.
func TestMailTranscriptStopped(t *testing.T) {
	h := newHouse(t, mailing)
	g := h.guest()
	id := g.open()
	g.proves(id, "Ada@müller.example")
	code, _, err := h.store.OptOut(t.Context(), "ada@xn--mller-kva.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.store.StopMails(t.Context(), code, true); err != nil {
		t.Fatal(err)
	}
	g.refused(http.StatusConflict, codeMailsStopped, "POST", at(id, "/transcript"), EmptyBody{})
	if err := h.store.StopMails(t.Context(), code, false); err != nil {
		t.Fatal(err)
	}
	g.want(http.StatusAccepted, "POST", at(id, "/transcript"), EmptyBody{}, nil)
}

func TestMailTranscriptWithoutMail(t *testing.T) {
	g := newHouse(t).guest()
	id := g.open()
	g.proves(id, "ada@shop.example")
	g.refused(http.StatusConflict, codeNoMail, "POST", at(id, "/transcript"), EmptyBody{})
}

// A new conversation says that the site vouches for her address, so that the menu
// has the entry from its beginning.
func TestNewConversationKnowsTheAddress(t *testing.T) {
	h := newHouse(t, mailing)
	var made ConversationReply
	h.guest().want(http.StatusCreated, "POST", "/v1/conversations", OpenBody{}, &made)
	if made.Email || made.Verified {
		t.Errorf("a stranger: got %+v", made)
	}
	known, _ := h.guest().identify(signed(shopSecret, claimsOf("user-1", map[string]any{"email": "anna@mail.example"})))
	known.want(http.StatusCreated, "POST", "/v1/conversations", OpenBody{}, &made)
	if !made.Email || !made.Verified {
		t.Errorf("got %+v", made)
	}
	var mailed MailedReply
	known.want(http.StatusAccepted, "POST", at(made.ID, "/transcript"), EmptyBody{}, &mailed)
	if mailed.To != "a…@mail.example" {
		t.Errorf("goes to %q", mailed.To)
	}
}
