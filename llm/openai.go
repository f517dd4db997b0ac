package llm

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"
	"github.com/sony/gobreaker/v2"
)

const (
	defaultFirstChunk = 30 * time.Second
	defaultIdle       = 15 * time.Second
	defaultTimeout    = 45 * time.Second

	// breakerFailures in a row open the breaker; after breakerRest one call probes whether the model is back.
	breakerFailures = 5
	breakerRest     = 15 * time.Second
)

// OpenAI is a model behind an OpenAI-compatible server. Its methods may be used by many goroutines.
type OpenAI struct {
	client  *openai.Client
	config  Config
	breaker *gobreaker.TwoStepCircuitBreaker[Reply]
}

// NewOpenAI makes a client for cfg.BaseURL. httpClient may be nil; then a client is made that uses no proxy and
// follows no redirect, so that the key goes nowhere but to the configured host. The address is the admin's word:
// loopback and private networks are fine. logger gets the breaker's changes of state.
func NewOpenAI(cfg Config, httpClient *http.Client, logger *slog.Logger) *OpenAI {
	if httpClient == nil {
		httpClient = directClient()
	}
	cfg.Timeout = orDefault(cfg.Timeout, defaultTimeout)
	cfg.FirstChunk = min(orDefault(cfg.FirstChunk, defaultFirstChunk), cfg.Timeout)
	cfg.Idle = min(orDefault(cfg.Idle, defaultIdle), cfg.Timeout)
	wire := openai.DefaultConfig(cfg.APIKey)
	wire.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	wire.HTTPClient = &boundedDoer{client: httpClient}
	return &OpenAI{client: openai.NewClientWithConfig(wire), config: cfg, breaker: newBreaker(logger)}
}

func orDefault(d, fallback time.Duration) time.Duration {
	if d <= 0 {
		return fallback
	}
	return d
}

func directClient() *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout: 5 * time.Second,
			IdleConnTimeout:     60 * time.Second,
			MaxIdleConnsPerHost: 8,
			ForceAttemptHTTP2:   true,
		},
	}
}

func newBreaker(logger *slog.Logger) *gobreaker.TwoStepCircuitBreaker[Reply] {
	return gobreaker.NewTwoStepCircuitBreaker[Reply](gobreaker.Settings{
		Name:        "model",
		MaxRequests: 1,
		Timeout:     breakerRest,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= breakerFailures },
		// Only a model that does not work counts. What the caller, the key or the request did says nothing about it.
		IsExcluded: func(err error) bool { return err != nil && !errors.Is(err, ErrUnavailable) },
		OnStateChange: func(_ string, from, to gobreaker.State) {
			logger.Warn("model breaker changed", slog.String("from", from.String()), slog.String("to", to.String()))
		},
	})
}

// Name is the model's name as the server knows it.
func (m *OpenAI) Name() string { return m.config.Model }

// State is "closed" while the model works, "open" while it is left alone after failing, and "half-open" when the
// next call will probe it.
func (m *OpenAI) State() string { return m.breaker.State().String() }

// Stream sends the request and calls each with every piece of text as it arrives; an error of each ends the call and
// is returned. Tool calls are in the reply only. The call takes at most Config.Timeout.
func (m *OpenAI) Stream(ctx context.Context, req Request, each func(Delta) error) (Reply, error) {
	done, err := m.breaker.Allow()
	if err != nil {
		return Reply{}, resting(err)
	}
	reply, err := m.stream(ctx, req, each)
	done(err)
	return reply, err
}

// Check asks the server for its list of models, which costs nothing, and returns the kind of trouble, if any. A server
// without such a list counts as reachable.
func (m *OpenAI) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, m.config.FirstChunk)
	defer cancel()
	ctx, call := withCall(ctx)
	_, err := m.client.ListModels(ctx)
	if err == nil || call.status == http.StatusNotFound || call.status == http.StatusMethodNotAllowed {
		return nil
	}
	return m.classify(ctx, call, err)
}
