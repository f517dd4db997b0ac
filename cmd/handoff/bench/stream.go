package bench

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/internal/sse"
)

// item is one durable event as the visitor's stream brings it.
type item struct {
	kind     string
	at       time.Time // of its arrival
	Seq      int       `json:"seq"`
	Order    string    `json:"order"`
	Text     string    `json:"text"`
	ClientID string    `json:"client_id"`
	Phase    string    `json:"phase"`
	From     struct {
		Role string `json:"role"`
	} `json:"from"`
	Agent struct {
		Name string `json:"name"`
	} `json:"agent"`
}

func (i item) by(role string) bool { return i.kind == "message" && i.From.Role == role }

// stream is a visitor's open connection. It opens itself again where it was cut.
type stream struct {
	client     *http.Client
	url, token string
	stop       context.CancelFunc
	gone       chan struct{}

	mu      sync.Mutex
	items   []item
	drafts  []time.Time // arrivals of drafts that show words
	opened  bool
	changed chan struct{} // closed and replaced at each event
}

func newStream(ctx context.Context, c *http.Client, url, token string) *stream {
	ctx, cancel := context.WithCancel(ctx)
	s := &stream{client: c, url: url, token: token, stop: cancel, gone: make(chan struct{}), changed: make(chan struct{})}
	go s.follow(ctx) // ends with close
	return s
}

func (s *stream) close() {
	s.stop()
	<-s.gone
}

func (s *stream) follow(ctx context.Context) {
	defer close(s.gone)
	for ctx.Err() == nil {
		if err := s.once(ctx); err != nil {
			_ = sleep(ctx, 20*time.Millisecond) // the server is away
		}
	}
}

// once reads one connection until it ends.
func (s *stream) once(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s?after=%d", s.url, s.last()), nil)
	if err != nil {
		return err
	}
	req.Header.Set("Origin", origin)
	req.Header.Set("Authorization", "Bearer "+s.token)
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	s.note(func() { s.opened = true })
	return sse.Read(resp.Body, s.take)
}

func (s *stream) last() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.items) == 0 {
		return 0
	}
	return s.items[len(s.items)-1].Seq
}

// note changes the stream's record and wakes who waits for it.
func (s *stream) note(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *stream) take(kind, id string, data []byte) {
	now := time.Now()
	if id == "" {
		var draft struct {
			Content []json.RawMessage `json:"content"`
		}
		if kind == "draft" && json.Unmarshal(data, &draft) == nil && len(draft.Content) > 0 {
			s.note(func() { s.drafts = append(s.drafts, now) })
		}
		return
	}
	it := item{kind: kind, at: now}
	if err := json.Unmarshal(data, &it); err == nil {
		s.note(func() { s.items = append(s.items, it) })
	}
}

// patience is how long a single wait may last before the measure gives up.
const patience = 30 * time.Second

// wait returns when ok holds for the stream; ok runs under its lock.
func (s *stream) wait(ctx context.Context, what string, ok func(*stream) bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		s.mu.Lock()
		holds, changed := ok(s), s.changed
		s.mu.Unlock()
		if holds {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("the visitor does not see %s: %w", what, ctx.Err())
		}
	}
}

// seen returns the events so far.
func (s *stream) seen() []item {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.items)
}

// phase is the last phase the visitor was told, bot before any.
func (s *stream) phase() string {
	for _, it := range slices.Backward(s.items) {
		if it.kind == "state" {
			return it.Phase
		}
	}
	return "bot"
}

// shown is the text of the agents' lines as the widget shows them: in the order
// of their keys. A visitor's line between them would end the run; there is none
// in what is measured.
func shown(items []item) string {
	lines := slices.DeleteFunc(slices.Clone(items), func(it item) bool { return !it.by("agent") })
	slices.SortStableFunc(lines, func(a, b item) int { return cmp.Compare(a.Order, b.Order) })
	return texts(lines)
}

// texts joins lines in the order they are given.
func texts(items []item) string {
	var b strings.Builder
	for _, it := range items {
		b.WriteString(it.Text + "\n")
	}
	return b.String()
}

func asRefusal(err error, to **refusal) bool { return errors.As(err, to) }
