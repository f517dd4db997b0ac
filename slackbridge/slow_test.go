package slackbridge

import (
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/handoff-bot/handoff/internal/slowclient"
)

// Whoever announces a body and does not send it is answered, and let go, within
// the time for bodies.
func TestBodiesThatNeverCome(t *testing.T) {
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"a delivery":    {"POST /slack/events HTTP/1.1\r\nContent-Type: application/json\r\n", http.StatusUnauthorized},
		"an address":    {"POST /slack/nothing HTTP/1.1\r\n", http.StatusNotFound},
		"another way":   {"GET /slack/events HTTP/1.1\r\n", http.StatusMethodNotAllowed},
		"an odd length": {"POST /slack/commands HTTP/1.1\r\n", http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				door := (&Bridge{Deps: Deps{Now: time.Now}, log: slog.New(slog.DiscardHandler)}).Handler()
				slowclient.Announce(t, &http.Server{Handler: door, ReadHeaderTimeout: time.Minute}, c.request, c.status, 2*bodyTime)
			})
		})
	}
}

// A link that takes no acknowledgements holds its reader for one deadline, not
// for one each.
func TestADeadLinkHoldsItsReaderOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &Bridge{log: slog.New(slog.DiscardHandler)}
		l := &link{sockets: &sockets{b: b}, client: socketmode.New(slack.New("xoxb-none"))}
		var ids []string
		for i := range 50 { // its queue holds twenty
			ids = append(ids, fmt.Sprint(i))
		}
		began := time.Now()
		l.acknowledge(t.Context(), ids, nil)
		if took := time.Since(began); took > ackTimeout {
			t.Errorf("the reader was held for %v, want %v at most", took, ackTimeout)
		}
	})
}
