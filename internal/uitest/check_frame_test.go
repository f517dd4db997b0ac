package uitest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestUI112_TheFrameHearsAndTellsItsSiteAlone(t *testing.T) {
	const foreign = `<!doctype html><script nonce="page">
parent.document.querySelector('iframe[data-handoff=frame]').contentWindow.postMessage({handoff:'call',id:99,name:'send',args:['forged',{silent:true}]},'*')</script>`
	r := start(t, setup{site: site{
		attrs: `data-isolation="iframe"`, pages: map[string]string{"/foreign": foreign},
		csp: "default-src 'none'; script-src $CHAT 'nonce-page'; connect-src $CHAT; img-src $CHAT; style-src 'nonce-page'; frame-src $CHAT 'self'; " +
			"require-trusted-types-for 'script'; trusted-types 'none'",
		script: "window.heard=[];for(const n of ['open','close','message:received','conversation:claimed','unread','forged'])addEventListener('handoff:'+n,e=>{heard.push(n);if(e.detail?.seq)window.newest=e.detail.seq})",
	}})
	v := r.visit(desktop)
	v.click("launcher")
	v.until("Handoff.isOpen() && heard.includes('open')")
	if got := v.js("(()=>{const r=document.querySelector('iframe[data-handoff=frame]').getBoundingClientRect();return r.width+' '+(getComputedStyle(document.querySelector('iframe[data-handoff=frame]')).visibility)})()"); got != "400 visible" {
		t.Errorf("the frame: got %v, want 400 wide and visible", got)
	}
	v.js("Handoff.send('hello')")
	v.until("heard.includes('message:received')")
	// What has come is not yet on her screen: only what she has seen is read.
	read := value[string](v, "JSON.stringify({seq: newest})")
	eventually(t, "the answer is seen", func() bool {
		return slices.ContainsFunc(r.wire.asked("POST /read"), func(sent request) bool { return sent.Body == read })
	})
	v.shot("frame")
	// A listener of the page decides about an escalation, across the frame.
	v.js("(Handoff.on('escalation:requested',d=>{d.preventDefault();setTimeout(()=>d.proceed({order:'4711'}),10)}),void Handoff.escalate())")
	v.until("Handoff.state().conversation.phase === 'waiting'")
	v.js("Handoff.close()")
	v.until("!Handoff.isOpen() && heard.includes('close')")
	r.maya.claims()
	r.maya.says("I am here")
	v.until("heard.includes('conversation:claimed') && Handoff.state().unread === 1 && all('.badge')[0].innerText === '1'")

	said := len(r.wire.asked("POST /messages"))
	v.js("(postMessage({handoff:'event',name:'forged',detail:{},state:{},open:true},'*'),0)")
	v.js("new Promise(done=>{const f=document.createElement('iframe');f.onload=done;f.src='/foreign';document.body.append(f)})")
	v.js("Handoff.setContext({after:'it'})") // by the same way, so what came before has been heard
	v.js("new Promise(done=>setTimeout(done,200))")
	if got := v.js("heard.includes('forged') || Handoff.isOpen()"); got != false || len(r.wire.asked("POST /messages")) != said {
		t.Error("a message from a foreign window was heard")
	}
	for _, url := range value[[]string](v, "performance.getEntriesByType('resource').map(e=>e.name).filter(n=>n.endsWith('.js'))") {
		if text := string(r.fetch(url)); strings.Contains(text, `,"*")`) || strings.Contains(text, `,'*')`) {
			t.Errorf("%s posts to any origin", url)
		}
	}
	if got := v.js("Object.keys(localStorage).length + JSON.stringify({...localStorage})"); strings.Contains(got.(string), "hst_") {
		t.Error("the site can read the session's token")
	}
	r.framedBy("https://evil.example", http.StatusForbidden)
	v.js("Handoff.shutdown()")
	v.until("!document.querySelector('iframe[data-handoff=frame]') && localStorage.length === 0")
	if got := len(r.wire.asked("DELETE /v1/sessions/current")); got != 1 {
		t.Errorf("sessions ended: got %d, want 1", got)
	}
	v.clean()
}

// framedBy asks for the frame's page in the name of an origin.
func (r *rig) framedBy(origin string, want int) {
	r.Helper()
	key := r.wire.asked("/v1/widget/config")[0].Query
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, r.house.URL+"/widget/frame?"+key+"&origin="+origin, nil)
	if err != nil {
		r.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		r.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != want {
		r.Errorf("the frame for %s: got %d, want %d", origin, answer.StatusCode, want)
	}
}
