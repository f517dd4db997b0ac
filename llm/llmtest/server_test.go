package llmtest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/llm/llmtest"
)

const good = `{"model":"m","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`

func post(t *testing.T, url, auth, kind, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", auth)
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func TestStrict(t *testing.T) {
	server := httptest.NewServer(llmtest.New("k", "m", llmtest.Say("x")))
	defer server.Close()
	tests := []struct {
		name, auth, kind, body string
		status                 int
	}{
		{"good", "Bearer k", "application/json", good, 200},
		{"no key", "", "application/json", good, 401},
		{"other key", "Bearer other", "application/json", good, 401},
		{"no JSON type", "Bearer k", "text/plain", good, 415},
		{"no JSON", "Bearer k", "application/json", "{", 400},
		{"other model", "Bearer k", "application/json", strings.Replace(good, `"m"`, `"n"`, 1), 404},
		{"not streamed", "Bearer k", "application/json", strings.Replace(good, `"stream":true,`, ``, 1), 400},
		{"no limit", "Bearer k", "application/json", strings.Replace(good, `"max_tokens":9,`, ``, 1), 400},
		{"no messages", "Bearer k", "application/json", `{"model":"m","stream":true,"max_tokens":9}`, 400},
		{"unknown role", "Bearer k", "application/json", strings.Replace(good, `"user"`, `"agent"`, 1), 400},
		{"tool result without a call", "Bearer k", "application/json", strings.Replace(good, `"user"`, `"tool"`, 1), 400},
		{"unanswered call", "Bearer k", "application/json", `{"model":"m","stream":true,"max_tokens":9,"messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}]}`, 400},
		{"call with bad arguments", "Bearer k", "application/json", `{"model":"m","stream":true,"max_tokens":9,"messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"x"}}]},{"role":"tool","tool_call_id":"a"}]}`, 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if status, body := post(t, server.URL, tt.auth, tt.kind, tt.body); status != tt.status {
				t.Errorf("%d %s, want %d", status, body, tt.status)
			}
		})
	}
}

func TestScriptOrder(t *testing.T) {
	model := llmtest.New("k", "m",
		llmtest.Step{Match: "HI", Reply: llmtest.Reply{Text: "first"}},
		llmtest.Step{Match: "hi", Times: 2, Reply: llmtest.Reply{Text: "second"}},
		llmtest.When("bye", "third"),
	)
	server := httptest.NewServer(model)
	defer server.Close()
	for i, want := range []string{"first", "second", "second", "no step of the script fits"} {
		if _, body := post(t, server.URL, "Bearer k", "application/json", good); !strings.Contains(body, want) {
			t.Errorf("request %d: %s, want %q", i, body, want)
		}
	}
	if got := model.Unmatched(); len(got) != 1 || got[0] != "hi" {
		t.Errorf("unmatched %q", got)
	}
	if n := len(model.Requests()); n != 4 || model.Active() != 0 {
		t.Errorf("%d requests, %d active", n, model.Active())
	}
}
