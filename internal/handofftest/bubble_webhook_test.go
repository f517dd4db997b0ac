package handofftest

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/webhook"
)

// crm is the operator's own server.
type crm struct {
	mu      sync.Mutex
	down    bool
	reports []webhook.Closed
	ids     []string
	forged  int
}

func (c *crm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil || c.down {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	var report webhook.Closed
	if webhook.Sign("a secret", time.Now(), body) != r.Header.Get("Handoff-Signature") || json.Unmarshal(body, &report) != nil {
		c.forged++
		return
	}
	c.reports, c.ids = append(c.reports, report), append(c.ids, r.Header.Get("Handoff-Delivery"))
}

// told is what the server has been told so far.
func (c *crm) told() (reports []webhook.Closed, ids []string, forged int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.reports), slices.Clone(c.ids), c.forged
}

func (c *crm) goes(down bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = down
}

// The operator's server is told of each close, once, also when it was down for
// hours and the product was started anew meanwhile.
func TestCloseIsReported(t *testing.T) {
	const policy = "webhooks: {on_close: 'http://crm.test/hook', secret: a secret, allow: [192.0.2.0/24]}\n"
	inBubble(t, policy, berlin("2026-01-20 10:00"), func(b *bubble) {
		own := &crm{}
		server := &http.Server{Handler: own} //nolint:gosec // on the wires of a test
		var served sync.WaitGroup
		served.Go(func() { _ = server.Serve(b.wires.listen("crm.test")) })
		b.t.Cleanup(func() { _ = server.Close(); served.Wait() })

		anna := b.visitor("anna")
		anna.says("How long does delivery take?")
		anna.sees("bot", "two working days")
		anna.presses("close")
		b.wait(29 * time.Second)
		if reports, _, _ := own.told(); len(reports) != 0 {
			b.t.Errorf("%d reports before the close is certain", len(reports))
		}
		b.wait(3 * time.Second)
		own.goes(true)
		bob := b.visitor("bob")
		bob.says("How long does delivery take?")
		bob.sees("bot", "two working days")
		bob.presses("close")
		b.wait(time.Hour)
		b.stop()
		b.start()
		b.wait(time.Hour)
		own.goes(false)
		b.wait(time.Hour)
		reports, ids, forged := own.told()
		if len(reports) != 2 || forged != 0 || ids[0] == ids[1] {
			b.t.Fatalf("%d reports %v, %d forged", len(reports), ids, forged)
		}
		for i, g := range []*guest{anna, bob} {
			if r := reports[i]; r.Reference != g.Reference || r.ID != ids[i] || r.Reason != "visitor" || r.Counts.Visitor != 1 || r.Counts.Bot != 1 {
				b.t.Errorf("the report of %s: %+v", g.name, r)
			}
		}
	})
}
