package slackbridge

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// channel is C1 as Slack tells of it.
type channel struct {
	t                *testing.T
	rooms            *rooms
	shared, archived bool
	calls            int
	during           func() // happens while Slack answers
}

func newChannel(t *testing.T) *channel {
	c := &channel{t: t}
	c.rooms = newRooms(newTestClient(roundTrip(c.answer)), nil, time.Now)
	return c
}

func (c *channel) answer(*http.Request) (*http.Response, error) {
	c.calls++
	body := fmt.Sprintf(`{"ok":true,"channel":{"id":"C1","name":"support","is_member":true,"is_ext_shared":%t,"is_archived":%t}}`, c.shared, c.archived)
	if happens := c.during; happens != nil {
		c.during = nil
		happens()
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

// is fails when the channel's trouble is another one, "" for none.
func (c *channel) is(want string) {
	c.t.Helper()
	f, err := c.rooms.look(c.t.Context(), "T1", "C1")
	if err != nil {
		c.t.Fatal(err)
	}
	got := ""
	if f != nil {
		got = f.Code
	}
	if got != want {
		c.t.Errorf("after %d calls: %q, want %q", c.calls, got, want)
	}
}

// Slack tells one node that a channel was shared with another organisation. A node
// that is told nothing, and does not lead, finds out when it is about to post there.
func TestASharedChannelIsFoundOutWithoutAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChannel(t)
		c.is("")
		c.shared = true
		time.Sleep(roomLife - time.Second)
		c.is("")
		time.Sleep(time.Second)
		c.is(codeShared)
		if c.calls != 2 {
			t.Errorf("Slack was asked %d times", c.calls)
		}
	})
}

// A channel may change while Slack answers what it was before: then the answer is
// not believed, and nobody waits until it would have been asked again.
func TestAChannelChangesWhileItIsAskedAbout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChannel(t)
		c.archived = true
		c.during = func() { c.archived = false; c.rooms.forget("C1") }
		c.is("is_archived")
		c.is("")
		c.rooms.forget("C1")
		c.during = func() { c.shared = true; c.rooms.forget("C1") }
		c.is("")
		c.is(codeShared)
		if len(c.rooms.stirred) == 0 {
			t.Error("nobody is asked to look again")
		}
	})
}
