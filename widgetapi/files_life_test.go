package widgetapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// B-27: files have limits of their own.
func TestB27Uploads(t *testing.T) {
	h := newHouse(t, func(c *Config) {
		c.Limits.UploadBytes, c.Limits.UploadsPerDay, c.Limits.UploadBytesPerDayIP = 1000, 6, 4000
	})
	g, other := h.guest(), h.guest()
	id := g.open()
	var kept []FileReply
	for i := range 6 {
		kept = append(kept, g.keeps(fmt.Sprintf("%d.txt", i), bytes.Repeat([]byte("a"), 100)))
	}
	body := MessageBody{ClientID: "c1"}
	for _, f := range kept {
		body.Files = append(body.Files, FileBody{f.ID})
	}
	g.refused(http.StatusBadRequest, codeInvalid, "POST", at(id, "/messages"), body)
	if a := g.uploads("7.txt", []byte("a")); a.code() != codeTooMany || a.header.Get("Retry-After") == "" {
		t.Errorf("the seventh of a day: got %d %s", a.status, a.body)
	}
	for _, size := range []int{1001, 40_000} {
		if a := other.uploads("big.txt", bytes.Repeat([]byte("a"), size)); a.code() != codeFileLarge {
			t.Errorf("%d bytes: got %d %s", size, a.status, a.body)
		}
	}
	if a := other.uploads("none.txt", nil); a.code() != codeFileEmpty {
		t.Errorf("an empty one: got %d %s", a.status, a.body)
	}
	other.keeps("a.txt", bytes.Repeat([]byte("a"), 1000))
	other.keeps("b.txt", bytes.Repeat([]byte("a"), 1000))
	if a := other.uploads("c.txt", bytes.Repeat([]byte("a"), 1000)); a.code() != codeTooMany {
		t.Errorf("above the bytes of an address: got %d %s", a.status, a.body)
	}
}

// A line carries its files to everybody who reads it, and takes them along when it
// is taken back; an upload that no line ever carried goes after a day, and all go
// when their time is over.
func TestFilesLiveWithTheirLines(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	loose, a, b := g.keeps("loose.txt", []byte("x")), g.keeps("a.png", pngOf(3, 3)), g.keeps("b.txt", []byte("words"))
	g.sends(id, "c1", "see these", a, b)
	line := g.backlog(id, "")[0]
	var said Message
	_ = json.Unmarshal(line.Data, &said)
	if files, _ := json.Marshal(said.Files); !strings.Contains(string(files), a.URL) || !strings.Contains(string(files), `"name":"b.txt"`) {
		t.Errorf("the line carries %s", files)
	}
	if got := g.want(http.StatusOK, "GET", at(id, "/transcript"), nil, nil); !strings.Contains(string(got.body), "File: a.png\n    File: b.txt") {
		t.Errorf("the transcript: %s", got.body)
	}
	h.clock.add(25 * time.Hour)
	collect(t, h)
	g.refused(http.StatusNotFound, codeNotFound, "GET", loose.URL, nil)
	g.fetches(a)
	state, err := h.store.State(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	h.appendAs(id, conversation.Append(conversation.Draft{Author: maya, Source: conversation.FromSlack, Body: conversation.Retracted{Of: state.LastVisitor.Seq}}))
	g.refused(http.StatusNotFound, codeNotFound, "GET", a.URL, nil)
	if line := g.backlog(id, "")[0]; strings.Contains(string(line.Data), "files") {
		t.Errorf("taken back, the line still carries files: %s", line.Data)
	}
	c := g.keeps("c.txt", []byte("x"))
	g.sends(id, "c2", "and this", c)
	collect(t, h)
	if entries, _ := os.ReadDir(h.folder); len(entries) != 1 {
		t.Errorf("the folder holds %v, want one file", entries)
	}
	h.clock.add(91 * 24 * time.Hour)
	collect(t, h)
	if entries, _ := os.ReadDir(h.folder); len(entries) != 0 {
		t.Errorf("after their time the folder holds %v", entries)
	}
}

func collect(t *testing.T, h *house) {
	t.Helper()
	if err := h.files.Collect(t.Context()); err != nil {
		t.Fatal(err)
	}
}
