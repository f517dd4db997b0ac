// Package identity verifies the tokens by which a site's server says who its
// visitor is. It is a leaf: it knows keys and tokens, no sessions.
//
// A key is an entry of widget.keys[].identity_secret, and its form fixes the only
// algorithm it verifies: a shared secret is HS256, a PEM block with a public key
// is ES256 (an EC key on P-256) or RS256 (RSA). A token never chooses: its alg has
// to be the key's, and of its header nothing else is looked at. The signature is
// checked by github.com/golang-jwt/jwt, which compares MACs in constant time, and
// before it is good every refusal reads the same.
package identity

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// The least that a key has to bring.
const (
	minSecret = 32   // bytes of a shared secret, RFC 7518 section 3.2
	minRSA    = 2048 // bits of an RSA key, RFC 7518 section 3.3
)

// secretPrefix marks a secret, so that a leaked one is recognised. It does not
// count for its length.
const secretPrefix = "sk_"

// Key verifies tokens.
type Key struct {
	alg   string
	with  any    // []byte, *ecdsa.PublicKey or *rsa.PublicKey
	proof string // its name: see [Key.Proof]
}

// Algorithm is the only one it verifies: HS256, ES256 or RS256.
func (k Key) Algorithm() string { return k.alg }

// Proof is a name of the key that does not tell the key. It stays the same as
// long as the key does.
func (k Key) Proof() string { return k.proof }

// ParseKey reads an entry of the configuration. Its errors say what to write
// instead and hold nothing of the entry.
func ParseKey(entry string) (Key, error) {
	text := strings.TrimSpace(entry)
	k := Key{proof: proofOf(text)}
	var err error
	if strings.Contains(text, "-----BEGIN") {
		k.alg, k.with, err = parsePublic([]byte(text))
		return k, err
	}
	secret := []byte(text)
	switch bare := strings.TrimPrefix(text, secretPrefix); {
	case bare == "":
		return Key{}, errors.New("is empty")
	case strings.HasPrefix(text, "pk_"):
		return Key{}, errors.New("is a public key of the widget, which everybody can read")
	case len(bare) < minSecret:
		return Key{}, fmt.Errorf("has %d bytes, and a secret that can be guessed verifies anybody", len(bare))
	case strings.Count(bare, bare[:1]) == len(bare):
		return Key{}, errors.New("is one letter again and again")
	}
	k.alg, k.with = jwt.SigningMethodHS256.Alg(), secret
	return k, nil
}

// parsePublic reads one PEM block with a public key.
func parsePublic(text []byte) (alg string, key any, err error) {
	block, rest := pem.Decode(text)
	switch {
	case block == nil:
		return "", nil, errors.New("is not a PEM block in full; in YAML it needs its line breaks")
	case strings.Contains(block.Type, "PRIVATE"):
		return "", nil, errors.New("is a private key: it stays on the site's server, and here goes the public one")
	case block.Type != "PUBLIC KEY":
		return "", nil, fmt.Errorf("is a PEM block of the type %q, and not PUBLIC KEY", block.Type)
	case len(bytes.TrimSpace(rest)) > 0:
		return "", nil, errors.New("has more after the key; each key is an entry of its own")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return "", nil, errors.New("is not a public key that can be read")
	}
	switch key := parsed.(type) {
	case *ecdsa.PublicKey:
		if key.Curve == elliptic.P256() {
			return jwt.SigningMethodES256.Alg(), key, nil
		}
		return "", nil, errors.New("is on a curve other than P-256, which ES256 needs")
	case *rsa.PublicKey:
		if key.N.BitLen() >= minRSA {
			return jwt.SigningMethodRS256.Alg(), key, nil
		}
		return "", nil, fmt.Errorf("is an RSA key of %d bits, and RS256 needs %d", key.N.BitLen(), minRSA)
	}
	return "", nil, errors.New("is neither an EC nor an RSA key")
}

// ParseKeys reads a list, and leaves out what is no key: the configuration was
// checked before.
func ParseKeys(entries []string) []Key {
	var out []Key
	for _, entry := range entries {
		if k, err := ParseKey(entry); err == nil {
			out = append(out, k)
		}
	}
	return out
}

// proofOf names an entry by a digest of it.
func proofOf(entry string) string {
	sum := sha256.Sum256([]byte("handoff identity key\n" + strings.TrimSpace(entry)))
	return hex.EncodeToString(sum[:12])
}

// Proves says whether a session that was verified with a key of this name still
// is: the key is still there.
func Proves(entries []string, proof string) bool {
	return slices.ContainsFunc(entries, func(entry string) bool { return proofOf(entry) == proof })
}
