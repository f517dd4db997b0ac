package slackbridge

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/markup"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// What Slack sends is decoded with structs of our own that hold what we use and
// forgive the rest: a field of the wrong type is left at zero and the others
// still count. Whether we acknowledge something never depends on decoding it.

// envelope is the outer part of everything: events have Event, interactions
// Type and the rest, commands Command.
type envelope struct {
	Type     string          `json:"type"`
	TeamID   string          `json:"team_id"`
	AppID    string          `json:"api_app_id"`
	EventID  string          `json:"event_id"`
	Event    json.RawMessage `json:"event"`
	Team     teamRef         `json:"team"`
	User     userRef         `json:"user"`
	Trigger  string          `json:"trigger_id"`
	Response string          `json:"response_url"`

	// Interactions.
	CallbackID string         `json:"callback_id"`
	ActionTS   string         `json:"action_ts"`
	ActionID   string         `json:"action_id"` // of a list that asks for its options, with what was typed there
	Value      string         `json:"value"`
	Container  container      `json:"container"`
	Channel    channelRef     `json:"channel"`
	Message    *slackMessage  `json:"message"`
	Actions    []pressed      `json:"actions"`
	View       viewRef        `json:"view"`
	Responses  []responseHook `json:"response_urls"`

	// Commands.
	Command   string `json:"command"`
	Text      string `json:"text"`
	UserID    string `json:"user_id"`
	ChannelID string `json:"channel_id"`
}

func (e envelope) team() string {
	if e.TeamID != "" {
		return e.TeamID
	}
	return e.Team.ID
}

type (
	teamRef struct {
		ID string `json:"id"`
	}
	userRef struct {
		ID     string `json:"id"`
		TeamID string `json:"team_id"`
	}
	channelRef struct {
		ID string `json:"id"`
	}
	container struct {
		Type      string `json:"type"`
		MessageTS string `json:"message_ts"`
		ThreadTS  string `json:"thread_ts"`
		ChannelID string `json:"channel_id"`
		ViewID    string `json:"view_id"`
		Ephemeral bool   `json:"is_ephemeral"`
	}
	pressed struct {
		ActionID       string `json:"action_id"`
		BlockID        string `json:"block_id"`
		Value          string `json:"value"`
		ActionTS       string `json:"action_ts"`
		SelectedOption struct {
			Value string `json:"value"`
		} `json:"selected_option"`
		SelectedUser string `json:"selected_user"`
	}
	viewRef struct {
		ID         string    `json:"id"`
		Type       string    `json:"type"` // modal or home
		Hash       string    `json:"hash"`
		CallbackID string    `json:"callback_id"`
		Metadata   string    `json:"private_metadata"`
		State      viewState `json:"state"`
	}
	viewState struct {
		Values map[string]map[string]entry `json:"values"`
	}
	// entry is what was entered in one input.
	entry struct {
		Value          string   `json:"value"`
		SelectedUser   string   `json:"selected_user"`
		SelectedOption option   `json:"selected_option"`
		SelectedMany   []option `json:"selected_options"`
	}
	option struct {
		Value string `json:"value"`
	}
	responseHook struct {
		URL string `json:"response_url"`
	}
)

// entry returns what was entered in the input with this action id.
func (v viewRef) entry(action string) entry {
	for _, block := range v.State.Values {
		if e, ok := block[action]; ok {
			return e
		}
	}
	return entry{}
}

// text, user and chosen return the text, the person or the option entered in an
// input, "" for none; chosenAll the options ticked.
func (v viewRef) text(action string) string   { return strings.TrimSpace(v.entry(action).Value) }
func (v viewRef) user(action string) string   { return v.entry(action).SelectedUser }
func (v viewRef) chosen(action string) string { return v.entry(action).SelectedOption.Value }

func (v viewRef) chosenAll(action string) []string {
	var out []string
	for _, o := range v.entry(action).SelectedMany {
		out = append(out, o.Value)
	}
	return out
}

// slackMessage is a message in an event, in an interaction or read from Slack.
type slackMessage struct {
	Type        string          `json:"type"`
	Subtype     string          `json:"subtype"`
	TS          string          `json:"ts"`
	ThreadTS    string          `json:"thread_ts"`
	EventTS     string          `json:"event_ts"`
	User        string          `json:"user"`
	BotID       string          `json:"bot_id"`
	AppID       string          `json:"app_id"`
	Text        string          `json:"text"`
	Team        string          `json:"team"`
	UserTeam    string          `json:"user_team"`
	SourceTeam  string          `json:"source_team"`
	Channel     string          `json:"channel"`
	ChannelType string          `json:"channel_type"`
	ClientMsgID string          `json:"client_msg_id"`
	ParentUser  string          `json:"parent_user_id"`
	LatestReply string          `json:"latest_reply"`
	ReplyUsers  []string        `json:"reply_users"` // a few of them
	Repliers    *int            `json:"reply_users_count"`
	DeletedTS   string          `json:"deleted_ts"`
	Blocks      json.RawMessage `json:"blocks,omitempty"`
	Files       fileRefs        `json:"files,omitempty"`
	Edited      *editRef        `json:"edited,omitempty"`
	Message     *slackMessage   `json:"message,omitempty"`
	Previous    *slackMessage   `json:"previous_message,omitempty"`
	Metadata    *metadataRef    `json:"metadata,omitempty"`
	BotProfile  json.RawMessage `json:"bot_profile,omitempty"`
}

type (
	fileRef struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Size     int64  `json:"size"`
		External bool   `json:"is_external"`
		URL      string `json:"url_private"`
		Download string `json:"url_private_download"`
	}
	editRef struct {
		User string `json:"user"`
		TS   string `json:"ts"`
	}
	metadataRef struct {
		Type    string         `json:"event_type"`
		Payload map[string]any `json:"event_payload"`
	}
)

// address is where the content of a file is, "" when Slack has not said.
func (f fileRef) address() string { return cmp.Or(f.Download, f.URL) }

// thread returns the root's ts of a reply, and "" for a message that is none.
func (m slackMessage) thread() string {
	if m.ThreadTS == m.TS {
		return ""
	}
	return m.ThreadTS
}

// blockIDs lists the ids of the blocks.
func (m slackMessage) blockIDs() []string {
	var blocks []struct {
		ID string `json:"block_id"`
	}
	if len(m.Blocks) == 0 || webapi.Decode(m.Blocks, &blocks) != nil {
		return nil
	}
	ids := make([]string, 0, len(blocks))
	for _, b := range blocks {
		ids = append(ids, b.ID)
	}
	return ids
}

// marked says that a message carries one of our markers.
func (m slackMessage) marked() bool {
	if m.Metadata != nil && m.Metadata.Type == draw.MetadataType {
		return true
	}
	return slices.ContainsFunc(m.blockIDs(), func(id string) bool { return strings.HasPrefix(id, "h:cnv_") })
}

// mentions says that a line points at a person, a group, a channel or everybody.
// Where its words come from the text, the text says so.
func (m slackMessage) mentions() bool {
	if kinds, ok := elementKinds(m.Blocks); ok {
		points := slices.ContainsFunc(kinds, func(k string) bool {
			return k == "user" || k == "usergroup" || k == "channel" || k == "broadcast" || k == "team"
		})
		if _, whole := m.blockTree(markup.Names{}); points || whole {
			return points
		}
	}
	for _, mark := range []string{"<@", "<!subteam", "<!here", "<!channel", "<!everyone", "<#"} {
		if strings.Contains(m.Text, mark) {
			return true
		}
	}
	return false
}

// elementKinds lists the types of all elements in the rich_text blocks, and says
// whether there was one.
func elementKinds(blocks json.RawMessage) ([]string, bool) {
	type element struct {
		Type     string            `json:"type"`
		Elements []json.RawMessage `json:"elements"`
	}
	var out []string
	var walk func(raw json.RawMessage, depth int)
	walk = func(raw json.RawMessage, depth int) {
		var e element
		if depth > 8 || webapi.Decode(raw, &e) != nil {
			return
		}
		out = append(out, e.Type)
		for _, child := range e.Elements {
			walk(child, depth+1)
		}
	}
	var list []json.RawMessage
	if webapi.Decode(blocks, &list) != nil {
		return nil, false
	}
	for _, b := range list {
		walk(b, 0)
	}
	return out, slices.Contains(out, "rich_text")
}

// tree reads what the author wrote: what the blocks say, and where they say it in a
// way nobody can read, what the text does.
func (m slackMessage) tree(names markup.Names) markup.Tree {
	t, whole := m.blockTree(names)
	if whole {
		return t
	}
	if said := markup.FromMrkdwn(m.Text, names); len(said) > 0 {
		return said
	}
	return t
}

// blockTree reads the blocks; whole says that they hold all of the words.
func (m slackMessage) blockTree(names markup.Names) (t markup.Tree, whole bool) {
	if len(m.Blocks) == 0 {
		return nil, false
	}
	t, ok := markup.FromSlackBlocks(m.Blocks, names)
	return t, ok && (len(t) > 0 || m.Text == "")
}

// hash names odd bytes.
func hash(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16])
}
