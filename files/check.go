package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
)

// probe is written, read and deleted. It is no id, so no file can be meant.
const probe = "probe-of-doctor"

// Check says whether content can be kept at the place. It leaves nothing behind: a
// folder that is not there yet is not made, then the one above it has to take a
// file.
func Check(ctx context.Context, p Place, transport http.RoundTripper) error {
	if p.Bucket == "" {
		return checkFolder(ctx, p.Folder)
	}
	b, err := newBucket(p, transport)
	if err != nil {
		return err
	}
	return checkContent(ctx, b)
}

func checkFolder(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.IsDir():
		return fmt.Errorf("%s is no folder", path)
	case err == nil:
		f := &folder{path: path}
		return errors.Join(checkContent(ctx, f), f.close())
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("look at the folder of files: %w", err)
	}
	above := filepath.Dir(filepath.Clean(path))
	for above != filepath.Dir(above) {
		if _, err := os.Stat(above); err == nil {
			break
		}
		above = filepath.Dir(above)
	}
	made, err := os.MkdirTemp(above, ".handoff-probe-")
	if err != nil {
		return fmt.Errorf("the folder of files is not there, and none can be made in %s: %w", above, err)
	}
	return os.Remove(made)
}

func checkContent(ctx context.Context, c content) error {
	want := []byte("handoff")
	if err := c.put(ctx, probe, want); err != nil {
		return err
	}
	r, err := c.get(ctx, probe)
	if err != nil {
		return errors.Join(err, c.remove(ctx, probe))
	}
	got, err := io.ReadAll(r)
	err = errors.Join(err, r.Close(), c.remove(ctx, probe))
	if err == nil && !bytes.Equal(got, want) {
		err = fmt.Errorf("what was written is not what is read")
	}
	return err
}
