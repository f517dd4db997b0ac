package fakeslack_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"go.uber.org/goleak"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	maya    = fakeslack.SampleMaya
	sam     = fakeslack.SampleSam
	priya   = fakeslack.SamplePriya
	support = fakeslack.SampleSupport
	billing = fakeslack.SampleBilling
)

// quick makes minutes pass in milliseconds; three seconds become 150 ms.
func quick(d time.Duration) time.Duration { return d / 20 }

// start serves a sample workspace and returns it with a client that keeps no
// idle connections.
func start(t *testing.T, o fakeslack.Options) (*fakeslack.Server, *slack.Client) {
	t.Helper()
	s := fakeslack.Sample(o)
	serve(t, s)
	return s, client(s)
}

func client(s *fakeslack.Server) *slack.Client {
	hc := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	return slack.New(fakeslack.SampleBotToken, slack.OptionHTTPClient(hc), slack.OptionAPIURL(s.APIURL()), slack.OptionAppLevelToken(fakeslack.SampleAppToken))
}

func serve(t *testing.T, s *fakeslack.Server) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	ready := make(chan struct{})
	go func() { close(ready); done <- s.Serve(ctx, ln) }()
	<-ready
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	wait(t, s, func(*fakeslack.State) bool { return true })
	for s.URL() == "" {
		time.Sleep(time.Millisecond) // until Serve has noted the address
	}
}

func wait(t *testing.T, s *fakeslack.Server, ok func(*fakeslack.State) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.WaitFor(ctx, ok); err != nil {
		t.Fatal(err)
	}
}

// listener collects what one Socket Mode client receives, and acknowledges it
// unless told not to.
type listener struct {
	events chan socketmode.Event
	ack    func(socketmode.Event) (payload any, ack bool)
}

func listen(t *testing.T, s *fakeslack.Server, ack func(socketmode.Event) (any, bool)) *listener {
	t.Helper()
	api := client(s)
	sm := socketmode.New(api)
	l := &listener{events: make(chan socketmode.Event, 100), ack: ack}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{}, 2)
	go func() { _ = sm.RunContext(ctx); done <- struct{}{} }()
	go func() {
		defer func() { done <- struct{}{} }()
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-sm.Events:
				l.take(ctx, sm, e)
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done; <-done })
	before := s.Sockets()
	wait(t, s, func(st *fakeslack.State) bool { return st.Sockets() > before || before > 0 })
	return l
}

func (l *listener) take(ctx context.Context, sm *socketmode.Client, e socketmode.Event) {
	if e.Request == nil || e.Request.EnvelopeID == "" {
		return
	}
	payload, ack := any(nil), true
	if l.ack != nil {
		payload, ack = l.ack(e)
	}
	if ack {
		if payload == nil {
			_ = sm.AckCtx(ctx, e.Request.EnvelopeID, nil)
		} else {
			_ = sm.AckCtx(ctx, e.Request.EnvelopeID, payload)
		}
	}
	l.events <- e
}

func (l *listener) next(t *testing.T) socketmode.Event {
	t.Helper()
	select {
	case e := <-l.events:
		return e
	case <-time.After(5 * time.Second):
		t.Fatal("no delivery arrived")
		return socketmode.Event{}
	}
}

// call makes one Web API call by hand and returns the decoded answer.
func call(t *testing.T, s *fakeslack.Server, method string, args map[string]string) map[string]any {
	t.Helper()
	form := url.Values{"token": {fakeslack.SampleBotToken}}
	for k, v := range args {
		form.Set(k, v)
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).PostForm(s.APIURL()+method, form)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var out map[string]any
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		t.Fatalf("%s: status %d: %v", method, res.StatusCode, err)
	}
	return out
}
