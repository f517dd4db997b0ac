package uitest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"path"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/handofftest"
)

// pictureOf is a PNG of this size.
func pictureOf(w, h int) []byte {
	var out bytes.Buffer
	_ = png.Encode(&out, image.NewGray(image.Rect(0, 0, w, h)))
	return out.Bytes()
}

// given is an expression for a DataTransfer with files: a picture for .png, and
// words for the rest. "name*N" is one of N bytes.
func given(names ...string) string {
	var js strings.Builder
	js.WriteString("(()=>{const d=new DataTransfer();")
	for _, name := range names {
		name, size, sized := strings.Cut(name, "*")
		switch {
		case sized:
			fmt.Fprintf(&js, "d.items.add(new File([new Uint8Array(%s)],%q));", size, name)
		case path.Ext(name) == ".png":
			fmt.Fprintf(&js, "d.items.add(new File([Uint8Array.from(atob(%q),c=>c.charCodeAt(0))],%q,{type:'image/png'}));", base64.StdEncoding.EncodeToString(pictureOf(60, 40)), name)
		default:
			fmt.Fprintf(&js, "d.items.add(new File(['words'],%q));", name)
		}
	}
	js.WriteString("return d})()")
	return js.String()
}

// takesFiles waits for the module that takes them.
func (v *tab) takesFiles() {
	v.Helper()
	v.until("all('input[type=file]').length")
}

// The three ways to attach. drops does it as if dragged over the panel.
func (v *tab) drops(names ...string) {
	v.takesFiles()
	v.js("void q('panel').dispatchEvent(new DragEvent('drop',{bubbles:true,cancelable:true,dataTransfer:" + given(names...) + "}))")
}

func (v *tab) pastes(names ...string) {
	v.takesFiles()
	// Firefox takes no files when the event is made.
	v.js("void q('composer').dispatchEvent(Object.defineProperty(new ClipboardEvent('paste',{bubbles:true,cancelable:true}),'clipboardData',{value:" + given(names...) + "}))")
}

func (v *tab) picks(names ...string) {
	v.takesFiles()
	v.js("(()=>{const i=all('input[type=file]')[0];i.files=" + given(names...) + ".files;i.dispatchEvent(new Event('change'))})()")
}

// chips waits for what the chips of the tray say.
func (v *tab) chips(want ...string) {
	v.Helper()
	v.until(fmt.Sprintf("all('[data-handoff=file-chip]').length===%d", len(want)))
	for i, w := range want {
		v.until(fmt.Sprintf("all('[data-handoff=file-chip]')[%d].innerText.includes(%q)", i, w))
	}
}

// kept waits until every file of the tray is with the server.
func (v *tab) kept() {
	v.Helper()
	v.until("!q('send').disabled && all('[data-handoff=file-chip] progress:not([hidden])').length===0")
}

func TestUI083_PickedDroppedAndPastedFilesBecomeChips(t *testing.T) {
	r := start(t, setup{})
	r.hangs()
	v := r.visit(desktop)
	v.open()
	release := r.wire.hold("POST /files")
	v.picks("picked.png")
	v.chips("picked.png")
	v.until("all('[data-handoff=file-chip] progress:not([hidden])').length===1 && q('send').disabled")
	release()
	v.kept()
	v.drops("dropped.txt")
	v.pastes("pasted.png")
	v.until("all('[data-handoff=file-chip]').length===3")
	v.kept()
	v.until("all('[data-handoff=file-chip] .size').every(e=>/^[\\d.]+ kB$/.test(e.innerText))")
	v.until("all('[data-handoff=file-remove]').map(e=>e.ariaLabel).join().includes('Remove dropped.txt')")
	v.js("void all('[data-handoff=file-remove]').find(e=>e.ariaLabel.includes('dropped')).click()")
	v.chips("picked.png", "pasted.png")
	v.shot("chips")
	v.say("look")
	v.until("all('.own [data-handoff=file-image] img').filter(i=>i.complete&&i.naturalWidth===60).length===2")
	v.until("all('[data-handoff=file-chip]').length===0")
	v.shot("sent")
	v.drops("alone.txt")
	v.kept()
	v.press("send") // without a word
	v.until("all('.own [data-handoff=file]').some(e=>e.innerText.includes('alone.txt'))")
	v.until("log().filter(l=>l.who==='visitor').length===2")
	v.clean()
}

// gives dispatches an event with files at an element and says whether the browser was
// kept from what it does with them.
func (v *tab) gives(hook, event, field string, names ...string) bool {
	v.Helper()
	class := map[string]string{"paste": "ClipboardEvent"}[event]
	if class == "" {
		class = "DragEvent"
	}
	return value[bool](v, fmt.Sprintf("!q(%q).dispatchEvent(new %s(%q,{bubbles:true,cancelable:true,%s:%s}))", hook, class, event, field, given(names...)))
}

func TestFilesThatComeBeforeTheirModuleAreKept(t *testing.T) {
	r := start(t, setup{})
	r.hangs()
	release := r.wire.hold("GET /team.js")
	v := r.visit(desktop)
	v.open()
	for event, kept := range map[string]bool{
		"dragover": v.gives("log", "dragover", "dataTransfer", "early.txt"),
		"drop":     v.gives("log", "drop", "dataTransfer", "early.txt"),
		"paste":    v.gives("composer", "paste", "clipboardData", "early.png"),
	} {
		if !kept {
			t.Errorf("%s: the browser was left to open the file", event)
		}
	}
	release()
	v.until("all('[data-handoff=file-chip]').map(e=>e.querySelector('.name').innerText).sort().join()==='early.png,early.txt'")
	v.kept()
	v.clean()
}

func TestAFileThatIsNotTakenIsNotOpenedEither(t *testing.T) {
	r := start(t, setup{})
	r.wire.reply("GET /widget/config", http.StatusOK, `{"key":"`+handofftest.Key+`"}`, 1)
	v := r.visit(desktop)
	v.open()
	v.takesFiles()
	if !v.gives("panel", "drop", "dataTransfer", "a.txt") {
		t.Error("a drop: the browser was left to open the file")
	}
	if v.gives("composer", "paste", "clipboardData", "a.txt") {
		t.Error("a paste: what else stands in the clipboard is lost")
	}
	v.until("!q('attach')?.offsetParent && !q('tray')")
	v.clean()
}

func TestUI084_WhatIsNotTakenIsRefusedWithItsReason(t *testing.T) {
	r := start(t, setup{})
	r.hangs()
	v := r.visit(desktop)
	v.open()
	const words = "can't be sent. Allowed: images (PNG, JPEG, WebP, GIF), PDF, text, up to 10 MB."
	for _, name := range []string{"report.svg", "page.html", "tool.exe", "huge.pdf*11534336", "empty.txt*0"} {
		v.drops(name)
		name, _, _ = strings.Cut(name, "*")
		v.until(fmt.Sprintf("all('#notice').some(e=>!e.hidden&&e.innerText===%q)", name+" "+words))
		v.chips()
	}
	v.drops("1.txt", "2.txt", "3.txt", "4.txt", "5.txt", "6.txt")
	v.until("all('#notice').some(e=>e.innerText.includes('6.txt was left out: a message takes up to 5 files.'))")
	v.chips("1.txt", "2.txt", "3.txt", "4.txt", "5.txt")
	if got := len(r.wire.asked("POST /files")); got > 5 {
		t.Errorf("%d uploads, want five", got)
	}
	v.kept()
	for range 5 {
		v.click("file-remove")
	}
	v.chips()
	v.drops("really.png*40") // not what its name says: only the server can tell
	v.chips("This kind of file can't be sent. Allowed: images (PNG, JPEG, WebP, GIF), PDF, text.")
	v.until("!q('file-retry').offsetParent")
	v.shot("refused")
	v.clean()
}

func TestUI085_AFailedUploadIsTriedAgainAndACancelledOneStops(t *testing.T) {
	r := start(t, setup{})
	r.hangs()
	v := r.visit(desktop)
	v.open()
	v.fill("these are the words")
	r.wire.fail("POST /files", http.StatusBadGateway, 1)
	v.drops("a.png")
	v.until("q('file-chip')?.innerText.includes('Not sent.') && q('file-retry').offsetParent")
	v.until("q('composer').value==='these are the words'")
	v.shot("failed")
	v.click("file-retry")
	v.kept()
	release := r.wire.hold("POST /files")
	v.drops("b.png")
	v.chips("a.png", "b.png")
	v.until("q('send').disabled")
	eventually(t, "the upload", func() bool { return len(r.wire.asked("POST /files")) == 3 })
	v.js("void all('[data-handoff=file-remove]')[1].click()")
	v.chips("a.png")
	v.until("!q('send').disabled")
	release()
	v.keys("\r")
	v.until("all('.own [data-handoff=file-image]').length===1 && log().at(-1).text==='these are the words'")
}

func TestUI086_ANameHidesNothing(t *testing.T) {
	r := start(t, setup{})
	r.hangs()
	v := r.visit(desktop)
	v.open()
	v.drops("safe\u202egpj.exe")
	v.until(`all('#notice').some(e=>!e.hidden&&e.innerText.startsWith("safegpj.exe can't be sent."))`)
	v.chips()
	v.drops("safe\u202egnp.txt")
	v.kept()
	v.until("q('file-chip').querySelector('.name').innerText==='safegnp.txt'")
	v.press("send")
	v.until("all('.own [data-handoff=file] .name').some(e=>e.innerText==='safegnp.txt')")
	v.clean()
}

func TestUI087_APictureOpensOverThePage(t *testing.T) {
	r := start(t, setup{})
	r.hangs()
	v := r.visit(desktop)
	v.open()
	v.drops("the map.png")
	v.kept()
	v.press("send")
	v.until("all('[data-seq] [data-handoff=file-image] img').some(i=>i.complete&&i.naturalWidth===60&&i.alt==='the map.png')")
	v.until("q('file-image').ariaLabel==='Open picture the map.png'")
	v.press("file-image")
	v.until("q('lightbox')?.open && q('lightbox').contains(root.activeElement) && q('lightbox').querySelector('img').alt==='the map.png'")
	v.shot("open")
	v.keys(kb.Escape)
	v.until("!q('lightbox') && root.activeElement===q('file-image') && q('panel').open")
	v.press("file-image")
	v.click("lightbox-close")
	v.until("!q('lightbox') && q('panel').open")
	v.shows(r)
	v.clean()
}

// shows: a picture of an agent's is shown with her line, and goes when she deletes
// it.
func (v *tab) shows(r *rig) {
	v.Helper()
	v.js("void Handoff('escalate')")
	r.maya.claims()
	channel, thread := r.maya.thread()
	ts, err := r.house.Slack.Upload(r.maya.user, channel, thread, "this is the way", fakeslack.File{Name: "way.png", Data: pictureOf(60, 40)})
	r.maya.must(err)
	v.reads("agent: this is the way")
	v.until("all('.agent [data-handoff=file-image] img').some(i=>i.complete&&i.naturalWidth===60)")
	v.shot("agent")
	r.maya.must(r.house.Slack.Delete(r.maya.user, channel, ts))
	v.until("all('.agent [data-handoff=file-image]').length===0")
}
