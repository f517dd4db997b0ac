package uitest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// inOrder says that the log's lines stand by their numbers, each once.
const inOrder = `(()=>{const n=all('[data-seq]').map(e=>Number(e.dataset.seq));return n.every((s,i)=>i===0||s>n[i-1])})()`

func TestUI050_AHoleIsFilledBeforeWhatFollows(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	r.withMaya(v)
	swallowed := false
	r.wire.events(func(e event) []event {
		if e.Kind == "message" && !swallowed {
			swallowed = true
			return nil
		}
		return []event{e}
	})
	before := len(r.wire.asked("GET /events"))
	r.maya.says("one of two")
	eventually(t, "the swallowed line", func() bool { return swallowed })
	r.maya.says("two of two")
	v.reads("agent: one of two", "agent: two of two")
	gaps := slices.DeleteFunc(r.wire.asked("GET /events")[before:], func(q request) bool { return q.Status == 0 || q.Bytes == 0 })
	if len(gaps) == 0 {
		t.Error("the gap was never asked for")
	}
	if v.js(inOrder) != true {
		t.Error("the lines stand out of order")
	}
	v.clean()
}

func TestUI051_WhatComesTwiceOrTooEarlyIsShownOnceInItsPlace(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r)
	r.withMaya(v)
	var kept *event
	r.wire.events(func(e event) []event {
		if e.seq() == 0 {
			return []event{e}
		}
		if kept == nil {
			kept = &e // overtaken by the next one
			return nil
		}
		before := *kept
		kept = nil
		return []event{e, before, before, e}
	})
	for _, text := range []string{"line a", "line b", "line c", "line d"} {
		r.maya.says(text)
	}
	v.reads("agent: line a", "agent: line b", "agent: line c", "agent: line d")
	if v.js(inOrder) != true {
		t.Error("the lines stand out of order")
	}
	v.clean()
}

// hurried is an early script: the waits between two tries of the stream, which alone
// are no whole numbers, are noted in window.waits and shortened.
const hurried = `(()=>{window.waits=[];window.hurry=false;const later=window.setTimeout.bind(window);
window.setTimeout=(f,ms,...rest)=>{if(hurry&&ms>=400&&ms!==Math.floor(ms)){waits.push(ms);ms=ms/400}return later(f,ms,...rest)}})()`

func TestUI052_TheStreamNeverGivesUp(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r, hurried)
	v.js("void (window.hurry = true)")
	r.wire.refuse("GET /events", 200)
	r.wire.cut()
	for _, n := range []int{50, 100, 150, 200} { // a busy machine takes its time
		v.until(fmt.Sprintf("waits.length >= %d", n))
	}
	waits := value[[]float64](v, "waits")
	late := waits[8:200]
	if low, high := slices.Min(late), slices.Max(late); low < 15000 || high > 30000 || high-low < 1000 {
		t.Errorf("waits once they are long: from %.0f to %.0f ms, want them spread over 15000 to 30000", low, high)
	}
	if waits[0] > 1000 || waits[2] < 1000 {
		t.Errorf("first waits: %.0f, want them to grow from 500", waits[:5])
	}
	r.wire.listening()
	r.says("Here again.")
	v.say(shipping)
	v.reads("visitor: How long", "bot: Here again.")

	v.js("void (window.hurry = false)")
	r.wire.down()
	eventually(t, "a lost stream", func() bool { return r.wire.streams() == 0 })
	v.until("Handoff.state().status === 'connecting'")
	asked := len(r.wire.asked("GET /events"))
	v.offline(true)
	r.wire.up()
	v.offline(false)
	eventually(t, "a try at once", func() bool { return len(r.wire.asked("GET /events")) > asked })
	r.wire.listening()
}

func TestUI053_ReconnectingIsSaidLateAndOnce(t *testing.T) {
	r := start(t, setup{})
	v := greeted(r, `addEventListener('handoff:connection',e=>{if(e.detail.status!=='online')window.lost??=performance.now()})`)
	v.js(`void (window.lost = undefined, window.said = [], new MutationObserver(() => { if (q('announcer').innerText) said.push(q('announcer').textContent) })
.observe(q('announcer'), {childList: true, characterData: true, subtree: true}),
requestAnimationFrame(function next() { if (!q('banner').hidden) window.shown ??= performance.now(); requestAnimationFrame(next) }))`)
	r.wire.down()
	v.until("q('banner').innerText === 'Reconnecting…' && window.shown && window.lost")
	if got := value[float64](v, "shown - lost"); got < 2900 {
		t.Errorf("said after %.0f ms, want 3000 at least", got)
	}
	r.wire.up()
	v.until("q('banner').hidden")
	if got := v.js("said.filter(s => s.includes('Reconnecting')).length"); got != 1.0 {
		t.Errorf("announced: got %v times, want once", got)
	}
}

func TestUI020_TheBackButtonBringsTheChatBack(t *testing.T) {
	r := start(t, setup{whole: true})
	v := greeted(r, `addEventListener('pageshow',e=>{window.persisted=e.persisted})`)
	v.fill("half a thought")
	v.goTo("/next")
	v.until("location.pathname === '/next'")
	v.back()
	v.until("location.pathname === '/'")
	if v.js("window.persisted") != true {
		t.Errorf("the page did not come back from the cache: %v", v.js("JSON.stringify(performance.getEntriesByType('navigation')[0]?.notRestoredReasons ?? null)"))
	}
	eventually(t, "a stream", func() bool { return r.wire.streams() > 0 })
	v.until("q('composer').value === 'half a thought'")
	v.js("void (q('composer').value = '')")
	v.say(shipping)
	v.reads("visitor: hello", "visitor: How long", "bot: ")
	if v.js(inOrder) != true {
		t.Error("lines stand twice")
	}
}

// measured is an early script that collects what the browser says of layout shifts
// and long tasks.
const measured = `(()=>{window.shift=0;window.shifts=[];window.long=[];
new PerformanceObserver(l=>{for(const e of l.getEntries())if(!e.hadRecentInput){shift+=e.value;shifts.push(e.sources.map(s=>(s.node?.outerHTML??'gone').slice(0,150)+JSON.stringify([s.previousRect,s.currentRect])))}}).observe({type:'layout-shift',buffered:true});
new PerformanceObserver(l=>{for(const e of l.getEntries())long.push(Math.round(e.duration))}).observe({type:'longtask',buffered:true})})()`

func TestUI019_NothingShiftsAndNothingBlocks(t *testing.T) {
	r := start(t, setup{})
	// The page alone, then with the widget, at a quarter of the speed.
	v := r.visit(desktop, measured)
	v.throttle(4)
	v.reload()
	v.until("q('launcher')?.getClientRects().length")
	v.until("document.readyState === 'complete'")
	load := v.js("JSON.stringify(long)")
	began := time.Now()
	v.js("void (window.before = performance.now(), requestAnimationFrame(function next() { if (q('composer')?.offsetParent) window.ready = performance.now() - before; else requestAnimationFrame(next) }), q('launcher').click())")
	v.until("window.ready")
	t.Logf("4x throttled: long tasks until the launcher %v ms, first open %v ms (%v seen from here), long tasks in all %v ms",
		load, v.js("Math.round(ready)"), time.Since(began).Round(time.Millisecond), v.js("JSON.stringify(long)"))
	if got := value[float64](v, "shift"); got != 0 {
		t.Errorf("layout shift: got %v, want 0: %v", got, v.js("JSON.stringify(shifts)"))
	}
	// A whole answer, long after the key that asked for it: neither its words nor
	// Stop, which comes and goes, move anything that stands.
	r.streams(strings.Repeat("Parcels take two working days. ", 12), 60*time.Millisecond)
	v.throttle(1)
	v.say(shipping)
	v.until("q('stop')?.getClientRects().length")
	v.reads("visitor: How long", "bot: Parcels take")
	v.until(draft + " === '' && !q('stop')?.getClientRects().length")
	v.js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))")
	if got := value[float64](v, "shift"); got != 0 {
		t.Errorf("layout shift of a whole answer: got %v, want 0: %v", got, v.js("JSON.stringify(shifts)"))
	}
	v.clean()
}
