package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// program is the product in a process of its own.
type program struct {
	cmd *exec.Cmd
	out *tail
}

// start starts the product with the house's file.
func (j *job) start(h *house) (*program, error) {
	if len(j.Program) == 0 {
		return nil, errors.New("there is no program to start")
	}
	p := &program{out: &tail{}}
	words := append(slices.Clone(j.Program[1:]), h.path())
	p.cmd = exec.Command(j.Program[0], words...) //nolint:gosec,noctx // this very binary; it ends by stop or kill
	p.cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "HANDOFF_") })
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the product: %w", err)
	}
	return p, nil
}

// stop ends the product in order.
func (p *program) stop() error { return p.end(p.cmd.Process.Signal(syscall.SIGTERM)) }

// kill ends it at once, in the middle of whatever it does.
func (p *program) kill() error { return p.end(p.cmd.Process.Kill()) }

// end waits for the process; how it ended does not matter.
func (p *program) end(err error) error {
	var ended *exec.ExitError
	if werr := p.cmd.Wait(); !errors.As(werr, &ended) {
		err = errors.Join(err, werr)
	}
	return err
}

// explain adds to an error what the product said last.
func (p *program) explain(err error) error {
	if said := p.out.String(); err != nil && said != "" {
		return fmt.Errorf("%w; the product said: %s", err, said)
	}
	return err
}

// memory is the process's resident set, in bytes, as Linux tells it.
func (p *program) memory() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("read the memory of the process: %w", err)
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmRSS:")); ok {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(string(rest)), "kB")), 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("the system does not tell the memory of the process")
}

// outside runs f with a house whose product is started by f itself, as
// [job.start].
func (j *job) outside(ctx context.Context, f func(context.Context, *house) error) error {
	return j.surroundings(ctx, f)
}

// tail keeps the last words of an output.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

const kept = 2048

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if n := len(t.kept) - kept; n > 0 {
		t.kept = slices.Clone(t.kept[n:])
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.kept))
}
