package uitest

import (
	"path/filepath"
	"testing"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/handofftest"
)

// What the scanner, a real program, has found something in is taken from nobody:
// she reads why, her card says it to the team, an agent reads it in the thread.
func TestABlockedFileIsSaidToBoth(t *testing.T) {
	scanner, err := filepath.Abs("../../cmd/handoff/app/testdata/scan.sh")
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, setup{house: handofftest.Options{Scan: scanner}})
	v := r.visit(desktop)
	v.open()
	r.withMaya(v)
	v.drops("clean.txt")
	v.kept()
	v.js("void q('panel').dispatchEvent(new DragEvent('drop',{bubbles:true,cancelable:true,dataTransfer:(d=>(d.items.add(new File(['an EICAR file'],'bad.txt')),d))(new DataTransfer())}))")
	v.chips("clean.txt", "was blocked by the virus scanner")
	v.until("!all('[data-handoff=file-retry]')[1].offsetParent")
	v.shot("blocked")
	r.maya.at("file blocked by the virus scanner").thread()
	v.say("the clean one")
	v.until("all('.own [data-handoff=file]').length === 1 && all('[data-handoff=file-chip]').length === 1")

	channel, thread := r.maya.thread()
	_, err = r.house.Slack.Upload(r.maya.user, channel, thread, "here is the form", fakeslack.File{Name: "form.txt", Data: []byte("an EICAR file")})
	r.maya.must(err)
	_, err = r.house.Private(r.maya.user, "form.txt was blocked by the virus scanner.")
	r.maya.must(err)
	v.clean()
}
