package handofftest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/handoff-bot/handoff/internal/fakesmtp"
)

// Stories runs every script in dir as a subtest. A script is a txtar file: the
// lines above the first file are acts and what is expected, one a line; the file
// handoff.yaml, if there is one, is appended to the installation's file (the
// section handoff, and others that differ); $MODEL in its section ai stands for the
// model's address, key and name. See the commands in commands below.
func Stories(t *testing.T, dir string, o Options) {
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		Cmds:                commands(o),
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			o := o
			if o.Fresh != nil {
				o.Storage = o.Fresh()
			}
			s := &story{options: o, visitors: map[string]*Visitor{}, cards: map[string][2]string{}, files: map[string]File{}}
			e.Values[storyKey{}] = s
			e.Defer(func() { s.replays(e.T()) }) // after the product has ended
			return nil
		},
	})
}

// explain shows what the product said last, for whoever reads that a story failed.
func (s *story) explain(ts *testscript.TestScript) {
	if s.house != nil {
		ts.Logf("the product's last words:\n%s", s.house.lastWords(12))
	}
}

// replays decides at the end of a story once more what was decided in it.
func (s *story) replays(t testscript.T) {
	if s.house == nil {
		return
	}
	if err := s.house.Replays(context.Background()); err != nil {
		t.Fatal(err)
	}
}

type storyKey struct{}

// story is what one script has set up so far.
type story struct {
	options  Options
	house    *House
	visitors map[string]*Visitor
	cards    map[string][2]string // visitor → channel, ts
	lines    int
	said     string // the last line of any visitor
	calls    int    // Slack's calls before the last fault
	last     string // the visitor who acted last
	read     int    // so many mails have been looked at
	letter   fakesmtp.Letter
	files    map[string]File // by name, as last seen
}

// command is one verb of the scripts: it gets the words after the verb.
type command func(ts *testscript.TestScript, s *story, args []string) error

func commands(o Options) map[string]func(*testscript.TestScript, bool, []string) {
	verbs := map[string]command{
		"start": start, "halt": stopHouse, "crash": killHouse, "restart": restart,
		"model": model, "visitor": visitor, "agent": agent, "slack": slack, "thread": thread, "card": card, "mail": mails, "learned": learnedFile,
	}
	out := make(map[string]func(*testscript.TestScript, bool, []string), len(verbs))
	for name, run := range verbs {
		out[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			s := ts.Value(storyKey{}).(*story)
			err := run(ts, s, args)
			switch {
			case err == nil && neg:
				ts.Fatalf("%s %q: expected to fail", name, args)
			case err != nil && !neg:
				s.explain(ts)
				ts.Fatalf("%s %s: %v", name, strings.Join(args, " "), err)
			}
		}
	}
	return out
}

// start starts the installation: start [http] [without-slack] [relay=group] [mail]
// [admin], the last with an admin channel.
func start(ts *testscript.TestScript, s *story, args []string) error {
	o := s.options
	for _, a := range args {
		switch a {
		case "http":
			o.Mode = "http"
		case "without-slack":
			o.NoSlack = true
		case "mail":
			o.Mail = true
		case "admin":
			o.Admin = true
		case "relay=group":
			o.Relay = "group"
		default:
			return fmt.Errorf("unknown option %q", a)
		}
	}
	if s.house == nil {
		if raw, err := readOptional(ts, "handoff.yaml"); err == nil {
			o.Policy = raw
		}
		s.house = New(scriptTB{ts}, o)
	}
	s.house.Start()
	return nil
}

func stopHouse(_ *testscript.TestScript, s *story, _ []string) error { s.house.Stop(); return nil }
func killHouse(_ *testscript.TestScript, s *story, _ []string) error { s.house.Kill(); return nil }

func restart(_ *testscript.TestScript, s *story, _ []string) error {
	s.house.Stop()
	s.house.Start()
	return nil
}

// need checks the number of words.
func need(args []string, n int, form string) error {
	if len(args) < n {
		return fmt.Errorf("the form is: %s", form)
	}
	return nil
}
