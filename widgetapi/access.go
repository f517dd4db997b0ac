package widgetapi

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// sessionLife is how far each use moves a session's end, and how long it lives
// on after the visitor's last open conversation is closed.
const sessionLife = 30 * 24 * time.Hour

// touchAfter is how old a session's end may be before a use moves it: a write
// an hour, not one per request.
const touchAfter = time.Hour

// tokenPrefix marks a session token, so that a leaked one is recognised.
const tokenPrefix = "hst_"

// newToken returns 256 random bits, and the hash that is stored of them.
func newToken() (token string, hash [32]byte) {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails, see crypto/rand
	token = tokenPrefix + base64.RawURLEncoding.EncodeToString(raw[:])
	return token, sha256.Sum256([]byte(token))
}

// authorise finds the session of a request and the key it was minted for. The
// Origin a browser sends has to be on the key's list and the one the session
// was minted at; a program that sends none has the token and nothing else.
func (s *Server) authorise(c *call) error {
	scheme, token, ok := strings.Cut(c.r.Header.Get("Authorization"), " ")
	ok = ok && strings.EqualFold(scheme, "Bearer")
	if !ok || !strings.HasPrefix(token, tokenPrefix) {
		return &fault{code: codeUnauthorized}
	}
	found, err := s.deps.Sessions.Session(c.ctx(), sha256.Sum256([]byte(token)))
	if errors.Is(err, conversation.ErrNotFound) {
		return &fault{code: codeUnauthorized}
	}
	if err != nil {
		return err
	}
	key, ok := c.cfg.key(found.Widget)
	if !ok {
		return &fault{code: codeUnauthorized}
	}
	c.session, c.key = found, key
	if err := s.checkOrigin(c, key); err != nil {
		return err
	}
	if err := c.checkIdentity(); err != nil {
		return err
	}
	if origin := c.r.Header.Get("Origin"); origin != "" && found.Origin != "" && origin != found.Origin {
		return &fault{code: codeUnauthorized}
	}
	return s.keepAlive(c)
}

// checkOrigin refuses a browser on a site that is not on the key's list, nor a
// page of ours: the one that the session was resumed on, and the frame, which only
// the key's sites can show. Origin is a filter, not a proof: whoever is no browser
// can send any.
func (s *Server) checkOrigin(c *call, key Key) error {
	origins := c.r.Header.Values("Origin")
	if len(origins) == 0 {
		return nil
	}
	ours := len(origins) == 1 && (origins[0] == c.session.Origin && origins[0] == publicOrigin(c.cfg) || c.r.Header.Get("Sec-Fetch-Site") == "same-origin")
	if len(origins) > 1 || !ours && !allows(key.Origins, origins[0]) {
		c.w.Header().Del("Access-Control-Allow-Origin")
		return &fault{code: codeOrigin}
	}
	return nil
}

// secretSent finds a secret key where every request can have one: in the address,
// and as the token. Bodies have it looked for where they name a key, a token or a
// code.
func secretSent(r *http.Request) bool {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if isSecret(token) {
		return true
	}
	for _, values := range r.URL.Query() {
		if slices.ContainsFunc(values, isSecret) {
			return true
		}
	}
	return false
}

func isSecret(s string) bool { return strings.HasPrefix(strings.TrimSpace(s), "sk_") }

// secretKeySeen refuses a key that should never have left the site's server.
func (s *Server) secretKeySeen(c *call) error {
	origin := c.r.Header.Get("Origin")
	s.deps.Logger.Warn("a secret key was sent to the public API; replace it", "origin", origin)
	if !anyKeyAllows(c.cfg, origin) {
		origin = "" // anybody can send any; what is not on a key's list is not repeated
	}
	s.deps.alert("secret key sent "+origin, "A key that starts with sk_ was sent to the public API"+from(origin)+". "+
		"A secret in a page can be read by everybody who opens it. Take it out of the page, make a new one and replace it in widget.keys, identity_secret; "+
		"the page needs the public key, which starts with pk_.")
	return &fault{code: codeSecretKey}
}

// keepAlive ends an expired session and moves the end of a living one.
func (s *Server) keepAlive(c *call) error {
	if !c.now.Before(c.session.Expires) {
		held, err := s.held(c)
		if err != nil {
			return err
		}
		if !held {
			return &fault{code: codeUnauthorized}
		}
	}
	next := c.now.Add(sessionLife)
	if next.Sub(c.session.Expires) < touchAfter {
		return nil
	}
	err := s.deps.Sessions.TouchSession(c.ctx(), c.session.Hash, next)
	switch {
	case errors.Is(err, conversation.ErrNotFound):
		return &fault{code: codeUnauthorized} // logged out meanwhile
	case errors.Is(err, conversation.ErrStorageFull):
		return nil // what is stored can be read all the same; a later use moves the end
	}
	c.session.Expires = next
	return err
}

// held says whether a conversation keeps an expired session alive: one that is
// open, or was closed less than a session's life ago.
func (s *Server) held(c *call) (bool, error) {
	mine, err := s.deps.Conversations.Mine(c.ctx(), c.owner(), listed)
	if err != nil {
		return false, err
	}
	for _, m := range mine {
		if m.State.Mode != conversation.IsClosed || c.now.Sub(m.State.Closed.At) < sessionLife {
			return true, nil
		}
	}
	return false, nil
}

// SessionBody asks for a session.
type SessionBody struct {
	Key string `json:"key"`
}

// SessionReply holds the token. It is shown this once.
type SessionReply struct {
	Token     string `json:"token"`
	VisitorID string `json:"visitor_id"`
	ExpiresAt string `json:"expires_at"`
}

func from(origin string) string {
	if origin == "" {
		return ""
	}
	return " from " + origin
}

func (s *Server) openSession(c *call, b *SessionBody) (reply, error) {
	key, err := s.site(c, b.Key)
	if err != nil {
		return reply{}, err
	}
	origin := c.r.Header.Get("Origin")
	if origin == "" && len(key.Origins) > 0 {
		return reply{}, &fault{code: codeOrigin, words: "A session starts on one of the widget key's sites: send its Origin header."}
	}
	token, hash := newToken()
	made := session.Session{
		Hash: hash, Visitor: conversation.RandomID("vis"), Widget: key.Key, Origin: origin,
		Created: c.now, Expires: c.now.Add(sessionLife),
	}
	if err := s.deps.Sessions.SaveSession(c.ctx(), made); err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusCreated, body: SessionReply{token, made.Visitor, stamp(made.Expires)}}, nil
}

// site finds the key a public request names, and checks the Origin against it.
func (s *Server) site(c *call, public string) (Key, error) {
	if isSecret(public) {
		return Key{}, s.secretKeySeen(c)
	}
	key, ok := c.cfg.key(public)
	if !ok {
		return Key{}, &fault{code: codeUnknownKey}
	}
	return key, s.checkOrigin(c, key)
}

func (s *Server) endSession(c *call) (reply, error) {
	err := s.deps.Sessions.EndSession(c.ctx(), c.session)
	if err != nil && !errors.Is(err, conversation.ErrNotFound) {
		return reply{}, err
	}
	s.endStreams([][32]byte{c.session.Hash})
	return noContent(), nil
}

// stamp is the form of every time in the API: UTC, milliseconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
