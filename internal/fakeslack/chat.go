package fakeslack

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// draft is a message of the bot before it is stored.
type draft struct {
	text, raw   string
	blocks      []Block
	metadata    *Metadata
	attachments bool
}

// readDraft reads and checks text, blocks and metadata.
func (c *call) readDraft() (draft, error) {
	d := draft{raw: c.args["text"], text: normalize(c.args["text"])}
	if p := c.args["parse"]; p != "none" {
		d.text = linkify(d.text)
	}
	var err error
	if d.blocks, err = parseBlocks(c.args["blocks"], "message", c.blockID); err != nil {
		return d, err
	}
	if raw := c.args["attachments"]; raw != "" {
		var list []any
		if json.Unmarshal([]byte(raw), &list) != nil {
			return d, refuse("invalid_attachments")
		}
		if len(list) > 100 {
			return d, refuse("too_many_attachments")
		}
		d.attachments = len(list) > 0
	}
	d.metadata, err = c.readMetadata()
	return d, err
}

func (c *call) blockID() string { return strings.ToLower(c.newID("")) }

func (c *call) readMetadata() (*Metadata, error) {
	raw := c.args["metadata"]
	if raw == "" {
		return nil, nil
	}
	var m Metadata
	if json.Unmarshal([]byte(raw), &m) != nil || m.EventType == "" || m.EventPayload == nil {
		return nil, refuse("invalid_metadata_format")
	}
	if len(raw) > maxMetadata {
		return nil, refuse("metadata_too_large")
	}
	if c.sw.Metadata == MetadataDropped {
		c.warn = append(c.warn, "metadata_not_registered")
		return nil, nil
	}
	return &m, nil
}

// target resolves the channel argument for the bot: a channel it may see. A
// user id stands for the direct message with that user.
func (c *call) target() (*room, error) {
	id := c.args["channel"]
	if u := c.users[id]; u != nil && !u.Deleted {
		return c.im(id), nil
	}
	r := c.channels[id]
	switch {
	case id == "" || r == nil:
		return nil, refuse("channel_not_found")
	case !r.member(c.opts.BotUser) && r.kind() != "channel":
		return nil, refuse("channel_not_found")
	}
	return r, nil
}

// joined is target for what needs membership.
func (c *call) joined() (*room, error) {
	r, err := c.target()
	if err == nil && !r.member(c.opts.BotUser) {
		return nil, refuse("not_in_channel")
	}
	return r, err
}

func (c *call) postMessage() (reply, error) {
	r, err := c.joined()
	if err != nil {
		return nil, err
	}
	if r.Archived {
		return nil, refuse("is_archived")
	}
	if err := c.customName(); err != nil {
		return nil, err
	}
	d, err := c.readDraft()
	if err != nil {
		return nil, err
	}
	if d.text == "" && len(d.blocks) == 0 && !d.attachments {
		return nil, refuse("no_text")
	}
	first := c.storePost(r, d)
	c.ts = first.TS
	return reply{"channel": r.ID, "ts": first.TS, "message": c.wire(r, first, wireOptions{metadata: true})}, nil
}

// customName checks the arguments that need chat:write.customize.
func (c *call) customName() error {
	if c.args["username"] == "" && c.args["icon_emoji"] == "" && c.args["icon_url"] == "" {
		return nil
	}
	if utf8.RuneCountInString(c.args["username"]) > maxUsername {
		return refuse("invalid_arguments")
	}
	return c.authorize("chat:write.customize")
}

// storePost stores a post, cut into several messages when the text is long,
// and returns the first.
func (c *call) storePost(r *room, d draft) *Message {
	if utf8.RuneCountInString(d.text) > maxPostText {
		d.text = splitRunes(d.text, maxPostText)[0]
		c.warn = append(c.warn, "message_truncated")
	}
	var first *Message
	for i, piece := range splitRunes(d.text, splitText) {
		m := c.botMessage(r, d, piece)
		if i > 0 {
			m.Blocks, m.Metadata = nil, nil
		}
		c.store(r, m)
		if first == nil {
			first = m
		}
		c.s.raiseMessage(r, m, nil)
	}
	return first
}

func (c *call) botMessage(r *room, d draft, text string) *Message {
	m := &Message{Channel: r.ID, TS: c.nextTS(), Text: text, Raw: d.raw, Blocks: d.blocks, Metadata: d.metadata, Team: c.opts.Team,
		User: c.opts.BotUser, BotID: c.opts.BotID, AppID: c.opts.AppID}
	m.Controls = c.countControls(d)
	m.ThreadTS = r.threadFor(c.args["thread_ts"])
	m.Broadcast = m.isReply() && c.on("reply_broadcast")
	if m.Broadcast {
		m.Subtype = "thread_broadcast"
	}
	if name := c.args["username"]; name != "" || c.args["icon_emoji"] != "" || c.args["icon_url"] != "" {
		// Posts under another name carry no user and no app.
		m.Subtype, m.User, m.AppID, m.Team = "bot_message", "", "", ""
		m.Username, m.Icon = name, c.args["icon_emoji"]
		if name == "" {
			m.Username = c.opts.BotName
		}
	}
	return m
}

// threadFor returns the thread a reply lands in: the root of the message
// named, or none when that is unknown or was deleted.
func (r *room) threadFor(ts string) string {
	m := r.find(ts)
	switch {
	case m == nil || m.Tombstone || r.lost[ts]:
		return ""
	case m.isReply():
		return r.threadFor(m.ThreadTS)
	default:
		return ts
	}
}

// store appends a message to its channel and marks its root as a thread.
func (st *State) store(r *room, m *Message) {
	r.messages = append(r.messages, m)
	if root := r.find(m.ThreadTS); root != nil && m.isReply() {
		root.ThreadTS = root.TS
	}
}

// countControls lists what the parsed fields of a draft make Slack do.
func (c *call) countControls(d draft) []string {
	auto := c.on("link_names") || c.args["parse"] == "full"
	out := controls(d.text, auto)
	for _, b := range d.blocks {
		out = append(out, blockControls(map[string]any(b))...)
	}
	return out
}

func blockControls(node any) []string {
	var out []string
	switch n := node.(type) {
	case map[string]any:
		if text, ok := n["text"].(string); ok && n["type"] == "mrkdwn" {
			out = append(out, controls(text, n["verbatim"] != true)...)
		}
		for _, k := range slices.Sorted(maps.Keys(n)) {
			out = append(out, blockControls(n[k])...)
		}
	case []any:
		for _, child := range n {
			out = append(out, blockControls(child)...)
		}
	}
	return out
}

// own finds a message of the bot's, or says why it cannot be changed.
func (c *call) own(refusal string) (*room, *Message, error) {
	r, err := c.joined()
	if err != nil {
		return nil, nil, err
	}
	m := r.find(c.args["ts"])
	switch {
	case m == nil || m.Tombstone:
		return nil, nil, refuse("message_not_found")
	case m.BotID != c.opts.BotID:
		return nil, nil, refuse(refusal)
	case r.Archived:
		return nil, nil, refuse("is_archived")
	}
	return r, m, nil
}

func (c *call) updateMessage() (reply, error) {
	r, m, err := c.own("cant_update_message")
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(normalize(c.args["text"])) > maxUpdateText {
		return nil, refuse("msg_too_long")
	}
	d, err := c.readDraft()
	if err != nil {
		return nil, err
	}
	_, hasText := c.args["text"]
	_, hasBlocks := c.args["blocks"]
	if d.text == "" && len(d.blocks) == 0 && !d.attachments {
		return nil, refuse("no_text")
	}
	old := *m
	if hasText && d.text != m.Text {
		c.s.markEdited(m)
	}
	if hasText {
		m.Text, m.Raw = d.text, d.raw
	}
	if hasText || hasBlocks {
		m.Blocks = d.blocks // text without blocks removes them
	}
	if d.metadata != nil {
		m.Metadata = d.metadata
	}
	m.Controls = c.countControls(d)
	c.ts = m.TS
	c.s.raiseChanged(r, m, &old)
	return reply{"channel": r.ID, "ts": m.TS, "text": m.Text, "message": c.wire(r, m, wireOptions{metadata: true})}, nil
}

func (c *call) deleteMessage() (reply, error) {
	r, m, err := c.own("cant_delete_message")
	if err != nil {
		return nil, err
	}
	if m.Username != "" && c.sw.KeepCustomPosts {
		return nil, refuse("cant_delete_message")
	}
	c.ts = m.TS
	c.s.remove(r, m)
	return reply{"channel": r.ID, "ts": m.TS}, nil
}

func (c *call) postEphemeral() (reply, error) {
	r, err := c.joined()
	if err != nil {
		return nil, err
	}
	if r.Archived {
		return nil, refuse("is_archived")
	}
	if !r.member(c.args["user"]) {
		return nil, refuse("user_not_in_channel")
	}
	if err := c.customName(); err != nil {
		return nil, err
	}
	d, err := c.readDraft()
	if err != nil {
		return nil, err
	}
	if d.text == "" && len(d.blocks) == 0 && !d.attachments {
		return nil, refuse("no_text")
	}
	m := c.botMessage(r, d, d.text)
	m.Ephemeral, m.Metadata = c.args["user"], nil
	c.ts = m.TS
	// In a thread nobody has replied to, Slack shows an ephemeral message to
	// no one, and still answers ok.
	if root := r.find(m.ThreadTS); root == nil || root.ThreadTS != "" {
		c.ephemerals = append(c.ephemerals, m)
	}
	return reply{"message_ts": m.TS}, nil
}

func (c *call) permalink() (reply, error) {
	r, err := c.target()
	if err != nil {
		return nil, err
	}
	m := r.find(c.args["message_ts"])
	if m == nil {
		return nil, refuse("message_not_found")
	}
	link := "https://" + c.opts.Domain + ".slack.com/archives/" + r.ID + "/p" + strings.ReplaceAll(m.TS, ".", "")
	if m.isReply() {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + r.ID
	}
	return reply{"channel": r.ID, "permalink": link}, nil
}
