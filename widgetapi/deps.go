package widgetapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
)

// Deps is what the door needs from the house. Assets, Files, Metrics, Health, Duty
// and Alert may be nil; everything else is required. Without Files no file is taken.
type Deps struct {
	Log           Log
	Conversations Conversations
	Sessions      Sessions
	Counters      Counters
	Presence      Presences
	Codes         Codes
	Notifier      Notifier
	Live          Live
	Assets        Assets
	Builds        Builds
	Files         Files

	// Duty says whether the team is there now, and when it is the next time; a
	// zero time when that is not known. nil means always there.
	Duty func(now time.Time) (open bool, next time.Time)
	// Escalation says what the visitor's button does to this conversation.
	Escalation func(ctx context.Context, widgetKey string, s conversation.State) (Button, error)
	// Health says how the house is, for the public "ok" and the admin's JSON.
	Health func(ctx context.Context) Health
	// Alert tells the operator what happened and what to do, once per cause and
	// hour. nil for nobody.
	Alert func(cause, text string)
	// Metrics serves /metrics on the admin listener.
	Metrics http.Handler

	Now    func() time.Time
	Logger *slog.Logger
}

// Button is what happens when the visitor asks for a person by the button.
type Button struct {
	// Escalated is appended when nobody is asked for yet. A zero Reason means
	// [conversation.ReasonButton].
	Escalated conversation.Escalated
	// Decided is the verdict that goes before it; nil for none.
	Decided *conversation.Decided
	// Say is the system line that goes with it; a zero Text means the standard
	// words.
	Say conversation.Message
	// LeaveMessage says that nobody can be asked (level ai_only): only Say is
	// appended, and the visitor is shown the contact form.
	LeaveMessage bool
	// TooEarly says that the bot has to answer first: nothing is appended.
	TooEarly bool
}

// Log is the conversations' log.
type Log interface {
	conversation.Appender
	conversation.Reader
}

// Notifier wakes a stream when its conversation has something new.
type Notifier interface {
	Watch(id conversation.ID) (wake <-chan struct{}, stop func())
}

// Live carries what is worth seeing but not worth storing.
type Live interface {
	Watch(id conversation.ID) (signals <-chan feed.Signal, stop func())
	Publish(id conversation.ID, s feed.Signal)
}

// Assets serves the widget's built files.
type Assets interface {
	// Loader returns the script of /widget.js and its ETag, quotes included.
	Loader() (script []byte, etag string)
	// Asset returns the file at path ("3f9a…/panel.js") and its content type.
	Asset(path string) (content []byte, contentType string, ok bool)
	// ResumePage returns the page that a mailed link leads to. It loads scripts
	// and styles from its own origin only.
	ResumePage() []byte
	// FramePage returns the page that a site shows the chat in, as a frame.
	FramePage() []byte
}

// Builds keeps the widget's files of every build that this installation has served.
type Builds interface {
	// WidgetFile returns the file at an address ("3f9a…/panel.js", "widget@1.2.3.js"),
	// or conversation.ErrNotFound. Under one address it is the same for ever.
	WidgetFile(ctx context.Context, address string) ([]byte, error)
}

// Health is the state of the house. Detail is shown on the admin listener only.
type Health struct {
	OK     bool
	Detail any
}

func (d Deps) check() error {
	for name, missing := range map[string]bool{
		"Log": d.Log == nil, "Conversations": d.Conversations == nil, "Sessions": d.Sessions == nil, "Counters": d.Counters == nil, "Presence": d.Presence == nil, "Codes": d.Codes == nil, "Builds": d.Builds == nil,
		"Notifier": d.Notifier == nil, "Live": d.Live == nil, "Escalation": d.Escalation == nil, "Now": d.Now == nil, "Logger": d.Logger == nil,
	} {
		if missing {
			return errors.New("widgetapi: Deps." + name + " is missing")
		}
	}
	return nil
}

func (d Deps) duty(now time.Time) (bool, time.Time) {
	if d.Duty == nil {
		return true, time.Time{}
	}
	return d.Duty(now)
}

func (d Deps) alert(cause, text string) {
	if d.Alert != nil {
		d.Alert(cause, text)
	}
}

func (d Deps) health(ctx context.Context) Health {
	if d.Health == nil {
		return Health{OK: true}
	}
	return d.Health(ctx)
}
