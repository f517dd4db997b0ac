package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/handoff-bot/handoff/cmd/handoff/app"
	"github.com/handoff-bot/handoff/cmd/handoff/states"
	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/demo"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/knowledge"
)

// perWord is the pause of the built-in model between two words, so that an
// answer is seen to be written.
const perWord = 25 * time.Millisecond

// runDemo runs the product against a Slack of its own until ctx ends.
func runDemo(ctx context.Context, o demoOptions) error {
	dir, clean, err := dataFolder(o.Data)
	if err != nil {
		return err
	}
	defer clean()
	public, err := listen(ctx, "--addr", o.Addr)
	if err != nil {
		return err
	}
	staff, err := listen(ctx, "--addr", net.JoinHostPort(hostOf(o.Addr), "0"))
	if err != nil {
		return errors.Join(err, public.Close())
	}
	workspace := fakeslack.Sample(fakeslack.Options{TeamName: "Fernweh Outfitters", Domain: "fernweh", Logger: o.Log})
	file, err := demoFile(filepath.Join(dir, "handoff.db"), public.Addr().String(), staff.Addr().String())
	if err != nil {
		return errors.Join(err, public.Close(), staff.Close())
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return workspace.Serve(ctx, staff) })
	g.Go(func() error { return serveDemo(ctx, file, o, public, staff.Addr().String()) })
	return g.Wait()
}

func serveDemo(ctx context.Context, file *config.File, o demoOptions, public net.Listener, staff string) error {
	scratch, clean, err := dataFolder("")
	if err != nil {
		return err
	}
	defer clean()
	library, err := knowledge.FromFS(ctx, demo.Knowledge(), o.Log)
	if err != nil {
		return fmt.Errorf("read the sample knowledge: %w", err)
	}
	defer func() { _ = library.Close() }()
	gallery, err := states.New(scratch, library, o.Log)
	if err != nil {
		return err
	}
	if err := learnable(file, scratch, o.Data); err != nil {
		return err
	}
	a, err := app.Open(ctx, file, app.Options{Version: version, Logger: o.Log, Words: perWord, Site: demo.Site(), Gallery: gallery})
	if err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "The visitor's page: http://%s/\nThe staff's page:   http://%s/\nThe widget's states: http://%s%s\n\nAsk in the chat: “How long does shipping take?”, then “I was charged twice, I want my money back”.\nCtrl-C ends the demo.\n", public.Addr(), staff, public.Addr(), states.Path)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return gallery.Run(ctx) })
	g.Go(func() error { return a.Run(ctx, public, nil) })
	return errors.Join(g.Wait(), a.Close())
}

// learnable puts the sample knowledge into a folder, beside which what agents approve
// is kept: with the database when that is to stay, else for this run.
func learnable(file *config.File, scratch, data string) error {
	pages := filepath.Join(scratch, "knowledge")
	if err := os.CopyFS(pages, demo.Knowledge()); err != nil {
		return fmt.Errorf("write the sample knowledge: %w", err)
	}
	file.Knowledge = []knowledge.Source{{Path: pages}}
	file.Learn.File = filepath.Join(cmp.Or(data, scratch), "learned.md")
	return nil
}

// demoFile is the sample policy with the addresses of this run.
func demoFile(db, public, staff string) (*config.File, error) {
	_, port, err := net.SplitHostPort(public)
	if err != nil {
		return nil, fmt.Errorf("read the address: %w", err)
	}
	set := map[string]string{
		"HANDOFF_STORAGE_URL":           "sqlite://" + db,
		"HANDOFF_STORAGE_FILES":         "file://" + filepath.Join(filepath.Dir(db), "files"),
		"HANDOFF_SERVER_ADDR":           public,
		"HANDOFF_WIDGET_KEYS_0_ORIGINS": "http://" + public + ",http://127.0.0.1:" + port + ",http://localhost:" + port,
		"HANDOFF_SLACK_BOT_TOKEN":       fakeslack.SampleBotToken,
		"HANDOFF_SLACK_APP_TOKEN":       fakeslack.SampleAppToken,
		"HANDOFF_SLACK_CHANNEL":         fakeslack.SampleSupport,
		"HANDOFF_SLACK_API_URL":         "http://" + staff + "/api/",
	}
	return config.Parse("the demo", demo.Policy(), func(name string) (string, bool) {
		v, ok := set[name]
		return v, ok
	})
}

func hostOf(addr string) string {
	host, _, err := net.SplitHostPort(addr)
	if err != nil || host == "" {
		return "127.0.0.1"
	}
	return host
}

// dataFolder makes the folder of the database: the one that was asked for, or
// one that goes away at the end.
func dataFolder(asked string) (dir string, clean func(), err error) {
	if asked != "" {
		if err := os.MkdirAll(asked, 0o700); err != nil {
			return "", nil, fmt.Errorf("--data: %w", err)
		}
		return asked, func() {}, nil
	}
	dir, err = os.MkdirTemp("", "handoff-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("make a folder for the demo: %w", err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}
