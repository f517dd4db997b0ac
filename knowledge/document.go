package knowledge

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"
)

// maxFile is the size of the largest document that is read.
const maxFile = 5 << 20

var (
	errTooLarge = fmt.Errorf("larger than %d MB", maxFile>>20)
	errBinary   = errors.New("not text in UTF-8")
	errEmpty    = errors.New("no readable text")
)

// document is what was read from one file.
type document struct {
	name     string // path below the source, with slashes
	title    string
	url      string // address of the page on the web, if the document says
	sections []section
}

// section is what stands under one heading.
type section struct {
	heading string   // "Returns > Refunds", empty before the first heading
	blocks  []string // paragraphs, list items, table rows, code: what is not torn apart without need
}

// parsers are the kinds of documents by file name extension.
var parsers = map[string]func(name string, data []byte) (document, error){
	".md": parseMarkdown, ".markdown": parseMarkdown, ".html": parseHTML, ".htm": parseHTML, ".txt": parseText, ".text": parseText,
}

func isDocument(name string) bool {
	return parsers[strings.ToLower(path.Ext(name))] != nil
}

// parse reads one document. A parser that panics over a strange file costs that file only.
func parse(name string, data []byte) (doc document, err error) {
	defer func() {
		if caught := recover(); caught != nil {
			err = fmt.Errorf("cannot be read: %v", caught)
		}
	}()
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.IndexByte(data, 0) >= 0 || !utf8.Valid(data) {
		return document{}, errBinary
	}
	doc, err = parsers[strings.ToLower(path.Ext(name))](name, data)
	if err != nil {
		return document{}, err
	}
	if doc.title = oneLine(clean(doc.title)); doc.title == "" {
		doc.title = titleFromName(name)
	}
	doc.name = name
	if !doc.hasText() {
		return document{}, errEmpty
	}
	return doc, nil
}

func (d document) hasText() bool {
	for _, s := range d.sections {
		if len(s.blocks) > 0 {
			return true
		}
	}
	return false
}

// titleFromName makes "Return policy" of "return-policy.md".
func titleFromName(name string) string {
	base := strings.TrimSuffix(path.Base(name), path.Ext(name))
	base = oneLine(strings.NewReplacer("-", " ", "_", " ").Replace(clean(base)))
	if base == "" {
		return name
	}
	first, size := utf8.DecodeRuneInString(base)
	return strings.ToUpper(string(first)) + base[size:]
}

// parseText splits plain text at blank lines.
func parseText(_ string, data []byte) (document, error) {
	var blocks []string
	for block := range strings.SplitSeq(clean(string(data)), "\n\n") {
		if block = strings.TrimSpace(block); block != "" {
			blocks = append(blocks, block)
		}
	}
	return document{sections: []section{{blocks: blocks}}}, nil
}

// webAddress is the address if it is one a visitor may be sent to.
func webAddress(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}

// frontMatter takes the lines between two "---" at the start of a Markdown file; of them "title" and "url" count.
func frontMatter(data []byte) (title, address string, rest []byte) {
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	head, found := strings.CutPrefix(text, "---\n")
	if !found {
		return "", "", data
	}
	head, body, found := strings.Cut(head, "\n---\n")
	if !found {
		return "", "", data
	}
	for line := range strings.Lines(head) {
		key, value, _ := strings.Cut(line, ":")
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		switch strings.TrimSpace(key) {
		case "title":
			title = value
		case "url":
			address = webAddress(value)
		}
	}
	return title, address, []byte(body)
}
