package uitest

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/handofftest"
)

// corpus is 300 strings that run xss(n) where anything takes them for markup: each
// payload behind each way out of where a text may stand.
func corpus() []string {
	outs := []string{
		"", `">`, `'>`, "</textarea>", "</script>", "-->", "]]>", "</title></style>", "`${", "{{constructor}}", "\u2028<!--><", "&lt;/p&gt;</p>",
	}
	payloads := []string{
		`<img src=x onerror=xss(%d)>`, `<svg onload=xss(%d)>`, `<script>xss(%d)</script>`, `<iframe srcdoc="<script>parent.xss(%d)</script>">`,
		`<a href="javascript:xss(%d)">press</a>`, `[press](javascript:xss(%d))`, `<math><mtext><style><img src=x onerror=xss(%d)></style></mtext></math>`,
		`<details open ontoggle=xss(%d)><summary>more</summary></details>`, `<body onload=xss(%d)>`, `<input autofocus onfocus=xss(%d)>`,
		`<video><source onerror=xss(%d)></video>`, `<object data="javascript:xss(%d)"></object>`, `<embed src="javascript:xss(%d)">`,
		`<form><button formaction="javascript:xss(%d)">go</button></form>`, `<meta http-equiv=refresh content="0;url=javascript:xss(%d)">`,
		`<base href="javascript:xss(%d)//">`, `<template><img src=x onerror=xss(%d)></template>`, `<noscript><p title="</noscript><img src=x onerror=xss(%d)>">`,
		`<style>@import "javascript:xss(%d)"</style>`, `<div style="animation:x 1s" onanimationstart=xss(%d)>`, `![x](x "onerror=xss(%d)")`,
		`<x-y contenteditable autofocus onfocus=xss(%d)>`, `<svg><animate onbegin=xss(%d) attributeName=x dur=1s></svg>`,
		`<svg><a xlink:href="javascript:xss(%d)"><text y=9>x</text></a></svg>`, `<link rel=stylesheet href="javascript:xss(%d)" onerror=xss(0)>`,
	}
	var all []string
	for _, out := range outs {
		for _, p := range payloads {
			all = append(all, out+fmt.Sprintf(p, len(all)+1))
		}
	}
	return all
}

// trap is an early script that notes what runs.
const trap = `window.hits=[];window.xss=n=>hits.push(n);window.alert=window.prompt=window.confirm=n=>hits.push('dialog '+n)`

// unsafe lists what markup would leave behind: elements that the widget never
// makes, attributes that run, addresses that are no address.
const unsafe = `(()=>{const tags=new Set(` + "`a b blockquote br button code dialog div em fieldset footer form h1 h2 h3 header i img input label legend li nav ol p path pre s section select option small span strong svg circle rect line polyline textarea time u ul style`" + `.split(' '));
const bad=[];for(const e of all('*')){
if(!tags.has(e.localName))bad.push(e.localName);
for(const a of e.attributes)if(/^on/i.test(a.name)||/^[^a-z0-9]*javascript:/i.test(a.value)&&/^(href|src|action|formaction|data|srcdoc|xlink:href)$/i.test(a.name))bad.push(e.localName+' '+a.name+'='+a.value);
if(e.localName==='img'&&!/^(blob:|https?:)/.test(e.src))bad.push('img '+e.src)}
for(const e of all('.text *'))if(!/^(a|blockquote|br|button|code|div|em|li|ol|p|pre|s|span|strong|ul|i)$/.test(e.localName))bad.push('in a line: '+e.localName);
return bad.concat(hits).join('; ')})()`

// safe fails the check when anything ran or became an element.
func (v *tab) safe(sink string) {
	v.Helper()
	if got := v.js(unsafe); got != "" {
		v.Errorf("%s: %.2000v", sink, got)
	}
	if got := v.js("window.wrong.join('; ')"); got != "" {
		v.Errorf("%s: the page saw %.2000v", sink, got)
	}
}

// trapped is a visitor on a site without a policy that would help.
func trapped(t *testing.T, s setup) (*rig, *tab) {
	t.Helper()
	s.site.csp = "none"
	s.house.Runs = handofftest.InProcessAtFullSpeed
	r := start(t, s)
	return r, r.visit(desktop, trap)
}

func TestXSSWhatVisitorsAndAgentsWrite(t *testing.T) {
	r, v := trapped(t, setup{})
	v.open()
	v.say("hello")
	v.reads("visitor: hello", "bot: ")
	r.withMaya(v)
	all := corpus()
	if len(all) != 300 {
		t.Fatalf("corpus: got %d strings, want 300", len(all))
	}
	for from := 0; from < len(all); from += 60 {
		part := all[from : from+60]
		raw, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		v.js("(async () => { for (const text of " + string(raw) + ") await Handoff.send(text); return 0 })()")
		v.until("all('.unsent').length === 0 && all('.row.own[data-seq]').length >= 60")
		shown := value[[]string](v, "all('.row.own .text').slice(-60).map(e => e.textContent)")
		for i, text := range part {
			if i >= len(shown) || shown[i] != strings.TrimSpace(text) && shown[i] != strings.ReplaceAll(text, "\u2028", "\n") && shown[i] != strings.ReplaceAll(text, "\u2028", "") {
				t.Errorf("shown: got %q, want %q", shown[i], text)
			}
		}
		if n := v.js("all('.own .text *').length"); n != 0.0 {
			t.Errorf("elements in her lines: %v", n)
		}
		v.safe("visitor")
		for _, text := range part {
			r.maya.says(text)
		}
		r.maya.says(fmt.Sprintf("That was part %d.", from))
		v.reads(fmt.Sprintf("agent: That was part %d.", from))
		v.safe("agent")
	}
	v.reload()
	v.until("log().at(-1)?.text === 'That was part 240.'")
	v.safe("history")
}

func TestXSSWhatTheModelAndTheServerSay(t *testing.T) {
	r, v := trapped(t, setup{})
	v.open()
	r.says("Parcels within Germany take two working days.\n\n" + strings.Join(corpus(), "\n\n"))
	v.say(shipping)
	v.reads("visitor: How long", "bot: two working days")
	v.until(draft + " === ''")
	v.safe("model")

	// Past the server: a tree of every kind, in names, sources and files.
	r.says("Shipping costs 4.90 EUR.")
	var blocks, sources, files []any
	for i, s := range corpus() {
		text := map[string]any{"type": "text", "text": s, "bold": i%2 == 0, "code": i%3 == 0}
		blocks = append(blocks,
			map[string]any{"type": "paragraph", "children": []any{text, map[string]any{"type": "link", "url": s, "text": s}, map[string]any{"type": "link", "url": "https://a.example/" + s, "text": s, "host": s}, map[string]any{"type": s, "text": s}}},
			map[string]any{"type": "code", "text": s, "lang": s}, map[string]any{"type": s, "text": s}, map[string]any{"type": "html", "html": s, "children": []any{text}},
			map[string]any{"type": "list", "ordered": true, "start": s, "items": []any{[]any{map[string]any{"type": "quote", "children": []any{map[string]any{"type": "paragraph", "children": []any{text}}}}}}})
		sources = append(sources, map[string]any{"title": s, "url": s, "path": s})
		files = append(files, map[string]any{"id": fmt.Sprint("fil_", i), "name": s, "type": s, "size": i, "url": s})
	}
	r.wire.events(func(e event) []event {
		var data map[string]any
		if e.Kind != "message" || json.Unmarshal([]byte(e.Data), &data) != nil {
			return []event{e}
		}
		if from, _ := data["from"].(map[string]any); from["role"] == "visitor" {
			return []event{e}
		}
		every := strings.Join(corpus(), " ")
		data["content"], data["text"], data["sources"], data["files"], data["notice"] = blocks, every, sources, files[:10], every
		data["from"] = map[string]any{"role": "agent", "name": every, "avatar": "javascript:xss(1)"}
		return []event{made(e.Kind, e.seq(), data)}
	})
	v.say("What does shipping cost?")
	v.until("all('.row.agent .text').length === 1")
	v.safe("tree")
	r.wire.inject(made("typing", 0, map[string]any{"from": map[string]any{"role": "agent", "name": corpus()[0]}}))
	r.wire.inject(made("draft", 0, map[string]any{"turn": corpus()[1], "content": blocks}))
	v.until("all('[data-role=draft] .text')[0].childNodes.length > 100")
	v.safe("draft")
}

func TestXSSWhatTheSiteAndTheInstallationSay(t *testing.T) {
	every := strings.Join(corpus(), " ")
	s := setup{
		site:   site{head: "<title>" + html.EscapeString(every) + "</title>", script: "document.title=" + quoted(every)},
		widget: fmt.Sprintf("title: %s\ngreeting: %s\nstarters: [%s, %s]", quoted(corpus()[0]), quoted(every), quoted(corpus()[1]), quoted(corpus()[27])),
		config: fmt.Sprintf("handoff:\n  restricted_topics: [{name: %s, description: money, phrases: [refund], say: %s}]", quoted(corpus()[2]), quoted(every[:2000])),
	}
	r, v := trapped(t, s)
	v.open()
	v.safe("title, greeting and starters")
	v.say("I want a refund")
	v.reads("visitor: I want a refund", "system: ")
	v.safe("topic")
	r.house.Slack.UpdateUser(r.maya.user, func(u *fakeslack.User) { u.RealName, u.DisplayName = corpus()[0], corpus()[0] })
	r.maya.claims()
	r.maya.says("Hello.")
	v.reads("agent: Hello.")
	v.safe("name")
	v.hide(true)
	r.maya.says("Are you there?")
	v.reads("agent: Are you there?")
	v.safe("page title")
}

// quoted is a string as YAML, JSON and JavaScript all read it, without "<" so that
// it may stand in a page.
func quoted(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(raw)
}
