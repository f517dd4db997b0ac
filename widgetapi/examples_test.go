package widgetapi

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// The examples of docs/identity.md, each with the program that runs it. Their
// tokens are shown to a real server.
func TestIdentityExamples(t *testing.T) {
	for file, program := range map[string][]string{
		"sign.go": {"go", "run"}, "sign.mjs": {"node"}, "sign.py": {"python3"}, "sign.php": {"php"}, "sign.rb": {"ruby"},
	} {
		t.Run(file, func(t *testing.T) {
			path, err := exec.LookPath(program[0])
			if err != nil {
				t.Skipf("%s is not installed, so docs/examples/identity/%s was not run", program[0], file)
			}
			h := newHouse(t)
			h.clock.add(time.Since(h.clock.now()))
			arguments := append(program[1:], filepath.Join("..", "docs", "examples", "identity", file), "user-42")
			cmd := exec.CommandContext(t.Context(), path, arguments...) //nolint:gosec // the examples of this repository
			cmd.Env = append(os.Environ(), "HANDOFF_IDENTITY_SECRET="+shopSecret, "HANDOFF_WIDGET_KEY="+shopKey)
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			g := h.guest()
			id := g.open()
			known, said := g.identify(strings.TrimSpace(string(out)))
			if said.Conversation != id || known.token == g.token {
				t.Errorf("got %+v", said)
			}
			got := h.last(id).(conversation.Identified)
			if got.Subject != "user-42" || got.Name != "Anna" || got.Email != "anna@example.com" || got.Attributes["plan"] != "pro" || !got.Mail {
				t.Errorf("the log holds %+v", got)
			}
			h.guest().refused(401, codeIdentity, "POST", "/v1/sessions/identify", IdentifyBody{strings.TrimSpace(string(out))}) // its jti makes it good once
		})
	}
}
