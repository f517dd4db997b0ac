package slackbridge

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// B-71: what calls Slack when nobody says otherwise uses no proxy and follows no
// redirect, which would carry the token away.
func TestB71DirectToSlack(t *testing.T) {
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a redirect was followed: %s %s", r.Method, r.URL)
	}))
	defer elsewhere.Close()
	slack := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer slack.Close()
	cfg := Defaults()
	cfg.BotToken, cfg.AppToken, cfg.Channel = fakeslack.SampleBotToken, fakeslack.SampleAppToken, fakeslack.SampleSupport
	cfg.APIURL = slack.URL + "/api/"
	b, err := New(Deps{Config: cfg})
	if err != nil {
		t.Fatal(err)
	}
	defer b.HTTP.CloseIdleConnections()
	transport, ok := b.HTTP.Transport.(*http.Transport)
	if !ok || transport.Proxy != nil {
		t.Error("calls go through a proxy")
	}
	if b.Dialer == nil || b.Dialer.Proxy != nil {
		t.Error("sockets go through a proxy")
	}
	if found := b.Check(t.Context(), Around{}); len(found) != 1 || found[0].OK || !strings.Contains(found[0].Message, "http_307") {
		t.Errorf("a Slack that redirects: %+v, want it refused", found)
	}
	if err := b.sayInAnswer(t.Context(), whisper{address: slack.URL + "/response/1", m: draw.Message{Text: "x"}}); err == nil {
		t.Error("an answer that is redirected counts as delivered")
	}
	if ok, _ := b.Health(); ok {
		t.Error("a Slack that redirects counts as there")
	}
}
