package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/knowledge"
	"github.com/handoff-bot/handoff/llm"
	"github.com/handoff-bot/handoff/markup"
)

// The tools the model may call. Neither takes an identity: what they may see is
// decided here, not by an argument.
const (
	toolSearch  = "search_knowledge"
	toolHandoff = "request_handoff"
)

// maxToolCalls bounds the calls of one turn.
const maxToolCalls = 4

var tools = []llm.Tool{
	{
		Name:        toolSearch,
		Description: "Search the company's knowledge. Use it when the passages at hand do not answer the question.",
		Schema:      json.RawMessage(`{"type":"object","properties":{"query":{"type":"string","description":"a few words"}},"required":["query"],"additionalProperties":false}`),
	},
	{
		Name:        toolHandoff,
		Description: "Ask for a person: the visitor wants one, is upset, or needs something that cannot be answered from the knowledge.",
		Schema:      json.RawMessage(`{"type":"object","properties":{"reason":{"type":"string","description":"one short sentence"}},"required":["reason"],"additionalProperties":false}`),
	},
}

// use carries out the model's tool calls and returns the messages that answer
// them. wants is the reason of a requested handoff.
func (t *turn) use(ctx context.Context, calls []llm.ToolCall) (answers []llm.Message, wants string) {
	for _, call := range calls {
		var args struct{ Query, Reason string }
		result := "unknown tool"
		same := call.Name + string(call.Arguments)
		switch {
		case t.calls[same]:
			result = "you have called this already; answer now"
		case len(t.calls) >= maxToolCalls:
			result = "no more calls in this turn; answer now"
		case json.Unmarshal(call.Arguments, &args) != nil:
			result = "the arguments are not valid"
		case call.Name == toolSearch:
			result = t.search(ctx, args.Query)
		case call.Name == toolHandoff:
			wants, result = orElse(markup.Clean(args.Reason), "not said"), "the team is asked"
		}
		t.calls[same] = true
		answers = append(answers, llm.Message{Role: llm.RoleTool, ToolCallID: call.ID, Content: result})
	}
	return answers, wants
}

func (t *turn) search(ctx context.Context, query string) string {
	found, err := t.bot.Library.Search(ctx, query, passagesPerTurn)
	if err != nil {
		t.finding.ToolFailed = true
		t.bot.Logger.Warn("knowledge not searched", "conversation", t.state.ID, "error", err)
		return "the search is not available"
	}
	t.found(found)
	if len(found) == 0 {
		return "nothing was found"
	}
	var b strings.Builder
	for _, p := range found {
		fmt.Fprintf(&b, "[%s] %s\n%s\n\n", p.ID, p.Title, p.Text)
	}
	return b.String()
}

// found adds passages to those of the turn and raises the best score.
func (t *turn) found(passages []knowledge.Passage) {
	have := map[string]bool{}
	for _, p := range t.passages {
		have[p.ID] = true
	}
	for _, p := range passages {
		t.finding.Best = max(t.finding.Best, p.Score)
		if !have[p.ID] {
			t.passages = append(t.passages, p)
		}
	}
}

func orElse(s, fallback string) string {
	if strings.TrimSpace(s) == "" {
		return fallback
	}
	return s
}
