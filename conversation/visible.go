package conversation

// VisibleToVisitor is the only gate between the log and the visitor: an event
// for which it is false gets no number of hers, not even a gap.
func VisibleToVisitor(d Draft) bool {
	switch b := d.Body.(type) {
	case Message, Escalated, Claimed, Released, HandedBack, Cancelled, Closed, Reopened, Rated, Undone:
		return true
	case Edited:
		return !b.Inside
	case Retracted:
		return !b.Inside
	case Routed:
		return b.Shown
	case Transferred:
		return b.Shown
	case Opened, PageChanged, Note, Decided, Asked, Declined, Announced, ContactGiven, Feedback, StopAsked, TurnFailed,
		Offered, Stepped, Reminded, Summarised, Blocked, Unblocked, Verified, Mailed, Labelled, Misjudged, Missed, Unmarked, Proposed, Learned, Translating, Translated, Identified, Tracked, Cleared, TranscriptAsked:
		return false
	}
	return false
}
