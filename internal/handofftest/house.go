package handofftest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/fakesmtp"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// The sample installation's names.
const (
	Key      = "pk_test_shop"
	Origin   = "https://shop.example"
	ModelKey = "sk-test-key"
	Model    = "test-model"
	// TriageModel is one more model of the same server.
	TriageModel = "test-small"
)

// House is a whole installation: the product, a Slack, a model server, and a
// folder with its file, its knowledge and its database.
type House struct {
	tb      TB
	Dir     string
	Slack   *fakeslack.Server
	Mail    *fakesmtp.Server // nil without Options.Mail
	Model   *llmtest.Server
	URL     string // of the visitor's API
	addr    string
	slackLn net.Listener
	model   *httptest.Server
	stops   []func()
	storage string // storage.url
	running Process
	sockets bool // the product is expected to open Socket Mode connections
	runs    Runs
	weather []fakeslack.Mischief
}

// Options says what is special about a House.
type Options struct {
	Mode    string        // socket (default) or http
	Policy  string        // the YAML of the section handoff and more, appended to the file
	Storage string        // storage.url; empty is SQLite in the folder
	Fresh   func() string // makes the storage.url of each story; nil leaves Storage
	Relay   string        // slack.relay; empty is the default
	Runs    Runs
	Slack   fakeslack.Options
	NoSlack bool
	Weather []fakeslack.Mischief // from the start, and again after "slack heals"
	Mail    bool                 // with the section mail, and a mail server
	Admin   bool                 // with slack.admin_channel
	Scan    string               // the program of storage.scan; empty for none
}

// Runs starts the product with a file, in this process or in one of its own.
type Runs func(tb TB, file, addr string) (Process, error)

// Process is a running product. Stop ends it in order, Kill at once.
type Process interface {
	Stop() error
	Kill() error
}

// freeAddr finds an address for a product that will be started, killed and
// started again on it. The port lies below those the system gives to ":0" and to
// outgoing connections, or a neighbour would take it while the product is down.
func (h *House) freeAddr() string {
	const low, high = 20000, 32000
	for range 200 {
		addr := fmt.Sprintf("127.0.0.1:%d", low+rand.IntN(high-low))
		ln, err := net.Listen("tcp", addr)
		if err == nil {
			_ = ln.Close()
			return addr
		}
	}
	h.tb.Fatal("no free port on loopback")
	return ""
}

// knowledge is what the sample shop knows.
var knowledge = map[string]string{
	"shipping.md": "# Shipping\n\n## Delivery times\n\nParcels within Germany take two working days. Parcels to other countries of the EU take four to six working days.\n\n## Costs\n\nShipping costs 4.90 EUR and is free for orders over 50 EUR.\n",
	"returns.md":  "# Returns\n\n## Sending things back\n\nYou can send unworn articles back within 30 days. Print the return label from your account and bring the parcel to any post office.\n",
	"sizes.md":    "# Sizes\n\n## Shoes\n\nOur shoes run small: take them one size larger than usual.\n",
}

// generous are limits that a story never meets.
const generous = `limits:
  {sessions_per_minute_ip: 100000, sessions_per_hour_ip: 100000, messages_per_minute: 100000, messages_per_ten_minutes: 100000,
   messages_per_day: 100000, messages_per_minute_ip: 100000, conversations_per_hour: 100000, contacts_per_hour: 100000,
   contacts_per_hour_ip: 100000, requests_per_minute: 100000, requests_per_minute_ip: 100000, answers_per_day: 100000,
   escalations_per_day_ip: 100000, escalation_cooldown: 1ms, streams_per_ip: 1000}
`

// DefaultPolicy is the section handoff of the stories that bring none.
const DefaultPolicy = `handoff:
  level: balanced
  restricted_topics:
    - name: Billing disputes
      description: The customer disputes a charge or asks for money back.
      phrases: [charged twice, refund, money back, chargeback]
      channel: C0BILLING
      say: Let me bring in our billing team.
    - name: Legal issues
      description: Lawyers, courts, legal claims.
      phrases: [lawyer, sue you, legal action]
`

// New makes a House that does not run yet.
func New(tb TB, o Options) *House {
	tb.Helper()
	h := &House{tb: tb, Dir: tb.TempDir(), runs: o.Runs, Model: llmtest.New(ModelKey, Model),
		sockets: o.Mode != "http" && !o.NoSlack,
	}
	h.addr = h.freeAddr()
	h.URL = "http://" + h.addr
	h.startSlack(o)
	if o.Mail {
		h.Mail = fakesmtp.New(tb, fakesmtp.Options{})
	}
	h.Model.Also(TriageModel)
	h.model = httptest.NewServer(h.Model)
	h.write("knowledge", knowledge)
	h.writeFile("handoff.yaml", h.config(o))
	tb.Cleanup(h.close)
	return h
}

func (h *House) startSlack(o Options) {
	if o.Mode == "http" {
		o.Slack.HTTP = fakeslack.HTTPDoor{
			Events: h.URL + "/slack/events", Interactions: h.URL + "/slack/interactions", Commands: h.URL + "/slack/commands",
		}
	}
	h.Slack = fakeslack.Sample(o.Slack)
	h.weather = o.Weather
	h.heal()
	h.addAdminChannel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Slack.Serve(ctx, ln) }() // ends in close
	h.slackLn = ln
	h.stops = append(h.stops, func() { cancel(); <-done })
}

// heal ends every fault but the weather that the installation lives in.
func (h *House) heal() {
	h.Slack.Heal()
	for _, m := range h.weather {
		h.Slack.Disturb(m)
	}
}

func (h *House) close() {
	if h.running != nil {
		if err := h.running.Kill(); err != nil {
			h.tb.Errorf("end the product: %v", err)
		}
	}
	h.model.Close()
	for _, stop := range h.stops {
		stop()
	}
}

func (h *House) write(dir string, files map[string]string) {
	for name, text := range files {
		h.writeFile(filepath.Join(dir, name), text)
	}
}

func (h *House) writeFile(name, text string) {
	path := filepath.Join(h.Dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		h.tb.Fatal(err)
	}
}

// config is the file of the installation.
func (h *House) config(o Options) string {
	if h.storage = o.Storage; h.storage == "" {
		h.storage = "sqlite://" + filepath.Join(h.Dir, "handoff.db")
	}
	model := fmt.Sprintf("base_url: \"%s/v1\", api_key: %s, model: %s, timeout: 10s", h.model.URL, ModelKey, Model)
	policy := strings.ReplaceAll(o.Policy, "$MODEL", model)
	if !strings.Contains(policy, "handoff:") {
		policy += DefaultPolicy
	}
	scan := ""
	if o.Scan != "" {
		scan = fmt.Sprintf(", scan: [%q]", o.Scan)
	}
	text := fmt.Sprintf(`server: {addr: "%s", admin_addr: "127.0.0.1:0"}
storage: {url: "%s", files: "file://%s"%s}
%sknowledge: [{path: "%s"}]
`, h.addr, h.storage, filepath.Join(h.Dir, "files"), scan, generous, filepath.Join(h.Dir, "knowledge"))
	if !has(policy, "widget") {
		text += fmt.Sprintf("widget:\n  keys: [{key: %s, origins: [\"%s\"]}]\n  title: Sample shop\n", Key, Origin)
	}
	if !has(policy, "ai") {
		text += "ai: {" + model + "}\n"
	}
	if !o.NoSlack {
		text += h.slackConfig(o)
	}
	if h.Mail != nil {
		text = strings.Replace(text, "admin_addr:", "public_url: \""+h.URL+"\", admin_addr:", 1)
		text += "mail: {smtp: \"smtp://" + h.Mail.Addr() + "\", from: Sample shop <support@shop.example>}\n"
	}
	return text + policy
}

// has says that a file has a section.
func has(file, section string) bool { return strings.Contains("\n"+file, "\n"+section+":") }

func (h *House) slackConfig(o Options) string {
	mode, secret := "socket", "app_token: "+fakeslack.SampleAppToken
	if o.Mode == "http" {
		mode, secret = "http", "signing_secret: "+fakeslack.SampleSigningSecret
	}
	if o.Relay != "" {
		secret += ", relay: " + o.Relay
	}
	if o.Admin {
		secret += ", admin_channel: " + adminChannel
	}
	return fmt.Sprintf("slack: {mode: %s, bot_token: %s, %s, channel: %s, api_url: \"http://%s/api/\"}\n",
		mode, fakeslack.SampleBotToken, secret, fakeslack.SampleSupport, h.slackLn.Addr())
}

// Start runs the product and returns when it answers.
func (h *House) Start() {
	h.tb.Helper()
	p, err := h.runs(h.tb, filepath.Join(h.Dir, "handoff.yaml"), h.addr)
	if err != nil {
		h.tb.Fatalf("start: %v", err)
	}
	h.running = p
	h.waitReady()
	if h.sockets {
		// A press that meets no socket is lost, as at the real Slack.
		if err := h.until("a socket", func(st *fakeslack.State) bool { return st.Sockets() > 0 }); err != nil {
			h.tb.Fatal(err)
		}
	}
}

// Stop ends the product in order.
func (h *House) Stop() { h.end(Process.Stop) }

// Kill ends the product at once, in the middle of whatever it does.
func (h *House) Kill() { h.end(Process.Kill) }

func (h *House) end(how func(Process) error) {
	h.tb.Helper()
	if h.running == nil {
		h.tb.Fatal("the product does not run")
	}
	if err := how(h.running); err != nil {
		h.tb.Fatalf("end the product: %v", err)
	}
	h.running = nil
}

func (h *House) waitReady() {
	h.tb.Helper()
	deadline := time.Now().Add(Patience)
	for {
		resp, err := http.Get(h.URL + "/healthz") //nolint:noctx // a probe on loopback in a test
		if err == nil {
			_ = resp.Body.Close()
			return
		}
		if time.Now().After(deadline) {
			h.tb.Fatalf("the product does not answer: %v", err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// Visitor opens a session and a conversation.
func (h *House) Visitor() *Visitor {
	h.tb.Helper()
	return NewVisitor(h.tb, h.URL, Key, Origin)
}

// Resume is another device of the visitor who was mailed a link.
func (h *House) Resume(code string) *Visitor {
	h.tb.Helper()
	return ResumeVisitor(h.tb, h.URL, Key, code)
}

// lastWords are the last n lines of the product's log.
func (h *House) lastWords(n int) string {
	raw, err := os.ReadFile(filepath.Join(h.Dir, "handoff.log"))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
