package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/handoff-bot/handoff/conversation"
)

const (
	// notifyMax bounds a payload. PostgreSQL refuses 8,000 bytes and more.
	notifyMax = 7 << 10
	// notifyPause is for how long wake-ups are gathered into one NOTIFY.
	notifyPause = 5 * time.Millisecond
	// listenCheck is after how long without news a connection is tried.
	listenCheck = 30 * time.Second
	// firstPause and longestPause bound the pauses between attempts to connect
	// again; each is twice the one before.
	firstPause, longestPause = 250 * time.Millisecond, 10 * time.Second
)

// node is this process among those that share a PostgreSQL database.
type node struct {
	s       *Store
	name    string // tells our own notifications apart
	channel string // one per schema: channels are per database
	config  *pgx.ConnConfig

	mu      sync.Mutex
	pending []conversation.ID
	news    chan struct{}
	quit    chan struct{}
	ended   chan struct{}
}

func newNode(s *Store, config *pgx.ConnConfig, schema string) *node {
	n := &node{
		s: s, name: rand.Text()[:8], channel: "handoff_" + schema, config: config,
		news: make(chan struct{}, 1), quit: make(chan struct{}), ended: make(chan struct{}),
	}
	// Ends with stop, which waits for it.
	go n.loop()
	return n
}

// Listen calls heard with the conversations in which other nodes have appended,
// until ctx ends. nil means that some may have been missed (at the start, and
// after the connection was lost): whoever listens should look everywhere. On
// SQLite there are no other nodes and it only waits.
func (s *Store) Listen(ctx context.Context, heard func(ids []conversation.ID)) error {
	if s.node == nil {
		<-ctx.Done()
		return nil
	}
	return s.node.listen(ctx, s.node.channel, func() { heard(nil) }, func(payload string) {
		from, list, _ := strings.Cut(payload, " ")
		if from == s.node.name {
			return
		}
		var ids []conversation.ID
		for id := range strings.FieldsSeq(list) {
			ids = append(ids, conversation.ID(id))
		}
		heard(ids)
	})
}

// live is what travels for NotifyLive.
type live struct {
	Node         string          `json:"n"`
	Conversation conversation.ID `json:"c"`
	Payload      json.RawMessage `json:"p"`
}

// NotifyLive sends something ephemeral to the other nodes: JSON of at most 7 KB
// that may be lost. On SQLite it does nothing.
func (s *Store) NotifyLive(ctx context.Context, id conversation.ID, payload json.RawMessage) error {
	if s.node == nil {
		return nil
	}
	raw, err := json.Marshal(live{Node: s.node.name, Conversation: id, Payload: payload})
	if err != nil {
		return fmt.Errorf("encode a live signal: %w", err)
	}
	if len(raw) > notifyMax {
		return fmt.Errorf("a live signal of %d bytes is too long to travel: at most %d", len(raw), notifyMax)
	}
	return s.node.send(ctx, s.node.channel+"_live", string(raw))
}

// ListenLive calls heard with what other nodes send by NotifyLive, until ctx
// ends. On SQLite it only waits.
func (s *Store) ListenLive(ctx context.Context, heard func(id conversation.ID, payload json.RawMessage)) error {
	if s.node == nil {
		<-ctx.Done()
		return nil
	}
	return s.node.listen(ctx, s.node.channel+"_live", func() {}, func(payload string) {
		var l live
		if err := json.Unmarshal([]byte(payload), &l); err == nil && l.Node != s.node.name {
			heard(l.Conversation, l.Payload)
		}
	})
}

// publish asks for a NOTIFY about these conversations and does not wait.
func (n *node) publish(ids []conversation.ID) {
	n.mu.Lock()
	n.pending = append(n.pending, ids...)
	n.mu.Unlock()
	select {
	case n.news <- struct{}{}:
	default:
	}
}

func (n *node) stop() {
	close(n.quit)
	<-n.ended
}

func (n *node) loop() {
	defer close(n.ended)
	for {
		select {
		case <-n.news:
		case <-n.quit:
			n.flush()
			return
		}
		select {
		case <-time.After(notifyPause):
		case <-n.quit:
		}
		n.flush()
	}
}

func (n *node) flush() {
	n.mu.Lock()
	ids := unique(n.pending)
	n.pending = nil
	n.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), listenCheck)
	defer cancel()
	for _, payload := range payloads(n.name, ids) {
		if err := n.send(ctx, n.channel, payload); err != nil {
			n.s.log.Warn("other nodes were not woken", "error", err)
		}
	}
}

// payloads packs ids, each behind a space, into texts of at most notifyMax bytes
// that begin with the node's name.
func payloads(name string, ids []conversation.ID) []string {
	var out []string
	text := name
	for _, id := range ids {
		if len(text)+1+len(id) > notifyMax {
			out = append(out, text)
			text = name
		}
		text += " " + string(id)
	}
	if text != name {
		out = append(out, text)
	}
	return out
}

func (n *node) send(ctx context.Context, channel, payload string) error {
	if _, err := n.s.db.ExecContext(ctx, `select pg_notify($1, $2)`, channel, payload); err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}

// listen keeps a connection of its own that listens on a channel, and makes a
// new one when it is lost.
func (n *node) listen(ctx context.Context, channel string, connected func(), heard func(string)) error {
	pause := firstPause
	for {
		err := n.listenOnce(ctx, channel, func() { pause = firstPause; connected() }, heard)
		if ctx.Err() != nil {
			return nil
		}
		n.s.log.Warn("lost the connection that hears other nodes", "channel", channel, "error", err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil
		}
		pause = min(2*pause, longestPause)
	}
}

func (n *node) listenOnce(ctx context.Context, channel string, connected func(), heard func(string)) error {
	conn, err := pgx.ConnectConfig(ctx, n.config.Copy())
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "listen "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	connected()
	for {
		payload, err := n.wait(ctx, conn)
		if err != nil {
			return err
		}
		if payload != "" {
			heard(payload)
		}
	}
}

// wait returns the next payload, or "" after listenCheck without one, when the
// connection has answered a ping.
func (n *node) wait(ctx context.Context, conn *pgx.Conn) (string, error) {
	quiet, cancel := context.WithTimeout(ctx, listenCheck)
	defer cancel()
	note, err := conn.WaitForNotification(quiet)
	switch {
	case err == nil:
		return note.Payload, nil
	case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
		// A connection cut in silence would not answer for a quarter of an hour.
		answer, cancel := context.WithTimeout(ctx, longestPause)
		defer cancel()
		return "", conn.Ping(answer)
	}
	return "", err
}
