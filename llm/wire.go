package llm

import (
	"net/url"
	"slices"
	"strings"

	openai "github.com/sashabaranov/go-openai"
)

// reasoningRoom is added to the token limit of models that think before they answer: their thoughts count too, and
// without room the answer would be empty.
const reasoningRoom = 1000

// wireRequest is req as the server wants it.
func (m *OpenAI) wireRequest(req Request) openai.ChatCompletionRequest {
	limit := req.MaxTokens
	if limit <= 0 {
		limit = DefaultMaxTokens
	}
	out := openai.ChatCompletionRequest{
		Model:         m.config.Model,
		Messages:      wireMessages(req.Messages),
		Tools:         wireTools(req.Tools),
		Stream:        true,
		StreamOptions: &openai.StreamOptions{IncludeUsage: true},
	}
	switch {
	case reasons(m.config.Model):
		out.MaxCompletionTokens = limit + reasoningRoom
		out.ReasoningEffort = effort(m.config.Model, len(req.Tools) > 0)
	case isOpenAIHost(m.config.BaseURL) || isNewer(m.config.Model):
		out.MaxCompletionTokens = limit
	default: // other servers know the older name only
		out.MaxTokens = limit //nolint:staticcheck // SA1019: deprecated at OpenAI, the only name elsewhere
	}
	if req.Shape != nil {
		out.ResponseFormat = &openai.ChatCompletionResponseFormat{
			Type:       openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: req.Shape.Name, Schema: req.Shape.Schema, Strict: true},
		}
	}
	if req.Temperature != nil && !isNewer(m.config.Model) {
		out.Temperature = *req.Temperature
	}
	return out
}

// isNewer is true for OpenAI's models that refuse max_tokens and a temperature, wherever they are served.
func isNewer(model string) bool {
	return slices.ContainsFunc([]string{"o1", "o3", "o4", "gpt-5", "gpt-6"}, func(prefix string) bool { return strings.HasPrefix(model, prefix) })
}

// reasons is true for those of them that think before they answer.
func reasons(model string) bool { return isNewer(model) && !strings.Contains(model, "chat") }

// effort is the least thinking that still lets the model call tools: support chat wants the first word soon.
// The gpt-6 models take tools over chat completions only without thinking.
func effort(model string, tools bool) string {
	if tools && strings.HasPrefix(model, "gpt-6") {
		return openai.ReasoningEffortNone
	}
	return openai.ReasoningEffortLow
}

func isOpenAIHost(baseURL string) bool {
	u, err := url.Parse(baseURL)
	return err == nil && (u.Hostname() == "openai.com" || strings.HasSuffix(u.Hostname(), ".openai.com"))
}

func wireMessages(messages []Message) []openai.ChatCompletionMessage {
	out := make([]openai.ChatCompletionMessage, 0, len(messages))
	for _, m := range messages {
		wire := openai.ChatCompletionMessage{Role: string(m.Role), Content: m.Content, ToolCallID: m.ToolCallID}
		for _, c := range m.ToolCalls {
			wire.ToolCalls = append(wire.ToolCalls, wireCall(c))
		}
		out = append(out, wire)
	}
	return out
}

func wireCall(c ToolCall) openai.ToolCall {
	args := "{}" // what was no object is not sent back: servers refuse it
	if c.Arguments != nil {
		args = string(c.Arguments)
	}
	return openai.ToolCall{ID: c.ID, Type: openai.ToolTypeFunction, Function: openai.FunctionCall{Name: c.Name, Arguments: args}}
}

func wireTools(tools []Tool) []openai.Tool {
	var out []openai.Tool
	for _, t := range tools {
		out = append(out, openai.Tool{Type: openai.ToolTypeFunction, Function: &openai.FunctionDefinition{Name: t.Name, Description: t.Description, Parameters: t.Schema}})
	}
	return out
}
