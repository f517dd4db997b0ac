package eval

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// Recording is one conversation as it stands in the log, its events in order.
type Recording struct {
	ID     conversation.ID
	Events []conversation.Event
}

// record is an event as a line of a file. Facts are what the state is folded
// from; Words are what was written, of the events whose words the policy is judged
// by: those of the visitor and the bot, what the site said of her, the decisions,
// and what agents say of them. Notes, agents' lines and addresses stay out.
type record struct {
	Conversation conversation.ID     `json:"conversation"`
	Seq          conversation.Seq    `json:"seq"`
	VSeq         conversation.Seq    `json:"vseq,omitempty"`
	At           time.Time           `json:"at"`
	Role         conversation.Role   `json:"role"`
	Author       string              `json:"author,omitempty"`
	Source       conversation.Source `json:"source"`
	Kind         conversation.Kind   `json:"kind"`
	Facts        json.RawMessage     `json:"facts"`
	Words        json.RawMessage     `json:"words,omitempty"`
}

// told says that the words of an event go with it.
func told(e conversation.Event) bool {
	switch e.Body.(type) {
	case conversation.Message, conversation.Edited:
		return e.Author.Role == conversation.Visitor || e.Author.Role == conversation.Bot
	case conversation.Opened, conversation.PageChanged, conversation.Decided, conversation.Misjudged, conversation.Missed, conversation.Unmarked,
		conversation.Identified, conversation.Tracked:
		return true
	}
	return false
}

// WriteEvents writes events, one JSON object a line, as [ReadRecordings] reads
// them.
func WriteEvents(w io.Writer, events []conversation.Event) error {
	for _, e := range events {
		facts, words, err := conversation.EncodeBody(e.Body)
		if err != nil {
			return fmt.Errorf("write event %d of %s: %w", e.Seq, e.Conversation, err)
		}
		r := record{e.Conversation, e.Seq, e.VSeq, e.At, e.Author.Role, e.Author.ID, e.Source, conversation.KindOf(e.Body), facts, nil}
		if told(e) && string(words) != "{}" {
			r.Words = words
		}
		line, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("write event %d of %s: %w", e.Seq, e.Conversation, err)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("write the events: %w", err)
		}
	}
	return nil
}

// maxRecord bounds one event of a file, in bytes.
const maxRecord = 4 << 20

// ReadRecordings reads what [WriteEvents] wrote, conversations in the order in
// which they appear. name is the file's, for errors.
func ReadRecordings(name string, r io.Reader) ([]Recording, error) {
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, maxRecord)
	var list []Recording
	at := map[conversation.ID]int{}
	for n := 1; scan.Scan(); n++ {
		line := bytes.TrimSpace(scan.Bytes())
		if len(line) == 0 {
			continue
		}
		e, err := readEvent(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		i, known := at[e.Conversation]
		if !known {
			i, list = len(list), append(list, Recording{ID: e.Conversation})
			at[e.Conversation] = i
		}
		list[i].Events = append(list[i].Events, e)
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	for _, r := range list {
		slices.SortStableFunc(r.Events, func(a, b conversation.Event) int { return int(a.Seq - b.Seq) })
	}
	return list, nil
}

func readEvent(line []byte) (conversation.Event, error) {
	var r record
	if err := json.Unmarshal(line, &r); err != nil {
		return conversation.Event{}, fmt.Errorf("not an event of a conversation: %w", err)
	}
	if r.Conversation == "" || r.Seq < 1 || r.Kind == "" {
		return conversation.Event{}, fmt.Errorf("not an event of a conversation: write such files with handoff explain --json")
	}
	body, err := conversation.DecodeBody(r.Kind, r.Facts, r.Words)
	if err != nil {
		return conversation.Event{}, fmt.Errorf("event %d of %s: %w", r.Seq, r.Conversation, err)
	}
	return conversation.Event{
		Conversation: r.Conversation, Seq: r.Seq, VSeq: r.VSeq, At: r.At,
		Draft: conversation.Draft{Author: conversation.Author{Role: r.Role, ID: r.Author}, Source: r.Source, Body: body},
	}, nil
}
