package widgetapi

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheWidgetsFilesTravelPacked(t *testing.T) {
	content := strings.Repeat("const a = 1;\n", 100)
	var p packed
	for encodings, want := range map[string]bool{"": false, "gzip": true, "br, gzip;q=0.5": true, "gzip;q=0": false, "gzip;q=0.0, br": false, "br": false} {
		for range 2 {
			w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/widget.js", nil)
			r.Header.Set("Accept-Encoding", encodings)
			p.write(w, r, "a", []byte(content))
			if got := w.Header().Get("Content-Encoding") == "gzip"; got != want || w.Header().Get("Vary") != "Accept-Encoding" {
				t.Errorf("%q: packed %v, want %v; Vary %q", encodings, got, want, w.Header().Get("Vary"))
			}
			var body io.Reader = w.Body
			if want {
				if w.Body.Len() > len(content)/3 {
					t.Errorf("%q: %d bytes of %d", encodings, w.Body.Len(), len(content))
				}
				z, err := gzip.NewReader(w.Body)
				if err != nil {
					t.Fatal(err)
				}
				body = z
			}
			if got, err := io.ReadAll(body); err != nil || string(got) != content {
				t.Errorf("%q: got %d bytes, %v, want the file", encodings, len(got), err)
			}
		}
	}
}
