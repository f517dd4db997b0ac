package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"

	"github.com/handoff-bot/handoff/conversation"
)

// groupSize is the most operations that share one commit.
const groupSize = 256

// checkpointEvery lets the write-ahead log grow to 32 MB before it is copied
// into the database, an fsync of both. The default of 1,000 pages is three full
// groups; with it, a third of the throughput goes into checkpoints.
const checkpointEvery = "pragma wal_autocheckpoint = 8000"

// writer is SQLite's only writing connection. Operations wait in a queue; its
// goroutine runs those that wait inside one transaction, one after the other,
// commits, and then answers them all, so that they share one fsync.
//
// It never uses a caller's context: a statement that is interrupted takes the
// whole transaction with it, everybody's. A caller whose context ended is not
// waited for; its operation may still be committed.
type writer struct {
	s     *Store
	db    *sql.DB
	conn  *sql.Conn
	lane  *lane
	lax   bool // the connection commits without an fsync
	queue chan *waiting
	quit  chan struct{} // closed: take no more
	ended chan struct{} // closed: the goroutine is gone
}

// waiting is an operation in the queue. Its answer always arrives, unless the
// store stops first.
type waiting struct {
	run    operation
	bare   bool // outside a transaction: run gets the connection alone
	lax    bool // needs no fsync of its own
	answer chan error
}

func newWriter(ctx context.Context, s *Store, db *sql.DB) (*writer, error) {
	w := &writer{s: s, db: db, queue: make(chan *waiting, groupSize), quit: make(chan struct{}), ended: make(chan struct{})}
	if err := w.connect(ctx); err != nil {
		return nil, err
	}
	// Ends with stop, which waits for it.
	go w.loop()
	return w, nil
}

func (w *writer) connect(ctx context.Context) error {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect the writer: %w", w.s.d.named(err))
	}
	w.conn, w.lane, w.lax = conn, &lane{on: conn, d: w.s.d, prepare: true}, false
	for _, pragma := range append([]string{checkpointEvery}, w.s.pragmas...) {
		if _, err := conn.ExecContext(ctx, pragma); err != nil {
			return fmt.Errorf("%s: %w", pragma, err)
		}
	}
	return nil
}

// do queues an operation and waits for its answer, or for ctx.
func (w *writer) do(ctx context.Context, lax bool, f operation) error {
	return w.wait(ctx, &waiting{run: f, lax: lax, answer: make(chan error, 1)})
}

// alone is do outside a transaction: f has the connection for itself.
func (w *writer) alone(ctx context.Context, f operation) error {
	return w.wait(ctx, &waiting{run: f, bare: true, answer: make(chan error, 1)})
}

func (w *writer) wait(ctx context.Context, op *waiting) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-w.quit:
		return ErrStopped
	default:
	}
	select {
	case w.queue <- op:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return ErrStopped
	}
	select {
	case err := <-op.answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-w.ended:
	}
	select {
	case err := <-op.answer:
		return err
	default:
		return ErrStopped
	}
}

// stop lets what waits finish and ends the goroutine.
func (w *writer) stop() error {
	close(w.quit)
	<-w.ended
	w.lane.close()
	return w.conn.Close()
}

func (w *writer) loop() {
	defer close(w.ended)
	group := make([]*waiting, 0, groupSize)
	for {
		select {
		case op := <-w.queue:
			w.serve(append(group, op))
		case <-w.quit:
			select {
			case op := <-w.queue:
				w.serve(append(group, op))
			default:
				return
			}
		}
	}
}

// serve takes whatever else waits and commits it together. An operation that
// wants the connection alone ends the group.
func (w *writer) serve(group []*waiting) {
	group = w.collect(group)
	last := group[len(group)-1]
	if !last.bare {
		w.commit(group)
		return
	}
	if rest := group[:len(group)-1]; len(rest) > 0 {
		w.commit(rest)
	}
	if err := w.relax(context.Background(), false); err != nil {
		last.answer <- err
		return
	}
	t := &tx{lane: w.lane, s: w.s, now: w.s.now()}
	last.answer <- t.run(context.Background(), last.run)
}

func (w *writer) collect(group []*waiting) []*waiting {
	for !group[len(group)-1].bare && len(group) < groupSize {
		select {
		case op := <-w.queue:
			group = append(group, op)
		default:
			return group
		}
	}
	return group
}

// commit runs a group in one transaction and answers it. When one of them fails
// unexpectedly, nobody's writes are kept and each runs again in a transaction of
// its own, so that only the guilty one fails.
func (w *writer) commit(group []*waiting) {
	ctx := context.Background()
	lax := !slices.ContainsFunc(group, func(op *waiting) bool { return !op.lax })
	if err := w.begin(ctx, lax); err != nil {
		for _, op := range group {
			op.answer <- err
		}
		return
	}
	answers, touched, err := w.attempt(ctx, group)
	switch {
	case err == nil:
		w.s.committed(touched)
		for i, op := range group {
			op.answer <- answers[i]
		}
	case len(group) == 1:
		group[0].answer <- err
	default:
		for _, op := range group {
			w.commit([]*waiting{op})
		}
	}
}

// attempt runs a group in the open transaction and ends it. answers holds the refusals: errors
// of operations that had written nothing. A refusal is answered after the
// commit like everything else, because it may have seen a neighbour's writes.
func (w *writer) attempt(ctx context.Context, group []*waiting) (answers []error, touched []conversation.ID, err error) {
	defer func() {
		if err != nil {
			w.rollback(ctx)
		}
	}()
	answers = make([]error, len(group))
	for i, op := range group {
		t := &tx{lane: w.lane, s: w.s, now: w.s.now()}
		answers[i] = t.run(ctx, op.run)
		if answers[i] != nil && (t.wrote || t.broken) {
			return nil, nil, answers[i]
		}
		touched = append(touched, t.touched...)
	}
	if _, err := w.lane.exec(ctx, "commit"); err != nil {
		return nil, nil, fmt.Errorf("commit: %w", err)
	}
	return answers, touched, nil
}

// begin opens a transaction that is lax or durable. It tries again on a new
// connection when the old one is lost.
func (w *writer) begin(ctx context.Context, lax bool) error {
	err := w.beginOnce(ctx, lax)
	if err != nil && w.reset(ctx) {
		err = w.beginOnce(ctx, lax)
	}
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	return nil
}

func (w *writer) beginOnce(ctx context.Context, lax bool) error {
	if err := w.relax(ctx, lax); err != nil {
		return err
	}
	_, err := w.lane.exec(ctx, "begin immediate")
	return err
}

// relax says whether commits from now on go without an fsync. It is not a
// prepared statement: SQLite obeys this pragma when it reads it, not when it
// runs it, so a second run would change nothing.
func (w *writer) relax(ctx context.Context, lax bool) error {
	if lax == w.lax {
		return nil
	}
	pragma := "pragma synchronous = full"
	if lax {
		pragma = "pragma synchronous = normal"
	}
	if _, err := w.conn.ExecContext(ctx, pragma); err != nil {
		return fmt.Errorf("%s: %w", pragma, w.s.d.named(err))
	}
	w.lax = lax
	return nil
}

func (w *writer) rollback(ctx context.Context) {
	// SQLite has rolled back by itself after some errors (a full disk); then
	// this one fails and means nothing.
	_, _ = w.lane.exec(ctx, "rollback")
	w.reset(ctx)
}

// reset makes sure that the connection has no open transaction. One that has, or
// is lost, is replaced; it says whether it did.
func (w *writer) reset(ctx context.Context) (replaced bool) {
	var clean bool
	err := w.conn.Raw(func(c any) error {
		if clean = idle(c); !clean {
			return driver.ErrBadConn
		}
		return nil
	})
	if clean && err == nil {
		return false
	}
	w.lane.close()
	_ = w.conn.Close()
	if err := w.connect(ctx); err != nil {
		w.s.log.Error("the database connection could not be opened again", "error", err)
		return false
	}
	return true
}
