package mail

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/mail/ledger"
	"github.com/handoff-bot/handoff/markup"
)

// Why a mail that was meant to be sent is not composed.
var (
	errNotWanted = errors.New("the mail is not wanted any more")
	errNotNow    = errors.New("the mail has to wait")
)

// composed is a mail that is about to be sent. The secrets in it are made last,
// when it is certain that the server is called.
type composed struct {
	*visit
	m      ledger.Mail
	to     string
	team   string
	events []conversation.Event
	lines  []conversation.Line // what it quotes

	stop    string // the code of the link that stops mails to this address
	stopped bool   // they are stopped
}

// compose looks whether a mail is still wanted, to whom it goes and what it holds.
func (v *visit) compose(ctx context.Context, m ledger.Mail) (*composed, error) {
	events, err := v.events(ctx, 0)
	if err != nil {
		return nil, err
	}
	c := &composed{visit: v, m: m, events: events}
	c.team = v.name(v.settings, c.locale())
	if c.to = c.address(); m.For == conversation.MailTeam {
		c.to = c.step()
	}
	if c.to == "" {
		return nil, errNotWanted
	}
	if err := c.wanted(ctx); err != nil {
		return nil, err
	}
	if m.For != conversation.MailTeam { // the operator stops those
		c.stop, c.stopped, err = v.Codes.OptOut(ctx, c.to)
	}
	return c, err
}

// wanted says with errNotWanted or errNotNow that a mail is not sent.
func (c *composed) wanted(ctx context.Context) error {
	switch c.m.For {
	case conversation.MailCode:
		return c.wantsCode()
	case conversation.MailTranscript:
		return c.wantsTranscript(ctx)
	case conversation.MailAsked:
		return c.wantsAsked()
	case conversation.MailReply, conversation.MailNotice:
		return c.wantsReply(ctx)
	case conversation.MailTeam:
		return c.wantsTeam()
	}
	return errNotWanted
}

// locale is the visitor's language, "" when it is not known.
func (c *composed) locale() string {
	if len(c.events) == 0 {
		return ""
	}
	opened, _ := c.events[0].Body.(conversation.Opened)
	return opened.Locale
}

// speech is our own words in it.
func (c *composed) speech() conversation.Speech { return conversation.SpeechIn(c.locale()) }

// reader is our own words for whoever gets the mail: the team reads English.
func (c *composed) reader() conversation.Speech {
	if c.m.For == conversation.MailTeam {
		return conversation.Speech{}
	}
	return c.speech()
}

// address is the one the visitor gave last, "" when it was erased or is none.
func (c *composed) address() string {
	for _, e := range c.events {
		if e.Seq != c.state.Address {
			continue
		}
		switch b := e.Body.(type) {
		case conversation.ContactGiven:
			return mailbox(b.Email)
		case conversation.Identified:
			return mailbox(b.Email)
		}
	}
	return ""
}

// mailbox is an address as mail servers take it, "" for one that is none.
func mailbox(s string) string {
	if !isAddress(s) {
		return ""
	}
	at := strings.LastIndexByte(s, '@')
	domain, err := idna.Lookup.ToASCII(s[at+1:])
	if err != nil {
		return ""
	}
	return s[:at+1] + domain
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// wantsCode: only for the address given last, until it is proved.
func (c *composed) wantsCode() error {
	if c.state.Address != c.m.Of || c.state.Verified.Seq != 0 {
		return errNotWanted
	}
	return nil
}

// wantsTranscript: of a close that still holds and is not her own, to a proved
// address, when she is not there.
func (c *composed) wantsTranscript(ctx context.Context) error {
	if c.state.Mode != conversation.IsClosed || c.state.Closed.Seq != c.m.Of || c.state.Verified.Seq == 0 || c.state.Closure.Reason == conversation.ClosedByVisitor {
		return errNotWanted
	}
	away, err := c.away(ctx)
	if err != nil {
		return err
	}
	if c.all(); !away || len(c.lines) == 0 {
		return errNotWanted
	}
	return nil
}

// wantsAsked: wherever she is, to the address that is the proved one now.
func (c *composed) wantsAsked() error {
	if c.all(); c.state.Verified.Seq == 0 || len(c.lines) == 0 {
		return errNotWanted
	}
	return nil
}

// all makes it quote every line that the visitor can read.
func (c *composed) all() {
	c.lines = slices.DeleteFunc(conversation.Lines(c.events), func(l conversation.Line) bool { return l.VSeq == 0 })
}

// wantsReply: of lines that are still unread; a mail that was put off while she
// came back waits until she has left or read them.
func (c *composed) wantsReply(ctx context.Context) error {
	if verified := c.state.Verified.Seq != 0; verified != (c.m.For == conversation.MailReply) {
		return errNotWanted // another address since, or this one was proved: it is planned anew
	}
	unread, err := c.unread(ctx)
	if err != nil {
		return err
	}
	for _, l := range unread {
		if l.Seq <= c.m.Through {
			c.lines = append(c.lines, l)
		}
	}
	if len(c.lines) == 0 {
		return errNotWanted
	}
	ok, err := c.reachable(ctx, c.lines)
	if err == nil && !ok {
		err = errNotNow
	}
	return err
}

// wantsTeam: as long as the same wait goes on.
func (c *composed) wantsTeam() error {
	if c.state.Mode != conversation.Waiting || c.state.Queued.Seq > c.m.Of {
		return errNotWanted
	}
	return nil
}

// step is the address of the ladder's step.
func (c *composed) step() string {
	for _, e := range c.events {
		if b, ok := e.Body.(conversation.Stepped); ok && e.Seq == c.m.Of {
			return mailbox(b.Address)
		}
	}
	return ""
}

// idOf makes the id of a mail, or without parts that of its conversation: the
// same for ever, and telling nobody the conversation's own id.
func (c *composed) idOf(parts ...any) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(append([]any{string(c.state.ID)}, parts...)...)))
	return hex.EncodeToString(sum[:16]) + "@" + domainOf(c.post.from.Address)
}

// message makes the mail. Each part of its head is ours: the parts that come from
// elsewhere (address, team's name, topic) have been checked or made one line.
func (c *composed) message(ctx context.Context) (*gomail.Msg, error) {
	l, err := c.letter(ctx)
	if err != nil {
		return nil, err
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	from := c.sender(c.team)
	m.FromMailAddress(&from)
	m.ToMailAddress(&netmail.Address{Address: c.to})
	m.Subject(headline(l.subject))
	m.SetDateWithValue(c.w.Now)
	m.SetMessageIDWithValue(c.idOf(" ", c.m.For, " ", c.m.Of))
	m.SetGenHeader("References", "<"+c.idOf()+">")
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no holiday answers
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	if where := c.unsubscribe(); where != "" { // RFC 8058: by one click in the mail program
		m.SetGenHeader("List-Unsubscribe", "<"+where+">")
		m.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	m.SetBodyString(gomail.TypeTextPlain, l.plain())
	m.AddAlternativeString(gomail.TypeTextHTML, l.html(c.reader()))
	return m, nil
}

func (c *composed) letter(ctx context.Context) (*letter, error) {
	switch c.m.For {
	case conversation.MailCode:
		return c.codeLetter(ctx)
	case conversation.MailNotice:
		return c.noticeLetter(), nil
	case conversation.MailReply:
		return c.replyLetter(ctx)
	case conversation.MailTranscript:
		return c.transcriptLetter(ctx, "transcript.intro", "transcript.how")
	case conversation.MailAsked:
		return c.transcriptLetter(ctx, "asked.intro", "reply.how")
	case conversation.MailTeam:
		return c.teamLetter(), nil
	}
	return nil, fmt.Errorf("no letter for %q", c.m.For)
}

// resume makes the link that opens the conversation on any device; "" without a
// public address. The code stands behind the #, which browsers send to nobody;
// the page there has a button, so that a scanner that opens every link uses
// nothing up.
//
// To be made for a proved address only: whoever reads another may be anybody.
func (c *composed) resume(ctx context.Context) (string, error) {
	page := c.ours("/resume")
	if page == nil || c.state.Identity.Seq != 0 { // who is signed in has it on the site
		return "", nil
	}
	code, err := c.Codes.Resume(ctx, c.state.ID, c.to, c.w.Now.Add(ResumeLife))
	if err != nil {
		return "", fmt.Errorf("make a link: %w", err)
	}
	page.Fragment = code
	return page.String(), nil
}

// ours is a page of this server in her language; nil without a public address.
func (c *composed) ours(path string) *url.URL {
	base, err := url.Parse(c.settings.PublicURL)
	if err != nil || base.Host == "" {
		return nil
	}
	base.Path = path
	if c.locale() != "" {
		base.RawQuery = url.Values{"locale": {c.speech().Language()}}.Encode()
	}
	return base
}

// unsubscribe is the link that stops mails to this address; "" when there is
// none.
func (c *composed) unsubscribe() string {
	page := c.ours("/unsubscribe")
	if page == nil || c.stop == "" {
		return ""
	}
	query := page.Query()
	query.Set("t", c.stop)
	page.RawQuery = query.Encode()
	return page.String()
}

// site is where the visitor's browser knows her chat; "" when that is not known.
// What she said of her page only chooses among the addresses of the operator's:
// nothing of it is written to somebody who may be a stranger.
func (c *composed) site() string {
	var widget, page string
	for _, e := range c.events {
		switch b := e.Body.(type) {
		case conversation.Opened:
			widget, page = b.Widget, b.Page.URL
		case conversation.PageChanged:
			page = cmp.Or(b.Page.URL, page)
		}
	}
	if c.settings.Site == nil {
		return ""
	}
	return c.settings.Site(widget, page)
}

// text is a line as plain text, with its files by name.
func text(l conversation.Line) string {
	var tree markup.Tree
	said := markup.Clean(l.Text)
	if len(l.Content) > 0 && json.Unmarshal(l.Content, &tree) == nil {
		said = tree.Plain()
	}
	return conversation.Said(strings.TrimSpace(said), l.Files)
}

// speaker is who said a line, for the visitor.
func (c *composed) speaker(a conversation.Author) string {
	switch a.Role {
	case conversation.Visitor:
		return c.speech().Say("you", "You")
	case conversation.Bot:
		return c.speech().Say("assistant", "Assistant")
	case conversation.Agent:
		if c.settings.AgentName != nil {
			return cmp.Or(headline(c.settings.AgentName(a.Name)), c.team)
		}
		return cmp.Or(headline(a.Name), c.team)
	case conversation.System:
	}
	return c.team
}

// stamp is a time for the visitor, without words where the language is not English.
func (c *composed) stamp(t time.Time) string {
	if c.speech().Language() == "en" {
		return stamp(t)
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// stamp is a time for people; mails do not know where they are read.
func stamp(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }
