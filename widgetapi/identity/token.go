package identity

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/golang-jwt/jwt/v5"
)

// What a token may be.
const (
	maxToken = 8 << 10        // bytes
	maxLife  = 24 * time.Hour // from iat to exp
	skew     = time.Minute    // between the site's clock and ours
	maxName  = 255            // bytes of sub and jti
)

// ErrRefused is the one answer to every token whose signature is not good,
// whatever is wrong with it.
var ErrRefused = errors.New("the token is not signed by a key of this site")

// A ClaimError says what is wrong with a token whose signature is good. It is
// written for who makes the tokens, and safe to show.
type ClaimError string

func (e ClaimError) Error() string { return string(e) }

// Token is what a good token says.
type Token struct {
	Subject string
	ID      string // jti, "" for none: with one the token is good once
	Expires time.Time
	Claims  map[string]any // all others but the registered ones
	Key     Key            // that verified it
}

// Verify checks a token for a widget key, its audience. The keys are tried in
// their order. Errors: [ErrRefused], or a ClaimError.
func Verify(token string, keys []Key, audience string, now time.Time) (Token, error) {
	if len(token) > maxToken {
		return Token{}, ErrRefused
	}
	for _, k := range keys {
		claims, err := k.verify(token, audience, now)
		if errors.Is(err, ErrRefused) {
			continue
		}
		if err != nil {
			return Token{}, err
		}
		return Token{claims.Subject, claims.ID, claims.ExpiresAt.Time, claims.others, k}, nil
	}
	return Token{}, ErrRefused
}

func (k Key) verify(token, audience string, now time.Time) (*claims, error) {
	c := &claims{}
	parsed, err := jwt.NewParser(
		jwt.WithValidMethods([]string{k.alg}), jwt.WithStrictDecoding(), jwt.WithLeeway(skew), jwt.WithTimeFunc(func() time.Time { return now }),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithAudience(audience),
	).ParseWithClaims(token, c, func(t *jwt.Token) (any, error) { return k.with, plainHeader(t.Header) })
	invalid := errors.Is(err, jwt.ErrTokenInvalidClaims) // looked at after the signature only
	switch {
	case err != nil && !invalid || parsed == nil:
		return nil, ErrRefused
	case c.odd:
		return nil, ClaimError("A claim has the wrong type: sub and jti are strings, iat, exp and nbf numbers of seconds, aud is a string or a list of them.")
	case invalid:
		return nil, claimError(err, audience)
	case !parsed.Valid:
		return nil, ErrRefused
	}
	return c, c.check()
}

// plainHeader refuses a header that asks for more than a signature: keys that come
// with the token or are fetched (jwk, jku, x5c, x5u), extensions that have to be
// understood (crit). A kid may be there and is never looked at: all keys are tried.
func plainHeader(header map[string]any) error {
	for name := range header {
		switch name {
		case "alg", "typ", "kid":
		default:
			return ErrRefused
		}
	}
	return nil
}

func claimError(err error, audience string) error {
	for _, c := range []struct {
		err   error
		words string
	}{
		{jwt.ErrTokenExpired, "The token has expired. Sign a new one when the page asks for it."},
		{jwt.ErrTokenNotValidYet, "The token is not valid yet (nbf). Compare the clock of your server."},
		{jwt.ErrTokenUsedBeforeIssued, "The token was issued in the future (iat). Compare the clock of your server."},
		{jwt.ErrTokenInvalidAudience, fmt.Sprintf("The token is not for this site. Its claim aud has to be the widget key, %q.", audience)},
		{jwt.ErrTokenRequiredClaimMissing, "The token lacks a claim. It needs sub, iat, exp and aud."},
	} {
		if errors.Is(err, c.err) {
			return ClaimError(c.words)
		}
	}
	return ClaimError("The token's claims are not valid. It needs sub, iat, exp and aud.")
}

// claims are the registered claims and all others.
type claims struct {
	jwt.RegisteredClaims
	odd    bool // one of them has another type than it should
	others map[string]any
}

// UnmarshalJSON reads one object; a claim that is there twice, which two readers
// could understand differently, makes it unreadable, and SUB is not sub.
func (c *claims) UnmarshalJSON(raw []byte) error {
	if err := json.Unmarshal(raw, &c.others); err != nil {
		return fmt.Errorf("read the claims: %w", err)
	}
	// Said once the signature is known to be good.
	c.odd = json.Unmarshal(raw, &c.RegisteredClaims) != nil
	for _, name := range []string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"} {
		delete(c.others, name)
	}
	return nil
}

// check is what the library does not ask for.
func (c *claims) check() error {
	switch {
	case c.Subject == "" || len(c.Subject) > maxName:
		return ClaimError(fmt.Sprintf("The claim sub is missing or longer than %d bytes. It is your own id of the visitor, as a string.", maxName))
	case c.IssuedAt == nil:
		return ClaimError("The token lacks the claim iat, the time it was issued.")
	case c.ExpiresAt.Sub(c.IssuedAt.Time) > maxLife:
		return ClaimError("The token is valid for more than 24 hours. Ten minutes are plenty: sign one when the page asks for it.")
	case len(c.ID) > maxName:
		return ClaimError(fmt.Sprintf("The claim jti is longer than %d bytes.", maxName))
	}
	return nil
}
