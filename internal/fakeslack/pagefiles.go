package fakeslack

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
)

// pictured lists the kinds of pictures that the staff page shows in place. The
// kind is told by the bytes, never by the name.
func pictured(data []byte) (kind string, ok bool) {
	kind = http.DetectContentType(data)
	return kind, slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp"}, kind)
}

// servePageFile gives the content of a file: a picture to be looked at, anything
// else to be kept.
func (s *Server) servePageFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f := s.state.files[r.PathValue("file")]
	var data []byte
	var name string
	if f != nil {
		data, name = f.Data, f.Name
	}
	s.mu.Unlock()
	if f == nil {
		http.NotFound(w, r)
		return
	}
	how, kind := "attachment", "application/octet-stream"
	if k, ok := pictured(data); ok {
		how, kind = "inline", k
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Header().Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": name}))
	_, _ = w.Write(data)
}

// servePageUpload posts the body as a file, as dragging it in does: user,
// channel, thread, text and name stand in the query.
func (s *Server) servePageUpload(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFile))
	switch {
	case err != nil || len(data) == 0:
		err = errors.New("the file could not be read, or it is empty. Choose another one")
	default:
		_, err = s.Upload(q.Get("user"), q.Get("channel"), q.Get("thread"), q.Get("text"), File{Name: q.Get("name"), Data: data})
	}
	writeDeed(w, nil, err)
}
