package widget_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

func TestEditsAndRemovalsFollow(t *testing.T) {
	chat, b := begin(t, desktop)
	chat.say("state", object{"phase": "agent", "agent": object{"name": "Maya"}})
	typo, secret := chat.agent("Helo"), chat.agent("The password is hunter2")
	b.until("log().includes('hunter2')")
	chat.say("edited", object{"of": typo, "text": "Hello", "content": paragraph("Hello")})
	chat.say("retracted", object{"of": secret})
	b.until("log().endsWith('Hello|Message removed') && all('.note').some(e=>e.innerText==='Edited')")
	b.shot("desktop-15-edited")
	if b.js("root.textContent.includes('hunter2') || q('announcer').textContent.includes('hunter2')") == true {
		t.Error("the removed words are still on the page")
	}
}

// A line that was taken back before she saw it leaves no trace: not in the log,
// the badge, the announcer or the storage, and none after a reload.
func TestALineTakenBackUnseenLeavesNoTrace(t *testing.T) {
	chat, b := begin(t, desktop)
	chat.say("state", object{"phase": "agent", "agent": object{"name": "Maya"}})
	b.click("close")
	b.until("!q('panel').open")
	chat.agent("Hi there")
	wrong := chat.agent("internal: hunter2")
	b.until("all('.badge')[0].innerText === '2'")
	chat.say("retracted", object{"of": wrong, "unseen": true})
	chat.agent("How can I help?")
	b.until("all('.badge')[0].innerText === '2' && Handoff.state().unread === 2")
	b.click("launcher")
	b.until("log().endsWith('hello|Hi there|How can I help?')")
	const trace = "(root.textContent+JSON.stringify({...localStorage})+JSON.stringify({...sessionStorage})).match(/hunter2|removed/)"
	b.until(trace + " === null") // the storage and the announcer follow within a moment
	chat.blank(wrong)
	if err := chromedp.Do(b.ctx, chromedp.Reload()); err != nil {
		t.Fatal(err)
	}
	b.until("log().endsWith('hello|Hi there|How can I help?') && all('.row.agent').filter(e=>e.offsetParent).length === 2")
	if got := b.js(trace); got != nil {
		t.Errorf("a trace is left after a reload: %v", got)
	}
	b.clean()
}
