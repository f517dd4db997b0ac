package app

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"maps"
	"strings"

	"github.com/handoff-bot/handoff/widget"
)

// Pin is a version's loader for a tag that names its content. The zero value is that
// of a build that can't be pinned.
type Pin struct {
	Path      string // "/widget@1.2.3.js"
	Integrity string // "sha384-…"
}

// Pinned is the loader of this version, nothing when this is no release.
func (a *App) Pinned() Pin { return a.pinned }

// keepBuild keeps the widget's files of this build: pages that were opened before the
// next upgrade ask for them after it, and other nodes are asked for them during this
// one. Those of a release are kept under its version, too. A development build has no
// such address: its files change while its version stays.
func (a *App) keepBuild(ctx context.Context) error {
	files := maps.Clone(widget.Assets())
	version, address := widget.Version(), "widget@"+widget.Version()+".js"
	loader, _ := widget.Loader()
	release := a.Version == version
	if release {
		files[address] = loader
	} else if !strings.HasSuffix(a.Version, "-dev") {
		a.Logger.Warn("the widget is of another version than the program, so this version can't be pinned; set it in widget/package.json and build the widget anew", "version", a.Version, "widget", version)
	}
	if err := a.store.KeepWidgetFiles(ctx, files); err != nil || !release {
		return err
	}
	kept, err := a.store.WidgetFile(ctx, address)
	if err != nil {
		return fmt.Errorf("read the loader of this version: %w", err)
	}
	if !bytes.Equal(kept, loader) {
		a.Logger.Warn("another build was served under this version before: pages that pin it keep that one; give this build a version of its own", "version", version)
	}
	sum := sha512.Sum384(kept)
	a.pinned = Pin{Path: "/" + address, Integrity: "sha384-" + base64.StdEncoding.EncodeToString(sum[:])}
	return nil
}
