package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"

	"github.com/handoff-bot/handoff/conversation"
)

// folder keeps content in a directory. It is made when the first file comes.
type folder struct {
	path string
	mu   sync.Mutex
	root *os.Root
}

func (f *folder) open() (*os.Root, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.root != nil {
		return f.root, nil
	}
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of files: %w", err)
	}
	root, err := os.OpenRoot(f.path)
	if err != nil {
		return nil, fmt.Errorf("open the folder of files: %w", err)
	}
	f.root = root
	return root, nil
}

// put writes under another name first: what stands under an id is whole, and on
// the disk before the row says that it is there.
func (f *folder) put(_ context.Context, id string, data []byte) error {
	root, err := f.open()
	if err != nil {
		return err
	}
	part := id + ".part"
	if err := write(root, part, data); err != nil {
		_ = root.Remove(part)
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
			err = fmt.Errorf("%w: %w", conversation.ErrStorageFull, err)
		}
		return fmt.Errorf("keep a file: %w", err)
	}
	if err := root.Rename(part, id); err != nil {
		if _, there := root.Stat(id); errors.Is(err, fs.ErrNotExist) && there == nil {
			return nil // taken twice at once: the other was faster
		}
		return fmt.Errorf("keep a file: %w", err)
	}
	return nil
}

func write(root *os.Root, name string, data []byte) error {
	w, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return errors.Join(err, w.Sync(), w.Close())
}

func (f *folder) get(_ context.Context, id string) (io.ReadCloser, error) {
	root, err := f.open()
	if err != nil {
		return nil, err
	}
	r, err := root.Open(id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, conversation.ErrNotFound
	}
	return r, err
}

func (f *folder) remove(_ context.Context, id string) error {
	root, err := f.open()
	if err != nil {
		return err
	}
	for _, name := range []string{id, id + ".part"} {
		if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("delete a file: %w", err)
		}
	}
	return nil
}

func (f *folder) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.root == nil {
		return nil
	}
	err := f.root.Close()
	f.root = nil
	return err
}
