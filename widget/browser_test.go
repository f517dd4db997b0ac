package widget_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/handoff-bot/handoff/internal/browsertest"
)

var shots = flag.String("shots", "", "folder for screenshots of the stories; none are taken when empty")

// site is a web page with the widget under the strictest policy we promise to
// survive: no inline anything, no other host, Trusted Types for scripts. early is
// script that runs before the widget's.
func site(t *testing.T, chat string, attributes string, early ...string) string {
	t.Helper()
	policy := fmt.Sprintf("default-src 'none'; script-src %s 'nonce-page'; connect-src %s; img-src %s; style-src 'nonce-page'; "+
		"require-trusted-types-for 'script'; trusted-types 'none'", chat, chat, chat)
	page := fmt.Sprintf(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Acme</title>
<style nonce="page">html{font-size:62.5%%}body{margin:0;font:16px/1.5 Georgia,serif;color:#445}div,section{display:none}button{all:unset}
*{letter-spacing:2px;text-transform:uppercase}main{max-width:640px;margin:48px auto;padding:0 24px;color:#99a}</style>
<script nonce="page">window.wrong=[];addEventListener('securitypolicyviolation',e=>wrong.push(e.violatedDirective+' '+e.blockedURI));
addEventListener('error',e=>wrong.push('error '+e.message));addEventListener('unhandledrejection',e=>wrong.push('rejection '+e.reason));
window.keys=[];document.addEventListener('keydown',e=>keys.push(e.key));%s</script>
<main><h1>Acme</h1><p>Everything for the road, since 1949. Ask us about orders, plans and repairs.</p><input id="own" aria-label="Search"></main>
<script async src="%s/widget.js" data-key="pk_test" %s></script>`, strings.Join(early, ";"), chat, attributes)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		_, _ = io.WriteString(w, page)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// tab is one page in a headless browser.
type tab struct {
	*testing.T
	ctx  context.Context
	name string
}

type screen struct {
	width, height int64
	dark          bool
}

var desktop = screen{width: 1100, height: 820}
var phone = screen{width: 390, height: 844}

func open(t *testing.T, s screen, url string) *tab {
	t.Helper()
	ctx := browsertest.Start(t)
	scheme := "light"
	if s.dark {
		scheme = "dark"
	}
	viewport := chromedp.EmulateViewport(s.width, s.height)
	if s.width < 500 {
		viewport = chromedp.EmulateViewport(s.width, s.height, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2))
	}
	media := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
	if err := chromedp.Do(ctx, viewport, media, chromedp.Navigate(url)); err != nil {
		t.Fatal(err)
	}
	return &tab{T: t, ctx: ctx, name: t.Name()}
}

// js evaluates an expression; q(hook) in it finds an element of the widget.
func (b *tab) js(expression string) any {
	b.Helper()
	const find = `(()=>{const root=document.querySelector('handoff-widget')?.shadowRoot;` +
		`const q=(hook)=>root?.querySelector('[data-handoff="'+hook+'"]');const all=(s)=>[...(root?.querySelectorAll(s)??[])];` +
		`const log=()=>all('[data-handoff=log] .text,[data-handoff=log] .system').filter(e=>e.offsetParent).map(e=>e.innerText).join('|');return (`
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[any](find+expression+`)})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return got
}

// patience is how long a page may take: a full machine takes ten times as long.
const patience = 30 * time.Second

// until waits for an expression to be true.
func (b *tab) until(expression string) {
	b.Helper()
	deadline := time.Now().Add(patience)
	for b.js("!!("+expression+")") != true {
		if time.Now().After(deadline) {
			b.shot("failed")
			b.Fatalf("never true: %s\nlog: %v", expression, b.js("log()"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (b *tab) click(hook string) {
	b.Helper()
	b.until("q('" + hook + "')")
	b.js("q('" + hook + "').click()")
}

func (b *tab) keys(text string) {
	b.Helper()
	if err := chromedp.Do(b.ctx, chromedp.KeyEvent(text)); err != nil {
		b.Fatal(err)
	}
}

// write types into the composer and sends.
func (b *tab) write(text string) {
	b.Helper()
	b.until("q('composer')?.offsetParent")
	b.js("q('composer').focus()")
	b.keys(text)
	b.keys("\r")
	b.until("q('composer').value==='' && log().includes('" + text + "') && all('.unsent').length===0")
}

func (b *tab) shot(name string) {
	b.Helper()
	if *shots == "" {
		return
	}
	time.Sleep(350 * time.Millisecond)
	image, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, name+".png"), image, 0o644); err != nil {
		b.Fatal(err)
	}
}

// clean fails the test when the page saw a policy violation or an error.
func (b *tab) clean() {
	b.Helper()
	if wrong := b.js("window.wrong.join('; ')"); wrong != "" {
		b.Errorf("the page saw: %v", wrong)
	}
}
