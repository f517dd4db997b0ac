package widgetapi

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// B-62: the link in a mail stops mails to its address by one POST, from a mail
// program (RFC 8058) or by the page's button; opening it changes nothing.
func TestB62Unsubscribe(t *testing.T) {
	h := newHouse(t)
	code, _, err := h.store.OptOut(t.Context(), "Ada@Shop.example")
	if err != nil {
		t.Fatal(err)
	}
	stopped := func(want bool) {
		t.Helper()
		again, got, err := h.store.OptOut(t.Context(), "ada@shop.example")
		if err != nil || got != want || again != code {
			t.Errorf("stopped %v by %s, %v, want %v by %s", got, again, err, want, code)
		}
	}
	call := func(method, code, body, want string, status int) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, h.url+"/unsubscribe?"+url.Values{"t": {code}}.Encode(), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		page, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != status || !strings.Contains(string(page), want) {
			t.Errorf("%s: %d %s, %v; want %d and %q", method, resp.StatusCode, page, err, status, want)
		}
		if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || resp.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: headers %v", method, resp.Header)
		}
	}
	stopped(false)
	call("GET", code, "", "Stop the mails", 200)
	call("GET", "<script>", "", "Stop the mails", 200)
	stopped(false)
	call("POST", code, "List-Unsubscribe=One-Click", "The mails are stopped", 200)
	stopped(true)
	call("POST", code, "again=1", "Mails are allowed again", 200)
	stopped(false)
	call("POST", code, strings.Repeat("x", 1<<20), "The mails are stopped", 200) // what is no form
	stopped(true)
	call("POST", "<script>x", "", "This link is not known", 404)
	call("POST", "", "", "This link is not known", 404)
	stopped(true)
}

// The site of a key is one of the operator's own words, whatever a visitor says of
// her page.
func TestSite(t *testing.T) {
	c := Config{}
	c.Widget.Keys = []Key{
		{Key: "pk_shop", Origins: []string{"https://*.shop.example", "https://WWW.shop.example:443", "https://help.shop.example", "http://localhost:3000"}},
		{Key: "pk_wild", Origins: []string{"https://*.shop.example"}},
		{Key: "pk_any"},
	}
	for _, row := range []struct{ key, page, want string }{
		{"pk_shop", "", "https://www.shop.example/"},
		{"pk_shop", "https://help.shop.example/you-have-won", "https://help.shop.example/"},
		{"pk_shop", "https://help.shop.example", "https://help.shop.example/"},
		{"pk_shop", "http://localhost:3000/x", "http://localhost:3000/"},
		{"pk_shop", "https://you-have-won.shop.example/", "https://www.shop.example/"},
		{"pk_shop", "https://help.shop.example.evil.example/", "https://www.shop.example/"},
		{"pk_shop", "https://help.shop.example@evil.example/", "https://www.shop.example/"},
		{"pk_shop", "/relative", "https://www.shop.example/"},
		{"pk_wild", "https://www.shop.example/", ""},
		{"pk_any", "https://evil.example/", ""},
		{"pk_none", "https://evil.example/", ""},
	} {
		if got := c.Site(row.key, row.page); got != row.want {
			t.Errorf("the site of %s at %q = %q, want %q", row.key, row.page, got, row.want)
		}
	}
}
