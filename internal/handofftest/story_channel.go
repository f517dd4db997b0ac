package handofftest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// adminChannel is where the operator is told what goes wrong.
const adminChannel = "C0ADMIN"

// boss may delete what others wrote.
const boss = "U0BOSS"

// addAdminChannel makes the operator's channel, and somebody who administers the
// workspace.
func (h *House) addAdminChannel() {
	h.Slack.AddChannel(fakeslack.Channel{ID: adminChannel, Name: "handoff-admin", Members: []string{fakeslack.SampleMaya, fakeslack.SampleBotUser}})
	h.Slack.AddUser(fakeslack.User{ID: boss, Name: "boss", RealName: "Boss", Admin: true})
}

// changes are what can become of a channel.
var changes = map[string]func(*fakeslack.Channel){
	"archives":   func(c *fakeslack.Channel) { c.Archived = true },
	"unarchives": func(c *fakeslack.Channel) { c.Archived = false },
	"shares":     func(c *fakeslack.Channel) { c.ExtShared = true },
	"unshares":   func(c *fakeslack.Channel) { c.ExtShared = false },
	"renames":    func(c *fakeslack.Channel) { c.Name += "-anew" },
}

// channel is what becomes of channels, and what the operator is told of it:
//
//	slack archives|unarchives|shares|unshares|renames|removes CHANNEL
//	slack kicks|invites CHANNEL       (the app)
//	slack deletes VISITOR             (somebody deletes the root of her thread)
//	slack notices N TEXT              (the admin channel has exactly N notices with TEXT)
//	slack hides CHANNEL TEXT          (nothing there shows TEXT)
func (s *story) channel(args []string) error {
	if err := need(args, 2, "slack VERB CHANNEL|VISITOR|N [TEXT]"); err != nil {
		return err
	}
	h, channel, text := s.house, channels[args[1]], strings.Join(args[2:], " ")
	if change, ok := changes[args[0]]; ok {
		h.Slack.UpdateChannel(channel, change)
		return nil
	}
	switch args[0] {
	case "removes":
		h.Slack.RemoveChannel(channel)
		return nil
	case "kicks":
		return h.kick(channel)
	case "invites":
		return h.Slack.Join(fakeslack.SampleBotUser, channel)
	case "deletes":
		c := s.cards[args[1]]
		return h.Slack.Delete(boss, c[0], c[1])
	case "notices":
		return h.countNotices(args[1], text)
	case "hides":
		for _, root := range h.Slack.History(channel) {
			if shown := h.ThreadText(channel, root.TS); strings.Contains(shown, text) {
				return fmt.Errorf("it stands there:\n%s", shown)
			}
		}
		return nil
	}
	return fmt.Errorf("unknown weather %q", args[0])
}

// countNotices waits until the operator has been told something so many times.
func (h *House) countNotices(want, text string) error {
	n, err := strconv.Atoi(want)
	if err != nil {
		return err
	}
	err = h.until(fmt.Sprintf("%d notices with %q", n, text), func(st *fakeslack.State) bool { return len(noticesIn(st.History(adminChannel), text)) >= n })
	if list := noticesIn(h.Slack.History(adminChannel), text); err == nil && len(list) > n {
		err = fmt.Errorf("there are %d notices with %q:\n%s", len(list), text, strings.Join(list, "\n"))
	}
	return err
}

// noticesIn are the app's remarks among messages, those that contain text.
func noticesIn(messages []fakeslack.Message, text string) (list []string) {
	for _, m := range messages {
		seen := m.Visible()
		if m.BotID != "" && strings.Contains(seen, text) && (strings.Contains(seen, "⚠️") || strings.Contains(seen, "✅")) {
			list = append(list, seen)
		}
	}
	return list
}

// kick takes the app out of a channel once it has asked about it: one that it does
// not know it joins by itself, and may do so before it hears that it was taken out.
func (h *House) kick(channel string) error {
	if err := h.until("a look at "+channel, func(st *fakeslack.State) bool {
		return slices.ContainsFunc(st.Calls(), func(c fakeslack.Call) bool {
			return c.Method == "conversations.info" && c.Args["channel"] == channel && c.Status == 200
		})
	}); err != nil {
		return err
	}
	return h.Slack.Leave(fakeslack.SampleBotUser, channel)
}
