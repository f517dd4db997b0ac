package widgetapi

import (
	"context"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// ConfigReply is the public look of a site's widget, and its texts in the
// visitor's language. It travels as JSON and is never printed into a page.
type ConfigReply struct {
	Key          string       `json:"key"`
	Title        string       `json:"title"`
	Greeting     string       `json:"greeting"`
	Starters     []string     `json:"starters"`
	Locale       string       `json:"locale"`
	Language     string       `json:"language"`
	Launcher     string       `json:"launcher"`
	Accent       string       `json:"accent"`
	HumanButton  HumanButton  `json:"human_button"`
	AI           bool         `json:"ai"`
	PrivacyURL   string       `json:"privacy_url"`
	Limits       PublicLimits `json:"limits"`
	Open         bool         `json:"open"`
	NextOpen     string       `json:"next_open"`
	LeaveMessage bool         `json:"leave_message"`
	Mail         bool         `json:"mail"`
	// Identity is none, optional or required: whether the site may or has to say
	// who the visitor is. Devices says that links to another device can be made.
	Identity string `json:"identity"`
	Devices  bool   `json:"devices"`
}

// PublicLimits are the limits the widget respects by itself.
type PublicLimits struct {
	MessageChars int `json:"message_chars"`
	// UploadBytes and UploadsPerMessage are zero where no file is taken.
	UploadBytes       int `json:"upload_bytes,omitempty"`
	UploadsPerMessage int `json:"uploads_per_message,omitempty"`
}

func (s *Server) widgetConfig(c *call) (reply, error) {
	key, err := s.site(c, c.r.URL.Query().Get("key"))
	if err != nil {
		return reply{}, err
	}
	asked, err := askedLocale(c.r.URL.Query().Get("locale"))
	if err != nil {
		return reply{}, err
	}
	w, level, locales := c.cfg.Widget, c.cfg.level(key), c.locales(asked)
	starters := make([]string, len(w.Starters))
	for i, s := range w.Starters {
		starters[i] = s.In(locales...)
	}
	speech := conversation.SpeechIn(locales...)
	open, next := s.deps.duty(c.now)
	out := ConfigReply{
		Key: key.Key, Title: own(speech, "title", w.Title, locales), Greeting: own(speech, "greeting", w.Greeting, locales), Starters: starters, Locale: w.Locale, Language: speech.Tag(), Launcher: speech.Say("launcher", "Open chat"), Accent: w.Accent,
		HumanButton: c.cfg.HumanButton, AI: level != "human_only", PrivacyURL: c.cfg.PrivacyURL,
		Limits: s.publicLimits(c.cfg.Limits), Open: open, LeaveMessage: level == "ai_only", Mail: c.cfg.Mail,
		Identity: key.identity(), Devices: publicOrigin(c.cfg) != "",
	}
	if !open && !next.IsZero() {
		out.NextOpen = stamp(next)
	}
	return reply{status: http.StatusOK, body: out}, nil
}

func (s *Server) publicLimits(l Limits) PublicLimits {
	out := PublicLimits{MessageChars: l.MessageChars}
	if s.deps.Files != nil {
		out.UploadBytes, out.UploadsPerMessage = l.UploadBytes, l.UploadsPerMessage
	}
	return out
}

// own says a text in her language, ours when the operator has not written one.
func own(in conversation.Speech, key string, text conversation.Text, locales []string) string {
	defaults := map[string]conversation.Text{"title": WidgetDefaults().Title, "greeting": WidgetDefaults().Greeting}
	words := text.In(locales...)
	if maps.Equal(text, defaults[key]) {
		return in.Say(key, words)
	}
	return words
}

func (s *Server) openapi(*call) (reply, error) {
	return reply{write: func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(s.schema)
	}}, nil
}

// healthz says one word to the public; what is wrong is the admin's.
func (s *Server) healthz(c *call) (reply, error) {
	word := "ok"
	if !s.health.ok(c.ctx(), s.deps, c.now) {
		word = "degraded"
	}
	return reply{write: func(w http.ResponseWriter) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = strings.NewReader(word + "\n").WriteTo(w)
	}}, nil
}

// healthAge is how long the public health may be old: asking the house may cost
// a write, and anybody may ask.
const healthAge = 2 * time.Second

// healthPatience is how long the house may take to say how it is; everybody who
// asks meanwhile waits.
const healthPatience = 5 * time.Second

// lastHealth remembers the health for a moment.
type lastHealth struct {
	mu   sync.Mutex
	good bool
	at   time.Time
}

func (l *lastHealth) ok(ctx context.Context, d Deps, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at.IsZero() || now.Sub(l.at) >= healthAge {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthPatience)
		defer cancel()
		l.good, l.at = d.health(ctx).OK, now
	}
	return l.good
}
