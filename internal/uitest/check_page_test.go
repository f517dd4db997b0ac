package uitest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// walk is a whole visit: open, ask, read the answer, ask for a person, chat, send a
// picture and read one, close.
func (r *rig) walk(v *tab) {
	r.Helper()
	v.open()
	v.say("where is my parcel")
	v.reads("visitor: where is my parcel", "bot: two working days")
	v.js("void Handoff.escalate()")
	v.until("Handoff.state().conversation.phase === 'waiting'")
	r.maya.claims()
	r.maya.says("I am looking into it")
	v.reads("agent: I am looking into it")
	v.picks("photo.png")
	v.kept()
	v.say("this is how it looks")
	v.until("all('.own [data-handoff=file-image] img').some(i=>i.complete&&i.naturalWidth===60)")
	v.shot("walked")
	v.click("close")
	v.until("!Handoff.isOpen()")
}

func TestUI002_AStrictPolicySeesNoViolation(t *testing.T) {
	r := start(t, setup{site: site{csp: "default-src 'none'; script-src $CHAT 'nonce-page'; connect-src $CHAT; img-src $CHAT blob:; style-src 'nonce-page'"}})
	v := r.visit(desktop)
	r.walk(v)
	v.clean()
}

func TestUI003_TrustedTypesSeeNoViolation(t *testing.T) {
	r := start(t, setup{}) // the site's own policy demands them
	v := r.visit(desktop)
	r.walk(v)
	v.clean()
}

func TestUI004_NoTextIsRunAsCode(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	r.walk(v)
	evaluates := regexp.MustCompile(`\beval\(|\bFunction\(|innerHTML|document\.write|insertAdjacentHTML`)
	scripts := value[[]string](v, "performance.getEntriesByType('resource').map(e=>e.name).filter(n=>n.endsWith('.js'))")
	for _, name := range []string{"/widget.js", "/panel.js", "/team.js", "/files.js"} {
		if !slices.ContainsFunc(scripts, func(url string) bool { return strings.HasSuffix(url, name) }) {
			t.Errorf("scripts: %s is not among %v", name, scripts)
		}
	}
	for _, url := range scripts {
		if found := evaluates.Find(r.fetch(url)); found != nil {
			t.Errorf("%s holds %q", url, found)
		}
	}
	v.clean()
}

func (r *rig) fetch(url string) []byte {
	r.Helper()
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, url, nil)
	if err != nil {
		r.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		r.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		r.Fatal(err)
	}
	return body
}

func TestUI005_BeforeTheFirstOpenThereIsTheLoaderAlone(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.until("q('launcher')?.getClientRects().length")
	// What would be fetched in idle time has been fetched by then.
	v.js("new Promise(done=>requestIdleCallback(()=>setTimeout(done,200)))")
	var paths []string
	for _, seen := range r.wire.asked("") {
		paths = append(paths, seen.Method+" "+seen.Path)
	}
	if want := []string{"GET /widget.js", "GET /v1/widget/config"}; !slices.Equal(paths, want) {
		t.Errorf("requests: got %v, want %v", paths, want)
	}
	var zipped bytes.Buffer
	w, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	_, _ = w.Write(r.fetch(r.wire.URL + "/widget.js"))
	_ = w.Close()
	if zipped.Len() > 4096 {
		t.Errorf("the loader: got %d bytes gzip, want at most 4096", zipped.Len())
	}
	v.clean()
}

func TestUI006_EveryRequestGoesToTheChatServer(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	r.walk(v)
	for _, url := range value[[]string](v, "performance.getEntriesByType('resource').map(e=>e.name)") {
		if !strings.HasPrefix(url, r.wire.URL+"/") && !strings.HasPrefix(url, r.url) && !strings.HasPrefix(url, "blob:") {
			t.Errorf("a request went to %s", url)
		}
	}
	v.clean()
}

func TestUI007_NoCookiesAndOneEntry(t *testing.T) {
	r := start(t, setup{site: site{script: "document.cookie='own=1'"}})
	v := r.visit(desktop)
	r.walk(v)
	if got := v.js("document.cookie"); got != "own=1" {
		t.Errorf("cookies: got %v, want the site's own", got)
	}
	if got := v.js("Object.keys(localStorage).join()"); got != "pk_test:handoff" && !regexp.MustCompile(`^pk_\w+:handoff$`).MatchString(fmt.Sprint(got)) {
		t.Errorf("entries: got %v, want one that starts with the widget's key", got)
	}
	v.clean()
}

func TestUI008_NothingHappensBeforeConsent(t *testing.T) {
	r := start(t, setup{site: site{attrs: `data-consent="required"`, script: "window.wrote=[];for(const s of [localStorage,sessionStorage]){const set=s.setItem;Storage.prototype.setItem=function(k,v){wrote.push(k);return set.call(this,k,v)}}"}})
	v := r.visit(desktop)
	v.until("window.Handoff?.version")
	v.js("(Handoff.open(),Handoff.setContext({plan:'pro'}),Handoff.track('seen'),void Handoff.send('early'))")
	v.js("new Promise(done=>requestIdleCallback(()=>setTimeout(done,200)))")
	if got := r.wire.asked("/v1/widget/config"); len(got) > 0 || len(r.wire.asked("")) != 1 {
		t.Errorf("requests before consent: got %v, want the script alone", r.wire.asked(""))
	}
	if got := v.js("wrote.join()+document.querySelectorAll('handoff-widget').length"); got != "0" {
		t.Errorf("before consent: got %v, want nothing written and nothing on the page", got)
	}
	v.js("Handoff.consent(true)")
	v.reads("visitor: early")
	v.clean()
}

const looks = `JSON.stringify([q('launcher'),q('composer'),all('.row.bot .text')[0],all('.own .bubble, .bubble')[0]].map(e=>{const c=e&&getComputedStyle(e);
return c&&['display','width','height','fontSize','letterSpacing','textTransform','boxSizing','paddingTop','borderTopWidth','backgroundColor','color','position'].map(n=>c[n])}))`

func TestUI009_TheSitesStylesDoNotReachIn(t *testing.T) {
	torture := "div,section{display:none}button{all:unset}*{box-sizing:content-box;letter-spacing:5px;text-transform:uppercase}html{font-size:62.5%}"
	var seen []any
	r := start(t, setup{site: site{pages: map[string]string{}}})
	for _, style := range []string{"", torture} {
		r.site.style = style
		v := r.stranger(desktop)
		v.open()
		v.say("where is my parcel")
		v.reads("visitor: where is my parcel", "bot: two working days")
		v.until("all('.in').every(e => e.getAnimations().length === 0)")
		seen = append(seen, v.js(looks))
		v.clean()
	}
	if seen[0] != seen[1] {
		t.Errorf("styles on a hostile page: got %v, want those of a plain one, %v", seen[1], seen[0])
	}
}

func TestUI010_ATransformedBodyDoesNotMoveIt(t *testing.T) {
	const rect = "JSON.stringify(q('launcher').getBoundingClientRect())"
	r := start(t, setup{})
	v := r.visit(desktop)
	v.until("q('launcher')?.getClientRects().length")
	before := v.js(rect)
	for _, style := range []string{"transform:translateX(50px)", "overflow:hidden;height:0"} {
		v.js("void (document.body.style.cssText='" + style + "')")
		if got := v.js(rect); got != before {
			t.Errorf("%s: launcher at %v, want %v", style, got, before)
		}
	}
	v.clean()
}

func TestUI011_NothingOfThePageCoversTheButton(t *testing.T) {
	r := start(t, setup{site: site{style: "#cover{position:fixed;inset:0;z-index:2147483647;background:#fff}", body: `<div id="cover"></div>`}})
	v := r.visit(desktop)
	v.until("q('launcher')?.getClientRects().length")
	if got := v.js("(()=>{const r=q('launcher').getBoundingClientRect();return document.elementFromPoint(r.x+r.width/2,r.y+r.height/2).tagName})()"); got != "HANDOFF-WIDGET" {
		t.Errorf("under the pointer: got %v, want the widget", got)
	}
	v.press("launcher")
	v.until("Handoff.isOpen()")
	v.clean()
}

func TestUI012_ASwappedBodyChangesNothing(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.open()
	v.say("where is my parcel")
	v.reads("bot: two working days")
	r.wire.listening()
	v.fill("half a thought")
	v.js("void document.body.replaceWith(document.createElement('body'))")
	v.until("document.querySelector('handoff-widget').isConnected && q('composer').value === 'half a thought'")
	if got := r.wire.connections(); got != 1 || r.wire.streams() != 1 {
		t.Errorf("streams: %d opened, %d open, want the first one still", got, r.wire.streams())
	}
	v.keys(" more\r")
	v.reads("visitor: half a thought more")
	v.clean()
}

func TestUI013_TwiceIsOnce(t *testing.T) {
	r := start(t, setup{site: site{csp: "script-src $CHAT 'nonce-page'"}}) // Trusted Types would keep the tag from being made
	v := r.visit(desktop)
	v.open()
	v.say("hello")
	v.reads("bot: two working days")
	r.wire.listening()
	ran := v.js(`new Promise((done, failed) => { const first = document.querySelector('script[data-key]'), second = document.createElement('script');
Object.assign(second, {src: first.src, onload: () => done('ran'), onerror: failed}); second.dataset.key = first.dataset.key; document.head.append(second) })`)
	v.js("Handoff.boot({key: document.querySelector('script[data-key]').dataset.key})")
	v.say("and again")
	v.reads("visitor: hello", "visitor: and again", "bot: ")
	if got := v.js("document.querySelectorAll('handoff-widget').length"); ran != "ran" || got != 1.0 || r.wire.connections() != 1 {
		t.Errorf("the second script %v; launchers: %v, streams opened: %d, want one each", ran, got, r.wire.connections())
	}
	v.clean()
}

func TestUI014_TypingFiresNoShortcutOfTheSite(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.open()
	v.js("void q('composer').focus()")
	v.keys("k")
	v.until("q('composer').value === 'k'")
	if got := v.js("keys.join()"); got != "" {
		t.Errorf("keys the site heard: got %v, want none", got)
	}
	v.clean()
}

func TestUI015_ABrokenServerIsSilentOnThePage(t *testing.T) {
	r := start(t, setup{})
	for name, harm := range map[string]func(route string) func(){
		"500":   func(route string) func() { r.wire.fail(route, 500, 2); return func() {} },
		"reset": func(route string) func() { r.wire.refuse(route, 2); return func() {} },
		"HTML": func(route string) func() {
			r.wire.reply(route, 200, "<html>a proxy's page</html>", 2)
			return func() {}
		},
		"hangs": func(route string) func() { return r.wire.hold(route) },
	} {
		for _, route := range []string{"/v1/widget/config", "POST /v1/sessions"} {
			before, mend := len(r.wire.asked(route)), harm(route)
			v := r.stranger(desktop)
			v.until("window.Handoff?.version")
			v.js("(Handoff.open(), void Handoff.send('hello', {silent: true}), 0)")
			eventually(t, name+" at "+route, func() bool { return len(r.wire.asked(route)) > before })
			v.js("new Promise(done=>setTimeout(done,150))")
			v.clean()
			v.goTo("/next")
			mend()
			r.wire.forget()
		}
	}
}

func TestUI016_AServerThatIsNotThereCostsOneLine(t *testing.T) {
	r := start(t, setup{site: site{script: "window.lines=[];for(const n of ['log','info','warn','error'])console[n]=(...a)=>lines.push(a.join(' '))"}})
	r.wire.refuse("/v1/widget/config", 1000)
	v := r.visit(desktop)
	v.until("window.Handoff?.version")
	v.js("Handoff.open()")
	eventually(t, "the question", func() bool { return len(r.wire.asked("/v1/widget/config")) > 0 })
	v.js("new Promise(done=>setTimeout(done,200))")
	if got := v.js("lines.length"); got.(float64) > 1 {
		t.Errorf("console lines: got %v, want at most 1", v.js("lines.join('; ')"))
	}
	if got := v.js("document.querySelectorAll('handoff-widget').length"); got != 0.0 {
		t.Error("the launcher of a chat that cannot start is there")
	}
	v.clean()
}

func TestUI017_EarlyCallsRunInOrder(t *testing.T) {
	page, err := os.ReadFile("../../docs/widget.md")
	if err != nil {
		t.Fatal(err)
	}
	stub := regexp.MustCompile(`(?m)^<script>(.*)</script>$`).FindSubmatch(page)
	if stub == nil || len(stub[1]) > 400 {
		t.Fatal("docs/widget.md has no stub of at most 400 bytes")
	}
	r := start(t, setup{site: site{script: string(stub[1]) + `;window.order=[];Handoff.on('ready',()=>order.push('ready'));Handoff.on('open',()=>order.push('open'));Handoff.on('close',()=>order.push('close'));Handoff.open({draft:'early'});Handoff.ready().then(()=>order.push('resolved'))`}})
	v := r.visit(desktop)
	v.until("Handoff.isOpen() && q('composer').value === 'early'")
	v.js("(Handoff.close(), Handoff.on('ready',()=>order.push('late')))")
	v.until("order.includes('late') && order.includes('close')")
	v.js("new Promise(done=>setTimeout(done,100))")
	if got := v.js("order.filter(n=>n!=='resolved').join()"); got != "ready,open,close,late" {
		t.Errorf("order: got %v, want ready,open,close,late", got)
	}
	v.clean()
}

func TestUI018_AThrowingListenerStopsNoOther(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.until("window.Handoff?.version")
	v.js("(window.heard=[],Handoff.on('open',()=>{throw new Error('mine')}),Handoff.on('open',()=>heard.push('second')),addEventListener('handoff:open',()=>heard.push('window')),0)")
	v.open()
	v.until("heard.join() === 'second,window'")
	v.say("hello")
	v.reads("bot: two working days")
}

func TestUI021_ABaseElementAndADarkPage(t *testing.T) {
	r := start(t, setup{site: site{head: `<base target="_top"><meta name="color-scheme" content="dark">`}})
	v := r.visit(desktop)
	r.walk(v)
	v.clean()
}

func TestUI023_OnlyTheVisitorsOwnOpenTakesTheFocus(t *testing.T) {
	everyWay(t, setup{}, func(_ *rig, v *tab) {
		v.until("q('launcher')")
		v.js("(document.getElementById('own').focus(), setTimeout(()=>Handoff.open(),20), 0)")
		v.until("Handoff.isOpen()")
		v.keys("abc")
		// On a phone the chat covers the field and is all that can be used.
		if got := v.js("document.activeElement.id + document.getElementById('own').value"); !v.phone && got != "ownabc" {
			v.Errorf("focus and what was typed: got %v, want the site's own field", got)
		}
		v.click("close")
		v.until("!Handoff.isOpen()")
		v.press("launcher")
		v.until("Handoff.isOpen() && held() === q('composer')")
		v.clean()
	})
}
