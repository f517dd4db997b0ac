package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/handofftest"
	"github.com/handoff-bot/handoff/llm"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// canary is a server inside the house's network that must never be called.
func canary(t *testing.T) (port string, hits *atomic.Int64) {
	t.Helper()
	hits = new(atomic.Int64)
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	t.Cleanup(srv.Close)
	return srv.URL[strings.LastIndexByte(srv.URL, ':')+1:], hits
}

// inside lists ways to write the address of a server on this machine or in its
// network.
func inside(port string) []string {
	var out []string
	for _, host := range []string{
		"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f000001", "0177.0.0.1", "127.1",
		"169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.0.1", "240.0.0.1", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "user@127.0.0.1",
	} {
		out = append(out, "http://"+host+":"+port+"/latest/meta-data", "https://"+host+":"+port+"/x.png")
	}
	return append(out, "gopher://127.0.0.1:"+port+"/", "file:///etc/passwd", "ftp://127.0.0.1:"+port+"/")
}

// B-71: nothing that a visitor, an agent, a document or the model writes makes
// the server call an address. In this version the only places it calls are the
// operator's own slack.api_url and ai.base_url.
func TestB71OutboundRequestsGoWhereTheOperatorSaid(t *testing.T) {
	port, hits := canary(t)
	addresses := inside(port)
	all := strings.Join(addresses, " ")
	h := handofftest.New(t, handofftest.Options{Runs: handofftest.InProcess})
	page := "# Links\n\n## Where to look\n\nZebra stripes: [a](" + addresses[0] + ") ![b](" + addresses[1] + ")\n\n<img src=\"" + addresses[0] + "\"><iframe src=\"" + addresses[0] + "\"></iframe>\n"
	if err := os.WriteFile(filepath.Join(h.Dir, "knowledge", "links.md"), []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Model.Script(llmtest.Say("Zebra: [look](" + addresses[0] + ") ![see](" + addresses[1] + ")"))
	h.Start()
	v := h.Visitor()
	v.Say("a", "Zebra stripes? "+all)
	v.Wait("the answer", func(items []handofftest.Item) bool { return handofftest.Sees(items, "bot", "Zebra") })
	v.Post("escalate", map[string]any{"reason": addresses[0], "fields": map[string]string{"site": addresses[1]}})
	channel, ts, err := h.Card(v.Reference, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Slack.Say(fakeslack.SampleMaya, channel, ts, "Look here: <"+addresses[0]+">"); err != nil {
		t.Fatal(err)
	}
	v.Wait("the agent's line", func(items []handofftest.Item) bool { return handofftest.Sees(items, "agent", "Look here") })
	h.Stop()
	if n := hits.Load(); n != 0 {
		t.Errorf("the canary was called %d times", n)
	}
}

// A model server, though the operator named it, cannot send us elsewhere: the
// redirect would carry the key and the visitor's words along.
func TestB71ModelRedirectsAreNotFollowed(t *testing.T) {
	port, hits := canary(t)
	elsewhere := httptest.NewServer(http.RedirectHandler("http://127.0.0.1:"+port+"/v1/chat/completions", http.StatusTemporaryRedirect))
	t.Cleanup(elsewhere.Close)
	c := llm.Defaults()
	c.BaseURL, c.APIKey, c.Timeout = elsewhere.URL+"/v1", "sk-0123456789", 5*time.Second
	if err := llm.NewOpenAI(c, nil, newLogger(t.Output())).Check(t.Context()); err == nil {
		t.Error("a redirecting model server passes for a model")
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("the canary was called %d times", n)
	}
}

// Crawling is not in this version, so an address under knowledge is refused
// rather than fetched.
func TestB71KnowledgeTakesNoAddress(t *testing.T) {
	port, hits := canary(t)
	text := `widget: {keys: [{key: pk_shop, origins: [https://www.example.com]}]}
ai: {base_url: "offline://"}
knowledge: [{url: "http://127.0.0.1:` + port + `/"}]`
	_, err := config.Parse("handoff.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err == nil || !strings.Contains(err.Error(), "knowledge[0].url") || !strings.Contains(err.Error(), "not in this version") {
		t.Errorf("err = %v", err)
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("the canary was called %d times", n)
	}
}
