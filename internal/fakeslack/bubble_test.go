package fakeslack_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// pipeListener hands out in-memory connections, which a synctest bubble can
// wait for.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	select {
	case <-l.done:
	default:
		close(l.done)
	}
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.conns <- there:
		return here, nil
	case <-l.done:
		return nil, errors.New("the listener is closed")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Slack's own schedule, on the bubble's clock: 3 s to acknowledge, then at
// once, after a minute and after five.
func TestRetryScheduleOnAVirtualClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ln := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
		s := fakeslack.Sample(fakeslack.Options{BaseURL: "http://slack.test"})
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- s.Serve(ctx, ln) }()

		hc := &http.Client{Transport: &http.Transport{DialContext: ln.dial, DisableKeepAlives: true}}
		api := slack.New(fakeslack.SampleBotToken, slack.OptionHTTPClient(hc), slack.OptionAPIURL("http://slack.test/api/"), slack.OptionAppLevelToken(fakeslack.SampleAppToken))
		sm := socketmode.New(api, socketmode.OptionDialer(&websocket.Dialer{NetDialContext: ln.dial}))
		ran := make(chan error, 1)
		go func() { ran <- sm.RunContext(ctx) }()
		synctest.Wait()

		began := time.Now()
		say(t, s, "never acknowledged")
		var at []string
		for len(at) < 4 {
			if e := <-sm.Events; e.Type == socketmode.EventTypeEventsAPI {
				at = append(at, time.Since(began).String())
			}
		}
		if got, want := strings.Join(at, " "), "0s 3s 1m6s 6m9s"; got != want {
			t.Errorf("got deliveries at %s, want %s", got, want)
		}
		time.Sleep(4 * time.Second)
		if d := s.Deliveries()[0]; !d.Over || d.Acked {
			t.Errorf("after the last retry: got %+v", d)
		}
		cancel()
		<-ran
		if err := <-served; err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
}
