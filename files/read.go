package files

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/files/ledger"
)

// Limits of a picture. A file's own size is the caller's limit.
const (
	maxPixels = 40_000_000 // of all frames together
	maxFrames = 100
	maxSide   = 20_000
)

// kind is something we take: what names it ends with, what its first bytes are
// taken for, and how it is read to its end. read returns the content to keep.
type kind struct {
	extensions []string
	sniffed    string
	read       func(data []byte) (taken, error)
}

// taken is content that may be kept. ext is its extension when that has changed.
type taken struct {
	data          []byte
	kind, ext     string
	width, height int
}

// kinds is everything that is taken.
var kinds = []kind{
	{[]string{"png"}, "image/png", readPNG},
	{[]string{"jpg", "jpeg", "jfif"}, "image/jpeg", readJPEG},
	{[]string{"gif"}, "image/gif", readGIF},
	{[]string{"webp"}, "image/webp", readWebP},
	{[]string{"pdf"}, "application/pdf", readPDF},
	{[]string{"txt", "text", "log", "csv", "md"}, "text/plain", readText},
}

// read takes a file in, or says why not: a *ledger.Refusal.
func read(ctx context.Context, name string, data []byte) (conversation.File, []byte, error) {
	name = CleanName(name)
	if len(data) == 0 {
		return conversation.File{}, nil, &ledger.Refusal{Why: ledger.Empty}
	}
	k, ok := kindOf(name, data)
	if !ok || disguised(name) {
		return conversation.File{}, nil, &ledger.Refusal{Why: ledger.WrongType}
	}
	if err := ctx.Err(); err != nil {
		return conversation.File{}, nil, err
	}
	t, err := k.read(data)
	if err != nil {
		return conversation.File{}, nil, err
	}
	if t.ext != "" {
		stem, _ := split(name)
		name = CleanName(stem + "." + t.ext)
	}
	return conversation.File{Name: name, Type: t.kind, Size: int64(len(t.data)), Width: t.width, Height: t.height}, t.data, nil
}

// kindOf is the kind that both the name and the first bytes say.
func kindOf(name string, data []byte) (kind, bool) {
	sniffed, _, _ := strings.Cut(http.DetectContentType(data), ";")
	for _, k := range kinds {
		for _, e := range k.extensions {
			if e == extension(name) {
				return k, k.sniffed == sniffed
			}
		}
	}
	return kind{}, false
}

// readPDF looks at both ends. What a document holds is for who opens it: it is
// only ever a download.
func readPDF(data []byte) (taken, error) {
	tail := data[max(0, len(data)-2048):]
	if !bytes.HasPrefix(data, []byte("%PDF-")) || !bytes.Contains(tail, []byte("%%EOF")) {
		return taken{}, &ledger.Refusal{Why: ledger.Damaged}
	}
	if bytes.Contains(data[max(0, len(data)-(1<<16)-22):], []byte("PK\x05\x06")) {
		return taken{}, &ledger.Refusal{Why: ledger.WrongType} // an archive as well
	}
	return taken{data: data, kind: "application/pdf"}, nil
}

// markupHead is how far into a text a tag is looked for.
const markupHead = 4096

// readText takes UTF-8 that is no markup. Browsers that sniff would run a page
// that calls itself text; ours are told not to, and this is the second door.
func readText(data []byte) (taken, error) {
	text := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) || bytes.ContainsFunc(text, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' && r != 0x1b
	}) {
		return taken{}, &ledger.Refusal{Why: ledger.WrongType}
	}
	head := bytes.ToLower(bytes.TrimSpace(text[:min(len(text), markupHead)]))
	if bytes.HasPrefix(head, []byte("<")) || bytes.HasPrefix(head, []byte("#!")) || bytes.HasPrefix(head, []byte("%pdf")) {
		return taken{}, &ledger.Refusal{Why: ledger.WrongType}
	}
	for _, tag := range []string{"<script", "<svg", "<html", "<!doctype", "<?xml", "<?php", "<iframe", "<body", "javascript:"} {
		if bytes.Contains(head, []byte(tag)) {
			return taken{}, &ledger.Refusal{Why: ledger.WrongType}
		}
	}
	return taken{data: data, kind: "text/plain"}, nil
}
