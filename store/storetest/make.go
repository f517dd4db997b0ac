package storetest

import (
	"context"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// Visitor is the author of what [Says] says, and Owner the owner of what
// [Conversation] creates.
func Visitor() conversation.Author {
	return conversation.Author{Role: conversation.Visitor, ID: "vis_test", Name: "Ada"}
}

// Owner is who [Visitor] is at the visitor's door.
func Owner() session.Owner { return session.Owner{Visitor: "vis_test", Widget: "web"} }

// Conversation creates one, by [Visitor].
func Conversation(t testing.TB, s *store.Store) conversation.State {
	t.Helper()
	state, err := s.Create(context.Background(), Visitor(), conversation.Opened{Visitor: Owner().Visitor, Widget: Owner().Widget})
	if err != nil {
		t.Fatalf("create a conversation: %v", err)
	}
	return state
}

// Says appends a line of [Visitor], whatever the state.
func Says(text string) conversation.Decider {
	return conversation.Append(conversation.Draft{
		Author: Visitor(), Source: conversation.FromWidget, Body: conversation.Message{Text: text},
	})
}
