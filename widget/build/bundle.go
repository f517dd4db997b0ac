package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// manifest tells package widget which file answers which address.
type manifest struct {
	// Loader is the file served as /widget.js.
	Loader string `json:"loader"`
	// Assets maps "<hash>/<name>", the part of the address after /w/, to a file.
	Assets map[string]string `json:"assets"`
	// Resume is the page served as /resume.
	Resume string `json:"resume"`
}

// bundle builds the widget in dir (the folder that holds src) and returns the
// files of dist by name. The same source gives the same bytes on every machine.
func bundle(dir string) (map[string][]byte, error) {
	panel, err := compile(dir, "src/panel.ts", api.FormatESModule, nil)
	if err != nil {
		return nil, fmt.Errorf("bundling the panel: %w", err)
	}
	sum := sha256.Sum256(panel)
	hash := hex.EncodeToString(sum[:])[:12]
	define := map[string]string{"PANEL_PATH": fmt.Sprintf("%q", "/w/"+hash+"/panel.js")}
	loader, err := compile(dir, "src/loader.ts", api.FormatIIFE, define)
	if err != nil {
		return nil, fmt.Errorf("bundling the loader: %w", err)
	}
	resume, script, err := resumePage(dir)
	if err != nil {
		return nil, fmt.Errorf("bundling the page for mailed links: %w", err)
	}
	file := "panel-" + hash + ".js"
	index, err := json.MarshalIndent(manifest{
		Loader: "widget.js", Resume: "resume.html",
		Assets: map[string]string{hash + "/panel.js": file, script.hash + "/resume.js": script.file},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the manifest: %w", err)
	}
	return map[string][]byte{
		"widget.js": loader, file: panel, "resume.html": resume, script.file: script.body, "manifest.json": append(index, '\n'),
	}, nil
}

// asset is a file served under its hash.
type asset struct {
	hash, file string
	body       []byte
}

// resumePage returns the page and the script it names.
func resumePage(dir string) ([]byte, asset, error) {
	body, err := compile(dir, "src/resume/resume.ts", api.FormatESModule, nil)
	if err != nil {
		return nil, asset{}, err
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])[:12]
	page, err := os.ReadFile(filepath.Join(dir, "src/resume/resume.html"))
	if err != nil {
		return nil, asset{}, fmt.Errorf("reading the page: %w", err)
	}
	page = bytes.Replace(page, []byte("RESUME_SCRIPT"), []byte("/w/"+hash+"/resume.js"), 1)
	return page, asset{hash, "resume-" + hash + ".js", body}, nil
}

func compile(dir, entry string, format api.Format, define map[string]string) ([]byte, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding %s: %w", dir, err)
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     root,
		EntryPoints:       []string{entry},
		Bundle:            true,
		Format:            format,
		Target:            api.ES2021,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Define:            define,
		Plugins:           []api.Plugin{styles()},
		TsconfigRaw:       `{"compilerOptions":{"strict":true,"verbatimModuleSyntax":true,"useDefineForClassFields":false}}`,
	})
	if len(result.Errors) > 0 {
		return nil, errors.New(strings.Join(api.FormatMessages(result.Errors, api.FormatMessagesOptions{}), "\n"))
	}
	return result.OutputFiles[0].Contents, nil
}

// styles makes an imported .css file a string: lengths in em, then minified.
func styles() api.Plugin {
	return api.Plugin{Name: "styles", Setup: func(build api.PluginBuild) {
		build.OnLoad(api.OnLoadOptions{Filter: `\.css$`}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			source, err := os.ReadFile(args.Path)
			if err != nil {
				return api.OnLoadResult{}, fmt.Errorf("reading a style file: %w", err)
			}
			out := api.Transform(inEm(string(source)), api.TransformOptions{
				Loader: api.LoaderCSS, MinifyWhitespace: true, MinifySyntax: true, Charset: api.CharsetUTF8,
			})
			if len(out.Errors) > 0 {
				return api.OnLoadResult{Errors: out.Errors}, nil
			}
			text := strings.TrimSpace(string(out.Code))
			return api.OnLoadResult{Contents: &text, Loader: api.LoaderText}, nil
		})
	}}
}
