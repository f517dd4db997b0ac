package slackbridge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Who holds the address of an answer can answer in our name.
func TestResponseAddressIsNotLogged(t *testing.T) {
	var log bytes.Buffer
	down := roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") })
	b := &Bridge{Deps: Deps{Now: time.Now, HTTP: &http.Client{Transport: down}}, log: slog.New(slog.NewTextHandler(&log, nil))}
	_, _, b.answers = b.newWhispers()
	b.answers.add(whisper{address: "https://hooks.slack.test/actions/T1/secret", m: draw.Message{Text: "x"}})
	b.answers.deliver(t.Context(), b.answers.list[0])
	if out := log.String(); strings.Contains(out, "secret") || !strings.Contains(out, "no route") {
		t.Errorf("logged %s", out)
	}
}

// The names of a workspace of several thousand come in more pages than the limit
// lets through at once.
func TestNamesOfALargeWorkspace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const pages = 8
		page := 0
		rt := roundTrip(func(*http.Request) (*http.Response, error) {
			page++
			next := "more"
			if page == pages {
				next = ""
			}
			body := fmt.Sprintf(`{"ok":true,"members":[{"name":"person%d"}],"response_metadata":{"next_cursor":%q}}`, page, next)
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{}}, nil
		})
		p := newTestPeople(rt)
		c := p.client
		if !p.taken(t.Context())(draw.Fold("person1")) || page > 4 {
			t.Errorf("%d pages were read while a post waited", page)
		}
		if page = 0; !p.taken(t.Context())(draw.Fold("person1")) || page > 0 {
			t.Errorf("the next post read %d pages again", page)
		}
		page = 0
		if _, err := p.learn(t.Context(), c.Throttle.Await); page != pages || err != nil {
			t.Errorf("%d pages were read, want %d", page, pages)
		}
		if taken := p.taken(t.Context()); !taken(draw.Fold("person8")) || taken(draw.Fold("somebody else")) {
			t.Error("the names are not known")
		}
	})
}

// newTestPeople asks rt.
func newTestPeople(rt http.RoundTripper) *people {
	return newPeople(newTestClient(rt), Defaults(), time.Minute, time.Now)
}

// newTestClient asks rt.
func newTestClient(rt http.RoundTripper) *webapi.Client {
	return webapi.New(webapi.Options{Token: "xoxb-1", URL: "https://slack.test/", HTTP: &http.Client{Transport: rt}, Now: time.Now})
}

// A refused token is asked about again although another call was answered since.
func TestARefusedTokenIsAskedAbout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := roundTrip(func(*http.Request) (*http.Response, error) {
			body := `{"ok":true,"team_id":"T1","user_id":"U1","bot_id":"B1"}`
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
		})
		cfg := Defaults()
		cfg.BotToken, cfg.AppToken, cfg.Channel = fakeslack.SampleBotToken, fakeslack.SampleAppToken, fakeslack.SampleSupport
		b, err := New(Deps{Config: cfg, HTTP: &http.Client{Transport: answers}})
		if err != nil {
			t.Fatal(err)
		}
		b.self.Store(&identity{Team: "T1", Bot: "B1"})
		b.notes.stand(causeToken, "Slack refuses the bot token.", true)
		b.health.Answered()
		ctx, end := context.WithCancel(t.Context())
		var probe sync.WaitGroup
		probe.Go(func() { _ = b.probe(ctx) })
		time.Sleep(time.Minute)
		end()
		probe.Wait()
		if b.notes.lasts(causeToken) {
			t.Error("the token counts as refused after Slack has taken it")
		}
	})
}
