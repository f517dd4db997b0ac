package console

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation/eval"
	"github.com/handoff-bot/handoff/report"
	"github.com/handoff-bot/handoff/store"
)

// stored is a database with one escalated conversation and one parked reader.
func stored(t *testing.T) (*store.Store, conversation.State) {
	t.Helper()
	ctx := t.Context()
	s, err := store.Open(ctx, "sqlite://"+filepath.Join(t.TempDir(), "x.db"), store.Options{Consumers: []string{"bot"}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	visitor := conversation.Author{Role: conversation.Visitor, ID: "vis_1"}
	st, err := s.Create(ctx, visitor, conversation.Opened{Visitor: "vis_1", Widget: "pk_shop"})
	if err != nil {
		t.Fatal(err)
	}
	text := "I was charged twice"
	drafts := []conversation.Draft{
		{Author: visitor, Source: conversation.FromWidget, Body: conversation.Message{Text: text}},
		{Author: conversation.Author{Role: conversation.Bot}, Source: conversation.FromBot, Body: conversation.Decided{
			On: st.Seq + 1, Act: "escalate", Rule: "level/topic", Reason: "topic", Topic: "Billing", Level: "balanced", Policy: "abc", Detectors: "1",
			Shadow: &conversation.ShadowVerdict{Policy: "def", Act: "offer", Rule: "rule/soft", Priority: "low"}, ShadowExplain: "Rule soft",
			Explain: "Restricted topic Billing", Signals: []conversation.Signal{{Name: "restricted_topic:Billing", Value: 1, Seq: st.Seq + 1, From: 6, To: 19}, {Name: "frustration", Value: .5, Seq: st.Seq + 1, By: "model"}},
		}},
		{Author: conversation.Author{Role: conversation.Bot}, Source: conversation.FromBot, Body: conversation.Escalated{Reason: "topic", Topic: "Billing"}},
	}
	if _, err := s.Append(ctx, st.ID, "", func(conversation.State) ([]conversation.Draft, error) { return drafts, nil }); err != nil {
		t.Fatal(err)
	}
	park(t, s)
	return s, st
}

func park(t *testing.T, s *store.Store) {
	t.Helper()
	now := time.Now().Add(time.Minute)
	claims, err := s.Claim(t.Context(), "bot", now, time.Minute, 1)
	if err != nil || len(claims) != 1 {
		t.Fatalf("claims = %v, %v", claims, err)
	}
	if err := s.Fail(t.Context(), claims[0], now, "broken event", true); err != nil {
		t.Fatal(err)
	}
}

// Both consoles, the one that opens the database and the one that asks the
// server, do the same.
func TestConsoles(t *testing.T) {
	for _, name := range []string{"direct", "remote"} {
		t.Run(name, func(t *testing.T) {
			s, st := stored(t)
			var c Console = Direct{s}
			if name == "remote" {
				srv := httptest.NewServer(Handler(s))
				t.Cleanup(srv.Close)
				r := Remote{Addr: strings.TrimPrefix(srv.URL, "http://"), Client: srv.Client()}
				if !r.Listening(t.Context()) {
					t.Fatal("the server does not answer")
				}
				c = r
			}
			explains(t, c, st)
			writes(t, c, st)
			resumes(t, c, st)
			counts(t, c)
		})
	}
}

// counts: the numbers of today are the same from both.
func counts(t *testing.T, c Console) {
	t.Helper()
	zone, err := time.LoadLocation("Pacific/Auckland")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(zone)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	sheet, err := c.Numbers(t.Context(), report.Span{From: day.AddDate(0, 0, -1), To: day.AddDate(0, 0, 1)}, now.Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if n := sheet.Now; n.Conversations != 1 || n.Outcomes.Escalated != 1 || n.Escalations.Waiting != 1 || n.Backlog.Waiting != 1 || n.From.Location().String() != zone.String() {
		t.Errorf("%+v", n)
	}
}

func explains(t *testing.T, c Console, st conversation.State) {
	t.Helper()
	var b bytes.Buffer
	if err := c.Explain(t.Context(), st.Reference, &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{st.Reference, "visitor: I was charged twice", "decided on 2: escalate – Restricted topic Billing", "“charged twice”", "escalated: topic", "policy abc",
		"shadow policy def would: offer – Rule soft", "shadow rule rule/soft", "shadow priority low", "reason topic", "signal frustration 0.50 (by the triage model)"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
	if err := c.Explain(t.Context(), "H-NONE", &b); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("err = %v, want ErrNotFound", err)
	}
}

// writes: the events of one conversation, or of all, come back as they were.
func writes(t *testing.T, c Console, st conversation.State) {
	t.Helper()
	for _, name := range []string{st.Reference, ""} {
		var b bytes.Buffer
		if err := c.Events(t.Context(), name, &b); err != nil {
			t.Fatal(err)
		}
		list, err := eval.ReadRecordings("events", &b)
		if err != nil || len(list) != 1 || list[0].ID != st.ID || len(list[0].Events) != 4 {
			t.Fatalf("%q: %+v, %v", name, list, err)
		}
		if d, ok := list[0].Events[2].Body.(conversation.Decided); !ok || d.Explain != "Restricted topic Billing" || d.Signals[0].To != 19 {
			t.Errorf("%q: %+v", name, list[0].Events[2])
		}
	}
	if err := c.Events(t.Context(), "H-NONE", io.Discard); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("err = %v, want ErrNotFound", err)
	}
}

func resumes(t *testing.T, c Console, st conversation.State) {
	t.Helper()
	ctx := context.Background()
	rows, err := c.Parked(ctx)
	if err != nil || len(rows) != 1 || rows[0].Cause != "broken event" {
		t.Fatalf("parked = %+v, %v", rows, err)
	}
	if n, err := c.Resume(ctx, "slack", ""); err != nil || n != 0 {
		t.Errorf("resume slack = %d, %v; want 0", n, err)
	}
	if n, err := c.Resume(ctx, "bot", st.Reference); err != nil || n != 1 {
		t.Errorf("resume bot = %d, %v; want 1", n, err)
	}
	if _, err := c.Resume(ctx, "", "H-NONE"); err == nil || !strings.Contains(err.Error(), "H-NONE") {
		t.Errorf("err = %v", err)
	}
	if err := c.Ping(ctx); err != nil {
		t.Errorf("ping: %v", err)
	}
}

// A page in the operator's browser reaches loopback, too; it must not get
// through.
func TestHandlerRefusesBrowsers(t *testing.T) {
	s, _ := stored(t)
	h := Handler(s)
	for _, c := range []struct {
		host, header string
		want         int
	}{
		{"127.0.0.1:9090", "1", http.StatusOK},
		{"[::1]:9090", "1", http.StatusOK},
		{"localhost:9090", "1", http.StatusOK},
		{"127.0.0.1:9090", "", http.StatusForbidden},
		{"evil.example:9090", "1", http.StatusForbidden},
	} {
		r := httptest.NewRequest(http.MethodPost, "/operator/resume", nil)
		r.Host = c.host
		if c.header != "" {
			r.Header.Set(header, c.header)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("host %q header %q: %d, want %d", c.host, c.header, w.Code, c.want)
		}
	}
}

func TestEveryEventIsDescribed(t *testing.T) {
	bodies := []conversation.Body{
		conversation.Opened{}, conversation.PageChanged{}, conversation.Message{}, conversation.Note{}, conversation.Edited{}, conversation.Retracted{},
		conversation.Decided{}, conversation.Asked{}, conversation.Declined{}, conversation.Escalated{}, conversation.Routed{}, conversation.Announced{},
		conversation.Claimed{}, conversation.Released{}, conversation.Transferred{}, conversation.HandedBack{}, conversation.Cancelled{},
		conversation.Closed{}, conversation.Reopened{}, conversation.ContactGiven{}, conversation.Rated{}, conversation.Feedback{},
		conversation.StopAsked{}, conversation.TurnFailed{}, conversation.Misjudged{}, conversation.Missed{}, conversation.Unmarked{}, conversation.Learned{}, conversation.Translating{}, conversation.Translated{},
		conversation.Identified{}, conversation.Tracked{}, conversation.Cleared{},
	}
	for _, b := range bodies {
		lines := describe(conversation.Event{Draft: conversation.Draft{Body: b}}, nil)
		if len(lines) == 0 || strings.Contains(lines[0], "does not know") {
			t.Errorf("%T: %q", b, lines)
		}
	}
}

func TestDialable(t *testing.T) {
	for in, want := range map[string]string{":9090": "127.0.0.1:9090", "0.0.0.0:9090": "127.0.0.1:9090", "[::]:9090": "127.0.0.1:9090", "10.0.0.7:9090": "10.0.0.7:9090"} {
		if got := dialable(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

var _ Desk = (*store.Store)(nil)
