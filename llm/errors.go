package llm

import (
	"errors"
	"fmt"
	"time"
)

// Every error of a model is one of these (errors.Is), or the caller's own: context.Canceled, or what the delta
// function returned.
var (
	// ErrUnavailable: no network, a server error, no first chunk in time, a stream that broke off, or the breaker is
	// open. The same request may work later.
	ErrUnavailable = errors.New("the model is unavailable")
	// ErrRateLimited: the server asks to wait; see RetryAfter.
	ErrRateLimited = errors.New("the model's rate limit is reached")
	// ErrRefused: the key, the account or the model's name is not accepted. Only the operator can mend it.
	ErrRefused = errors.New("the model server refuses the key or the model")
	// ErrBadRequest: the server does not accept the request. Sending it again does not help.
	ErrBadRequest = errors.New("the model server does not accept the request")
	// ErrTooLong: the messages do not fit the model. A shorter request may work.
	ErrTooLong = errors.New("the request is too long for the model")
)

// rateLimited is ErrRateLimited with the time the server asked for.
type rateLimited struct {
	after  time.Duration
	detail string
}

func (e *rateLimited) Error() string {
	if e.after == 0 {
		return fmt.Sprintf("%v: %s", ErrRateLimited, e.detail)
	}
	return fmt.Sprintf("%v, retry after %v: %s", ErrRateLimited, e.after, e.detail)
}

func (e *rateLimited) Is(target error) bool { return target == ErrRateLimited }

// RetryAfter is how long the server asked to wait, at most an hour. Zero means that it did not say, or that err is
// not ErrRateLimited.
func RetryAfter(err error) time.Duration {
	if limited, ok := errors.AsType[*rateLimited](err); ok {
		return limited.after
	}
	return 0
}
