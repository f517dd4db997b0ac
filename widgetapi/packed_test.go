package widgetapi

import (
	"net/http"
	"testing"
)

func TestTheWidgetsFilesTravelPacked(t *testing.T) {
	g := &guest{house: newHouse(t)}
	for accepted, want := range map[string]string{
		"identity": "", "gzip": "gzip", "br": "br", "gzip, deflate, br, zstd": "br", "BR;q=1.0, gzip;q=0.5": "br",
		"br;q=0, gzip": "gzip", "gzip;q=0.0, br;q=0": "", "br;q=x, deflate": "", "zstd": "",
	} {
		for path, plain := range map[string]string{"/widget.js": "/* loader */", "/w/abc/panel.js": "/* panel */"} {
			got := g.want(http.StatusOK, "GET", path, nil, nil, "Accept-Encoding", accepted)
			body := plain
			if want != "" {
				body = want + " of " + map[string]string{"/w/abc/panel.js": "abc/panel.js"}[path]
			}
			if got.header.Get("Content-Encoding") != want || got.header.Get("Vary") == "" || string(got.body) != body {
				t.Errorf("%s, %q: got %q, %v, want %q", path, accepted, got.body, got.header, body)
			}
		}
	}
}
