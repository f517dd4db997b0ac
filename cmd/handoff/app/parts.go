package app

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/handoff-bot/handoff/bot"
	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/knowledge"
	"github.com/handoff-bot/handoff/llm"
)

// model is what the bot and doctor need of a model.
type model interface {
	Stream(ctx context.Context, r llm.Request, each func(llm.Delta) error) (llm.Reply, error)
	Check(ctx context.Context) error
	Name() string
}

func newModel(file *config.File, o Options) model {
	if file.AI.IsOffline() {
		return llm.NewOffline(o.Words)
	}
	return llm.NewOpenAI(file.AI, o.ModelHTTP, o.Logger)
}

// newAside is the same model with a client of its own for what is no answer: when
// that fails or takes long, answers are not kept from it.
func newAside(file *config.File, o Options, within time.Duration) model {
	if file.AI.IsOffline() {
		return llm.NewOffline(0)
	}
	ai := file.AI
	ai.Timeout = min(ai.Timeout, within)
	return llm.NewOpenAI(ai, o.ModelHTTP, o.Logger)
}

// newTriageModel is the triage model on the same server, with a client of its own;
// nil when none is set.
func newTriageModel(file *config.File, o Options) bot.Model {
	if file.AI.IsOffline() || file.AI.TriageModel == "" {
		return nil
	}
	return llm.NewOpenAI(file.AI.ForTriage(bot.TriageTimeout), o.ModelHTTP, o.Logger)
}

// library is the knowledge; Run watches its folders, or waits when it is
// embedded.
type library struct {
	*knowledge.Library
	watched bool
}

func openLibrary(ctx context.Context, file *config.File, o Options) (*library, error) {
	if o.Library != nil {
		return &library{o.Library, false}, nil
	}
	lib, err := knowledge.Open(ctx, file.KnowledgeConfig(), o.Logger)
	if err != nil {
		return nil, err
	}
	return &library{lib, true}, nil
}

func (l *library) Run(ctx context.Context) error {
	if !l.watched {
		<-ctx.Done()
		return nil
	}
	return l.Library.Run(ctx)
}

// Close closes what was opened here; a library that was handed in is its owner's.
func (l *library) Close() error {
	if !l.watched {
		return nil
	}
	return l.Library.Close()
}

// metrics is what /metrics shows.
func (a *App) metrics() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if a.bridge != nil {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "handoff_slack_private_dropped_total", Help: "Private messages to agents that had become pointless before Slack took them.",
		}, func() float64 { return float64(a.bridge.Unsaid()) }))
	}
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// try judges a sentence by the policy in force, for people.
func (a *App) try(_ context.Context, words, level string) (string, error) {
	return Try(a.Policy(), level, words, a.now, nil), nil
}

// Try judges a sentence as the first line of a new conversation and describes
// the verdict.
func Try(p *escalation.Policy, level, words string, now func() time.Time, visitor map[string]any) string {
	lines := []escalation.Line{{Seq: 2, Role: conversation.Visitor, Text: words}}
	v := p.Judge(escalation.Situation{
		Now: now(), Level: level, Lines: lines, Visitor: visitor,
		State: conversation.State{Mode: conversation.WithBot, Seq: 2, LastVisitor: conversation.Mark{Seq: 2}},
	})
	var b strings.Builder
	v.Print(&b, lines)
	return b.String()
}
