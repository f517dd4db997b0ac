package uitest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// tab is one page in the browser. Its methods fail the check.
type tab struct {
	*testing.T
	ctx   context.Context //nolint:containedctx // the life of this value is the tab's
	url   string          // of the site
	phone bool
}

// prelude gives expressions q (an element of the widget by its hook), all (elements
// by selector), log (the lines on screen: who is visitor, bot, agent or system) and
// storage (what the widget keeps).
const prelude = `(()=>{
const root=document.querySelector('handoff-widget')?.shadowRoot;
const q=(hook)=>root?.querySelector('[data-handoff="'+hook+'"]');
const all=(selector)=>[...(root?.querySelectorAll(selector)??[])];
const log=()=>all('[data-handoff=message],[data-handoff=system]').filter(e=>e.offsetParent).map(e=>({
  who:e.dataset.handoff==='system'?'system':(e.dataset.role??''),status:e.dataset.status??'',
  text:(e.dataset.handoff==='system'?e:e.querySelector('.text')??e).innerText}));
const storage=()=>JSON.parse(localStorage.getItem(Object.keys(localStorage).find(k=>k.endsWith(':handoff')))??'{}');
return (`

func (v *tab) do(steps ...step) {
	v.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, 2*patience)
	defer cancel()
	// The first use of a tab's context makes the tab, which must outlive this call.
	if err := chromedp.Do(v.ctx); err != nil {
		v.Fatal(err)
	}
	if err := chromedp.Do(ctx, steps...); err != nil {
		v.Fatal(err)
	}
}

// js evaluates an expression of the page; a promise is waited for.
func (v *tab) js(expression string) any {
	v.Helper()
	return value[any](v, expression)
}

// value is js with a type.
func value[T any](v *tab, expression string) T {
	v.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](prelude+expression+`)})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		v.Fatalf("%s: %v", expression, err)
	}
	return got
}

// until waits for an expression to be true.
func (v *tab) until(expression string) {
	v.Helper()
	for deadline := time.Now().Add(patience); !value[bool](v, "!!("+expression+")"); time.Sleep(15 * time.Millisecond) {
		if time.Now().After(deadline) {
			v.shot("failed")
			v.Fatalf("never true: %s\nlog: %v\nwrong: %v", expression, v.js("JSON.stringify(log().map(l => ({...l, text: l.text.slice(0, 200)})))"), v.js("(window.wrong??[]).join('; ')"))
		}
	}
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
	at := value[[]float64](v, "(()=>{const r=q('"+hook+"').getBoundingClientRect();return [r.x+r.width/2,r.y+r.height/2]})()")
	if v.phone {
		v.do(chromedp.TapXY(at[0], at[1]))
		return
	}
	v.do(chromedp.MouseClickXY(at[0], at[1]))
}

// keys presses keys where the focus is: text, "\r" for Enter, kb.Tab and so on.
func (v *tab) keys(text string, options ...chromedp.KeyOption) {
	v.Helper()
	v.do(chromedp.KeyEvent(text, options...))
}

// fill puts text into the composer at once, as one input.
func (v *tab) fill(text string) {
	v.Helper()
	v.until("q('composer')?.offsetParent")
	v.js("void q('composer').focus()")
	v.do(call(input.InsertText, input.InsertTextParams{Text: text}))
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
	v.do(chromedp.Reload())
}

// goTo opens another path of the site. back goes back in the history and does not
// wait: a page that the browser has kept does not load again.
func (v *tab) goTo(path string) {
	v.Helper()
	v.do(chromedp.Navigate(v.url + path))
}

func (v *tab) back() {
	v.Helper()
	v.js("void setTimeout(() => history.back())")
}

// clean fails the check when the page saw a policy violation or an error.
func (v *tab) clean() {
	v.Helper()
	if wrong := v.js("window.wrong.join('; ')"); wrong != "" {
		v.Errorf("the page saw: %v", wrong)
	}
}

// shot takes a screenshot into the folder of -shots; without one it does nothing.
func (v *tab) shot(name string) {
	v.Helper()
	if *shots == "" {
		return
	}
	image, err := chromedp.Run(v.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		v.Logf("screenshot: %v", err)
		return
	}
	if err := os.WriteFile(filepath.Join(*shots, v.Name()+"-"+name+".png"), image, 0o600); err != nil {
		v.Log(err)
	}
}
