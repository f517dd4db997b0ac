package uitest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/internal/handofftest"
)

// site is a web page with the widget. In every field $CHAT stands for the chat
// server's origin; the nonce of the policy is "page".
type site struct {
	attrs  string            // of the widget's script tag: `data-theme="dark"`
	head   string            // more HTML in the head
	body   string            // more HTML in main
	style  string            // more styles of the page
	script string            // runs before the widget's script
	csp    string            // instead of the strict policy; "none" for no policy
	bare   bool              // without the widget's script tag
	framed bool              // the chat in a frame that checks can look into: the page is of the chat server's own origin, and nothing is kept
	pages  map[string]string // whole pages by path; every other path is the page above
}

// serve serves the site and returns its origin. The same pages at localhost are an
// origin that the key does not know.
func (s *site) serve(t *testing.T, w *wire) string {
	if s.framed {
		s.attrs += ` data-isolation="iframe" data-persistence="none"`
		w.page = s.handler(w.URL)
		return w.URL
	}
	server := httptest.NewServer(s.handler(w.URL))
	t.Cleanup(server.Close)
	return server.URL
}

func (s *site) handler(chat string) http.Handler {
	put := strings.NewReplacer("$CHAT", chat).Replace
	policy := put(s.csp)
	if policy == "" {
		policy = put("default-src 'none'; script-src $CHAT 'nonce-page'; connect-src $CHAT; img-src $CHAT blob:; style-src 'nonce-page'; " +
			"require-trusted-types-for 'script'; trusted-types 'none'")
		if s.framed {
			policy += put("; frame-src $CHAT")
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if policy != "none" {
			w.Header().Set("Content-Security-Policy", policy)
		}
		text, ok := s.pages[r.URL.Path]
		if !ok {
			text = s.page(r.URL.Path)
		}
		_, _ = io.WriteString(w, put(text))
	})
}

// hearFrame notes what goes wrong in the chat's frame, too, from when its page has loaded.
const hearFrame = `new MutationObserver(list=>list.forEach(({addedNodes:[f]})=>f?.dataset?.handoff==='frame'&&f.addEventListener('load',()=>hear(f.contentWindow)))).observe(document.documentElement,{childList:true})`

// page notes what goes wrong in window.wrong, but for the icon that some browsers look for, and the keys it hears in window.keys.
func (s *site) page(path string) string {
	widget := fmt.Sprintf(`<script async src="$CHAT/widget.js" data-key="%s" %s></script>`, handofftest.Key, s.attrs)
	if s.bare {
		widget = ""
	}
	within := ""
	if s.framed {
		within = hearFrame
	}
	return fmt.Sprintf(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Acme %s</title>
<style nonce="page">body{margin:0;font:16px/1.5 Georgia,serif}main{max-width:640px;margin:48px auto;padding:0 24px}%s</style>
<script nonce="page">window.wrong=[];const hear=w=>{w.addEventListener('securitypolicyviolation',e=>/favicon\.ico$/.test(e.blockedURI)||wrong.push(e.violatedDirective+' '+e.blockedURI));
w.addEventListener('error',e=>wrong.push('error '+e.message));w.addEventListener('unhandledrejection',e=>wrong.push('rejection '+e.reason))};hear(window);%s
window.keys=[];document.addEventListener('keydown',e=>keys.push(e.key));%s</script>%s
<main><h1>Acme</h1><p>Everything for the road, since 1949.</p><input id="own" aria-label="Search"><a id="next" href="/next">Next</a>%s</main>
%s`, path, s.style, within, s.script, s.head, s.body, widget)
}
