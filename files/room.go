package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/files/ledger"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// Rows keeps what is known of files. Each method is one transaction.
type Rows interface {
	// AddFile writes a row in state Taking. When its Source has a row already it
	// returns that one.
	AddFile(ctx context.Context, f ledger.File) (ledger.File, error)
	// FileKept says that the content is there, and what it is.
	FileKept(ctx context.Context, id string) error
	// File returns a file, or conversation.ErrNotFound; one that is not Kept counts
	// as none.
	File(ctx context.Context, id string) (ledger.File, error)
	// OwnedFile is File for a visitor: her own that no line carries, or one of a
	// conversation of hers.
	OwnedFile(ctx context.Context, o session.Owner, id string) (ledger.File, error)
	// DueFiles lists up to limit files to delete: those that are Gone, those that no
	// line carries since loose, and those older than old.
	DueFiles(ctx context.Context, loose, old time.Time, limit int) ([]ledger.File, error)
	// ForgetFile deletes the row.
	ForgetFile(ctx context.Context, id string) error
}

// content is where the bytes are. A name is an id of ours. get returns
// conversation.ErrNotFound for what is not there; remove does not mind.
type content interface {
	put(ctx context.Context, id string, data []byte) error
	get(ctx context.Context, id string) (io.ReadCloser, error)
	remove(ctx context.Context, id string) error
	close() error
}

// Deps is what the room needs.
type Deps struct {
	Place Place
	Rows  Rows
	// Scan looks through a file before it is kept, and returns an error when it
	// could not; nil for no scanner.
	Scan func(ctx context.Context, data []byte) (clean bool, err error)
	// Retention is how long a file is kept; zero means [Retention].
	Retention time.Duration
	Transport http.RoundTripper // to S3; nil for the standard one
	Now       func() time.Time
	Logger    *slog.Logger
}

// Retention is how long a file is kept when nothing is set.
const Retention = 90 * 24 * time.Hour

// looseFor is how long an upload waits for its line.
const looseFor = 24 * time.Hour

// atOnce is how many files are read at the same time: a picture takes up to four
// bytes a pixel.
const atOnce = 2

// Room keeps files. See the package comment.
type Room struct {
	Deps
	content content
	turns   chan struct{}
}

// Open makes the room. It touches neither the folder nor the bucket.
func Open(d Deps) (*Room, error) {
	r := &Room{Deps: d, turns: make(chan struct{}, atOnce)}
	if r.Retention == 0 {
		r.Retention = Retention
	}
	if d.Place.Bucket == "" {
		r.content = &folder{path: d.Place.Folder}
		return r, nil
	}
	var err error
	r.content, err = newBucket(d.Place, d.Transport)
	return r, err
}

// Close lets go of the folder.
func (r *Room) Close() error { return r.content.close() }

// idForm is the form of a file's id. Nothing else is looked up.
var idForm = regexp.MustCompile(`^fil_[a-z2-7]{26}$`)

// Take reads a file of at most limit bytes, makes it harmless and keeps it. of
// says whose it is: Owner for an upload, or Conversation and Source. The same
// Source again returns the file that was kept. Errors: *ledger.Refusal, or a
// storage error, after which nothing is kept.
func (r *Room) Take(ctx context.Context, of ledger.File, name string, in io.Reader, limit int64) (conversation.File, error) {
	var raw bytes.Buffer
	if n, err := raw.ReadFrom(io.LimitReader(in, limit+1)); err != nil {
		return conversation.File{}, fmt.Errorf("read the file: %w", err)
	} else if n > limit {
		return conversation.File{}, &ledger.Refusal{Why: ledger.TooLarge}
	}
	meta, data, err := r.read(ctx, name, raw.Bytes())
	if err != nil {
		return conversation.File{}, err
	}
	of.File, of.State, of.Created = meta, ledger.Taking, r.Now()
	of.ID = string(conversation.RandomID("fil"))
	if of, err = r.Rows.AddFile(ctx, of); err != nil || of.State == ledger.Kept {
		return of.File, err
	}
	if of.State == ledger.Gone {
		return conversation.File{}, conversation.ErrNotFound
	}
	if err := r.content.put(ctx, of.ID, data); err != nil {
		return conversation.File{}, err
	}
	return of.File, r.Rows.FileKept(ctx, of.ID)
}

// read waits for its turn, since a picture takes room.
func (r *Room) read(ctx context.Context, name string, data []byte) (conversation.File, []byte, error) {
	select {
	case r.turns <- struct{}{}:
		defer func() { <-r.turns }()
	case <-ctx.Done():
		return conversation.File{}, nil, ctx.Err()
	}
	if r.Scan != nil && len(data) > 0 {
		clean, err := r.Scan(ctx, data)
		if err != nil {
			return conversation.File{}, nil, fmt.Errorf("scan a file: %w", err)
		}
		if !clean {
			return conversation.File{}, nil, &ledger.Refusal{Why: ledger.Blocked}
		}
	}
	return read(ctx, name, data)
}

// Owned returns a file of the visitor's, or conversation.ErrNotFound.
func (r *Room) Owned(ctx context.Context, o session.Owner, id string) (ledger.File, error) {
	if !idForm.MatchString(id) {
		return ledger.File{}, conversation.ErrNotFound
	}
	return r.Rows.OwnedFile(ctx, o, id)
}

// Open returns the content of a file, whoever's it is.
func (r *Room) Open(ctx context.Context, id string) (io.ReadCloser, error) {
	if !idForm.MatchString(id) {
		return nil, conversation.ErrNotFound
	}
	return r.content.get(ctx, id)
}

// collectEvery is how often what is due is looked for.
const collectEvery = time.Minute

// Run deletes what is due until ctx ends.
func (r *Room) Run(ctx context.Context) error {
	tick := time.NewTicker(collectEvery)
	defer tick.Stop()
	for {
		if err := r.Collect(ctx); err != nil && ctx.Err() == nil {
			r.Logger.Warn("files that are due were not deleted; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Collect deletes what is due now: first the content, then the row, so that a
// crash between the two leaves the row to find it by.
func (r *Room) Collect(ctx context.Context) error {
	const batch = 100
	for {
		now := r.Now()
		due, err := r.Rows.DueFiles(ctx, now.Add(-looseFor), now.Add(-r.Retention), batch)
		if err != nil {
			return fmt.Errorf("look for files to delete: %w", err)
		}
		var errs []error
		for _, f := range due {
			err := r.content.remove(ctx, f.ID)
			if err == nil {
				err = r.Rows.ForgetFile(ctx, f.ID)
			}
			errs = append(errs, err)
		}
		if err := errors.Join(errs...); err != nil || len(due) < batch {
			return err
		}
	}
}
