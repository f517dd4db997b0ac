package app

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"time"

	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/files"
	"github.com/handoff-bot/handoff/files/ledger"
	"github.com/handoff-bot/handoff/store"
)

// buildFiles makes the room that keeps files.
func (a *App) buildFiles(file *config.File) (err error) {
	place, err := files.ParsePlace(file.Storage.Files)
	if err != nil {
		return err
	}
	a.files, err = files.Open(files.Deps{
		Place: place, Rows: a.store, Scan: Scanner(file.Storage.Scan), Retention: time.Duration(file.Storage.FilesDays) * 24 * time.Hour,
		Now: a.now, Logger: a.Logger,
	})
	return err
}

// scanPatience is how long a scanner may take.
const scanPatience = time.Minute

// Scanner runs the program of storage.scan over a file; nil for none. The words
// are the operator's, and no shell reads them.
func Scanner(words []string) func(context.Context, []byte) (bool, error) {
	if len(words) == 0 {
		return nil
	}
	return func(ctx context.Context, data []byte) (bool, error) {
		ctx, cancel := context.WithTimeout(ctx, scanPatience)
		defer cancel()
		cmd := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // the operator's own program, from the file
		cmd.Stdin = bytes.NewReader(data)
		err := cmd.Run()
		var ended *exec.ExitError
		if errors.As(err, &ended) && ended.ExitCode() == 1 {
			return false, nil
		}
		return err == nil, err
	}
}

// staffFiles is what the staff's door needs of files: the room, and the rows.
type staffFiles struct {
	*files.Room
	rows *store.Store
}

func (f staffFiles) FilesOf(ctx context.Context, id conversation.ID) ([]ledger.File, error) {
	return f.rows.FilesOf(ctx, id)
}

func (f staffFiles) FilesFrom(ctx context.Context, source string) ([]ledger.File, error) {
	return f.rows.FilesFrom(ctx, source)
}
