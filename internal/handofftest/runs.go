package handofftest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/handoff-bot/handoff/cmd/handoff/app"
	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/slackbridge"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// serveEnv names the file that a process of its own serves.
const serveEnv = "HANDOFF_TEST_SERVE"

// ServeIfAsked runs the product when this process was started for it by
// [InProcessOfItsOwn], and does not return then. TestMain calls it first.
func ServeIfAsked() {
	file := os.Getenv(serveEnv)
	if file == "" {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	err := serveFile(ctx, file, logTo(os.Stderr), slackbridge.Limits{}, false)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func logTo(f *os.File) *slog.Logger {
	return slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

// noEnv is the environment of the installation: nothing from outside.
func noEnv(string) (string, bool) { return "", false }

// serveFile is `handoff serve` without the command line. watched reads the file
// again when it changes.
func serveFile(ctx context.Context, path string, logger *slog.Logger, pace slackbridge.Limits, watched bool) error {
	file, err := config.Load(path, noEnv)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, file, app.Options{Version: "test", Logger: logger, SlackLimits: pace})
	if err != nil {
		return err
	}
	ln, err := listen(ctx, file.Server.Addr)
	if err == nil {
		g, ctx := errgroup.WithContext(ctx)
		g.Go(func() error { return a.Run(ctx, ln, nil) })
		if watched {
			w := config.NewWatcher(file, noEnv, logger, a.Changed)
			g.Go(func() error {
				return w.Run(ctx, func(f *config.File) error { return a.Apply(ctx, f) })
			})
		}
		err = g.Wait()
	}
	return errors.Join(err, a.Close())
}

// listen takes an address that the process before may just have left.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	deadline := time.Now().Add(Patience)
	for {
		ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
		if err == nil || time.Now().After(deadline) {
			return ln, err
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// InProcess runs the product in this process. Its log goes to handoff.log beside
// the file. Kill is not possible.
func InProcess(_ TB, file, _ string) (Process, error) {
	return inProcess(file, slackbridge.Limits{}, false)
}

// InProcessWatched is InProcess that reads its file again when it changes.
func InProcessWatched(_ TB, file, _ string) (Process, error) {
	return inProcess(file, slackbridge.Limits{}, true)
}

// InProcessAtFullSpeed is InProcess for a Slack without limits.
func InProcessAtFullSpeed(_ TB, file, _ string) (Process, error) {
	return inProcess(file, slackbridge.Limits{Pace: webapi.Pace{PostsPerSecond: 1e6, PostBurst: 1e6, Unlimited: true}, SpamCards: 1e6}, false)
}

func inProcess(file string, pace slackbridge.Limits, watched bool) (Process, error) {
	log, err := openLog(file)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &inside{cancel: cancel, ended: make(chan error, 1)}
	go func() { // ends with Stop
		p.ended <- errors.Join(serveFile(ctx, file, logTo(log), pace, watched), log.Close())
	}()
	return p, nil
}

func openLog(file string) (*os.File, error) {
	return os.OpenFile(filepath.Join(filepath.Dir(file), "handoff.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

type inside struct {
	cancel context.CancelFunc
	ended  chan error
}

func (p *inside) Stop() error {
	p.cancel()
	return <-p.ended
}

// Kill stops in order: a part of a process cannot be killed.
func (p *inside) Kill() error { return p.Stop() }

// InProcessOfItsOwn runs the product in a child process, which can be killed for
// real. The test binary is the child's program: see [ServeIfAsked].
func InProcessOfItsOwn(_ TB, file, _ string) (Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := openLog(file)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self) //nolint:gosec,noctx // this very binary; it ends by Stop or Kill
	cmd.Env = append(os.Environ(), serveEnv+"="+file)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	return &child{cmd, log}, nil
}

type child struct {
	cmd *exec.Cmd
	log *os.File
}

func (p *child) Stop() error {
	err := p.cmd.Process.Signal(syscall.SIGTERM)
	return errors.Join(err, p.wait())
}

func (p *child) Kill() error {
	err := p.cmd.Process.Kill()
	return errors.Join(err, p.wait())
}

// wait reaps the child; how it ended is its log's business.
func (p *child) wait() error {
	var ended *exec.ExitError
	if err := p.cmd.Wait(); err != nil && !errors.As(err, &ended) {
		return err
	}
	return p.log.Close()
}
