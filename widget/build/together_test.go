package main

import (
	"encoding/json"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
)

// What the panel holds a chunk takes from it, through src/kit.ts: two copies would
// cost twice, and one of them would not know the language.
func TestNothingIsInThePanelAndInAChunk(t *testing.T) {
	where := map[string]string{}
	for _, name := range panel {
		for file := range inputs(t, name) {
			if other, ok := where[file]; ok && file != "src/kit.ts" {
				t.Errorf("%s is in %s and in %s: import it from kit", file, other, name)
			}
			where[file] = name
		}
	}
}

// inputs are the files that end up in one of them.
func inputs(t *testing.T, name string) map[string]any {
	t.Helper()
	short, err := shortNames("..")
	if err != nil {
		t.Fatal(err)
	}
	o, err := options("..", "src/"+name+".ts", api.FormatESModule, nil, short)
	if err != nil {
		t.Fatal(err)
	}
	o.Metafile, o.Plugins = true, append(o.Plugins, apart(name))
	result := api.Build(o)
	var made struct {
		Outputs map[string]struct {
			Inputs map[string]any `json:"inputs"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(result.Metafile), &made); err != nil {
		t.Fatal(err, result.Errors)
	}
	all := map[string]any{}
	for _, output := range made.Outputs {
		for file := range output.Inputs {
			all[file] = true
		}
	}
	return all
}
