package house

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is "Who may import whom" of docs/architecture.md: the packages of
// this module that a room's own code may use. Tests may use more, never cmd.
// "*" means everything.
var mayImport = map[string][]string{
	"conversation": {},
	"feed":         {"conversation"},
	"store":        {"conversation", "duty", "feed", "files/ledger", "mail/ledger", "slackbridge/ledger", "widgetapi/session"},
	"escalation":   {"conversation", "duty"},
	"queue":        {"conversation", "duty", "feed", "markup", "escalation"},
	"mail":         {"conversation", "feed", "markup"},
	"webhook":      {"conversation", "feed", "markup"},
	"bot":          {"conversation", "feed", "markup", "escalation", "learn", "llm", "knowledge"},
	"widgetapi":    {"conversation", "feed", "files/ledger", "markup", "widget", "widgetapi/identity", "widgetapi/session"},
	"slackbridge":  {"conversation", "duty", "feed", "files/ledger", "learn", "markup", "replies", "slackbridge/draw", "slackbridge/ledger", "slackbridge/webapi"},
	"files":        {"conversation", "files/ledger", "markup", "widgetapi/session"},
	"llm":          {},
	"knowledge":    {},
	"markup":       {},
	"widget":       {},
	"demo":         {},
	"replies":      {"conversation"},
	"learn":        {"conversation"},

	"report":       {"conversation"},
	"report/chart": {"report"},

	"duty":               {},
	"slackbridge/ledger": {"conversation"},
	"slackbridge/draw":   {"conversation", "markup", "replies", "slackbridge/ledger"},
	"slackbridge/webapi": {"conversation"},
	"files/ledger":       {"conversation", "widgetapi/session"},
	"mail/ledger":        {"conversation"},
	"widgetapi/session":  {"conversation"},
	"widgetapi/identity": {},

	"config": {"escalation", "files", "knowledge", "learn", "llm", "mail", "replies", "slackbridge", "store", "webhook", "widgetapi"},

	"cmd/handoff":          {"*"},
	"internal/fakeslack":   {"markup"},
	"internal/fakesmtp":    {},
	"internal/handofftest": {"*"},
	"internal/house":       {},
}

// homes are the libraries that live in one place.
var homes = map[string][]string{
	"database/sql":                        {"store", "cmd"},
	"github.com/mattn/go-sqlite3":         {"store", "cmd"},
	"github.com/jackc/pgx/":               {"store"},
	"github.com/slack-go/slack":           {"slackbridge", "internal/fakeslack"},
	"github.com/sashabaranov/go-openai":   {"llm"},
	"github.com/spf13/viper":              {"config"},
	"github.com/spf13/cobra":              {"cmd"},
	"github.com/wneessen/go-mail":         {"mail"},
	"github.com/golang-jwt/jwt/":          {"widgetapi/identity"},
	"github.com/emersion/go-smtp":         {"internal/fakesmtp"},
	"code.dny.dev/ssrf":                   {"webhook"},
	"github.com/blevesearch/bleve/":       {"knowledge"},
	"github.com/minio/minio-go/":          {"files"},
	"golang.org/x/image/":                 {"files"},
	"github.com/expr-lang/expr":           {"escalation"},
	"github.com/goccy/go-yaml":            {"config"},
	"github.com/go-viper/mapstructure/":   {"config"},
	"github.com/fsnotify/fsnotify":        {"config", "knowledge"},
	"github.com/lmittmann/tint":           {"cmd"},
	"github.com/chromedp/chromedp":        {"internal", "cmd"},
	"github.com/prometheus/client_golang": {"cmd"},
	"github.com/wcharczuk/go-chart/":      {"report/chart"},
}

func TestImportsFollowTheArchitecture(t *testing.T) {
	for _, s := range sources(t) {
		for _, spec := range s.file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if inner, ours := strings.CutPrefix(path, module); ours {
				checkRoom(t, s, inner)
				continue
			}
			checkHome(t, s, path)
			if !s.test && s.pkg == "conversation" && strings.Contains(strings.Split(path, "/")[0], ".") {
				t.Errorf("%s imports %s; the domain uses the standard library only", s.path, path)
			}
		}
	}
}

// rules returns the entry of the room a package belongs to: its own, or that of
// the nearest folder above.
func rules(pkg string) ([]string, bool) {
	for pkg != "." && pkg != "" {
		if r, ok := mayImport[pkg]; ok {
			return r, true
		}
		cut := strings.LastIndexByte(pkg, '/')
		if cut < 0 {
			break
		}
		pkg = pkg[:cut]
	}
	return nil, false
}

func checkRoom(t *testing.T, s source, inner string) {
	t.Helper()
	if strings.HasPrefix(inner, "cmd/") && !strings.HasPrefix(s.pkg, "cmd/") && s.pkg != "internal/handofftest" {
		t.Errorf("%s imports %s; nobody imports the binary", s.path, inner)
	}
	if s.test {
		return
	}
	allowed, known := rules(s.pkg)
	if !known {
		t.Errorf("%s: the package %s has no line in the table of imports", s.path, s.pkg)
		return
	}
	own := inner == s.pkg || strings.HasPrefix(inner, s.pkg+"/") || strings.HasPrefix(s.pkg, inner+"/")
	if !own && !slices.Contains(allowed, "*") && !slices.Contains(allowed, inner) {
		t.Errorf("%s imports %s; see docs/architecture.md, who may import whom", s.path, inner)
	}
}

func checkHome(t *testing.T, s source, path string) {
	t.Helper()
	for lib, places := range homes {
		if path != strings.TrimSuffix(lib, "/") && !strings.HasPrefix(path, strings.TrimSuffix(lib, "/")+"/") {
			continue
		}
		in := func(place string) bool { return s.pkg == place || strings.HasPrefix(s.pkg, place+"/") }
		if !s.test && !slices.ContainsFunc(places, in) {
			t.Errorf("%s imports %s, which lives in %s", s.path, path, strings.Join(places, ", "))
		}
	}
}

// The clock is a value in the pure rooms, and the environment is read in config
// and cmd only.
func TestPureRoomsDoNotLookAtTheWorld(t *testing.T) {
	pure := []string{"conversation", "duty", "escalation", "queue", "markup", "report", "report/chart", "slackbridge/draw"}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, use := range selectors(s) {
			switch use {
			case "time.Now", "time.Since", "time.Until":
				if slices.Contains(pure, s.pkg) {
					t.Errorf("%s uses %s; take now as a value", s.path, use)
				}
			case "os.Getenv", "os.LookupEnv", "os.Environ":
				if s.pkg != "config" && !strings.HasPrefix(s.pkg, "cmd/") && !strings.HasPrefix(s.pkg, "docs/examples/") && !isTestKit(s.pkg) {
					t.Errorf("%s uses %s; the environment is read in config and cmd only", s.path, use)
				}
			}
		}
	}
}

// What Slack shows is drawn in slackbridge/draw; the bridge makes no blocks of its own.
func TestTheBridgeDrawsNothing(t *testing.T) {
	made := regexp.MustCompile(`^slack\.New(\w*Block\w*|RichText\w*)$`)
	for _, s := range sources(t) {
		if s.test || s.pkg != "slackbridge" {
			continue
		}
		for _, use := range selectors(s) {
			if made.MatchString(use) {
				t.Errorf("%s uses %s; draw it in slackbridge/draw", s.path, use)
			}
		}
	}
}

// isTestKit says that a package exists for tests, which look at
// HANDOFF_TEST_POSTGRES and its like.
func isTestKit(pkg string) bool {
	return pkg == "internal/handofftest" || pkg == "internal/browsertest" || pkg == "store/storetest" || pkg == "llm/llmtest"
}
