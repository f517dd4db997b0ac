package conversation

import "time"

// Bodies about who the visitor is and what she did on the site.

type (
	// Identified says who the visitor is, by a token that her site's server has
	// signed. Visitor is the site's visitor from now on; Taken says that the
	// conversation was an anonymous one until now, and that what proved an address
	// in it counts no more. Mail says that Email is an address of hers. Attributes
	// hold the token's other claims: strings, numbers and booleans.
	Identified struct {
		Visitor    string         `json:"visitor" log:"fact"`
		Taken      bool           `json:"taken,omitempty" log:"fact"`
		Mail       bool           `json:"mail,omitempty" log:"fact"`
		Subject    string         `json:"subject,omitempty"`
		Name       string         `json:"name,omitempty"`
		Email      string         `json:"email,omitempty"`
		Attributes map[string]any `json:"attributes,omitempty"`
	}

	// Tracked says that the visitor did something on the site, unverified: the
	// site's script says so. When is the time it was told, which may be before the
	// conversation.
	Tracked struct {
		When  time.Time      `json:"when" log:"fact"`
		Name  string         `json:"name"`
		Props map[string]any `json:"props,omitempty"`
	}

	// Cleared says that the visitor has cleared her chat: she cannot read it any
	// more, on no device, and is mailed no more.
	Cleared struct{}

	// TranscriptAsked says that the visitor wants all that was said by mail, at the
	// address she has proved.
	TranscriptAsked struct{}
)

func (Identified) kind() Kind { return KindIdentified }
func (Tracked) kind() Kind    { return KindTracked }
func (Cleared) kind() Kind    { return KindCleared }

func (TranscriptAsked) kind() Kind { return KindTranscriptAsked }

// Claims are what the site's server says of the visitor, as rules and agents
// read them: sub, name and email beside the attributes. nil for nobody.
func (b Identified) Claims() map[string]any {
	out := map[string]any{}
	for name, value := range b.Attributes {
		out[name] = value
	}
	for name, value := range map[string]string{"sub": b.Subject, "name": b.Name, "email": b.Email} {
		if value != "" {
			out[name] = value
		}
	}
	return out
}

// identified folds who the visitor is. An address that was given before she was
// known is not hers for certain: in a browser that several use, anybody may have
// proved it.
func (s State) identified(e Event, b Identified) State {
	claimed := s.Address != 0 && s.Address == s.Identity.Seq
	if b.Taken || claimed {
		s.HasMail, s.Address, s.Verified, s.NoticeMailed, s.MailRefused = false, 0, Mark{}, 0, 0
	}
	if b.Mail && !s.HasMail {
		s.HasMail, s.Address, s.Verified = true, e.Seq, Mark{e.Seq, e.At}
	}
	s.Visitor, s.Identity = b.Visitor, Mark{e.Seq, e.At}
	return s
}

// cleared folds that nobody reads it on her side any more.
func (s State) cleared(e Event) State {
	s.Cleared = Mark{e.Seq, e.At}
	s.HasMail, s.Address, s.Verified = false, 0, Mark{}
	return s
}

// Clear ends the conversation for the visitor, and with it whatever she could
// still read of it.
func Clear(by Author) Decider {
	return func(s State) ([]Draft, error) {
		if s.Cleared.Seq != 0 {
			return nil, nil
		}
		drafts, err := CloseSelf(by)(s)
		if err != nil {
			return nil, err
		}
		return append(drafts, Draft{Author: by, Source: FromWidget, Body: Cleared{}}), nil
	}
}
