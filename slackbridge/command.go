package slackbridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// channelOrID reads an id that comes as a string or as an object with an id.
type channelOrID string

// UnmarshalJSON implements json.Unmarshaler.
func (c *channelOrID) UnmarshalJSON(raw []byte) error {
	var object struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(raw, (*string)(c)) == nil {
		return nil
	}
	if err := json.Unmarshal(raw, &object); err == nil {
		*c = channelOrID(object.ID)
	}
	return nil
}

// workCommand deals with /handoff.
func (b *Bridge) workCommand(ctx context.Context, me identity, e envelope, fresh bool) error {
	reply := func(m draw.Message) error {
		b.answers.add(whisper{user: e.UserID, address: e.Response, m: m})
		return nil
	}
	say := func(text string) error {
		return reply(draw.Say(draw.Words(text)))
	}
	who, why, err := b.standingAnywhere(ctx, me, userRef{ID: e.UserID})
	if err != nil {
		return err
	}
	if why != "" {
		return say(why)
	}
	verb, rest, _ := strings.Cut(strings.TrimSpace(e.Text), " ")
	rest = draw.Unescape(strings.TrimSpace(rest))
	switch strings.ToLower(verb) {
	case "", "help":
		return say(draw.HelpText)
	case "status":
		return b.replyStatus(ctx, reply)
	case "find":
		return b.replyFind(ctx, who.ID, rest, say, reply)
	case "try":
		return b.replyTry(ctx, rest, say)
	case "on":
		return b.replyDuty(ctx, me, e, who, duty.On, fresh, say)
	case "off":
		return b.replyDuty(ctx, me, e, who, duty.Off, fresh, say)
	}
	return say("There is no /handoff " + draw.OneLine(verb, 40) + ".\n" + draw.HelpText)
}

// replyDuty is /handoff on and off.
func (b *Bridge) replyDuty(ctx context.Context, me identity, e envelope, who profile, choice duty.Choice, fresh bool, say func(string) error) error {
	if b.Desk == nil {
		return say("Nobody is kept on duty here.")
	}
	a, err := b.setDuty(ctx, who, choice)
	if err != nil {
		return err
	}
	if choice == duty.On {
		return say(b.dutyWords(a))
	}
	list, err := b.hers(ctx, who.ID)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return say(b.dutyWords(a))
	}
	p := press{me: me, e: e, who: who, fresh: fresh}
	b.tellLeave(p, b.dutyWords(a), len(list))
	if fresh {
		b.openLeave(ctx, p, list)
	}
	return nil
}

func (b *Bridge) replyTry(ctx context.Context, sentence string, say func(string) error) error {
	switch {
	case b.Try == nil:
		return say("/handoff try is not in this version.")
	case sentence == "":
		return say("Say a sentence to try: /handoff try I was charged twice")
	}
	text, err := b.tried(ctx, sentence, "")
	if err != nil {
		return err
	}
	return say(text)
}

// tried is what the policy would do with a sentence, as long as a block may be.
func (b *Bridge) tried(ctx context.Context, sentence, level string) (string, error) {
	if b.Try == nil {
		return "Trying a sentence is not in this version.", nil
	}
	text, err := b.Try(ctx, sentence, level)
	if err != nil {
		return "", fmt.Errorf("try a sentence: %w", err)
	}
	return draw.Clip(text, draw.MaxBlockChars), nil
}

// answer answers through the address Slack gave us for this one interaction. kind
// is ephemeral, in_channel, or "" for that of the message that is replaced.
func (b *Bridge) answer(ctx context.Context, address string, m draw.Message, kind string, replace bool) error {
	off := false
	err := slack.PostWebhookCustomHTTPContext(ctx, address, b.HTTP, &slack.WebhookMessage{
		Text: m.Text, Blocks: &slack.Blocks{BlockSet: m.Blocks}, ResponseType: kind, ReplaceOriginal: replace, Parse: "none",
		UnfurlLinks: &off, UnfurlMedia: &off,
	})
	var named *url.Error
	if errors.As(err, &named) {
		err = named.Err // the address is a secret
	}
	return err
}
