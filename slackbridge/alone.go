package slackbridge

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// keyed is a set of locks by name.
type keyed struct {
	mu    sync.Mutex
	locks map[string]*keyedLock
}

type keyedLock struct {
	mu    sync.Mutex
	users int
}

// lock locks one name and returns the unlock.
func (k *keyed) lock(name string) func() {
	k.mu.Lock()
	if k.locks == nil {
		k.locks = map[string]*keyedLock{}
	}
	l := k.locks[name]
	if l == nil {
		l = &keyedLock{}
		k.locks[name] = l
	}
	l.users++
	k.mu.Unlock()
	l.mu.Lock()
	return func() {
		l.mu.Unlock()
		k.mu.Lock()
		defer k.mu.Unlock()
		if l.users--; l.users == 0 {
			delete(k.locks, name)
		}
	}
}

const (
	// aloneFor is how long a process that died keeps others from a work: no longer than
	// it keeps the rows that it has stored.
	aloneFor = inboxLease
	// aloneWait is how long a work waits for another one of its name.
	aloneWait = 2 * time.Second
)

// errElsewhere says that the same is worked elsewhere: the row is tried again.
var errElsewhere = errors.New("another press or another process works it now")

// alone does a work while nothing else does one of that name, in this process or in
// another on the same database: there it is a lease, a row. It is for works that are
// no single append. A work that waits for long returns errElsewhere.
func (b *Bridge) alone(ctx context.Context, name string, work func() error) error {
	defer b.alones.lock(name)()
	if b.Leases == nil {
		return work()
	}
	free, err := b.lease(ctx, "slack:"+name)
	if err != nil {
		return err
	}
	defer free()
	return work()
}

// lease takes a lease and prolongs it until free is called.
func (b *Bridge) lease(ctx context.Context, name string) (free func(), err error) {
	holder := rand.Text()
	for deadline := b.Now().Add(aloneWait); ; {
		held, err := b.Leases.Acquire(ctx, name, holder, b.Now(), aloneFor)
		if err != nil {
			return nil, fmt.Errorf("work alone: %w", err)
		}
		if held {
			break
		}
		if b.Now().After(deadline) {
			return nil, errElsewhere
		}
		if err := webapi.Sleep(ctx, 50*time.Millisecond); err != nil {
			return nil, err
		}
	}
	prolong, stop := context.WithCancel(ctx)
	var prolonging sync.WaitGroup
	prolonging.Go(func() { // ends with free
		for webapi.Sleep(prolong, aloneFor/3) == nil {
			_, _ = b.Leases.Acquire(prolong, name, holder, b.Now(), aloneFor) // the next one may succeed
		}
	})
	return func() {
		stop()
		prolonging.Wait()
		if err := b.Leases.ReleaseLease(context.WithoutCancel(ctx), name, holder); err != nil {
			b.log.Warn("a lease was not given back", "lease", name, "error", err)
		}
	}, nil
}
