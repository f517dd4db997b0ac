package slackbridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// failure is a call to Slack that went wrong, sorted by what may be done next.
type failure struct {
	Method string
	Kind   failureKind
	Code   string        // Slack's error code, "" when there was no answer
	Retry  time.Duration // limited: when Slack wants to be asked again
	err    error
}

type failureKind int

const (
	// refused: Slack answered no. Nothing happened; asking again is no use.
	refused failureKind = iota
	// limited: too fast. Nothing happened; ask again after Retry.
	limited
	// doubtful: it may have happened, or not. Look before asking again.
	doubtful
	// unreachable: nobody was reached. Nothing happened.
	unreachable
	// tokenRefused: nothing happened and nothing will until somebody acts.
	tokenRefused
)

func (f *failure) Error() string {
	if f.Code != "" {
		return fmt.Sprintf("slack %s: %s", f.Method, f.Code)
	}
	return fmt.Sprintf("slack %s: %v", f.Method, f.err)
}

func (f *failure) Unwrap() error { return f.err }

// failed returns the failure in err.
func failed(err error) (*failure, bool) {
	var f *failure
	ok := errors.As(err, &f)
	return f, ok
}

// hasCode says that Slack refused with one of these codes.
func hasCode(err error, codes ...string) bool {
	f, ok := failed(err)
	if !ok {
		return false
	}
	for _, c := range codes {
		if f.Code == c {
			return true
		}
	}
	return false
}

// tokenCodes are the refusals that concern the token itself.
const tokenCodes = " invalid_auth not_authed token_revoked token_expired account_inactive not_allowed_token_type "

// doubtCodes are the errors of which Slack says that some of it may have
// succeeded.
const doubtCodes = " internal_error fatal_error request_timeout service_unavailable " + emptyAnswer + " "

// errPace says that a method's limit does not allow a call now.
var errPace = errors.New("not so fast")

// maxPause bounds what is believed of a Retry-After.
const maxPause = 10 * time.Minute

// standardPause is the pause after a rate limit that does not say how long.
const standardPause = 5 * time.Second

// classify sorts the error of one call.
func classify(method string, err error) *failure {
	f := &failure{Method: method, err: err, Kind: doubtful}
	var rateLimit *slack.RateLimitedError
	var status slack.StatusCodeError
	var answer slack.SlackErrorResponse
	var op *net.OpError
	switch {
	case errors.As(err, &rateLimit):
		f.Kind, f.Retry = limited, min(max(rateLimit.RetryAfter, time.Second), maxPause)
	case errors.As(err, &status):
		f.status(status.Code)
	case errors.As(err, &answer):
		f.answered(answer.Err)
	case errors.As(err, &op) && op.Op == "dial":
		f.Kind = unreachable
	}
	return f
}

func (f *failure) status(code int) {
	switch {
	case code == http.StatusTooManyRequests:
		f.Kind, f.Retry = limited, standardPause
	case code < 400: // a redirect: somebody else than Slack answers at this address
		f.Kind, f.Code = unreachable, "http_"+strconv.Itoa(code)
	case code < 500:
		f.Kind, f.Code = refused, "http_"+strconv.Itoa(code)
	}
}

func (f *failure) answered(code string) {
	f.Code = code
	switch in := " " + code + " "; {
	case code == "ratelimited" || code == "rate_limited":
		f.Kind, f.Retry = limited, standardPause
	case strings.Contains(tokenCodes, in):
		f.Kind = tokenRefused
	case strings.Contains(doubtCodes, in):
		f.Kind = doubtful
	default:
		f.Kind = refused
	}
}

// client calls Slack: it waits for the limits of a method, sorts what goes
// wrong, and tells the health.
type client struct {
	api    *slack.Client
	http   *http.Client
	base   string
	token  string
	limits *throttle
	health *health
	now    func() time.Time

	barred sync.Map // methods the app may not call
	bar    func(f *failure)
	free   func(method string)
}

// call runs one call of slack-go. It does not wait: the limits are the caller's.
func (c *client) call(ctx context.Context, method, channel string, run func(context.Context) error) error {
	err := run(ctx)
	if err == nil {
		c.health.answered()
		if _, was := c.barred.LoadAndDelete(method); was {
			c.free(method)
		}
		return nil
	}
	if ctx.Err() != nil {
		return &failure{Method: method, Kind: doubtful, err: ctx.Err()}
	}
	f := classify(method, err)
	switch f.Kind {
	case limited:
		c.limits.pause(method, channel, c.now().Add(f.Retry))
		c.health.heard()
	case doubtful, unreachable:
		c.health.silent(f)
	case tokenRefused:
		c.health.locked(f)
	case refused:
		c.health.answered()
		if f.ofApp() && c.bar != nil {
			c.barred.Store(method, true)
			c.bar(f)
		}
	}
	return f
}

// prompt is patient for a caller whose call the limit has just allowed.
func (c *client) prompt(ctx context.Context, method, channel string, run func(context.Context) error) error {
	err := c.call(ctx, method, channel, run)
	if f, ok := failed(err); !ok || f.Kind != limited {
		return err
	}
	return c.patient(ctx, method, channel, run)
}

// mostPatience is how long patient waits for a limit. Who has to wait longer does
// it where it holds nobody up.
const mostPatience = 2 * time.Second

// patient is call for what somebody needs to go on: it waits a moment for the
// method's limit, and says when to come back if a moment is not enough.
func (c *client) patient(ctx context.Context, method, channel string, run func(context.Context) error) error {
	for deadline := c.now().Add(mostPatience); ; {
		if ok, retry := c.limits.take(method, channel); !ok {
			if retry.After(deadline) {
				return &failure{Method: method, Kind: limited, Retry: retry.Sub(c.now()), err: errPace}
			}
			if err := pauseFor(ctx, retry.Sub(c.now())); err != nil {
				return &failure{Method: method, Kind: unreachable, err: err}
			}
			continue
		}
		err := c.call(ctx, method, channel, run)
		if f, ok := failed(err); !ok || f.Kind != limited || c.now().Add(f.Retry).After(deadline) {
			return err
		}
	}
}

// read calls a method whose answer is decoded with our own loose structs, since
// one odd message must not spoil a page of them.
func (c *client) read(ctx context.Context, method string, args url.Values, into any) error {
	return c.call(ctx, method, args.Get("channel"), func(ctx context.Context) error {
		body, err := c.fetch(ctx, method, args)
		if err != nil {
			return err
		}
		var head struct {
			OK    bool   `json:"ok"`
			Error string `json:"error"`
		}
		if err := json.Unmarshal(body, &head); err != nil {
			return fmt.Errorf("read the answer: %w", err)
		}
		if !head.OK && head.Error == "" {
			head.Error = emptyAnswer
		}
		if !head.OK {
			return slack.SlackErrorResponse{Err: head.Error}
		}
		return loose(body, into)
	})
}

// maxAnswer bounds an answer of the Web API, in bytes.
const maxAnswer = 32 << 20

func (c *client) fetch(ctx context.Context, method string, args url.Values) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+method, strings.NewReader(args.Encode()))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+c.token)
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode == http.StatusTooManyRequests {
		wait, err := strconv.Atoi(res.Header.Get("Retry-After"))
		if err != nil {
			return nil, slack.StatusCodeError{Code: res.StatusCode, Status: res.Status}
		}
		return nil, &slack.RateLimitedError{RetryAfter: time.Duration(min(wait, int(maxPause/time.Second))) * time.Second}
	}
	if res.StatusCode != http.StatusOK {
		return nil, slack.StatusCodeError{Code: res.StatusCode, Status: res.Status}
	}
	return io.ReadAll(io.LimitReader(res.Body, maxAnswer))
}
