package handofftest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// otherChannels are those that a story makes.
const (
	privateChannel = "C0PRIVATE"
	newChannel     = "C0NEW"
)

// room is what becomes of channels that a story makes:
//
//	slack opens private|new           (a channel with Maya and Sam, without the app)
//	slack posts CHANNEL N TEXT        (exactly N posts of the app there show TEXT)
func (s *story) room(args []string) (known bool, err error) {
	h := s.house
	switch {
	case args[0] == "opens" && len(args) == 2:
		h.Slack.AddChannel(fakeslack.Channel{ID: channels[args[1]], Name: "team-" + args[1], Private: args[1] == "private",
			Members: []string{fakeslack.SampleMaya, fakeslack.SampleSam}})
		return true, nil
	case args[0] == "posts" && len(args) > 3:
		text := strings.Join(args[3:], " ")
		var list []string
		err := h.until(fmt.Sprintf("%s posts in %s with %q", args[2], args[1], text), func(st *fakeslack.State) bool {
			list = nil
			for _, m := range st.History(channels[args[1]]) {
				if m.BotID != "" && strings.Contains(m.Visible(), text) {
					list = append(list, m.TS)
				}
			}
			return fmt.Sprint(len(list)) == args[2]
		})
		if err == nil && len(list) == 1 {
			s.last = "post"
			s.cards["post"] = [2]string{channels[args[1]], list[0]}
		}
		return true, err
	}
	return false, nil
}

// invite brings the app into a channel.
func (h *House) invite(user, channel string) error {
	if !slices.Contains([]string{fakeslack.SampleMaya, fakeslack.SampleSam}, user) {
		return fmt.Errorf("%s is not in the channel", user)
	}
	return h.Slack.Invite(user, fakeslack.SampleBotUser, channel)
}
