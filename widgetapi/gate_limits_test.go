package widgetapi

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// strict puts the default limits back, which the other tests lift.
func strict(c *Config) { c.Limits = LimitsDefaults() }

func checkRetryAfter(t *testing.T, a answerOf, most time.Duration) {
	t.Helper()
	seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
	if err != nil || seconds < 1 || time.Duration(seconds)*time.Second > most {
		t.Errorf("Retry-After: got %q, want 1 to %v", a.header.Get("Retry-After"), most)
	}
}

// B-27: the one call too many gets 429 and Retry-After; others are unaffected.
func TestB27Sessions(t *testing.T) {
	t.Run("per minute and IP", func(t *testing.T) {
		h := newHouse(t, strict)
		for range 20 {
			h.guest()
		}
		g := &guest{house: h, origin: shopOrigin}
		got := g.refused(http.StatusTooManyRequests, codeTooMany, "POST", "/v1/sessions", SessionBody{shopKey})
		checkRetryAfter(t, got, time.Minute)
		h.clock.add(time.Minute)
		h.guest()
	})
	t.Run("per hour and IP", func(t *testing.T) {
		h := newHouse(t, strict)
		g := &guest{house: h, origin: shopOrigin}
		made := 0
		for range 30 {
			for range 20 {
				if g.do("POST", "/v1/sessions", SessionBody{shopKey}).status == http.StatusCreated {
					made++
				}
			}
			h.clock.add(time.Minute)
		}
		if made < 200 || made > 310 {
			t.Errorf("in half an hour: got %d sessions, want 200 at once and as they come back", made)
		}
	})
}

func TestB27Messages(t *testing.T) {
	h := newHouse(t, strict, func(c *Config) { c.Limits.MessagesPerMinuteIP = 10000 })
	g, other := h.guest(), h.guest()
	id := g.open()
	n := 0
	for ; n < 12; n++ {
		g.say(id, fmt.Sprint("m", n), "hi")
	}
	more := func(clientID string) answerOf {
		return g.refused(http.StatusTooManyRequests, codeTooMany, "POST", at(id, "/messages"), MessageBody{ClientID: clientID, Text: "hi"})
	}
	checkRetryAfter(t, more("minute"), time.Minute)
	other.say(other.open(), "m", "hi")
	for ; n < 200; n++ {
		h.clock.add(15 * time.Second)
		g.say(id, fmt.Sprint("m", n), "hi")
	}
	h.clock.add(10 * time.Minute)
	checkRetryAfter(t, more("day"), 24*time.Hour)
}

func TestB27MessagesInTenMinutes(t *testing.T) {
	h := newHouse(t, strict, func(c *Config) { c.Limits.MessagesPerMinute, c.Limits.MessagesPerMinuteIP = 1000, 1000 })
	g := h.guest()
	id := g.open()
	for n := range 60 {
		g.say(id, fmt.Sprint("m", n), "hi")
	}
	g.refused(http.StatusTooManyRequests, codeTooMany, "POST", at(id, "/messages"), MessageBody{ClientID: "m60", Text: "hi"})
}

func TestB27MessagesOfAnIP(t *testing.T) {
	h := newHouse(t, strict)
	sent := 0
	for range 6 {
		g := h.guest()
		id := g.open()
		for n := range 12 {
			if g.do("POST", at(id, "/messages"), MessageBody{ClientID: fmt.Sprint(n), Text: "hi"}).status == http.StatusCreated {
				sent++
			}
		}
	}
	if sent != 60 {
		t.Errorf("six visitors behind one IP: got %d messages, want 60", sent)
	}
}

// B-27: a limit per day survives a restart.
func TestB27DayLimitSurvivesRestart(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Limits.MessagesPerDay = 20 })
	first := newDayCounts(h.store)
	for range 19 {
		if _, err := first.add(t.Context(), "messages:v", h.clock.now()); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.flushAll(t.Context(), h.clock.now()); err != nil {
		t.Fatal(err)
	}
	second := newDayCounts(h.store)
	for want := 20; want < 60; want++ {
		if got, err := second.add(t.Context(), "messages:v", h.clock.now()); got != want || err != nil {
			t.Fatalf("after the restart: got %d, %v, want %d", got, err, want)
		}
	}
	if got, _ := second.add(t.Context(), "messages:v", h.clock.now().Add(24*time.Hour)); got != 1 {
		t.Errorf("the next day: got %d, want 1", got)
	}
	if err := second.flushAll(t.Context(), h.clock.now().Add(24*time.Hour)); err != nil || len(second.open) != 1 {
		t.Errorf("after the day: %d counters are open, %v; want 1", len(second.open), err)
	}
}

// B-28: behind a trusted proxy each client counts for itself; without one, a
// forged header changes nothing.
func TestB28ClientIP(t *testing.T) {
	for _, c := range []struct {
		peer    string
		xff     []string
		trusted []string
		want    string
	}{
		{"203.0.113.9:1", nil, nil, "203.0.113.9"},
		{"203.0.113.9:1", []string{"1.1.1.1"}, nil, "203.0.113.9"},
		{"10.0.0.1:1", []string{"1.1.1.1"}, []string{"10.0.0.0/8"}, "1.1.1.1"},
		{"10.0.0.1:1", []string{"6.6.6.6, 1.1.1.1"}, []string{"10.0.0.0/8"}, "1.1.1.1"},
		{"10.0.0.1:1", []string{"6.6.6.6", "1.1.1.1, 10.0.0.2"}, []string{"10.0.0.0/8"}, "1.1.1.1"},
		{"10.0.0.1:1", []string{"10.0.0.3, 10.0.0.2"}, []string{"10.0.0.0/8"}, "10.0.0.3"},
		{"10.0.0.1:1", []string{"1.1.1.1, nonsense"}, []string{"10.0.0.0/8"}, "10.0.0.1"},
		{"10.0.0.1:1", []string{""}, []string{"10.0.0.0/8"}, "10.0.0.1"},
		{"[::ffff:10.0.0.1]:1", []string{"::ffff:1.1.1.1"}, []string{"10.0.0.0/8"}, "1.1.1.1"},
		{"10.0.0.1:1", []string{"[2001:db8::7]:443"}, []string{"10.0.0.0/8"}, "2001:db8::7"},
	} {
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.xff}}
		if got := clientIP(r, c.trusted).String(); got != c.want {
			t.Errorf("peer %s, X-Forwarded-For %q: got %s, want %s", c.peer, c.xff, got, c.want)
		}
	}
	if a, b := network(parseHop("2001:db8:1:2:3::4")), network(parseHop("2001:db8:1:2:ffff::")); a != b || a != "2001:db8:1:2::/64" {
		t.Errorf("one IPv6 customer counts as %s and %s", a, b)
	}
}

// B-32, this room's part: an escalation is never refused by a limit. Above them
// it comes quietly, and the visitor is offered the contact form.
func TestB32EscalationsAreNeverRefused(t *testing.T) {
	h := newHouse(t, strict, func(c *Config) {
		c.Limits.SessionsPerMinuteIP, c.Limits.RequestsPerMinute, c.Limits.RequestsPerMinuteIP = 100, 1, 200
	})
	loud := 0
	for range 20 {
		g := h.guest()
		id := g.open()
		for range 5 {
			var phase PhaseReply
			g.want(http.StatusOK, "POST", at(id, "/escalate"), EscalateBody{}, &phase)
			if phase.Phase != conversation.PhaseWaiting {
				t.Fatalf("got phase %q, want waiting", phase.Phase)
			}
			st, err := h.store.State(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if phase.Contact != st.Quiet {
				t.Errorf("quiet %v, but contact %v", st.Quiet, phase.Contact)
			}
			if st.Epoch != 1 {
				t.Errorf("got %d escalations, want one", st.Epoch)
			}
			if !st.Quiet {
				loud++
			}
		}
	}
	if loud != 3*5 {
		t.Errorf("%d answers were for loud escalations, want those of 3 conversations", loud)
	}
}

// Counts that arrive together, before the first is known here, are each told
// their own number.
func TestB32CountsSideBySide(t *testing.T) {
	h := newHouse(t)
	counts := newDayCounts(h.store)
	const n = 16
	got := make([]int, n)
	var busy sync.WaitGroup
	for i := range n {
		busy.Go(func() {
			var err error
			if got[i], err = counts.add(t.Context(), "escalations:ip", h.clock.now()); err != nil {
				t.Error(err)
			}
		})
	}
	busy.Wait()
	slices.Sort(got)
	for i, sum := range got {
		if sum != i+1 {
			t.Fatalf("got %v, want 1 to %d", got, n)
		}
	}
}

// Asking again soon after taking it back, or beside another open one, is quiet.
func TestEscalatingAgainIsQuiet(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Limits.EscalationsPerDayIP = 100 })
	g := h.guest()
	quiet := func(id conversation.ID) bool {
		g.want(http.StatusOK, "POST", at(id, "/escalate"), EscalateBody{}, nil)
		st, err := h.store.State(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return st.Quiet
	}
	first, second := g.open(), g.open()
	if quiet(first) {
		t.Error("the first is quiet")
	}
	if !quiet(second) {
		t.Error("the second beside an open one is loud")
	}
	for _, id := range []conversation.ID{first, second} {
		g.want(http.StatusOK, "POST", at(id, "/escalate/cancel"), EmptyBody{}, nil)
	}
	if !quiet(first) {
		t.Error("asking again at once is loud")
	}
	g.want(http.StatusOK, "POST", at(first, "/escalate/cancel"), EmptyBody{}, nil)
	h.clock.add(11 * time.Minute)
	if quiet(first) {
		t.Error("asking again after the cool-down is quiet")
	}
}

// B-36: huge, deep, compressed and doubled bodies are refused, cheaply.
func TestB36Bodies(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for _, rt := range routes() {
		if rt.handler.newBody == nil {
			continue
		}
		path := strings.ReplaceAll(rt.pattern, "{id}", string(id))
		for name, c := range map[string]struct {
			body   any
			status int
			code   string
			header []string
		}{
			"large":    {io.LimitReader(endless{}, 100<<10), http.StatusRequestEntityTooLarge, codeTooLarge, nil},
			"deep":     {[]byte(strings.Repeat("[", 20000)), http.StatusBadRequest, codeInvalid, nil},
			"deep map": {[]byte(strings.Repeat(`{"context":`, 20) + "1" + strings.Repeat("}", 20)), http.StatusBadRequest, codeInvalid, nil},
			"gzip":     {[]byte("\x1f\x8b"), http.StatusUnsupportedMediaType, codeMediaType, []string{"Content-Encoding", "gzip"}},
			"two":      {[]byte("{}{}"), http.StatusBadRequest, codeInvalid, nil},
			"null":     {[]byte("null"), http.StatusBadRequest, codeInvalid, nil},
			"array":    {[]byte("[]"), http.StatusBadRequest, codeInvalid, nil},
			"empty":    {[]byte(" "), http.StatusBadRequest, codeInvalid, nil},
			"latin-1":  {[]byte("{\"text\":\"\xe9\"}"), http.StatusBadRequest, codeInvalid, nil},
		} {
			got := g.do(rt.method, path, c.body, c.header...)
			if got.status != c.status || got.code() != c.code {
				t.Errorf("%s %s, %s: got %d %s, want %d", rt.method, rt.pattern, name, got.status, got.body, c.status)
			}
		}
	}
	flood, err := http.NewRequestWithContext(t.Context(), "POST", h.url+"/v1/sessions", io.LimitReader(endless{}, 1<<30))
	if err != nil {
		t.Fatal(err)
	}
	flood.Header.Set("Content-Type", "application/json")
	if resp, err := g.client.Do(flood); err == nil { // an error is the server hanging up
		resp.Body.Close()
		if resp.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("a gigabyte: got %d", resp.StatusCode)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 20<<20 {
		t.Errorf("the heap grew by %d MB, want less than 20", grown>>20)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// B-37: the fourth stream of a session ends its first; an IP and the process
// have their caps.
func TestB37Streams(t *testing.T) {
	h := newHouse(t, strict, func(c *Config) { c.Limits.StreamsPerIP, c.Limits.Streams = 5, 7 })
	a, b := h.guest(), h.guest()
	ida, idb := a.open(), b.open()
	first := a.follow(ida, "")
	rest := []*tail{a.follow(ida, ""), a.follow(ida, ""), a.follow(ida, "")}
	first.ends(5 * time.Second)
	rest = append(rest, b.follow(idb, ""), b.follow(idb, ""))
	got := b.refused(http.StatusTooManyRequests, codeTooMany, "GET", at(idb, "/events"), nil)
	checkRetryAfter(t, got, time.Minute)
	for i := range 3 {
		a.say(ida, fmt.Sprint("m", i), "hi")
		for _, each := range rest[:3] {
			if w := each.next(); w.Type != "message" {
				t.Errorf("got %v, want a message", w)
			}
		}
	}
	rest[0].stop()
	rest[0].ends(5 * time.Second)
	waitFor(t, func() bool { return h.server.streams.open() == 4 })
	b.follow(idb, "")
}

func waitFor(t *testing.T, happened func() bool) {
	t.Helper()
	for range 500 {
		if happened() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it did not happen within 5 s")
}

func TestB37ProcessCap(t *testing.T) {
	s := newStreams()
	l := LimitsDefaults()
	l.Streams = 2
	for i := range 2 {
		if _, err := s.enter([32]byte{byte(i)}, fmt.Sprint(i), l, nil); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.enter([32]byte{9}, "9", l, nil)
	if f := toFault(err); f.code != codeBusy || faults[f.code].status != http.StatusServiceUnavailable || f.retry == 0 {
		t.Errorf("got %v, want busy with a time to retry", err)
	}
	s.closeAll()
	if s.open() != 0 {
		t.Errorf("%d streams are open after closeAll", s.open())
	}
}

// B-03: a stream needs the session for as long as it is open.
func TestB03StreamEndsWithItsSession(t *testing.T) {
	h := newHouse(t)
	a, b := h.guest(), h.guest()
	id := b.open()
	a.refused(http.StatusNotFound, codeNotFound, "GET", at(id, "/events"), nil)
	a.refused(http.StatusUnauthorized, codeUnauthorized, "GET", at(id, "/events"), nil, "Authorization", "")

	here := b.follow(id, "")
	b.want(http.StatusNoContent, "DELETE", "/v1/sessions/current", nil, nil)
	here.ends(time.Second)

	t.Run("ended by another process", func(t *testing.T) {
		t.Parallel()
		c := h.guest()
		stream := c.follow(c.open(), "")
		other := &call{session: sessionOf(t, h, c)}
		if err := h.store.DeleteSession(context.Background(), other.session.Hash); err != nil {
			t.Fatal(err)
		}
		stream.ends(5 * time.Second)
	})
}
