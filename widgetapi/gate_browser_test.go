package widgetapi

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// B-17: the key's list of origins, on mint and on every later request.
func TestB17OriginList(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	for _, c := range []struct {
		origin string
		ok     bool
	}{
		{shopOrigin, true},
		{"https://eu.shop.example:8443", true},
		{"https://eu.shop.example", false},       // the pattern has a port
		{"https://a.b.shop.example:8443", false}, // two labels
		{"https://shop.example:8443", false},     // none
		{"https://.shop.example:8443", false},    // an empty one
		{"https://evil.com/.shop.example:8443", false},
		{"https://www.shop.example:444", false},
		{"https://www.shop.example:443", false}, // no browser sends the default port
		{"http://www.shop.example", false},
		{"https://www.shop.example.evil.com", false},
		{"https://evilwww.shop.example", false},
		{"https://www.shop.example.", false},
		{"https://WWW.SHOP.EXAMPLE", false},
		{"https://www.shop.example/", false},
		{"https://user@www.shop.example", false},
		{"https://www.ѕhop.example", false}, // a look-alike letter
		{"https://xn--www-5cd.shop.example", false},
		{"null", false},
		{"*", false},
		{"file://", false},
		{otherSite, false},
		{"https://www.shop.example https://evil.com", false},
	} {
		mint := &guest{house: h}
		headers := []string{"Origin", c.origin}
		if c.ok {
			mint.want(http.StatusCreated, "POST", "/v1/sessions", SessionBody{shopKey}, nil, headers...)
			mint.want(http.StatusOK, "GET", "/v1/widget/config?key="+shopKey, nil, nil, headers...)
			continue
		}
		for _, refused := range []answerOf{
			mint.refused(http.StatusForbidden, codeOrigin, "POST", "/v1/sessions", SessionBody{shopKey}, headers...),
			mint.refused(http.StatusForbidden, codeOrigin, "GET", "/v1/widget/config?key="+shopKey, nil, headers...),
			g.refused(http.StatusForbidden, codeOrigin, "GET", "/v1/conversations", nil, headers...),
			g.refused(http.StatusForbidden, codeOrigin, "POST", "/v1/conversations", OpenBody{}, headers...),
		} {
			if acao := refused.header.Get("Access-Control-Allow-Origin"); acao != "" {
				t.Errorf("%q: got Access-Control-Allow-Origin %q", c.origin, acao)
			}
		}
	}
	// Without an Origin no session starts; with a token no browser is needed (B-18).
	none := &guest{house: h}
	none.refused(http.StatusForbidden, codeOrigin, "POST", "/v1/sessions", SessionBody{shopKey})
	g.want(http.StatusOK, "GET", "/v1/conversations", nil, nil, "Origin", "")
	// A session belongs to the site it was minted at, though the key allows both.
	g.refused(http.StatusUnauthorized, codeUnauthorized, "GET", "/v1/conversations", nil, "Origin", "https://eu.shop.example:8443")
}

// B-17: the list holds on every route that a session opens, whatever else the
// request lacks.
func TestB17EveryRoute(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	for _, rt := range routes() {
		if !rt.who.session {
			continue
		}
		path := strings.ReplaceAll(rt.pattern, "{id}", string(id))
		for _, origin := range []string{"https://evil.example", "null", "http://www.shop.example", "https://www.shop.example.evil.com"} {
			got := g.refused(http.StatusForbidden, codeOrigin, rt.method, path, bodyFor(t, rt), "Origin", origin)
			if acao := got.header.Get("Access-Control-Allow-Origin"); acao != "" {
				t.Errorf("%s %s, %s: got Access-Control-Allow-Origin %q", rt.method, rt.pattern, origin, acao)
			}
		}
	}
}

// B-17: a key without a list serves no browser.
func TestB17EmptyList(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Widget.Keys[0].Origins = nil })
	g := &guest{house: h}
	g.refused(http.StatusForbidden, codeOrigin, "POST", "/v1/sessions", SessionBody{shopKey}, "Origin", shopOrigin)
}

// B-18: Origin is a filter. A good one without a token opens nothing.
func TestB18OriginIsNoProof(t *testing.T) {
	h := newHouse(t)
	nobody := &guest{house: h, origin: shopOrigin}
	for _, rt := range routes() {
		if rt.who.session {
			nobody.refused(http.StatusUnauthorized, codeUnauthorized, rt.method, strings.ReplaceAll(rt.pattern, "{id}", "cnv_x"), bodyFor(t, rt))
		}
	}
	for _, token := range []string{"hst_", "hst_x", "Bearer", "hst_" + strings.Repeat("a", 10000), "' or 1=1 --"} {
		forged := &guest{house: h, origin: shopOrigin, token: token}
		forged.refused(http.StatusUnauthorized, codeUnauthorized, "GET", "/v1/conversations", nil)
	}
}

// B-19: an exact echo for the sites on the list, nothing for others, never
// credentials.
func TestB19CORS(t *testing.T) {
	h := newHouse(t)
	g := &guest{house: h}
	for origin, want := range map[string]string{
		shopOrigin: shopOrigin, otherSite: otherSite, "https://evil.example": "", "null": "", "": "", "https://www.shop.example.evil.com": "",
	} {
		for _, rt := range routes() {
			if !strings.HasPrefix(rt.pattern, "/v1/") {
				continue
			}
			path := strings.ReplaceAll(strings.ReplaceAll(rt.pattern, "{id}", "cnv_x"), "{file}", "x")
			pre := g.want(http.StatusNoContent, "OPTIONS", path, nil, nil, "Origin", orStar(origin), "Access-Control-Request-Method", rt.method, "Access-Control-Request-Headers", "authorization, content-type")
			if got := pre.header.Get("Access-Control-Allow-Origin"); got != want {
				t.Errorf("preflight of %s from %q: got %q, want %q", path, origin, got, want)
			}
			if want != "" {
				checkPreflight(t, pre.header, rt.method)
			}
			if pre.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s allows credentials", path)
			}
			if !strings.Contains(strings.Join(pre.header.Values("Vary"), ","), "Origin") {
				t.Errorf("%s does not vary by Origin", path)
			}
		}
	}
}

func orStar(origin string) string {
	if origin == "" {
		return "https://unlisted.example"
	}
	return origin
}

func checkPreflight(t *testing.T, h http.Header, method string) {
	t.Helper()
	methods := strings.Split(h.Get("Access-Control-Allow-Methods"), ", ")
	if !slices.Contains(methods, method) {
		t.Errorf("preflight: methods %v lack %s", methods, method)
	}
	if h.Get("Access-Control-Max-Age") != "600" || !strings.Contains(h.Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Errorf("preflight: got %v", h)
	}
}

// B-20: no form and no script without CORS can change anything: a state change
// needs the bearer header and a JSON body.
func TestB20NoCrossSiteForms(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	g.say(id, "c0", "hi")
	before, err := h.store.State(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, rt := range routes() {
		if rt.method == http.MethodGet {
			continue
		}
		path := strings.ReplaceAll(rt.pattern, "{id}", string(id))
		body := bodyFor(t, rt)
		for _, media := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "application/jsonx", "x"} {
			if rt.who.session {
				stranger := &guest{house: h, origin: "https://evil.example"}
				stranger.refused(http.StatusUnauthorized, codeUnauthorized, rt.method, path, body, "Content-Type", media)
			}
			if rt.handler.newBody != nil {
				g.refused(http.StatusUnsupportedMediaType, codeMediaType, rt.method, path, body, "Content-Type", media)
			}
		}
	}
	after, err := h.store.State(t.Context(), id)
	if err != nil || !reflect.DeepEqual(after, before) {
		t.Errorf("the conversation changed: %+v, %v", after, err)
	}
}

// B-15, B-23: headers of every answer.
func TestB15Headers(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	paths := map[string]string{"/v1/nothing": "GET", "/nothing": "GET", "/v1/sessions": "PUT"}
	for _, rt := range routes() {
		path := strings.NewReplacer("{id}", string(id), "{hash}", "abc", "{file}", "panel.js").Replace(rt.pattern)
		if rt.name == "events" {
			path += "?wait=0"
		}
		paths[path] = rt.method
	}
	ids := map[string]bool{}
	for path, method := range paths {
		got := g.do(method, path, nil)
		if got.header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(got.header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s %s: headers %v", method, path, got.header)
		}
		request := got.header.Get("X-Request-Id")
		if request == "" || ids[request] {
			t.Errorf("%s %s: request id %q", method, path, request)
		}
		ids[request] = true
		if strings.HasPrefix(path, "/v1/") && got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s: Cache-Control %q, want no-store", method, path, got.header.Get("Cache-Control"))
		}
	}
}

// B-26: a forged Host goes nowhere.
func TestB26Host(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	req, err := http.NewRequest("GET", h.url+"/v1/widget/config?key="+shopKey, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "evil.example"
	resp, err := g.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got := g.do("GET", "/v1/openapi.json", nil); strings.Contains(string(got.body), "evil") {
		t.Error("the document repeats the host")
	}
}
