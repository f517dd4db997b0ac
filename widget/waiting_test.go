package widget_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// waits opens the chat of a visitor who waits for a person.
func waits(t *testing.T, s screen, since time.Duration) (*chatServer, *tab) {
	t.Helper()
	chat, b := begin(t, s)
	chat.say("state", object{"phase": "waiting", "at": time.Now().Add(-since).UTC().Format(time.RFC3339)})
	chat.notice("escalated", "I've asked the team.")
	b.until("q('banner').innerText.startsWith('Waiting for a person')")
	return chat, b
}

// UI 66, 69: her place and a range in words, no countdown; a place further back
// is explained; what is spoken changes at most every 30 seconds.
func TestThePlaceInLine(t *testing.T) {
	chat, b := waits(t, desktop, 0)
	chat.pass("queue", object{"position": 3, "wait": []int{2, 5}})
	b.until("q('banner').innerText.startsWith('3rd in line · usually 2–5 min') && all('.who p')[0].innerText === '3rd in line'")
	b.until("q('announcer').textContent === '3rd in line · usually 2–5 min'")
	b.js("(window.spoken=[], new MutationObserver(()=>spoken.push(q('announcer').textContent)).observe(q('announcer'),{childList:true,characterData:true,subtree:true}))")
	chat.pass("queue", object{"position": 2, "wait": []int{2, 5}})
	b.until("q('banner').innerText.startsWith('2nd in line · usually 2–5 min')")
	b.shot("desktop-18-in-line")
	chat.pass("queue", object{"position": 4, "wait": []int{2, 5}})
	b.until("q('banner').innerText.startsWith('4th in line · Someone who has waited longer has joined the line')")
	chat.pass("queue", object{"position": 1})
	b.until("q('banner').innerText.startsWith('Waiting for a person\\n') && !q('composer').disabled")
	if got := b.js("spoken.length"); got != float64(0) {
		t.Errorf("spoken within 30 seconds of the last: %v", b.js("spoken"))
	}
	b.click("cancel")
	waitFor(t, func() bool { return chat.called("/escalate/cancel") == 1 })
	b.clean()
}

// UI 70: when the range has passed she is told, and offered to leave an address;
// who has left one is only told.
func TestAWaitThatIsLonger(t *testing.T) {
	chat, b := waits(t, desktop, 5*time.Minute-5*time.Second)
	chat.pass("queue", object{"position": 2, "wait": []int{2, 5}})
	b.until("q('banner').innerText.includes('usually 2–5 min') && !q('contact')?.offsetParent")
	b.until("q('contact')?.offsetParent && q('contact')?.innerText.includes('This is taking longer than usual.') && !q('banner').innerText.includes('usually')")
	b.shot("desktop-19-longer")
	chat.pass("queue", object{"position": 2, "wait": []int{9, 20}}) // what is said stays said
	b.js("(all('[name=email]')[0].value='kari@example.com', all('.card .primary').find(e=>e.offsetParent).click())")
	waitFor(t, func() bool { return chat.called("/contact") == 1 })
	chat.notice("contact_taken", "Thank you.")
	b.until("!q('contact')?.offsetParent && q('late').offsetParent && q('late').innerText.includes('we have your address') && !q('email')")
	chat.say("state", object{"phase": "agent", "agent": object{"name": "Maya"}})
	b.until("!q('late').offsetParent && q('banner').hidden")
	b.clean()
}

// "Not now" puts the form aside, and the chip brings it back.
func TestTheContactFormCanBePutAside(t *testing.T) {
	chat, b := waits(t, phone, 0)
	chat.notice("ask_contact", "Everybody is still busy.")
	b.until("q('contact')?.offsetParent && !all('[data-handoff=chip]').some(e=>e.offsetParent&&e.innerText.includes('email'))")
	b.js("all('.quiet').find(e=>e.offsetParent&&e.innerText==='Not now').click()")
	b.until("!q('contact')?.offsetParent")
	b.js("all('[data-handoff=chip]').find(e=>e.innerText==='Leave your email instead').click()")
	b.until("q('contact')?.offsetParent")
	b.clean()
}

// A suggestion is the admin's own text, with its links; the form then takes a
// telephone number, too.
func TestASuggestionOffersACall(t *testing.T) {
	chat, b := begin(t, desktop)
	chat.say("state", object{"phase": "offline"})
	chat.say("message", object{"from": object{"role": "system"}, "notice": "suggest", "text": "Call us: +49 30 123456", "content": []object{
		{"type": "paragraph", "children": []object{text("Call us: "), {"type": "link", "url": "tel:+4930123456", "text": "+49 30 123456"}}},
	}})
	b.until("all('.system a')[0]?.href === 'tel:+4930123456' && !all('.system a')[0].target && log().endsWith('Call us: +49 30 123456')")
	b.until("q('contact')?.offsetParent && all('[name=phone]')[0].offsetParent && all('[name=email]')[0].offsetParent")
	b.js("all('.card .primary').find(e=>e.offsetParent).click()")
	b.until("q('contact')?.innerText.includes('Enter an email address or a phone number.')")
	b.js("(all('[name=phone]')[0].value='call me', all('.card .primary').find(e=>e.offsetParent).click())")
	b.until("q('contact')?.innerText.includes('Enter a phone number like') && root.activeElement.name === 'phone'")
	b.shot("desktop-20-call")
	b.js("(all('[name=phone]')[0].value='+49 30 99', all('.card .primary').find(e=>e.offsetParent).click())")
	waitFor(t, func() bool { return chat.called("/contact") == 1 })
	if got := chat.lastBody("/contact"); len(got) != 1 || got["phone"] != "+49 30 99" {
		t.Errorf("sent %v, want the number alone", got)
	}
	chat.notice("call_taken", "Thank you. The team will call you.")
	b.until("!q('contact')?.offsetParent && !q('code')?.offsetParent")
	b.clean()
}

// An address is confirmed by the code that was mailed; she may leave it.
func TestTheCodeOfAnAddress(t *testing.T) {
	chat, b := begin(t, desktop)
	chat.config["mail"] = true
	if err := chromedp.Do(b.ctx, chromedp.Reload()); err != nil {
		t.Fatal(err)
	}
	waitFor(t, chat.listening)
	chat.say("state", object{"phase": "offline"})
	chat.notice("away", "Nobody is here right now.")
	b.until("q('contact')?.offsetParent")
	b.js("(all('[name=email]')[0].value='kari@example.com', all('.card .primary').find(e=>e.offsetParent).click())")
	waitFor(t, func() bool { return chat.called("/contact") == 1 })
	chat.notice("contact_taken", "Thank you.")
	b.until("q('code')?.offsetParent && q('code')?.innerText.includes('We sent a code to kari@example.com.')")
	b.shot("desktop-21-code")
	b.js("(all('[name=code]')[0].value='12345', all('.card .primary').find(e=>e.offsetParent).click())")
	b.until("q('code')?.innerText.includes('Type the six digits') && root.activeElement.name === 'code'")
	chat.refuse("/verify", 422)
	b.js("(all('[name=code]')[0].value='123 457', all('.card .primary').find(e=>e.offsetParent).click())")
	b.until("q('code')?.innerText.includes('The code is not right.') && q('code')?.querySelector('[role=alert]').offsetParent")
	if got := chat.lastBody("/verify")["code"]; got != "123457" {
		t.Errorf("code: got %v, want 123457", got)
	}
	b.js("all('.quiet').find(e=>e.offsetParent&&e.innerText==='Change address').click()")
	b.until("q('contact')?.offsetParent && all('[name=email]')[0].value === 'kari@example.com'")
	b.js("all('.quiet').find(e=>e.offsetParent&&e.innerText==='Not now').click()")
	b.until("!q('contact')?.offsetParent")
	chat.notice("contact_verified", "Thank you, your address is confirmed.")
	b.until("log().endsWith('is confirmed.') && !q('code')?.offsetParent")
	b.clean()
}

// UI state 28: a blocked visitor is told so, keeps what she wrote, and reads on.
func TestABlockedVisitorReadsOn(t *testing.T) {
	chat, b := begin(t, desktop)
	chat.refuse("/messages", 403)
	b.js("q('composer').focus()")
	b.keys("let me in\r")
	b.until("q('banner').innerText === \"You can't write here for now; what was said so far stays readable.\" && !q('composer').offsetParent && log().includes('hello') && !q('retry')")
	b.shot("desktop-22-blocked")
	chat.say("state", object{"phase": "bot"})
	chat.say("state", object{"phase": "closed", "reason": "blocked"})
	chat.notice("blocked", "The team has ended this chat.")
	b.until("q('banner').innerText.includes(\"can't write here\") && log().endsWith('The team has ended this chat.') && !q('rating')?.offsetParent && !q('composer').offsetParent")
	chat.say("state", object{"phase": "agent", "agent": object{"name": "Maya"}}) // undone
	b.until("q('banner').hidden && q('composer').offsetParent && q('composer').value === 'let me in'")
	b.clean()
}
