package uitest

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a program with its children, in a group of its own. It does not
// outlive this one.
type process struct {
	command *exec.Cmd
	ended   chan struct{}
}

// run starts a program in an environment that holds nothing of the machine's user;
// home is all it may write to.
func run(t *testing.T, out io.Writer, home string, environment []string, name string, args ...string) *process {
	t.Helper()
	found, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%v: HANDOFF_TEST_ENGINES needs the Debian packages firefox-esr, webkit2gtk-driver and xvfb", err)
	}
	p := &process{command: exec.Command(found, args...), ended: make(chan struct{})} //nolint:noctx // stop ends it, with its children
	p.command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + home, "TMPDIR=" + home, "LANG=en_US.UTF-8"}, environment...)
	p.command.Stdout, p.command.Stderr = out, out
	p.command.WaitDelay = time.Second // of a child that holds the pipe
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.command.Wait(); close(p.ended) }()
	t.Cleanup(p.stop)
	return p
}

// stop ends the group, and waits until nobody is left in it.
func (p *process) stop() {
	group := -p.command.Process.Pid
	_ = syscall.Kill(group, syscall.SIGTERM)
	for deadline := time.Now().Add(2 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if err := syscall.Kill(group, 0); errors.Is(err, syscall.ESRCH) {
			break
		}
		if time.Now().After(deadline) {
			_ = syscall.Kill(group, syscall.SIGKILL)
			break
		}
	}
	<-p.ended
}

// output collects what a program writes.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

// with are the lines so far that have one of the words.
func (o *output) with(words ...string) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []string
	for line := range strings.SplitSeq(o.text.String(), "\n") {
		if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(line, w) }) {
			out = append(out, line)
		}
	}
	return out
}
