package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"slices"
	"strings"
	"time"
)

// A file that is being written must not be taken half. So a changed text counts
// only when nobody has written for a while and it reads the same twice, and what
// could be the beginning of a longer text is given more time or refused.

const (
	// settle is how long a file must be quiet before it is read: editors write
	// in several steps.
	settle = 150 * time.Millisecond
	// doubt is the same for a text that is shorter than the one in force: it may
	// be the beginning of one that is still being written.
	doubt = 2 * time.Second
)

// errWriting says that a file was changing while it was read, or just before.
var errWriting = errors.New("the file is being written")

// texts are the files of a configuration as they were read, by path.
type texts map[string][]byte

// glance is one look at the files.
type glance struct {
	before  texts // those in force
	found   texts
	writing bool
}

// read reads a file that is not being written.
func (g *glance) read(path string) ([]byte, error) {
	before, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	after, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	still := before.ModTime().Equal(after.ModTime()) && before.Size() == after.Size() && int64(len(data)) == after.Size()
	if old, known := g.before[path]; !still || fresh(after.ModTime(), len(data) < len(old) && known) {
		g.writing = true
		return nil, errWriting
	}
	g.found[path] = data
	return data, nil
}

// fresh says that the last write is too near. A clock of another machine that is
// ahead of ours does not count.
func fresh(written time.Time, shorter bool) bool {
	age, quiet := time.Since(written), settle
	if shorter {
		quiet = doubt
	}
	return age >= 0 && age < quiet
}

// hash names what was found.
func (g *glance) hash() string {
	sum := sha256.New()
	for _, path := range sorted(g.found) {
		_, _ = sum.Write([]byte(path + "\x00" + string(g.found[path]) + "\x00"))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func sorted(t texts) []string {
	paths := make([]string, 0, len(t))
	for path := range t {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

// cut refuses a text that ends in the middle of a line where the one in force
// ends with a line break: nothing says whether the rest of it is missing. except
// is a path that is not looked at.
func (g *glance) cut(except string) error {
	for _, path := range sorted(g.found) {
		if path != except && g.isCut(path) {
			return cutError(path, g.found[path])
		}
	}
	return nil
}

func (g *glance) isCut(path string) bool {
	data := g.found[path]
	return len(data) > 0 && ends(g.before[path]) && !ends(data)
}

func cutError(path string, data []byte) *Error {
	src := newSource(path, data)
	last := len(src.lines)
	at := place{src: src, line: last, col: len([]rune(src.lines[last-1])) + 1}
	return &Error{File: path, Problems: []Problem{at.problem("",
		"the file ends in the middle of a line, as if only a part of it was written", "save the whole file again, with a line break at its end")}}
}

func ends(data []byte) bool { return strings.HasSuffix(string(data), "\n") }
