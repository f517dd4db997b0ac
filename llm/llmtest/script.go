package llmtest

import (
	"strings"
	"time"
)

// Step is what the server does for one request.
type Step struct {
	// Match must occur in the last user message, in any case of letters; empty matches every message.
	Match string
	// Shape is the name of the schema that the request wants its answer in; empty for requests that want none.
	Shape string
	// AfterTool restricts the step to requests that end with a tool's result, NotAfterTool to the others.
	AfterTool, NotAfterTool bool
	// Times is how often the step serves: zero means once, negative for ever.
	Times int
	// Reply is the answer.
	Reply Reply
}

// Reply is one answer, and how it goes wrong. The zero value is an empty answer. Faults strike after Text was sent.
type Reply struct {
	Text string
	// Write writes Text from the request, when it is not nil.
	Write func(Request) string
	// ChunkBytes is the size of a chunk; zero sends word by word.
	ChunkBytes int
	// Delay is waited before each chunk.
	Delay time.Duration
	// Tools are sent behind the text, their arguments in several pieces.
	Tools []ToolCall
	// Finish is the finish reason; empty means "stop", or "tool_calls" with Tools.
	Finish string
	// Usage is sent when the request asks for it; zero counts are made up from the bytes.
	PromptTokens, CompletionTokens int
	// NoUsage sends none, as many servers do.
	NoUsage bool

	// Status other than zero and 200 answers with that error instead of a stream.
	Status     int
	ErrorCode  string // the "code" of the error body
	ErrorText  string // the "message" of the error body
	RetryAfter string // the header

	// HangFirst never sends a byte, HangAfter stops sending behind Text, both until the client gives up.
	HangFirst, HangAfter bool
	// CutAfter drops the connection behind Text, EndAfter closes the stream without a finish reason.
	CutAfter, EndAfter bool
	// Endless repeats Text until the client gives up.
	Endless bool
	// Malformed sends a chunk that is no JSON behind Text.
	Malformed bool
	// StreamError sends an error event behind Text.
	StreamError bool
}

// ToolCall is a tool call the model makes.
type ToolCall struct {
	ID, Name string
	// Arguments are sent as they are, JSON or not.
	Arguments string
}

// Say is a step that answers every request, for ever.
func Say(text string) Step { return Step{Times: -1, Reply: Reply{Text: text}} }

// When is a step that answers messages containing match, for ever.
func When(match, text string) Step { return Step{Match: match, Times: -1, Reply: Reply{Text: text}} }

// Fail is a step that answers every request with an HTTP status, for ever.
func Fail(status int) Step { return Step{Times: -1, Reply: Reply{Status: status}} }

// Fill is a step that answers every request for that shape, for ever.
func Fill(shape, text string) Step { return Step{Shape: shape, Times: -1, Reply: Reply{Text: text}} }

func (s Step) fits(r Request) bool {
	if s.Shape != r.Shape() || s.AfterTool && !r.AfterTool() || s.NotAfterTool && r.AfterTool() {
		return false
	}
	return strings.Contains(strings.ToLower(r.LastUser()), strings.ToLower(s.Match))
}

// chunks are the pieces the text is sent in.
func (r Reply) chunks() []string {
	if r.ChunkBytes <= 0 {
		return strings.SplitAfter(r.Text, " ")
	}
	var out []string
	for rest := r.Text; rest != ""; {
		n := min(r.ChunkBytes, len(rest))
		for n < len(rest) && rest[n]&0xc0 == 0x80 { // JSON cannot carry half a character
			n++
		}
		out = append(out, rest[:n])
		rest = rest[n:]
	}
	return out
}
