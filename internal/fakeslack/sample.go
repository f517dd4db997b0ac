package fakeslack

// The ids and credentials of the sample workspace. They are also the defaults
// of Options, so that a test can name them without asking the server.
const (
	SampleTeam    = "T0HANDOFF"
	SampleApp     = "A0HANDOFF"
	SampleBot     = "B0HANDOFF"
	SampleBotUser = "U0HANDOFF"

	SampleBotToken      = "xoxb-0000000000-sample-bot"
	SampleAppToken      = "xapp-1-A0HANDOFF-sample-app"
	SampleSigningSecret = "0123456789abcdef0123456789abcdef"

	SampleMaya  = "U0MAYA"
	SampleSam   = "U0SAM"
	SamplePriya = "U0PRIYA"

	SampleSupport = "C0SUPPORT"
	SampleBilling = "C0BILLING"

	SampleSupportGroup = "S0SUPPORT"
	SampleBillingGroup = "S0BILL"
)

// Sample returns the workspace of the demo: team Acme, the agents Maya, Sam
// and Priya, the channels #support and #billing with the bot in both, and the
// user groups @support-team (Maya, Sam) and @billing-team (Priya).
func Sample(o Options) *Server {
	s := New(o)
	bot := s.opts.BotUser
	s.AddUser(User{ID: SampleMaya, Name: "maya", RealName: "Maya Lind", DisplayName: "Maya", Email: "maya@acme.example", Active: true})
	s.AddUser(User{ID: SampleSam, Name: "sam", RealName: "Sam Okoro", DisplayName: "Sam", Email: "sam@acme.example", Active: true})
	s.AddUser(User{ID: SamplePriya, Name: "priya", RealName: "Priya Nair", DisplayName: "Priya", Email: "priya@acme.example", Active: true})
	s.AddChannel(Channel{ID: SampleSupport, Name: "support", Topic: "Chats from the website", Members: []string{SampleMaya, SampleSam, SamplePriya, bot}})
	s.AddChannel(Channel{ID: SampleBilling, Name: "billing", Topic: "Charges and refunds", Members: []string{SampleMaya, SamplePriya, bot}})
	s.AddGroup(Group{ID: SampleSupportGroup, Handle: "support-team", Name: "Support team", Members: []string{SampleMaya, SampleSam}})
	s.AddGroup(Group{ID: SampleBillingGroup, Handle: "billing-team", Name: "Billing team", Members: []string{SamplePriya}})
	return s
}

// ManifestScopes lists the bot scopes of the app manifest, the default grant.
func ManifestScopes() []string {
	return []string{
		"chat:write", "chat:write.customize", "channels:read", "channels:history", "channels:join", "groups:read", "groups:history",
		"im:read", "im:write", "im:history", "users:read", "usergroups:read", "files:read", "files:write",
		"reactions:read", "reactions:write", "commands", "team:read", "dnd:read", "app_mentions:read",
	}
}

// ManifestEvents lists the event subscriptions of the app manifest.
func ManifestEvents() []string {
	return []string{
		"message.channels", "message.groups", "message.im", "app_home_opened", "app_mention", "reaction_added", "reaction_removed",
		"member_joined_channel", "member_left_channel", "channel_archive", "channel_unarchive", "channel_deleted", "channel_rename",
		"channel_id_changed", "channel_shared", "group_archive", "group_unarchive", "group_deleted", "group_rename", "group_left", "channel_left", "user_change",
		"subteam_members_changed", "subteam_updated", "dnd_updated_user", "app_uninstalled", "tokens_revoked", "file_deleted",
	}
}

// Shortcut is one shortcut of the app, as people see it.
type Shortcut struct {
	CallbackID string `json:"callback_id"`
	Name       string `json:"name"`
	// Message shortcuts stand in the menu of a message, global ones beside the
	// composer.
	Message bool `json:"message"`
}

// ManifestShortcuts lists the shortcuts of the app manifest.
func ManifestShortcuts() []Shortcut {
	return []Shortcut{
		{CallbackID: "handoff_note", Name: "Keep inside", Message: true},
		{CallbackID: "handoff_send", Name: "Send to visitor", Message: true},
		{CallbackID: "handoff_move", Name: "Move to another chat", Message: true},
		{CallbackID: "handoff_inbox", Name: "Open inbox"},
	}
}
