package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/handoff-bot/handoff/internal/browsertest"
)

// artefactsVariable names the folder in which the browser stories keep their
// screenshots; CI sets it. Who wants only those of one run sets screenshotsVariable,
// which goes before.
const (
	artefactsVariable   = "HANDOFF_TEST_ARTEFACTS"
	screenshotsVariable = "HANDOFF_SCREENSHOTS"
)

// TestBrowserStory drives the demo's two pages through the main job in a real
// browser: question, streamed answer with its source, a restricted topic, the
// card, claim, reply, answer, hand back, answer, close.
func TestBrowserStory(t *testing.T) {
	browsertest.Need(t)
	shop, staff := startDemo(t)
	browser := newBrowser(t)
	visitor, maya := browser.tab(shop), browser.tab(staff)

	visitor.click("launcher")
	visitor.say("How long does shipping take?")
	visitor.reads("visitor: How long does shipping take?", "bot: ")
	visitor.until("an answer with its source", `log().some(l => l.who === 'bot' && l.sources > 0)`)
	visitor.shot("1-answer")

	visitor.say("I was charged twice, I want my money back")
	visitor.reads("visitor: I was charged twice", "system: ")
	visitor.until("the composer stays usable while she waits", `!q('composer').disabled`)
	visitor.shot("2-waiting")

	maya.press(`[data-testid="channel-C0BILLING"]`)
	maya.until("the card with its reason", `text('[data-testid^="message-"]').includes('Restricted topic')`)
	maya.shot("3-card")
	maya.press(theThread)
	maya.follows("visitor: How long does shipping take?", "visitor: I was charged twice")
	maya.press(`[data-testid="button-handoff_claim"]`)
	visitor.reads("system: You're now chatting with Maya.")
	maya.enter(`[data-testid="thread-composer"]`, "Hello, I can see both charges. One is cancelled now.")
	maya.press(`[data-testid="thread-send"]`)
	visitor.reads("agent: Hello, I can see both charges.")
	visitor.until("the header names Maya", `q('panel').innerText.includes('Maya')`)
	visitor.shot("4-reply")

	visitor.say("Thank you so much")
	maya.follows("visitor: How long does shipping take?", "visitor: I was charged twice", "agent: One is cancelled now.", "visitor: Thank you so much")
	maya.shot("5-thread")
	maya.press(`[data-testid="button-handoff_handback"]`)
	maya.press(`[data-testid="modal-submit"]`)
	visitor.reads("system: Maya has left; the assistant is back.")
	visitor.say("What does shipping cost?")
	visitor.until("the bot answers again", `log().filter(l => l.who === 'bot' && l.text.includes('4.90')).length >= 2`)
	maya.press(`[data-testid="button-handoff_close"]`)
	maya.press(`[data-testid="modal-submit"]`)
	visitor.until("the rating", `q('rating')?.offsetParent`)
	visitor.shot("6-closed")
	visitor.reads("visitor: How long", "visitor: I was charged", "agent: Hello, I can", "visitor: Thank you", "visitor: What does shipping cost?", "bot: ", "system: Maya has closed")
}

// theThread is the line below a card that opens its thread. It comes with the
// first reply; the thread's own pane is there before, with names that begin alike.
const theThread = `#main button.thread-line[data-testid^="thread-"]`

// startDemo runs the demo in this process and returns its two addresses.
func startDemo(t *testing.T) (shop, staff string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out := &printed{news: make(chan struct{}, 1)}
	ended := make(chan error, 1)
	go func() { // ends with the test
		ended <- runDemo(ctx, demoOptions{Addr: "127.0.0.1:0", Out: out, Log: slog.New(slog.DiscardHandler)})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the demo: %v", err)
		}
	})
	urls := regexp.MustCompile(`http://[0-9.:]+/`)
	for {
		if found := urls.FindAllString(out.String(), 2); len(found) == 2 {
			return found[0], found[1]
		}
		select {
		case <-out.news:
		case err := <-ended:
			ended <- err
			t.Fatalf("the demo ended: %v", err)
		case <-time.After(20 * time.Second):
			t.Fatalf("the demo prints no addresses: %s", out)
		}
	}
}

// printed collects what the demo prints.
type printed struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	news chan struct{}
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case p.news <- struct{}{}:
	default:
	}
	return p.buf.Write(b)
}

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.String()
}

// browser is one headless Chromium.
type browser struct {
	*testing.T
	ctx context.Context
}

func newBrowser(t *testing.T, more ...chromedp.ExecAllocatorOption) *browser {
	t.Helper()
	return &browser{t, browsertest.Start(t, more...)}
}

// page is one tab.
type page struct {
	*browser
	ctx context.Context
}

func (b *browser) tab(url string) *page {
	b.Helper()
	ctx, closed := chromedp.NewContext(b.ctx)
	b.Cleanup(closed)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1180, 860), chromedp.Navigate(url)); err != nil {
		b.Fatal(err)
	}
	return &page{b, ctx}
}

// prelude gives expressions q (an element of the widget by its hook), log (its
// lines with their authors) and text (what elements of the page read).
const prelude = `(()=>{
const root=document.querySelector('handoff-widget')?.shadowRoot;
const q=(hook)=>root?.querySelector('[data-handoff="'+hook+'"]');
const text=(selector)=>[...document.querySelectorAll(selector)].map(e=>e.innerText).join('\n');
const log=()=>[...(root?.querySelectorAll('[data-handoff=message],[data-handoff=system]')??[])].filter(e=>e.offsetParent).map(e=>({
  who:e.dataset.handoff==='system'?'system':(e.dataset.role??''),text:e.innerText,sources:e.querySelectorAll('[data-handoff=source],.sources a,.sources li,.source').length}));
return (`

func (p *page) js(expression string) any {
	p.Helper()
	got, err := chromedp.Run(p.ctx, chromedp.Evaluate[any](prelude+expression+`)})()`))
	if err != nil {
		p.Fatalf("%s: %v", expression, err)
	}
	return got
}

func (p *page) until(what, expression string) {
	p.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for p.js("!!("+expression+")") != true {
		if time.Now().After(deadline) {
			p.shot("failed")
			p.Fatalf("%s: never true: %s\nchat: %v\npage: %v", what, expression, p.js("JSON.stringify(log())"), p.js("document.body.innerText"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// click clicks an element of the widget, press one of the page.
func (p *page) click(hook string) {
	p.Helper()
	p.until(hook, "q('"+hook+"')")
	p.js("q('" + hook + "').click()")
}

func (p *page) press(selector string) {
	p.Helper()
	p.until(selector, fmt.Sprintf("document.querySelector(%q)", selector))
	p.js(fmt.Sprintf("document.querySelector(%q).click()", selector))
}

// say writes into the widget's composer and sends with Enter.
func (p *page) say(line string) {
	p.Helper()
	p.until("the composer", "q('composer')?.offsetParent")
	p.js("q('composer').focus()")
	if err := chromedp.Do(p.ctx, chromedp.KeyEvent(line)); err != nil {
		p.Fatal(err)
	}
	p.until("the line in the composer", fmt.Sprintf("q('composer').value === %q", line))
	if err := chromedp.Do(p.ctx, chromedp.KeyEvent("\r")); err != nil {
		p.Fatal(err)
	}
}

func (p *page) enter(selector, line string) {
	p.Helper()
	p.until(selector, fmt.Sprintf("document.querySelector(%q)", selector))
	p.js(fmt.Sprintf("document.querySelector(%q).focus()", selector))
	if err := chromedp.Do(p.ctx, chromedp.KeyEvent(line)); err != nil {
		p.Fatal(err)
	}
}

// reads waits until the chat shows lines that begin so ("author: text"), in this
// order, each once.
func (p *page) reads(lines ...string) {
	p.Helper()
	var conditions []string
	for _, l := range lines {
		who, text, _ := strings.Cut(l, ": ")
		conditions = append(conditions, fmt.Sprintf("{who:%q,text:%q}", who, text))
	}
	p.until(strings.Join(lines, " | "), `(()=>{let i=0;const want=[`+strings.Join(conditions, ",")+`];
for(const l of log()){if(i<want.length&&l.who===want[i].who&&l.text.includes(want[i].text))i++}
return i===want.length&&want.every(w=>!w.text||log().filter(l=>l.who===w.who&&l.text.includes(w.text)).length===1)})()`)
}

// follows waits until the thread pane shows lines ("author: text") below the
// card, in this order, each once. The card at the top repeats what was asked; the
// transcript below it is one post that names its authors.
func (p *page) follows(lines ...string) {
	p.Helper()
	var conditions []string
	for _, l := range lines {
		who, text, _ := strings.Cut(l, ": ")
		name := map[string]string{"visitor": "Visitor", "agent": "Maya"}[who]
		conditions = append(conditions, fmt.Sprintf("{who:%q,text:%q}", name, text))
	}
	p.until(strings.Join(lines, " | "), `(()=>{let i=0,at=0;const want=[`+strings.Join(conditions, ",")+`];
const posts=[...document.querySelectorAll('[data-testid="thread"] [data-testid^="message-"]')].slice(1).map(e=>({who:e.getAttribute('aria-label')??'',text:e.innerText}));
const by=(m,w)=>m.who.startsWith(w.who)||m.text.slice(0,at).includes(w.who);
for(const m of posts)for(at=0;i<want.length&&(at=m.text.indexOf(want[i].text,at))>=0&&by(m,want[i]);i++)at+=want[i].text.length;
return i===want.length&&want.every(w=>posts.map(m=>m.text).join('\n').split(w.text).length===2)})()`)
}

// shot keeps a screenshot when CI asks for it.
func (p *page) shot(name string) {
	p.Helper()
	dir := cmp.Or(os.Getenv(screenshotsVariable), os.Getenv(artefactsVariable))
	if dir == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		p.Error(err)
	}
}
