package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress is one line on a terminal that says how far a long run is; anywhere
// else, in a pipe or in CI, it is silent. The zero progress is silent.
type progress struct {
	to    io.Writer
	next  time.Time
	shown bool
}

// progressEvery is how often the line changes, and after how long it appears.
const progressEvery = 200 * time.Millisecond

func newProgress(to io.Writer) progress {
	if !terminal(to) || os.Getenv("CI") != "" || os.Getenv("TERM") == "dumb" {
		return progress{}
	}
	return progress{to: to, next: time.Now().Add(progressEvery)}
}

// show says that done of total are done, when it is time to.
func (p *progress) show(done, total int, what string) {
	if p.to == nil || time.Now().Before(p.next) {
		return
	}
	p.next, p.shown = time.Now().Add(progressEvery), true
	fmt.Fprintf(p.to, "\r\x1b[K%d of %d %s judged, %d %%", done, total, what, 100*done/max(1, total))
}

// clear takes the line away.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
	p.shown = false
}

// terminal says whether what is written is seen at once by somebody.
func terminal(to io.Writer) bool {
	f, ok := to.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
