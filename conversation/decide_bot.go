package conversation

// BotActs appends what a turn decided: verdicts, the answer, an offer, an
// escalation. on is the last visitor line the turn has read. It is
// ErrSuperseded when the conversation is no longer the bot's, or the visitor
// has written since: then nothing of the turn is kept. This check, under the
// lock, is why a bot never talks over a person.
func BotActs(on Seq, drafts ...Draft) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode != WithBot || s.LastVisitor.Seq != on {
			return nil, ErrSuperseded
		}
		return drafts, nil
	}
}

// Propose appends what a close proposes to learn. A conversation proposes once; one
// that is open again proposes nothing.
func Propose(b Proposed) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode != IsClosed || s.Proposed != 0 {
			return nil, nil
		}
		return []Draft{{Author: Author{Role: System}, Source: FromBot, Body: b}}, nil
	}
}

// Summarise appends what a card's conversation was about, once per epoch.
func Summarise(b Summarised) Decider {
	return func(s State) ([]Draft, error) {
		if s.Epoch != b.Epoch || s.Summarised >= b.Epoch {
			return nil, nil
		}
		return []Draft{{Author: Author{Role: System}, Source: FromBot, Body: b}}, nil
	}
}
