package widgetapi

import (
	"net/http"
	"time"

	"github.com/handoff-bot/handoff/widgetapi/session"
)

// linkLife is how long a link to another device is good.
const linkLife = 10 * time.Minute

// LinkReply is a link that continues the conversation on another device. It is
// shown this once and is good once; a new one replaces it. ExpiresIn is in seconds:
// a browser's clock may be wrong.
type LinkReply struct {
	URL       string `json:"url"`
	ExpiresAt string `json:"expires_at"`
	ExpiresIn int    `json:"expires_in"`
}

// link makes a code like that of a mailed link, and the address it is opened at.
// The code stands behind the #, which browsers send to nobody. The session that is
// made of it is as verified as this one.
func (s *Server) link(c *call, _ *EmptyBody) (reply, error) {
	ours := publicOrigin(c.cfg)
	if ours == "" {
		return reply{}, &fault{code: codeNoAddress}
	}
	code, expires := session.NewDevice(), c.now.Add(linkLife)
	err := s.deps.Codes.SaveCode(c.ctx(), session.Code{
		Hash: session.HashOf(code), Purpose: session.Device, Conversation: c.id(), Expires: expires, Proof: c.session.Proof,
	})
	if err != nil {
		return reply{}, err
	}
	page := ours + "/resume"
	if c.state.Locale != "" {
		page += "?locale=" + c.speech().Language()
	}
	return reply{status: http.StatusCreated, body: LinkReply{page + "#" + code, stamp(expires), int(linkLife.Seconds())}}, nil
}
