package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// KeepWidgetFiles keeps the files of a build of the widget by their addresses, for
// ever. What is kept under an address already stays as it is: the same for nodes
// that start at once.
func (s *Store) KeepWidgetFiles(ctx context.Context, files map[string][]byte) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		for _, address := range slices.Sorted(maps.Keys(files)) { // in one order: two nodes never wait for each other
			_, err := t.exec(ctx, `insert into widget_files (address, body, kept) values ($1, $2, $3) on conflict (address) do nothing`,
				address, files[address], ms(t.now))
			if err != nil {
				return fmt.Errorf("keep the widget's file %s: %w", address, err)
			}
		}
		return nil
	})
}

// WidgetFile implements widgetapi.Builds: the file that is kept under an address, or
// conversation.ErrNotFound.
func (s *Store) WidgetFile(ctx context.Context, address string) ([]byte, error) {
	return one(ctx, s.read, value[[]byte], `select body from widget_files where address = $1`, clean(address))
}
