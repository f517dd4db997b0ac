package mail

import (
	"context"
	"fmt"
	"strconv"

	"github.com/handoff-bot/handoff/conversation"
)

// The letters. No word of a visitor stands in a subject or before ours.

// codeLetter holds the six digits.
func (c *composed) codeLetter(ctx context.Context) (*letter, error) {
	digits, err := c.Codes.Verify(ctx, c.state.ID, c.to, c.w.Now.Add(CodeLife))
	if err != nil {
		return nil, fmt.Errorf("make a code: %w", err)
	}
	l := &letter{subject: c.say("code.subject", "code", digits)}
	l.say(c.say("code.intro"))
	l.showCode(digits)
	l.say(c.say("code.type", "n", strconv.Itoa(int(CodeLife.Minutes()))))
	l.foot(c.say("code.not_you"))
	c.leave(l)
	return l, nil
}

// noticeLetter says that there is an answer, and nothing of it. Its link leads to
// the site, where only the browser that wrote has the chat: whoever reads this
// mailbox has not shown that it is hers.
func (c *composed) noticeLetter() *letter {
	l := &letter{subject: c.say("reply.subject")}
	if where := c.site(); where == "" {
		l.say(c.say("notice.intro") + " " + c.say("open.on_site"))
	} else {
		l.say(c.say("notice.intro"))
		l.showLink(c.say("open.link"), where)
	}
	l.foot(c.say("notice.where"))
	l.foot(c.say("notice.not_you"))
	c.leave(l)
	return l
}

// leave ends a letter with the way out.
func (c *composed) leave(l *letter) {
	if where := c.unsubscribe(); where != "" {
		l.way(c.say("unsubscribe"), where)
	}
}

// replyLetter holds what agents wrote.
func (c *composed) replyLetter(ctx context.Context) (*letter, error) {
	where, err := c.resume(ctx)
	if err != nil {
		return nil, err
	}
	l := &letter{subject: c.say("reply.subject")}
	l.say(c.say("reply.intro"))
	for _, line := range c.lines {
		l.quote(c.say("said", "who", c.speaker(line.Author), "at", c.stamp(line.At)), c.text(line))
	}
	c.open(l, c.say("reply.how"), where)
	return l, nil
}

// transcriptLetter holds the whole conversation, between two of the sentences.
func (c *composed) transcriptLetter(ctx context.Context, intro, how string) (*letter, error) {
	where, err := c.resume(ctx)
	if err != nil {
		return nil, err
	}
	l := &letter{subject: c.say("transcript.subject")}
	l.say(c.say(intro))
	for _, line := range c.lines {
		head := c.speaker(line.Author)
		if line.Author.Role == conversation.System {
			head = "—"
		}
		l.quote(line.At.UTC().Format("2006-01-02 15:04")+"  "+head, c.text(line))
	}
	c.open(l, c.say(how), where)
	return l, nil
}

// open ends a letter to a proved address with the way back to the chat.
func (c *composed) open(l *letter, words, where string) {
	defer c.leave(l)
	if where == "" {
		l.say(words + " " + c.say("open.on_site"))
		return
	}
	l.say(words)
	l.showLink(c.say("open.link"), where)
	l.foot(c.say("open.once", "n", strconv.Itoa(int(ResumeLife.Hours()/24))))
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

// sentences are the words of the letters to visitors; the other languages have
// them under "mail." and the same name.
var sentences = map[string]string{
	"code.subject":       "{code} is your code for {team}",
	"code.intro":         "Your code is:",
	"code.type":          "Type it into the chat within {n} minutes. Then answers reach you at this address too, also when the chat is closed.",
	"code.not_you":       "Somebody entered this address in the chat of {team} ({ref}). If it was not you, there is nothing to do: without the code, nobody's words are sent here.",
	"notice.intro":       "{team} replied.",
	"notice.where":       "The chat opens in the browser in which you wrote. Confirm this address there, and mails bring the answers themselves and a link that works on any device. Your reference is {ref}.",
	"notice.not_you":     "Somebody entered this address in the chat of {team}. This is the only mail about it until the address is confirmed there. If it was not you, there is nothing to do.",
	"said":               "{who}, {at}",
	"open.on_site":       "Open the chat on the page where you wrote to us. Your reference is {ref}.",
	"open.link":          "Open the chat",
	"open.once":          "The link works once, for {n} days, and only the newest one does. Whoever has it can read the chat, so do not pass it on. Your reference is {ref}.",
	"reply.subject":      "{team} replied ({ref})",
	"reply.intro":        "{team} replied to you:",
	"reply.how":          "To answer, open the chat; a reply to this mail reaches nobody.",
	"transcript.subject": "Your chat with {team} ({ref})",
	"transcript.intro":   "Your chat with {team} has ended. This is what was said; times are UTC.",
	"transcript.how":     "Still not solved? Open the chat and write again; a reply to this mail reaches nobody.",
	"asked.intro":        "You asked for your chat with {team}. This is what was said so far; times are UTC.",
	"unsubscribe":        "No more mails of {team} to this address",
}

// say returns one of the sentences in the visitor's language.
func (c *composed) say(name string, pairs ...string) string {
	pairs = append(pairs, "team", c.team, "ref", c.state.Reference)
	return c.speech().Say("mail."+name, sentences[name], pairs...)
}

// text is a line as she reads it.
func (c *composed) text(l conversation.Line) string {
	return c.speech().Line(l.Notice, text(l))
}
