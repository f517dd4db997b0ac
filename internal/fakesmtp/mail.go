package fakesmtp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// Mail is what the server has taken. TLS says that the line was encrypted.
type Mail struct {
	From string
	To   []string
	Raw  []byte
	TLS  bool
	User string
}

// Letter is a mail as its reader sees it.
type Letter struct {
	Header     mail.Header
	Subject    string
	Text, HTML string
}

// Letter reads the mail. Text has newlines, not CRLF.
func (m Mail) Letter() (Letter, error) {
	msg, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		return Letter{}, fmt.Errorf("read the mail: %w", err)
	}
	l := Letter{Header: msg.Header}
	if l.Subject, err = new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject")); err != nil {
		return l, fmt.Errorf("read the subject: %w", err)
	}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		return l, fmt.Errorf("read the kind of the mail: %w", err)
	}
	if kind != "multipart/alternative" {
		return l, fmt.Errorf("the mail is %s, want text and HTML", kind)
	}
	return l, l.parts(multipart.NewReader(msg.Body, params["boundary"]))
}

func (l *Letter) parts(r *multipart.Reader) error {
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a part: %w", err)
		}
		body := io.Reader(p)
		if strings.EqualFold(p.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
			body = quotedprintable.NewReader(p)
		}
		raw, err := io.ReadAll(body)
		if err != nil {
			return fmt.Errorf("read a part: %w", err)
		}
		text := strings.ReplaceAll(string(raw), "\r\n", "\n")
		switch kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); {
		case kind == "text/plain" && l.HTML == "":
			l.Text = text
		case kind == "text/html":
			l.HTML = text
		default:
			return fmt.Errorf("a part is %q; want the text first, then the HTML", kind)
		}
	}
}
