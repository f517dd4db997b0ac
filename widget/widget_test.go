package widget_test

import (
	"regexp"
	"testing"

	"github.com/handoff-bot/handoff/widget"
)

var panelPath = regexp.MustCompile(`[0-9a-f]{12}/panel\.js`)

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
	if _, _, ok := widget.Asset("/w/" + address); !ok {
		t.Error("the address with /w/ is not found")
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
