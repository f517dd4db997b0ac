package uitest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/handoff-bot/handoff/internal/handofftest"
)

// The link of the menu shows the chat in another browser, once; the menu has no
// entry for it where the server has no public address.
func TestTheChatGoesOnOnAnotherDevice(t *testing.T) {
	r := start(t, setup{house: handofftest.Options{Mail: true}}) // with an address of its own
	v := r.visit(desktop)
	v.open()
	v.say("where is my parcel")
	v.reads("visitor: where is my parcel", "bot: two working days")
	v.press("menu")
	v.press("other-device")
	v.until("q('link-card')?.innerText.includes('It works once, for 10 minutes.') && root.activeElement === q('link')")
	v.until("q('link-card').querySelector('svg.qr')?.getBoundingClientRect().width > 150 && q('link-card').querySelector('svg.qr').ariaLabel")
	v.shot("link")
	link := value[string](v, "q('link').value")
	if !strings.HasPrefix(link, r.house.URL+"/resume?locale=en#") {
		t.Fatalf("the link: got %s, want one to %s/resume?locale=en#…", link, r.house.URL)
	}
	v.js("(navigator.clipboard.writeText=t=>{window.copied=t;return Promise.resolve()},q('link-card').querySelector('.primary').click())")
	v.until("window.copied === q('link').value && q('link-card').querySelector('.primary').innerText === 'Copied'")

	other := r.stranger(desktop)
	other.do(chromedp.Navigate(link))
	other.until("document.getElementById('go')?.offsetParent")
	other.js("void document.getElementById('go').click()")
	other.reads("visitor: where is my parcel", "bot: two working days")
	other.say("and here I am")
	v.reads("visitor: where is my parcel", "visitor: and here I am")
	v.js("void q('link-card').querySelector('.quiet').click()")
	v.until("!q('link-card') && root.activeElement === q('composer')")

	p := r.stranger(phone)
	p.open()
	p.say("hello")
	p.reads("visitor: hello", "bot: ")
	p.press("menu")
	p.press("other-device")
	p.until("q('link-card') && !q('link-card').querySelector('svg.qr')")
	p.shot("phone")
	v.clean()
	p.clean()
}

func TestWithoutAnAddressThereIsNoLink(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.open()
	v.say("hello")
	v.reads("visitor: hello", "bot: ")
	v.press("menu")
	v.until("q('transcript') && !q('other-device')")
	v.clean()
}

// "End chat and clear" asks first; then nothing of her is left, in no tab and on
// no other device, and the chat begins anew.
func TestEndAndClearTakesEverythingFromEveryTab(t *testing.T) {
	r := start(t, setup{})
	v, other := r.visit(desktop), r.visit(desktop)
	for _, tab := range []*tab{v, other} {
		tab.open()
	}
	v.say("a secret")
	v.reads("visitor: a secret", "bot: ")
	other.reads("visitor: a secret", "bot: ")
	token := v.js("storage().token")
	v.press("menu")
	v.press("end-and-clear")
	v.until("q('clear-card')?.innerText.includes('leaves all your devices') && root.activeElement.innerText === 'Cancel'")
	v.shot("asks")
	v.keys("\r")
	v.until("!q('clear-card') && log().length > 1 && root.activeElement === q('composer')")
	v.press("menu")
	v.press("end-and-clear")
	v.until("q('clear-card')")
	r.wire.fail("DELETE /v1/visitor", http.StatusBadGateway, 1)
	v.js("void q('clear-card').querySelector('.primary').click()")
	v.until("q('clear-card').innerText.includes(\"That didn't work\")")
	v.js("void q('clear-card').querySelector('.primary').click()")
	v.until("!q('clear-card') && log().every(l => !l.text.includes('secret')) && q('panel').open")
	other.until("!root.querySelector('dialog').textContent.includes('secret')")
	v.until("localStorage.length === 0")
	if got := r.status(token); got != http.StatusUnauthorized {
		t.Errorf("the session afterwards: got %d, want 401", got)
	}
	v.say("somebody new")
	v.reads("visitor: somebody new", "bot: ")
	v.clean()
	other.clean()
}
