package fakeslack_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

const opener = `[{"type":"actions","elements":[{"type":"button","action_id":"open","text":{"type":"plain_text","text":"Open"},"value":"1"}]}]`

// twins is a Home in which two buttons have one action id.
const twins = `{"type":"home","blocks":[
 {"type":"section","text":{"type":"mrkdwn","text":"*Ana*"},"accessory":{"type":"button","action_id":"claim","text":{"type":"plain_text","text":"Claim"},"value":"c1"}},
 {"type":"section","text":{"type":"mrkdwn","text":"*Ben*"},"accessory":{"type":"button","action_id":"claim","text":{"type":"plain_text","text":"Claim"},"value":"c2"}}]}`

// used waits for the newest interaction after seen deliveries and reads it.
func used(t *testing.T, s *fakeslack.Server, seen int) slack.InteractionCallback {
	t.Helper()
	wait(t, s, func(st *fakeslack.State) bool {
		d := st.Deliveries()
		return len(d) > seen && d[len(d)-1].Acked
	})
	d := s.Deliveries()
	var cb slack.InteractionCallback
	if err := json.Unmarshal(d[len(d)-1].Payload, &cb); err != nil {
		t.Fatal(err)
	}
	return cb
}

func (b *browser) value(testid string) string {
	b.Helper()
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector('`+id(testid)+`').value`))
	if err != nil {
		b.Fatalf("value of %s: %v", testid, err)
	}
	return got
}

func (b *browser) until(what, expression string) {
	b.Helper()
	b.do(what, chromedp.Poll[chromedp.Void](expression))
}

// choose picks an option of a list.
func (b *browser) choose(field, option string) {
	b.Helper()
	b.do("open "+field, chromedp.Click(id("field-"+field)+" button"))
	b.click("option-" + option)
}

// TestStaffPageForms goes through a form with every input: what was typed stays
// when the app draws the view again, an input with a new block id starts anew, a
// view pushed on top goes back, and what is missing is said below its field.
func TestStaffPageForms(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	listen(t, s, func(socketmode.Event) (any, bool) { return nil, true })
	call(t, s, "chat.postMessage", map[string]string{"channel": support, "text": "open", "blocks": opener})
	b := browse(t, s.URL()+"/", 1280, 800)
	seen := func() int { return len(s.Deliveries()) }

	n := seen()
	b.click("button-open")
	call(t, s, "views.open", map[string]string{"trigger_id": used(t, s, n).TriggerID, "view": everyInput})
	b.see("modal")
	b.sound("form", 9)
	b.write("field-text", " Ana")
	b.write("field-query", "abc")

	n = seen()
	b.click("button-draft")
	cb := used(t, s, n)
	if got := cb.View.State.Values["i1"]["text"].Value; got != "Hello Ana" {
		t.Errorf("what the field holds when a button beside it is pressed: got %q, want %q", got, "Hello Ana")
	}
	drafted := strings.Replace(strings.Replace(everyInput, `"block_id":"i1"`, `"block_id":"i1b"`, 1), `"initial_value":"Hello"`, `"initial_value":"Drafted"`, 1)
	call(t, s, "views.update", map[string]string{"view_id": cb.View.ID, "view": drafted})
	b.until("the draft", `document.querySelector('[data-testid="field-text"]').value === "Drafted"`)
	if got := b.value("field-query"); got != "abc" {
		t.Errorf("what was typed elsewhere: got %q, want %q", got, "abc")
	}
	again := strings.Replace(drafted, `"Drafted"`, `"Not this"`, 1)
	call(t, s, "views.update", map[string]string{"view_id": cb.View.ID, "view": strings.Replace(again, "Every input", "Once more", 1)})
	b.until("the view again", `document.querySelector('[data-testid="modal"] h2').textContent === "Once more"`)
	if got := b.value("field-text"); got != "Drafted" {
		t.Errorf("an input that keeps its ids keeps its value: got %q, want %q", got, "Drafted")
	}

	pushes(b, s)
	submits(b, s)
}

// pushes chooses from a list that dispatches, and goes to a view on top and back.
func pushes(b *browser, s *fakeslack.Server) {
	t := b.T
	n := len(s.Deliveries())
	b.choose("canned", "late")
	cb := used(t, s, n)
	if a := cb.ActionCallback.BlockActions[0]; a.BlockID != "i3" || a.SelectedOption.Value != "late" {
		t.Errorf("a list that dispatches: got %s %q", a.BlockID, a.SelectedOption.Value)
	}
	call(t, s, "views.push", map[string]string{"trigger_id": cb.TriggerID, "view": `{"type":"modal","title":{"type":"plain_text","text":"On top"},"blocks":[{"type":"section","text":{"type":"plain_text","text":"Second"}}]}`})
	b.see("modal-back")
	b.shot("pushed")
	b.click("modal-back")
	b.until("the view below", `document.querySelector('[data-testid="modal"] h2').textContent === "Once more"`)
	if got := b.value("field-canned"); got != "late" {
		t.Errorf("the choice below: got %q, want late", got)
	}
}

// submits sends the form, first with gaps.
func submits(b *browser, s *fakeslack.Server) {
	t := b.T
	b.click("modal-submit")
	b.until("what is missing", `document.querySelectorAll(".field.wrong").length === 2`)
	b.shot("form-problems")
	b.choose("who", sam)
	b.do("choose how", chromedp.Click(`[data-testid="field-how"] input[value="private"]`))
	n := len(s.Deliveries())
	b.click("modal-submit")
	b.gone("modal")
	got := used(t, s, n).View.State.Values
	if who, how, tags := got["i4"]["who"].SelectedUser, got["i6"]["how"].SelectedOption.Value, got["i5"]["tags"].SelectedOptions; who != sam || how != "private" || len(tags) != 1 {
		t.Errorf("submitted: got %s, %s, %v", who, how, tags)
	}
}

// TestStaffPageTwins presses the second of two buttons that have one action id.
func TestStaffPageTwins(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	listen(t, s, func(socketmode.Event) (any, bool) { return nil, true })
	call(t, s, "views.publish", map[string]string{"user_id": maya, "view": twins})
	b := browse(t, s.URL()+"/", 1280, 800)
	b.click("app-home")
	b.see("button-claim")
	n := len(s.Deliveries())
	b.do("claim the second", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelectorAll('%s')[1].click()`, id("button-claim"))))
	if cb := used(t, s, n); cb.ActionCallback.BlockActions[0].Value != "c2" {
		t.Errorf("the second of two buttons with one action id: got the value %q, want c2", cb.ActionCallback.BlockActions[0].Value)
	}
}

// TestStaffPageByKeyboard opens a list and a menu, chooses and closes, all by keys.
func TestStaffPageByKeyboard(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	listen(t, s, func(socketmode.Event) (any, bool) { return nil, true })
	call(t, s, "chat.postMessage", map[string]string{"channel": support, "text": "all", "blocks": everything})
	b := browse(t, s.URL()+"/", 1280, 800)
	n := len(s.Deliveries())
	b.do("reach the list", chromedp.Focus(id("field-s1")+" button"), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(id("option-refund")), chromedp.KeyEvent(kb.Enter))
	if a := used(t, s, n).ActionCallback.BlockActions[0]; a.SelectedOption.Value != "refund" {
		t.Errorf("chosen by key: got %q", a.SelectedOption.Value)
	}
	n = len(s.Deliveries())
	b.do("reach the menu", chromedp.Focus(id("button-over")), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(id("option-transcript")), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
	if a := used(t, s, n).ActionCallback.BlockActions[0]; a.SelectedOption.Value != "transcript" {
		t.Errorf("chosen in the menu by key: got %q", a.SelectedOption.Value)
	}
	b.do("close a menu", chromedp.Focus(id("button-over")), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(".menu"), chromedp.KeyEvent(kb.Escape), chromedp.WaitNotPresent(".menu"))
	n = len(s.Deliveries())
	b.do("ask before", chromedp.Focus(id("button-b2")), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(id("confirm")), chromedp.KeyEvent(kb.Escape), chromedp.WaitNotPresent(id("confirm")),
		chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(id("confirm")), chromedp.KeyEvent(kb.Enter))
	if a := used(t, s, n).ActionCallback.BlockActions[0]; a.ActionID != "b2" {
		t.Errorf("confirmed by key: got %q", a.ActionID)
	}
}
