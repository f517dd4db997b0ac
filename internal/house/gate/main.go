// Command gate runs the tests behind the ten rows that gate a first release and
// prints one line for each. A row passes when every test named by its ids
// passes and there is at least one for each id; it exits with 1 otherwise.
//
//	go run ./internal/house/gate
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"slices"
	"strings"
)

// row is one line of the gate: the threats it covers and what they are about.
type row struct {
	ids   []string
	about string
}

func rows() []row {
	return []row{
		{[]string{"B01"}, "object access"},
		{[]string{"B05"}, "mass assignment"},
		{[]string{"B07"}, "session rotation"},
		{[]string{"B17"}, "origin list"},
		{[]string{"B29"}, "cost breaker"},
		{[]string{"B32", "B33"}, "escalation spam and suppression"},
		{[]string{"B53"}, "Slack escaping"},
		{[]string{"B59"}, "rendering without HTML"},
		{[]string{"B71"}, "SSRF"},
		{[]string{"B73", "B75", "B77"}, "Slack forgery, replay, authorisation"},
	}
}

// tally counts the results of one id.
type tally struct {
	passed int
	failed []string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ok, err := run(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gate:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

func run(ctx context.Context) (bool, error) {
	results, err := test(ctx)
	if results == nil {
		return false, err
	}
	all := true
	for _, r := range rows() {
		line, ok := report(r, results)
		fmt.Println(line)
		all = all && ok
	}
	return all, err
}

// event is what `go test -json` writes, as far as it is needed here.
type event struct {
	Action, Package, Test, Output string
}

var named = regexp.MustCompile(`^Test(B\d\d)`)

// atOnce is how many tests of a package run side by side. They wait for Slack
// most of the time.
const atOnce = "8"

// test runs every test of the gate and tallies them by id. A package that does
// not build counts as a failure of the whole run, whatever the others did.
func test(ctx context.Context) (map[string]*tally, error) {
	var ids []string
	for _, r := range rows() {
		ids = append(ids, r.ids...)
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-parallel", atOnce, "-run", "^Test("+strings.Join(ids, "|")+")", "./...") //nolint:gosec // the arguments are the table above
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("read the results: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start go test: %w", err)
	}
	results, broken := collect(bufio.NewScanner(out))
	if err := cmd.Wait(); err != nil && len(broken) > 0 {
		return results, fmt.Errorf("packages that do not run: %s", strings.Join(broken, ", "))
	}
	return results, nil
}

func collect(lines *bufio.Scanner) (map[string]*tally, []string) {
	lines.Buffer(make([]byte, 0, 64<<10), 16<<20)
	results := make(map[string]*tally)
	failing := make(map[string]bool)
	said := make(map[string]string) // by package and test
	var broken []string
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		if e.Test == "" {
			if e.Action == "fail" && !failing[e.Package] {
				broken = append(broken, e.Package)
			}
			continue
		}
		switch e.Action {
		case "output":
			said[e.Package+" "+e.Test] += e.Output
		case "fail":
			failing[e.Package] = true
			fmt.Fprint(os.Stderr, said[e.Package+" "+e.Test])
		}
		count(results, e)
	}
	return results, broken
}

// count adds one finished top-level test; its sub-tests are inside its result.
func count(results map[string]*tally, e event) {
	m := named.FindStringSubmatch(e.Test)
	if m == nil || strings.Contains(e.Test, "/") {
		return
	}
	t := results[m[1]]
	if t == nil {
		t = &tally{}
		results[m[1]] = t
	}
	switch e.Action {
	case "pass":
		t.passed++
	case "fail", "skip":
		t.failed = append(t.failed, e.Test)
	}
}

// report renders a row: "B-01 object access: pass (3 tests)".
func report(r row, results map[string]*tally) (string, bool) {
	names := make([]string, len(r.ids))
	passed, wrong := 0, []string(nil)
	for i, id := range r.ids {
		names[i] = "B-" + id[1:]
		t := results[id]
		if t == nil || t.passed+len(t.failed) == 0 {
			wrong = append(wrong, "no test for "+names[i])
			continue
		}
		passed += t.passed
		wrong = append(wrong, t.failed...)
	}
	head := strings.Join(names, ", ") + " " + r.about + ": "
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return head + "FAIL (" + strings.Join(wrong, "; ") + ")", false
	}
	plural := "s"
	if passed == 1 {
		plural = ""
	}
	return fmt.Sprintf("%spass (%d test%s)", head, passed, plural), true
}
