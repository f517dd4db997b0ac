package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/handoff-bot/handoff/cmd/handoff/app"
	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// house is one installation: the surroundings, and the product either in this
// process ([job.inside]) or in one of its own ([job.outside]).
type house struct {
	dir    string
	addr   string
	url    string // of the visitor's API
	slack  *fakeslack.Server
	model  *model
	client *http.Client
	file   string // the text of the configuration
}

// speed says how fast the product may post into a channel.
type speed bool

const (
	// slackPace is what the product does by default: what Slack allows, about one
	// post per second and channel, merging lines when it is behind.
	slackPace speed = false
	// fullSpeed is for a Slack without limits, which the benchmark's is.
	fullSpeed speed = true
)

func (s speed) limits() slackbridge.Limits {
	if s == slackPace {
		return slackbridge.Limits{}
	}
	return slackbridge.Limits{Pace: webapi.Pace{PostsPerSecond: 1e6, PostBurst: 1e6, Unlimited: true}, SpamCards: 1e6}
}

// surroundings starts a Slack and a model, makes a folder and a file, calls f,
// and takes everything away again.
func (j *job) surroundings(ctx context.Context, f func(context.Context, *house) error) (err error) {
	dir, err := os.MkdirTemp("", "handoff-bench-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	storage, drop, err := j.database(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, drop()) }()
	h := &house{dir: dir, slack: fakeslack.Sample(fakeslack.Options{}), model: &model{}, client: newClient()}
	defer h.client.CloseIdleConnections()
	slackLn, err := listen(ctx)
	if err != nil {
		return err
	}
	modelLn, err := listen(ctx)
	if err != nil {
		return errors.Join(err, slackLn.Close())
	}
	if err := h.write(storage, slackLn.Addr().String(), modelLn.Addr().String()); err != nil {
		return errors.Join(err, slackLn.Close(), modelLn.Close())
	}
	return h.around(ctx, slackLn, modelLn, f)
}

// around serves Slack and the model while f runs.
func (h *house) around(ctx context.Context, slackLn, modelLn net.Listener, f func(context.Context, *house) error) error {
	g, ctx := errgroup.WithContext(ctx)
	serving, stop := context.WithCancel(ctx)
	models := &http.Server{Handler: h.model, ReadHeaderTimeout: 5 * time.Second}
	g.Go(func() error { return h.slack.Serve(serving, slackLn) })
	g.Go(func() error {
		if err := models.Serve(modelLn); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	err := f(ctx, h)
	stop()
	return errors.Join(err, models.Close(), g.Wait())
}

// inside runs the product in this process while f runs.
func (j *job) inside(ctx context.Context, s speed, f func(context.Context, *house) error) error {
	return j.surroundings(ctx, func(ctx context.Context, h *house) error {
		file, err := config.Parse("the benchmark", []byte(h.file), func(string) (string, bool) { return "", false })
		if err != nil {
			return err
		}
		a, err := app.Open(ctx, file, app.Options{Version: j.Version, Logger: j.Logger, SlackLimits: s.limits()})
		if err != nil {
			return err
		}
		ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", h.addr)
		if err != nil {
			return errors.Join(err, a.Close())
		}
		g, ctx := errgroup.WithContext(ctx)
		serving, stop := context.WithCancel(ctx)
		g.Go(func() error { return a.Run(serving, ln, nil) })
		if err = h.connected(ctx); err == nil {
			err = f(ctx, h)
		}
		h.client.CloseIdleConnections() // the server waits for those that never asked anything
		stop()
		return errors.Join(err, g.Wait(), a.Close())
	})
}

// connected waits until the product answers visitors and listens to Slack. A
// press before that would be lost, as at the real Slack.
func (h *house) connected(ctx context.Context) error {
	if err := h.ready(ctx); err != nil {
		return err
	}
	return h.until(ctx, "the product's socket", func(st *fakeslack.State) bool { return st.Sockets() > 0 })
}

// ready waits until the product serves visitors.
func (h *house) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/v1/widget/config?key="+widgetKey, nil)
		if err != nil {
			return err
		}
		req.Header.Set("Origin", origin)
		resp, err := h.client.Do(req)
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
			err = errors.New(resp.Status)
		}
		if sleep(ctx, 2*time.Millisecond) != nil {
			return fmt.Errorf("the product does not answer: %w", err)
		}
	}
}

// visitor opens a session and a conversation, and follows its stream.
func (h *house) visitor(ctx context.Context, page string) (*visitor, error) {
	v, err := newVisitor(ctx, h.client, h.url, page)
	if err == nil {
		v.follow(ctx)
	}
	return v, err
}

func listen(ctx context.Context) (net.Listener, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on loopback: %w", err)
	}
	return ln, nil
}
