package widgetapi

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// packed keeps the gzip form of the widget's own files: a third of the bytes on
// the way to a visitor. They are the same for everybody and hold no secret, so
// their packed length tells nobody anything. Each is packed once.
type packed struct{ forms sync.Map }

// write answers with a file under a name that changes with its content, packed
// where the browser takes that.
func (p *packed) write(w http.ResponseWriter, r *http.Request, name string, content []byte) {
	w.Header().Add("Vary", "Accept-Encoding")
	if takesGzip(r) {
		w.Header().Set("Content-Encoding", "gzip")
		content = p.form(name, content)
	}
	_, _ = w.Write(content) //nolint:gosec // the widget's own embedded file: the address only picks one
}

func (p *packed) form(name string, content []byte) []byte {
	if form, ok := p.forms.Load(name); ok {
		return form.([]byte)
	}
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is one it knows
	_, _ = z.Write(content)
	_ = z.Close() // a buffer takes all
	p.forms.Store(name, out.Bytes())
	return out.Bytes()
}

// takesGzip reads Accept-Encoding; "gzip;q=0" declines.
func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.ReplaceAll(part, " ", ""), ";")
		if strings.EqualFold(name, "gzip") {
			return strings.Trim(strings.TrimPrefix(quality, "q="), "0.") != "" || quality == ""
		}
	}
	return false
}
