package llm

import (
	"context"
	"strings"
	"time"
)

const (
	// OfflineName is the built-in model's name.
	OfflineName = "built-in model"
	// OfflineIntro starts every answer of the built-in model that quotes the knowledge.
	OfflineIntro = "From our help pages: "
	// OfflineNoAnswer is what the built-in model says when no passage answers the question.
	OfflineNoAnswer = "I don't have anything about that in my knowledge."
)

// Offline is the built-in model. It answers with the one to three sentences of Request.Passages that share most words
// with the last user message, and says so when there is none. It understands nothing, needs no network, calls no
// tools, costs nothing, and gives the same answer each time.
type Offline struct {
	perWord time.Duration
}

// NewOffline makes the built-in model. perWord is the pause before each word, so that a demo looks like streaming;
// zero means none.
func NewOffline(perWord time.Duration) *Offline { return &Offline{perWord: perWord} }

// Name is OfflineName.
func (*Offline) Name() string { return OfflineName }

// State is always "closed": this model does not fail.
func (*Offline) State() string { return "closed" }

// Check always succeeds.
func (*Offline) Check(context.Context) error { return nil }

// Stream answers word by word. The only errors are the context's and those of each.
func (m *Offline) Stream(ctx context.Context, req Request, each func(Delta) error) (Reply, error) {
	reply := Reply{Finish: FinishStop}
	var shown strings.Builder
	for _, word := range words(answer(lastQuestion(req.Messages), req.Passages)) {
		err := m.pause(ctx)
		if err == nil {
			shown.WriteString(word)
			err = each(Delta{Text: word})
		}
		if err != nil {
			reply.Text = shown.String()
			return reply, err
		}
	}
	reply.Text = shown.String()
	return reply, nil
}

func (m *Offline) pause(ctx context.Context) error {
	if m.perWord <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(m.perWord)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// words splits text behind each run of white space; joined they give the text again.
func words(text string) []string {
	var out []string
	for text != "" {
		end := strings.IndexAny(text, " \n")
		for end >= 0 && end < len(text) && (text[end] == ' ' || text[end] == '\n') {
			end++
		}
		if end < 0 {
			end = len(text)
		}
		out = append(out, text[:end])
		text = text[end:]
	}
	return out
}

func lastQuestion(messages []Message) string {
	for i := len(messages) - 1; i >= 0; i-- {
		if messages[i].Role == RoleUser {
			return messages[i].Content
		}
	}
	return ""
}
