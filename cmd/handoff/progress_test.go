package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestProgress(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b) // no terminal
	p.show(1, 2, "lines")
	p.clear()
	if b.Len() > 0 {
		t.Errorf("in a pipe: %q", b.String())
	}
	p = progress{to: &b}
	p.show(1, 4, "lines")
	p.show(2, 4, "lines") // too soon
	if got := b.String(); strings.Count(got, "\r") != 1 || !strings.HasSuffix(got, "1 of 4 lines judged, 25 %") {
		t.Errorf("on a terminal: %q", got)
	}
	p.next = time.Time{}
	p.show(0, 0, "lines")
	p.clear()
	if got := b.String(); !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("at the end: %q", got)
	}
}
