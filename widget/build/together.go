package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"

	"github.com/evanw/esbuild/pkg/api"
)

// panel is the panel and the chunks that it fetches when they are used. They stand
// under one hash, so that they name each other by relative addresses: the panel
// imports a chunk by import('./chunk'), a chunk takes from the panel what it needs
// by a static import of src/kit.ts.
var panel = []string{"panel", "colour", "devices", "files", "identity", "lightbox", "team"}

// together bundles them, the panel first.
func together(dir string, define map[string]string, short *names) ([]asset, error) {
	var all []asset
	sum := sha256.New()
	for _, name := range panel {
		body, err := compile(dir, "src/"+name+".ts", api.FormatESModule, define, short, apart(name))
		if err != nil {
			return nil, fmt.Errorf("bundling %s: %w", name, err)
		}
		sum.Write(body)
		all = append(all, asset{body: body})
	}
	hash := hex.EncodeToString(sum.Sum(nil))[:12]
	for i, name := range panel {
		all[i].address, all[i].file = hash+"/"+name+".js", name+"-"+hash+".js"
	}
	return all, nil
}

// apart leaves to the browser what another file of the panel holds.
func apart(name string) api.Plugin {
	return api.Plugin{Name: "apart", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: `^\.\.?/`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			of := path.Base(args.Path)
			switch {
			case of != name && slices.Contains(panel, of):
				return api.OnResolveResult{Path: "./" + of + ".js", External: true}, nil
			case args.Kind == api.ResolveJSImportStatement && of == "kit" && name != "panel":
				return api.OnResolveResult{Path: "./panel.js", External: true}, nil
			}
			return api.OnResolveResult{}, nil
		})
	}}
}
