package llm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// maxReplyBytes limits text and tool arguments of one reply together. MaxTokens asks the server for far less; this
// holds also against a server that does not listen.
const maxReplyBytes = 64 << 10

var (
	errFirstChunk = errors.New("no answer in time")
	errIdle       = errors.New("the answer stopped arriving")
	errCutOff     = errors.New("the answer broke off")
)

// afterFinish is how long to wait for the token count that follows the last piece of the answer.
const afterFinish = 2 * time.Second

// stream makes one call, without the breaker.
func (m *OpenAI) stream(ctx context.Context, req Request, each func(Delta) error) (Reply, error) {
	ctx, stop := context.WithTimeout(ctx, m.config.Timeout)
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ctx, call := withCall(ctx)

	var begun atomic.Bool
	watch := time.AfterFunc(m.config.FirstChunk, func() {
		if begun.Load() {
			cancel(errIdle)
			return
		}
		cancel(errFirstChunk)
	})
	defer watch.Stop()
	stream, err := m.client.CreateChatCompletionStream(ctx, m.wireRequest(req))
	if err != nil {
		return Reply{}, m.classify(ctx, call, err)
	}
	defer stream.Close() //nolint:errcheck // the body was read or is given up; there is nothing to do about it

	r := reader{each: each}
	for !r.full {
		chunk, err := stream.Recv()
		watch.Stop() // the time the caller takes is not the server's
		begun.Store(true)
		if err == nil {
			err = r.take(chunk)
		}
		if err != nil {
			return r.reply(req), m.ended(ctx, call, &r, err)
		}
		watch.Reset(r.patience(m.config.Idle))
	}
	return r.reply(req), nil
}

// ended judges how a stream ended. After the finish reason nothing can go wrong any more but the token count.
func (m *OpenAI) ended(ctx context.Context, call *call, r *reader, err error) error {
	var own *callerError
	if r.finish != "" && !errors.As(err, &own) {
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = errCutOff
	}
	return m.classify(ctx, call, err)
}

// resting is the error while the breaker is open.
func resting(err error) error {
	return fmt.Errorf("%w: it failed %d times in a row and is left alone for %v (%w)", ErrUnavailable, breakerFailures, breakerRest, err)
}
