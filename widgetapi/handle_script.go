package widgetapi

import (
	"errors"
	"net/http"
	"regexp"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

const (
	javaScript = "text/javascript; charset=utf-8"
	unchanging = "public, max-age=31536000, immutable"
)

// loader serves the script of the build that runs.
func (s *Server) loader(c *call) (reply, error) {
	if s.deps.Assets == nil {
		return reply{}, &fault{code: codeNoRoute}
	}
	content, tag := s.deps.Assets.Loader()
	return reply{write: func(w http.ResponseWriter) {
		h := w.Header()
		h.Set("Cache-Control", "public, max-age=300")
		h.Set("Content-Type", javaScript)
		if tag != "" {
			h.Set("ETag", "W/"+tag) // of the script, in each form that it is sent in
			if strings.TrimPrefix(c.r.Header.Get("If-None-Match"), "W/") == tag {
				h.Add("Vary", "Accept-Encoding")
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		s.packed.write(w, c.r, "widget.js "+tag, content)
	}}, nil
}

// builtFile is the form of the address of a kept file; nothing else is looked up.
var builtFile = regexp.MustCompile(`^[0-9a-f]{12}/[a-z]{1,16}\.js$`)

// asset serves a file of the build that runs, or of an earlier one to a page that
// was opened then. Hyphens before the hash are tries: a browser does not ask again
// for a module that has failed, so the widget asks at another address.
func (s *Server) asset(c *call) (reply, error) {
	if s.deps.Assets == nil {
		return reply{}, &fault{code: codeNoRoute}
	}
	address := strings.TrimLeft(c.r.PathValue("hash"), "-") + "/" + c.r.PathValue("file")
	if content, media, ok := s.deps.Assets.Asset(address); ok {
		return reply{write: func(w http.ResponseWriter) {
			w.Header().Set("Cache-Control", unchanging)
			w.Header().Set("Content-Type", media)
			s.packed.write(w, c.r, address, content)
		}}, nil
	}
	if !builtFile.MatchString(address) {
		return reply{}, &fault{code: codeNoRoute}
	}
	return s.serveKept(c, address, &fault{code: codeNoRoute})
}

// release is the form of a version. One of a development build ends in -dev.
var release = regexp.MustCompile(`^\d{1,6}\.\d{1,6}\.\d{1,6}(-[0-9A-Za-z.-]{1,32})?$`)

// pinned serves the loader of one version. A site names it together with a hash of
// its content, so it is what was kept first under that version, or nothing.
func (s *Server) pinned(c *call) (reply, error) {
	version, ok := strings.CutSuffix(c.r.PathValue("version"), ".js")
	switch {
	case !ok || !release.MatchString(version):
		return reply{}, &fault{code: codeNoRoute}
	case strings.HasSuffix(version, "-dev"):
		return reply{}, &fault{code: codeNoVersion, words: version + " is a development build: its files change while its version stays, so it can't be pinned. Load /widget.js, or pin a release."}
	}
	return s.serveKept(c, "widget@"+version+".js", &fault{code: codeNoVersion, words: "This server has never run version " + version + " as a release. At its start it prints the tag of the one it runs."})
}

// serveKept answers with a file of another build, or with what to say when none is
// kept under the address.
func (s *Server) serveKept(c *call, address string, none *fault) (reply, error) {
	file, err := s.kept(c, address)
	if errors.Is(err, conversation.ErrNotFound) {
		err = none
	}
	if err != nil {
		return reply{}, err
	}
	return reply{write: func(w http.ResponseWriter) {
		w.Header().Set("Cache-Control", unchanging)
		w.Header().Set("Content-Type", javaScript)
		file.packed.write(w, c.r, "", file.content)
	}}, nil
}

// pin is what stands before the version of a pinned loader. The mux knows whole
// segments only: the row stands in it with a slash behind the @, and a request gets
// one on its way there. An address that has one already is no version's.
const pin = "/widget@"

func mounted(pattern string) string {
	if version, ok := strings.CutPrefix(pattern, pin); ok {
		return pin + "/" + strings.TrimSuffix(version, ".js")
	}
	return pattern
}

func unpinned(r *http.Request) *http.Request {
	version, ok := strings.CutPrefix(r.URL.Path, pin)
	if !ok {
		return r
	}
	to := pin + "/" + version
	if strings.Contains(version, "/") {
		to = pin // where nothing is mounted
	}
	out, at := *r, *r.URL
	at.Path, at.RawPath = to, ""
	out.URL = &at
	return &out
}
