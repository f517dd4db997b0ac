package learn

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Entry is an approved answer. ID names it for ever; Source tells where it comes
// from (H-4F2K, lines 2 and 5), By who approved it.
type Entry struct {
	ID, Question, Answer, Source, By string
	At                               time.Time
}

// File is the Markdown file of learned answers. One process writes it at a time.
type File struct{ Path string }

// heading begins the file. Its title is what visitors read as the source.
const heading = `# Answers from the team

<!-- Answers that agents approved in Slack. Edit or delete them as you like: what stands here is what the AI knows.
     The comment below an entry names it; keep it with its entry. -->
`

// maxFile is how large the file may grow; knowledge reads no larger document.
const maxFile = 5 << 20

// Add appends an entry, whole or not at all: the file is written anew beside the
// old one and takes its place. An entry whose ID stands in the file is there
// already, whatever people have made of its words. The error says what to do.
func (f File) Add(e Entry) error {
	old, mode, err := f.read()
	if err != nil {
		return err
	}
	if strings.Contains(string(old), marker(e.ID)) {
		return nil
	}
	text := string(old)
	if strings.TrimSpace(text) == "" {
		text = heading
	}
	text = strings.TrimRight(text, "\n") + "\n\n" + e.markdown()
	if len(text) > maxFile {
		return fmt.Errorf("the file of learned answers %s is full: move some of its entries to a document of the knowledge", f.Path)
	}
	return f.replace(text, mode)
}

// read returns what stands there, nothing when there is no file yet.
func (f File) read() ([]byte, fs.FileMode, error) {
	info, err := os.Lstat(f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, 0o644, nil
	case err != nil:
		return nil, 0, fmt.Errorf("the file of learned answers cannot be looked at: %w; check who may read its folder", err)
	case !info.Mode().IsRegular():
		return nil, 0, fmt.Errorf("%s is a link or no file: name the file itself with learn.file", f.Path)
	case info.Size() > maxFile:
		return nil, 0, fmt.Errorf("the file of learned answers %s is full: move some of its entries to a document of the knowledge", f.Path)
	}
	data, err := os.ReadFile(f.Path)
	if err != nil {
		return nil, 0, fmt.Errorf("the file of learned answers cannot be read: %w; let this program read and write it", err)
	}
	return data, info.Mode().Perm(), nil
}

// replace writes the text beside the file and moves it there.
func (f File) replace(text string, mode fs.FileMode) (err error) {
	beside, err := os.CreateTemp(filepath.Dir(f.Path), ".learned-*")
	if err != nil {
		return fmt.Errorf("the file of learned answers cannot be written: %w; let this program write its folder", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(beside.Name())
		}
	}()
	_, werr := io.WriteString(beside, text)
	err = errors.Join(werr, beside.Chmod(mode), beside.Sync(), beside.Close())
	if err == nil {
		err = os.Rename(beside.Name(), f.Path)
	}
	if err != nil {
		return fmt.Errorf("the file of learned answers cannot be written: %w; look at the disk and its folder", err)
	}
	return nil
}

func marker(id string) string { return "<!-- learned " + id + " " }

// markdown is an entry as it stands in the file. What it holds cannot end its
// comment or begin another heading.
func (e Entry) markdown() string {
	source := comment(fmt.Sprintf("· %s · approved %s by %s", e.Source, e.At.UTC().Format(time.DateOnly), e.By))
	return "## " + strings.Join(strings.Fields(literal(e.Question)), " ") + "\n\n" + literal(e.Answer) + "\n\n" + marker(e.ID) + source + " -->\n"
}

func comment(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "--", "—")
}

// literal is text that Markdown takes for words: no markup of HTML, and no line
// that begins a heading or a rule.
func literal(text string) string {
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", "\r", "").Replace(strings.TrimSpace(text))
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		bare := strings.TrimLeft(line, " \t")
		if strings.HasPrefix(bare, "#") || strings.HasPrefix(bare, "===") || strings.HasPrefix(bare, "---") {
			lines[i] = `\` + bare
		}
	}
	return strings.Join(lines, "\n")
}
