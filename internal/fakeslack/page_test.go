package fakeslack_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/handoff-bot/handoff/internal/browsertest"
	"github.com/handoff-bot/handoff/internal/fakeslack"
)

var shots = flag.String("shots", "", "folder for screenshots of the staff page; none are taken when empty")

// browser is one tab that looks at the staff page.
type browser struct {
	*testing.T
	ctx context.Context
}

func browse(t *testing.T, url string, width, height int64) *browser {
	t.Helper()
	var options []chromedp.ExecAllocatorOption
	if width >= 500 {
		options = append(options, browsertest.Mouse())
	}
	b := &browser{T: t, ctx: browsertest.Start(t, options...)}
	view := chromedp.EmulateViewport(width, height)
	if width < 500 {
		view = chromedp.EmulateViewport(width, height, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.do("open the page", view, chromedp.Navigate(url), chromedp.WaitReady("#sidebar .entry"))
	return b
}

func (b *browser) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 15*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.shot("failed")
		b.Fatalf("%s: %v", what, err)
	}
}

func id(testid string) string { return `[data-testid="` + testid + `"]` }

// click clicks, again when the page was drawn anew between finding and clicking.
func (b *browser) click(testid string) {
	b.Helper()
	for try := 0; ; try++ {
		ctx, cancel := context.WithTimeout(b.ctx, 15*time.Second)
		err := chromedp.Do(ctx, chromedp.Click(id(testid)))
		cancel()
		if err == nil {
			return
		}
		if try == 3 || !strings.Contains(err.Error(), "Could not find node") {
			b.Fatalf("click %s: %v", testid, err)
		}
	}
}

func (b *browser) see(testid string) {
	b.Helper()
	b.do("see "+testid, chromedp.WaitVisible(id(testid)))
}

func (b *browser) gone(testid string) {
	b.Helper()
	b.do("no longer see "+testid, chromedp.WaitNotPresent(id(testid)))
}

func (b *browser) write(testid, text string) {
	b.Helper()
	b.do("write into "+testid, chromedp.SendKeys(id(testid), text))
}

func (b *browser) text(testid string) string {
	b.Helper()
	out, err := chromedp.Run(b.ctx, chromedp.Text(id(testid)))
	if err != nil {
		b.Fatalf("read %s: %v", testid, err)
	}
	return out
}

func (b *browser) shot(name string) {
	b.Helper()
	if *shots == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o600)
	}
	if err != nil {
		b.Errorf("screenshot %s: %v", name, err)
	}
}

func TestStaffPage(t *testing.T) {
	s, root := scene(t)
	b := browse(t, s.URL()+"/", 1280, 800)
	b.see("message-" + root)
	b.shot("channel")

	b.click("button-assign")
	b.see("modal")
	b.click("modal-submit")
	b.do("see the problem", chromedp.WaitVisible(".field.wrong .problem"))
	b.shot("modal")
	b.choose("who", sam)
	b.click("modal-submit")
	b.gone("modal")

	b.click("button-claim")
	wait(t, s, func(st *fakeslack.State) bool { return len(st.Ephemerals(maya)) == 1 })
	b.see("dismiss-" + s.Ephemerals(maya)[0].TS)

	b.click("thread-" + root)
	b.see("thread-composer")
	b.write("thread-composer", "/handoff off\r")
	b.see("thread-composer-problem")
	if got := b.text("thread-composer-problem"); !strings.Contains(got, "do not work in threads") {
		t.Errorf("slash in a thread: got %q", got)
	}
	b.shot("thread")
	b.write("thread-composer", strings.Repeat(kb.Backspace, 20)+"Done :tada:\r")
	wait(t, s, func(st *fakeslack.State) bool { return len(st.Thread(support, root)) == 5 })
	last := s.Thread(support, root)[4]
	if last.User != maya || last.Text != "Done :tada:" {
		t.Errorf("reply: got %s %q", last.User, last.Text)
	}
	b.click("app-home")
	b.see("button-home_open")
	b.shot("home")
	b.click("channel-" + billing)
	b.do("see an empty channel", chromedp.WaitVisible(".start"))
	b.shot("empty")
}

func TestStaffPageMessageMenu(t *testing.T) {
	s, _ := scene(t)
	b := browse(t, s.URL()+"/", 1280, 800)
	b.write("composer", "first words\r")
	wait(t, s, func(st *fakeslack.State) bool { h := st.History(support); return h[len(h)-1].Text == "first words" })
	h := s.History(support)
	ts := h[len(h)-1].TS
	hover := chromedp.Evaluate[chromedp.Void](`document.querySelector('[data-testid="message-` + ts + `"] button').focus()`)
	b.do("reach the tools", chromedp.WaitReady(id("more-"+ts)), hover)
	b.shot("tools")
	b.click("more-" + ts)
	b.see("shortcut-handoff_note")
	b.shot("menu")
	b.click("shortcut-handoff_note")
	wait(t, s, func(st *fakeslack.State) bool {
		d := st.Deliveries()
		return d[len(d)-1].Type == "message_action" && d[len(d)-1].Acked
	})
	b.do("reach the tools again", hover)
	b.click("more-" + ts)
	b.click("edit-" + ts)
	b.write("edit-field", " and more\r")
	wait(t, s, func(st *fakeslack.State) bool {
		m, _ := st.Message(support, ts)
		return m.Text == "first words and more"
	})
	b.do("reach the tools once more", chromedp.WaitVisible(id("message-"+ts)+" .edited"), hover)
	b.click("more-" + ts)
	b.click("delete-" + ts)
	wait(t, s, func(st *fakeslack.State) bool { _, there := st.Message(support, ts); return !there })
	b.do("act as Priya", chromedp.SetValue(id("act-as"), priya), chromedp.Evaluate[chromedp.Void](`document.querySelector('[data-testid="act-as"]').dispatchEvent(new Event("change"))`))
	b.write("composer", "/handoff status\r")
	wait(t, s, func(st *fakeslack.State) bool { d := st.Deliveries(); return d[len(d)-1].Kind == "slash_commands" })
}

func TestStaffPageOnPhone(t *testing.T) {
	s, root := scene(t)
	b := browse(t, s.URL()+"/", 390, 844)
	b.see("message-" + root)
	b.shot("phone-channel")
	b.click("back")
	b.see("act-as")
	b.shot("phone-list")
	b.click("channel-" + support)
	b.click("thread-" + root)
	b.see("thread-composer")
	b.shot("phone-thread")
	wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth`))
	if err != nil || wide {
		t.Errorf("the page is wider than the phone: %v %v", wide, err)
	}
	b.click("thread-back")
	b.click("button-assign")
	b.see("modal")
	b.shot("phone-modal")
	b.click("modal-x")
	b.gone("modal")
	b.click("back")
	b.click("app-home")
	b.see("button-home_open")
	b.shot("phone-home")
}
