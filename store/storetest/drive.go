package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/store"
)

// ErrKilled is what [Drive].Handle returns when the process died in it: nothing
// that follows Handle is done, and the row stays as it was claimed.
var ErrKilled = errors.New("the process was killed")

// Drive does with a consumer's rows what the Runner does, in the test's own
// goroutine and on a clock that the test moves. feed.ErrPark parks the row; any
// other error of Handle ends the test.
type Drive struct {
	T        *testing.T
	Store    *store.Store
	Consumer string
	Handle   func(context.Context, feed.Work) (feed.Done, error)
	Now      func() time.Time
	Set      func(time.Time) // moves what Now says
}

// Step handles one row that is ready and says whether it was moved.
func (d Drive) Step() (moved bool) {
	d.T.Helper()
	ctx := context.Background()
	claims := one[[]feed.Claim](d.T)(d.Store.Claim(ctx, d.Consumer, d.Now(), time.Minute, 1))
	if len(claims) == 0 {
		return false
	}
	c := claims[0]
	state, err := d.Store.State(ctx, c.Conversation)
	must(d.T, err)
	events, err := d.Store.Events(ctx, c.Conversation, c.After, feed.BatchSize)
	must(d.T, err)
	done, err := d.Handle(ctx, feed.Work{Claim: c, State: state, Events: events, Now: d.Now()})
	switch {
	case errors.Is(err, ErrKilled):
		return false
	case errors.Is(err, feed.ErrPark):
		err = d.Store.Fail(ctx, c, time.Time{}, err.Error(), true)
	case err == nil:
		done.BackOff = !done.Due.IsZero() && done.Through <= c.After && len(events) > 0
		_, err = d.Store.Finish(ctx, c, done)
	}
	must(d.T, err)
	return true
}

// Rest handles rows until none is ready now.
func (d Drive) Rest() {
	d.T.Helper()
	for range 50 {
		if !d.Step() {
			return
		}
	}
	d.T.Fatal("the reader never rests")
}

// Pass moves the clock on, and handles what is due on the way at its time.
func (d Drive) Pass(by time.Duration) {
	d.T.Helper()
	for end := d.Now().Add(by); ; {
		d.Rest()
		next, err := d.Store.NextDue(context.Background(), d.Consumer)
		must(d.T, err)
		if next.IsZero() || next.After(end) {
			d.Set(end)
			d.Rest()
			return
		}
		if !next.After(d.Now()) {
			next = d.Now().Add(time.Millisecond)
		}
		d.Set(next)
	}
}
