package llm

import "encoding/json"

// Role says who speaks in a Message.
type Role string

// The roles a model knows.
const (
	RoleSystem    Role = "system"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	RoleTool      Role = "tool"
)

// Message is one line of what the model reads.
type Message struct {
	Role    Role
	Content string
	// ToolCalls are the calls an assistant message made; each must be answered by a tool message with its ID.
	ToolCalls []ToolCall
	// ToolCallID names the call that a tool message answers.
	ToolCallID string
}

// Tool is something the model may ask the caller to do.
type Tool struct {
	Name        string
	Description string
	// Schema is the JSON Schema of the arguments, an object.
	Schema json.RawMessage
}

// ToolCall is the model's wish to use a tool.
type ToolCall struct {
	ID   string // never empty
	Name string // as the model wrote it; it may name no tool of the request
	// Arguments is a JSON object, or nil when the model wrote something else.
	Arguments json.RawMessage
}

// Passage is a piece of the knowledge that was found for the question. Only the built-in model reads passages; for
// other models the caller puts them into a message.
type Passage struct {
	ID    string
	Title string
	Text  string
	Score float64 // 0 to 1
}

// Request is what the model is to answer.
type Request struct {
	Messages []Message
	Tools    []Tool
	// Passages are what the built-in model answers from, the best first.
	Passages []Passage
	// MaxTokens limits the answer; zero means DefaultMaxTokens.
	MaxTokens int
	// Shape, when set, is what the whole answer has to look like. Servers that do not know it refuse the request
	// (ErrBadRequest) or write what they like, so the caller checks the answer all the same.
	Shape *Shape
	// Temperature is left to the server when nil. Models that reason do not take one; for them it is not sent.
	Temperature *float32
}

// Shape is a JSON Schema for a whole answer. Every property has to be required and no other allowed.
type Shape struct {
	Name   string // letters, digits, _ and -
	Schema json.RawMessage
}

// DefaultMaxTokens is the limit of an answer when the request sets none.
const DefaultMaxTokens = 700

// Delta is a piece of the answer as it arrives.
type Delta struct {
	Text string // never empty
}

// Reply is the whole answer. With an error it holds what had arrived before.
type Reply struct {
	Text      string
	ToolCalls []ToolCall
	Usage     Usage
	Finish    Finish
}

// Usage counts tokens, for the budget.
type Usage struct {
	In, Out int
	// Estimated is true when the server sent no count: then a token is taken for four bytes.
	Estimated bool
}

// Finish says why the answer ended.
type Finish string

// The reasons to end. FinishLength also stands for our own limit on the bytes of an answer.
const (
	FinishStop   Finish = "stop"
	FinishLength Finish = "length"
	FinishTools  Finish = "tool_calls"
	FinishFilter Finish = "content_filter"
)
