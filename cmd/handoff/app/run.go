package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/handoff-bot/handoff/cmd/handoff/console"
	"github.com/handoff-bot/handoff/conversation"
)

// shutdownGrace is how long open requests may take when the process stops.
const shutdownGrace = 5 * time.Second

// Run serves visitors on public and the operator on admin until ctx ends or
// something that cannot heal goes wrong. It waits for everything it started.
func (a *App) Run(ctx context.Context, public, admin net.Listener) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.serve(ctx, a.door.HTTP(""), a.Handler(), public) })
	if admin != nil {
		g.Go(func() error {
			return a.serve(ctx, &http.Server{ReadHeaderTimeout: shutdownGrace}, a.adminHandler(), admin)
		})
	}
	for _, run := range a.parts() {
		g.Go(func() error { return run(ctx) })
	}
	return g.Wait()
}

// adminHandler is the operator's side: metrics, health in detail, and the
// questions of the handoff command.
func (a *App) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", a.door.Admin())
	mux.Handle("/operator/", console.Handler(a.store))
	return mux
}

// parts are what runs beside the listeners.
func (a *App) parts() []func(context.Context) error {
	parts := []func(context.Context) error{a.door.Run, a.library.Run, a.files.Run, a.hear, a.relays, a.hearLive, a.line().Run, a.watch}
	for _, r := range a.runners {
		parts = append(parts, r.Run)
	}
	if a.bridge != nil {
		parts = append(parts, a.leader.Run, a.bridge.Run, a.leads)
	}
	return parts
}

// hear wakes the readers for what other nodes have appended.
func (a *App) hear(ctx context.Context) error {
	return a.store.Listen(ctx, func(ids []conversation.ID) { a.notifier.Wake(ids...) })
}

// leads wakes the readers when this node becomes the one that writes to Slack.
func (a *App) leads(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.leader.Changed():
			a.notifier.Wake()
		}
	}
}

// serve serves h on ln until ctx ends, then lets open requests finish.
func (a *App) serve(ctx context.Context, srv *http.Server, h http.Handler, ln net.Listener) error {
	srv.Handler = h
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }() // ends with the server
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer cancel()
	if err := srv.Shutdown(grace); err != nil {
		_ = srv.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
