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

// Slack tells one node that a channel was shared with another organisation. A node
// that is told nothing, and does not lead, finds out when it is about to post there.
func TestASharedChannelIsFoundOutWithoutAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared, calls := false, 0
		rt := roundTrip(func(*http.Request) (*http.Response, error) {
			calls++
			body := fmt.Sprintf(`{"ok":true,"channel":{"id":"C1","name":"support","is_member":true,"is_ext_shared":%t}}`, shared)
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
		})
		r := newRooms(newTestClient(rt), nil, time.Now)
		look := func(want string) {
			t.Helper()
			f, err := r.look(t.Context(), "T1", "C1")
			if err != nil {
				t.Fatal(err)
			}
			if got := f != nil && f.Code == codeShared; got != (want == codeShared) {
				t.Errorf("after %d calls: shared %t, want %q", calls, got, want)
			}
		}
		look("")
		shared = true
		time.Sleep(roomLife - time.Second)
		look("")
		time.Sleep(time.Second)
		look(codeShared)
		if calls != 2 {
			t.Errorf("Slack was asked %d times", calls)
		}
	})
}
