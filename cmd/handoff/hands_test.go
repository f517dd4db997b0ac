package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/handoff-bot/handoff/internal/browsertest"
)

// desk is an agent in front of the staff page: at a desk, or with a phone, where
// a finger rests on a message for its menu and nobody types a slash command.
type desk struct {
	*page
	phone bool
	shots string
}

// thread is the pane of the thread that is open.
const thread = `[data-testid="thread"] `

func at(testid string) string { return `[data-testid="` + testid + `"]` }

// sit opens the staff page.
func sit(b *browser, url string, phone bool, shots string) *desk {
	b.Helper()
	d := &desk{page: b.tab(url), phone: phone, shots: shots}
	view := chromedp.EmulateViewport(1280, 800)
	if phone {
		view = chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	if err := chromedp.Do(d.ctx, view, chromedp.Navigate(url)); err != nil {
		b.Fatal(err)
	}
	d.until("the staff page", `document.querySelector('#sidebar .entry')`)
	return d
}

// withMouse is a browser with a mouse, or without one.
func withMouse(mouse bool) []chromedp.ExecAllocatorOption {
	if !mouse {
		return nil
	}
	return []chromedp.ExecAllocatorOption{browsertest.Mouse()}
}

// stranger opens the shop as somebody new, with a browser of her own.
func (b *browser) stranger(url string) *page {
	b.Helper()
	ctx, closed := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	b.Cleanup(closed)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1180, 860), chromedp.Navigate(url)); err != nil {
		b.Fatal(err)
	}
	p := &page{b, ctx}
	p.click("launcher")
	return p
}

// touchable is an expression that finds the element, brings it into view, and
// presses it when nothing lies above it.
func touchable(find string) string {
	return `(()=>{const e=` + find + `;if(!e)return false;e.scrollIntoView({block:'center'});
const r=e.getBoundingClientRect(),x=document.elementFromPoint(r.left+r.width/2,r.top+r.height/2);
if(!x||!(e===x||e.contains(x)||x.contains(e)&&e.tagName==='INPUT'))return false;e.click();return true})()`
}

// tap presses what is to be seen at the selector.
func (d *desk) tap(selector string) {
	d.Helper()
	d.until(selector, touchable(fmt.Sprintf(`[...document.querySelectorAll(%q)].find(e=>e.getClientRects().length)`, selector)))
}

// taps presses the button that reads so, within the selector.
func (d *desk) taps(within, label string) {
	d.Helper()
	d.until(label, touchable(fmt.Sprintf(`[...document.querySelectorAll(%q)].find(e=>e.getClientRects().length&&e.innerText.trim()===%q)`, within+" button", label)))
}

// shows waits until the place reads all of it.
func (d *desk) shows(selector string, texts ...string) {
	d.Helper()
	for _, t := range texts {
		d.until(selector+" with "+t, fmt.Sprintf(`text(%q).includes(%q)`, selector, t))
	}
}

// lacks waits until the place does not read it any more.
func (d *desk) lacks(selector, unwanted string) {
	d.Helper()
	d.until(selector+" without "+unwanted, fmt.Sprintf(`!text(%q).includes(%q)`, selector, unwanted))
}

// list leaves what is open on a phone, where one pane covers the others.
func (d *desk) list() {
	d.Helper()
	if !d.phone {
		return
	}
	d.until("the list of channels", `(()=>{const open=[...document.querySelectorAll('[data-testid="thread-back"],[data-testid="back"]')].find(e=>e.getClientRects().length);
if(open)open.click();return document.body.dataset.pane==='list'&&document.querySelector('[data-testid="app-home"]').getClientRects().length})()`)
}

// inbox opens the app's Home, which shows the texts.
func (d *desk) inbox(texts ...string) {
	d.Helper()
	d.list()
	d.tap(at("app-home"))
	d.shows(at("home"), texts...)
}

// inRow presses a button of the Home that belongs to the row with the words: it
// stands in the next block that has it.
func (d *desk) inRow(words, label string) {
	d.Helper()
	d.until(label+" of "+words, touchable(fmt.Sprintf(`(()=>{const all=[...document.querySelectorAll('.home-body [data-block]')];const i=all.findIndex(b=>b.innerText.includes(%q));
if(i<0)return null;for(const b of all.slice(i,i+3)){const found=[...b.querySelectorAll('button')].find(e=>e.innerText.trim()===%q);if(found)return found}return null})()`, words, label)))
}

// card opens the thread of the chat with the words, from its channel.
func (d *desk) card(channel, words string) {
	d.Helper()
	d.list()
	d.tap(at("channel-" + channel))
	d.until("the thread of "+words, touchable(fmt.Sprintf(`[...document.querySelectorAll('#main article')].find(m=>m.getClientRects().length&&m.innerText.includes(%q))?.querySelector('.thread-line')`, words)))
	d.shows(thread, words)
}

// writes sends a line in the open thread.
func (d *desk) writes(line string) {
	d.Helper()
	d.enter(at("thread-composer"), line)
	d.until("the line in the composer", fmt.Sprintf("document.querySelector(%q).value===%q", at("thread-composer"), line))
	d.tap(at("thread-send"))
	d.until("the composer is free again", fmt.Sprintf("document.querySelector(%q).value===''", at("thread-composer")))
}

// chooses picks an entry of the card's menu in the open thread.
func (d *desk) chooses(label string) {
	d.Helper()
	d.tap(thread + at("button-handoff_menu"))
	d.taps(".menu", label)
}

// undoes presses the Undo of the private line with the words.
func (d *desk) undoes(words string) {
	d.Helper()
	d.until("Undo of "+words, touchable(fmt.Sprintf(`[...document.querySelectorAll('[data-testid="thread"] article.ephemeral')].filter(m=>m.innerText.includes(%q)).at(-1)?.querySelector('[data-testid="button-handoff_undo"]')`, words)))
}

// picksOf picks an option, by its words, of a list of the form that is open.
func (d *desk) picksOf(field, label string) {
	d.Helper()
	d.tap(at("field-"+field) + " button")
	d.until(label, touchable(fmt.Sprintf(`[...document.querySelectorAll('.choice-box [role=option]')].find(e=>e.innerText.includes(%q))`, label)))
}

// messageMenu opens the menu of the line in the open thread: by the button beside
// it, on a phone by a finger that rests on it.
func (d *desk) messageMenu(line string) {
	d.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll('[data-testid="thread"] article')].find(m=>m.innerText.includes(%q))`, line)
	d.until(line, find)
	if !d.phone {
		d.js(find + `.querySelector('.tools button').focus()`)
		d.until("its menu", touchable(find+`.querySelector('[aria-haspopup=menu]')`))
		return
	}
	d.rest(find)
	d.until("the sheet", `document.querySelector('.sheet [role=menuitem]')`)
}

// rest lays a finger on the element until its sheet has opened.
func (d *desk) rest(find string) {
	d.Helper()
	d.js(find + `.scrollIntoView({block:'center'})`)
	var spot struct{ X, Y float64 }
	raw, _ := d.js(`JSON.stringify((()=>{const r=` + find + `.querySelector('.blocks,.text').getBoundingClientRect();return{X:r.left+20,Y:r.top+r.height/2}})())`).(string)
	if err := json.Unmarshal([]byte(raw), &spot); err != nil {
		d.Fatalf("where to touch: %v", err)
	}
	touch := func(kind input.DispatchTouchEventType, points ...*input.TouchPoint) {
		err := chromedp.Do(d.ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points})
			return err
		}))
		if err != nil {
			d.Fatal(err)
		}
	}
	touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: spot.X, Y: spot.Y})
	d.until("the sheet", `document.querySelector('.sheet')`)
	touch(input.DispatchTouchEventTypeTouchEnd)
}

// sound walks over all that the page shows: every block with its words and its
// controls, nothing outside the screen, nothing too small for a finger.
func (d *desk) sound(name string) {
	d.Helper()
	script, err := os.ReadFile("../../internal/fakeslack/testdata/walk.js")
	if err != nil {
		d.Fatal(err)
	}
	d.until("the page at rest", "!document.getAnimations().length")
	var found struct {
		Blocks   int
		Problems []string
	}
	for try := 0; ; try++ { // the page may be one change behind what the walk compares it with
		raw, err := chromedp.Run(d.ctx, chromedp.Evaluate[string]("("+string(script)+")(false).then(JSON.stringify)", chromedp.EvalAwaitPromise))
		if err == nil {
			err = json.Unmarshal([]byte(raw), &found)
		}
		if err != nil {
			d.Fatalf("walk over %s: %v", name, err)
		}
		if len(found.Problems) == 0 || try == 20 {
			break
		}
	}
	d.shot(d.shots + name)
	if len(found.Problems) > 0 {
		d.Errorf("%s, %d blocks:\n%s", name, found.Blocks, strings.Join(found.Problems, "\n"))
	}
}

// both runs a story at a desk and with a phone.
func both(t *testing.T, story func(t *testing.T, phone bool, shots string)) {
	t.Helper()
	for _, phone := range []bool{false, true} {
		name := map[bool]string{false: "desk", true: "phone"}[phone]
		t.Run(name, func(t *testing.T) { story(t, phone, "shift-"+name+"-") })
	}
}
