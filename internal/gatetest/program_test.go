package gatetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/handofftest"
)

// program is the handoff binary, as an operator builds it.
type program struct {
	path string
	env  []string
}

// build compiles the binary, with or without cgo.
func build(t *testing.T, cgo string) program {
	t.Helper()
	p := program{path: filepath.Join(t.TempDir(), "handoff")}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", p.path, "../../cmd/handoff")
	cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build with CGO_ENABLED=%s: %v\n%s", cgo, err, out)
	}
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} { // and nothing of ours
		p.env = append(p.env, name+"="+os.Getenv(name))
	}
	return p
}

// run runs a command to its end, within patience.
func (p program) run(t *testing.T, args ...string) (exit int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, p.path, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = p.env, &out, &errs
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && (!errors.As(err, &ended) || ctx.Err() != nil) {
		t.Fatalf("handoff %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// refuses runs a command that fails with exit code 1 and these words.
func (p program) refuses(t *testing.T, args []string, words ...string) {
	t.Helper()
	exit, _, stderr := p.run(t, args...)
	if exit != 1 {
		t.Errorf("handoff %s exits with %d, want 1\n%s", strings.Join(args, " "), exit, stderr)
	}
	for _, w := range words {
		if !strings.Contains(stderr, w) {
			t.Errorf("handoff %s does not say %q, but:\n%s", strings.Join(args, " "), w, stderr)
		}
	}
}

// served is a running `handoff serve`.
type served struct {
	cmd *exec.Cmd
	log *os.File
}

// Runs makes the installations of a test run this binary; last is the one that
// runs now.
func (p program) runs(last **served) handofftest.Runs {
	return func(_ handofftest.TB, file, _ string) (handofftest.Process, error) {
		log, err := os.OpenFile(filepath.Join(filepath.Dir(file), "handoff.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, err
		}
		cmd := exec.Command(p.path, "serve", "-c", file) //nolint:gosec,noctx // the binary built above; it ends by Stop or Kill
		cmd.Env, cmd.Stdout, cmd.Stderr = p.env, log, log
		if err := cmd.Start(); err != nil {
			return nil, errors.Join(err, log.Close())
		}
		*last = &served{cmd, log}
		return *last, nil
	}
}

func (s *served) Stop() error { return s.end(s.cmd.Process.Signal(syscall.SIGTERM)) }
func (s *served) Kill() error { return s.end(s.cmd.Process.Kill()) }

func (s *served) end(err error) error {
	var ended *exec.ExitError
	if werr := s.cmd.Wait(); werr != nil && !errors.As(werr, &ended) {
		err = errors.Join(err, werr)
	}
	return errors.Join(err, s.log.Close())
}

// admin gives the installation an admin listener and returns its address.
func admin(t *testing.T, h *handofftest.House) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	rewrite(t, h, `admin_addr: "[^"]*"`, fmt.Sprintf("admin_addr: %q", addr))
	return addr
}

// logged waits until the installation's log has a text.
func logged(t *testing.T, h *handofftest.House, text string) {
	t.Helper()
	pattern := regexp.MustCompile(text)
	for deadline := time.Now().Add(patience); !pattern.MatchString(productLog(t, h)); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the log does not say %s:\n%s", text, productLog(t, h))
		}
	}
}
