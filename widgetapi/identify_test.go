package widgetapi

import (
	"maps"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	shopSecret = "sk_test_3f9a1c5be7d20468a2c4e6f80b1d3579"
	publicURL  = "https://chat.example.com"
)

// started is when every house's clock starts.
func started() time.Time { return time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC) }

// claimsOf are the claims of a good token, for ten minutes of the shop's. Others
// replace or add to them; nil takes one away.
func claimsOf(subject string, others ...map[string]any) jwt.MapClaims {
	claims := jwt.MapClaims{
		"sub": subject, "aud": shopKey, "iat": started().Unix(), "exp": started().Add(24 * time.Hour).Unix(),
	}
	for _, more := range others {
		maps.Copy(claims, more)
	}
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

// signed is a token with a shared secret.
func signed(secret string, claims jwt.Claims) string {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(secret))
	if err != nil {
		panic(err)
	}
	return token
}

// identify makes a verified visitor of a guest and returns her with her new
// session. The guest keeps the old one.
func (g *guest) identify(token string) (*guest, IdentifyReply) {
	g.Helper()
	var out IdentifyReply
	g.want(http.StatusOK, "POST", "/v1/sessions/identify", IdentifyBody{token}, &out)
	return &guest{house: g.house, origin: g.origin, token: out.Token, id: out.VisitorID}, out
}
