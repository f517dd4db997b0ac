package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// speeches bundles the languages of src/strings but English, which is part of the
// panel. All stand under one hash, so that the panel names it once: LANGUAGES is
// their list, LANGUAGES_PATH where they are.
func speeches(dir string, define map[string]string, short *names) ([]asset, error) {
	sources, err := filepath.Glob(filepath.Join(dir, "src/strings/??.ts"))
	if err != nil {
		return nil, fmt.Errorf("listing the languages: %w", err)
	}
	var all []asset
	tags := []string{}
	sum := sha256.New()
	for _, source := range sources {
		tag := strings.TrimSuffix(filepath.Base(source), ".ts")
		if tag == "en" {
			continue
		}
		body, err := compile(dir, "src/strings/"+tag+".ts", api.FormatESModule, nil, short)
		if err != nil {
			return nil, fmt.Errorf("bundling the language %s: %w", tag, err)
		}
		sum.Write(body)
		tags = append(tags, tag)
		all = append(all, asset{body: body})
	}
	hash := hex.EncodeToString(sum.Sum(nil))[:12]
	for i, tag := range tags {
		all[i].address, all[i].file = hash+"/"+tag+".js", tag+"-"+hash+".js"
	}
	list, err := json.Marshal(tags)
	if err != nil {
		return nil, fmt.Errorf("listing the languages: %w", err)
	}
	define["LANGUAGES"], define["LANGUAGES_PATH"] = string(list), fmt.Sprintf("%q", "/w/"+hash+"/")
	return all, nil
}
