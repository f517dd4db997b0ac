package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// shadowedBy writes a live file that names next.yaml, and next.yaml itself.
func shadowedBy(t *testing.T, next string) (path, shadow string) {
	t.Helper()
	dir := t.TempDir()
	path, shadow = filepath.Join(dir, "handoff.yaml"), filepath.Join(dir, "next.yaml")
	write(t, path, minimal+"handoff: {level: balanced, shadow: next.yaml}\n")
	if next != "" {
		write(t, shadow, next)
	}
	return path, shadow
}

func TestShadowIsAWholeFileOrItsSection(t *testing.T) {
	whole := minimal + "slack: {bot_token: \"${NOT_SET_HERE}\"}\nserver: {addr: 17}\nhandoff: {level: quick}\n"
	for name, next := range map[string]string{"section": "handoff: {level: quick}\n", "whole": whole} {
		path, _ := shadowedBy(t, next)
		f, err := Load(path, with())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f.Shadow == nil || f.Shadow.Level != "quick" || f.Shadow.Notify != "on_duty" || f.Handoff.Level != "balanced" {
			t.Errorf("%s: shadow %+v", name, f.Shadow)
		}
	}
	if f, err := Parse("x", []byte(minimal), with()); err != nil || f.Shadow != nil {
		t.Errorf("without the key: %+v, %v", f.Shadow, err)
	}
}

// The environment counts for it as it would in the place of the live file.
func TestShadowTakesTheEnvironmentAndItsTopics(t *testing.T) {
	path, shadow := shadowedBy(t, "handoff: {restricted_topics: {file: more.yaml}}\n")
	write(t, filepath.Join(filepath.Dir(shadow), "more.yaml"), "- {name: Refunds, phrases: [refund]}\n")
	f, err := Load(path, with("HANDOFF_HANDOFF_LEVEL", "ai_first", "HANDOFF_HANDOFF_SHADOW", "next.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if f.Shadow.Level != "ai_first" || len(f.Shadow.RestrictedTopics) != 1 || len(f.Includes) != 2 {
		t.Errorf("shadow %+v, includes %v", f.Shadow, f.Includes)
	}
}

func TestShadowThatDoesNotLoad(t *testing.T) {
	for _, row := range []struct{ name, next, file, says, mend string }{
		{"missing", "", "handoff.yaml:5:", "names the file next.yaml, which cannot be read", "write the file, or remove the key"},
		{"not YAML", "handoff: {level: [\n", "next.yaml:1:", "this is not YAML", "brackets"},
		{"wrong value", "handoff:\n  level: loud\n", "next.yaml:2:", "handoff.level", "quick"},
		{"unknown key", "handoff:\n  levle: quick\n", "next.yaml:2:", "levle", "did you mean level?"},
		{"unknown section", "handof: {level: quick}\n", "next.yaml:1:", "handof", "did you mean handoff?"},
		{"no section", "widget: {title: x}\n", "next.yaml:", "no section handoff", "below handoff:"},
		{"empty", "\n", "next.yaml:", "no section handoff", "below handoff:"},
		{"a shadow's shadow", "handoff: {shadow: other.yaml}\n", "next.yaml:1:", "is a shadow itself", "a shadow has no shadow"},
		{"broken rule", "handoff:\n  rules:\n    - {name: a, when: signals.angr > 1, do: offer}\n", "next.yaml:3:", "angr", "variables"},
		{"two documents", "handoff: {}\n---\nhandoff: {}\n", "next.yaml:3:", "second document", "keep one"},
	} {
		t.Run(row.name, func(t *testing.T) {
			path, _ := shadowedBy(t, row.next)
			f, err := Load(path, with())
			var e *Error
			if !errors.As(err, &e) || f != nil {
				t.Fatalf("file %v, error %v", f, err)
			}
			if text := err.Error(); !strings.Contains(text, row.file) || !strings.Contains(text, row.says) || !strings.Contains(text, row.mend) {
				t.Errorf("the error says\n%s\nwant %s … %s … %s", text, row.file, row.says, row.mend)
			}
		})
	}
}

// A slip in the shadow's file keeps the last good one, and holds up nothing: the
// live policy is loaded all the same.
func TestBrokenShadowKeepsTheLastGoodOne(t *testing.T) {
	path, shadow := shadowedBy(t, "handoff: {level: quick}\n")
	w, reports, _ := follow(t, path)
	good := w.Current().Shadow
	c := next(t, reports, func() { write(t, shadow, "handoff: {level: loud, notify: none}\n") })
	if c.Err == nil || !c.Shadow || !strings.Contains(c.Err.Error(), "next.yaml:1:11") || w.Current().Shadow != good {
		t.Errorf("change %+v, shadow %+v", c, w.Current().Shadow)
	}
	c = next(t, reports, func() {
		write(t, path, minimal+"handoff: {level: ai_first, shadow: next.yaml, notify: group}\n")
	})
	if c.Err != nil || w.Current().Handoff.Level != "ai_first" || w.Current().Shadow != good {
		t.Errorf("change %+v, level %s, shadow %+v", c, w.Current().Handoff.Level, w.Current().Shadow)
	}
	c = next(t, reports, func() { write(t, shadow, "handoff: {level: human_only, notify: none}\n") })
	if c.Err != nil || !c.Shadow {
		t.Errorf("change %+v", c)
	}
	c = next(t, reports, func() {})
	if c.Err != nil || c.Shadow || w.Current().Shadow.Level != "human_only" {
		t.Errorf("change %+v, shadow %+v", c, w.Current().Shadow)
	}
}

// What could be the beginning of a longer text is not taken: a file that ends in
// the middle of a line, or one that was written a moment ago.
func TestHalfAFileIsNotTaken(t *testing.T) {
	all := minimal + "handoff:\n  level: quick\n  restricted_topics:\n    - {name: Billing, phrases: [refund]}\n    - name: Legal\n      phrases: [lawyer]\n      say: We bring in a colleague.\n"
	path, w, reports, _ := watched(t, all)
	half := all[:len(all)-9] // "… We bring in a", a policy of its own
	c := next(t, reports, func() { write(t, path, half) })
	if c.Err == nil || !strings.Contains(c.Err.Error(), "handoff.yaml:11:") || !strings.Contains(c.Err.Error(), "save the whole file again") {
		t.Errorf("change %+v", c)
	}
	if w.Current().Handoff.RestrictedTopics[1].Say["en"] != "We bring in a colleague." {
		t.Error("half a file is in force")
	}
	c = next(t, reports, func() { write(t, path, all) })
	if c.Err != nil || c.File != w.Current() {
		t.Errorf("the end of the refusal: %+v", c)
	}
}

// A shorter text is given more time: a writer may pause at the end of a line.
func TestAShorterFileIsGivenTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "handoff.yaml")
	long, short := minimal+"handoff: {level: quick}\n", minimal
	write(t, path, short)
	g := &glance{before: texts{path: []byte(long)}, found: texts{}}
	old := time.Now().Add(-doubt / 2)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	if _, err := g.read(path); !errors.Is(err, errWriting) || !g.writing {
		t.Errorf("read %v after %v", err, doubt/2)
	}
	old = time.Now().Add(-2 * doubt)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	if data, err := g.read(path); err != nil || string(data) != short {
		t.Errorf("read %v after %v", err, 2*doubt)
	}
	ahead := time.Now().Add(time.Hour)
	if err := os.Chtimes(path, ahead, ahead); err != nil {
		t.Fatal(err)
	}
	if _, err := g.read(path); err != nil {
		t.Errorf("a clock that is ahead: %v", err)
	}
}

// What cannot be applied does not come into force, and is tried again.
func TestWhatCannotBeAppliedIsNotInForce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "handoff.yaml")
	write(t, path, minimal)
	f, err := Load(path, with())
	if err != nil {
		t.Fatal(err)
	}
	var told []error
	w := NewWatcher(f, with(), quiet(), func(c Change) { told = append(told, c.Err) })
	write(t, path, minimal+"handoff: {level: quick}\n")
	old := time.Now().Add(-time.Minute)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	down := errors.New("the database is away")
	for range 3 {
		w.reload(func(*File) error { return down })
	}
	if w.Current() != f || len(told) != 1 || !errors.Is(told[0], down) {
		t.Errorf("told %v", told)
	}
	w.reload(func(*File) error { return nil })
	if w.Current().Handoff.Level != "quick" || len(told) != 2 || told[1] != nil {
		t.Errorf("told %v, level %s", told, w.Current().Handoff.Level)
	}
}
