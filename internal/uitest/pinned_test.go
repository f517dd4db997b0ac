package uitest

import (
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/internal/handofftest"
	"github.com/handoff-bot/handoff/store/storetest"
	"github.com/handoff-bot/handoff/widget"
)

const (
	oldVersion = "0.0.9"
	oldPin     = "/widget@" + oldVersion + ".js"
)

// oldBuild is another build of the widget: today's under other hashes, with a loader
// of another version.
func oldBuild(t *testing.T) (loader []byte, files map[string][]byte) {
	t.Helper()
	var rename []string
	for address := range widget.Assets() {
		hash := path.Dir(address)
		other := []byte(hash)
		slices.Reverse(other)
		rename = append(rename, hash, string(other))
	}
	script, _ := widget.Loader()
	older := strings.NewReplacer(append(rename, `"`+widget.Version()+`"`, `"`+oldVersion+`"`)...)
	files = map[string][]byte{}
	for address, body := range widget.Assets() {
		files[older.Replace(address)] = []byte(older.Replace(string(body)))
	}
	loader = []byte(older.Replace(string(script)))
	if bytes.Equal(loader, script) {
		t.Fatal("the loader names no hash")
	}
	return loader, files
}

// upgraded is an installation whose database has the old build, as if that had run
// here before.
func upgraded(t *testing.T, s setup) (r *rig, loader []byte) {
	t.Helper()
	r = start(t, s)
	loader, files := oldBuild(t)
	r.house.Stop()
	kept := maps.Clone(files)
	kept[oldPin[1:]] = loader
	before := storetest.OpenAt(t, "sqlite://"+filepath.Join(r.house.Dir, "handoff.db"))
	if err := before.KeepWidgetFiles(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	r.house.Start()
	return r, loader
}

// A page that was opened before an upgrade opens its chat after it, with the files it
// was made for, and talks to the server of now.
func TestAPageOfBeforeAnUpgradeOpensItsChat(t *testing.T) {
	r, loader := upgraded(t, setup{site: site{attrs: `data-locale="de" data-accent="#7a1fa2"`}})
	r.wire.reply("/widget.js", 200, string(loader), 1, "Content-Type: text/javascript")
	v := r.visit(desktop)
	v.until("window.Handoff?.version === '" + oldVersion + "'")
	v.open()
	v.until("q('composer').placeholder === 'Nachricht schreiben'")
	v.say("How long does shipping take?")
	v.reads("visitor: How long", "bot: Parcels take two working days.")
	v.menu()
	v.until("all('[role=menuitem]').some(e => e.innerText === 'Mit dem Team sprechen')")
	_, files := oldBuild(t)
	for _, got := range r.wire.asked(".js") {
		address, below := strings.CutPrefix(got.Path, "/w/")
		if _, old := files[address]; below && (!old || got.Status != 200) {
			t.Errorf("%s was answered with %d, want only files of the old build", got.Path, got.Status)
		}
	}
	v.clean()
}

// pinnedTag is a tag that pins the old version to a content.
func pinnedTag(content []byte) site {
	sum := sha512.Sum384(content)
	return site{bare: true, body: fmt.Sprintf(`<script async src="$CHAT%s" integrity="sha384-%s" crossorigin data-key="%s"></script>`,
		oldPin, base64.StdEncoding.EncodeToString(sum[:]), handofftest.Key)}
}

// A tag with the integrity of a version runs that version, under the strict policy.
func TestAPinnedVersionRuns(t *testing.T) {
	loader, _ := oldBuild(t)
	r, _ := upgraded(t, setup{site: pinnedTag(loader)})
	v := r.visit(desktop)
	v.until("window.Handoff?.version === '" + oldVersion + "'")
	v.open()
	v.say("How long does shipping take?")
	v.reads("visitor: How long", "bot: Parcels take two working days.")
	v.clean()
}

// With another content than the tag names the browser does not run it, and the page
// is as it would be without.
func TestAPinnedVersionOfAnotherContentDoesNothing(t *testing.T) {
	r, _ := upgraded(t, setup{site: pinnedTag([]byte("something else"))})
	v := r.visit(desktop, "addEventListener('error', (e) => { window.refused = e.target.src }, true)")
	v.until("window.refused?.endsWith('" + oldPin + "')")
	if got := v.js("[typeof window.Handoff, document.querySelectorAll('handoff-widget').length, Object.keys(localStorage).length].join()"); got != "undefined,0,0" {
		t.Errorf("got %v, want a page without the widget", got)
	}
	if got := r.wire.asked("/v1/widget/config"); len(got) != 0 {
		t.Errorf("the chat was asked for %d times", len(got))
	}
	v.clean()
}
