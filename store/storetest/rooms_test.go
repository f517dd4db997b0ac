package storetest_test

import (
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/slackbridge"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/widgetapi"
)

// What the rooms declare, and the store keeps. The rooms are named here and not
// in the package, which must not know them.
var (
	_ conversation.Appender   = (*store.Store)(nil)
	_ conversation.Reader     = (*store.Store)(nil)
	_ feed.Cursors            = (*store.Store)(nil)
	_ feed.Leases             = (*store.Store)(nil)
	_ slackbridge.Threads     = (*store.Store)(nil)
	_ slackbridge.Posts       = (*store.Store)(nil)
	_ slackbridge.Inbox       = (*store.Store)(nil)
	_ slackbridge.Log         = (*store.Store)(nil)
	_ widgetapi.Sessions      = (*store.Store)(nil)
	_ widgetapi.Conversations = (*store.Store)(nil)
	_ widgetapi.Counters      = (*store.Store)(nil)
)
