package widget_test

import (
	"strings"
	"testing"
	"time"
)

var screens = map[string]screen{
	"desktop":      desktop,
	"desktop-dark": {width: 1100, height: 820, dark: true},
	"phone":        phone,
	"phone-dark":   {width: 390, height: 844, dark: true},
}

// TestStory walks one visitor from the first question to the rating, on each
// kind of screen, under a strict policy.
func TestStory(t *testing.T) {
	for name, s := range screens {
		t.Run(name, func(t *testing.T) { story(t, name, s) })
	}
}

func story(t *testing.T, name string, s screen) {
	chat := newChatServer(t)
	b := open(t, s, site(t, chat.URL, ""))
	b.until("q('launcher')")
	b.shot(name + "-0-launcher")
	b.click("launcher")
	b.until("q('panel')?.open && root.activeElement===q('composer')")
	b.until("log().includes('AI assistant')")
	b.shot(name + "-1-first-run")

	asksTheBot(t, name, chat, b)
	asksForAPerson(t, name, chat, b)
	talksToMaya(t, name, chat, b)
	rates(t, name, chat, b)
	b.clean()
}

func asksTheBot(t *testing.T, name string, chat *chatServer, b *tab) {
	t.Helper()
	b.write("How long does delivery to Norway take?")
	b.until("log().includes('Norway')")
	b.until("all('.dots').some(e=>e.offsetParent)")
	b.shot(name + "-2-thinking")
	chat.pass("draft", object{"turn": "t1", "content": answerTree()[:1]})
	b.until("log().includes('three working days') && q('stop')?.offsetParent")
	b.shot(name + "-3-streaming")
	chat.bot("Parcels to Norway take three working days.", object{"content": answerTree(), "sources": []object{
		{"title": "Delivery times", "url": "https://example.com/help/delivery"}, {"title": "Customs in Norway", "path": "docs/customs.md"},
	}})
	b.until("all('.source').length===2 && !q('stop')?.offsetParent")
	b.js("q('log').scrollTo(0, 99999)")
	b.shot(name + "-4-sources")
}

func asksForAPerson(t *testing.T, name string, chat *chatServer, b *tab) {
	t.Helper()
	b.write("I was charged twice")
	b.until("log().includes('charged twice')")
	chat.bot("I can't look into payments. Shall I bring in a person?", object{"offer": true})
	b.until("all('[data-handoff=log] [data-handoff=human]').length===1 && all('[data-handoff=log] [data-handoff=chip]').some(e=>e.innerText==='Keep trying'&&e.offsetParent)")
	b.shot(name + "-5-offer")
	b.js("q('human').click()")
	b.until(`q('composer').placeholder !== ''`)
	waitFor(t, func() bool { return chat.called("/escalate") == 1 })
	chat.say("state", object{"phase": "waiting", "reason": "asked"})
	chat.system("I've asked the team. You're 2nd in line, usually 2–5 minutes. You can close this; we'll keep your place.")
	chat.pass("queue", object{"position": 2, "wait": []int{2, 5}})
	b.until("q('banner').innerText.includes('2nd in line')")
	b.shot(name + "-6-waiting")
}

func talksToMaya(t *testing.T, name string, chat *chatServer, b *tab) {
	t.Helper()
	chat.say("state", object{"phase": "agent", "agent": object{"name": "Maya Berg"}})
	chat.system("You're now chatting with Maya.")
	chat.agent("Hi, Maya here. I see the second charge, it came from our side.")
	chat.agent("I have sent the money back just now. It takes two days to arrive.")
	b.until("log().includes('two days') && all('.who h2')[0].innerText==='Maya Berg'")
	b.write("That was quick, thank you")
	b.until("all('.note').some(e=>e.innerText==='Sent'&&e.offsetParent)")
	chat.pass("typing", object{"from": object{"role": "agent", "name": "Maya"}, "expires_in_ms": 6000})
	b.until("all('.still').some(e=>e.innerText==='Maya is typing'&&e.offsetParent)")
	b.shot(name + "-7-claimed")

	chat.refuse("/messages", 500)
	b.write("One more thing")
	b.until("all('[data-handoff=retry]').length===1")
	b.shot(name + "-8-failed")
	b.js("q('retry').click()")
	b.until("all('[data-handoff=retry]').length===0 && log().split('One more thing').length===2")
}

func rates(t *testing.T, name string, chat *chatServer, b *tab) {
	t.Helper()
	chat.say("state", object{"phase": "closed", "reason": "agent"})
	chat.system("Maya has closed this chat.")
	b.until("q('rating')?.offsetParent")
	b.js("all('[name=score]')[3].click()")
	b.shot(name + "-9-closed")
	b.js("all('.card .primary').find(e=>e.offsetParent).click()")
	b.until("q('rating')?.innerText.includes('Thank you')")
	if got := chat.lastBody("/rating")["score"]; got != float64(4) {
		t.Errorf("score: got %v, want 4", got)
	}
}

func TestOfflineAsksForContact(t *testing.T) {
	for name, s := range screens {
		t.Run(name, func(t *testing.T) {
			chat := newChatServer(t)
			b := open(t, s, site(t, chat.URL, ""))
			b.click("launcher")
			b.write("Can I change the address of order 1182?")
			b.until("log().includes('1182')")
			chat.say("state", object{"phase": "offline", "next_open": time.Now().Add(40 * time.Hour).Format(time.RFC3339), "contact": true})
			chat.notice("away", "Nobody is here right now.")
			b.until("q('contact')?.offsetParent && !all('[name=message]')[0].offsetParent && !all('[name=phone]')[0].offsetParent")
			b.shot(name + "-10-offline")
			b.js("(all('[name=email]')[0].value='not an address', all('.card .primary').find(e=>e.offsetParent).click())")
			b.until("all('[aria-invalid=true]').length===1 && root.activeElement.name==='email'")
			b.js("(all('[name=email]')[0].value='kari@example.com', all('.card .primary').find(e=>e.offsetParent).click())")
			waitFor(t, func() bool { return chat.called("/contact") == 1 })
			if got := chat.lastBody("/contact"); len(got) != 1 || got["email"] != "kari@example.com" {
				t.Errorf("sent %v, want the address alone", got)
			}
			chat.notice("contact_taken", "Thank you. The team will answer there. Your reference is H-4F2K.")
			b.until("!q('contact')?.offsetParent && log().endsWith('Your reference is H-4F2K.')")
			b.shot(name + "-11-contact-done")
			b.clean()
		})
	}
}

func TestRichAnswer(t *testing.T) {
	for _, name := range []string{"desktop", "phone-dark"} {
		t.Run(name, func(t *testing.T) {
			chat := newChatServer(t)
			b := open(t, screens[name], site(t, chat.URL, `data-accent="#f2c200"`))
			b.click("launcher")
			b.write("Show me everything")
			b.until("log().includes('everything')")
			chat.bot("all", object{"content": richTree()})
			b.until("all('pre').length===1")
			b.shot(name + "-12-rich")
			b.clean()
		})
	}
}

func waitFor(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it never came true")
		}
	}
}

func text(words string) object { return object{"type": "text", "text": words} }

func answerTree() []object {
	return []object{
		{"type": "paragraph", "children": []object{text("Parcels to Norway take "), {"type": "text", "text": "three working days", "bold": true}, text(" from our store in Malmö.")}},
		{"type": "list", "ordered": false, "items": [][]object{
			paragraph("Order before 14:00 and it leaves the same day."), paragraph("Customs is paid by us; nothing is due at the door."),
		}},
		{"type": "paragraph", "children": []object{text("You can follow it under "), {"type": "link", "url": "https://example.com/orders", "text": "your orders"}, text(".")}},
	}
}

func richTree() []object {
	return []object{
		{"type": "paragraph", "children": []object{text("Some "), {"type": "text", "text": "bold", "bold": true}, text(", "), {"type": "text", "text": "italic", "italic": true},
			text(", "), {"type": "text", "text": "code", "code": true}, text(" and "), {"type": "text", "text": "struck", "strike": true}, text(".")}},
		{"type": "quote", "children": paragraph("Quoted words of somebody.")},
		{"type": "list", "ordered": true, "start": 3, "items": [][]object{paragraph("third"), paragraph("fourth")}},
		{"type": "code", "lang": "sh", "text": "curl -sS https://chat.example.com/v1/openapi.json | jq '.paths | keys' # " + strings.Repeat("long ", 12)},
		{"type": "paragraph", "children": []object{text("Careful: "), {"type": "link", "url": "https://evil.example/login", "text": "https://bank.example.com"}, text(" and "),
			{"type": "link", "url": "javascript:alert(1)", "text": "a dead one"}, text(".")}},
		{"type": "table", "text": "an unknown block"},
	}
}
