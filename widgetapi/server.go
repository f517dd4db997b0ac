package widgetapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// Server is the door. See [New].
type Server struct {
	deps    Deps
	config  func() Config
	limits  *limiter
	days    *dayCounts
	streams *streams
	here    *presences
	mux     *http.ServeMux
	schema  []byte
	health  lastHealth
	packed  packed
	earlier earlier
}

// New makes the door. config returns the settings as they are now; it is called
// for each request.
func New(deps Deps, config func() Config) (*Server, error) {
	if err := deps.check(); err != nil {
		return nil, err
	}
	if config == nil {
		return nil, errors.New("widgetapi: the config is missing")
	}
	s := &Server{
		deps: deps, config: config,
		limits: newLimiter(), days: newDayCounts(deps.Counters), streams: newStreams(), mux: http.NewServeMux(),
		here: newPresences(deps.Presence, deps.Now, deps.Logger.Warn),
	}
	schema, err := openapiDocument(routes())
	if err != nil {
		return nil, fmt.Errorf("make the OpenAPI document: %w", err)
	}
	s.schema = schema
	for _, rt := range routes() {
		s.mux.Handle(rt.method+" "+mounted(rt.pattern), s.route(rt))
	}
	return s, nil
}

// Handler returns the public side. It may be mounted beside other routes: it
// answers for /v1, /w, /widget.js, /widget@VERSION.js and /healthz.
func (s *Server) Handler() http.Handler { return s.guard(http.HandlerFunc(s.dispatch)) }

// HTTP returns a server for the public side with limits against clients that
// dribble. It has no WriteTimeout, which would cut the event streams: those set
// a deadline for each write instead.
func (s *Server) HTTP(addr string) *http.Server {
	srv := &http.Server{
		Addr:              addr,
		Handler:           s.Handler(),
		ReadHeaderTimeout: 5 * time.Second,
		MaxHeaderBytes:    16 << 10,
		IdleTimeout:       60 * time.Second,
		ErrorLog:          slog.NewLogLogger(s.deps.Logger.Handler(), slog.LevelDebug),
	}
	srv.RegisterOnShutdown(s.streams.closeAll)
	return srv
}

// Run does what the door does by the clock: it stores the counters and who is
// here, forgets idle buckets and expired sessions. When ctx ends it ends the open
// streams, stores the counters a last time and returns nil.
func (s *Server) Run(ctx context.Context) error {
	flush, sweep, purge := time.NewTicker(5*time.Second), time.NewTicker(time.Minute), time.NewTicker(time.Hour)
	defer flush.Stop()
	defer sweep.Stop()
	defer purge.Stop()
	var here sync.WaitGroup
	here.Go(func() { s.here.run(ctx) }) // ends with ctx
	defer here.Wait()
	for {
		select {
		case <-ctx.Done():
			s.streams.closeAll()
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			s.storeCounts(last)
			return nil
		case <-flush.C:
			s.storeCounts(ctx)
		case <-sweep.C:
			s.limits.sweep(s.deps.Now())
		case <-purge.C:
			s.purge(ctx)
		}
	}
}

func (s *Server) storeCounts(ctx context.Context) {
	if err := s.days.flushAll(ctx, s.deps.Now()); err != nil {
		s.deps.Logger.Warn("store the counts behind the limits per day", "error", err)
	}
}

// purge forgets expired sessions. They are kept for another lifetime first,
// because a session lives on for that long after its conversation is closed.
func (s *Server) purge(ctx context.Context) {
	n, err := s.deps.Sessions.PurgeSessions(ctx, s.deps.Now().Add(-sessionLife))
	if err != nil {
		s.deps.Logger.Warn("purge expired sessions", "error", err)
		return
	}
	s.deps.Logger.Debug("purged expired sessions", "sessions", n)
}

// call is one admitted request: what was checked before the handler, and what
// the handler needs.
type call struct {
	w       http.ResponseWriter
	r       *http.Request
	cfg     Config
	now     time.Time
	ip      netip.Addr
	key     Key
	session session.Session
	state   conversation.State // of the owned conversation, as of the check
	body    any
	// anonymous says that the route lets an anonymous visitor in where the key
	// requires a verified one.
	anonymous bool
}

func (c *call) ctx() context.Context { return c.r.Context() }
func (c *call) id() conversation.ID  { return c.state.ID }
func (c *call) owner() session.Owner {
	return session.Owner{Visitor: c.session.Visitor, Widget: c.session.Widget}
}

func (c *call) author() conversation.Author {
	return conversation.Author{Role: conversation.Visitor, ID: c.session.Visitor}
}

// reply is a success. Without a body it is empty; write, when set, writes
// everything itself.
type reply struct {
	status int
	body   any
	write  func(http.ResponseWriter)
}

func noContent() reply { return reply{status: http.StatusNoContent} }

// route makes the handler of a row: admit, run, answer.
func (s *Server) route(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{w: w, r: r, cfg: s.config(), now: s.deps.Now(), anonymous: rt.who.anonymous}
		if err := s.admit(c, rt); err != nil {
			s.fail(c, err)
			return
		}
		rep, err := rt.handler.run(s, c)
		switch {
		case err != nil:
			s.fail(c, err)
		case rep.write != nil:
			rep.write(w)
		case rep.body == nil:
			w.WriteHeader(rep.status)
		default:
			s.writeJSON(w, rep.status, rep.body)
		}
	})
}

// admit runs the checks of a row, in this order: the session, the limits, the
// owner, the team's block, the version, the body.
func (s *Server) admit(c *call, rt route) error {
	c.ip = clientIP(c.r, c.cfg.Server.TrustedProxies)
	if secretSent(c.r) {
		return s.countRefused(c, s.secretKeySeen(c))
	}
	if rt.who.session {
		if err := s.authorise(c); err != nil {
			return s.countRefused(c, err)
		}
	}
	if err := s.allow(c, rt.budget); err != nil {
		return err
	}
	if rt.who.owned {
		if err := s.findOwned(c); err != nil {
			return err
		}
	}
	if rt.who.writes {
		if err := s.checkBlock(c); err != nil {
			return err
		}
	}
	if rt.gives.notYet {
		return &fault{code: codeNotYet, words: fmt.Sprintf("%s %s is not in this version.", rt.method, rt.pattern)}
	}
	if rt.handler.newBody != nil {
		c.body = rt.handler.newBody()
		if err := readBody(c.w, c.r, int64(c.cfg.Limits.BodyBytes), c.body); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) allow(c *call, b budget) error {
	who := map[string]string{"ip": network(c.ip), "visitor": c.session.Visitor}
	if wait := s.limits.take(c.now, c.cfg.Limits.buckets(b), who); wait > 0 {
		return tooMany(wait)
	}
	return nil
}

// countRefused makes guessing tokens cost the guesser's own allowance.
func (s *Server) countRefused(c *call, refused error) error {
	if err := s.allow(c, budgetRequest); err != nil {
		return err
	}
	return refused
}

// checkBlock refuses a visitor whom the team has blocked for now, in whichever
// of her conversations.
func (s *Server) checkBlock(c *call) error {
	until, err := s.deps.Conversations.BlockedUntil(c.ctx(), c.owner(), c.now)
	if err == nil && c.now.Before(until) {
		err = conversation.ErrBlocked
	}
	return err
}

func (s *Server) findOwned(c *call) error {
	id := c.r.PathValue("id")
	if !conversationID.MatchString(id) {
		return conversation.ErrNotFound
	}
	state, err := s.deps.Conversations.Owned(c.ctx(), c.owner(), conversation.ID(id))
	c.state = state
	return err
}
