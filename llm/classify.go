package llm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	openai "github.com/sashabaranov/go-openai"
)

// classify turns what went wrong into one of the package's kinds.
func (m *OpenAI) classify(ctx context.Context, call *call, err error) error {
	if own, ok := errors.AsType[*callerError](err); ok {
		return own.err
	}
	if ctx.Err() != nil {
		return fromContext(context.Cause(ctx))
	}
	if api, ok := errors.AsType[*openai.APIError](err); ok {
		return m.fromServer(call, api)
	}
	if request, ok := errors.AsType[*openai.RequestError](err); ok {
		return m.fromServer(call, &openai.APIError{HTTPStatusCode: request.HTTPStatusCode})
	}
	if !call.sent { // go-openai knows that this model would not take it
		return fmt.Errorf("%w: %s", ErrBadRequest, m.safe(err.Error()))
	}
	return fmt.Errorf("%w: %s", ErrUnavailable, m.safe(err.Error()))
}

// fromContext is the error when the call ran out of time or was called off.
func fromContext(cause error) error {
	switch {
	case errors.Is(cause, errFirstChunk), errors.Is(cause, errIdle):
		return fmt.Errorf("%w: %w", ErrUnavailable, cause)
	case errors.Is(cause, context.DeadlineExceeded):
		return fmt.Errorf("%w: the answer took too long: %w", ErrUnavailable, cause)
	}
	return fmt.Errorf("asking the model: %w", cause)
}

// fromServer judges an error that the server itself reported, in its status or in the middle of a stream.
func (m *OpenAI) fromServer(call *call, api *openai.APIError) error {
	code := fmt.Sprint(api.Code)
	detail := m.detail(api, code)
	status := api.HTTPStatusCode
	switch {
	case isTooLong(status, code, api.Message):
		return fmt.Errorf("%w: %s", ErrTooLong, detail)
	case code == "insufficient_quota" || api.Type == "insufficient_quota" || status == http.StatusPaymentRequired:
		return fmt.Errorf("%w: %s", ErrRefused, detail)
	case status == http.StatusTooManyRequests || strings.HasPrefix(code, "rate_limit"):
		return &rateLimited{after: call.retryAfter, detail: detail}
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound:
		return fmt.Errorf("%w: %s", ErrRefused, detail)
	case status == http.StatusRequestTimeout || status == http.StatusConflict || status == http.StatusTooEarly:
		return fmt.Errorf("%w: %s", ErrUnavailable, detail)
	case status >= 400 && status < 500:
		return fmt.Errorf("%w: %s", ErrBadRequest, detail)
	case status >= 300 && status < 400:
		return fmt.Errorf("%w: %s; a redirect is not followed, use the final address", ErrRefused, detail)
	}
	return fmt.Errorf("%w: %s", ErrUnavailable, detail)
}

func isTooLong(status int, code, message string) bool {
	if status == http.StatusRequestEntityTooLarge || code == "context_length_exceeded" || code == "string_above_max_length" {
		return true
	}
	message = strings.ToLower(message)
	return status == http.StatusBadRequest && (strings.Contains(message, "context length") || strings.Contains(message, "maximum context") || strings.Contains(message, "context window"))
}

// detail describes a server's error. The message of a refused key is left out, because it repeats part of the key.
func (m *OpenAI) detail(api *openai.APIError, code string) string {
	parts := []string{"error in the stream"}
	if api.HTTPStatusCode != 0 {
		parts = []string{fmt.Sprintf("HTTP %d", api.HTTPStatusCode)}
	}
	if api.Code != nil && code != "" {
		parts = append(parts, m.safe(code))
	}
	if api.Message != "" && api.HTTPStatusCode != http.StatusUnauthorized && api.HTTPStatusCode != http.StatusForbidden {
		parts = append(parts, m.safe(api.Message))
	}
	return strings.Join(parts, ", ")
}

var secretLike = regexp.MustCompile(`(?i)\b(sk|pk|key|bearer)[-_ ][A-Za-z0-9_*.-]{6,}`)

// safe makes text from outside fit for an error: short, on one line, without the key or what looks like one.
func (m *OpenAI) safe(text string) string {
	const longest = 200
	if m.config.APIKey != "" {
		text = strings.ReplaceAll(text, m.config.APIKey, "[key]")
	}
	text = secretLike.ReplaceAllString(text, "[key]")
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}
