package files

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheckOfAFolder(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ path, want string }{
		"there":          {dir, ""},
		"not there yet":  {filepath.Join(dir, "later", "files"), ""},
		"a file":         {file, "is no folder"},
		"below a file":   {filepath.Join(file, "files"), "not a directory"},
		"not to be made": {"/proc/handoff/files", "none can be made in /proc"},
	} {
		err := Check(t.Context(), Place{Folder: c.path}, nil)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
