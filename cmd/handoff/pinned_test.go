package main

import (
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/cmd/handoff/app"
	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/store/storetest"
	"github.com/handoff-bot/handoff/widget"
)

// A release has one number.
func TestTheProgramAndTheWidgetAreOfOneVersion(t *testing.T) {
	if got := strings.TrimSuffix(version, "-dev"); got != widget.Version() {
		t.Errorf("the program is %s, the widget %s: widget/package.json has to say the same", version, widget.Version())
	}
	loader, _ := widget.Loader()
	if !bytes.Contains(loader, []byte(`"`+widget.Version()+`"`)) {
		t.Errorf("the loader does not say %s", widget.Version())
	}
}

// installation is a file without Slack, over the database at url.
func installation(t *testing.T, url string) *config.File {
	t.Helper()
	f, err := config.Parse("handoff.yaml", fmt.Appendf(nil, `server: {public_url: https://chat.example.com}
widget: {keys: [{key: pk_shop, origins: [https://www.example.com]}]}
ai: {base_url: "offline://"}
storage: {url: %q, files: "file://%s"}
`, url, t.TempDir()), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// started is what a program of this version prints, logs and has in its database.
func started(t *testing.T, url, version string) (block, log string, kept map[string]string) {
	t.Helper()
	var out bytes.Buffer
	f := installation(t, url)
	a, err := app.Open(t.Context(), f, app.Options{Version: version, Logger: slog.New(slog.NewTextHandler(&out, nil))})
	if err != nil {
		t.Fatal(err)
	}
	kept = map[string]string{}
	for address := range widget.Assets() {
		body, err := a.Store().WidgetFile(t.Context(), address)
		if err != nil {
			t.Errorf("%s is not kept: %v", address, err)
		}
		kept[address] = string(body)
	}
	block = readyBlock(t.Context(), f, a, "127.0.0.1:8080")
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return block, out.String(), kept
}

// Every start keeps the files of its build; a release prints the tag that pins it,
// and its loader is the one that was kept first.
func TestAStartKeepsItsBuild(t *testing.T) {
	loader, _ := widget.Loader()
	tag := func(loader []byte) string {
		sum := sha512.Sum384(loader)
		return `  <script src="https://chat.example.com/widget@` + widget.Version() + `.js" integrity="sha384-` + base64.StdEncoding.EncodeToString(sum[:]) + `" crossorigin data-key="pk_shop" async></script>` + "\n"
	}
	other := []byte("another build of the same version")
	for name, c := range map[string]struct {
		version    string
		before     []byte // under the version already
		tag, warns string
	}{
		"a development build": {version: widget.Version() + "-dev"},
		"a release":           {version: widget.Version(), tag: tag(loader)},
		"a release again":     {version: widget.Version(), before: loader, tag: tag(loader)},
		"another build of it": {version: widget.Version(), before: other, tag: tag(other), warns: "another build was served under this version before"},
		"a mistaken release":  {version: "99.0.0", warns: "the widget is of another version than the program"},
	} {
		t.Run(name, func(t *testing.T) {
			url := storetest.SQLite(t)
			if c.before != nil {
				s := storetest.OpenAt(t, url)
				if err := s.KeepWidgetFiles(t.Context(), map[string][]byte{"widget@" + widget.Version() + ".js": c.before}); err != nil {
					t.Fatal(err)
				}
				_ = s.Close()
			}
			block, log, kept := started(t, url, c.version)
			if strings.Contains(block, "/widget@") != (c.tag != "") || !strings.Contains(block, c.tag) {
				t.Errorf("it prints\n%s\nwant the tag %q", block, c.tag)
			}
			if strings.Contains(log, "level=WARN") != (c.warns != "") || !strings.Contains(log, c.warns) {
				t.Errorf("it logs %s, want %q", log, c.warns)
			}
			for address, body := range widget.Assets() {
				if kept[address] != string(body) {
					t.Errorf("%s: kept %d bytes of %d", address, len(kept[address]), len(body))
				}
			}
		})
	}
}
