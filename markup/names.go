package markup

import (
	"regexp"
	"strings"
)

// Names says what a visitor may read instead of Slack's ids. A nil function, an empty answer or an answer that is
// itself an id gives the neutral word: "teammate", "@team", "a channel". What a function returns reaches the visitor,
// so it must be a public name: the first name an agent shows, never a handle or a private channel's name.
type Names struct {
	User    func(id string) string
	Group   func(id string) string
	Channel func(id string) string
}

const (
	neutralUser    = "teammate"
	neutralGroup   = "@team"
	neutralChannel = "a channel"
)

var slackID = regexp.MustCompile(`^[UWCGDTSBEF][A-Z0-9]{6,}$`)

func (n Names) user(id string) string {
	if name := publicName(n.User, id); name != "" {
		return "@" + strings.TrimPrefix(name, "@")
	}
	return neutralUser
}

func (n Names) group(id string) string {
	if name := publicName(n.Group, id); name != "" {
		return "@" + strings.TrimPrefix(name, "@")
	}
	return neutralGroup
}

func (n Names) channel(id string) string {
	if name := publicName(n.Channel, id); name != "" {
		return "#" + strings.TrimPrefix(name, "#")
	}
	return neutralChannel
}

func publicName(lookup func(string) string, id string) string {
	if lookup == nil {
		return ""
	}
	name := oneLine(Clean(lookup(id)))
	if name == id || slackID.MatchString(strings.TrimLeft(name, "@#")) {
		return ""
	}
	return name
}
