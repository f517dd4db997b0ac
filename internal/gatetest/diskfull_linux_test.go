package gatetest

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/handofftest"
)

// room bounds the size to which the process may let a file grow, as a quota does:
// without limit again when bytes is zero.
func room(t *testing.T, pid int, bytes uint64) {
	t.Helper()
	var was unix.Rlimit
	mustDo(t, unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &was))
	now := unix.Rlimit{Cur: bytes, Max: was.Max}
	if bytes == 0 {
		now.Cur = was.Max
	}
	mustDo(t, unix.Prlimit(pid, unix.RLIMIT_FSIZE, &now, nil))
}

// written is how large the largest file of the database is.
func written(t *testing.T, h *handofftest.House) uint64 {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(h.Dir, "handoff.db*"))
	mustDo(t, err)
	largest := int64(0)
	for _, name := range names {
		info, err := os.Stat(name)
		mustDo(t, err)
		largest = max(largest, info.Size())
	}
	return uint64(largest)
}

// The disk fills up under a running house. Who writes is told so and nothing half
// is kept; what is stored can be read; and when there is room again everything
// goes on, on both sides, with nothing lost.
func TestBadInputFullDisk(t *testing.T) {
	binary := build(t, "1")
	var now *served
	h := house(t, handofftest.Options{
		Runs: binary.runs(&now), Policy: "handoff: {level: human_only}\n",
		Slack: fakeslack.Options{Delay: func(d time.Duration) time.Duration { return d / 60 }}, // Slack delivers again after a minute
	})
	operator := admin(t, h)
	h.Start()
	g := newGuest(t, h, map[string]any{})
	g.say("before", "Kept before.")
	root := card(t, h, support, g.reference)
	press(t, h, maya, root, "handoff_claim")
	g.hears("You're now chatting with Maya.")
	threadShows(t, h, support, root, "Kept before.")

	room(t, now.cmd.Process.Pid, written(t, h))
	kept, refused := fillUp(t, g)
	kept = append([]string{"Kept before."}, kept...)
	if n := len(g.events()); n == 0 {
		t.Error("nothing can be read while the disk is full")
	}
	if status, body := g.call(http.MethodGet, g.at("transcript"), nil); status != http.StatusOK || !strings.Contains(body, "Kept before.") {
		t.Errorf("the transcript: %d %s", status, body)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+operator+"/healthz", nil)
	mustDo(t, err)
	if status, body := answer(t, req); status != http.StatusServiceUnavailable || !strings.Contains(body, "the disk of the database is full") {
		t.Errorf("the operator is told: %d %s", status, body)
	}
	_, out, _ := binary.run(t, "doctor", "-c", configFile(h))
	if !strings.Contains(out, "the disk of the database is full") || !strings.Contains(out, "free space") {
		t.Errorf("doctor says:\n%s", out)
	}
	mustDo(t, say(h, maya, root, "Written while the disk was full")) // not acknowledged, so Slack keeps it

	room(t, now.cmd.Process.Pid, 0)
	g.say("room", "Room again.")
	kept = append(kept, "Room again.")
	once(t, h, support, root, kept...)
	if strings.Contains(replyText(h, root), refused) {
		t.Errorf("%q was refused and is in Slack", refused)
	}
	g.hears("Written while the disk was full")
	h.Stop()
	h.Start()
	g.say("late", "After a restart.")
	once(t, h, support, root, append(kept, "After a restart.")...)
	if log := productLog(t, h); !strings.Contains(log, "a request failed") || strings.Contains(log, "panic") {
		t.Errorf("the log:\n%s", log)
	}
}

// fillUp writes until it is refused for want of room, and returns what was kept
// and what was refused.
func fillUp(t *testing.T, g *guest) (kept []string, refused string) {
	t.Helper()
	for i := range 2000 {
		text := fmt.Sprintf("Line %04d. ", i)
		status, body := g.call(http.MethodPost, g.at("messages"), map[string]any{"client_id": fmt.Sprint("full-", i), "text": text + strings.Repeat("x", 3000)})
		switch {
		case status < 300:
			kept = append(kept, text)
		case status == http.StatusInsufficientStorage && strings.Contains(body, `"storage_full"`) && strings.Contains(body, "no room left"):
			return kept, text
		default:
			t.Fatalf("%s: %d %s", text, status, body)
		}
	}
	t.Fatal("the disk was never full")
	return nil, ""
}

func replyText(h *handofftest.House, root string) string {
	var b strings.Builder
	for _, m := range h.Slack.Thread(support, root)[1:] {
		b.WriteString(m.Visible() + "\n")
	}
	return b.String()
}
