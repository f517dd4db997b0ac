package states

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/handoff-bot/handoff/knowledge"
)

//go:embed page
var files embed.FS

// Path is where a Gallery is served.
const Path = "/demo/states/"

// alive is how many installations run at a time.
const alive = 6

// Gallery serves the list of scenes at [Path] and each scene below it.
type Gallery struct {
	dir     string
	library *knowledge.Library
	log     *slog.Logger
	wanted  chan order
	index   *template.Template
}

// order asks for an installation.
type order struct {
	scene Scene
	made  chan made
}

type made struct {
	url string
	err error
}

// New makes a gallery whose installations keep their databases in dir and answer
// from library; their owner removes and closes them.
func New(dir string, library *knowledge.Library, log *slog.Logger) (*Gallery, error) {
	index, err := template.ParseFS(files, "page/index.html")
	if err != nil {
		return nil, fmt.Errorf("read the pages of the states: %w", err)
	}
	return &Gallery{dir: dir, library: library, log: log, wanted: make(chan order), index: index}, nil
}

// Run starts installations as they are asked for, until ctx ends and the last of
// them has.
func (g *Gallery) Run(ctx context.Context) error {
	var running []*installation
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return end(running)
		case o := <-g.wanted:
			in, err := g.open(ctx, o.scene, n)
			if err != nil {
				o.made <- made{err: err}
				continue
			}
			running = append(running, in)
			if len(running) > alive {
				if err := end(running[:1]); err != nil {
					g.log.Warn("a state's installation ended badly", "error", err)
				}
				running = running[1:]
			}
			o.made <- made{url: in.url}
		}
	}
}

func end(running []*installation) error {
	var g errgroup.Group
	for _, in := range running {
		g.Go(in.stop)
	}
	return g.Wait()
}

// ServeHTTP serves the list, and for a scene a redirect to an installation made
// for this request. With phone the scene comes in a frame of a phone's size.
func (g *Gallery) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := strings.Trim(strings.TrimPrefix(r.URL.Path, strings.TrimSuffix(Path, "/")), "/")
	switch {
	case r.Method != http.MethodGet:
		http.Error(w, "This page is only read.", http.StatusMethodNotAllowed)
	case id == "":
		g.list(w, r)
	case id == "states.css":
		http.ServeFileFS(w, r, files, "page/states.css")
	default:
		g.scene(w, r, id)
	}
}

// link is one line of the list.
type link struct {
	Scene
	URL string
}

func (g *Gallery) list(w http.ResponseWriter, r *http.Request) {
	chosen := switches(r.URL.Query())
	var links []link
	for _, s := range Scenes() {
		links = append(links, link{s, Path + s.ID + query(chosen)})
	}
	g.render(w, "index.html", map[string]any{"Links": links, "First": links[0].URL, "Open": Open(), "Choices": choices(chosen), "Phone": chosen.Has("phone")})
}

func (g *Gallery) scene(w http.ResponseWriter, r *http.Request, id string) {
	scene, ok := find(id)
	if !ok {
		http.NotFound(w, r)
		return
	}
	o := order{scene, make(chan made, 1)}
	select {
	case g.wanted <- o:
	case <-r.Context().Done():
		return
	}
	select {
	case m := <-o.made:
		if m.err != nil {
			g.log.Warn("a state could not be shown", "scene", id, "error", m.err)
			http.Error(w, "The installation of this state did not start: "+m.err.Error(), http.StatusInternalServerError)
			return
		}
		http.Redirect(w, r, m.url+"/"+query(switches(r.URL.Query())), http.StatusSeeOther)
	case <-r.Context().Done():
	}
}

func (g *Gallery) render(w http.ResponseWriter, name string, data any) {
	var b strings.Builder
	if err := g.index.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'self'; frame-src http:; frame-ancestors 'self'")
	_, _ = w.Write([]byte(b.String()))
}

// switches are the choices a page of the gallery passes on.
func switches(q url.Values) url.Values {
	out := url.Values{}
	for _, name := range []string{"theme", "locale", "phone"} {
		if q.Has(name) {
			out.Set(name, q.Get(name))
		}
	}
	return out
}

func query(q url.Values) string {
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// choice is one switch above the list, and the address that turns it.
type choice struct {
	Label, URL string
	On         bool
}

func choices(chosen url.Values) []choice {
	var out []choice
	for _, c := range []struct{ label, name, value string }{
		{"Light", "theme", "light"}, {"Dark", "theme", "dark"}, {"Phone", "phone", "1"}, {"Right to left", "locale", "ar"},
	} {
		turned := url.Values{}
		for name := range chosen {
			turned.Set(name, chosen.Get(name))
		}
		on := chosen.Get(c.name) == c.value
		if on {
			turned.Del(c.name)
		} else {
			turned.Set(c.name, c.value)
		}
		out = append(out, choice{c.label, Path + query(turned), on})
	}
	return out
}

var errNoStep = errors.New("the script has no such step")
