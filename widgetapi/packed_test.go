package widgetapi

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestTheWidgetsFilesTravelPacked(t *testing.T) {
	content := strings.Repeat("const a = 1;\n", 100)
	unpack := map[string]func(io.Reader) (io.Reader, error){
		"":     func(r io.Reader) (io.Reader, error) { return r, nil },
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	}
	var p packed
	for accepted, want := range map[string]string{
		"": "", "identity": "", "gzip": "gzip", "br": "br", "gzip, deflate, br, zstd": "br", "BR;q=1.0, gzip;q=0.5": "br",
		"br;q=0, gzip": "gzip", "gzip;q=0.0, br;q=0": "", "br;q=x, deflate": "", "zstd": "",
	} {
		for range 2 {
			w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/widget.js", nil)
			r.Header.Set("Accept-Encoding", accepted)
			p.write(w, r, "a", []byte(content))
			if got := w.Header().Get("Content-Encoding"); got != want || w.Header().Get("Vary") != "Accept-Encoding" {
				t.Errorf("%q: got %q, Vary %q, want %q", accepted, got, w.Header().Get("Vary"), want)
				continue
			}
			if want != "" && w.Body.Len() > len(content)/3 {
				t.Errorf("%q: %d bytes of %d", accepted, w.Body.Len(), len(content))
			}
			body, err := unpack[want](w.Body)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(body); err != nil || string(got) != content {
				t.Errorf("%q: got %d bytes, %v, want the file", accepted, len(got), err)
			}
		}
	}
}
