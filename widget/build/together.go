package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// panel is the panel and the chunks that it fetches when they are used. They stand
// under one hash, so that they name each other by relative addresses: the panel
// imports a chunk by import('./chunk'), a chunk takes from the panel what it needs
// by a static import of src/kit.ts.
var panel = []string{"panel", "colour", "devices", "files", "identity", "team"}

// together bundles them, the panel first.
func together(dir string, define map[string]string, short *names) ([]asset, error) {
	var all []asset
	sum := sha256.New()
	for _, name := range panel {
		body, err := compile(dir, "src/"+name+".ts", api.FormatESModule, define, short, apart(name))
		if err == nil && name != panel[0] {
			body, err = compile(dir, "src/"+name+".ts", api.FormatESModule, define, short, once(asked(body)), apart(name))
		}
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

var fromPanel = regexp.MustCompile(`import\{([^}]+)\}from"\./panel\.js"`)

// asked are the names that a chunk takes from the panel.
func asked(chunk []byte) []string {
	var names []string
	for _, m := range fromPanel.FindAllSubmatch(chunk, -1) {
		for item := range strings.SplitSeq(string(m[1]), ",") {
			name, _, _ := strings.Cut(item, " as ")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// once gives them to all files of the chunk through one module: otherwise each file
// imports them anew, under names of its own, and nothing repeats that gzip could find.
func once(names []string) api.Plugin {
	const lent = "lent"
	return api.Plugin{Name: "once", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: `/kit$`}, func(api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{Path: "kit", Namespace: lent}, nil
		})
		build.OnResolve(api.OnResolveOptions{Filter: ".*", Namespace: lent}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{Path: args.Path, External: true}, nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: lent}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
			contents := "export { " + strings.Join(names, ", ") + " } from './panel.js'"
			return api.OnLoadResult{Contents: &contents}, nil
		})
	}}
}
