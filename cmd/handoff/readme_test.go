package main

import (
	"context"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/handofftest"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// TestReadme follows the README's steps for a real Slack and a real model, block
// by block, against a Slack and a model server on loopback: what it tells a
// newcomer to type works as it stands there.
func TestReadme(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program; not with -short")
	}
	workspace, model := fakeslack.Sample(fakeslack.Options{}), llmtest.New("sk-readme", "gpt-5-mini", llmtest.Say("It takes two days."))
	slackURL := serveSlack(t, workspace)
	models := httptest.NewServer(model)
	t.Cleanup(models.Close)

	r := newReader(t)
	addr := r.freeAddr()
	r.env = append(r.env,
		"HANDOFF_SLACK_API_URL="+slackURL+"/api/", "HANDOFF_AI_BASE_URL="+models.URL+"/v1",
		"HANDOFF_SERVER_ADDR="+addr, "HANDOFF_SERVER_ADMIN_ADDR="+r.freeAddr())
	tokens := strings.NewReplacer("xoxb-…", fakeslack.SampleBotToken, "xapp-…", fakeslack.SampleAppToken, "sk-…", "sk-readme")
	for _, block := range r.blocks() {
		script := tokens.Replace(block)
		if before, found := strings.CutSuffix(strings.TrimSpace(script), "./handoff serve"); found {
			r.run(before)
			r.serves(addr, workspace)
			return
		}
		r.run(script)
	}
	t.Fatal("no block of the README starts the server")
}

// serveSlack serves the workspace until the test ends.
func serveSlack(t *testing.T, workspace *fakeslack.Server) (url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- workspace.Serve(ctx, ln) }() // ends with the test
	t.Cleanup(func() { cancel(); <-ended })
	return "http://" + ln.Addr().String()
}

// reader is a newcomer with a shell in an empty folder.
type reader struct {
	*testing.T
	root, dir string
	env       []string
}

func newReader(t *testing.T) *reader {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{T: t, root: root, dir: t.TempDir()}
	if err := os.Mkdir(filepath.Join(r.dir, "docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	page := "# Shipping\n\nParcels take two days.\n"
	if err := os.WriteFile(filepath.Join(r.dir, "docs", "shipping.md"), []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "HANDOFF_") {
			r.env = append(r.env, v)
		}
	}
	return r
}

func (r *reader) freeAddr() string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// blocks are the README's shell blocks, in order.
func (r *reader) blocks() []string {
	raw, err := os.ReadFile(filepath.Join(r.root, "README.md"))
	if err != nil {
		r.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(raw), -1) {
		out = append(out, m[1])
	}
	return out
}

// run types a block. Building happens in the checkout, everything else in the
// newcomer's folder; exports stay for the blocks that follow.
func (r *reader) run(block string) {
	r.Helper()
	build := "go build -o handoff ./cmd/handoff"
	block = strings.Replace(block, build, "(cd '"+r.root+"' && go build -o '"+r.dir+"/handoff' ./cmd/handoff)", 1)
	out, err := r.shell(block + "\nenv -0 > env.saved").CombinedOutput()
	if err != nil {
		r.Fatalf("%v in:\n%s\n%s", err, block, out)
	}
	saved, err := os.ReadFile(filepath.Join(r.dir, "env.saved"))
	if err != nil {
		r.Fatal(err)
	}
	r.env = strings.Split(strings.TrimSuffix(string(saved), "\x00"), "\x00")
}

func (r *reader) shell(script string) *exec.Cmd {
	cmd := exec.CommandContext(context.WithoutCancel(r.Context()), "bash", "-euo", "pipefail", "-c", script) //nolint:gosec // the README's own words
	cmd.Dir, cmd.Env = r.dir, r.env
	return cmd
}

// serves starts the server as the README says and lets a visitor reach the team.
func (r *reader) serves(addr string, workspace *fakeslack.Server) {
	r.Helper()
	cmd := r.shell("exec ./handoff serve")
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			r.Errorf("serve: %v\n%s", err, out.String())
		}
	})
	r.reachable(addr)
	key := regexp.MustCompile(`pk_\w+`).FindString(r.file("handoff.yaml"))
	v := handofftest.NewVisitor(r.T, "http://"+addr, key, "https://www.example.com")
	v.Say("one", "How long do parcels take?")
	v.Wait("an answer", func(items []handofftest.Item) bool { return handofftest.Sees(items, "bot", "two days") })
	v.Say("two", "I want to talk to a human")
	ctx, cancel := context.WithTimeout(r.Context(), handofftest.Patience)
	defer cancel()
	err := workspace.WaitFor(ctx, func(st *fakeslack.State) bool {
		for _, m := range st.History(fakeslack.SampleSupport) {
			if strings.Contains(m.Visible()+m.Text, v.Reference) {
				return true
			}
		}
		return false
	})
	if err != nil {
		r.Error("no card stands in the channel")
	}
}

func (r *reader) file(name string) string {
	raw, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		r.Fatal(err)
	}
	return string(raw)
}

func (r *reader) reachable(addr string) {
	r.Helper()
	for deadline := time.Now().Add(handofftest.Patience); ; {
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			r.Fatalf("the server does not listen: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
