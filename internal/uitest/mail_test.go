package uitest

import (
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/internal/fakesmtp"
	"github.com/handoff-bot/handoff/internal/handofftest"
)

// letter is the nth mail so far.
func (r *rig) letter(n int) fakesmtp.Letter {
	r.Helper()
	l, err := r.house.Mail.Wait(n, handofftest.Patience)[n-1].Letter()
	if err != nil {
		r.Fatal(err)
	}
	return l
}

// "Email me this chat" stands in the menu once an address is confirmed; what comes
// of it is said where she looks, and read out.
func TestTheChatIsMailed(t *testing.T) {
	r := start(t, setup{house: handofftest.Options{Mail: true}})
	v := r.visit(desktop)
	v.open()
	v.say("where is my parcel")
	v.reads("visitor: where is my parcel", "bot: two working days")
	v.press("menu")
	v.until("q('transcript') && !q('mail-chat')")
	v.press("human")
	v.until("q('cancel')?.offsetParent")
	v.press("menu")
	v.press("leave-email")
	v.until("q('contact')?.querySelector('[name=email]')?.offsetParent")
	v.js("(q('contact').querySelector('[name=email]').value='anna@mail.example',q('contact').requestSubmit())")
	v.until("q('code')?.offsetParent")
	v.press("menu")
	v.until("q('transcript') && !q('mail-chat')")
	v.press("menu")
	digits, _, _ := strings.Cut(r.letter(1).Subject, " ")
	v.js("(q('code').querySelector('[name=code]').value='" + digits + "',q('code').requestSubmit())")
	v.until("!q('code')?.offsetParent")
	v.press("menu")
	v.until("q('mail-chat')?.innerText === 'Email me this chat'")
	v.press("mail-chat")
	const notice = "root.getElementById('notice')"
	v.until(notice + ".offsetParent && " + notice + ".innerText === 'Sent to a…@mail.example.' && " + notice + ".role === 'status'")
	if l := r.letter(2); !strings.Contains(l.Subject, "Your chat with Sample shop") || !strings.Contains(l.Text, "where is my parcel") {
		t.Errorf("the mail: %s\n%s", l.Subject, l.Text)
	}
	v.press("menu")
	v.press("mail-chat")
	v.until(notice + ".innerText.startsWith('This chat was mailed already')")
}
