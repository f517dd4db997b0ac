package handofftest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestMustEscalateWithTheModelDown takes from every story what its visitors say
// until their words bring people in, and says it again while the model answers
// nothing but errors: people are brought in all the same, and the assistant says
// nothing on the matter. Stories in which only a model understands her (model
// triages) are left out. At the level at which people never come in by words
// (ai_only) no story ends so.
func TestMustEscalateWithTheModelDown(t *testing.T) {
	t.Parallel()
	stories, err := filepath.Glob("testdata/stories/*.txtar")
	if err != nil || len(stories) == 0 {
		t.Fatalf("%d stories: %v", len(stories), err)
	}
	dir, taken := t.TempDir(), 0
	for _, path := range stories {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(archive.Comment), "\nmodel triages ") {
			continue
		}
		for i, script := range untilPeople(string(archive.Comment)) {
			taken++
			name := fmt.Sprintf("%s_%d.txtar", strings.TrimSuffix(filepath.Base(path), ".txtar"), i)
			files := slices.DeleteFunc(slices.Clone(archive.Files), func(f txtar.File) bool { return f.Name != "handoff.yaml" })
			text := txtar.Format(&txtar.Archive{Comment: []byte(script), Files: files})
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	const least = 23 // of 25 when this was written: fewer means that they are not found
	if taken < least {
		t.Fatalf("%d visitors bring people in by what they say, want at least %d", taken, least)
	}
	t.Logf("%d visitors of %d stories", taken, len(stories))
	Stories(t, dir, Options{Runs: InProcess})
}

// untilPeople makes a script for each visitor of a story whose words bring people
// in: her lines up to there, with the model down.
func untilPeople(story string) []string {
	type visit struct{ opens, lines []string }
	var scripts, order []string
	visits, start := map[string]*visit{}, "start"
	for line := range strings.Lines(story) {
		words := strings.Fields(line)
		if len(words) > 0 && words[0] == "start" && len(order) == 0 {
			start = strings.TrimSpace(line)
		}
		if len(words) < 3 || words[0] != "visitor" {
			continue
		}
		name, verb := words[1], words[2]
		v := visits[name]
		switch {
		case verb == "opens":
			visits[name] = &visit{opens: []string{strings.TrimSpace(line)}}
			order = append(order, name)
		case v == nil:
		case verb == "says":
			v.lines = append(v.lines, strings.TrimSpace(line))
		case verb == "presses":
			delete(visits, name) // the button needs no words
		case verb == "phase" && len(v.lines) > 0 && (words[3] == "waiting" || words[3] == "offline"):
			script := append([]string{start, "model fails 503"}, v.opens...)
			for i, said := range v.lines {
				if script = append(script, said); i < len(v.lines)-1 {
					script = append(script, "visitor "+name+" answered")
				}
			}
			script = append(script, strings.TrimSpace(line))
			scripts = append(scripts, strings.Join(script, "\n")+"\n")
			delete(visits, name)
		}
	}
	return scripts
}
