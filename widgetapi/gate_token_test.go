package widgetapi

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// publicPEM is the entry of the configuration for a public key.
func publicPEM(t *testing.T, key any) string {
	t.Helper()
	raw, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: raw}))
}

// with signs by any method, with any header.
func with(t *testing.T, method jwt.SigningMethod, key any, claims jwt.Claims, header map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	for name, value := range header {
		token.Header[name] = value
	}
	out, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// raw signs claims as they are written, with a shared secret.
func raw(t *testing.T, secret, header, claims string) string {
	t.Helper()
	part := base64.RawURLEncoding.EncodeToString
	text := part([]byte(header)) + "." + part([]byte(claims))
	mac, err := jwt.SigningMethodHS256.Sign(text, []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + part(mac)
}

// shown is a token as it is shown to a site with these keys. words are what the
// refusal says after the signature was found good, "" for one before.
type shown struct {
	keys  []string
	token string
	ok    bool
	words string
}

const olderSecret = "an older secret of the site, which still verifies"

// pairs are key pairs, with their entries of the configuration.
type pairs struct {
	ec            *ecdsa.PrivateKey
	rsa           *rsa.PrivateKey
	ecPEM, rsaPEM []string
}

func newPairs(t *testing.T) (p pairs) {
	t.Helper()
	var err error
	if p.ec, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	if p.rsa, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	p.ecPEM, p.rsaPEM = []string{publicPEM(t, &p.ec.PublicKey)}, []string{publicPEM(t, &p.rsa.PublicKey)}
	return p
}

func unix(d time.Duration) int64 { return started().Add(d).Unix() }

func hs(others map[string]any) string { return signed(shopSecret, claimsOf("user-1", others)) }

func goodTokens(t *testing.T, p pairs) map[string]shown {
	secrets, good := []string{shopSecret, olderSecret}, claimsOf("user-1")
	return map[string]shown{
		"HS256":             {secrets, signed(shopSecret, good), true, ""},
		"the older secret":  {secrets, signed(olderSecret, good), true, ""},
		"ES256":             {p.ecPEM, with(t, jwt.SigningMethodES256, p.ec, good, nil), true, ""},
		"RS256":             {p.rsaPEM, with(t, jwt.SigningMethodRS256, p.rsa, good, nil), true, ""},
		"several audiences": {secrets, hs(map[string]any{"aud": []string{"https://api.example", shopKey}}), true, ""},
		"a kid":             {secrets, with(t, jwt.SigningMethodHS256, []byte(shopSecret), good, map[string]any{"kid": "2026-11"}), true, ""},
		"59 s too old":      {secrets, hs(map[string]any{"iat": unix(-time.Hour), "exp": unix(-59 * time.Second)}), true, ""},
	}
}

// badTokens have no good signature, or ask for more than one.
func badTokens(t *testing.T, p pairs) map[string]shown {
	secrets, good := []string{shopSecret, olderSecret}, claimsOf("user-1")
	parts := strings.Split(signed(shopSecret, good), ".")
	return map[string]shown{
		"nothing":           {secrets, "", false, ""},
		"no token":          {secrets, "x", false, ""},
		"one part less":     {secrets, parts[0] + "." + parts[1], false, ""},
		"no signature":      {secrets, parts[0] + "." + parts[1] + ".", false, ""},
		"half a signature":  {secrets, parts[0] + "." + parts[1] + "." + parts[2][:20], false, ""},
		"a part more":       {secrets, strings.Join(parts, ".") + ".x", false, ""},
		"loose base64":      {secrets, strings.Join(parts, ".") + "=", false, ""},
		"another secret":    {secrets, signed("another secret of at least 32 bytes", good), false, ""},
		"an empty secret":   {secrets, raw(t, "", `{"alg":"HS256"}`, `{"sub":"user-1"}`), false, ""},
		"alg none":          {secrets, with(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, good, nil), false, ""},
		"alg None, signed":  {secrets, raw(t, shopSecret, `{"alg":"None"}`, `{}`), false, ""},
		"HS512":             {secrets, with(t, jwt.SigningMethodHS512, []byte(shopSecret), good, nil), false, ""},
		"RS256 as HS256":    {p.rsaPEM, signed(p.rsaPEM[0], good), false, ""},
		"the same, trimmed": {p.rsaPEM, signed(strings.TrimSpace(p.rsaPEM[0]), good), false, ""},
		"ES256 as HS256":    {p.ecPEM, signed(p.ecPEM[0], good), false, ""},
		"ES256 for RS256":   {p.rsaPEM, with(t, jwt.SigningMethodES256, p.ec, good, nil), false, ""},
		"PS256 for RS256":   {p.rsaPEM, with(t, jwt.SigningMethodPS256, p.rsa, good, nil), false, ""},
		"kid as a path":     {secrets, with(t, jwt.SigningMethodHS256, []byte{}, good, map[string]any{"kid": "../../../../dev/null"}), false, ""},
		"jwk in the header": {secrets, with(t, jwt.SigningMethodHS256, []byte(shopSecret), good, map[string]any{"jwk": map[string]any{"kty": "oct", "k": "eA"}}), false, ""},
		"jku":               {secrets, with(t, jwt.SigningMethodHS256, []byte(shopSecret), good, map[string]any{"jku": "http://127.0.0.1:1/"}), false, ""},
		"crit":              {secrets, with(t, jwt.SigningMethodHS256, []byte(shopSecret), good, map[string]any{"crit": []string{"exp"}}), false, ""},
		"no such number":    {secrets, raw(t, shopSecret, `{"alg":"HS256"}`, `{"sub":"a","aud":"`+shopKey+`","iat":1,"exp":1e999}`), false, ""},
		"unsigned and odd":  {secrets, signed("another secret of at least 32 bytes", claimsOf("a", map[string]any{"sub": 42})), false, ""},
		"sub twice":         {secrets, raw(t, shopSecret, `{"alg":"HS256"}`, fmt.Sprintf(`{"sub":"a","sub":"b","aud":%q,"iat":%d,"exp":%d}`, shopKey, unix(0), unix(time.Minute))), false, ""},
		"9 KB":              {secrets, hs(map[string]any{"x": strings.Repeat("y", 9<<10)}), false, ""},
	}
}

// badClaims are signed, and say what cannot stand.
func badClaims() map[string]shown {
	secrets := []string{shopSecret, olderSecret}
	return map[string]shown{
		"expired":            {secrets, hs(map[string]any{"iat": unix(-time.Hour), "exp": unix(-61 * time.Second)}), false, "expired"},
		"nbf in the future":  {secrets, hs(map[string]any{"nbf": unix(61 * time.Second)}), false, "not valid yet"},
		"iat in the future":  {secrets, hs(map[string]any{"iat": unix(61 * time.Second)}), false, "in the future"},
		"another key's":      {secrets, hs(map[string]any{"aud": otherKey}), false, "aud"},
		"no aud":             {secrets, hs(map[string]any{"aud": nil}), false, "lacks a claim"},
		"no exp":             {secrets, hs(map[string]any{"exp": nil}), false, "lacks a claim"},
		"no iat":             {secrets, hs(map[string]any{"iat": nil}), false, "iat"},
		"no sub":             {secrets, hs(map[string]any{"sub": nil}), false, "sub"},
		"SUB":                {secrets, hs(map[string]any{"sub": nil, "SUB": "user-1"}), false, "sub"},
		"an empty sub":       {secrets, hs(map[string]any{"sub": ""}), false, "sub"},
		"an invisible sub":   {secrets, hs(map[string]any{"sub": "\u200b"}), false, "sub"},
		"a number as sub":    {secrets, hs(map[string]any{"sub": 42}), false, "wrong type"},
		"a date as exp":      {secrets, hs(map[string]any{"exp": "2026-11-20"}), false, "wrong type"},
		"25 hours":           {secrets, hs(map[string]any{"exp": unix(25 * time.Hour)}), false, "24 hours"},
		"for ever":           {secrets, hs(map[string]any{"exp": 1e18}), false, "24 hours"},
		"issued long ago":    {secrets, hs(map[string]any{"iat": 0}), false, "24 hours"},
		"a list as a claim":  {secrets, hs(map[string]any{"roles": []string{"admin"}}), false, "not a string, a number or a boolean"},
		"a name that is not": {secrets, hs(map[string]any{"name": 7}), false, "name"},
		"two addresses":      {secrets, hs(map[string]any{"email": "a@b.example\r\nBcc: c@d.example"}), false, "email"},
	}
}

// B-10: of all tokens only the good one identifies anybody, and before the
// signature is good every refusal reads the same.
func TestB10TokenMatrix(t *testing.T) {
	p := newPairs(t)
	n := 0
	for _, table := range []map[string]shown{goodTokens(t, p), badTokens(t, p), badClaims()} {
		for name, c := range table {
			n++
			h := newHouse(t, func(cfg *Config) { cfg.Widget.Keys[0].IdentitySecret = c.keys })
			g := h.guest()
			got := g.do("POST", "/v1/sessions/identify", IdentifyBody{c.token})
			if c.ok {
				if got.status != http.StatusOK {
					t.Errorf("%s: got %d %s", name, got.status, got.body)
				}
				continue
			}
			want := cmp.Or(c.words, faults[codeIdentity].sentence)
			if got.status != http.StatusUnauthorized || got.code() != codeIdentity || !strings.Contains(string(got.body), want) {
				t.Errorf("%s: got %d %s, want the words %q", name, got.status, got.body, want)
			}
			g.want(http.StatusOK, "GET", "/v1/conversations", nil, nil) // and nothing has happened to the session
		}
	}
	if n < 40 {
		t.Errorf("%d tokens were tried, want at least 40", n)
	}
}

// B-10: a token is for one widget key, also where two share a secret; and for none
// where identity is off.
func TestB10OtherKeys(t *testing.T) {
	good := signed(shopSecret, claimsOf("user-1"))
	nobody := newHouse(t, func(cfg *Config) { cfg.Widget.Keys[0].Identity, cfg.Widget.Keys[0].IdentitySecret = "none", nil }).guest()
	nobody.refused(http.StatusConflict, codeIdentityOff, "POST", "/v1/sessions/identify", IdentifyBody{good})
	other := newHouse(t, func(cfg *Config) {
		cfg.Widget.Keys[1].Identity, cfg.Widget.Keys[1].IdentitySecret = "optional", []string{shopSecret}
	}).guestAt(otherKey, otherSite)
	other.refused(http.StatusUnauthorized, codeIdentity, "POST", "/v1/sessions/identify", IdentifyBody{good})
}

// B-13: a token is good until it expires, with a jti once, and one subject
// identifies ten times a minute; who cannot sign uses nothing of hers up.
func TestB13Replay(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Limits.IdentifyPerMinute, c.Limits.IdentifyPerMinuteIP = 10, 1000 })
	once := signed(shopSecret, claimsOf("user-1", map[string]any{"jti": "a-1"}))
	h.guest().identify(once)
	got := h.guest().refused(http.StatusUnauthorized, codeIdentity, "POST", "/v1/sessions/identify", IdentifyBody{once})
	if !strings.Contains(string(got.body), "used already") {
		t.Errorf("got %s", got.body)
	}
	h.guest().identify(signed(shopSecret, claimsOf("user-2", map[string]any{"jti": "a-1"}))) // a name of another's

	short := signed(shopSecret, claimsOf("user-3", map[string]any{"exp": started().Add(10 * time.Minute).Unix()}))
	for range 20 {
		h.guest().refused(http.StatusUnauthorized, codeIdentity, "POST", "/v1/sessions/identify", IdentifyBody{short[:len(short)-4] + "AAAA"})
	}
	for range 10 {
		h.guest().identify(short)
	}
	late := h.guest().refused(http.StatusTooManyRequests, codeTooMany, "POST", "/v1/sessions/identify", IdentifyBody{short})
	if late.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	h.guest().identify(signed(shopSecret, claimsOf("user-4")))
	h.clock.add(12 * time.Minute)
	h.guest().refused(http.StatusUnauthorized, codeIdentity, "POST", "/v1/sessions/identify", IdentifyBody{short})
}

// Ten with one token that is good once: one comes through.
func TestB13AtOnce(t *testing.T) {
	h := newHouse(t)
	once := signed(shopSecret, claimsOf("user-1", map[string]any{"jti": "a-1"}))
	statuses := make(chan int, 10)
	for range 10 {
		g := h.guest()
		go func() { statuses <- g.do("POST", "/v1/sessions/identify", IdentifyBody{once}).status }()
	}
	count := map[int]int{}
	for range 10 {
		count[<-statuses]++
	}
	if count[http.StatusOK] != 1 || count[http.StatusUnauthorized] != 9 {
		t.Errorf("got %v", count)
	}
}
