package llm

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// maxWireBytes limits one response on the wire. A chunk of one word is about 300 bytes, so this leaves room for
// maxReplyBytes in single words.
const maxWireBytes = 8 << 20

// maxErrorBytes limits the body of an error response.
const maxErrorBytes = 64 << 10

var errTooMuch = errors.New("the response is too large")

// call is what we want to know of one HTTP exchange and go-openai does not tell.
type call struct {
	sent       bool
	status     int
	retryAfter time.Duration
}

type callKey struct{}

// withCall returns a context whose exchange is noted in the call. It is read after the exchange, by one goroutine.
func withCall(ctx context.Context) (context.Context, *call) {
	c := &call{}
	return context.WithValue(ctx, callKey{}, c), c
}

// boundedDoer notes status and Retry-After and bounds the body.
type boundedDoer struct{ client *http.Client }

// Do implements go-openai's HTTPDoer.
func (d *boundedDoer) Do(req *http.Request) (*http.Response, error) {
	c, _ := req.Context().Value(callKey{}).(*call)
	if c == nil {
		c = &call{}
	}
	c.sent = true
	resp, err := d.client.Do(req) //nolint:gosec // G704: the address is the admin's, loopback included
	if err != nil {
		return nil, err
	}
	c.status = resp.StatusCode
	if resp.StatusCode >= 300 && resp.StatusCode < 400 { // go-openai would read it as an empty answer
		resp.Body.Close() //nolint:errcheck,gosec // given up
		return nil, &openai.APIError{HTTPStatusCode: resp.StatusCode}
	}
	c.retryAfter = parseRetryAfter(resp.Header, time.Now())
	limit := int64(maxWireBytes)
	if resp.StatusCode >= 300 {
		limit = maxErrorBytes
	}
	resp.Body = &boundedBody{ReadCloser: resp.Body, left: limit}
	return resp, nil
}

// boundedBody fails instead of ending, so that a cut is not taken for the end.
type boundedBody struct {
	io.ReadCloser
	left int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooMuch
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	return n, err
}

// parseRetryAfter reads seconds, OpenAI's milliseconds, or a date; at most an hour.
func parseRetryAfter(h http.Header, now time.Time) time.Duration {
	var after time.Duration
	value := strings.TrimSpace(h.Get("Retry-After"))
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil {
		after = time.Duration(min(ms, 3.6e6) * float64(time.Millisecond))
	} else if s, err := strconv.ParseFloat(value, 64); err == nil {
		after = time.Duration(min(s, 3600) * float64(time.Second))
	} else if at, err := http.ParseTime(value); err == nil {
		after = at.Sub(now)
	}
	return min(max(after, 0), time.Hour)
}
