package bot

import (
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/knowledge"
	"github.com/handoff-bot/handoff/llm"
	"github.com/handoff-bot/handoff/markup"
)

// historyBudget bounds the history handed to the model, in bytes: about 8,000
// tokens, so that with passages and instructions a call stays under 12,000.
const historyBudget = 24_000

// passagesPerTurn is how many passages a search brings.
const passagesPerTurn = 5

// request builds the call for a turn: rules and passages, then the lines.
func (t *turn) request() (llm.Request, error) {
	var system strings.Builder
	err := t.bot.prompt.Execute(&system, map[string]any{
		"Instructions": strings.TrimSpace(t.set.Model.Instructions),
		"Instruction":  markup.Clean(t.past.instruction),
		"Canary":       t.bot.canary,
		"Passages":     t.passages,
	})
	if err != nil {
		return llm.Request{}, fmt.Errorf("fill the prompt: %w", err)
	}
	messages := append([]llm.Message{{Role: llm.RoleSystem, Content: system.String()}}, t.past.messages()...)
	return llm.Request{
		Messages: messages,
		Tools:    tools,
		Passages: modelPassages(t.passages),
	}, nil
}

// messages turns the lines into the model's form, newest kept when they do not
// all fit. An agent's line reads as the assistant's, with her name in front.
func (h *history) messages() []llm.Message {
	var out []llm.Message
	left := historyBudget
	for i := len(h.lines) - 1; i >= 0 && left > 0; i-- {
		l := h.lines[i]
		said := l.said()
		if said == "" || l.role == conversation.System {
			continue
		}
		left -= len(said)
		m := llm.Message{Role: llm.RoleAssistant, Content: said}
		switch l.role {
		case conversation.Visitor:
			m.Role = llm.RoleUser
		case conversation.Agent:
			m.Content = "(" + l.name + ", a colleague) " + said
		case conversation.Bot, conversation.System:
		}
		out = append(out, m)
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

func modelPassages(found []knowledge.Passage) []llm.Passage {
	out := make([]llm.Passage, 0, len(found))
	for _, p := range found {
		out = append(out, llm.Passage{ID: p.ID, Title: p.Title, Text: p.Text, Score: p.Score})
	}
	return out
}
