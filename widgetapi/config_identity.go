package widgetapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/widgetapi/identity"
)

// What a widget key says of verified identity.
const (
	identityNone     = "none"
	identityOptional = "optional"
	identityRequired = "required"
)

// identity is the key's setting with its default.
func (k Key) identity() string {
	if k.Identity == "" {
		return identityNone
	}
	return k.Identity
}

// verifies says that sessions of the key can be verified.
func (k Key) verifies() bool { return k.identity() != identityNone }

func (k Key) identityProblems(at string) []Problem {
	names := []string{identityNone, identityOptional, identityRequired}
	if !slices.Contains(names, k.identity()) {
		return []Problem{{at + ".identity", fmt.Sprintf("%q is not a way to treat identity", k.Identity), "use one of " + strings.Join(names, ", ")}}
	}
	if !k.verifies() && len(k.IdentitySecret) > 0 {
		return []Problem{{at + ".identity_secret", "is there, and identity is none, so nobody would be verified", "write identity: optional or required, or remove the secret"}}
	}
	if k.verifies() && len(k.IdentitySecret) == 0 {
		return []Problem{{at + ".identity_secret", "is empty, so no token could be verified", secretMend}}
	}
	var out []Problem
	for i, entry := range k.IdentitySecret {
		if _, err := identity.ParseKey(entry); err != nil {
			out = append(out, Problem{fmt.Sprintf("%s.identity_secret[%d]", at, i), err.Error(), secretMend})
		}
	}
	return out
}

// secretMend is what to write for a key of the site's tokens.
const secretMend = `make a secret of at least 32 random bytes (for example: echo "sk_$(openssl rand -hex 32)"), give it to the site's server, ` +
	"and name it here as ${HANDOFF_IDENTITY_SECRET}; or write the site's public key as a PEM block (docs/identity.md)"

// checkIdentity decides for every route whether the session may come in: one that
// was verified with a key that is there no more is no session, and where the site
// requires it an anonymous one gets nowhere but to identify.
func (c *call) checkIdentity() error {
	if c.session.Verified {
		if !c.key.verifies() || !identity.Proves(c.key.IdentitySecret, c.session.Proof) {
			return &fault{code: codeUnauthorized}
		}
		return nil
	}
	if c.key.identity() == identityRequired && !c.anonymous {
		return &fault{code: codeIdentityRequired}
	}
	return nil
}
