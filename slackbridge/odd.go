package slackbridge

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// Slack's fields have had more than one type: a ts was a number in old payloads, a
// user or a channel is an object in some, a file was its id. What can be read counts,
// whatever its type.

// UnmarshalJSON implements json.Unmarshaler: it passes over what nobody can read, and
// reads words from a number, or from an object's id.
func (m *slackMessage) UnmarshalJSON(raw []byte) error {
	type plain slackMessage
	err := json.Unmarshal(raw, (*plain)(m))
	if err == nil {
		return nil
	}
	var odd map[string]json.RawMessage
	if json.Unmarshal(raw, &odd) != nil {
		return nil // it is no object; what holds it still counts
	}
	for name, field := range map[string]*string{
		"ts": &m.TS, "thread_ts": &m.ThreadTS, "event_ts": &m.EventTS, "deleted_ts": &m.DeletedTS, "text": &m.Text,
		"user": &m.User, "channel": &m.Channel, "bot_id": &m.BotID, "app_id": &m.AppID, "user_team": &m.UserTeam, "latest_reply": &m.LatestReply,
	} {
		if *field == "" {
			*field = oddWord(odd[name])
		}
	}
	return nil
}

// oddWord is what a field that should be a string says: the digits of a number as
// they were sent, since a ts is no fraction, or the id of an object.
func oddWord(raw json.RawMessage) string {
	var word string
	var object struct {
		ID string `json:"id"`
	}
	text := strings.TrimSpace(string(raw))
	switch {
	case text == "" || text == "null":
		return ""
	case json.Unmarshal(raw, &word) == nil:
		return word
	case text[0] == '-' || text[0] >= '0' && text[0] <= '9':
		return text
	}
	_ = json.Unmarshal(raw, &object) // what could not be read stays zero
	return object.ID
}

// fileRefs are the files of a message: a list, or one, or an object of them.
type fileRefs []fileRef

// UnmarshalJSON implements json.Unmarshaler. Entries that name nothing are left out.
func (f *fileRefs) UnmarshalJSON(raw []byte) error {
	var list []json.RawMessage
	var byName map[string]json.RawMessage
	*f = nil
	switch {
	case json.Unmarshal(raw, &list) == nil:
	case json.Unmarshal(raw, &byName) == nil && byName["id"] != nil:
		list = []json.RawMessage{raw}
	default:
		for _, one := range byName {
			list = append(list, one)
		}
	}
	for _, one := range list {
		var ref fileRef
		if json.Unmarshal(one, &ref.ID) != nil { // otherwise it is its id alone
			_ = webapi.Decode(one, &ref) // what could not be read stays zero
		}
		if ref.ID != "" || ref.address() != "" {
			*f = append(*f, ref)
		}
	}
	if list != nil && byName != nil {
		slices.SortFunc(*f, func(a, b fileRef) int { return strings.Compare(a.ID, b.ID) })
	}
	return nil
}

// editedAt is when a message was edited by Slack's clock: what it says of it, or
// when the event came about.
func (m slackMessage) editedAt() string {
	for _, at := range []string{m.Message.Edited.TS, m.EventTS, m.TS} {
		if at != "" {
			return at
		}
	}
	return ""
}
