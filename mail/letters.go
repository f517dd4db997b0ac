package mail

import (
	"context"
	"fmt"

	"github.com/handoff-bot/handoff/conversation"
)

// The letters. No word of a visitor stands in a subject or before ours.

// codeLetter holds the six digits.
func (c *composed) codeLetter(ctx context.Context) (*letter, error) {
	digits, err := c.Codes.Verify(ctx, c.state.ID, c.to, c.w.Now.Add(CodeLife))
	if err != nil {
		return nil, fmt.Errorf("make a code: %w", err)
	}
	l := &letter{subject: digits + " is your code for " + c.team}
	l.say("Your code is:")
	l.showCode(digits)
	l.say(fmt.Sprintf("Type it into the chat within %d minutes. Then answers reach you at this address too, also when the chat is closed.", int(CodeLife.Minutes())))
	l.foot("Somebody entered this address in the chat of " + c.team + " (" + c.state.Reference + "). If it was not you, there is nothing to do: without the code, nobody's words are sent here.")
	c.leave(l)
	return l, nil
}

// noticeLetter says that there is an answer, and nothing of it. Its link leads to
// the site, where only the browser that wrote has the chat: whoever reads this
// mailbox has not shown that it is hers.
func (c *composed) noticeLetter() *letter {
	l := &letter{subject: c.team + " replied (" + c.state.Reference + ")"}
	if where := c.site(); where == "" {
		l.say(c.team + " replied. Open the chat on the page where you wrote to us. Your reference is " + c.state.Reference + ".")
	} else {
		l.say(c.team + " replied.")
		l.showLink("Open the chat", where)
	}
	l.foot("The chat opens in the browser in which you wrote. Confirm this address there, and mails bring the answers themselves and a link that works on any device. Your reference is " + c.state.Reference + ".")
	l.foot("Somebody entered this address in the chat of " + c.team + ". This is the only mail about it until the address is confirmed there. If it was not you, there is nothing to do.")
	c.leave(l)
	return l
}

// leave ends a letter with the way out.
func (c *composed) leave(l *letter) {
	if where := c.unsubscribe(); where != "" {
		l.way("No more mails of "+c.team+" to this address", where)
	}
}

// replyLetter holds what agents wrote.
func (c *composed) replyLetter(ctx context.Context) (*letter, error) {
	where, err := c.resume(ctx)
	if err != nil {
		return nil, err
	}
	l := &letter{subject: c.team + " replied (" + c.state.Reference + ")"}
	l.say(c.team + " replied to you:")
	for _, line := range c.lines {
		l.quote(c.speaker(line.Author)+", "+stamp(line.At), text(line))
	}
	c.open(l, "To answer, open the chat; a reply to this mail reaches nobody.", where)
	return l, nil
}

// transcriptLetter holds the whole conversation.
func (c *composed) transcriptLetter(ctx context.Context) (*letter, error) {
	where, err := c.resume(ctx)
	if err != nil {
		return nil, err
	}
	l := &letter{subject: "Your chat with " + c.team + " (" + c.state.Reference + ")"}
	l.say("Your chat with " + c.team + " has ended. This is what was said; times are UTC.")
	for _, line := range c.lines {
		head := c.speaker(line.Author)
		if line.Author.Role == conversation.System {
			head = "—"
		}
		l.quote(line.At.UTC().Format("2006-01-02 15:04")+"  "+head, text(line))
	}
	c.open(l, "Still not solved? Open the chat and write again; a reply to this mail reaches nobody.", where)
	return l, nil
}

// open ends a letter to a proved address with the way back to the chat.
func (c *composed) open(l *letter, words, where string) {
	defer c.leave(l)
	if where == "" {
		l.say(words + " Open the chat on the page where you wrote to us. Your reference is " + c.state.Reference + ".")
		return
	}
	l.say(words)
	l.showLink("Open the chat", where)
	l.foot(fmt.Sprintf("The link works once, for %d days, and only the newest one does. Whoever has it can read the chat, so do not pass it on. Your reference is %s.", int(ResumeLife.Hours()/24), c.state.Reference))
}

// teamLetter tells the team that somebody waits. It holds nothing that the
// visitor wrote: mail travels further than Slack.
func (c *composed) teamLetter() *letter {
	s := c.state
	about := reason(s.Reason)
	if s.Topic != "" {
		about = headline(s.Topic)
	}
	l := &letter{subject: "A visitor is waiting: " + about + " (" + s.Reference + ")"}
	l.say(fmt.Sprintf("A visitor has been waiting for a person for %s, and nobody has taken the conversation.", howLong(c.w.Now.Sub(s.WaitFrom))))
	facts := "Reference: " + s.Reference
	if s.Topic != "" {
		facts += "\nTopic: " + headline(s.Topic)
	}
	facts += "\nReason: " + headline(reason(s.Reason))
	if s.Priority != "" {
		facts += "\nPriority: " + headline(s.Priority)
	}
	l.say(facts + "\nWaiting since: " + stamp(s.WaitFrom))
	l.say("Take it in Slack: search there for " + s.Reference + ", or open the app's Home.")
	return l
}
