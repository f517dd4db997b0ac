package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/handoff-bot/handoff/internal/browsertest"
)

// TestBrowserStoryOfForms drives the forms of the staff page in a real browser, on
// a desk and on a phone: labels, transfer, block and its Undo, close with a recap,
// and the Home. Each form fits the screen and does what it says.
func TestBrowserStoryOfForms(t *testing.T) {
	browsertest.Need(t)
	for _, screen := range []struct {
		name          string
		width, height int64
	}{{"desk", 1180, 860}, {"phone", 390, 844}} {
		t.Run(screen.name, func(t *testing.T) {
			shop, staff := startDemo(t)
			browser := newBrowser(t)
			visitor, maya := browser.tab(shop), browser.tab(staff)
			if screen.width < 500 {
				if err := chromedp.Do(maya.ctx, chromedp.EmulateViewport(screen.width, screen.height, chromedp.EmulateMobile, chromedp.EmulateTouch), chromedp.Navigate(staff)); err != nil {
					t.Fatal(err)
				}
			}
			forms(visitor, maya, "forms-"+screen.name)
		})
	}
}

func forms(visitor, maya *page, shots string) {
	visitor.click("launcher")
	visitor.say("I was charged twice, I want my money back")
	visitor.reads("system: ")
	maya.press(`[data-testid="channel-C0BILLING"]`)
	maya.press(`[data-testid="button-handoff_claim"]`)
	visitor.reads("system: You're now chatting with Maya.")

	maya.home("Mine (1)", shots+"-0-home")
	maya.press(`[data-testid="channel-C0BILLING"]`)
	maya.picks("Priority and tags…")
	maya.form(shots+"-1-labels", "priority", "tags")
	maya.choose("priority", "urgent")
	maya.fill("tags", "vip, refund")
	maya.submits()
	maya.until("the labels on the card", `text('#main').includes('URGENT')&&text('#main').includes('vip')`)
	maya.shot(shots + "-2-card")

	maya.press(`[data-testid="button-handoff_transfer"]`)
	maya.form(shots+"-3-transfer", "agent", "place", "note")
	maya.press(`[data-testid="modal-submit"]`)
	maya.until("what is wrong, below its field", `[...document.querySelectorAll('.field.wrong .problem')].some(e=>e.innerText.includes('Choose a person'))`)
	maya.form(shots + "-4-transfer-refused")
	maya.press(`[data-testid="modal-close"]`)
	maya.until("no form", `!document.querySelector('[data-testid="modal"]')`)

	maya.press(theThread)
	maya.until("the thread", `text('[data-testid="thread"]').includes('charged twice')`)
	maya.picks("Block…")
	maya.form(shots+"-5-block", "reason")
	maya.fill("reason", "insults")
	maya.submits()
	visitor.until("the end", `q('panel').innerText.includes("can't write here")||q('panel').innerText.includes('ended')`)
	maya.until("Undo", `[...document.querySelectorAll('[data-testid="button-handoff_undo"]')].some(e=>e.offsetParent)`)
	maya.shot(shots + "-6-undo")
	maya.press(`[data-testid="button-handoff_undo"]`)
	visitor.until("Maya again", `q('composer').offsetParent`)

	maya.press(`[data-testid="button-handoff_close"]`)
	maya.form(shots+"-7-close", "outcome", "recap", "tell", "note")
	maya.fill("recap", " The second charge is cancelled.")
	maya.js(`document.querySelector('[data-testid="field-tell"] input').click()`)
	maya.fill("note", "a test of the till")
	maya.form(shots + "-8-close-filled")
	maya.submits()
	visitor.reads("system: The second charge is cancelled.", "system: Maya has closed")
	maya.until("the close in the thread", `text('[data-testid="thread"]').includes('a test of the till')`)
	maya.shot(shots + "-9-thread")

	maya.js(`document.querySelector('[data-testid="thread-close"]').click()`)
	maya.home("Closed (1)", shots+"-10-home")
}

// home opens the Home, which has the text and fits the screen.
func (p *page) home(text, shot string) {
	p.Helper()
	p.js(`document.querySelector('[data-testid="back"]')?.click()`)
	p.press(`[data-testid="app-home"]`)
	p.until("the Home", fmt.Sprintf(`text('[data-testid="home"]').includes(%q)`, text))
	p.shot(shot)
	if got := p.js(`(()=>{const h=document.querySelector('[data-testid="home"]');return h.scrollWidth<=h.clientWidth&&document.documentElement.scrollWidth<=innerWidth})()`); got != true {
		p.Errorf("%s is wider than the screen", shot)
	}
}

// picks chooses an entry of the card's menu.
func (p *page) picks(label string) {
	p.Helper()
	p.press(`[data-testid="button-handoff_menu"]`)
	entry := fmt.Sprintf(`[...document.querySelectorAll('.menu button')].find(b=>b.innerText===%q)`, label)
	p.until(label, entry)
	p.js(entry + ".click()")
}

// form waits for a form with these fields, and says that it fits the screen.
func (p *page) form(shot string, fields ...string) {
	p.Helper()
	p.until("a form", `document.querySelector('[data-testid="modal"]')?.offsetParent`)
	for _, f := range fields {
		p.until("the field "+f, fmt.Sprintf(`document.querySelector('[data-testid="field-%s"]')?.offsetParent`, f))
	}
	p.until("a form at rest", "!document.getAnimations().length")
	p.shot(shot)
	if got := p.js(`(()=>{const d=document.querySelector('[data-testid="modal"]'),r=d.getBoundingClientRect(),b=d.querySelector('.dialog-body'),s=d.querySelector('[data-testid="modal-submit"]').getBoundingClientRect();
return [r.left>=0&&r.right<=innerWidth,r.top>=0&&r.bottom<=innerHeight,b.scrollWidth<=b.clientWidth,document.documentElement.scrollWidth<=innerWidth,s.bottom<=innerHeight,
[...d.querySelectorAll('.field')].every(f=>f.querySelector('label').innerText.trim()&&f.querySelector('[data-action]').getBoundingClientRect().right<=r.right)].join()})()`); got != "true,true,true,true,true,true" {
		p.Errorf("%s: wide, high, body, page, button, fields: %v", shot, got)
	}
}

// choose picks one entry of a list or of radio buttons, by its value.
func (p *page) choose(field, value string) {
	p.Helper()
	where := fmt.Sprintf(`[data-testid="field-%s"]`, field)
	p.until(where, fmt.Sprintf("document.querySelector(%q)", where))
	if p.js(fmt.Sprintf("!!document.querySelector(%q)", where+".picker")) == true {
		p.press(where + " button")
		p.press(fmt.Sprintf(`[data-testid="option-%s"]`, value))
		return
	}
	p.press(where + fmt.Sprintf(` input[value="%s"]`, value))
}

func (p *page) fill(field, text string) {
	p.Helper()
	p.enter(fmt.Sprintf(`[data-testid="field-%s"]`, field), text)
}

// submits sends the form, which closes.
func (p *page) submits() {
	p.Helper()
	p.press(`[data-testid="modal-submit"]`)
	p.until("the form's end", `!document.querySelector('[data-testid="modal"]')`)
}
