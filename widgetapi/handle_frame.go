package widgetapi

import "net/http"

// framePolicy is what the chat in a frame may load; who may frame it is added.
const framePolicy = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' blob:; base-uri 'none'; form-action 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors "

// framePage is the chat of a site that wants it out of its scripts' reach. The
// address names the site; it has to be one of the key's, and the browser shows the
// page in that site alone. The page talks to nobody else either.
func (s *Server) framePage(c *call) (reply, error) {
	query := c.r.URL.Query()
	key, ok := c.cfg.key(query.Get("key"))
	if !ok {
		return reply{}, &fault{code: codeUnknownKey}
	}
	origin := query.Get("origin")
	if !allows(key.Origins, origin) {
		return reply{}, &fault{code: codeOrigin}
	}
	if s.deps.Assets == nil {
		return reply{}, &fault{code: codeNoRoute}
	}
	body, err := c.fill(s.deps.Assets.FramePage())
	if err != nil {
		return reply{}, err
	}
	return reply{write: func(w http.ResponseWriter) {
		h := w.Header()
		h.Set("Content-Security-Policy", framePolicy+origin)
		h.Del("Access-Control-Allow-Origin")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(body)
	}}, nil
}
