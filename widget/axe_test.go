package widget_test

import (
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestAxe runs axe-core over the states of the chat. It needs the development
// packages: npm ci in widget.
func TestAxe(t *testing.T) {
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("axe-core is not installed")
	}
	for _, name := range []string{"desktop", "phone-dark"} {
		t.Run(name, func(t *testing.T) {
			chat := newChatServer(t)
			chat.config["mail"] = true
			b := open(t, screens[name], site(t, chat.URL, ""))
			if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[any](string(axe)+";0")); err != nil {
				t.Fatal(err)
			}
			b.until("q('launcher')")
			b.axe("launcher")
			for _, state := range axeStates(chat, b) {
				state.reach()
				b.until(state.shows)
				b.axe(state.name)
			}
		})
	}
}

type axeState struct {
	name  string
	reach func()
	shows string
}

func axeStates(chat *chatServer, b *tab) []axeState {
	return []axeState{
		{"first run", func() { b.click("launcher") }, "q('panel')?.open"},
		{"menu", func() { b.click("menu") }, "q('human')"},
		{"streaming", func() {
			b.keys("\u001b")
			b.write("hello")
			waitFor(b.T, chat.listening)
			chat.pass("draft", object{"turn": "t1", "content": answerTree()[:1]})
		}, "q('stop')?.offsetParent"},
		{"offer", func() {
			chat.bot("x", object{"content": richTree(), "sources": []object{{"title": "A", "url": "https://a.example"}}})
			chat.bot("offer", object{"offer": true})
		}, "all('pre').length === 1"},
		{"waiting", func() {
			chat.say("state", object{"phase": "waiting"})
			chat.pass("queue", object{"position": 2, "wait": []int{2, 5}})
		}, "!q('banner').hidden"},
		{"longer", func() {
			chat.say("state", object{"phase": "waiting", "at": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)})
			chat.pass("queue", object{"position": 2, "wait": []int{2, 5}})
		}, "q('contact')?.offsetParent"},
		{"code", func() { chat.notice("contact_taken", "Thank you.") }, "q('code')?.offsetParent"},
		{"failed", func() {
			chat.say("state", object{"phase": "agent", "agent": object{"name": "Maya"}})
			chat.agent("hi")
			chat.refuse("/messages", 500)
			b.js("q('composer').focus()")
			b.keys("x\r")
		}, "q('retry')"},
		{"suggest", func() {
			chat.say("state", object{"phase": "offline"})
			chat.notice("suggest", "Call us.")
		}, "all('[name=phone]')[0].offsetParent"},
		{"blocked", func() { chat.say("state", object{"phase": "closed", "reason": "blocked"}) }, "!q('banner').hidden"},
		{"closed", func() { chat.say("state", object{"phase": "closed"}) }, "q('rating')?.offsetParent"},
	}
}

// axe fails the test for each rule that is broken now.
func (b *tab) axe(state string) {
	b.Helper()
	b.js(`(window.found=null, axe.run({include:[['handoff-widget']]}).then(r=>{window.rules=r.passes.length;` +
		`window.found=r.violations.map(v=>v.id+': '+v.nodes.map(n=>n.target.join(' ')).join(', '))}))`)
	b.until("window.found")
	if found := b.js("window.found.join('; ')"); found != "" {
		b.Errorf("%s: %v", state, found)
	}
	if rules, _ := b.js("window.rules").(float64); rules < 5 {
		b.Errorf("%s: axe applied %v rules, too few to mean anything", state, rules)
	}
}
