package states

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/handoff-bot/handoff/cmd/handoff/app"
	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/demo"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/llm/llmtest"
	"github.com/handoff-bot/handoff/slackbridge"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// The scripted model's name and key.
const (
	modelName = "scripted"
	modelKey  = "sk-scripted"
)

// patience is how long a step of the server's may take.
const patience = 15 * time.Second

// installation is a whole Handoff for one scene.
type installation struct {
	scene   Scene
	url     string
	product string
	slack   *fakeslack.Server
	model   *llmtest.Server
	wire    *wire
	log     *slog.Logger
	end     context.CancelFunc
	group   *errgroup.Group

	mu   sync.Mutex // one step at a time
	next int
}

// doors are the three addresses of an installation.
type doors struct{ front, product, slack net.Listener }

func openDoors(ctx context.Context) (d doors, err error) {
	for _, ln := range []*net.Listener{&d.front, &d.product, &d.slack} {
		if *ln, err = (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
			return d, errors.Join(err, d.Close())
		}
	}
	return d, nil
}

func (d doors) Close() error {
	var errs []error
	for _, ln := range []net.Listener{d.front, d.product, d.slack} {
		if ln != nil {
			errs = append(errs, ln.Close())
		}
	}
	return errors.Join(errs...)
}

// open starts an installation; n tells its folder from the others'.
func (g *Gallery) open(ctx context.Context, scene Scene, n int) (*installation, error) {
	d, err := openDoors(ctx)
	if err != nil {
		return nil, err
	}
	front := "http://" + d.front.Addr().String()
	file, err := config.Parse("the state "+scene.ID, []byte(g.config(scene, d, n)), func(string) (string, bool) { return "", false })
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	a, err := app.Open(ctx, file, app.Options{
		Version: "demo", Logger: g.log, Library: g.library,
		SlackLimits: slackbridge.Limits{Pace: webapi.Pace{PostsPerSecond: 1000, PostBurst: 1000, Unlimited: true}, SpamCards: 1000, CardEvery: 50 * time.Millisecond},
	})
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	in := &installation{
		scene: scene, url: front, product: "http://" + d.product.Addr().String(), log: g.log, wire: newWire(d.product.Addr().String()),
		slack: fakeslack.Sample(fakeslack.Options{TeamName: "Fernweh Outfitters", Domain: "fernweh"}),
		model: llmtest.New(modelKey, modelName),
	}
	in.start(ctx, a, d)
	if err := in.ready(ctx); err != nil {
		return nil, errors.Join(err, in.stop())
	}
	return in, nil
}

// start runs everything until stop.
func (in *installation) start(ctx context.Context, a *app.App, d doors) {
	ctx, in.end = context.WithCancel(ctx)
	in.group, ctx = errgroup.WithContext(ctx)
	in.group.Go(func() error { return in.slack.Serve(ctx, d.slack) })
	in.group.Go(func() error { return errors.Join(a.Run(ctx, d.product, nil), a.Close()) })
	front := &http.Server{Handler: in.handler(), ReadHeaderTimeout: patience, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)}
	in.group.Go(func() error {
		if err := front.Serve(d.front); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	in.group.Go(func() error { <-ctx.Done(); return front.Close() })
}

func (in *installation) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := in.slack.WaitFor(ctx, func(st *fakeslack.State) bool { return st.Sockets() > 0 }); err != nil {
		return fmt.Errorf("the product does not reach its Slack: %w", err)
	}
	return nil
}

func (in *installation) stop() error {
	in.end()
	return in.group.Wait()
}

// config is the installation's file.
func (g *Gallery) config(scene Scene, d doors, n int) string {
	front := "http://" + d.front.Addr().String()
	// A day on which the team is in, and that is neither today nor tomorrow.
	policy := strings.ReplaceAll(scene.Policy, "$CLOSED", strings.ToLower(time.Now().UTC().AddDate(0, 0, 3).Format("Mon")))
	if !strings.Contains(policy, "handoff:") {
		policy += plainPolicy
	}
	if !strings.Contains(policy, "limits:") {
		policy += "limits: {requests_per_minute: 100000, requests_per_minute_ip: 100000, conversations_per_hour: 1000, escalation_cooldown: 1ms, escalations_per_day_ip: 1000, sessions_per_minute_ip: 1000}\n"
	}
	return fmt.Sprintf(`server: {addr: %q, admin_addr: "127.0.0.1:0"}
storage: {url: "sqlite://%s", files: "file://%s"}
widget:
  keys: [{key: %s, origins: [%q]%s}]
  title: Fernweh Outfitters
  greeting: {en: "Hi, I'm an AI assistant. Ask me anything about Fernweh, or ask for a person at any time.", ar: "مرحبًا، أنا مساعد ذكاء اصطناعي. اسألني عن أي شيء، أو اطلب التحدث إلى شخص في أي وقت."}
  starters: [{en: How long does shipping take?, ar: كم يستغرق الشحن؟}, {en: Which size of pack fits me?, ar: أي مقاس يناسبني؟}, {en: Can I send boots back?, ar: هل يمكنني إرجاع الحذاء؟}]
ai: {base_url: "%s/model/v1", api_key: %s, model: %s, timeout: 30s}
slack: {bot_token: %s, app_token: %s, channel: %s, api_url: "http://%s/api/"}
`, d.product.Addr().String(), filepath.Join(g.dir, fmt.Sprintf("state-%d.db", n)), filepath.Join(g.dir, fmt.Sprintf("state-%d-files", n)), demo.Key, front, scene.Key, front, modelKey, modelName,
		fakeslack.SampleBotToken, fakeslack.SampleAppToken, fakeslack.SampleSupport, d.slack.Addr()) + policy
}

// plainPolicy is that of the scenes that bring none.
const plainPolicy = `handoff:
  level: balanced
  human_button: {after_answers: 2}
  restricted_topics: [{name: Billing disputes, description: The customer disputes a charge., phrases: [charged twice], channel: C0BILLING, say: {en: "This is about your money, so I'm asking our billing team to look at it.", ar: "الأمر يتعلق بأموالك، لذلك أطلب من فريق الفواتير أن يتولاه."}}]
`

// handler is what the browser sees: the scene's page, its steps, the model, and
// behind the wire the product.
func (in *installation) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", in.page)
	mux.HandleFunc("POST /scene/step", in.step)
	for _, name := range []string{"scene.js", "states.css"} {
		mux.HandleFunc("GET /scene/"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "page/"+name) })
	}
	mux.Handle("/model/", in.model)
	mux.Handle("/", in.wire)
	return mux
}

func (in *installation) page(w http.ResponseWriter, _ *http.Request) {
	raw, err := files.ReadFile("page/scene.html")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'self' http://localhost:*; img-src 'self' http://localhost:* blob:; frame-ancestors http://127.0.0.1:* http://localhost:*")
	_, _ = strings.NewReplacer("{{ID}}", html.EscapeString(in.scene.ID), "{{TITLE}}", html.EscapeString(in.scene.Title),
		"{{NOTE}}", html.EscapeString(in.scene.Note), "{{KEY}}", demo.Key).WriteString(w, string(raw))
}

// order for the browser: what to do next; without a verb the scene is complete.
type turn struct {
	Do   string `json:"do"`
	With string `json:"with"`
}

// step plays the server's steps up to the browser's next.
func (in *installation) step(w http.ResponseWriter, r *http.Request) {
	in.mu.Lock()
	defer in.mu.Unlock()
	steps := in.scene.steps()
	for in.next < len(steps) {
		line := steps[in.next]
		in.next++
		verb, rest, _ := strings.Cut(line, " ")
		if !serverVerbs(verb) {
			writeJSON(w, turn{verb, rest})
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		err := in.play(ctx, verb, rest)
		cancel()
		if err != nil {
			http.Error(w, line+": "+err.Error(), http.StatusInternalServerError)
			return
		}
	}
	writeJSON(w, turn{})
}

func writeJSON(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body) // the browser is gone; there is nobody to tell
}
