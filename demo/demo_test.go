package demo

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// The page must run under default-src 'self': nothing from elsewhere, nothing
// inline.
func TestSiteAsksOnlyItsOwnServer(t *testing.T) {
	away := regexp.MustCompile(`(?i)(src|href|url\(|@import|xlink:href)\s*=?\s*["'(]?\s*(https?:)?//`)
	inline := regexp.MustCompile(`(?i)<script(?:[^>]*)>[^<]|<style|\sstyle=|\son[a-z]+=`)
	seen := 0
	err := fs.WalkDir(Site(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		seen++
		data, err := fs.ReadFile(Site(), name)
		if err != nil {
			return err
		}
		if m := away.Find(data); m != nil {
			t.Errorf("%s asks another server: %s", name, m)
		}
		if m := inline.Find(data); m != nil && strings.HasSuffix(name, ".html") {
			t.Errorf("%s has inline code or style: %s", name, m)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 9 {
		t.Errorf("%d files in the site, want the page, its style and its pictures", seen)
	}
}

func TestPageCarriesTheWidget(t *testing.T) {
	page, err := fs.ReadFile(Site(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	want := `<script src="/widget.js" data-key="` + Key + `" async></script>`
	if !strings.Contains(string(page), want) {
		t.Errorf("index.html does not hold %s", want)
	}
	refs := regexp.MustCompile(`(?:src|href)="([a-z][^"#:]*)"`)
	for _, m := range refs.FindAllStringSubmatch(string(page), -1) {
		if _, err := fs.Stat(Site(), m[1]); err != nil {
			t.Errorf("index.html names %s, which is not there", m[1])
		}
	}
}

func TestKnowledgeHasTitlesAndHeadings(t *testing.T) {
	files, err := fs.Glob(Knowledge(), "*.md")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d files, %v; want at least 8", len(files), err)
	}
	for _, name := range files {
		data, err := fs.ReadFile(Knowledge(), name)
		if err != nil {
			t.Fatal(err)
		}
		if text := string(data); !strings.HasPrefix(text, "# ") || strings.Count(text, "\n## ") < 2 {
			t.Errorf("%s: want a title and at least two headings", name)
		}
	}
}

// The words on the page that say "this one is for a person" must be true: the
// policy escalates them before any model is asked.
func TestPageAsksWhatThePolicyRestricts(t *testing.T) {
	page, err := fs.ReadFile(Site(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "I was charged twice, I want my money back.") || !strings.Contains(string(Policy()), "- charged twice") {
		t.Error("the page's last question is not a phrase of the policy")
	}
}
