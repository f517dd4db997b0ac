package fakeslack

import "time"

// User is a person or a bot of the workspace, or a guest from another one.
type User struct {
	// ID, Name (the handle), RealName and DisplayName; the last two default to
	// Name.
	ID, Name, RealName, DisplayName string
	Email, TZ                       string
	// TeamID defaults to the workspace; another one makes the user an outsider.
	TeamID                                                     string
	Bot, Admin, Deleted, Restricted, UltraRestricted, Stranger bool
	// Active says that a client of hers is connected and used; Away that she has
	// set herself away, whatever she does. users.getPresence tells "active" for the
	// one without the other.
	Active, Away bool
	// DNDUntil, when in the future, means do not disturb, from DNDFrom on, or from
	// now when that is zero.
	DNDFrom, DNDUntil time.Time
	// Version grows with each UpdateUser; it is the profile's "updated".
	Version int
}

// Channel is a public or private channel, or a direct message with the bot.
type Channel struct {
	ID, Name, Topic string
	Private         bool
	// IM names the person of a direct message with the bot; empty otherwise.
	IM                          string
	Archived, ExtShared, Shared bool
	Members                     []string
	Created                     time.Time
}

// Group is a user group, written <!subteam^ID>.
type Group struct {
	ID, Handle, Name string
	Members          []string
	Disabled         bool
}

// Block is one Block Kit block as it was sent, with its block_id filled in.
// Blocks are shared between copies of a message: read, never write.
type Block map[string]any

// Message is one message of a channel or thread, or an ephemeral one.
type Message struct {
	Channel, TS string
	// ThreadTS is the root's ts for replies and for roots with replies.
	ThreadTS string
	// Subtype is "" for plain messages; bot_message for posts with a custom
	// username.
	Subtype, User, BotID, AppID, Username, Icon string
	Team, ClientMsgID                           string
	// Text is what readers get, escaped as Slack does; Raw is what was sent.
	Text, Raw string
	Blocks    []Block
	Metadata  *Metadata
	// EditedBy and EditedTS are empty until a person or the bot changed it.
	EditedBy, EditedTS string
	Files              []File
	Reactions          []Reaction
	// Ephemeral is the only user who sees it; empty for stored messages.
	Ephemeral string
	// Broadcast marks a reply that is also shown in the channel.
	Broadcast bool
	// Tombstone marks a deleted root whose replies are still there.
	Tombstone bool
	// Controls lists what the parsed fields made Slack do when the bot posted
	// it: mentions, links, dates. Escaped and plain text adds nothing.
	Controls []string
	// Unfurls counts previews added to the message.
	Unfurls int
	// Odd, when not nil, is returned instead of the message by replies and
	// history: see Server.Garble.
	Odd map[string]any
}

// Metadata is the metadata argument of chat.postMessage.
type Metadata struct {
	EventType    string         `json:"event_type"`
	EventPayload map[string]any `json:"event_payload"`
}

// Reaction is one emoji on a message with the users who added it.
type Reaction struct {
	Name  string
	Users []string
}

// File is an uploaded file. Data is its content, Alt the words that stand for a
// picture (alt_txt).
type File struct {
	ID, Name, Title, Mimetype, User, Alt string
	Size                                 int
	Data                                 []byte
	// Shares maps channel to the ts of the messages that show the file.
	Shares map[string][]string
	// Complete is false between the upload and completeUploadExternal.
	Complete bool
	// Stub marks a Slack Connect file: events carry file_access
	// "check_file_info" and no URL.
	Stub bool
}

// View is an open modal or a published App Home.
type View struct {
	ID, User, Type, CallbackID, ExternalID, PrivateMetadata, Hash string
	RootID, PreviousID                                            string
	NotifyOnClose, ClearOnClose                                   bool
	Title, Submit, Close                                          string
	Blocks                                                        []Block

	// held is what its text inputs hold, by block id and action id, once somebody
	// has typed there or an update has kept it; offered are the options that the
	// app gave for an external_select, by action id.
	held    map[[2]string]string
	offered map[string][]any
}

// Call is one request to the Web API or to a response URL, in the order of
// arrival.
type Call struct {
	// N counts from 1. Method is "response_url" for those posts.
	N      int
	Method string
	// Args holds every argument but the token; structured ones as JSON text.
	Args map[string]string
	At   time.Time
	// Error is the error code answered, "" when ok. Faults answer here too.
	Error string
	// Status is the HTTP status answered, 0 when the connection was dropped.
	Status int
	// Committed tells whether the call took effect.
	Committed bool
	// TS is the timestamp of the message the call made or changed.
	TS string
}

// Delivery is one payload for the app and how its delivery went.
type Delivery struct {
	// ID is the event id of events, the envelope id of everything else.
	ID string
	// Kind is events_api, interactive or slash_commands; Type the type of the
	// inner event or interaction.
	Kind, Type string
	// Attempts counts the deliveries tried, Acked tells that one was accepted,
	// Over that no other one will follow.
	Attempts    int
	Acked, Over bool
	Payload     []byte
}
