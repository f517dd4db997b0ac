package uitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/llm/llmtest"
)

// shipping is a question that the sample knowledge answers.
const shipping = "How long does shipping take?"

// sentences is an answer of n sentences.
func sentences(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Parcel number %d takes two working days to arrive. ", i+1)
	}
	return strings.TrimSpace(b.String())
}

// draft is the answer that is being written, as the visitor sees it.
const draft = "(all('[data-role=draft] .text').find(e => e.getClientRects().length)?.innerText ?? '')"

// dots says that the assistant is seen thinking.
const dots = "all('[data-role=draft] .dots').some(e => e.getClientRects().length)"

func TestUI045_AnAnswerGrowsAndEndsAsItsMessage(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	v.js(`void (window.texts = new Set(), new MutationObserver(() => { const now = ` + draft + `; if (now) texts.add(now) })
.observe(root, {subtree: true, childList: true, characterData: true, attributes: true}))`)
	drafts := 0
	r.wire.events(func(e event) []event {
		if e.Kind == "draft" {
			if drafts++; drafts == 3 {
				return nil // a lost snapshot costs nothing
			}
		}
		return []event{e}
	})
	r.streams(sentences(10), 12*time.Millisecond)
	v.say(shipping)
	v.reads("visitor: How long", "bot: number 10 takes")
	if got := value[int](v, "texts.size"); got < 3 {
		t.Errorf("texts on the way: got %d, want at least 3", got)
	}
	if got := v.js("log().at(-1).text"); got != sentences(10) {
		t.Errorf("final text: got %v", got)
	}
	v.until(draft + " === ''")
	v.clean()
}

// paragraph is a tree of one paragraph.
func paragraph(text string) []any {
	return []any{map[string]any{"type": "paragraph", "children": []any{map[string]any{"type": "text", "text": text}}}}
}

func TestUI046_ABurstIsWrittenOncePerFrame(t *testing.T) {
	r := start(t, setup{whole: true})
	v := greeted(r)
	v.until("q('contact')") // the team's module has come, and what it brings stands
	// The time of the timeline is the same from one frame to the next.
	v.js(`void (window.writes = new Map(), window.records = 0, new MutationObserver(list => {
const at = document.timeline.currentTime; records += list.length
writes.set(at, [...(writes.get(at) ?? []), [...new Set(list.map(r => r.type + ' of ' + (r.target.className ?? r.target.nodeName)))].join()])
}).observe(root, {subtree: true, childList: true, characterData: true, attributes: true}))`)
	text := ""
	for i := range 200 {
		text += fmt.Sprintf("word%d ", i)
		r.wire.inject(made("draft", 0, map[string]any{"turn": "burst", "content": paragraph(text)}))
	}
	v.until(draft + ".includes('word199')")
	for _, wrong := range value[[]string](v, "[...writes.values()].filter(all => all.length > 1).map(all => all.join('; '))") {
		t.Errorf("written more than once in one frame: %s", wrong)
	}
	t.Logf("200 tokens: %v frames with writes, %v changes of nodes in all", v.js("writes.size"), v.js("records"))
	v.clean()
}

func TestUI047_StopKeepsWhatWasWritten(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	r.streams(sentences(60), 40*time.Millisecond)
	v.say(shipping)
	v.until(draft + ".includes('number 1 ')")
	pressed := time.Now()
	v.click("stop")
	cancelled := r.house.Model.Wait(patience, func(all []llmtest.Request) bool { return all[len(all)-1].Cancelled })
	if !cancelled {
		t.Error("the model was not told")
	}
	t.Logf("cancelled at the model after %v", time.Since(pressed).Round(time.Millisecond))
	v.reads("visitor: How long", "bot: number 1 takes")
	v.until("all('[data-role=bot] .note').at(-1)?.innerText === 'Stopped'")
	if got := v.js("log().at(-1).text"); strings.Contains(fmt.Sprint(got), "number 60") {
		t.Errorf("the answer is whole: %v", got)
	}
	v.clean()
}

func TestUI048_AnAgentEndsTheAnswerThatIsWritten(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	r.withMaya(v)
	r.maya.handsBack()
	v.reads("system: the assistant is back")
	r.streams(sentences(60), 40*time.Millisecond)
	v.say(shipping)
	v.until(draft + ".includes('number 1 ')")
	r.maya.presses("Take over")
	v.until(`log().filter(l => l.text === "You're now chatting with Maya.").length === 2`)
	r.maya.says("Let me look myself.")
	v.reads("visitor: How long", "agent: Let me look myself.")
	v.until(draft + " === ''")
	v.say("thank you")
	r.maya.sees("thank you")
	r.maya.says("Tomorrow it is there.")
	v.reads("visitor: How long", "agent: Let me look myself.", "visitor: thank you", "agent: Tomorrow it is there.")
	if got := value[bool](v, "log().findLastIndex(l => l.who === 'bot') > log().findIndex(l => l.text === 'Let me look myself.')"); got {
		t.Errorf("the bot talks over Maya: %v", v.js("JSON.stringify(log())"))
	}
	v.clean()
}

func TestUI049_ACutInAnAnswerLosesAndRepeatsNothing(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	r.streams(sentences(30), 15*time.Millisecond)
	v.say(shipping)
	v.until(draft + ".includes('number 2 ')")
	r.wire.cut()
	v.reads("visitor: How long", "bot: number 30 takes")
	if got := v.js("log().at(-1).text"); got != sentences(30) {
		t.Errorf("final text: got %v", got)
	}
	v.until(draft + " === ''")
	v.clean()
}

func TestUI054_DotsComeLateAndGoInTime(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r, clock, `addEventListener('keydown',e=>{if(e.key==='Enter')window.pressed=performance.now()},true)`)
	v.js(`void requestAnimationFrame(function next() { if (` + dots + `) window.dotted ??= performance.now(); requestAnimationFrame(next) })`)
	r.hangs()
	v.say(shipping)
	v.until("window.dotted")
	if got := value[float64](v, "dotted - pressed"); got < 400 {
		t.Errorf("dots after %v ms, want 400 at least", got)
	}
	v.js("void (window.skew += 61000)")
	v.until("!" + dots)
	v.js("Handoff.shutdown().then(() => Handoff.boot({key: 'pk_test_shop'})).then(() => 0)")

	r.house.Model.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{Text: sentences(40), Delay: 30 * time.Millisecond}})
	v.open()
	v.say(shipping)
	v.until(draft + " !== ''")
	if v.js(dots) != false {
		t.Error("dots beside the first words")
	}
	v.click("stop")
	v.until("!q('stop')?.offsetParent")
	r.house.Model.Script(llmtest.Fail(500))
	v.say("What does shipping cost?")
	v.until("log().findLastIndex(l => l.who !== 'visitor') > log().findIndex(l => l.text.startsWith('What')) && !" + dots)
	v.clean()
}
