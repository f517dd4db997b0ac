package webapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// Options are what a Client is made of. Only Now is required: a client without a
// token and an address keeps the pace and calls nobody.
type Options struct {
	Token string
	URL   string // of the Web API, with a slash at its end
	HTTP  *http.Client
	Pace  Pace
	Now   func() time.Time
}

// Client calls Slack: it waits for the limits of a method, sorts what goes
// wrong, and tells the health. It is safe for concurrent use.
type Client struct {
	// API makes the calls that are run by Call and its sisters.
	API      *slack.Client
	Throttle *Throttle
	Health   *Health
	// OnBarred is told when Slack lets the app not call a method, OnFreed when such
	// a method works again; set before the first call.
	OnBarred func(f *Failure)
	OnFreed  func(method string)

	http   *http.Client
	base   string
	token  string
	now    func() time.Time
	barred sync.Map // methods the app may not call
}

// New makes a client.
func New(o Options) *Client {
	return &Client{
		API:      slack.New(o.Token, slack.OptionHTTPClient(Truthful{o.HTTP}), slack.OptionAPIURL(o.URL)),
		Throttle: NewThrottle(o.Pace, o.Now), Health: NewHealth(o.Pace, o.Now),
		http: o.HTTP, base: o.URL, token: o.Token, now: o.Now,
	}
}

// Call runs one Call of slack-go. It does not wait: the limits are the caller's.
func (c *Client) Call(ctx context.Context, method, channel string, run func(context.Context) error) error {
	err := run(ctx)
	if err == nil {
		c.Health.Answered()
		if _, was := c.barred.LoadAndDelete(method); was && c.OnFreed != nil {
			c.OnFreed(method)
		}
		return nil
	}
	if ctx.Err() != nil {
		return &Failure{Method: method, Kind: Doubtful, err: ctx.Err()}
	}
	f := Classify(method, err)
	switch f.Kind {
	case Limited:
		c.Throttle.Pause(method, channel, c.now().Add(f.Retry))
		c.Health.heard()
	case Doubtful, Unreachable:
		c.Health.Silent(f)
	case TokenRefused:
		c.Health.locked(f)
	case Refused:
		c.Health.Answered()
		if f.OfApp() && c.OnBarred != nil {
			c.barred.Store(method, true)
			c.OnBarred(f)
		}
	}
	return f
}

// Prompt is patient for a caller whose call the limit has just allowed.
func (c *Client) Prompt(ctx context.Context, method, channel string, run func(context.Context) error) error {
	err := c.Call(ctx, method, channel, run)
	if f, ok := Failed(err); !ok || f.Kind != Limited {
		return err
	}
	return c.Patient(ctx, method, channel, run)
}

// mostPatience is how long Patient waits for a limit. Who has to wait longer does
// it where it holds nobody up.
const mostPatience = 2 * time.Second

// Patient is call for what somebody needs to go on: it waits a moment for the
// method's limit, and says when to come back if a moment is not enough.
func (c *Client) Patient(ctx context.Context, method, channel string, run func(context.Context) error) error {
	for deadline := c.now().Add(mostPatience); ; {
		if ok, retry := c.Throttle.Take(method, channel); !ok {
			if retry.After(deadline) {
				return &Failure{Method: method, Kind: Limited, Retry: retry.Sub(c.now()), err: ErrPace}
			}
			if err := Sleep(ctx, retry.Sub(c.now())); err != nil {
				return &Failure{Method: method, Kind: Unreachable, err: err}
			}
			continue
		}
		err := c.Call(ctx, method, channel, run)
		if f, ok := Failed(err); !ok || f.Kind != Limited || c.now().Add(f.Retry).After(deadline) {
			return err
		}
	}
}

// Read calls a method whose answer is decoded with structs of our own by Decode, since
// one odd message must not spoil a page of them.
func (c *Client) Read(ctx context.Context, method string, args url.Values, into any) error {
	return c.Call(ctx, method, args.Get("channel"), func(ctx context.Context) error {
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
		return Decode(body, into)
	})
}

// maxAnswer bounds an answer of the Web API, in bytes.
const maxAnswer = 32 << 20

func (c *Client) fetch(ctx context.Context, method string, args url.Values) ([]byte, error) {
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
