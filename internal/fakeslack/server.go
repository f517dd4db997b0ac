// Package fakeslack is a Slack workspace on loopback, for the demo and for
// tests. It answers the Web API, opens Socket Mode connections, sends signed
// HTTP requests, serves a small page where people can read and write, and
// fails on demand.
//
// The one idea: it is as strict as Slack and no kinder. Tokens, scopes,
// membership, lengths, block types and triggers are checked on every call;
// messages come back escaped and with the shapes Slack uses; what is not
// acknowledged in three seconds is delivered again. Each unkindness beyond
// that (lost events, duplicates, rate limits, dropped connections, outages) is
// off until a test asks for it: see Switches for lasting behaviour, Fault for
// single Web API calls and Mischief for single deliveries.
//
// Lifecycle: New (or Sample), then Serve with a listener, or Handler in a
// server of the caller's together with Run. People act through methods such as
// Say, Press and Submit; Thread, Calls and WaitFor look at the result. Nothing
// is written to disk: the workspace lives as long as the Server value.
package fakeslack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options describe the workspace and the one app that is installed in it.
// The zero value of every field has a usable default.
type Options struct {
	// Team is the workspace id; TeamName and Domain are what team.info tells.
	Team, TeamName, Domain string
	// BaseURL is put before the paths of URLs the server hands out, without a
	// trailing slash. Empty: the Host of the latest request, or the listener's
	// address.
	BaseURL string
	// The app: its id, the id of its bot, the bot's user and name.
	AppID, BotID, BotUser, BotName string
	// The app's credentials. AppToken opens sockets and nothing else.
	BotToken, AppToken, SigningSecret string
	// Scopes granted to the bot token; nil means ManifestScopes.
	Scopes []string
	// Events the app subscribed to; nil means ManifestEvents.
	Events []string
	// Shortcuts of the app, for the staff page; nil means ManifestShortcuts.
	Shortcuts []Shortcut
	// HTTP, when its Events URL is set, replaces Socket Mode.
	HTTP HTTPDoor
	// Switches hold at the start; Server.Switch changes them later.
	Switches Switches
	// Now tells the time; nil means time.Now.
	Now func() time.Time
	// Delay turns the time Slack would wait (ack timeout, retry schedule,
	// injected slowness) into the time to wait here; nil leaves it unchanged.
	Delay func(time.Duration) time.Duration
	// Logger takes one line per refused call and delivery; nil is silent.
	Logger *slog.Logger
}

// HTTPDoor holds the URLs of the app. Interactions and Commands default to the
// Events URL. Client defaults to a client without redirects.
type HTTPDoor struct {
	Events, Interactions, Commands string
	Client                         *http.Client
}

// Server is the workspace. All methods are safe for concurrent use.
type Server struct {
	opts    Options
	log     *slog.Logger
	methods map[string]method
	handler http.Handler

	mu      sync.Mutex
	changed chan struct{} // closed and replaced at each change
	version int
	state   *State
	faults  faultList
	limiter limiter
	post    post
}

// New returns an empty workspace: no people but the bot, no channels.
func New(o Options) *Server {
	o = o.withDefaults()
	s := &Server{opts: o, log: o.Logger, methods: methodTable(), changed: make(chan struct{})}
	s.state = newState(o)
	s.limiter = newLimiter()
	s.post = newPost(o)
	s.handler = s.routes()
	return s
}

func (o Options) withDefaults() Options {
	defaults := []struct {
		field *string
		value string
	}{
		{&o.Team, SampleTeam}, {&o.TeamName, "Acme"}, {&o.Domain, "acme"},
		{&o.AppID, SampleApp}, {&o.BotID, SampleBot}, {&o.BotUser, SampleBotUser}, {&o.BotName, "Handoff"},
		{&o.BotToken, SampleBotToken}, {&o.AppToken, SampleAppToken}, {&o.SigningSecret, SampleSigningSecret},
	}
	for _, d := range defaults {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	if o.Scopes == nil {
		o.Scopes = ManifestScopes()
	}
	if o.Events == nil {
		o.Events = ManifestEvents()
	}
	if o.Shortcuts == nil {
		o.Shortcuts = ManifestShortcuts()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Delay == nil {
		o.Delay = func(d time.Duration) time.Duration { return d }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	return o
}

// Handler serves the Web API under /api/, the sockets, the response and file
// URLs, and the staff page at the root. Deliveries also need Run.
func (s *Server) Handler() http.Handler { return s.handler }

// Serve answers on ln and delivers until ctx ends, then closes every
// connection, waits for its own goroutines and returns nil.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	s.mu.Lock()
	if s.state.base == "" {
		s.state.base = "http://" + ln.Addr().String()
	}
	s.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	hs := &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	done := make(chan error, 1)
	// The delivery loop lives beside the accept loop; both end with ctx.
	go func() {
		err := s.Run(ctx)
		if cerr := hs.Close(); err == nil {
			err = cerr
		}
		done <- err
	}()
	err := hs.Serve(ln)
	cancel()
	runErr := <-done
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the workspace: %w", err)
	}
	return runErr
}

// URL is the base of the URLs the server hands out, without a trailing slash.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.base
}

// APIURL is what a client takes for https://slack.com/api/.
func (s *Server) APIURL() string { return s.URL() + "/api/" }

// Options returns the options in force, defaults filled in.
func (s *Server) Options() Options { return s.opts }

// touch wakes everybody who waits for a change. The caller holds mu.
func (s *Server) touch() {
	s.version++
	close(s.changed)
	s.changed = make(chan struct{})
}

// do runs fn under the lock and announces a change.
func (s *Server) do(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
	s.touch()
}

// sleep waits for d, stretched by Options.Delay, or until ctx ends.
func (s *Server) sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(s.opts.Delay(d))
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
