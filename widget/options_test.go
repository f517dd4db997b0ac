package widget_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestOptionsAsAttributes(t *testing.T) {
	chat := newChatServer(t)
	b := open(t, desktop, site(t, chat.URL,
		`data-offset="40,60" data-dir="rtl" data-launcher="#own" data-greeting="Good day" data-starters='["One","Two"]' data-page-context="none" data-nonce="x"`,
		"console.warn=(t)=>(window.said??=[]).push(t)"))
	b.until("q('launcher')?.hidden")
	b.js("document.getElementById('own').click()")
	b.until("q('panel')?.open && log().includes('Good day') && all('[data-handoff=chip]').map(e=>e.innerText).join() === 'One,Two'")
	if got := b.js("all('.h')[0].dir + ' ' + Math.round(q('panel').getBoundingClientRect().left)"); got != "rtl 40" {
		t.Errorf("direction and distance from the edge: got %v, want rtl 40", got)
	}
	if got := b.js("said.join()"); got != `[handoff] nonce is not in this version. See docs/widget.md, "Options".` {
		t.Errorf("warnings: got %v", got)
	}
	b.keys("x")
	b.js("document.activeElement.dispatchEvent(new KeyboardEvent('keydown',{key:'Escape',bubbles:true,composed:true}))")
	b.js("q('close').click()")
	b.until("!Handoff.isOpen()")
	b.write0("hello", "Handoff.send('hello', {silent: true})")
	waitFor(t, chat.listening)
	if got := chat.lastBody("/v1/conversations")["page"].(object)["url"]; got != "" {
		t.Errorf("page: got %v, want nothing told", got)
	}
	b.clean()
}

// write0 runs script and waits for its text in the log.
func (b *tab) write0(text, script string) {
	b.Helper()
	b.js(script)
	b.until("Handoff.open() || log().includes('" + text + "')")
}

func TestUpdateChangesARunningWidget(t *testing.T) {
	chat := newChatServer(t)
	b := open(t, desktop, site(t, chat.URL, ""))
	b.click("launcher")
	b.until("q('panel')?.open")
	b.js("Handoff.update({theme:'dark',position:'left',accent:'#d02030',starters:['New'],greeting:'Welcome',escalation:{afterAnswers:0}})")
	b.until("all('.h')[0].dataset.theme === 'dark' && all('.h')[0].dataset.position === 'left' && log().includes('Welcome')")
	b.until("all('[data-handoff=chip]').map(e=>e.innerText).join() === 'New' && all('[data-handoff=human]').length > 0")
	if got := b.js("getComputedStyle(q('launcher')).backgroundColor"); got == "rgb(140, 155, 255)" {
		t.Errorf("accent: got %v, want one made of #d02030", got)
	}
	b.js("Handoff.update({locale:'de'})")
	waitFor(t, func() bool { return chat.lastBody("/v1/widget/config")["locale"] == "de" })
	b.clean()
}

func TestInlineStandsInThePage(t *testing.T) {
	chat := newChatServer(t)
	b := open(t, desktop, site(t, chat.URL, ""))
	b.until("q('launcher')")
	b.js(`(document.querySelector('main').insertAdjacentElement('afterend', Object.assign(document.createElement('article'),{id:'place'})),` +
		`document.getElementById('place').style.cssText='display:block;width:500px;height:480px;margin:auto',` +
		`Handoff.boot({key:'pk_test',container:document.getElementById('place')}))`)
	b.until("q('panel')?.open && q('composer')?.offsetParent")
	if got := b.js("JSON.stringify([document.querySelector('#place handoff-widget') !== null, q('panel').getBoundingClientRect().width, q('panel').getBoundingClientRect().height, q('close').offsetParent === null])"); got != "[true,500,480,true]" {
		t.Errorf("inline: got %v, want the size of its element and no button to close", got)
	}
	b.js("q('composer').focus()")
	b.keys("\x1b")
	if b.js("Handoff.isOpen()") != true {
		t.Error("Escape closed the chat that stands in the page")
	}
	b.shot("desktop-20-inline")
	b.clean()
}

// Frameworks hang their own things on an element, which lead back to it; another element
// is another place.
func TestTheElementThatTheChatStandsInIsTakenAsItself(t *testing.T) {
	chat := newChatServer(t)
	b := open(t, desktop, site(t, chat.URL, ""))
	b.until("q('launcher')")
	b.js(`(['one','two'].forEach(id=>{const e=document.createElement('article');e.id=id;e.own={e};document.querySelector('main').after(e)}),
window.into=id=>Handoff.boot({key:'pk_test',container:document.getElementById(id)}),into('one'),0)`)
	b.until("document.querySelector('#one handoff-widget') && q('panel')?.open")
	b.js("(window.first=document.querySelector('handoff-widget'),into('one'),0)")
	b.until("document.querySelector('#one handoff-widget') === first")
	b.js("(into('two'),0)")
	b.until("document.querySelector('#two handoff-widget') && q('panel')?.open && document.querySelectorAll('handoff-widget').length === 1")
	b.clean()
}

// What is called wrongly, or while the server is away, is no error of the page.
func TestNoCallThrowsIntoThePage(t *testing.T) {
	chat := newChatServer(t)
	b := open(t, desktop, site(t, chat.URL, "", "console.warn=()=>{}"))
	b.until("q('launcher')")
	if got := b.js(`(()=>{const out=[];for(const name of ['boot','update','open','identify','track','setContext','escalate','on','once','off'])for(const value of [undefined,null,5])
try{Handoff[name](value)}catch(e){out.push(name+' '+e.message)}return out.join()})()`); got != "" {
		t.Errorf("thrown: got %v, want nothing", got)
	}
	b.until("q('panel')?.open")
	chat.CloseClientConnections()
	chat.Close()
	b.js("(Handoff.update({theme:'dark'}),new Promise(done=>setTimeout(done,50)))")
	b.clean()
}

func TestNothingHappensWithoutConsent(t *testing.T) {
	chat := newChatServer(t)
	b := open(t, desktop, site(t, chat.URL, `data-consent="required"`))
	b.until("window.Handoff?.version")
	b.js("(Handoff.open(), Handoff.setContext({a:1}), Handoff.send('early').then(()=>window.sent=1), 0)")
	if got := b.js("localStorage.length + sessionStorage.length"); got != float64(0) || len(chat.made()) != 0 {
		t.Errorf("before consent: got %v entries and requests %v, want none", got, chat.made())
	}
	b.js("Handoff.consent(true)")
	b.until("window.sent && q('panel').open && log().includes('early')")
	b.js("Handoff.consent(false)")
	b.until("!document.querySelector('handoff-widget') && localStorage.length + sessionStorage.length === 0")
	b.clean()
}

func (s *chatServer) made() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.calls...)
}

func TestThePageIsFollowedWithoutPatchingHistory(t *testing.T) {
	chat, b := begin(t, desktop)
	b.js("history.pushState({}, '', '/pricing?token=secret#part')")
	waitFor(t, func() bool {
		page, _ := chat.lastBody("/v1/conversations/cnv_1")["page"].(object)
		return page != nil && strings.HasSuffix(page["url"].(string), "/pricing")
	})
	if b.js("history.pushState.toString().includes('native code')") != true {
		t.Error("history.pushState was patched")
	}
	b.clean()
}

func TestPersistence(t *testing.T) {
	for kind, want := range map[string]string{"tab": "0 1", "none": "0 0"} {
		t.Run(kind, func(t *testing.T) {
			chat := newChatServer(t)
			b := open(t, desktop, site(t, chat.URL, `data-persistence="`+kind+`"`))
			b.click("launcher")
			b.write("hello")
			waitFor(t, chat.listening)
			if got := b.js("localStorage.length + ' ' + sessionStorage.length"); got != want {
				t.Errorf("entries in localStorage and sessionStorage: got %v, want %v", got, want)
			}
			b.js("Handoff.shutdown()")
			b.until("localStorage.length + sessionStorage.length === 0")
			waitFor(t, func() bool { return chat.called("DELETE /v1/sessions/current") == 1 })
			b.clean()
		})
	}
}

// The stub of docs/widget.md: small, and its calls come out in order with their values.
func TestTheStub(t *testing.T) {
	page, err := os.ReadFile("../docs/widget.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^<script>(.*)</script>$`).FindSubmatch(page)
	if found == nil {
		t.Fatal("docs/widget.md has no stub")
	}
	stub := string(found[1])
	if len(stub) > 400 {
		t.Errorf("the stub has %d bytes, want at most 400", len(stub))
	}
	chat := newChatServer(t)
	b := open(t, desktop, site(t, chat.URL, "", stub, "window.held=Handoff",
		"window.order=[]", "Handoff.on('ready',()=>order.push('ready'))", "Handoff('on','open',()=>order.push('open'))", "Handoff.open({draft:'early'})",
		"Handoff.ready().then(()=>order.push('then'))", "Handoff.send('first', {silent: true}).then((r)=>order.push(typeof r.id))"))
	b.until("order.length === 4 && order[0] === 'ready' && q('panel')?.open && q('composer').value === 'early'")
	if got := b.js("held === Handoff && held.isOpen()"); got != true {
		t.Errorf("the stub that the page held: got %v, want the real thing", got)
	}
	b.js("held('close')")
	b.until("!Handoff.isOpen()")
	b.clean()
}
