package fakeslack_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// Each failure once, and whether the message is there afterwards.
func TestFailures(t *testing.T) {
	long := 100 * time.Millisecond
	cases := []struct {
		name   string
		do     fakeslack.Failure
		stored bool
		check  func(error) bool
	}{
		{"429", fakeslack.RateLimited("7"), false, func(err error) bool {
			var e *slack.RateLimitedError
			return errors.As(err, &e) && e.RetryAfter == 7*time.Second
		}},
		{"429 without the header", fakeslack.RateLimited(""), false, isStatus(429)},
		{"429 with a bad header", fakeslack.RateLimited("soon"), false, isCode("")},
		{"200 ratelimited", fakeslack.Refuse{Error: "ratelimited"}, false, isCode("ratelimited")},
		{"200 rate_limited", fakeslack.Refuse{Error: "rate_limited"}, false, isCode("rate_limited")},
		{"empty error", fakeslack.Refuse{}, false, func(err error) bool { return err == nil }},
		{"fatal_error before", fakeslack.Refuse{Error: "fatal_error"}, false, isCode("fatal_error")},
		{"internal_error after", fakeslack.Refuse{Error: "internal_error", After: true}, true, isCode("internal_error")},
		{"500 before", fakeslack.Status{Code: 500}, false, isStatus(500)},
		{"503 after", fakeslack.Status{Code: 503, After: true}, true, isStatus(503)},
		{"dropped before", fakeslack.Drop{}, false, isCode("")},
		{"dropped after", fakeslack.Drop{After: true}, true, isCode("")},
		{"slow after", fakeslack.Slow{For: 10 * time.Second}, true, isTimeout},
		{"slow before, but not too slow", fakeslack.Slow{For: long, Before: true}, true, func(err error) bool { return err == nil }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, api := start(t, fakeslack.Options{})
			s.Inject(fakeslack.Fault{Method: "chat.postMessage", Channel: support, Times: 1, Do: c.do})
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, _, err := api.PostMessageContext(ctx, support, slack.MsgOptionText("x", false))
			if !c.check(err) {
				t.Errorf("got %v", err)
			}
			wait(t, s, func(st *fakeslack.State) bool { return len(st.Calls()) == 1 && (!c.stored || st.Calls()[0].Committed) })
			if got := len(s.History(support)) == 1; got != c.stored || s.Calls()[0].Committed != c.stored {
				t.Errorf("stored: got %v, want %v", got, c.stored)
			}
			if _, _, err := api.PostMessage(support, slack.MsgOptionText("again", false)); err != nil {
				t.Errorf("the fault was for one call: got %v", err)
			}
		})
	}
}

func isCode(code string) func(error) bool {
	return func(err error) bool {
		var e slack.SlackErrorResponse
		if code == "" {
			return err != nil && !errors.As(err, &e)
		}
		return err != nil && err.Error() == code
	}
}

func isStatus(status int) func(error) bool {
	return func(err error) bool {
		var e slack.StatusCodeError
		return errors.As(err, &e) && e.Code == status
	}
}

func isTimeout(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

func TestFaultsAreNarrowAndCanBeLifted(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	post := func(channel string) string {
		code, _ := call(t, s, "chat.postMessage", set{"channel": channel, "text": "x"})["error"].(string)
		return code
	}
	lift := s.Inject(fakeslack.Fault{Method: "chat.postMessage", Channel: billing, Skip: 1, Do: fakeslack.Refuse{Error: "fatal_error"}})
	got := []string{post(support), post(billing), post(billing), post(billing)}
	lift()
	got = append(got, post(billing))
	want := []string{"", "", "fatal_error", "fatal_error", ""}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}

func TestOutageAndRecovery(t *testing.T) {
	s, api := start(t, fakeslack.Options{Delay: quick})
	listen(t, s, nil)
	s.Switch(func(sw *fakeslack.Switches) { sw.Outage = true })
	wait(t, s, func(st *fakeslack.State) bool { return st.Sockets() == 0 })
	if _, err := api.AuthTest(); err == nil {
		t.Error("auth.test during an outage: no error")
	}
	s.Switch(func(sw *fakeslack.Switches) { sw.Outage = false })
	wait(t, s, func(st *fakeslack.State) bool { return st.Sockets() == 1 })
	if _, err := api.AuthTest(); err != nil {
		t.Errorf("auth.test afterwards: %v", err)
	}
}

func TestRevokedTokens(t *testing.T) {
	s, api := start(t, fakeslack.Options{})
	l := listen(t, s, nil)
	s.RevokeTokens("token_revoked")
	if _, err := api.AuthTest(); err == nil || err.Error() != "token_revoked" {
		t.Errorf("got %v", err)
	}
	l.next(t)
	l.next(t)
	d := s.Deliveries()
	if d[0].Type != "tokens_revoked" || d[1].Type != "app_uninstalled" {
		t.Errorf("got %s, %s", d[0].Type, d[1].Type)
	}
	s.RevokeTokens("")
	if _, err := api.AuthTest(); err != nil {
		t.Errorf("restored: got %v", err)
	}
}
