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
	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/js"
)

// manifest tells package widget which file answers which address.
type manifest struct {
	// Version is that of package.json, which the loader says.
	Version string `json:"version"`
	// Loader is the file served as /widget.js.
	Loader string `json:"loader"`
	// Assets maps "<hash>/<name>", the part of the address after /w/, to a file.
	Assets map[string]string `json:"assets"`
	// Resume is the page served as /resume.
	Resume string `json:"resume"`
	// Frame is the page served as /widget/frame.
	Frame string `json:"frame"`
}

// bundle builds the widget in dir (the folder that holds src) and returns the
// files of dist by name. The same source gives the same bytes on every machine.
func bundle(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	addresses := map[string]string{}
	version, err := packageVersion(dir)
	if err != nil {
		return nil, err
	}
	define := map[string]string{"VERSION": fmt.Sprintf("%q", version)}
	short, err := shortNames(dir)
	if err != nil {
		return nil, err
	}
	if err := short.settle(dir); err != nil {
		return nil, err
	}
	languages, err := speeches(dir, define, short)
	if err != nil {
		return nil, err
	}
	for _, a := range languages {
		files[a.file], addresses[a.address] = a.body, a.file
	}
	apart, err := modules(dir, define, short)
	if err != nil {
		return nil, err
	}
	for _, a := range apart {
		files[a.file], addresses[a.address] = a.body, a.file
	}
	loader, err := compile(dir, "src/loader.ts", api.FormatIIFE, define, short)
	if err != nil {
		return nil, fmt.Errorf("bundling the loader: %w", err)
	}
	resume, script, err := page(dir, "src/resume/resume.ts", "resume", nil, &names{})
	if err != nil {
		return nil, fmt.Errorf("bundling the page for mailed links: %w", err)
	}
	frame, inside, err := page(dir, "src/framed.ts", "framed", define, short)
	if err != nil {
		return nil, fmt.Errorf("bundling the page of the frame: %w", err)
	}
	files["framed.html"], files[inside.file], addresses[inside.address] = frame, inside.body, inside.file
	files["widget.js"], files["resume.html"], files[script.file] = loader, resume, script.body
	addresses[script.address] = script.file
	index, err := json.MarshalIndent(manifest{Version: version, Loader: "widget.js", Resume: "resume.html", Frame: "framed.html", Assets: addresses}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the manifest: %w", err)
	}
	files["manifest.json"] = append(index, '\n')
	return files, nil
}

// packageVersion is the one place where a release has its number.
func packageVersion(dir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return "", fmt.Errorf("reading the version: %w", err)
	}
	var p struct {
		Version string `json:"version"`
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return "", fmt.Errorf("reading the version: %w", err)
	}
	if p.Version == "" {
		return "", errors.New("package.json says no version")
	}
	return p.Version, nil
}

// modules bundles the files of /w/: those of the panel together, and those that the
// loader or the settings may fetch instead or beside. NAME_PATH is where one of them is, below /w/.
func modules(dir string, define map[string]string, short *names) ([]asset, error) {
	all, err := together(dir, define, short)
	if err != nil {
		return nil, err
	}
	define["PANEL_PATH"] = fmt.Sprintf("%q", all[0].address)
	for _, name := range []string{"isolate", "greet", "settings"} {
		a, err := module(dir, "src/"+name+".ts", name, define, short)
		if err != nil {
			return nil, err
		}
		define[strings.ToUpper(name)+"_PATH"] = fmt.Sprintf("%q", a.address)
		all = append(all, a)
	}
	return all, nil
}

// module bundles one of them.
func module(dir, entry, name string, define map[string]string, short *names) (asset, error) {
	body, err := compile(dir, entry, api.FormatESModule, define, short)
	if err != nil {
		return asset{}, fmt.Errorf("bundling %s: %w", name, err)
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])[:12]
	return asset{address: hash + "/" + name + ".js", file: name + "-" + hash + ".js", body: body}, nil
}

// asset is a file served under its hash.
type asset struct {
	// address is what stands after /w/, file its name in dist.
	address, file string
	body          []byte
}

// page returns a page of ours, and the script it names.
func page(dir, entry, name string, define map[string]string, short *names) ([]byte, asset, error) {
	script, err := module(dir, entry, name, define, short)
	if err != nil {
		return nil, asset{}, err
	}
	text, err := os.ReadFile(filepath.Join(dir, strings.TrimSuffix(entry, ".ts")+".html"))
	if err != nil {
		return nil, asset{}, fmt.Errorf("reading the page: %w", err)
	}
	return bytes.Replace(text, []byte(strings.ToUpper(name)+"_SCRIPT"), []byte("/w/"+script.address), 1), script, nil
}

func compile(dir, entry string, format api.Format, define map[string]string, short *names, plugins ...api.Plugin) ([]byte, error) {
	o, err := options(dir, entry, format, define, short)
	if err != nil {
		return nil, err
	}
	o.Plugins = append(o.Plugins, plugins...)
	result := api.Build(o)
	if len(result.Errors) > 0 {
		return nil, errors.New(strings.Join(api.FormatMessages(result.Errors, api.FormatMessagesOptions{}), "\n"))
	}
	short.given = result.MangleCache
	return again(result.OutputFiles[0].Contents)
}

// again minifies once more: esbuild leaves the first short name of each method to
// its class, so that functions and methods name their parameters differently and
// gzip finds less that repeats.
func again(script []byte) ([]byte, error) {
	m := minify.New()
	m.Add("text/javascript", &js.Minifier{Version: 2022})
	out, err := m.Bytes("text/javascript", script)
	if err != nil {
		return nil, fmt.Errorf("minifying what was bundled: %w", err)
	}
	return out, nil
}

func options(dir, entry string, format api.Format, define map[string]string, short *names) (api.BuildOptions, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return api.BuildOptions{}, fmt.Errorf("finding %s: %w", dir, err)
	}
	return api.BuildOptions{
		AbsWorkingDir:     root,
		EntryPoints:       []string{entry},
		Bundle:            true,
		Format:            format,
		Target:            api.ES2022,
		MangleProps:       short.pattern,
		MangleCache:       short.given,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Define:            define,
		Plugins:           []api.Plugin{styles()},
		TsconfigRaw:       `{"compilerOptions":{"strict":true,"verbatimModuleSyntax":true,"useDefineForClassFields":false}}`,
	}, nil
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
