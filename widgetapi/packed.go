package widgetapi

import (
	"net/http"
	"strconv"
	"strings"
)

// encodings are the forms that the widget's own files are built in, the smallest
// first. They are the same for everybody and hold no secret, so their packed length
// tells nobody anything.
func encodings() []string { return []string{"br", "gzip"} }

// send answers with a file of the widget: path is its address, "" the loader's. It
// goes in the smallest form that the browser takes.
func (s *Server) send(w http.ResponseWriter, r *http.Request, path string, content []byte) {
	w.Header().Add("Vary", "Accept-Encoding")
	for _, encoding := range encodings() {
		if !accepts(r, encoding) {
			continue
		}
		if form, ok := s.deps.Assets.Packed(path, encoding); ok {
			w.Header().Set("Content-Encoding", encoding)
			content = form
			break
		}
	}
	_, _ = w.Write(content) //nolint:gosec // the widget's own embedded file: the address only picks one
}

// accepts reads Accept-Encoding; "br;q=0" declines.
func accepts(r *http.Request, encoding string) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, weight, weighted := strings.Cut(strings.ReplaceAll(part, " ", ""), ";q=")
		if strings.EqualFold(name, encoding) {
			q, err := strconv.ParseFloat(weight, 64)
			return !weighted || err == nil && q > 0
		}
	}
	return false
}
