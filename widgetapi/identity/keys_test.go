package identity

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"time"
)

func block(t *testing.T, kind string, raw []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}))
}

// B-10: an entry's form decides what it verifies, and what cannot be meant is
// refused without repeating it.
func TestB10Keys(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	weak, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // it is to be refused
	if err != nil {
		t.Skipf("a weak key cannot be made here: %v", err)
	}
	edwards, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public := func(key any) string {
		raw, err := x509.MarshalPKIXPublicKey(key)
		return block(t, "PUBLIC KEY", raw, err)
	}
	raw, err := x509.MarshalECPrivateKey(ec)
	private := block(t, "EC PRIVATE KEY", raw, err)
	for name, c := range map[string]struct{ entry, alg, words string }{
		"a secret":            {secret, "HS256", ""},
		"with a line break":   {secret + "\n", "HS256", ""},
		"32 bytes":            {strings.Repeat("ab", 16), "HS256", ""},
		"P-256":               {public(&ec.PublicKey), "ES256", ""},
		"empty":               {"", "", "is empty"},
		"blank":               {" \n", "", "is empty"},
		"the prefix alone":    {"sk_", "", "is empty"},
		"31 bytes":            {strings.Repeat("ab", 15) + "c", "", "31 bytes"},
		"31 after sk_":        {"sk_" + strings.Repeat("ab", 15) + "c", "", "31 bytes"},
		"one letter":          {strings.Repeat("a", 40), "", "one letter"},
		"the public key":      {"pk_live_shop_0123456789abcdef0123456789abcdef", "", "public key of the widget"},
		"a private key":       {private, "", "private key"},
		"a certificate":       {block(t, "CERTIFICATE", []byte("x"), nil), "", "CERTIFICATE"},
		"P-384":               {public(&wide.PublicKey), "", "P-256"},
		"RSA of 1024 bits":    {public(&weak.PublicKey), "", "1024 bits"},
		"Ed25519":             {public(edwards), "", "neither an EC nor an RSA"},
		"two blocks":          {public(&ec.PublicKey) + public(&ec.PublicKey), "", "entry of its own"},
		"half a block":        {public(&ec.PublicKey)[:60], "", "PEM block"},
		"no key in the block": {block(t, "PUBLIC KEY", []byte("x"), nil), "", "not a public key"},
	} {
		k, err := ParseKey(c.entry)
		if c.words == "" {
			if err != nil || k.Algorithm() != c.alg || k.Proof() == "" {
				t.Errorf("%s: got %s, %v", name, k.Algorithm(), err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: got %v, want %q", name, err, c.words)
		}
		if err != nil && len(c.entry) > 8 && strings.Contains(err.Error(), c.entry) {
			t.Errorf("%s: the refusal repeats the entry", name)
		}
	}
}

// What comes as a token is a stranger's.
func FuzzVerify(f *testing.F) {
	f.Add("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.x")
	f.Add("..")
	keys := ParseKeys([]string{secret})
	f.Fuzz(func(t *testing.T, token string) {
		if got, err := Verify(token, keys, "pk_a", time.Unix(1_800_000_000, 0)); err == nil {
			t.Errorf("%q was verified as %+v", token, got)
		}
	})
}
