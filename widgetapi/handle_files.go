package widgetapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/files/ledger"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// Files keeps what is sent beside words. The room files implements it.
type Files interface {
	// Take reads a file of at most limit bytes and keeps it. Errors:
	// *ledger.Refusal, or one of the storage.
	Take(ctx context.Context, of ledger.File, name string, in io.Reader, limit int64) (conversation.File, error)
	// Owned returns a visitor's file; another's, and none, is
	// conversation.ErrNotFound.
	Owned(ctx context.Context, o session.Owner, id string) (ledger.File, error)
	// Open returns the content of a file.
	Open(ctx context.Context, id string) (io.ReadCloser, error)
}

// uploadTime is how long a client may take to send a file.
const uploadTime = 3 * time.Minute

// formRoom is what may stand around the file in a form, in bytes.
const formRoom = 16 << 10

// FileReply is a file as the visitor gets it. URL is a path on this server and
// wants her session like every other.
type FileReply struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	URL    string `json:"url"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

func fileReply(f conversation.File) FileReply {
	return FileReply{f.ID, f.Name, f.Type, f.Size, "/v1/files/" + f.ID, f.Width, f.Height}
}

// noFiles is the answer of a house that keeps none.
func noFiles() error { return &fault{code: codeNotYet, words: "This server takes no files."} }

func (s *Server) upload(c *call) (reply, error) {
	if s.deps.Files == nil {
		return reply{}, noFiles()
	}
	limits := c.cfg.Limits
	n, err := s.days.add(c.ctx(), "uploads:"+c.session.Visitor, c.now)
	if err != nil {
		return reply{}, err
	}
	if n > limits.UploadsPerDay {
		return reply{}, tooMany(nextDay(c.now))
	}
	name, in, err := c.formFile(int64(limits.UploadBytes))
	if err != nil {
		return reply{}, err
	}
	counted := &countedReader{in: in}
	f, err := s.deps.Files.Take(c.ctx(), ledger.File{Owner: c.owner()}, name, counted, int64(limits.UploadBytes))
	if cerr := s.countBytes(c, counted.n); cerr != nil {
		return reply{}, cerr // what was kept of it is collected
	}
	if err != nil {
		return reply{}, s.refusedUpload(c, name, err)
	}
	return reply{status: http.StatusCreated, body: fileReply(f)}, nil
}

// formFile finds the file in the form, and streams it from there.
func (c *call) formFile(limit int64) (name string, in io.Reader, err error) {
	media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" {
		return "", nil, &fault{code: codeMediaType, words: "The body must be a form. Send Content-Type: multipart/form-data with one field named file."}
	}
	if c.r.ContentLength > limit+formRoom {
		return "", nil, uploadFault(&ledger.Refusal{Why: ledger.TooLarge})
	}
	_ = http.NewResponseController(c.w).SetReadDeadline(time.Now().Add(uploadTime))
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, limit+formRoom)
	form, err := c.r.MultipartReader()
	if err != nil {
		return "", nil, invalid("The form could not be read.")
	}
	part, err := form.NextPart()
	if err != nil || part.FormName() != "file" {
		return "", nil, invalid("The form has no field named file.")
	}
	return formName(part.Header.Get("Content-Disposition")), part, nil
}

// formName is the file's name as it was sent: Go's own would cut it at a slash
// only.
func formName(disposition string) string {
	_, params, err := mime.ParseMediaType(disposition)
	if err != nil {
		return ""
	}
	return params["filename"]
}

// countedReader counts what is read.
type countedReader struct {
	in io.Reader
	n  int
}

func (r *countedReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	r.n += n
	return n, err
}

// countBytes holds the limit of an address per day.
func (s *Server) countBytes(c *call, n int) error {
	sum, err := s.deps.Counters.Count(c.ctx(), "upload_bytes:"+network(c.ip), day(c.now), n)
	if err != nil {
		return err
	}
	if sum > c.cfg.Limits.UploadBytesPerDayIP {
		return tooMany(nextDay(c.now))
	}
	return nil
}

// blockedEvent is what the team reads on the card when the scanner has found
// something in a file of hers.
const blockedEvent = "file blocked by the virus scanner"

// refusedUpload is the answer to a file that is not taken. One that the scanner has
// blocked is told to the team as well.
func (s *Server) refusedUpload(c *call, name string, err error) error {
	var refused *ledger.Refusal
	if errors.As(err, &refused) && refused.Why == ledger.Blocked {
		told := session.Tracked{When: c.now, Name: blockedEvent, Props: map[string]any{"file": cut(oneLine(name), maxContextValue)}}
		if terr := s.deps.Conversations.Track(c.ctx(), c.owner(), told); terr != nil {
			return terr
		}
	}
	return uploadFault(err)
}

// uploadFault is a refusal with the words for it.
func uploadFault(err error) error {
	var refused *ledger.Refusal
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &refused):
		return &fault{code: string(refused.Why)}
	case errors.As(err, &large):
		return &fault{code: string(ledger.TooLarge)}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return invalid("The file did not arrive in full.")
	}
	return err
}

// file serves a file to its owner. Only pictures that we have written may be shown
// in place; everything else is a download, and nothing of it runs.
func (s *Server) file(c *call) (reply, error) {
	if s.deps.Files == nil {
		return reply{}, noFiles()
	}
	f, err := s.deps.Files.Owned(c.ctx(), c.owner(), c.r.PathValue("id"))
	if errors.Is(err, conversation.ErrNotFound) {
		return reply{}, &fault{code: codeNotFound, words: "There is no such file."}
	}
	if err != nil {
		return reply{}, err
	}
	content, err := s.deps.Files.Open(c.ctx(), f.ID)
	if errors.Is(err, conversation.ErrNotFound) {
		return reply{}, &fault{code: codeNotFound, words: "There is no such file."}
	}
	if err != nil {
		return reply{}, fmt.Errorf("open a file: %w", err)
	}
	return reply{write: func(w http.ResponseWriter) {
		defer func() { _ = content.Close() }()
		h := w.Header()
		h.Set("Content-Type", f.Type)
		h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
		h.Set("Content-Disposition", disposition(f.File))
		h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "private, no-store")
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(uploadTime))
		_, _ = io.Copy(w, content)
	}}, nil
}

// disposition is the header by RFC 6266: a plain name for old programs, and the
// whole one as RFC 5987 wants it.
func disposition(f conversation.File) string {
	kind := "attachment"
	if ledger.IsPicture(f.Type) {
		kind = "inline"
	}
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%;`, r) {
			return '_'
		}
		return r
	}, f.Name)
	return fmt.Sprintf(`%s; filename="%s"; filename*=UTF-8''%s`, kind, plain, extended(f.Name))
}

// extended is a value as RFC 5987 writes it.
func extended(name string) string {
	var out strings.Builder
	for _, b := range []byte(name) {
		if 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || strings.IndexByte("!#$&+-.^_`|~", b) >= 0 {
			out.WriteByte(b)
		} else {
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String()
}

// filesOf finds the files that a message names, all of them the visitor's own.
func (s *Server) filesOf(c *call, named []FileBody) ([]conversation.File, error) {
	if len(named) > 0 && s.deps.Files == nil {
		return nil, noFiles()
	}
	var out []conversation.File
	for _, b := range named {
		f, err := s.deps.Files.Owned(c.ctx(), c.owner(), b.ID)
		if errors.Is(err, conversation.ErrNotFound) || err == nil && f.Source != "" {
			return nil, tell(codeInvalid, "file_lost")
		}
		if err != nil {
			return nil, err
		}
		out = append(out, f.File)
	}
	return out, nil
}
