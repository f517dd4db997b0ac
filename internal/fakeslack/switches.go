package fakeslack

// Switches are lasting behaviours of the workspace. The zero value is Slack
// as its documentation describes it, without rate limits.
type Switches struct {
	// Throttle turns the rate limits on: about one post per second and channel
	// with a small burst, and the published tiers for everything else.
	Throttle bool
	// SmallPlan allows conversations.history and replies once a minute, with at
	// most 15 objects, as for apps distributed outside the Marketplace.
	SmallPlan bool
	// FreePlan refuses user groups with plan_upgrade_required.
	FreePlan bool
	// Metadata tells what becomes of message metadata.
	Metadata MetadataMode
	// KeepCustomPosts refuses chat.delete for posts with a custom username.
	KeepCustomPosts bool
	// BareDeletes leaves previous_message out of message_deleted.
	BareDeletes bool
	// VanishingRoots removes a deleted root at once, replies or not. Off, a root
	// with replies turns into a tombstone.
	VanishingRoots bool
	// PlainFileMessages leaves the subtype file_share out of file messages.
	PlainFileMessages bool
	// StubFiles sends files as file_access "check_file_info" without a URL.
	StubFiles bool
	// UntypedReplies answers response URLs without a Content-Type.
	UntypedReplies bool
	// ShortPages makes replies and history return fewer messages than the limit
	// at times, with a cursor for the rest.
	ShortPages bool
	// AllSockets sends each envelope to every socket instead of one.
	AllSockets bool
	// NoPings leaves WebSocket pings out.
	NoPings bool
	// DelayedEvents adds hourly retries for a day to the retry schedule.
	DelayedEvents bool
	// EventsOff drops every event unseen, as a disabled subscription does.
	EventsOff bool
	// Outage resets every connection: no call is answered, no socket stays.
	Outage bool
	// FilesDown answers every download of a file with 503.
	FilesDown bool
	// Frozen sockets stay connected and silent: nothing is read or written.
	Frozen bool
	// SocketsOff refuses sockets with link_disabled.
	SocketsOff bool
}

// MetadataMode tells what becomes of message metadata.
type MetadataMode int

const (
	// MetadataOnRequest keeps metadata and returns it in the post's own answer
	// and where include_all_metadata asks for it.
	MetadataOnRequest MetadataMode = iota
	// MetadataAlways returns it in events and plain reads too.
	MetadataAlways
	// MetadataDropped ignores it, with a warning in the answer.
	MetadataDropped
)

// Switch changes the switches. Turning Outage on drops every socket.
func (s *Server) Switch(change func(*Switches)) {
	s.do(func() {
		change(&s.state.sw)
		if s.state.sw.Outage {
			s.post.dropSockets()
		}
		for _, k := range s.post.sockets {
			k.stir()
		}
		s.post.poke()
	})
}
