package widgetapi

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
)

// pagePolicy is what the page for mailed links may load: scripts of our own, which
// talk to our own API and parse no HTML. Its styles are made by the script.
const pagePolicy = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// resumePage is where a mailed link leads. The code of the link stands behind the
// #, so it is not even sent; what the page's button does is POST it. Whoever only
// opens the link (a scanner, a preview) changes nothing. The page is a template of
// what our speech says.
func (s *Server) resumePage(c *call) (reply, error) {
	if s.deps.Assets == nil {
		return reply{}, &fault{code: codeNoRoute}
	}
	page, err := template.New("resume").Parse(string(s.deps.Assets.ResumePage()))
	if err != nil {
		return reply{}, fmt.Errorf("read the page for links: %w", err)
	}
	var body bytes.Buffer
	if err := page.Execute(&body, c.page()); err != nil {
		return reply{}, fmt.Errorf("write the page for links: %w", err)
	}
	return reply{write: func(w http.ResponseWriter) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Del("Access-Control-Allow-Origin")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = body.WriteTo(w)
	}}, nil
}
