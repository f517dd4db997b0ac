package widgetapi

import (
	"net/http"
	"strings"
	"testing"
)

// B-14: a secret key is refused wherever it is sent, and the operator is told.
func TestB14SecretKey(t *testing.T) {
	h := newHouse(t)
	g := &guest{house: h, origin: shopOrigin}
	g.refused(http.StatusForbidden, codeSecretKey, "POST", "/v1/sessions", SessionBody{"sk_live_oops"})
	g.refused(http.StatusForbidden, codeSecretKey, "GET", "/v1/widget/config?key=sk_live_oops", nil)
	g.token = "sk_live_oops"
	g.refused(http.StatusForbidden, codeSecretKey, "GET", "/v1/conversations", nil)
	g = h.guest()
	g.refused(http.StatusForbidden, codeSecretKey, "POST", "/v1/sessions/identify", IdentifyBody{"sk_live_oops"})
	g.refused(http.StatusForbidden, codeSecretKey, "GET", "/v1/conversations?secret=sk_live_oops", nil)
	g.refused(http.StatusForbidden, codeSecretKey, "POST", "/v1/sessions/resume", ResumeBody{"sk_live_oops"})
	g.refused(http.StatusForbidden, codeSecretKey, "POST", "/v1/sessions", SessionBody{shopKey}, "Authorization", "Basic sk_live_oops")
	if logs := h.logs.String(); strings.Contains(logs, "sk_live_oops") || strings.Count(logs, "secret key") != 7 {
		t.Errorf("the log: %s", logs)
	}
	if n := h.alerts.Load(); n != 7 {
		t.Errorf("the operator was told %d times, want 7 (the house tells one per cause and hour)", n)
	}
}
