package widgetapi

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"golang.org/x/net/idna"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// VerifyBody holds the six digits that were mailed; spaces and hyphens between
// them do not count.
type VerifyBody struct {
	Code string `json:"code"`
}

// verifyContact proves the address that was given last. A wrong code costs one of
// its five tries, what is no code costs none.
func (s *Server) verifyContact(c *call, b *VerifyBody) (reply, error) {
	digits := strings.NewReplacer(" ", "", "-", "").Replace(b.Code)
	if !session.IsDigits(digits) {
		return reply{}, invalid("The code is six digits.")
	}
	grant, err := s.deps.Codes.UseCode(c.ctx(), session.Verify, c.id(), session.HashOf(digits), c.now)
	if err != nil {
		return reply{}, err
	}
	proved, err := s.prove(c, grant)
	if err != nil {
		return reply{}, err
	}
	if !proved { // she has given another address since the code was sent
		return reply{}, session.ErrCodeExpired
	}
	return reply{status: http.StatusOK, body: phaseOf(c.state)}, nil
}

// prove records that the visitor has what was sent to an address, when it is the
// one she gave last.
func (s *Server) prove(c *call, grant session.Grant) (bool, error) {
	address, err := s.address(c.ctx(), c.state)
	if err != nil || address == "" || !sameAddress(address, grant.Address) {
		return false, err
	}
	_, err = s.deps.Log.Append(c.ctx(), c.id(), "", conversation.VerifyContact(c.author(), c.state.Address))
	return err == nil, err
}

// proved says whether what was sent to an address is good: it is the one she gave
// last, and she has typed its code into the chat.
func (s *Server) proved(c *call, state conversation.State, grant session.Grant) (bool, error) {
	if state.Verified.Seq == 0 {
		return false, nil
	}
	address, err := s.address(c.ctx(), state)
	return err == nil && sameAddress(address, grant.Address), err
}

// address is the one the visitor is mailed at, "" when she gave none or it was
// erased.
func (s *Server) address(ctx context.Context, state conversation.State) (string, error) {
	if state.Address == 0 {
		return "", nil
	}
	events, err := s.deps.Log.Events(ctx, state.ID, state.Address-1, 1)
	if err != nil || len(events) == 0 {
		return "", err
	}
	switch b := events[0].Body.(type) {
	case conversation.ContactGiven:
		return b.Email, nil
	case conversation.Identified:
		return b.Email, nil
	}
	return "", nil
}

// sameAddress compares two addresses whose domains may be written in either form.
func sameAddress(a, b string) bool { return ascii(a) == ascii(b) }

func ascii(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address
	}
	domain, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil {
		return address
	}
	return address[:at+1] + domain
}

// ResumeBody holds the code of a link that was mailed, or made on another device.
type ResumeBody struct {
	Code string `json:"code"`
}

// ResumeReply is a session of the visitor whose link it was, and what it continues.
// Verified says that the site has said who she is.
type ResumeReply struct {
	Token        string            `json:"token"`
	VisitorID    string            `json:"visitor_id"`
	ExpiresAt    string            `json:"expires_at"`
	Verified     bool              `json:"verified"`
	Key          string            `json:"key"`
	Conversation ConversationReply `json:"conversation"`
}

// resume makes a session of its own for whoever has the link; the other sessions
// of the visitor stay. A link is good once.
func (s *Server) resume(c *call, b *ResumeBody) (reply, error) {
	origin := c.r.Header.Get("Origin")
	if origin == "" || origin != publicOrigin(c.cfg) && !anyKeyAllows(c.cfg, origin) {
		return reply{}, &fault{code: codeOrigin, words: "A link is opened at the address it leads to: send its Origin header."}
	}
	if isSecret(b.Code) {
		return reply{}, s.secretKeySeen(c)
	}
	purpose := session.LinkPurpose(b.Code)
	grant, err := s.deps.Codes.UseCode(c.ctx(), purpose, "", session.HashOf(b.Code), c.now)
	if err != nil {
		return reply{}, deadLink(purpose, err)
	}
	key, known := c.cfg.key(grant.Owner.Widget)
	if !known {
		return reply{}, deadLink(purpose, session.ErrCodeExpired)
	}
	c.session.Origin = origin
	if err := s.checkOrigin(c, key); err != nil {
		return reply{}, err
	}
	c.key = key
	return s.resumeAs(c, purpose, grant, origin)
}

func (s *Server) resumeAs(c *call, purpose session.Purpose, grant session.Grant, origin string) (reply, error) {
	state, err := s.deps.Conversations.Owned(c.ctx(), grant.Owner, grant.Conversation)
	if err != nil {
		return reply{}, err
	}
	c.state = state
	token, hash := newToken()
	made := session.Session{
		Hash: hash, Visitor: grant.Owner.Visitor, Widget: c.key.Key, Origin: origin, Created: c.now, Expires: c.now.Add(sessionLife),
		Proof: grant.Proof, Verified: grant.Proof != "",
	}
	switch c.session = made; {
	case purpose == session.Resume && state.Identity.Seq != 0:
		// A mailbox shows who reads it, not who is signed in on the site.
		return reply{}, tell(codeExpired, "link_signed_in")
	case purpose == session.Resume:
		// Whoever has a mailbox has the chat only while its address is the proved one.
		if proved, err := s.proved(c, state, grant); err != nil || !proved {
			return reply{}, cmp.Or(err, tell(codeExpired, "link_address"))
		}
	}
	if err := c.checkIdentity(); err != nil {
		return reply{}, tell(toFault(err).code, "link_signed_in")
	}
	if err := s.deps.Sessions.SaveSession(c.ctx(), made); err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusCreated, body: ResumeReply{
		token, made.Visitor, stamp(made.Expires), made.Verified, c.key.Key, conversationReply(state),
	}}, nil
}

// deadLink says of a link why it does not work, in its own words.
func deadLink(p session.Purpose, err error) error {
	f := toFault(err)
	switch {
	case f.code != codeWrong && f.code != codeSpent && f.code != codeExpired:
		return err
	case p == session.Device:
		return tell(f.code, "link_device")
	case f.code == codeExpired:
		return tell(f.code, "link_old")
	}
	return tell(f.code, "link_used")
}
