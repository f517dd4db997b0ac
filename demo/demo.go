// Package demo holds the sample shop of `handoff demo`, embedded: a page with
// the widget on it, the texts the AI answers from, and the policy.
//
// Nothing in it is read at run time from anywhere else. The page asks only its
// own server for anything, so it runs under a strict content security policy.
package demo

import (
	"embed"
	"io/fs"
)

// Key is the public widget key of the sample page.
const Key = "pk_demo"

//go:embed site
var site embed.FS

//go:embed knowledge
var knowledge embed.FS

//go:embed handoff.yaml
var policy []byte

// Site is the sample shop: index.html and what it shows.
func Site() fs.FS { return below(site, "site") }

// Knowledge is the folder of Markdown files the AI answers from.
func Knowledge() fs.FS { return below(knowledge, "knowledge") }

// Policy is the sample handoff.yaml. It has no section "slack": the demo adds
// its own workspace, and `handoff try` needs none.
func Policy() []byte { return append([]byte(nil), policy...) }

// below narrows an embedded tree to one folder. The folder is embedded above,
// so the only error fs.Sub knows, an invalid name, cannot happen.
func below(tree embed.FS, dir string) fs.FS {
	sub, err := fs.Sub(tree, dir)
	if err != nil {
		return tree
	}
	return sub
}
