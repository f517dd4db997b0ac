package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

var exported = regexp.MustCompile(`(?m)^export (?:async function|abstract class|function|class|const|let) (\w+)`)

// profile writes what each source file adds to the bundle of an entry: how many
// bytes of gzip it loses when the file exports nothing but empty names, and with
// it what only that file needs. Gzip shares between files, so the sum of the
// column is not the whole.
func profile(w io.Writer, dir, entry string) error {
	whole, inputs, err := without(dir, entry, "")
	if err != nil {
		return err
	}
	type row struct {
		name string
		cost int
	}
	rows := make([]row, 0, len(inputs))
	for _, name := range inputs {
		if name == "src/kit.ts" { // only names
			continue
		}
		rest, _, err := without(dir, entry, name)
		if err != nil {
			return err
		}
		rows = append(rows, row{strings.TrimPrefix(name, "src/"), whole - rest})
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].cost > rows[j].cost })
	fmt.Fprintf(w, "| file | gzip |\n|---|---|\n| %s | %d |\n", entry, whole)
	for _, r := range rows {
		fmt.Fprintf(w, "| `%s` | %d |\n", r.name, r.cost)
	}
	return nil
}

// without bundles an entry with one of its files empty. It returns the size and
// the names of all files that took part.
func without(dir, entry, left string) (int, []string, error) {
	short, err := shortNames(dir)
	if err != nil {
		return 0, nil, err
	}
	o, err := options(dir, entry, api.FormatESModule, nil, short)
	if err != nil {
		return 0, nil, err
	}
	var inputs []string
	o.Plugins = append([]api.Plugin{{Name: "without", Setup: func(b api.PluginBuild) {
		b.OnLoad(api.OnLoadOptions{Filter: `\.(ts|css)$`}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			name, err := filepath.Rel(o.AbsWorkingDir, args.Path)
			if err != nil {
				return api.OnLoadResult{}, err
			}
			inputs = append(inputs, filepath.ToSlash(name))
			if filepath.ToSlash(name) != left {
				return api.OnLoadResult{}, nil
			}
			text, err := os.ReadFile(args.Path)
			var names strings.Builder
			for _, m := range exported.FindAllSubmatch(text, -1) {
				fmt.Fprintf(&names, "export let %s;", m[1])
			}
			if strings.HasSuffix(name, ".css") {
				names.WriteString("export default ''")
			}
			empty := names.String()
			return api.OnLoadResult{Contents: &empty, Loader: api.LoaderTS}, err
		})
	}}, apart(strings.TrimSuffix(filepath.Base(entry), ".ts"))}, o.Plugins...)
	result := api.Build(o)
	if len(result.Errors) > 0 {
		return 0, nil, fmt.Errorf("bundling %s without %s: %s", entry, left, result.Errors[0].Text)
	}
	script, err := again(result.OutputFiles[0].Contents)
	if err != nil {
		return 0, nil, err
	}
	return zipped(script), inputs, nil
}
