package gatetest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/handoff-bot/handoff/internal/browsertest"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/handofftest"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// vectors are ways to smuggle a script into a page: each element with each
// handler, addresses that run, and breaks out of what text may stand in.
func vectors() []string {
	const run = "window.pwned=1"
	elements := []string{"img src=x", "svg", "body", "iframe", "video><source", "details open", "input autofocus", "marquee", "math", "a href=x", "object data=x", "select autofocus", "form", "style", "b"}
	handlers := []string{"onerror", "onload", "onfocus", "onmouseover", "ontoggle", "onstart", "onanimationstart", "onpointerenter", "oNcLiCk", "onerror\n", "/onload", "\tonload"}
	var out []string
	for _, e := range elements {
		for _, h := range handlers {
			out = append(out, "<"+e+" "+h+"="+run+">")
		}
	}
	for _, scheme := range []string{"javascript:", "JaVaScRiPt:", "java\tscript:", "java\nscript:", "\x01javascript:", " javascript:", "&#106;avascript:", "data:text/html,<script>", "vbscript:", "file:///", "blob:", "//evil.example/", `/\evil.example/`, "javascript&colon;"} {
		out = append(out, "["+run+"]("+scheme+run+")", "<"+scheme+run+">", "<"+scheme+run+"|click>", `<a href="`+scheme+run+`">click</a>`, "!["+run+"]("+scheme+run+")", "[x]: "+scheme+run, scheme+run)
	}
	for _, end := range []string{"</script>", "</style>", "</textarea>", "</title>", "-->", "]]>", `">`, `'>`, "`", "\u2028", "\x00", "&lt;", "&#60;", "\\u003c", "{{", "${"} {
		out = append(out, end+"<script>"+run+"</script>", end+"<img src=x onerror="+run+">")
	}
	return append(out, "<noscript><p title=\"</noscript><img src=x onerror="+run+">\">", "<math><mtext><table><mglyph><style><img src=x onerror="+run+">",
		"<svg><animate onbegin="+run+" attributeName=x dur=1s>", "<template><script>"+run+"</script></template>", "{{constructor.constructor('"+run+"')()}}",
		"event: message\ndata: {\"pwned\":1}\n\n", "<handoff-widget></handoff-widget>", "<base href=//evil.example/>", "<meta http-equiv=refresh content=0;url=//evil.example>")
}

// poisoned is a house whose file, documents, model and agents all write vectors.
func poisoned(t *testing.T, all []string) *handofftest.House {
	t.Helper()
	yaml := func(i int) string { // JSON is YAML
		raw, err := json.Marshal(strings.ReplaceAll(all[i], "\x00", "")) // YAML has no NUL
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	h := house(t, handofftest.Options{Policy: "handoff:\n  level: balanced\n  restricted_topics: [{name: " + yaml(0) + ", phrases: [charged twice], say: " + yaml(1) + "}]\n"})
	rewrite(t, h, `  title: Sample shop\n`, strings.ReplaceAll("  title: "+yaml(2)+"\n  greeting: "+yaml(3)+"\n  starters: ["+yaml(4)+", "+yaml(5)+"]\n", "$", "$$"))
	page := "# Vouchers " + all[6] + "\n\nVouchers are valid for a year. " + all[7] + "\n"
	if err := os.WriteFile(filepath.Join(h.Dir, "knowledge", "vouchers.md"), []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Model.Script(llmtest.Say("Vouchers are valid for a year.\n\n" + strings.Join(all, "\n\n")))
	h.Slack.UpdateUser(maya, func(u *fakeslack.User) { u.DisplayName, u.RealName = all[8], all[9] })
	return h
}

// talk claims the chat as Maya and has her write every vector, several a line.
func talk(t *testing.T, h *handofftest.House, root string, all []string) {
	t.Helper()
	for _, line := range append(bundles(all, 2000), "that was all") {
		if _, err := h.Slack.Say(maya, support, root, line); err != nil {
			t.Fatal(err)
		}
	}
}

// B-59: three hundred vectors in what the agents, the model, the documents and
// the file say, in every field that a visitor is shown. What reaches her is JSON
// with text and addresses in it, and a browser makes nothing else of it.
func TestB59NothingBecomesHTML(t *testing.T) {
	all := vectors()
	if len(all) < 300 {
		t.Fatalf("%d vectors, want 300", len(all))
	}
	t.Run("on the wire", func(t *testing.T) {
		t.Parallel()
		h := poisoned(t, all)
		h.Start()
		g := newGuest(t, h, map[string]any{"context": map[string]any{"name": all[10]}})
		g.say("ask", "How long are vouchers valid?")
		g.hears("valid for a year")
		g.say("topic", "I was charged twice "+all[11])
		talk(t, h, card(t, h, support, g.reference), all)
		g.hears("that was all")
		for _, path := range []string{"/v1/widget/config?key=" + handofftest.Key, g.at("events?wait=0&limit=500"), "/v1/conversations", g.at("transcript")} {
			inert(t, g, path)
		}
		for _, e := range g.events() {
			addressesOf(t, e.Data)
		}
	})
	t.Run("in a browser", func(t *testing.T) {
		t.Parallel()
		browsertest.Need(t)
		inBrowser(t, all)
	})
}

// inert checks that no browser takes the answer for a page.
func inert(t *testing.T, g *guest, path string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+g.token)
	req.Header.Set("Origin", handofftest.Origin)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	media := resp.Header.Get("Content-Type")
	if resp.StatusCode != http.StatusOK || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s: %d %v", path, resp.StatusCode, resp.Header)
	}
	switch {
	case media == "text/plain; charset=utf-8" && strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment"):
	case !strings.HasPrefix(media, "application/json"):
		t.Errorf("%s is %s", path, media)
	case strings.ContainsAny(string(raw), "<>\u2028\u2029"):
		t.Errorf("%s has a sign in it that could end a script: %.300s", path, raw)
	}
}

// addressesOf checks that every address in an event is one a visitor may follow.
func addressesOf(t *testing.T, raw json.RawMessage) {
	t.Helper()
	var walk func(node any)
	walk = func(node any) {
		switch n := node.(type) {
		case map[string]any:
			if url, ok := n["url"].(string); ok && !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "mailto:") {
				t.Errorf("an address %q: %v", url, n)
			}
			for _, child := range n {
				walk(child)
			}
		case []any:
			for _, child := range n {
				walk(child)
			}
		}
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	walk(tree)
}

// site is a page with the widget under a strict policy that notes whatever it had
// to stop.
func site(t *testing.T, chat *string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", strings.ReplaceAll("default-src 'none'; script-src HERE 'nonce-p'; connect-src HERE; img-src HERE; style-src 'nonce-p'; "+
			"require-trusted-types-for 'script'; trusted-types 'none'", "HERE", *chat))
		_, _ = fmt.Fprintf(w, `<!doctype html><meta charset="utf-8"><script nonce="p">window.wrong=[];`+
			`addEventListener('securitypolicyviolation',e=>wrong.push(e.violatedDirective+' '+e.blockedURI+' '+e.sample));addEventListener('error',e=>wrong.push('error '+e.message));`+
			`</script><main>Acme</main><script async src="%s/widget.js" data-key="%s"></script>`, *chat, handofftest.Key)
	}))
	t.Cleanup(s.Close)
	return s
}

// inBrowser lets a visitor with a real browser have the conversation.
func inBrowser(t *testing.T, all []string) {
	h := poisoned(t, all)
	page := site(t, &h.URL)
	rewrite(t, h, `origins: \["[^"]*"\]`, `origins: ["`+page.URL+`"]`)
	h.Start()
	tab := browsertest.Start(t)
	if err := chromedp.Do(tab, chromedp.EmulateViewport(1100, 820), chromedp.Navigate(page.URL)); err != nil {
		t.Fatal(err)
	}
	b := &browser{t, tab}
	b.until("q('launcher')")
	b.js("q('launcher').click()")
	b.say("How long are vouchers valid?")
	b.until("shown('bot').includes('valid for a year')")
	b.say("I was charged twice")
	root := card(t, h, support, "charged twice")
	talk(t, h, root, all)
	b.until("shown('agent').includes('that was all')")
	if got := b.js("window.pwned ?? 0"); got != float64(0) {
		t.Errorf("a vector ran: %v", got)
	}
	if got := b.js("wrong.join('\\n')"); got != "" {
		t.Errorf("the page's policy had to stop: %v", got)
	}
	if got := b.js(foreign); got != "" {
		t.Errorf("in the widget there is: %v", got)
	}
}

// foreign lists what no text may turn into: elements beside the widget's own,
// handlers, and addresses that run.
const foreign = `(()=>{const out=[];const own=new Set('DIV SPAN P A UL OL LI CODE PRE STRONG EM DEL S B I BR BLOCKQUOTE BUTTON TIME H1 H2 H3 SECTION HEADER FOOTER FORM LABEL INPUT TEXTAREA SVG PATH CIRCLE RECT LINE POLYLINE G SLOT STYLE SELECT OPTION DETAILS SUMMARY DIALOG FIELDSET LEGEND'.split(' '));
for(const e of root.querySelectorAll('*')){const name=e.nodeName.toUpperCase();if(!own.has(name))out.push(name);
for(const a of e.attributes)if(a.name.toLowerCase().startsWith('on')||/^\s*(javascript|vbscript|data|file|blob)\s*:/i.test(a.value))out.push(name+' '+a.name+'='+a.value.slice(0,60));
if(name==='A'&&!['https:','http:','mailto:'].includes(e.protocol))out.push('A '+e.href)}
for(const e of q('log').querySelectorAll('form,input,textarea,style,select,dialog,svg [onload]'))if(!e.closest('[data-handoff=rating],[data-handoff=contact],[data-handoff=code]'))out.push('in the log: '+e.outerHTML.slice(0,80));
for(const e of document.querySelectorAll('body *'))if(!['MAIN','SCRIPT','HANDOFF-WIDGET'].includes(e.nodeName))out.push('on the page: '+e.nodeName);
return [...new Set(out)].join('\n')})()`

type browser struct {
	t   *testing.T
	tab context.Context
}

// js evaluates an expression; q finds an element of the widget by its hook, shown
// is what the lines of a role read.
func (b *browser) js(expression string) any {
	b.t.Helper()
	const prelude = `(()=>{const root=document.querySelector('handoff-widget')?.shadowRoot;const q=(hook)=>root?.querySelector('[data-handoff="'+hook+'"]');` +
		`const shown=(role)=>[...(root?.querySelectorAll('[data-handoff=message]')??[])].filter(e=>e.dataset.role===role).map(e=>e.innerText).join('\n');return (`
	got, err := chromedp.Run(b.tab, chromedp.Evaluate[any](prelude+expression+`)})()`))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return got
}

func (b *browser) until(expression string) {
	b.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); b.js("!!("+expression+")") != true; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.t.Fatalf("never true: %s\nthe chat: %v\nwrong: %v", expression, b.js("q('log')?.innerText?.slice(-500)"), b.js("wrong.join('\\n')"))
		}
	}
}

func (b *browser) say(line string) {
	b.t.Helper()
	b.until("q('composer')?.offsetParent")
	b.js("q('composer').focus()")
	if err := chromedp.Do(b.tab, chromedp.KeyEvent(line), chromedp.KeyEvent("\r")); err != nil {
		b.t.Fatal(err)
	}
}
