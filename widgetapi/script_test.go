package widgetapi

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// keep keeps files of builds that the house's own binary does not have.
func (h *house) keep(files map[string]string) {
	h.Helper()
	kept := map[string][]byte{}
	for address, body := range files {
		kept[address] = []byte(body)
	}
	if err := h.store.KeepWidgetFiles(h.Context(), kept); err != nil {
		h.Fatal(err)
	}
}

// What is under a hash or a version never changes, and any page may read it: an
// integrity is checked of scripts that were fetched with CORS only.
func TestFilesOfOtherBuildsAreServed(t *testing.T) {
	h := newHouse(t)
	g := &guest{house: h}
	text := strings.Repeat("export const a = 1;\n", 50)
	h.keep(map[string]string{"bbbbbbbbbbbb/panel.js": text, "widget@1.2.3.js": text, "widget@2.0.0-rc.1.js": text})
	for _, path := range []string{"/w/bbbbbbbbbbbb/panel.js", "/w/--bbbbbbbbbbbb/panel.js", "/widget@1.2.3.js", "/widget%401.2.3.js", "/widget@2.0.0-rc.1.js", "/widget@1.2.3.js?v=2"} {
		got := g.want(http.StatusOK, "GET", path, nil, nil)
		if string(got.body) != text {
			t.Errorf("%s: got %q", path, got.body)
		}
		packed := g.want(http.StatusOK, "GET", path, nil, nil, "Accept-Encoding", "gzip, br")
		head := g.want(http.StatusOK, "HEAD", path, nil, nil)
		if packed.header.Get("Content-Encoding") != "br" || len(packed.body) > len(text)/3 || len(head.body) > 0 {
			t.Errorf("%s: got %d bytes packed by %q, and %d for HEAD", path, len(packed.body), packed.header.Get("Content-Encoding"), len(head.body))
		}
		for name, want := range map[string]string{
			"Cache-Control": "public, max-age=31536000, immutable", "Content-Type": "text/javascript; charset=utf-8", "Vary": "Accept-Encoding",
			"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin", "X-Content-Type-Options": "nosniff",
		} {
			for _, a := range []answerOf{got, packed, head} {
				if a.header.Get(name) != want {
					t.Errorf("%s: %s is %q, want %q", path, name, a.header.Get(name), want)
				}
			}
		}
	}
	if n := h.looks.Load(); n != 3 {
		t.Errorf("the store was asked %d times for 3 files", n)
	}
	g.refused(http.StatusMethodNotAllowed, codeMethod, "POST", "/widget@1.2.3.js", nil)
}

// A version that never ran, and one of a development build, are refused by name and
// not kept by any cache.
func TestVersionsThatCannotBePinned(t *testing.T) {
	g := &guest{house: newHouse(t)}
	g.keep(map[string]string{"widget@0.1.0-dev.js": "never served"})
	for version, want := range map[string]string{
		"9.9.9":     "has never run version 9.9.9 as a release",
		"0.1.0-dev": "0.1.0-dev is a development build",
	} {
		got := g.refused(http.StatusNotFound, codeNoVersion, "GET", "/widget@"+version+".js", nil)
		if !strings.Contains(string(got.body), want) || got.header.Get("Content-Type") != "application/json; charset=utf-8" || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: got %s, %v, want %q", version, got.body, got.header, want)
		}
	}
}

// What has not the form of an address is not looked up.
func TestHostileAddressesOfFiles(t *testing.T) {
	g := &guest{house: newHouse(t)}
	for _, path := range []string{
		"/widget@.js", "/widget@/1.2.3.js", "/widget@1.2.3", "/widget@1.2.js", "/widget@1.2.3.js.js", "/widget@01234567.0.0.js", "/widget@1.2.3.js/x", "/widget@1.2.3.js%00", "/widget@1.2.3%2f..%2fx.js",
		"/widget@/1.2.js", "/widget@1.2.3-" + strings.Repeat("a", 33) + ".js", "/widget@1.2.3-<script>.js", "/widget@1.2.3'--.js", "/widget@%ff.js", "/widget@" + strings.Repeat("1", 4000) + ".js",
		"/w/bbbbbbbbbbbb/panel.css", "/w/--/panel.js", "/w/bbbbbbbbbbbb-/panel.js", "/w/-b-bbbbbbbbbbb/panel.js", "/w/BBBBBBBBBBBB/panel.js", "/w/bbbbbbbbbbb/panel.js", "/w/bbbbbbbbbbbbb/panel.js", "/w/bbbbbbbbbbbb/" + strings.Repeat("a", 17) + ".js",
		"/w/bbbbbbbbbbbb/%2e%2e%2fpanel.js", "/w/bbbbbbbbbbbb/panel.js%00", "/w/widget@1.2.3.js/panel.js", "/w/bbbbbbbbbbbb", "/w/bbbbbbbbbbbb/", "/w/'; drop table x/panel.js",
	} {
		g.refused(http.StatusNotFound, codeNoRoute, "GET", strings.ReplaceAll(path, " ", "%20"), nil)
	}
	if n := g.looks.Load(); n != 0 {
		t.Errorf("the store was asked %d times", n)
	}
}

// Whoever guesses hashes uses up the own allowance, and what is in memory stays
// there for everybody.
func TestGuessingHashesIsLimited(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Limits.RequestsPerMinuteIP = 5 })
	g := &guest{house: h}
	h.keep(map[string]string{"bbbbbbbbbbbb/panel.js": "b"})
	g.want(http.StatusOK, "GET", "/w/bbbbbbbbbbbb/panel.js", nil, nil)
	statuses := map[int]int{}
	for i := range 20 {
		statuses[g.do("GET", fmt.Sprintf("/w/%012x/panel.js", i), nil).status]++
	}
	if statuses[http.StatusNotFound] != 4 || statuses[http.StatusTooManyRequests] != 16 || h.looks.Load() != 5 {
		t.Errorf("got %v, and %d looks", statuses, h.looks.Load())
	}
	g.want(http.StatusOK, "GET", "/w/bbbbbbbbbbbb/panel.js", nil, nil)
	g.want(http.StatusOK, "GET", "/w/abc/panel.js", nil, nil)
}

func TestFilesOfOtherBuildsAreHeldWithinBounds(t *testing.T) {
	h := newHouse(t)
	g := &guest{house: h}
	files := map[string]string{}
	for i := range 2 * earlierFiles {
		files[fmt.Sprintf("%012x/panel.js", i)] = fmt.Sprint("file ", i)
	}
	h.keep(files)
	for address, want := range files {
		if got := g.want(http.StatusOK, "GET", "/w/"+address, nil, nil); string(got.body) != want {
			t.Errorf("%s: got %q, want %q", address, got.body, want)
		}
	}
	if n := len(h.server.earlier.files); n != earlierFiles {
		t.Errorf("%d files are held, want %d", n, earlierFiles)
	}
}
