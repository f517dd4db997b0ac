// Command handoff puts a chat widget on a website, lets an AI answer in it, and
// brings the conversation into a Slack thread when a person is needed.
//
// It is the binary and nothing else: commands read their flags, load the file,
// call the rooms and print. What they print for people goes to stdout; errors
// and logs go to stderr. Exit codes: 0 fine, 1 an error told on stderr, 2 wrong
// usage.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/lmittmann/tint"

	"github.com/handoff-bot/handoff/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(execute(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// execute runs one command line and returns the exit code.
func execute(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	root := commands(newLogger(errs))
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	var (
		usage  *usageError
		broken *config.Error
	)
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(errs, "%v\n\nhandoff %s--help shows how it is used.\n", usage.err, usage.command)
		return 2
	case errors.As(err, &broken):
		fmt.Fprintln(errs, broken)
	case !errors.Is(err, errSilent):
		fmt.Fprintf(errs, "handoff: %v\n", err)
	}
	return 1
}

// errSilent ends a command with code 1 that has already said why.
var errSilent = errors.New("the command has said why it failed")

// usageError is a command line that cannot be read.
type usageError struct {
	command string // "check ", or "" for the program itself
	err     error
}

func (u *usageError) Error() string { return u.err.Error() }

// newLogger writes tinted lines on a terminal and JSON elsewhere.
func newLogger(to io.Writer) *slog.Logger {
	if terminal(to) {
		return slog.New(tint.NewTextHandler(to, &tint.Options{TimeFormat: time.TimeOnly}))
	}
	return slog.New(slog.NewJSONHandler(to, nil))
}
