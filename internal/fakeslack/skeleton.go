package fakeslack

import (
	"context"
	"net/http"
)

// Skeleton: signatures first, bodies follow file by file.

type method struct{}
type limiter struct{}
type post struct{ mischief []*activeMischief }

func (post) dropSockets()              {}
func (post) removeMischief(int)        {}
func methodTable() map[string]method   { return nil }
func newLimiter() limiter              { return limiter{} }
func newPost(Options) post             { return post{} }
func (s *Server) routes() http.Handler { return http.NotFoundHandler() }
func newState(Options) *State          { return &State{} }

// State is the workspace as WaitFor shows it.
type State struct{ sw Switches }

func (st *State) Thread(channel, root string) []Message      { return nil }
func (st *State) History(channel string) []Message           { return nil }
func (st *State) Message(channel, ts string) (Message, bool) { return Message{}, false }
func (st *State) Ephemerals(user string) []Message           { return nil }
func (st *State) Views(user string) []View                   { return nil }
func (st *State) Home(user string) (View, bool)              { return View{}, false }
func (st *State) Calls() []Call                              { return nil }
func (st *State) Deliveries() []Delivery                     { return nil }
func (st *State) Sockets() int                               { return 0 }
func (st *State) Notices(user string) []string               { return nil }

func (s *Server) Run(ctx context.Context) error { <-ctx.Done(); return nil }

func (s *Server) AddUser(u User)                                 {}
func (s *Server) UpdateUser(id string, change func(*User))       {}
func (s *Server) AddChannel(c Channel)                           {}
func (s *Server) UpdateChannel(id string, change func(*Channel)) {}
func (s *Server) ChangeChannelID(id, to string)                  {}
func (s *Server) RemoveChannel(id string)                        {}
func (s *Server) AddGroup(g Group)                               {}
func (s *Server) UpdateGroup(id string, change func(*Group))     {}
func (s *Server) Join(user, channel string) error                { return nil }
func (s *Server) Leave(user, channel string) error               { return nil }
func (s *Server) SetScopes(scopes []string)                      {}
func (s *Server) RevokeTokens(code string)                       {}

func (s *Server) Say(user, channel, threadTS, text string) (ts string, err error) { return "", nil }
func (s *Server) Broadcast(user, channel, threadTS, text string) (ts string, err error) {
	return "", nil
}
func (s *Server) Me(user, channel, threadTS, text string) (ts string, err error) { return "", nil }
func (s *Server) SayTwice(user, channel, threadTS, text string) (ts [2]string, err error) {
	return ts, nil
}
func (s *Server) Upload(user, channel, threadTS, text string, files ...File) (ts string, err error) {
	return "", nil
}
func (s *Server) Edit(user, channel, ts, text string) error            { return nil }
func (s *Server) Delete(user, channel, ts string) error                { return nil }
func (s *Server) React(user, channel, ts, name string) error           { return nil }
func (s *Server) Unreact(user, channel, ts, name string) error         { return nil }
func (s *Server) Unfurl(channel, ts string) error                      { return nil }
func (s *Server) Press(user, channel, ts, actionID string) error       { return nil }
func (s *Server) Pick(user, channel, ts, actionID, value string) error { return nil }
func (s *Server) PressIn(user, viewID, actionID, value string) error   { return nil }
func (s *Server) Submit(ctx context.Context, user, viewID string, values map[string]string) (errors map[string]string, err error) {
	return nil, nil
}
func (s *Server) CloseView(user, viewID string) error                 { return nil }
func (s *Server) OpenHome(user string) error                          { return nil }
func (s *Server) Shortcut(user, callbackID, channel, ts string) error { return nil }
func (s *Server) GlobalShortcut(user, callbackID string) error        { return nil }
func (s *Server) Command(user, channel, text string) error            { return nil }
func (s *Server) Emit(event map[string]any)                           {}
func (s *Server) Garble(channel, ts string, odd map[string]any) error { return nil }

func (s *Server) Thread(channel, root string) []Message                   { return nil }
func (s *Server) History(channel string) []Message                        { return nil }
func (s *Server) Message(channel, ts string) (Message, bool)              { return Message{}, false }
func (s *Server) Ephemerals(user string) []Message                        { return nil }
func (s *Server) Views(user string) []View                                { return nil }
func (s *Server) Home(user string) (View, bool)                           { return View{}, false }
func (s *Server) Calls() []Call                                           { return nil }
func (s *Server) Deliveries() []Delivery                                  { return nil }
func (s *Server) WaitFor(ctx context.Context, ok func(*State) bool) error { return nil }

func (s *Server) Disconnect(reason string)            {}
func (s *Server) DropSockets()                        {}
func (s *Server) Sockets() int                        { return 0 }
func (s *Server) UseHTTP(d HTTPDoor)                  {}
func (s *Server) VerifyURL(ctx context.Context) error { return nil }
