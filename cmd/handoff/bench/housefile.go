package bench

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// The names of the installation.
const (
	widgetKey = "pk_bench"
	origin    = "https://shop.example"
	// watched is a page whose visitors' chats stand in Slack from their first line,
	// while the bot answers.
	watched = "/watched"
	// question is answered by the knowledge.
	question = "How long does delivery take?"
)

const knowledgeText = "# Shipping\n\n## Delivery times\n\nDelivery within the country takes two working days. Delivery to other countries takes four to six working days.\n\n" +
	"## Costs\n\nShipping costs 4.90 and is free for orders over 50.\n"

// raised are limits that no measure meets: the load comes from one address.
const raised = `limits:
  {sessions_per_minute_ip: 10000000, sessions_per_hour_ip: 10000000, messages_per_minute: 10000000, messages_per_ten_minutes: 10000000,
   messages_per_day: 10000000, messages_per_minute_ip: 10000000, conversations_per_hour: 10000000, contacts_per_hour: 10000000,
   contacts_per_hour_ip: 10000000, requests_per_minute: 10000000, requests_per_minute_ip: 10000000, answers_per_day: 10000000,
   escalations_per_day_ip: 10000000, escalation_cooldown: 1ms, streams_per_session: 100, streams_per_ip: 100000, streams: 100000}
`

// write makes the configuration and the knowledge.
func (h *house) write(storage, slack, model string) error {
	ln, err := listen(context.Background())
	if err != nil {
		return err
	}
	h.addr = ln.Addr().String()
	h.url = "http://" + h.addr
	h.file = fmt.Sprintf(`server: {addr: "%s", admin_addr: "127.0.0.1:0"}
storage: {url: "%s"}
%swidget:
  keys: [{key: %s, origins: ["%s"]}]
ai: {base_url: "http://%s/v1", api_key: %s, model: %s, timeout: 30s, budget: {day: 0, visitor_day: 0}}
knowledge: [{path: "%s"}]
slack: {mode: socket, bot_token: %s, app_token: %s, channel: %s, api_url: "http://%s/api/"}
handoff:
  level: balanced
  rules:
    - {name: watched, when: 'page.path == "%s"', do: notify}
`, h.addr, storage, raised, widgetKey, origin, model, modelKey, modelName, filepath.Join(h.dir, "knowledge"),
		fakeslack.SampleBotToken, fakeslack.SampleAppToken, fakeslack.SampleSupport, slack, watched)
	return errors.Join(
		ln.Close(), // the product takes the address next
		os.Mkdir(filepath.Join(h.dir, "knowledge"), 0o700),
		os.WriteFile(filepath.Join(h.dir, "knowledge", "shipping.md"), []byte(knowledgeText), 0o600),
		os.WriteFile(h.path(), []byte(h.file), 0o600),
	)
}

func (h *house) path() string { return filepath.Join(h.dir, "handoff.yaml") }

// database makes an empty one and returns its URL and what takes it away.
func (j *job) database(ctx context.Context, dir string) (storage string, drop func() error, err error) {
	if j.Storage == "" {
		return "sqlite://" + filepath.Join(dir, "handoff.db"), func() error { return nil }, nil
	}
	u, err := url.Parse(j.Storage)
	if err != nil {
		return "", nil, errors.New("storage is not a URL")
	}
	schema := "bench_" + strings.ToLower(rand.Text()[:12])
	if err := execute(ctx, j.Storage, "create schema "+schema); err != nil {
		return "", nil, err
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String(), func() error {
		return execute(context.WithoutCancel(ctx), j.Storage, "drop schema "+schema+" cascade")
	}, nil
}

// execute runs one statement on PostgreSQL, whose driver the store registers.
func execute(ctx context.Context, at, statement string) error {
	db, err := sql.Open("pgx", at)
	if err != nil {
		return fmt.Errorf("open PostgreSQL: %w", err)
	}
	_, err = db.ExecContext(ctx, statement)
	if err = errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
