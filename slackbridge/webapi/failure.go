package webapi

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// Failure is a call to Slack that went wrong, sorted by what may be done next.
type Failure struct {
	Method string
	Kind   Kind
	Code   string        // Slack's error code, "" when there was no answer
	Retry  time.Duration // Limited: when Slack wants to be asked again
	err    error
}

// Kind says what may be done after a failure.
type Kind int

const (
	// Refused says that Slack answered no. Nothing happened; asking again is no use.
	Refused Kind = iota
	// Limited says that it was too fast. Nothing happened; ask again after Retry.
	Limited
	// Doubtful says that it may have happened, or not. Look before asking again.
	Doubtful
	// Unreachable says that nobody was reached. Nothing happened.
	Unreachable
	// TokenRefused says that nothing happened and nothing will until somebody acts.
	TokenRefused
)

func (f *Failure) Error() string {
	if f.Code != "" {
		return fmt.Sprintf("slack %s: %s", f.Method, f.Code)
	}
	return fmt.Sprintf("slack %s: %v", f.Method, f.err)
}

func (f *Failure) Unwrap() error { return f.err }

// Reason says what happened, for people.
func (f *Failure) Reason() string {
	if f.Code != "" {
		return f.Code
	}
	return "no answer to " + f.Method
}

// Failed returns the failure in err.
func Failed(err error) (*Failure, bool) {
	var f *Failure
	ok := errors.As(err, &f)
	return f, ok
}

// HasCode says that Slack refused with one of these codes.
func HasCode(err error, codes ...string) bool {
	f, ok := Failed(err)
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

// ErrPace says that a method's limit does not allow a call now.
var ErrPace = errors.New("not so fast")

// maxPause bounds what is believed of a Retry-After.
const maxPause = 10 * time.Minute

// standardPause is the pause after a rate limit that does not say how long.
const standardPause = 5 * time.Second

// Classify sorts the error of one call.
func Classify(method string, err error) *Failure {
	f := &Failure{Method: method, err: err, Kind: Doubtful}
	var rateLimit *slack.RateLimitedError
	var status slack.StatusCodeError
	var answer slack.SlackErrorResponse
	var op *net.OpError
	switch {
	case errors.As(err, &rateLimit):
		f.Kind, f.Retry = Limited, min(max(rateLimit.RetryAfter, time.Second), maxPause)
	case errors.As(err, &status):
		f.status(status.Code)
	case errors.As(err, &answer):
		f.answered(answer.Err)
	case errors.As(err, &op) && op.Op == "dial":
		f.Kind = Unreachable
	}
	return f
}

func (f *Failure) status(code int) {
	switch {
	case code == http.StatusTooManyRequests:
		f.Kind, f.Retry = Limited, standardPause
	case code < 400: // a redirect: somebody else than Slack answers at this address
		f.Kind, f.Code = Unreachable, "http_"+strconv.Itoa(code)
	case code < 500:
		f.Kind, f.Code = Refused, "http_"+strconv.Itoa(code)
	}
}

func (f *Failure) answered(code string) {
	f.Code = code
	switch in := " " + code + " "; {
	case code == "ratelimited" || code == "rate_limited":
		f.Kind, f.Retry = Limited, standardPause
	case OfToken(code):
		f.Kind = TokenRefused
	case strings.Contains(doubtCodes, in):
		f.Kind = Doubtful
	default:
		f.Kind = Refused
	}
}

// appCodes are the refusals that concern what the app may do at all.
var appCodes = []string{
	"missing_scope", "no_permission", "access_denied", "ekm_access_denied", "org_login_required", "team_access_not_granted", "not_allowed", "app_missing_action_url",
}

// OfApp says that a refusal concerns what the app may do, or comes from somebody
// between Slack and us. The address for a file's bytes is no method: it expires.
func (f *Failure) OfApp() bool {
	return f.Kind == Refused && (slices.Contains(appCodes, f.Code) || strings.HasPrefix(f.Code, "http_")) && f.Method != MethodUpload
}

// OfToken says that a code concerns the token itself.
func OfToken(code string) bool { return strings.Contains(tokenCodes, " "+code+" ") }

// MethodUpload names the call that sends a file's bytes.
const MethodUpload = "upload"
