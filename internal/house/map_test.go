package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mapped are the rooms with so many files that their package comment says where
// things are: a subject, at least two spaces, and the names of its files, with *.
var mapped = []string{"slackbridge", "slackbridge/draw"}

var mapRow = regexp.MustCompile(`(?m)^//\t\S.*?  +(\S.*)$`)

func TestPackageCommentsKnowTheirFiles(t *testing.T) {
	for _, room := range mapped {
		dir := filepath.Join("..", "..", room)
		comment, err := os.ReadFile(filepath.Join(dir, "doc.go"))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, row := range mapRow.FindAllStringSubmatch(string(comment), -1) {
			names = append(names, strings.Fields(row[1])...)
		}
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 || len(names) == 0 {
			t.Fatalf("%s: %d files, %d names in the package comment: %v", room, len(files), len(names), err)
		}
		met := map[string]bool{}
		for _, file := range files {
			stem := strings.TrimSuffix(filepath.Base(file), ".go")
			if stem == "doc" || strings.HasSuffix(stem, "_test") {
				continue
			}
			times := 0
			for _, name := range names {
				if ok, _ := filepath.Match(name, stem); ok {
					met[name] = true
					times++
				}
			}
			if times != 1 {
				t.Errorf("%s/%s.go: the map in doc.go names it %d times, want once", room, stem, times)
			}
		}
		for _, name := range names {
			if !met[name] {
				t.Errorf("%s/doc.go names %s, and there is no such file", room, name)
			}
		}
	}
}
