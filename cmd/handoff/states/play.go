package states

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/demo"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

func serverVerbs(verb string) bool {
	return map[string]bool{"wire": true, "agent": true, "model": true, "others": true, "slack": true}[verb]
}

// play does one step of the server's side. Besides wire.play and agent:
//
//	model says TEXT       (to every question from here on; \n breaks the line)
//	model says TEXT ...   (with three dots it never comes to the end)
//	model hangs
//	model fails
//	others wait N         (so many other visitors ask for a person)
//	others served N       (and so many were waited on before)
//	slack shows TEXT      (in a thread or on a card)
func (in *installation) play(ctx context.Context, verb, rest string) error {
	words := strings.Fields(rest)
	if len(words) == 0 {
		return errNoStep
	}
	switch verb {
	case "wire":
		return in.wire.play(words)
	case "agent":
		return in.agent(ctx, words)
	case "model":
		return in.script(words[0], strings.TrimSpace(strings.TrimPrefix(rest, words[0])))
	case "others":
		return in.others(ctx, words)
	case "slack":
		text := strings.Join(words[1:], " ")
		return in.slack.WaitFor(ctx, func(st *fakeslack.State) bool { return slackShows(st, text) })
	}
	return errNoStep
}

func slackShows(st *fakeslack.State, text string) bool {
	for _, c := range []string{fakeslack.SampleSupport, fakeslack.SampleBilling} {
		for _, root := range st.History(c) {
			for _, m := range append(st.Thread(c, root.TS), root) {
				if strings.Contains(m.Visible(), text) {
					return true
				}
			}
		}
	}
	return false
}

func (in *installation) script(verb, text string) error {
	reply := llmtest.Reply{}
	switch verb {
	case "says":
		if reply.HangAfter = strings.HasSuffix(text, "..."); reply.HangAfter {
			reply.Delay = 30 * time.Millisecond // what comes in one burst is not all shown before the next
		}
		reply.Text = strings.ReplaceAll(strings.TrimSuffix(text, "..."), `\n`, "\n")
	case "hangs":
		reply.HangFirst = true
	case "fails":
		reply.Status = http.StatusInternalServerError
	default:
		return errNoStep
	}
	in.model.Script(llmtest.Step{Times: -1, Reply: reply}, llmtest.Fill("brief", `{"headline":"A question about an order","points":[]}`))
	return nil
}

// others are visitors without a browser.
func (in *installation) others(ctx context.Context, words []string) error {
	n, err := strconv.Atoi(strings.Join(words[1:], ""))
	if err != nil {
		return errNoStep
	}
	for range n {
		if err := in.other(ctx); err != nil {
			return err
		}
	}
	if words[0] != "served" {
		return nil
	}
	for served := 0; served < n; {
		claimed, err := in.claimOpen(ctx)
		if err != nil {
			return err
		}
		served += claimed
	}
	return nil
}

// other is one more visitor who asks for a person.
func (in *installation) other(ctx context.Context) error {
	var session struct{ Token string }
	if err := in.call(ctx, "", "/v1/sessions", map[string]any{"key": demo.Key}, &session); err != nil {
		return err
	}
	var opened struct{ ID string }
	if err := in.call(ctx, session.Token, "/v1/conversations", map[string]any{}, &opened); err != nil {
		return err
	}
	return in.call(ctx, session.Token, "/v1/conversations/"+opened.ID+"/escalate", map[string]any{}, nil)
}

// claimOpen lets Maya claim every card that has a button for it, hand it back
// and says how many.
func (in *installation) claimOpen(ctx context.Context) (int, error) {
	type card struct{ ts, action string }
	var open []card
	err := in.slack.WaitFor(ctx, func(st *fakeslack.State) bool {
		open = nil
		for _, m := range st.History(fakeslack.SampleSupport) {
			if action, _ := actionOf(m, "Claim"); action != "" && m.BotID != "" {
				open = append(open, card{m.TS, action})
			}
		}
		return len(open) > 0
	})
	for _, c := range open {
		if err == nil {
			err = in.slack.Press(fakeslack.SampleMaya, fakeslack.SampleSupport, c.ts, c.action)
		}
	}
	if err != nil {
		return 0, err
	}
	return len(open), in.slack.WaitFor(ctx, func(st *fakeslack.State) bool {
		for _, c := range open {
			m, _ := st.Message(fakeslack.SampleSupport, c.ts)
			if action, _ := actionOf(m, "Claim"); action != "" {
				return false
			}
		}
		return true
	})
}

// call is one request to the product, past the wire.
func (in *installation) call(ctx context.Context, token, path string, body, reply any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, in.product+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", in.url)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s answers %d", path, resp.StatusCode)
	}
	if reply == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(reply)
}
