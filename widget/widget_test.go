package widget_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"github.com/handoff-bot/handoff/widget"
)

var panelPath = regexp.MustCompile(`/w/[0-9a-f]{12}/panel\.js`)

func TestLoaderNamesAnAssetThatIsServed(t *testing.T) {
	loader, etag := widget.Loader()
	if len(etag) != 18 || etag[0] != '"' {
		t.Errorf("etag: got %q, want 16 hex digits in quotes", etag)
	}
	address := panelPath.FindString(string(loader))
	if address == "" {
		t.Fatal("the loader names no panel")
	}
	body, contentType, ok := widget.Asset(address)
	if !ok || len(body) == 0 {
		t.Fatalf("Asset(%q): got ok=%v, %d bytes", address, ok, len(body))
	}
	if want := "text/javascript; charset=utf-8"; contentType != want {
		t.Errorf("content type: got %q, want %q", contentType, want)
	}
	if _, _, ok := widget.Asset(strings.TrimPrefix(address, "/w/")); !ok {
		t.Error("the address without /w/ is not found")
	}
}

// What is sent packed is the same file.
func TestPackedIsTheSameFile(t *testing.T) {
	script, _ := widget.Loader()
	address := panelPath.FindString(string(script))
	panel, _, _ := widget.Asset(address)
	for address, want := range map[string][]byte{"": script, address: panel} {
		packed, ok := widget.Packed(address, "br")
		if got, err := io.ReadAll(brotli.NewReader(bytes.NewReader(packed))); !ok || err != nil || !bytes.Equal(got, want) {
			t.Errorf("br of %q: got ok=%v, %v, %d bytes, want %d", address, ok, err, len(got), len(want))
		}
		packed, ok = widget.Packed(address, "gzip")
		r, err := gzip.NewReader(bytes.NewReader(packed))
		if !ok || err != nil {
			t.Fatalf("gzip of %q: got ok=%v, %v", address, ok, err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
			t.Errorf("gzip of %q: got %v, %d bytes, want %d", address, err, len(got), len(want))
		}
	}
	if _, ok := widget.Packed(address, "zstd"); ok {
		t.Error("zstd: got ok, want not found")
	}
}

func TestResumePageNamesAnAssetThatIsServed(t *testing.T) {
	page := string(widget.ResumePage())
	address := regexp.MustCompile(`/w/[0-9a-f]{12}/resume\.js`).FindString(page)
	if body, _, ok := widget.Asset(address); !ok || len(body) == 0 {
		t.Errorf("Asset(%q): got ok=%v, %d bytes", address, ok, len(body))
	}
	if found := regexp.MustCompile(`(?i)https?:|<style|style=|\son\w+=|<script>`).FindString(page); found != "" {
		t.Errorf("the page holds %q", found)
	}
}

func TestAssetRefusesOtherAddresses(t *testing.T) {
	for _, address := range []string{"", "/w/", "/w/000000000000/panel.js", "manifest.json", "../widget.go", "/w/../dist/widget.js"} {
		if _, _, ok := widget.Asset(address); ok {
			t.Errorf("Asset(%q): got ok, want not found", address)
		}
	}
}
