// Package widget is the visitor's chat widget as the server serves it: a small
// loader under one address that never changes, and assets under addresses that
// contain a hash of their content.
//
// The TypeScript source is in src; `go run ./widget/build` bundles it into dist,
// which is committed and embedded here, so that building the server needs no
// Node. Both functions read the embedded files and are safe for concurrent use.
//
// A page of ours, /resume, continues a chat from a link in a mail.
//
// The loader is served as /widget.js with a short cache time and its ETag, the
// assets under /w/ with an immutable one. A browser fetches the assets as
// modules from another origin, so they need Access-Control-Allow-Origin: *. Files of
// other builds are the server's to keep: pages outlive the binary they were served by.
package widget

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"path"
	"strings"
	"sync"
)

//go:embed dist/*
var dist embed.FS

// loaded reads the manifest once. The files are part of the binary: a test
// proves that they are all there, so a miss shows as an empty answer only.
var loaded = sync.OnceValue(func() contents {
	index, _ := dist.ReadFile("dist/manifest.json")
	var m struct {
		Version string            `json:"version"`
		Loader  string            `json:"loader"`
		Assets  map[string]string `json:"assets"`
		Resume  string            `json:"resume"`
		Frame   string            `json:"frame"`
	}
	_ = json.Unmarshal(index, &m)
	c := contents{version: m.Version, assets: make(map[string][]byte, len(m.Assets))}
	c.loader, _ = dist.ReadFile("dist/" + m.Loader)
	c.resume, _ = dist.ReadFile("dist/" + m.Resume)
	c.frame, _ = dist.ReadFile("dist/" + m.Frame)
	sum := sha256.Sum256(c.loader)
	c.etag = `"` + hex.EncodeToString(sum[:8]) + `"`
	for address, file := range m.Assets {
		c.assets[address], _ = dist.ReadFile("dist/" + file)
	}
	return c
})

type contents struct {
	version string
	loader  []byte
	etag    string
	resume  []byte
	frame   []byte
	assets  map[string][]byte
}

// Loader is the script of GET /widget.js and its strong ETag, quotes included.
// The caller must not change the bytes.
func Loader() (body []byte, etag string) {
	c := loaded()
	return c.loader, c.etag
}

// Asset finds what the loader asks for under /w/. The address is given with or
// without that prefix: "/w/<hash>/panel.js" or "<hash>/panel.js". ok is false
// for anything else, also for the hash of another build. The caller must not
// change the bytes.
func Asset(address string) (body []byte, contentType string, ok bool) {
	body, ok = loaded().assets[strings.TrimPrefix(address, "/w/")]
	if !ok {
		return nil, "", false
	}
	return body, contentTypes[path.Ext(address)], true
}

// Assets are all of them, by address without the prefix. The caller must not change
// the map or the bytes.
func Assets() map[string][]byte { return loaded().assets }

// Version is what the loader says of itself, the version in package.json: that of the
// release the files belong to.
func Version() string { return loaded().version }

// ResumePage is the page of GET /resume, where mailed links lead: a template for
// html/template whose words come from a [conversation.Speech]. It loads /widget.js
// and a script of its own from the origin it is served at, and nothing else. The
// caller must not change the bytes.
func ResumePage() []byte { return loaded().resume }

// FramePage is the page of GET /widget/frame, the chat of a site that asks for
// isolation in a frame, a template like [ResumePage]. The server says which site may
// frame it. The caller must not change the bytes.
func FramePage() []byte { return loaded().frame }

var contentTypes = map[string]string{".js": "text/javascript; charset=utf-8"}
