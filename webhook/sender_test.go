package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// What a report says, word for word: the other side relies on it.
func TestReport(t *testing.T) {
	r := newRig(t)
	edited := r.says(maya, "It was booked once.")
	slip := r.says(maya, "wrong customer")
	r.act(conversation.Append(
		conversation.Draft{Author: maya, Body: conversation.Note{Text: "angry"}},
		conversation.Draft{Author: maya, Body: conversation.Edited{Of: edited, Text: "It was booked twice."}},
		conversation.Draft{Author: maya, Body: conversation.Retracted{Of: slip}},
		conversation.Draft{Author: anna, Body: conversation.Rated{Score: 4}},
	))
	seq := r.closes(conversation.Closing{Outcome: conversation.OutcomeSolved, Note: "inside", Recap: "Money back on Monday."})
	r.pass(30 * time.Second)
	if n := len(r.got()); n != 0 {
		t.Fatalf("%d reports while the close can be undone", n)
	}
	r.pass(time.Second)
	calls := r.got()
	if len(calls) != 1 {
		t.Fatalf("%d reports, want one", len(calls))
	}
	id := deliveryID(r.id, seq)
	at := "2026-03-02T09:00:00.000Z"
	want := `{"id":"` + id + `","type":"conversation.closed","conversation":"` + string(r.id) + `","reference":"` + r.ref + `","widget":"pk_shop","test":false,` +
		`"reason":"agent","outcome":"solved","owner":{"name":"Maya Lindqvist"},"topic":"Billing disputes","recap":"Money back on Monday.","rating":4,` +
		`"times":{"opened":"` + at + `","first_answer":"","escalated":"` + at + `","claimed":"` + at + `","first_reply":"` + at + `","closed":"` + at + `"},` +
		`"counts":{"visitor":1,"bot":0,"agent":1,"escalations":1,"claims":1},"messages":[`
	got := string(calls[0].body)
	if !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	var report Closed
	if err := json.Unmarshal(calls[0].body, &report); err != nil {
		t.Fatal(err)
	}
	if first := (Message{conversation.Visitor, "Anna", "I was charged twice", at}); report.Messages[0] != first {
		t.Errorf("the first message %+v, want %+v", report.Messages[0], first)
	}
	for _, bad := range []string{"booked once", "wrong customer", "angry", "inside"} {
		if strings.Contains(got, bad) {
			t.Errorf("the report holds %q", bad)
		}
	}
	h := calls[0].header
	if h.Get("Handoff-Delivery") != id || h.Get("Content-Type") != "application/json" || h.Get("User-Agent") != "Handoff/test" {
		t.Errorf("head %v", h)
	}
	if want := Sign(secret, r.now, calls[0].body); h.Get("Handoff-Signature") != want {
		t.Errorf("signature %q, want %q", h.Get("Handoff-Signature"), want)
	}
	r.pass(48 * time.Hour)
	if n := len(r.got()); n != 1 {
		t.Errorf("%d reports of one close", n)
	}
}

// The signature of docs/webhooks.md.
func TestSign(t *testing.T) {
	got := Sign("whsec_test", time.Unix(1772442031, 0), []byte(`{"type":"conversation.closed"}`))
	if want := "t=1772442031,v1=" + signed; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A close that is undone is not reported, nor a block that is; one that is
// followed by a reopening is, and the next one is another report.
func TestUndoneAndReopened(t *testing.T) {
	r := newRig(t)
	r.closes(conversation.Closing{})
	r.pass(10 * time.Second)
	r.act(conversation.Undo(maya, r.undoable(), r.now, false))
	r.pass(time.Hour)
	r.act(conversation.Block(maya, r.now.Add(time.Hour), "spam", false))
	r.act(conversation.Undo(maya, r.undoable(), r.now, false))
	r.pass(time.Hour)
	if n := len(r.got()); n != 0 {
		t.Fatalf("%d reports of what was undone", n)
	}
	first := r.closes(conversation.Closing{})
	r.act(conversation.VisitorSays(anna, conversation.Message{Text: "wait"}, r.now, time.Hour))
	r.act(conversation.CloseSelf(anna))
	second := r.state().Closed.Seq
	r.pass(time.Hour)
	var ids []string
	for _, c := range r.got() {
		ids = append(ids, c.header.Get("Handoff-Delivery"))
	}
	if want := []string{deliveryID(r.id, first), deliveryID(r.id, second)}; !reflect.DeepEqual(ids, want) {
		t.Errorf("reports %v, want %v", ids, want)
	}
	if body := string(r.got()[0].body); strings.Contains(body, `"wait"`) {
		t.Errorf("the first report holds what came after the close: %s", body)
	}
}

// Every answer but 2xx and 410 is tried again with growing pauses, under the same
// id and a fresh signature.
func TestRetries(t *testing.T) {
	for name, reply := range map[string]func(w http.ResponseWriter){
		"500":         func(w http.ResponseWriter) { w.WriteHeader(500) },
		"404":         func(w http.ResponseWriter) { w.WriteHeader(404) },
		"429":         func(w http.ResponseWriter) { w.Header().Set("Retry-After", "120"); w.WriteHeader(429) },
		"a redirect":  func(w http.ResponseWriter) { w.Header().Set("Location", "/elsewhere"); w.WriteHeader(307) },
		"hanging up":  func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"half a head": func(w http.ResponseWriter) { cut(w) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.reply = func(w http.ResponseWriter, n int) {
				if n < 5 {
					reply(w)
				}
			}
			seq := r.closes(conversation.Closing{})
			r.pass(2 * time.Hour)
			calls := r.got()
			if len(calls) != 6 {
				t.Fatalf("%d calls, want 6", len(calls))
			}
			for i, c := range calls {
				if c.header.Get("Handoff-Delivery") != deliveryID(r.id, seq) || c.header.Get("Handoff-Signature") != Sign(secret, c.at, c.body) {
					t.Errorf("call %d: %v", i, c.header)
				}
				if i > 1 && c.at.Sub(calls[i-1].at) < calls[i-1].at.Sub(calls[i-2].at) {
					t.Errorf("the pause before call %d is shorter than the one before", i)
				}
			}
			if pause := calls[1].at.Sub(calls[0].at); name == "429" && pause != 2*time.Minute {
				t.Errorf("the pause is %s; the server asked for two minutes", pause)
			}
		})
	}
}

func cut(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = conn.Write([]byte("HTTP/1.1 20"))
	_ = conn.Close()
}

// After a day the row is parked and the admins know; resume tries once more.
func TestGivenUp(t *testing.T) {
	r := newRig(t)
	r.reply = func(w http.ResponseWriter, _ int) { w.WriteHeader(503) }
	r.closes(conversation.Closing{})
	r.pass(23 * time.Hour)
	if len(r.parked()) != 0 {
		t.Fatal("parked before a day has passed")
	}
	r.pass(2 * time.Hour)
	tries := len(r.got())
	parked := r.parked()
	if len(parked) != 1 || !strings.Contains(parked[0].Cause, "503") || tries < 20 || tries > 60 {
		t.Fatalf("parked %+v after %d tries", parked, tries)
	}
	if len(r.alerts) != 1 || !strings.Contains(r.alerts[0], "handoff resume webhook "+r.ref) || strings.Contains(r.alerts[0], "s3cret-path") {
		t.Errorf("alerts %q", r.alerts)
	}
	r.mu.Lock()
	r.reply = nil
	r.mu.Unlock()
	if n, err := r.store.Resume(context.Background(), Consumer, r.id); n != 1 || err != nil {
		t.Fatalf("resumed %d, %v", n, err)
	}
	r.pass(time.Minute)
	if n := len(r.got()); n != tries+1 || len(r.parked()) != 0 {
		t.Errorf("%d calls after resume, parked %+v", n-tries, r.parked())
	}
}

// 410 ends it.
func TestGone(t *testing.T) {
	r := newRig(t)
	r.reply = func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusGone) }
	r.closes(conversation.Closing{})
	r.pass(48 * time.Hour)
	if n := len(r.got()); n != 1 || len(r.parked()) != 0 || len(r.alerts) != 1 {
		t.Errorf("%d calls, parked %v, alerts %q", n, r.parked(), r.alerts)
	}
}

// Killed after the other side has said yes and before that is written down: it is
// told again, under the same id.
func TestKilledAfterTheAnswer(t *testing.T) {
	r := newRig(t)
	seq := r.closes(conversation.Closing{})
	r.pass(30 * time.Second)
	r.now = r.now.Add(2 * time.Second)
	r.killed()
	r.reopen()
	r.pass(5 * time.Minute)
	calls := r.got()
	if len(calls) != 2 || string(calls[0].body) != string(calls[1].body) || calls[1].header.Get("Handoff-Delivery") != deliveryID(r.id, seq) {
		t.Errorf("%d calls: %+v", len(calls), calls)
	}
}

// Where a report may go, decided when the connection is made.
func TestGuard(t *testing.T) {
	for _, c := range []struct {
		target, allow, dials string
		ok                   bool
	}{
		{"https://crm.example.com", "", "93.184.216.34:443", true},
		{"https://crm.example.com", "", "93.184.216.34:22", false},
		{"https://crm.example.com:8443", "", "93.184.216.34:8443", true},
		{"https://crm.example.com", "", "127.0.0.1:443", false},
		{"https://crm.example.com", "", "10.0.0.5:443", false},
		{"https://crm.example.com", "", "169.254.169.254:443", false},
		{"https://crm.example.com", "", "100.64.0.1:443", false},
		{"https://crm.example.com", "", "[::1]:443", false},
		{"https://crm.example.com", "", "[::ffff:10.0.0.5]:443", false},
		{"https://crm.example.com", "", "[64:ff9b::7f00:1]:443", false},
		{"https://crm.example.com", "", "[2002:7f00:1::]:443", false},
		{"https://crm.example.com", "", "0.0.0.0:443", false},
		{"https://crm.internal", "10.0.0.0/8", "10.0.0.5:443", true},
		{"https://crm.internal", "10.0.0.0/8", "[::ffff:10.0.0.5]:443", true},
		{"https://crm.internal", "10.0.0.0/8", "192.168.0.5:443", false},
		{"http://crm.internal:8000", "10.0.0.0/8", "10.0.0.5:8000", true},
		{"http://crm.internal:8000", "10.0.0.0/8", "93.184.216.34:8000", false},
		{"http://127.0.0.1:9000", "", "127.0.0.1:9000", true},
		{"http://localhost:9000", "", "[::1]:9000", true},
		{"http://127.0.0.1:9000", "", "10.0.0.5:9000", false},
		{"http://127.0.0.1.example.com", "10.0.0.0/8", "127.0.0.1:80", false},
	} {
		u, err := url.Parse(c.target)
		if err != nil {
			t.Fatal(err)
		}
		var allow []netip.Prefix
		if c.allow != "" {
			allow = append(allow, netip.MustParsePrefix(c.allow))
		}
		network := "tcp4"
		if strings.HasPrefix(c.dials, "[") && !strings.Contains(c.dials, "ffff") {
			network = "tcp6"
		}
		if err := control(u, allow)(network, c.dials, nil); (err == nil) != c.ok {
			t.Errorf("%s with %q dials %s: %v", c.target, c.allow, c.dials, err)
		}
	}
}

// The guard stands in the client that is used: a name that leads to this machine
// reaches nobody, also with a proxy in the environment.
func TestGuardIsInPlace(t *testing.T) {
	r := newRig(t)
	t.Setenv("HTTPS_PROXY", r.server.URL)
	port := r.server.Listener.Addr().(*net.TCPAddr).Port
	u := &url.URL{Scheme: "https", Host: "crm.example.com:" + strconv.Itoa(port)}
	c := client(u, nil)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://127.0.0.1:"+strconv.Itoa(port)+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	if !errors.Is(err, errInside) || len(r.got()) != 0 {
		t.Errorf("%v, %d calls", err, len(r.got()))
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   string // keys with problems
	}{
		{Config{}, ""},
		{Config{OnClose: "https://crm.example.com/hook", Secret: "x"}, ""},
		{Config{OnClose: "http://127.0.0.1:9000/hook", Secret: "x"}, ""},
		{Config{OnClose: "http://crm.internal/hook", Secret: "x", Allow: []string{"10.0.0.0/8"}}, ""},
		{Config{OnClose: "https://crm.example.com/hook"}, "secret"},
		{Config{Secret: "x"}, "on_close"},
		{Config{OnClose: "http://crm.example.com/hook", Secret: "x"}, "on_close"},
		{Config{OnClose: "https://u:p@crm.example.com/hook", Secret: "x"}, "on_close"},
		{Config{OnClose: "https://crm.example.com/hook#x", Secret: "x"}, "on_close"},
		{Config{OnClose: "crm.example.com", Secret: "x"}, "on_close"},
		{Config{OnClose: "file:///etc/passwd", Secret: "x"}, "on_close"},
		{Config{OnClose: "https://crm.example.com", Secret: "x", Allow: []string{"10.0.0.5"}}, "allow[0]"},
	} {
		var keys []string
		for _, p := range c.config.Problems() {
			keys = append(keys, p.Key)
			if p.Message == "" || p.Mend == "" {
				t.Errorf("%+v: %+v", c.config, p)
			}
		}
		if got := strings.Join(keys, " "); got != c.want {
			t.Errorf("%+v: problems at %q, want %q", c.config, got, c.want)
		}
	}
}

func (r *rig) state() conversation.State {
	r.t.Helper()
	s, err := r.store.State(context.Background(), r.id)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

// undoable is the act that can be undone.
func (r *rig) undoable() conversation.Seq {
	r.t.Helper()
	u := r.state().Undo
	if u == nil {
		r.t.Fatal(fmt.Sprint("nothing can be undone in ", r.id))
	}
	return u.Seq
}
