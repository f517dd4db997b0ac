package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/handoff-bot/handoff/cmd/handoff/app"
	"github.com/handoff-bot/handoff/config"
)

// run serves a configuration until ctx ends. It prints the ready block once the
// listeners stand, and takes the file anew whenever it changes.
func run(ctx context.Context, f *config.File, o runOptions) error {
	a, err := app.Open(ctx, f, app.Options{Version: version, Logger: o.Log})
	if err != nil {
		return err
	}
	defer func() { logClosed(o, a.Close()) }()
	public, err := listen(ctx, "server.addr", f.Server.Addr)
	if err != nil {
		return err
	}
	admin, err := listen(ctx, "server.admin_addr", f.Server.AdminAddr)
	if err != nil {
		return errors.Join(err, public.Close())
	}
	fmt.Fprint(o.Out, readyBlock(ctx, f, a, public.Addr().String()))
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.Run(ctx, public, admin) })
	g.Go(func() error {
		w := config.NewWatcher(f, os.LookupEnv, o.Log, a.Changed)
		return w.Run(ctx, func(f *config.File) error { return a.Apply(ctx, f) })
	})
	return g.Wait()
}

func logClosed(o runOptions, err error) {
	if err != nil {
		o.Log.Error("closing", "error", err)
	}
}

// listen opens a listener and names the key when it cannot.
func listen(ctx context.Context, key, addr string) (net.Listener, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot listen on %s: %w; choose another address or stop what uses it", key, addr, err)
	}
	return ln, nil
}

// slackPatience is how long the ready block waits for Slack to say its name.
const slackPatience = 2 * time.Second

// readyBlock is what serve prints when it is ready.
func readyBlock(ctx context.Context, f *config.File, a *app.App, addr string) string {
	var b strings.Builder
	base := f.Server.PublicURL
	if base == "" {
		base = "http://" + strings.Replace(addr, "[::]", "127.0.0.1", 1)
	}
	fmt.Fprintf(&b, "handoff %s is ready at %s\n\n", version, base)
	base = strings.TrimSuffix(base, "/")
	for _, k := range f.Widget.Keys {
		fmt.Fprintf(&b, "  <script src=\"%s/widget.js\" data-key=\"%s\" async></script>\n", base, k.Key)
	}
	if pin := a.Pinned(); pin.Path != "" {
		b.WriteString("\nor pinned to this version:\n\n")
		for _, k := range f.Widget.Keys {
			fmt.Fprintf(&b, "  <script src=\"%s%s\" integrity=\"%s\" crossorigin data-key=\"%s\" async></script>\n", base, pin.Path, pin.Integrity, k.Key)
		}
	}
	row := func(name, value string) { fmt.Fprintf(&b, "  %-8s %s\n", name, value) }
	b.WriteString("\n")
	row("slack", slackReady(ctx, f))
	row("model", modelName(f))
	row("policy", a.Policy().Hash())
	if p := a.Shadow(); p != nil {
		row("shadow", p.Hash()+": only recorded")
	}
	row("hours", hours(a.Policy(), time.Now()))
	return b.String()
}

func slackReady(ctx context.Context, f *config.File) string {
	if f.Slack == nil {
		return slackName(f)
	}
	ctx, cancel := context.WithTimeout(ctx, slackPatience)
	defer cancel()
	team := ""
	bridge, err := bridgeOf(f)
	if err == nil {
		team, err = bridge.Team(ctx)
	}
	if err != nil {
		return slackName(f) + "; " + err.Error() + ": escalations wait until it answers"
	}
	return team + ", " + slackName(f)
}
