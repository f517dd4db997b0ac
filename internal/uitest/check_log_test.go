package uitest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// logBox is the scrolling log, atEnd that its end is in sight.
const (
	logBox = "q('log')"
	atEnd  = "(q('log').scrollHeight - q('log').clientHeight - q('log').scrollTop < 3)"
)

func TestUI055_ReadingAboveIsNotDisturbed(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	r.withMaya(v)
	r.maya.says(strings.Repeat("A line that fills the log.\n", 60) + "The last of them.")
	v.reads("agent: The last of them.")
	v.js("void (" + logBox + ".scrollTop = 150)")
	v.until(logBox + ".scrollTop === 150 && !" + atEnd)
	r.maya.says("first below")
	r.maya.says("second below")
	v.until("q('pill').innerText.trim() === '2 new messages'")
	if got := v.js(logBox + ".scrollTop"); got != 150.0 {
		t.Errorf("scrolled to %v, want 150", got)
	}
	v.js("void q('pill').querySelector('button').click()")
	v.until(atEnd + " && q('pill').hidden")
	v.clean()
}

func TestUI056_ALongAnswerStaysAtItsFirstLine(t *testing.T) {
	r := start(t, setup{})
	r.says(strings.Repeat("Parcels take two working days to arrive.\n\n", 40))
	v := r.visit(desktop)
	v.open()
	v.say(shipping)
	v.reads("visitor: How long", "bot: Parcels take")
	v.until(draft + " === ''")
	v.until(`(()=>{const top=e=>e.getBoundingClientRect().top,row=all('[data-role=bot][data-seq]').at(-1);
return row.offsetHeight>q('log').clientHeight&&top(row)>=top(q('log'))&&top(row)<top(q('log'))+80})()`)
	v.clean()
}

func TestUI057_EditsAndRemovalsReachTheVisitor(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	r.withMaya(v)
	edited, removed := r.maya.says("It comes on Monday."), r.maya.says("The code is secret-4711.")
	r.maya.says("Anything else?")
	v.reads("agent: It comes on Monday.", "agent: secret-4711", "agent: Anything else?")
	r.maya.edits(edited, "It comes on Tuesday.")
	v.reads("agent: It comes on Tuesday.", "agent: secret-4711", "agent: Anything else?")
	v.until("all('.row.agent').find(e => e.innerText.includes('Tuesday')).querySelector('.note').innerText === 'Edited'")
	r.maya.deletes(removed)
	v.reads("agent: It comes on Tuesday.", "agent: Message removed", "agent: Anything else?")
	v.until("!root.textContent.includes('secret-4711')")
	if v.js("JSON.stringify([{...localStorage}, {...sessionStorage}]).includes('secret-4711')") != false {
		t.Error("storage keeps what was removed")
	}
	v.clean()
}

// history is a conversation of n messages, as the API pages it.
func history(n int) func(request) (int, string) {
	return func(q request) (int, string) {
		query, err := url.ParseQuery(q.Query)
		if err != nil {
			return 400, "{}"
		}
		before, limit := n+1, 60
		if b, err := strconv.Atoi(query.Get("before")); err == nil {
			before = min(before, b)
		}
		if l, err := strconv.Atoi(query.Get("limit")); err == nil {
			limit = l
		}
		events := []any{}
		for seq := max(1, before-limit); seq < before; seq++ {
			role := []string{"bot", "visitor"}[seq%2]
			events = append(events, map[string]any{"type": "message", "data": map[string]any{
				"seq": seq, "id": fmt.Sprintf("msg_%d", seq), "at": "2026-05-04T10:00:00Z", "from": map[string]any{"role": role}, "text": fmt.Sprintf("line %d", seq),
			}})
		}
		raw, err := json.Marshal(map[string]any{"events": events})
		if err != nil {
			return 500, "{}"
		}
		return 200, string(raw)
	}
}

func TestUI062_ALongHistoryOpensAtItsEndAndLoadsUpwards(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	v.js("void Handoff.close()")
	r.wire.events(func(event) []event { return nil })
	r.wire.answers("GET /events", history(10000))
	v.reload()
	v.until("window.Handoff && Handoff.state().status !== 'idle'")
	v.js("void (window.before = performance.now(), requestAnimationFrame(function next() { if (log().at(-1)?.text === 'line 10000') window.ready = performance.now() - before; else requestAnimationFrame(next) }), q('launcher').click())")
	v.until("window.ready")
	took := value[float64](v, "ready")
	t.Logf("10000 messages: opened in %.0f ms", took)
	if took > 15_000 { // 300 ms on a machine that has nothing else to do
		t.Errorf("opened in %.0f ms", took)
	}
	for range 8 {
		v.js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))") // what is drawn is measured
		first := value[string](v, "log()[0].text")
		v.js("void (" + logBox + ".scrollTop = 0)")
		v.until("log()[0].text !== '" + first + "'")
		// What she was looking at stays where it is.
		v.until("!all('.older')[0].getClientRects().length")
		at := `(()=>{const e=all('[data-handoff=message]').find(e=>e.querySelector('.text').innerText==='` + first + `');
return e.getBoundingClientRect().top-q('log').getBoundingClientRect().top})()`
		v.until("(d => d >= -60 && d <= 120)(" + at + ")")
	}
	if got := value[int](v, "all('[data-handoff=message]').length"); got > 700 {
		t.Errorf("bubbles after scrolling up: %d", got)
	}
	v.js("void Handoff.close()")
	v.reload()
	v.open()
	v.until("log().at(-1)?.text === 'line 10000'")
	if got := value[int](v, "all('[data-handoff=message]').length"); got > 200 {
		t.Errorf("bubbles: got %d, want at most 200", got)
	}
}

// tree lets the next bot message have this tree and text.
func (r *rig) tree(text string, blocks ...any) {
	r.wire.events(func(e event) []event {
		var data map[string]any
		if e.Kind != "message" || json.Unmarshal([]byte(e.Data), &data) != nil {
			return []event{e}
		}
		if from, _ := data["from"].(map[string]any); from["role"] != "bot" {
			return []event{e}
		}
		data["content"], data["text"] = blocks, text
		return []event{made(e.Kind, e.seq(), data)}
	})
}

func TestUI063_ALongCodeBlockScrollsInItsBox(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	r.tree("code", map[string]any{"type": "code", "text": strings.Repeat("0123456789abcdef", 6400)})
	v.say(shipping)
	v.until("all('pre').length === 1")
	v.until("all('pre')[0].scrollWidth > all('pre')[0].clientWidth * 10")
	if got := v.js("[q('log').scrollWidth - q('log').clientWidth, q('panel').scrollWidth - q('panel').clientWidth, document.documentElement.scrollWidth - innerWidth].filter(n => n > 0).length"); got != 0.0 {
		t.Error("something is wider than its place")
	}
	v.clean()
}

func TestUI064_CodeIsCopiedAsItStands(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r, `navigator.clipboard.writeText=async text=>{window.copied=text}`)
	code := "if (a < b) {\n\treturn \"<b>\";  // two  spaces\n}\n"
	r.tree("code", map[string]any{"type": "code", "text": code})
	v.say(shipping)
	v.until("all('.code .copy').length === 1")
	v.js("void all('.code .copy')[0].click()")
	v.until("q('announcer').textContent === 'Copied' && all('.code .copy')[0].innerText === 'Copied'")
	if got := v.js("copied"); got != code {
		t.Errorf("copied: got %q, want %q", got, code)
	}
	v.clean()
}
