package widgetapi

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/identity"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// IdentifyBody holds the token by which the site's server says who the visitor is.
type IdentifyBody struct {
	JWT string `json:"jwt"`
}

// IdentifyReply is the verified session that takes the place of the one that was
// presented. Conversation is the anonymous chat she was in, which is hers now;
// without it there was none.
type IdentifyReply struct {
	Token        string          `json:"token"`
	VisitorID    string          `json:"visitor_id"`
	ExpiresAt    string          `json:"expires_at"`
	Verified     bool            `json:"verified"`
	Conversation conversation.ID `json:"conversation,omitempty"`
}

// identify verifies a token and rotates the session. Streams of all sessions that
// end with it are over before the answer.
func (s *Server) identify(c *call, b *IdentifyBody) (reply, error) {
	if isSecret(b.JWT) {
		return reply{}, s.secretKeySeen(c)
	}
	if !c.key.verifies() {
		return reply{}, &fault{code: codeIdentityOff}
	}
	token, err := identity.Verify(b.JWT, identity.ParseKeys(c.key.IdentitySecret), c.key.Key, c.now)
	if err != nil {
		return reply{}, refusedToken(err)
	}
	who := map[string]string{"subject": c.key.Key + "\x00" + token.Subject}
	if wait := s.limits.take(c.now, c.cfg.Limits.subject(), who); wait > 0 {
		return reply{}, tooMany(wait)
	}
	claims, err := cleanClaims(token)
	if err != nil {
		return reply{}, err
	}
	fresh, hash := newToken()
	done, err := s.deps.Sessions.Identify(c.ctx(), session.Identification{
		Old: c.session.Hash,
		Next: session.Session{
			Hash: hash, Widget: c.key.Key, Origin: c.session.Origin, Verified: true, Proof: token.Key.Proof(), Created: c.now, Expires: c.now.Add(sessionLife),
		},
		Subject: token.Subject, Claims: claims, Token: tokenName(c.key, token), Expires: token.Expires, Within: c.cfg.ReopenWithin,
	})
	switch {
	case errors.Is(err, conversation.ErrNotFound):
		return reply{}, &fault{code: codeUnauthorized} // rotated by somebody else meanwhile
	case errors.Is(err, session.ErrTokenUsed):
		return reply{}, &fault{code: codeIdentity, words: "The token was used already: its jti makes it good once. Sign a new one for each page."}
	case err != nil:
		return reply{}, err
	}
	s.endStreams(done.Ended)
	return reply{status: http.StatusOK, body: IdentifyReply{fresh, done.Visitor, stamp(done.Expires), true, done.Taken}}, nil
}

func refusedToken(err error) error {
	var claim identity.ClaimError
	if errors.As(err, &claim) {
		return &fault{code: codeIdentity, words: claim.Error()}
	}
	return &fault{code: codeIdentity}
}

// tokenName is what is kept of a token that is good once: "" when it has no name.
func tokenName(k Key, t identity.Token) string {
	if t.ID == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(k.Key + "\x00" + t.Subject + "\x00" + t.ID))
	return hex.EncodeToString(sum[:])
}

// cleanClaims takes what a token says under the same bounds as what a page says.
// A claim that is no plain value is refused rather than left out: the site would
// rely on it.
func cleanClaims(t identity.Token) (conversation.Identified, error) {
	out := conversation.Identified{Subject: oneLine(t.Subject)}
	if out.Subject == "" {
		return out, refusedToken(identity.ClaimError("The claim sub has no letter that can be shown."))
	}
	said := func(name string, into *string) error {
		value, there := t.Claims[name]
		if !there || value == nil {
			return nil
		}
		text, ok := value.(string)
		if !ok {
			return refusedToken(identity.ClaimError("The claim " + name + " is not a string."))
		}
		*into = text
		return nil
	}
	var name string
	if err := errors.Join(said("name", &name), said("email", &out.Email)); err != nil {
		return out, err
	}
	out.Name = cut(oneLine(name), maxName)
	if out.Email != "" && !isEmail(out.Email) {
		return out, refusedToken(identity.ClaimError("The claim email is not an address. Write it as name@example.com, or leave it out."))
	}
	proved, asked := t.Claims["email_verified"]
	out.Mail = out.Email != "" && (!asked || proved == true)
	others := map[string]any{}
	for claim, value := range t.Claims {
		switch claim {
		case "name", "email", "email_verified":
		default:
			others[claim] = value
		}
	}
	attributes, err := cleanContext(others)
	var f *fault
	if errors.As(err, &f) {
		return out, refusedToken(identity.ClaimError(strings.ReplaceAll(f.words, "the context", "the token's claims")))
	}
	out.Attributes = attributes
	return out, err
}
