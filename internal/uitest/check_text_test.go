package uitest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/input"
)

func TestUI041_TheVisitorsOwnWordsAreShownAsTheyStand(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.open()
	text := "<b>x</b> *y* [a](http://b) `c` &amp; <img src=x>"
	v.say(text)
	v.reads("visitor: <b>x</b>", "bot: ")
	if got := v.js("log().find(l => l.who === 'visitor').text"); got != text {
		t.Errorf("shown: got %q, want %q", got, text)
	}
	if got := v.js("all('.own .text *').length"); got != 0.0 {
		t.Errorf("elements in her line: got %v, want none", got)
	}
	v.clean()
}

func TestUI042_APasteOfMarkupIsPlainText(t *testing.T) {
	r := start(t, setup{site: site{body: `<p id="rich"><b>bold</b> <a href="http://evil.example/">link</a></p>`}})
	v := r.visit(desktop)
	v.open()
	v.js("void (getSelection().selectAllChildren(document.getElementById('rich')), document.activeElement.blur())")
	press := func(key, command string) {
		t.Helper()
		v.do(call(input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: "rawKeyDown", Key: key, Modifiers: 2, Commands: []string{command}}))
	}
	press("c", "copy")
	v.js("void q('composer').focus()")
	press("v", "paste")
	v.until("q('composer').value === 'bold link'")
	v.keys("\r")
	v.reads("visitor: bold link", "bot: ")
	if got := v.js("all('.own .text *').length"); got != 0.0 {
		t.Errorf("elements in her line: got %v, want none", got)
	}
	v.clean()
}

func TestUI058_AnAgentsMarkupIsShownAndNothingElse(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	r.withMaya(v)
	r.maya.says("*bold* _italic_ `code` https://example.com/help")
	r.maya.says("```\nfence\n```")
	r.maya.says("• one\n• two")
	r.maya.says("> quoted")
	r.maya.says("# no heading\n| no | table |\n![no](http://evil.example/image.png)\n<h1>no html</h1>")
	v.reads("agent: bold", "agent: fence", "agent: one", "agent: quoted", "agent: no heading")
	for selector, want := range map[string]string{
		"strong": "bold", "em": "italic", "p code": "code", "pre code": "fence", "blockquote": "quoted", "a": "https://example.com/help", "li": "one",
	} {
		if got := value[string](v, fmt.Sprintf("(all('.agent .text %s')[0]?.innerText ?? 'nothing').trim()", selector)); got != want {
			t.Errorf("%s: got %q, want %q", selector, got, want)
		}
	}
	v.until("log().at(-1).text.includes('# no heading') && log().at(-1).text.includes('| no | table |') && log().at(-1).text.includes('<h1>no html</h1>')")
	if got := v.js("all('.agent .text').flatMap(e => [...e.querySelectorAll('h1,table,td,.text img')]).length"); got != 0.0 {
		t.Errorf("headings, tables and images: got %v, want none", got)
	}
	v.clean()
}

// badLinks are addresses that must never become a link.
func badLinks() []string {
	return []string{
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)", "blob:http://x.example/1",
		"//evil.example/", "/\\evil.example", "java\nscript:alert(1)", "\x01javascript:alert(1)", " javascript:alert(1)", "\u200bjavascript:alert(1)",
		"https://evil.example/\u202egpj.exe\n", "file:///etc/passwd", "https:evil.example", "http://a\tb.example/", "filesystem:http://x.example/",
	}
}

func TestUI059_OnlySafeAddressesBecomeLinks(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	var children []any
	good := []string{"http://a.example/", "https://b.example/x?y=1", "mailto:help@acme.example"}
	for _, u := range slices.Concat(badLinks(), good) {
		children = append(children, map[string]any{"type": "link", "url": u, "text": "press"}, map[string]any{"type": "text", "text": " "})
	}
	r.tree("links", map[string]any{"type": "paragraph", "children": children})
	v.say(shipping)
	v.until("log().at(-1).text.includes('press press')")
	got := value[[]string](v, "all('.row.bot .text a').map(a => a.href)")
	if !slices.Equal(got, good) {
		t.Errorf("links: got %q, want %q", got, good)
	}
	if ok := v.js("all('.row.bot .text a').every(a => a.target === '_blank' && a.relList.contains('noopener') && a.relList.contains('noreferrer'))"); ok != true {
		t.Error("a link keeps its opener or its referrer")
	}
	// The same from the model, past the server's own check.
	r.wire.events(nil)
	text := "Parcels take two days: "
	for _, u := range badLinks() {
		text += fmt.Sprintf("[press](%s) ", u)
	}
	r.says(text)
	v.say("What does shipping cost?")
	v.reads("visitor: What does", "bot: Parcels take two days")
	if n := v.js("all('.row.bot .text a').length"); n != float64(len(good)) {
		t.Errorf("links after the model's answer: got %v, want %d", n, len(good))
	}
	v.clean()
}

func TestUI060_ALabelThatLooksLikeAnotherHostShowsTheRealOne(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	link := func(url, text string) any { return map[string]any{"type": "link", "url": url, "text": text} }
	r.tree("links", map[string]any{"type": "paragraph", "children": []any{
		link("https://evil.example/login", "www.bank.example"), link("https://shop.example/", "shop.example"), link("https://shop.example/", "our page"),
		link("https://bank.example@evil.example/", "https://bank.example"),
	}})
	v.say(shipping)
	v.until("all('.row.bot .text a').length === 4")
	if got, _ := json.Marshal(v.js("all('.row.bot .text .host').map(e => e.innerText.trim())")); string(got) != `["(evil.example)","(evil.example)"]` {
		t.Errorf("hosts shown: got %s", got)
	}
	v.clean()
}

func TestUI061_ABotsImageIsNotFetched(t *testing.T) {
	r := start(t, setup{site: site{csp: "none"}})
	v := r.visit(desktop)
	v.open()
	r.says("Parcels take two days. ![tracking](" + r.url + "/pixel.png?words) ![](" + r.wire.URL + "/pixel.png) <img src=\"" + r.url + "/pixel2.png\">")
	v.say(shipping)
	v.reads("visitor: How long", "bot: Parcels take two days.")
	v.until(draft + " === ''")
	if got := v.js("all('img').length + document.images.length"); got != 0.0 {
		t.Errorf("images: got %v, want none", got)
	}
	if got := v.js("performance.getEntriesByType('resource').filter(e => e.name.includes('pixel')).length"); got != 0.0 {
		t.Errorf("requests for images: got %v, want none", got)
	}
	v.clean()
}
