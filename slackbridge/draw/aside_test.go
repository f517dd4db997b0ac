package draw

import (
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

func TestAsides(t *testing.T) {
	maya, sam := conversation.Staff{ID: "U0MAYA", Name: "Maya"}, conversation.Staff{ID: "U0SAM", Name: "Sam"}
	by := func(s conversation.Staff) conversation.Author {
		return conversation.Author{Role: conversation.Agent, ID: s.ID, Name: s.Name}
	}
	system := conversation.Author{Role: conversation.System}
	until := time.Date(2026, 3, 4, 10, 35, 0, 0, time.UTC)
	for _, tt := range []struct {
		by    conversation.Author
		body  conversation.Body
		text  string // "" for no line
		quote string
		alone bool
	}{
		{by(maya), conversation.Claimed{Agent: maya, How: conversation.ByButton}, "<@U0MAYA> has this chat now.", "", true},
		{by(maya), conversation.Claimed{Agent: maya, How: conversation.ByAccept}, "<@U0MAYA> accepted and has this chat now.", "", true},
		{by(sam), conversation.Transferred{From: maya, To: sam}, "<@U0SAM> took over from <@U0MAYA> and has this chat now.", "", true},
		{by(maya), conversation.Transferred{From: maya, To: sam, Note: "knows billing"}, "<@U0SAM> has this chat now, passed on from <@U0MAYA>.", "knows billing", true},
		{by(conversation.Staff{ID: "U0ADMIN"}), conversation.Transferred{From: maya, To: sam}, "<@U0SAM> has this chat now, passed on from <@U0MAYA> by <@U0ADMIN>.", "", true},
		{by(maya), conversation.Transferred{To: sam}, "<@U0SAM> has this chat now, assigned by <@U0MAYA>.", "", true},
		{system, conversation.Transferred{To: sam, Why: conversation.TransferAssigned, Accept: until},
			"<@U0SAM>, this chat is yours. Please answer or accept it until <!date^1772620500^{time}|10:35 UTC>.", "", true},
		{system, conversation.Transferred{Channel: "C0BACKUP", Why: conversation.TransferOverflow}, "Nobody has taken this chat yet, so it was passed on to <#C0BACKUP>.", "", false},
		{by(maya), conversation.Transferred{From: maya, Channel: "C0BILLING", Note: "<!here>"}, "<@U0MAYA> passed this chat on to <#C0BILLING>.", "<!here>", false},
		{by(maya), conversation.Transferred{From: maya, Channel: "C0SUPPORT", Group: "S0BILL"}, "<@U0MAYA> passed this chat on to <!subteam^S0BILL>. It is waiting.", "", true},
		{by(maya), conversation.Released{Agent: maya}, "<@U0MAYA> released this chat. It is waiting again.", "", false},
		{system, conversation.Released{Agent: maya, Why: conversation.ReleasedSilent}, "<@U0MAYA> has not answered in time. It is waiting again.", "", true},
		{system, conversation.Released{Agent: maya, Why: conversation.ReleasedUnaccepted}, "<@U0MAYA> has not accepted in time. It is waiting again.", "", true},
		{system, conversation.Released{Agent: maya, Why: conversation.ReleasedGone}, "<@U0MAYA> is no longer an agent here. It is waiting again.", "", true},
		{system, conversation.Released{Agent: maya, Why: conversation.ReleasedOff}, "<@U0MAYA> went off duty. It is waiting again.", "", true},
		{by(maya), conversation.HandedBack{Agent: maya, Instruction: "Be kind"}, "<@U0MAYA> handed this chat back to the AI and told it:", "Be kind", false},
		{system, conversation.HandedBack{Why: conversation.BackNobody}, "Nobody has taken this chat, so the AI answers again.", "", false},
		{system, conversation.HandedBack{Why: conversation.BackAway}, "Nobody is in, so the AI answers again.", "", false},
		{system, conversation.Offered{Agent: sam, Until: until}, "<@U0SAM>, can you take this chat? You are asked until <!date^1772620500^{time}|10:35 UTC>; anybody may claim it.", "", true},
		{system, conversation.Reminded{Agent: sam, Of: 4}, "<@U0SAM>, Anna is still waiting for your answer.", "", true},
		{system, conversation.Stepped{Do: "email", Address: "team@shop.example"}, "Nobody has taken this chat yet, so the team was told by mail.", "", false},
		{system, conversation.Stepped{Do: "overflow", Channel: "C0BACKUP"}, "", "", false},
		{by(maya), conversation.Closed{Reason: conversation.ClosedByAgent, Owner: maya, Outcome: conversation.OutcomeSolved, Note: "easy", Recap: "Refunded.", Told: true}, "<@U0MAYA> closed this chat as solved.", "easy", false},
		{by(maya), conversation.Closed{Reason: conversation.ClosedByAgent, Owner: maya, Recap: "Refunded."}, "<@U0MAYA> closed this chat.", "Recap: Refunded.", false},
		{by(maya), conversation.Closed{Reason: conversation.ClosedByBlock, Owner: maya}, "", "", false},
		{by(maya), conversation.Blocked{Agent: maya, Until: until, Reason: "insults"}, "<@U0MAYA> blocked Anna until <!date^1772620500^{date_short_pretty} {time}|4 March 10:35 UTC>.", "insults", false},
		{by(maya), conversation.Unblocked{Agent: maya}, "<@U0MAYA> lifted the block of Anna.", "", false},
		{by(maya), conversation.Undone{Of: 4, Agent: maya, What: conversation.KindTransferred, From: sam, To: maya},
			"<@U0MAYA> undid the transfer. <@U0MAYA> has this chat again, and <@U0SAM> no longer.", "", true},
		{by(maya), conversation.Undone{Of: 4, Agent: maya, What: conversation.KindClosed, To: maya}, "<@U0MAYA> undid the close. <@U0MAYA> has this chat again.", "", true},
		{by(maya), conversation.Undone{Of: 4, Agent: maya}, "<@U0MAYA> undid the last step.", "", true},
		{by(maya), conversation.Labelled{Agent: maya, Priority: "high", Tags: []string{"vip", "refund"}}, "<@U0MAYA> set the priority to high and the tags to vip, refund.", "", false},
		{by(maya), conversation.Misjudged{Agent: maya, Epoch: 1, Note: "a greeting"}, "<@U0MAYA> says that no person was needed here.", "a greeting", false},
		{by(maya), conversation.Missed{Agent: maya, Of: 2, Note: "she was leaving"}, "<@U0MAYA> says that a person was needed earlier.", "she was leaving", false},
		{system, conversation.Identified{Visitor: "vis_2", Name: "Anna"}, "", "", false},
		{system, conversation.Identified{Taken: true, Visitor: "vis_2", Name: "Anna"}, "Anna has signed in on the site; the card shows who the site says she is. What stands above was written before that.", "", false},
		{system, conversation.Tracked{Name: "<!here>"}, "", "", false},
		{by(maya), conversation.Cleared{}, "Anna has cleared this chat. What is written here now reaches nobody.", "", false},
		{by(maya), conversation.Verified{}, "Anna has confirmed the address.", "", false},
		{system, conversation.Summarised{Epoch: 1}, "", "", false},
	} {
		got, ok := asideOf(conversation.Event{Seq: 9, Draft: conversation.Draft{Author: tt.by, Body: tt.body}}, "Anna")
		if ok != (tt.text != "") || parsed(got.spans) != tt.text || got.quote != tt.quote || got.alone != tt.alone {
			t.Errorf("%T: %q %q alone %v, want %q %q %v", tt.body, parsed(got.spans), got.quote, got.alone, tt.text, tt.quote, tt.alone)
		}
	}
}

// What happened before the conversation came into the thread mentions nobody.
func TestHistoryCallsNobody(t *testing.T) {
	maya := conversation.Staff{ID: "U0MAYA", Name: "Maya"}
	s := Script{visitor: "Anna", thread: ledger.Thread{Channel: "C0BILLING", Since: 9}, state: conversation.State{Mode: conversation.Waiting}}
	for seq, want := range map[conversation.Seq]string{9: "Maya has this chat now.", 10: "<@U0MAYA> has this chat now."} {
		it, ok := s.item(conversation.Event{Seq: seq, Draft: conversation.Draft{Body: conversation.Claimed{Agent: maya}}})
		if !ok || parsed(it.spans) != want || it.alone != (seq > 9) || it.urgent != (seq > 9) {
			t.Errorf("event %d reads %q alone %v, want %q", seq, parsed(it.spans), it.alone, want)
		}
	}
}
