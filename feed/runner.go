package feed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// RunnerOptions tunes a Runner. Zero fields mean: 8 workers, a lease of 15 s
// renewed every 5 s, a tick of 5 s, the real clock.
type RunnerOptions struct {
	Workers int
	Lease   time.Duration
	Tick    time.Duration
	Now     func() time.Time
	Logger  *slog.Logger
	// Leads, when not nil, says whether this process may work: of several nodes
	// only the leader claims rows of a consumer that one alone may serve.
	Leads func() bool
}

// Runner calls one consumer's handler for every conversation that has work for
// it: claim → Handle → append and move, in one transaction.
type Runner struct {
	consumer string
	handler  Handler
	cursors  Cursors
	log      conversation.Reader
	notifier *Notifier
	opts     RunnerOptions
	freed    chan struct{}
}

// NewRunner returns a Runner for consumer.
func NewRunner(consumer string, h Handler, c Cursors, log conversation.Reader, n *Notifier, opts RunnerOptions) *Runner {
	if opts.Workers == 0 {
		opts.Workers = 8
	}
	if opts.Lease == 0 {
		opts.Lease = 15 * time.Second
	}
	if opts.Tick == 0 {
		opts.Tick = 5 * time.Second
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	return &Runner{
		consumer: consumer, handler: h, cursors: c, log: log, notifier: n, opts: opts,
		freed: make(chan struct{}, 1),
	}
}

// Consumer is the name of the reader this Runner serves.
func (r *Runner) Consumer() string { return r.consumer }

// Run works until ctx ends and its handlers have returned. A storage error is
// logged and tried again after a pause; it does not end the Runner.
func (r *Runner) Run(ctx context.Context) error {
	wake, stop := r.notifier.WatchAll()
	defer stop()
	var busy sync.WaitGroup
	defer busy.Wait()
	slots := make(chan struct{}, r.opts.Workers)
	for ctx.Err() == nil {
		claims, pause := r.look(ctx, r.opts.Workers-len(slots))
		for _, c := range claims {
			slots <- struct{}{}
			busy.Go(func() {
				defer func() { <-slots; poke(r.freed) }()
				r.work(ctx, c)
			})
		}
		switch {
		case len(slots) == r.opts.Workers:
			r.waitFreed(ctx)
		case len(claims) == 0:
			r.wait(ctx, wake, pause)
		}
	}
	return nil
}

// waitFreed blocks until a worker is free: with none, looking for work is idle.
func (r *Runner) waitFreed(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-r.freed:
	}
}

// look asks when the next row is due, a read, and claims, a write, only when one
// is. pause is for how long nothing will be due unless something happens, at most
// the tick that makes up for lost wake-ups.
func (r *Runner) look(ctx context.Context, free int) (claims []Claim, pause time.Duration) {
	if free <= 0 || r.opts.Leads != nil && !r.opts.Leads() {
		return nil, r.opts.Tick
	}
	due, err := r.cursors.NextDue(ctx, r.consumer)
	now := r.opts.Now()
	switch {
	case err != nil:
	case due.IsZero():
		return nil, r.opts.Tick
	case due.After(now):
		return nil, min(r.opts.Tick, due.Sub(now))
	default:
		claims, err = r.cursors.Claim(ctx, r.consumer, now, r.opts.Lease, free)
	}
	if err != nil && ctx.Err() == nil {
		r.opts.Logger.Error("claim", "consumer", r.consumer, "error", err)
		// Whatever wakes us: a database that is away or full is not asked more often.
		rest(ctx, min(r.opts.Tick, claimPause))
	}
	// At least a millisecond, or a row that another process holds would spin.
	return claims, min(r.opts.Tick, time.Millisecond)
}

// claimPause is how long a Runner rests after the database refused it.
const claimPause = time.Second

func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// wait blocks until there may be work: a wake-up, a free worker, or the end of
// the pause.
func (r *Runner) wait(ctx context.Context, wake <-chan struct{}, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-r.freed:
	case <-timer.C:
	}
}

// work handles one claim and settles it.
func (r *Runner) work(ctx context.Context, c Claim) {
	hctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := r.renew(hctx, c, cancel)
	done, err := r.handle(hctx, c)
	broken := err != nil
	if !broken {
		decided := watchDecide(&done)
		_, err = r.cursors.Finish(hctx, c, done)
		broken = decided.broken(err)
	}
	stop()
	if err != nil && errors.Is(context.Cause(hctx), ErrLeaseLost) {
		// Whatever the handler made of its cancelled context: it is not its fault.
		err = fmt.Errorf("%w: %w", errNotRenewed, err)
	}
	if err != nil {
		r.settle(ctx, c, err, broken)
	}
}

// errNotRenewed: the lease could not be prolonged, so the work was cancelled. The
// row may still be ours.
var errNotRenewed = errors.New("the lease was not renewed")

// decision remembers how a decider ended. The store may run it more than once,
// and still after Finish has returned.
type decision struct{ began, ended atomic.Bool }

// watchDecide makes done's decider tell how it ended.
func watchDecide(done *Done) *decision {
	var d decision
	if decide := done.Decide; decide != nil {
		done.Decide = func(s conversation.State) ([]conversation.Draft, error) {
			d.began.Store(true)
			d.ended.Store(false)
			drafts, err := decide(s)
			d.ended.Store(err == nil)
			return drafts, err
		}
	}
	return &d
}

// broken says that the decider refused or panicked, or wanted what the log
// forbids.
func (d *decision) broken(err error) bool {
	var forbidden *conversation.Refusal
	return d.began.Load() && (!d.ended.Load() || errors.As(err, &forbidden))
}

func (r *Runner) handle(ctx context.Context, c Claim) (done Done, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("handler of %s panicked: %v", c.Consumer, p)
		}
	}()
	state, err := r.log.State(ctx, c.Conversation)
	if err != nil {
		return Done{}, fmt.Errorf("read state: %w", err)
	}
	events, err := r.log.Events(ctx, c.Conversation, c.After, BatchSize)
	if err != nil {
		return Done{}, fmt.Errorf("read events: %w", err)
	}
	events = upTo(state.Seq, events)
	done, err = r.handler.Handle(ctx, Work{Claim: c, State: state, Events: events, Now: r.opts.Now()})
	done.BackOff = !done.Due.IsZero() && done.Through <= c.After && len(events) > 0
	return done, err
}

// upTo drops the events that were appended after the state was read, so that the
// two agree.
func upTo(last conversation.Seq, events []conversation.Event) []conversation.Event {
	for len(events) > 0 && events[len(events)-1].Seq > last {
		events = events[:len(events)-1]
	}
	return events
}

// renew prolongs the lease while the handler runs and cancels the handler when
// it is lost.
func (r *Runner) renew(ctx context.Context, c Claim, cancel context.CancelCauseFunc) (stop func()) {
	ctx, end := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(r.opts.Lease / 3)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if err := r.cursors.Renew(ctx, c, r.opts.Now().Add(r.opts.Lease)); err != nil && ctx.Err() == nil {
				cancel(ErrLeaseLost)
				return
			}
		}
	})
	return func() { end(); wg.Wait() }
}

// settle frees the row after work that was not finished. Only broken work (the
// handler, its decider or the events, not the commit) is parked in the end: a full
// disk, at which handlers that write fail too, must not park every conversation.
func (r *Runner) settle(ctx context.Context, c Claim, err error, broken bool) {
	cancelled := errors.Is(err, conversation.ErrSuperseded) || errors.Is(err, errNotRenewed)
	stopping := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	switch {
	case errors.Is(err, ErrLeaseLost):
		return // somebody else has the row
	case cancelled || stopping:
		err = r.cursors.Yield(ctx, c)
	default:
		park := broken && (c.Attempts >= MaxAttempts || errors.Is(err, ErrPark)) && !errors.Is(err, conversation.ErrStorageFull)
		r.opts.Logger.Warn("reader failed", "consumer", c.Consumer, "conversation", c.Conversation,
			"after", c.After, "attempts", c.Attempts, "parked", park, "error", err)
		err = r.cursors.Fail(ctx, c, r.opts.Now().Add(backOff(c.Attempts)), err.Error(), park)
	}
	if err != nil && !errors.Is(err, ErrLeaseLost) {
		r.opts.Logger.Error("reader row not settled", "consumer", c.Consumer, "conversation", c.Conversation, "error", err)
	}
}

// backOff is how long a failing row waits: 1 s, 2 s, 4 s, … up to 5 min.
func backOff(attempts int) time.Duration {
	return min(time.Second<<min(max(attempts-1, 0), 10), 5*time.Minute)
}
