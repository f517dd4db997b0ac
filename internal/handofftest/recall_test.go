package handofftest

import (
	"bytes"
	"context"
	"testing"

	"github.com/handoff-bot/handoff/cmd/handoff/console"
	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/escalation/eval"
	"github.com/handoff-bot/handoff/store"
)

// recalled runs the product and, each time it has ended, judges what it has
// recorded once more: every decision of its policy comes out the same, from the
// logged signals and from the words.
func recalled(t *testing.T, runs Runs) Runs {
	return func(tb TB, file, addr string) (Process, error) {
		p, err := runs(tb, file, addr)
		return &afterwards{p, func() { recall(t, file) }}, err
	}
}

type afterwards struct {
	Process
	look func()
}

func (a *afterwards) Stop() error {
	err := a.Process.Stop()
	a.look()
	return err
}

// Kill, too: that is how a story ends.
func (a *afterwards) Kill() error {
	err := a.Process.Kill()
	a.look()
	return err
}

// recall is what `handoff eval --recorded` does.
func recall(t *testing.T, file string) {
	f, err := config.Load(file, noEnv)
	if err != nil {
		return // a story about a file that is wrong
	}
	policy, problems := escalation.Compile(f.Handoff)
	if len(problems) > 0 {
		t.Errorf("%s: %v", file, problems)
		return
	}
	ctx := context.Background()
	s, err := store.Open(ctx, f.Storage.URL, store.Options{Version: "test"})
	if err != nil {
		t.Errorf("%s: %v", file, err)
		return
	}
	defer s.Close()
	var b bytes.Buffer
	if err := (console.Direct{Desk: s}).Events(ctx, "", &b); err != nil {
		t.Errorf("%s: %v", file, err)
	}
	list, err := eval.ReadRecordings(file, &b)
	if err != nil {
		t.Error(err)
	}
	level := func(widget string) string {
		for _, k := range f.Widget.Keys {
			if k.Key == widget {
				return k.Level
			}
		}
		return ""
	}
	r := eval.NewReport(policy, nil)
	r.Recall(list, eval.Side{Policy: policy, Level: level}, nil, func() {})
	for _, c := range r.Recorded.Unlike {
		t.Errorf("%s: %s: logged %s, replayed %s", file, c.Name, c.Was, c.Becomes)
	}
	if r.Recorded.Own < r.Recorded.Decisions {
		return // the file has changed meanwhile
	}
	for _, g := range r.Recorded.Since.Groups {
		for _, c := range g.Cases {
			t.Errorf("%s: %s: “%s”: logged %s, reviewed %s", file, c.Name, c.Text, c.Was, c.Becomes)
		}
	}
}
