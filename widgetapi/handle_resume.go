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
// opens the link (a scanner, a preview) changes nothing.
func (s *Server) resumePage(c *call) (reply, error) {
	if s.deps.Assets == nil {
		return reply{}, &fault{code: codeNoRoute}
	}
	body, err := c.fill(s.deps.Assets.ResumePage())
	if err != nil {
		return reply{}, err
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
		_, _ = w.Write(body)
	}}, nil
}

// fill writes a page of ours, a template of what our speech says, in the visitor's
// language.
func (c *call) fill(page []byte) ([]byte, error) {
	words, err := template.New("page").Parse(string(page))
	if err != nil {
		return nil, fmt.Errorf("read a page: %w", err)
	}
	var out bytes.Buffer
	if err := words.Execute(&out, c.page()); err != nil {
		return nil, fmt.Errorf("write a page: %w", err)
	}
	return out.Bytes(), nil
}
