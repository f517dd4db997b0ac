package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/escalation"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestPolicyDocsListEveryVariable(t *testing.T) {
	text := read(t, "../../docs/policy.md")
	for _, v := range escalation.Vars() {
		if row := "| `" + v.Name + "` | " + v.Type + " | " + v.Doc + " |"; !strings.Contains(text, row) {
			t.Errorf("docs/policy.md lacks the row\n%s", row)
		}
	}
}

// Every command that the docs tell people to type exists.
func TestDocsNameRealCommands(t *testing.T) {
	known := map[string]bool{}
	for _, c := range commands(nil).Commands() {
		known[c.Name()] = true
	}
	typed := regexp.MustCompile("(?m)(?:^|`|    |\\$ )(?:\\./)?handoff ([a-z]+)")
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/operations.md", "docs/policy.md", "docs/slack.md", "docs/configuration.md", "docs/architecture.md"} {
		for _, m := range typed.FindAllStringSubmatch(read(t, "../../"+name), -1) {
			if !known[m[1]] {
				t.Errorf("%s names the command %q", name, m[1])
			}
		}
	}
}

func TestDocsLinkToWhatIsThere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#: ]+)\)`)
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/slack.md", "docs/policy.md", "docs/operations.md"} {
		dir := "../../"
		if strings.HasPrefix(name, "docs/") {
			dir += "docs/"
		}
		for _, m := range link.FindAllStringSubmatch(read(t, "../../"+name), -1) {
			if _, err := os.Stat(dir + m[1]); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
	}
}
