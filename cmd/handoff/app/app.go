// Package app puts the rooms together. It is the only place that knows every
// one of them: it opens the store, hands each room what it needs, and runs them
// side by side until the process ends.
//
// [Open] builds an App from a checked file, [App.Run] serves with it, and
// [App.Apply] takes a changed file: policy, texts and knowledge change in the
// running process; what needs a restart is named by the config room.
package app

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/handoff-bot/handoff/bot"
	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/files"
	"github.com/handoff-bot/handoff/knowledge"
	"github.com/handoff-bot/handoff/learn"
	"github.com/handoff-bot/handoff/mail"
	"github.com/handoff-bot/handoff/queue"
	"github.com/handoff-bot/handoff/replies"
	"github.com/handoff-bot/handoff/slackbridge"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/webhook"
	"github.com/handoff-bot/handoff/widgetapi"
)

// Options is what an App gets from its surroundings.
type Options struct {
	Version string
	Logger  *slog.Logger
	// Words is the pause of the built-in model between two words.
	Words time.Duration
	// Library replaces the folders of the file, for the demo's embedded one. Its
	// owner closes it.
	Library *knowledge.Library
	// Site, when set, is served beside the API: the demo's sample shop. Gallery is
	// what stands below /demo/ there.
	Site    fs.FS
	Gallery http.Handler
	// SlackLimits are the bridge's speeds. The zero value suits slack.com; the
	// benchmark lifts them for a Slack that has none.
	SlackLimits slackbridge.Limits
	// SlackHTTP, SlackDialer and ModelHTTP reach Slack's Web API, its sockets and
	// the model; nil means each room's own way over the network.
	SlackHTTP   *http.Client
	SlackDialer *websocket.Dialer
	ModelHTTP   *http.Client
	// MailTLS and MailDial reach the mail server; nil means the system's trust and
	// the network.
	MailTLS  *tls.Config
	MailDial func(ctx context.Context, network, addr string) (net.Conn, error)
	// WebhookHTTP replaces the guarded client of the section webhooks.
	WebhookHTTP *http.Client
}

// App is a Handoff that has been put together.
type App struct {
	Options
	now      func() time.Time
	file     atomic.Pointer[config.File]
	policies atomic.Pointer[policies]
	store    *store.Store
	notifier *feed.Notifier
	live     *feed.Live
	relay    chan relayed
	library  *library
	files    *files.Room
	door     *widgetapi.Server
	pinned   Pin
	bridge   *slackbridge.Bridge // nil without Slack
	leader   *feed.Leader        // nil without Slack
	model    model
	bot      *bot.Bot

	translator *bot.Translator // nil without Slack or a model
	runners    []*feed.Runner
	people     people
	alerted    sync.Map               // cause → when, for notices without Slack
	refused    atomic.Pointer[string] // the cause of the last refused file, nil when it was mended

	refusedShadow atomic.Pointer[string] // the same for that of the shadow policy
}

// policies are the policy in force and the one that is tried out beside it, nil
// for none. They change together.
type policies struct{ live, shadow *escalation.Policy }

// consumers are the readers of the log. One whose section is absent gets no rows:
// what happens meanwhile is not sent when the section comes.
func consumers(file *config.File) []string {
	out := []string{bot.Consumer, bot.BriefConsumer, queue.Consumer, slackbridge.Consumer}
	if file.Slack != nil {
		out = append(out, bot.LearnConsumer)
	}
	if file.Slack != nil && !file.AI.IsOffline() {
		out = append(out, bot.TranslateConsumer)
	}
	if file.Mail.Configured() {
		out = append(out, mail.Consumer)
	}
	if file.Webhooks.Configured() {
		out = append(out, webhook.Consumer)
	}
	return out
}

// Open puts an App together. Nothing runs yet, but the database is open: Close
// it in the end. Errors are written for the operator.
func Open(ctx context.Context, file *config.File, o Options) (*App, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	a := &App{Options: o, now: time.Now, notifier: feed.NewNotifier(), relay: make(chan relayed, 256)}
	a.live = feed.NewLive(a.forward)
	if err := a.open(ctx, file); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context, file *config.File) error {
	var err error
	a.store, err = store.Open(ctx, file.Storage.URL, store.Options{
		Consumers: consumers(file), Committed: func(ids []conversation.ID) { a.notifier.Wake(ids...) },
		Now: a.now, Logger: a.Logger, Version: a.Version,
	})
	if err != nil {
		return err
	}
	if err := a.Apply(ctx, file); err != nil {
		return err
	}
	if err := a.keepBuild(ctx); err != nil {
		return err
	}
	if a.library, err = openLibrary(ctx, file, a.Options); err != nil {
		return err
	}
	a.model = newModel(file, a.Options)
	for _, build := range []func(*config.File) error{a.buildFiles, a.buildBot, a.buildTranslator, a.buildBridge, a.buildDoor, a.buildRunners, a.buildMail, a.buildWebhook} {
		if err := build(file); err != nil {
			return err
		}
	}
	return nil
}

// Apply takes a file into use: the policies are compiled, stored under their
// hashes and swapped; everything else is read from the file at each use.
func (a *App) Apply(ctx context.Context, file *config.File) error {
	var next policies
	var err error
	if next.live, err = a.compile(ctx, file.Handoff, file.Places); err != nil {
		return err
	}
	if file.Shadow != nil {
		if next.shadow, err = a.compile(ctx, *file.Shadow, nil); err != nil {
			return fmt.Errorf("handoff.shadow: %w", err)
		}
	}
	a.policies.Store(&next)
	a.file.Store(file)
	return nil
}

// compile makes a policy and keeps its text, and where it stands.
func (a *App) compile(ctx context.Context, c escalation.Config, places map[string]string) (*escalation.Policy, error) {
	policy, problems := escalation.Compile(c)
	if len(problems) > 0 {
		return nil, fmt.Errorf("handoff.%s: %s", problems[0].Key, problems[0].Message)
	}
	if err := a.store.SavePolicy(ctx, policy.Hash(), policy.Text(), places); err != nil {
		return nil, fmt.Errorf("store the policy: %w", err)
	}
	return policy, nil
}

// Policy is the policy in force.
func (a *App) Policy() *escalation.Policy { return a.policies.Load().live }

// Shadow is the policy that is tried out beside it, nil for none.
func (a *App) Shadow() *escalation.Policy { return a.policies.Load().shadow }

// Store is the open database.
func (a *App) Store() *store.Store { return a.store }

// buildBridge makes the staff's door, when the file has one.
func (a *App) buildBridge(file *config.File) (err error) {
	if file.Slack == nil {
		return nil
	}
	drafting, err := a.drafts(file)
	if err != nil {
		return err
	}
	a.leader = feed.NewLeader(a.store, "slack", nodeName(), a.now, a.Logger)
	a.bridge, err = slackbridge.New(slackbridge.Deps{
		Config: *file.Slack, Log: a.store, Threads: a.store, Posts: a.store, Inbox: a.store, Readers: a.store, Desk: agentsDesk{a.store, a},
		Visitors: a.store, Receipts: a.store, Errands: a.store, Files: staffFiles{a.files, a.store}, Mails: a.mails, Places: a.places, Office: a.office, InUse: a.inUse, Counts: a.store,
		Replies: func() []replies.Reply { return a.file.Load().Replies }, Drafts: drafting, Translator: a.translates(),
		Topics: a.topics, Mends: mender{a}, Evidence: a.evidence, Numbers: a.numbers, Marked: a.store.Marked,
		Keep: learn.File{Path: file.Learn.File}.Add, Proposes: a.proposes,
		Leader: a.leader, Leases: a.store, HTTP: a.SlackHTTP, Dialer: a.SlackDialer, Limits: a.SlackLimits, Try: a.try, Levels: escalation.Levels(), Now: a.now, Logger: a.Logger,
	})
	return err
}

// proposes says that a close proposes what could be learned, by the file in force.
func (a *App) proposes() bool { return a.file.Load().Learn.Mode == learn.ModePropose }

// buildBot makes the AI.
func (a *App) buildBot(file *config.File) (err error) {
	a.bot, err = bot.New(bot.Deps{
		Log: a.store, Model: a.model, Triage: newTriageModel(file, a.Options), Library: a.library, Spend: a.store, Wakes: a.notifier, Shows: a.live,
		Settings: a.settings, Alert: a.alert, Now: a.now, Logger: a.Logger,
	})
	return err
}

// buildRunners gives each reader of the log its handler.
func (a *App) buildRunners(file *config.File) error {
	a.addRunner(bot.Consumer, a.bot, 16, nil)
	a.addRunner(queue.Consumer, queue.New(a.queueDeps()), 2, nil)
	if a.bridge == nil {
		return nil // nobody reads a brief, and nobody is mirrored to
	}
	brief, err := a.bot.Brief(newAside(file, a.Options, bot.BriefTimeout))
	if err != nil {
		return err
	}
	a.addRunner(bot.BriefConsumer, brief, 4, nil)
	learner, err := a.bot.Learner(newAside(file, a.Options, bot.LearnTimeout), a.proposes)
	if err != nil {
		return err
	}
	a.addRunner(bot.LearnConsumer, learner, 2, nil)
	if a.translator != nil {
		a.addRunner(bot.TranslateConsumer, a.translator, 4, nil)
	}
	a.addRunner(slackbridge.Consumer, a.bridge.Mirror(), 8, a.leader.Held)
	return nil
}

func (a *App) addRunner(consumer string, h feed.Handler, workers int, leads func() bool) {
	a.runners = append(a.runners, feed.NewRunner(consumer, h, a.store, a.store, a.notifier, feed.RunnerOptions{
		Workers: workers, Now: a.now, Logger: a.Logger, Leads: leads,
	}))
}

// nodeName tells this process from the others that share a database.
func nodeName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "node"
	}
	return fmt.Sprintf("%s/%s", host, conversation.RandomID("run"))
}

// Close closes what Open has opened.
func (a *App) Close() error {
	var errs []error
	if a.library != nil {
		errs = append(errs, a.library.Close())
	}
	if a.files != nil {
		errs = append(errs, a.files.Close())
	}
	if a.store != nil {
		errs = append(errs, a.store.Close())
	}
	return errors.Join(errs...)
}

// relayed is a live signal on its way to other nodes.
type relayed struct {
	id     conversation.ID
	signal feed.Signal
}

// forward queues a signal for the other nodes; when they are slow it is lost,
// as signals may be.
func (a *App) forward(id conversation.ID, s feed.Signal) {
	select {
	case a.relay <- relayed{id, s}:
	default:
	}
}

// relays sends queued signals to the other nodes and hears theirs.
func (a *App) relays(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case r := <-a.relay:
			raw, err := json.Marshal(r.signal)
			if err == nil {
				err = a.store.NotifyLive(ctx, r.id, raw)
			}
			if err != nil && ctx.Err() == nil {
				a.Logger.Debug("signal not relayed", "conversation", r.id, "error", err)
			}
		}
	}
}

func (a *App) hearLive(ctx context.Context) error {
	return a.store.ListenLive(ctx, func(id conversation.ID, raw json.RawMessage) {
		var s feed.Signal
		if err := json.Unmarshal(raw, &s); err == nil {
			a.live.Deliver(id, s)
		}
	})
}

// Handler is the public side: the visitor's API and, in HTTP mode, Slack's.
func (a *App) Handler() http.Handler {
	if a.Site != nil {
		return withSite(a.Site, a.Gallery, a.door.Handler())
	}
	if a.bridge == nil || a.file.Load().Slack.Mode != slackbridge.ModeHTTP {
		return a.door.Handler()
	}
	mux := http.NewServeMux()
	mux.Handle("/", a.door.Handler())
	mux.Handle("POST /slack/", a.bridge.Handler())
	return mux
}

// withSite serves the files of a site where the API has nothing to say.
func withSite(site fs.FS, gallery, api http.Handler) http.Handler {
	files := http.FileServerFS(site)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if gallery != nil && strings.HasPrefix(r.URL.Path, "/demo/") {
			gallery.ServeHTTP(w, r)
			return
		}
		name := strings.TrimPrefix(r.URL.Path, "/")
		if info, err := fs.Stat(site, name); name == "" || (err == nil && !info.IsDir()) {
			w.Header().Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
			files.ServeHTTP(w, r)
			return
		}
		api.ServeHTTP(w, r)
	})
}
