package sse

import (
	"slices"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	stream := ": hello\n\nid: 1\nevent: message\ndata: {\"a\":1}\n\nevent: draft\ndata:{}\ndata: x\n\nid: 2\nevent: state\n\nid: 3\nevent: cut\ndata: lost"
	var got []string
	if err := Read(strings.NewReader(stream), func(kind, id string, data []byte) {
		got = append(got, kind+" "+id+" "+string(data))
	}); err != nil {
		t.Fatal(err)
	}
	if want := []string{`message 1 {"a":1}`, `draft  {}x`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := Read(strings.NewReader(strings.Repeat("x", maxLine+1)), nil); err == nil {
		t.Error("a line without end is read")
	}
}
