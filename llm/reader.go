package llm

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// maxToolCalls is how many tools one reply may call; further ones are dropped.
const maxToolCalls = 16

// reader puts a reply together from its chunks.
type reader struct {
	each   func(Delta) error
	text   strings.Builder
	calls  []partialCall
	bytes  int
	usage  *openai.Usage
	finish Finish
	full   bool // maxReplyBytes is reached
}

type partialCall struct {
	index int // the server's number, -1 when it sends none
	id    string
	name  string
	args  strings.Builder
}

// callerError carries an error of the caller's delta function past the classification.
type callerError struct{ err error }

func (e *callerError) Error() string { return e.err.Error() }

// take adds one chunk.
func (r *reader) take(chunk openai.ChatCompletionStreamResponse) error {
	if chunk.Usage != nil {
		r.usage = chunk.Usage
	}
	for _, choice := range chunk.Choices {
		if choice.Index != 0 {
			continue
		}
		if err := r.addText(choice.Delta.Content + choice.Delta.Refusal); err != nil {
			return err
		}
		for _, part := range choice.Delta.ToolCalls {
			r.addCall(part)
		}
		if choice.FinishReason != "" && !r.full {
			r.finish = finishOf(choice.FinishReason)
		}
	}
	return nil
}

func (r *reader) addText(text string) error {
	if text = r.within(text); text == "" {
		return nil
	}
	r.text.WriteString(text)
	if err := r.each(Delta{Text: text}); err != nil {
		return &callerError{err}
	}
	return nil
}

// within cuts s to what the reply may still hold, at the start of a character.
func (r *reader) within(s string) string {
	if room := maxReplyBytes - r.bytes; len(s) > room {
		s = strings.ToValidUTF8(s[:room], "")
		r.full, r.finish = true, FinishLength
	}
	r.bytes += len(s)
	return s
}

// addCall adds a piece of a tool call. Servers number the calls; some do not, and send each call whole or with its id
// in the first piece.
func (r *reader) addCall(part openai.ToolCall) {
	index := -1
	if part.Index != nil {
		index = *part.Index
	}
	at := r.find(index, part)
	if at < 0 {
		if len(r.calls) == maxToolCalls {
			return
		}
		at = len(r.calls)
		r.calls = append(r.calls, partialCall{index: index})
	}
	call := &r.calls[at]
	if call.id == "" {
		call.id = r.within(part.ID)
	}
	call.name += r.within(part.Function.Name)
	call.args.WriteString(r.within(part.Function.Arguments))
}

func (r *reader) find(index int, part openai.ToolCall) int {
	for i := range r.calls {
		if index >= 0 && r.calls[i].index == index || index < 0 && part.ID != "" && r.calls[i].id == part.ID {
			return i
		}
	}
	if index < 0 && part.ID == "" && part.Function.Name == "" {
		return len(r.calls) - 1 // a continuation of the last call
	}
	return -1
}

// patience is how long to wait for the next chunk.
func (r *reader) patience(idle time.Duration) time.Duration {
	if r.finish != "" {
		return min(afterFinish, idle)
	}
	return idle
}

func (r *reader) reply(req Request) Reply {
	reply := Reply{Text: r.text.String(), Finish: r.finish, Usage: r.count(req)}
	for i := range r.calls {
		reply.ToolCalls = append(reply.ToolCalls, r.calls[i].finished(i))
	}
	if r.finish == FinishStop && len(reply.ToolCalls) > 0 {
		reply.Finish = FinishTools // some servers say "stop" after tool calls
	}
	return reply
}

func (c *partialCall) finished(i int) ToolCall {
	call := ToolCall{ID: c.id, Name: c.name}
	if call.ID == "" {
		call.ID = fmt.Sprintf("call_%d", i)
	}
	args := strings.TrimSpace(c.args.String())
	if args == "" {
		args = "{}"
	}
	if args[0] == '{' && json.Valid([]byte(args)) {
		call.Arguments = json.RawMessage(args)
	}
	return call
}

// count is the server's token count, or an estimate from the bytes that went over the wire.
func (r *reader) count(req Request) Usage {
	if r.usage != nil && r.usage.TotalTokens > 0 {
		return Usage{In: r.usage.PromptTokens, Out: r.usage.CompletionTokens}
	}
	in := 0
	for _, m := range req.Messages {
		in += len(m.Content)
	}
	for _, t := range req.Tools {
		in += len(t.Description) + len(t.Schema)
	}
	if req.Shape != nil {
		in += len(req.Shape.Schema)
	}
	return Usage{In: (in + 3) / 4, Out: (r.bytes + 3) / 4, Estimated: true}
}

func finishOf(reason openai.FinishReason) Finish {
	switch reason {
	case openai.FinishReasonLength:
		return FinishLength
	case openai.FinishReasonToolCalls, openai.FinishReasonFunctionCall:
		return FinishTools
	case openai.FinishReasonContentFilter:
		return FinishFilter
	default:
		return FinishStop
	}
}
