package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
)

// Consumer is the room's name among the readers.
const Consumer = "webhook"

// undone is when a close can surely not be undone any more.
const undone = conversation.UndoWithin + time.Second

// The pauses between two tries: half of the time since the first, within these;
// and how long it is tried.
const (
	shortestPause = 10 * time.Second
	longestPause  = time.Hour
	giveUp        = 24 * time.Hour
)

// Deps is what the room works with. HTTP replaces the guarded client, for a
// network that is none; nil in the program.
type Deps struct {
	Config  Config
	Log     conversation.Reader
	Version string
	// Alert tells the admins, once per cause and hour.
	Alert  func(cause, text string)
	HTTP   *http.Client
	Now    func() time.Time
	Logger *slog.Logger
}

// Sender is the feed.Handler of the consumer "webhook".
type Sender struct {
	Deps
	target *url.URL
}

// New returns a Sender. The error is for the operator.
func New(d Deps) (*Sender, error) {
	target, p := d.Config.target()
	if p == nil && target == nil {
		p = &Problem{"on_close", "is missing", "write an address"}
	}
	networks, q := d.Config.networks()
	for _, wrong := range []*Problem{p, q} {
		if wrong != nil {
			return nil, fmt.Errorf("webhooks.%s %s: %s", wrong.Key, wrong.Message, wrong.Mend)
		}
	}
	if d.HTTP == nil {
		d.HTTP = client(target, networks)
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Alert == nil {
		d.Alert = func(string, string) {}
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	return &Sender{d, target}, nil
}

// Handle implements feed.Handler. It reports the first close that is not reported
// yet. An error parks the row: a day has passed.
func (s *Sender) Handle(ctx context.Context, w feed.Work) (feed.Done, error) {
	for i, e := range w.Events {
		b, closed := e.Body.(conversation.Closed)
		if !closed || !wanted(e, w.Events[i+1:], w.State, w.Now) {
			continue
		}
		if ready := e.At.Add(undone); w.Now.Before(ready) {
			return feed.Done{Through: e.Seq - 1, Due: ready}, nil
		}
		return s.deliver(ctx, w, e, b)
	}
	through := w.State.Seq
	if n := len(w.Events); n > 0 {
		through = w.Events[n-1].Seq
	}
	return feed.Done{Through: through}, nil
}

// wanted says that a close is reported: not one that was undone, nor one of long
// ago that the conversation has left behind.
func wanted(e conversation.Event, later []conversation.Event, now conversation.State, at time.Time) bool {
	for _, l := range later {
		// Only the last act is undone, and a block comes right before its close.
		if u, ok := l.Body.(conversation.Undone); ok && u.Of <= e.Seq {
			return false
		}
	}
	return now.Closed.Seq == e.Seq || at.Sub(e.At) < giveUp
}

func (s *Sender) deliver(ctx context.Context, w feed.Work, e conversation.Event, b conversation.Closed) (feed.Done, error) {
	events, err := s.events(ctx, e.Conversation)
	if err != nil {
		return feed.Done{}, err
	}
	body, err := json.Marshal(report(e, b, events))
	if err != nil {
		return feed.Done{}, fmt.Errorf("write the report: %w", err)
	}
	a := s.post(ctx, deliveryID(e.Conversation, e.Seq), body)
	if a.verdict == again && ctx.Err() != nil {
		return feed.Done{}, ctx.Err() // we stop, whatever the other side does
	}
	s.Logger.Info("webhook", "conversation", e.Conversation, "of", e.Seq, "host", s.target.Host, "status", a.status, "why", a.why)
	switch a.verdict {
	case taken:
		return feed.Done{Through: e.Seq}, nil
	case never:
		s.Alert("webhook gone", fmt.Sprintf("The server at webhooks.on_close answered 410, so the close of %s is not reported to it again. Remove webhooks.on_close, or correct it.", w.State.Reference))
		return feed.Done{Through: e.Seq}, nil
	case again:
	}
	return s.again(w, e, a)
}

// again says when a report is sent the next time. After a day it is given up.
func (s *Sender) again(w feed.Work, e conversation.Event, a answer) (feed.Done, error) {
	since := e.At.Add(undone)
	age := w.Now.Sub(since)
	if age >= giveUp {
		s.Alert("webhook given up", fmt.Sprintf("The close of %s could not be reported to webhooks.on_close for a day (%s). When the cause is gone: handoff resume webhook %s", w.State.Reference, a.why, w.State.Reference))
		return feed.Done{}, fmt.Errorf("%w: not taken for a day: %s", feed.ErrPark, a.why)
	}
	pause := min(max(age/2, shortestPause, a.pause), longestPause)
	return feed.Done{Through: e.Seq - 1, Due: w.Now.Add(min(pause, max(giveUp-age, time.Second)))}, nil
}

// events reads the whole log.
func (s *Sender) events(ctx context.Context, id conversation.ID) ([]conversation.Event, error) {
	const page = 500
	var out []conversation.Event
	for after := conversation.Seq(0); ; {
		events, err := s.Log.Events(ctx, id, after, page)
		if err != nil {
			return nil, fmt.Errorf("read the log: %w", err)
		}
		out = append(out, events...)
		if len(events) < page {
			return out, nil
		}
		after = events[len(events)-1].Seq
	}
}

// verdict is what the other side made of a report.
type verdict int

const (
	taken verdict = iota
	again
	never
)

// answer is a verdict, with the status (0 for none), why in words without the
// URL, and the pause that the other side asks for.
type answer struct {
	verdict verdict
	status  int
	why     string
	pause   time.Duration
}

// post sends a report once.
func (s *Sender) post(ctx context.Context, id string, body []byte) answer {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.target.String(), bytes.NewReader(body))
	if err != nil {
		return answer{verdict: again, why: "the request cannot be made"}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Handoff/"+s.Version)
	req.Header.Set("Handoff-Delivery", id)
	req.Header.Set("Handoff-Signature", Sign(s.Config.Secret, s.Now(), body))
	resp, err := s.HTTP.Do(req)
	if err != nil {
		return answer{verdict: again, why: reason(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the line can be used again
	a := answer{verdict: again, status: resp.StatusCode, why: "status " + strconv.Itoa(resp.StatusCode), pause: retryAfter(resp.Header)}
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		a.verdict = taken
	case code == http.StatusGone:
		a.verdict = never
	case code >= 300 && code < 400:
		a.why += ", and redirects are not followed"
	}
	return a
}

// reason is an error without the URL, whose path may hold a secret.
func reason(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in " + patience.String()
	}
	return err.Error()
}

// retryAfter reads the pause in seconds; a date is not looked at.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(min(seconds, int(longestPause.Seconds()))) * time.Second
}
