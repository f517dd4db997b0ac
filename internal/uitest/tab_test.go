package uitest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
)

// tab is one page in the browser. Its methods fail the check.
type tab struct {
	*testing.T
	page
	url   string // of the site
	phone bool
}

// prelude gives expressions q (an element of the widget by its hook), all (elements
// by selector), held (what has the focus in the widget), log (the lines on screen: who
// is visitor, bot, agent or system) and storage (what the widget keeps). A chat that
// stands in a frame of this origin is looked at there; its button is in the page.
const prelude = `(()=>{
const outer=document.querySelector('handoff-widget')?.shadowRoot,frame=document.querySelector('iframe[data-handoff=frame]');
const root=frame?.contentDocument?.querySelector('handoff-widget')?.shadowRoot??outer;
const q=(hook)=>(hook==='launcher'?outer:root)?.querySelector('[data-handoff="'+hook+'"]');
const held=()=>outer?.activeElement??(frame&&document.activeElement===frame?root.activeElement:null);
const all=(selector)=>[...(root?.querySelectorAll(selector)??[])];
const log=()=>all('[data-handoff=message],[data-handoff=system]').filter(e=>e.offsetParent).map(e=>({
  who:e.dataset.handoff==='system'?'system':(e.dataset.role??''),status:e.dataset.status??'',
  text:(e.dataset.handoff==='system'?e:e.querySelector('.text')??e).innerText.trimEnd()}));
const storage=()=>JSON.parse(localStorage.getItem(Object.keys(localStorage).find(k=>k.endsWith(':handoff')))??'{}');
return (`

// must fails the check when the page did not do something in time.
func (v *tab) must(act func(ctx context.Context) error) {
	v.Helper()
	ctx, cancel := context.WithTimeout(v.Context(), 2*patience)
	defer cancel()
	if err := act(ctx); err != nil {
		v.Fatal(err)
	}
}

// do runs steps that Chromium alone knows.
func (v *tab) do(steps ...step) {
	v.Helper()
	v.must(func(ctx context.Context) error { return v.page.(chromiumPage).do(ctx, steps...) })
}

// js evaluates an expression of the page; a promise is waited for.
func (v *tab) js(expression string) any {
	v.Helper()
	return value[any](v, expression)
}

// value is js with a type.
func value[T any](v *tab, expression string) T {
	v.Helper()
	var got T
	v.must(func(ctx context.Context) error {
		raw, err := v.eval(ctx, prelude+expression+`)})()`)
		if err == nil && len(raw) > 0 {
			err = json.Unmarshal(raw, &got)
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", expression, err)
		}
		return err
	})
	return got
}

// until waits for an expression to be true.
func (v *tab) until(expression string) {
	v.Helper()
	for deadline := time.Now().Add(patience); !value[bool](v, "!!("+expression+")"); time.Sleep(15 * time.Millisecond) {
		if time.Now().After(deadline) {
			v.shot("failed")
			v.Fatalf("never true: %s\nlog: %v\nwrong: %v\nscrolled: %v", expression, v.js("JSON.stringify(log().map(l => ({...l, text: l.text.slice(0, 200)})))"), v.js("(window.wrong??[]).join('; ')"),
				v.js("(l=>l?l.scrollTop+' of '+l.scrollHeight+', '+l.clientHeight+' high, pill '+q('pill')?.innerText:'no log')(root&&q('log'))"))
		}
	}
}

// still waits until nothing has changed in the chat for half a second: what is drawn anew
// under the focus moves it.
func (v *tab) still() {
	v.Helper()
	v.js(`new Promise(done=>{let timer;const seen=new MutationObserver(wait);
function wait(){clearTimeout(timer);timer=setTimeout(()=>{seen.disconnect();done(0)},500)}
seen.observe(root,{subtree:true,childList:true,attributes:true,characterData:true});wait()})`)
}

// reads waits until the log shows lines that contain these ("who: text"), in this
// order, each once.
func (v *tab) reads(lines ...string) {
	v.Helper()
	var want strings.Builder
	for _, l := range lines {
		who, text, _ := strings.Cut(l, ": ")
		fmt.Fprintf(&want, "[%q,%q],", who, text)
	}
	v.until(`(()=>{let i=0;const want=[` + want.String() + `],is=(l,w)=>l.who===w[0]&&l.text.includes(w[1]);
for(const l of log())if(i<want.length&&is(l,want[i]))i++;
return i===want.length&&want.every(w=>!w[1]||log().filter(l=>is(l,w)).length===1)})()`)
}

// open opens the panel by its launcher and waits for the composer.
func (v *tab) open() {
	v.Helper()
	v.click("launcher")
	v.until("q('panel')?.open && q('composer')?.offsetParent")
}

// menu opens the menu, whose code may still be on its way when its button is clicked.
func (v *tab) menu() {
	v.Helper()
	v.click("menu")
	v.until("all('[role=menuitem]').length")
}

// click clicks an element of the widget by its hook, once it is there; press does
// so with the mouse, or a finger on a phone.
func (v *tab) click(hook string) {
	v.Helper()
	v.until("q('" + hook + "')")
	v.js("void q('" + hook + "').click()")
}

func (v *tab) press(hook string) {
	v.Helper()
	v.until("q('" + hook + "')?.getClientRects().length")
	at := value[[]float64](v, "(()=>{const e=q('"+hook+"'),r=e.getBoundingClientRect(),f=e.ownerDocument===document?{x:0,y:0}:frame.getBoundingClientRect();return [f.x+r.x+r.width/2,f.y+r.y+r.height/2]})()")
	v.must(func(ctx context.Context) error { return v.page.press(ctx, at[0], at[1], v.phone) })
}

// keys presses keys where the focus is: text, "\r" for Enter, kb.Tab and so on;
// shifted does so with Shift.
func (v *tab) keys(text string) {
	v.Helper()
	v.must(func(ctx context.Context) error { return v.page.keys(ctx, text, false) })
}

func (v *tab) shifted(text string) {
	v.Helper()
	v.must(func(ctx context.Context) error { return v.page.keys(ctx, text, true) })
}

// fill puts text into the composer at once, as one input.
func (v *tab) fill(text string) {
	v.Helper()
	v.until("q('composer')?.offsetParent")
	v.js("void q('composer').focus()")
	v.must(func(ctx context.Context) error { return v.insert(ctx, text) })
	v.until(fmt.Sprintf("q('composer').value.endsWith(%q)", text))
}

// say types a line and sends it with Enter.
func (v *tab) say(text string) {
	v.Helper()
	v.fill(text)
	v.keys("\r")
}

// offline takes the network away, or gives it back: navigator.onLine, its events,
// and every request of the tab.
func (v *tab) offline(is bool) {
	v.Helper()
	v.do(call(network.Enable, network.EnableParams{}), call(weather, conditions{Offline: is, Down: -1, Up: -1}))
	v.until(fmt.Sprintf("navigator.onLine === %v", !is))
}

// conditions are the parameters of weather, a command that the library leaves out:
// it alone changes navigator.onLine and the requests together.
type conditions struct {
	Offline bool    `json:"offline"`
	Latency float64 `json:"latency"`
	Down    float64 `json:"downloadThroughput"`
	Up      float64 `json:"uploadThroughput"`
}

var weather = cdp.Command[conditions, cdp.Empty]{Method: "Network.emulateNetworkConditions"}

// throttle slows the processor down so many times; 1 is its own speed.
func (v *tab) throttle(rate float64) {
	v.Helper()
	v.do(call(emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: rate}))
}

// prefer changes what the owner of the device prefers, while the page is open.
func (v *tab) prefer(s screen) {
	v.Helper()
	v.do(media(s))
}

// hide lets the page believe that its tab is in the background, or in front again.
func (v *tab) hide(is bool) {
	v.Helper()
	v.js(fmt.Sprintf(`(()=>{const is=%v;for(const [name,value] of [['hidden',is],['visibilityState',is?'hidden':'visible']])
Object.defineProperty(document,name,{configurable:true,get:()=>value});document.hasFocus=()=>!is;
document.dispatchEvent(new Event('visibilitychange',{bubbles:true}));dispatchEvent(new Event(is?'blur':'focus'));return 0})()`, is))
}

func (v *tab) reload() {
	v.Helper()
	v.must(v.page.reload)
}

// goTo opens another path of the site. back goes back in the history and does not
// wait: a page that the browser has kept does not load again.
func (v *tab) goTo(path string) {
	v.Helper()
	v.must(func(ctx context.Context) error { return v.page.goTo(ctx, v.url+path) })
}

func (v *tab) back() {
	v.Helper()
	v.js("void setTimeout(() => history.back())")
}

// clean fails the check when the page saw a policy violation or an error, or the
// console of an engine has one.
func (v *tab) clean() {
	v.Helper()
	wrong := slices.DeleteFunc(v.errors(), func(line string) bool { return strings.Contains(line, "/favicon.ico") })
	if len(wrong) > 0 {
		v.Errorf("the console has: %q", wrong)
	}
	if wrong := v.js("window.wrong.join('; ')"); wrong != "" {
		v.Errorf("the page saw: %v", wrong)
	}
}

// shot takes a screenshot into the folder of -shots; without one it does nothing, but
// for an engine's, which go to the folder of artefacts.
func (v *tab) shot(name string) {
	v.Helper()
	folder := *shots
	if engineOf(v.T) != nil && folder == "" {
		folder = os.Getenv("HANDOFF_TEST_ARTEFACTS")
	}
	if folder == "" {
		return
	}
	ctx, cancel := context.WithTimeout(v.Context(), patience)
	defer cancel()
	image, err := v.page.shot(ctx)
	if err != nil {
		v.Logf("screenshot: %v", err)
		return
	}
	if err := os.WriteFile(filepath.Join(folder, strings.ReplaceAll(v.Name(), "/", "-")+"-"+name+".png"), image, 0o600); err != nil {
		v.Log(err)
	}
}
