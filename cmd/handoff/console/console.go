// Package console is what the operator's commands ask about a running or a
// stopped server: the story of one conversation, and parked readers.
//
// A SQLite database belongs to one process. So the commands first ask the
// server's admin listener, where [Handler] answers, and open the database
// themselves only when nobody listens there; [Open] hides the difference.
package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/report"
)

// Desk is what the store can do for the operator.
type Desk interface {
	Find(ctx context.Context, idOrReference string) (conversation.State, error)
	IDs(ctx context.Context, after conversation.ID, limit int) ([]conversation.ID, error)
	Events(ctx context.Context, id conversation.ID, after conversation.Seq, limit int) ([]conversation.Event, error)
	Parked(ctx context.Context) ([]feed.Parked, error)
	Resume(ctx context.Context, consumer string, id conversation.ID) (int, error)
	Ping(ctx context.Context) error
	Happened(ctx context.Context, from, to time.Time, each func(conversation.Event) error) error
}

// Console answers the operator.
type Console interface {
	// Explain writes the decisions and acts of one conversation, with evidence.
	// The error is conversation.ErrNotFound when there is none of that name.
	Explain(ctx context.Context, idOrReference string, w io.Writer) error
	// Events writes the events of one conversation, or of all when the name is
	// empty, one JSON object a line, as eval.ReadRecordings reads them.
	Events(ctx context.Context, idOrReference string, w io.Writer) error
	// Parked lists the readers that gave up.
	Parked(ctx context.Context) ([]feed.Parked, error)
	// Resume makes parked readers ready again, all of a consumer or of a
	// conversation when the other name is empty, and says how many.
	Resume(ctx context.Context, consumer, idOrReference string) (int, error)
	// Ping says whether the database can be written, by writing.
	Ping(ctx context.Context) error
	// Numbers counts a span and the one before it, as of at when it is not over.
	Numbers(ctx context.Context, s report.Span, at time.Time) (report.Sheet, error)
}

// Direct answers from the database itself.
type Direct struct{ Desk Desk }

// Explain implements Console.
func (d Direct) Explain(ctx context.Context, idOrReference string, w io.Writer) error {
	st, err := d.Desk.Find(ctx, strings.TrimSpace(idOrReference))
	if err != nil {
		return fmt.Errorf("find %s: %w", idOrReference, err)
	}
	events, err := d.all(ctx, st.ID)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, story(st, events))
	return err
}

// all reads every event of a conversation.
func (d Direct) all(ctx context.Context, id conversation.ID) ([]conversation.Event, error) {
	var events []conversation.Event
	for after := conversation.Seq(0); ; {
		page, err := d.Desk.Events(ctx, id, after, pageSize)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", id, err)
		}
		events = append(events, page...)
		if len(page) < pageSize {
			return events, nil
		}
		after = page[len(page)-1].Seq
	}
}

// pageSize is how many events are read at once.
const pageSize = 500

// Ping implements Console.
func (d Direct) Ping(ctx context.Context) error { return d.Desk.Ping(ctx) }

// Parked implements Console.
func (d Direct) Parked(ctx context.Context) ([]feed.Parked, error) { return d.Desk.Parked(ctx) }

// Resume implements Console.
func (d Direct) Resume(ctx context.Context, consumer, idOrReference string) (int, error) {
	var id conversation.ID
	if idOrReference != "" {
		st, err := d.Desk.Find(ctx, idOrReference)
		if errors.Is(err, conversation.ErrNotFound) {
			return 0, fmt.Errorf("there is no conversation %s", idOrReference)
		}
		if err != nil {
			return 0, fmt.Errorf("find %s: %w", idOrReference, err)
		}
		id = st.ID
	}
	return d.Desk.Resume(ctx, consumer, id)
}
