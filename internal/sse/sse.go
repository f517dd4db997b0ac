// Package sse reads server-sent events, for those who drive the visitor's API
// from Go: the stories and the load driver.
package sse

import (
	"bufio"
	"io"
	"strings"
)

// maxLine is the longest line of an event, in bytes.
const maxLine = 1 << 20

// Read calls each with every event of a stream until the stream ends, and
// returns why it ended, nil at its end. id is empty for events without one.
// Comments are passed over.
func Read(r io.Reader, each func(kind, id string, data []byte)) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	var kind, id, data string
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case lines.Text() == "":
			if data != "" {
				each(kind, id, []byte(data))
			}
			kind, id, data = "", "", ""
		case field == "event":
			kind = value
		case field == "id":
			id = value
		case field == "data":
			data += value
		}
	}
	return lines.Err()
}
