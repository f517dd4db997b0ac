package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
)

// What the operator is told: in slack.admin_channel, one line per cause and hour,
// and in the log. The bridge counts; without one the log is all there is.

// alertEvery is how often one cause is told without Slack.
const alertEvery = time.Hour

// alert tells the operator what happened and what to do.
func (a *App) alert(cause, text string) {
	if a.bridge != nil {
		a.bridge.Notice(cause, text)
		return
	}
	a.logNotice(cause, text)
}

// standing is alert for something that lasts until mended, which tells its end.
func (a *App) standing(cause, text string) {
	if a.bridge != nil {
		a.bridge.Standing(cause, text)
		return
	}
	a.logNotice(cause, text)
}

// mended ends what standing began; what never stood has no end.
func (a *App) mended(cause, text string) {
	if a.bridge != nil {
		a.bridge.Mended(cause, text)
		return
	}
	if _, stood := a.alerted.LoadAndDelete(cause); stood {
		a.Logger.Warn("notice", "cause", cause, "mended", true, "text", text)
	}
}

func (a *App) logNotice(cause, text string) {
	if last, ok := a.alerted.Load(cause); ok && a.now().Sub(last.(time.Time)) < alertEvery {
		return
	}
	a.alerted.Store(cause, a.now())
	a.Logger.Warn("notice", "cause", cause, "text", text)
}

// watchEvery is how often the house looks for what nobody tells it.
const watchEvery = time.Minute

// watch tells the operator about a database that cannot be written to and about
// readers that have given up.
func (a *App) watch(ctx context.Context) error {
	var readers []string
	for _, r := range a.runners {
		readers = append(readers, r.Consumer())
	}
	for {
		if err := a.store.Ping(ctx); ctx.Err() == nil {
			a.storeAnswered(err)
		}
		if parked, err := a.store.Parked(ctx); err == nil { // else Ping has said so
			a.readersStand(readers, parked)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(watchEvery):
		}
	}
}

const (
	causeDisk  = "disk"
	causeStore = "database"
)

// storeAnswered tells what became of a write to the database.
func (a *App) storeAnswered(err error) {
	switch {
	case errors.Is(err, conversation.ErrStorageFull):
		a.standing(causeDisk, "The disk of the database is full: new lines are refused. Nothing that was acknowledged is lost. Make room; writing goes on by itself.")
	case err != nil:
		a.standing(causeStore, "The database cannot be written to: "+err.Error()+". Visitors' lines are refused until it can; handoff doctor looks at it.")
	default:
		a.mended(causeDisk, "There is room on the disk of the database again; lines are taken.")
		a.mended(causeStore, "The database can be written to again.")
	}
}

// readersStand tells which readers have given up on conversations.
func (a *App) readersStand(readers []string, parked []feed.Parked) {
	byReader := map[string][]feed.Parked{}
	for _, p := range parked {
		byReader[p.Consumer] = append(byReader[p.Consumer], p)
	}
	for _, name := range readers {
		cause, list := "parked "+name, byReader[name]
		if len(list) == 0 {
			a.mended(cause, "The reader "+name+" goes on with every conversation again.")
			continue
		}
		text := fmt.Sprintf("The reader %s has given up on %s after %d attempts", name, list[0].Reference, list[0].Attempts)
		if n := len(list) - 1; n > 0 {
			text += fmt.Sprintf(" and on %d more", n)
		}
		a.standing(cause, text+". The other conversations go on. handoff doctor says why; when the cause is gone: handoff resume "+name+".")
	}
}
