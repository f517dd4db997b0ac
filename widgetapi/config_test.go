package widgetapi

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestProblems(t *testing.T) {
	good := testConfig()
	if p := good.Widget.Problems(); p != nil {
		t.Errorf("a good widget section: got %v", p)
	}
	if p := append(ServerDefaults().Problems(), LimitsDefaults().Problems()...); p != nil {
		t.Errorf("the defaults: got %v", p)
	}
	key := func(k Key) WidgetConfig {
		w := WidgetDefaults()
		w.Keys = []Key{k}
		return w
	}
	ok := []string{"https://a.example"}
	for want, got := range map[string][]Problem{
		"keys":                       WidgetDefaults().Problems(),
		"keys[0].key":                key(Key{Key: "shop", Origins: ok}).Problems(),
		"keys[0].key ":               key(Key{Key: "sk_live", Origins: ok}).Problems(),
		"keys[0].origins":            key(Key{Key: "pk_a"}).Problems(),
		"keys[0].origins[0]":         key(Key{Key: "pk_a", Origins: []string{"a.example"}}).Problems(),
		"keys[0].origins[1]":         key(Key{Key: "pk_a", Origins: []string{"https://a.example", "https://a.example/x"}}).Problems(),
		"keys[0].identity":           key(Key{Key: "pk_a", Origins: ok, Identity: "always"}).Problems(),
		"keys[0].identity_secret":    key(Key{Key: "pk_a", Origins: ok, Identity: "required"}).Problems(),
		"keys[0].identity_secret ":   key(Key{Key: "pk_a", Origins: ok, IdentitySecret: []string{shopSecret}}).Problems(),
		"keys[0].identity_secret[0]": key(Key{Key: "pk_a", Origins: ok, Identity: "optional", IdentitySecret: []string{"sk_short"}}).Problems(),
		"keys[0].identity_secret[1]": key(Key{Key: "pk_a", Origins: ok, Identity: "optional", IdentitySecret: []string{shopSecret, ""}}).Problems(),
		"keys[0].level":              key(Key{Key: "pk_a", Origins: ok, Level: "fast"}).Problems(),
		"public_url":                 ServerConfig{Addr: ":1", PublicURL: "http://chat.example.com"}.Problems(),
		"public_url ":                ServerConfig{Addr: ":1", PublicURL: "chat.example.com"}.Problems(),
		"public_url  ":               ServerConfig{Addr: ":1", PublicURL: "https://chat.example.com/support"}.Problems(),
		"addr":                       ServerConfig{}.Problems(),
		"trusted_proxies[0]":         ServerConfig{Addr: ":1", TrustedProxies: []string{"10.0.0.1"}}.Problems(),
	} {
		if len(got) != 1 || got[0].Key != strings.TrimSpace(want) || got[0].Message == "" || got[0].Mend == "" {
			t.Errorf("%s: got %+v", want, got)
		}
	}
	twice := testConfig().Widget
	twice.Keys[1].Key, twice.Accent = twice.Keys[0].Key, "blue"
	if got := fmt.Sprint(twice.Problems()); !strings.Contains(got, "twice") || !strings.Contains(got, "accent") {
		t.Errorf("got %s", got)
	}
	if p := (ServerConfig{Addr: ":1", PublicURL: "http://127.0.0.1:8080"}).Problems(); p != nil {
		t.Errorf("plain http on loopback: got %v", p)
	}
}

// Each limit has a name, a sentence and a check.
func TestEveryLimitIsChecked(t *testing.T) {
	for i := range reflect.TypeFor[Limits]().NumField() {
		l := LimitsDefaults()
		v := reflect.ValueOf(&l).Elem().Field(i)
		field := reflect.TypeFor[Limits]().Field(i)
		name := field.Tag.Get("yaml")
		if v.Int() == 0 {
			v.SetInt(5)
		} else {
			v.SetInt(0)
		}
		got := l.Problems()
		if name == "" || name != field.Tag.Get("mapstructure") || field.Tag.Get("doc") == "" || len(got) != 1 || got[0].Key != name {
			t.Errorf("%s: got %v", field.Name, got)
		}
	}
}

func TestOriginPatterns(t *testing.T) {
	for _, bad := range []string{"", "*", "https://*", "https://*.com", "https://a.*.example", "ftp://a.example", "https://", "https://a.example.", "https://u@a.example", "https://a.example/", "https://münchen.example", "https://a.example?x", "https://a b", "https://a.example:x"} {
		if p, err := parseOriginPattern(bad); err == nil {
			t.Errorf("%q: got %+v, want an error", bad, p)
		}
	}
	for pattern, origin := range map[string]string{
		"https://A.Example": "https://a.example", "https://a.example:443": "https://a.example", "http://a.example:80": "http://a.example",
		"http://localhost:8080": "http://localhost:8080", "http://[::1]:8080": "http://[::1]:8080", "http://127.0.0.1": "http://127.0.0.1", "https://*.a.example": "https://x-1.a.example",
	} {
		if !allows([]string{pattern}, origin) {
			t.Errorf("%q does not allow %q", pattern, origin)
		}
	}
}

// B-35: a client that dribbles its head or its body is cut off.
func TestB35SlowClients(t *testing.T) {
	h := newHouse(t)
	srv := h.server.HTTP("127.0.0.1:0")
	if srv.ReadHeaderTimeout != 5*time.Second || srv.MaxHeaderBytes != 16<<10 || srv.IdleTimeout != time.Minute || srv.WriteTimeout != 0 || srv.ReadTimeout != 0 {
		t.Errorf("got %+v", srv)
	}
	w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	r := httptest.NewRequest("POST", "/", strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	if err := readBody(w, r, 100, &EmptyBody{}); err != nil {
		t.Fatal(err)
	}
	if len(w.read) != 2 || time.Until(w.read[0]) > bodyTime || !w.read[1].IsZero() {
		t.Errorf("read deadlines: got %v, want one in %v, then none", w.read, bodyTime)
	}
}

type deadlines struct {
	*httptest.ResponseRecorder
	read []time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.read = append(d.read, t)
	return nil
}

func TestAdmin(t *testing.T) {
	h := newHouse(t)
	h.server.deps.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("up 1\n")) })
	ask := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.server.Admin().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w
	}
	if got := ask("/healthz"); got.Code != 200 || got.Body.String() != `{"status":"ok","streams":0}`+"\n" {
		t.Errorf("got %d %s", got.Code, got.Body)
	}
	public := &guest{house: h}
	if got := public.want(200, "GET", "/healthz", nil, nil); string(got.body) != "ok\n" {
		t.Errorf("got %s", got.body)
	}
	h.server.deps.Health = func(ctx context.Context) Health { return Health{Detail: map[string]int{"parked": 2}} }
	if got := ask("/healthz"); got.Code != http.StatusServiceUnavailable || !strings.Contains(got.Body.String(), `"parked":2`) {
		t.Errorf("got %d %s", got.Code, got.Body)
	}
	if got := public.want(200, "GET", "/healthz", nil, nil); string(got.body) != "ok\n" {
		t.Errorf("within two seconds: got %s", got.body)
	}
	h.clock.add(healthAge)
	if got := public.want(200, "GET", "/healthz", nil, nil); string(got.body) != "degraded\n" {
		t.Errorf("got %s", got.body)
	}
	if got := ask("/metrics"); got.Body.String() != "up 1\n" {
		t.Errorf("got %s", got.Body)
	}
	if got := ask("/debug/pprof/"); got.Code != 200 {
		t.Errorf("got %d", got.Code)
	}
	if got := ask("/test?key=x"); got.Code != http.StatusNotImplemented {
		t.Errorf("got %d", got.Code)
	}
}

// Run stores the counts every five seconds and a last time at the end.
func TestRunStoresCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counts := &memoryCounts{}
		s := &Server{deps: Deps{Now: time.Now}, limits: newLimiter(), days: newDayCounts(counts), streams: newStreams(), here: newPresences(nil, time.Now, nil)}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		for range 3 {
			_, _ = s.days.add(ctx, "x", time.Now())
		}
		time.Sleep(6 * time.Second)
		if counts.n.Load() != 3 {
			t.Errorf("after six seconds: got %d, want 3", counts.n.Load())
		}
		_, _ = s.days.add(ctx, "x", time.Now())
		stop()
		if err := <-ended; err != nil || counts.n.Load() != 4 {
			t.Errorf("at the end: got %d, %v, want 4", counts.n.Load(), err)
		}
	})
}

// memoryCounts counts one name.
type memoryCounts struct{ n atomic.Int64 }

func (m *memoryCounts) Count(_ context.Context, _ string, _ time.Time, n int) (int, error) {
	return int(m.n.Add(int64(n))), nil
}
