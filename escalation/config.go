package escalation

import "time"

// Config is the `handoff:` section. [Defaults] fills it before the file is
// read; [Config.Problems] says what is wrong with it.
type Config struct {
	Level      string `yaml:"level" mapstructure:"level" json:"level" doc:"ai_only, quick, balanced, ai_first or human_only: how soon a person is brought in"`
	Notify     string `yaml:"notify" mapstructure:"notify" json:"notify" doc:"whom the card's first post mentions: on_duty, group or none"`
	AskInWords bool   `yaml:"ask_in_words" mapstructure:"ask_in_words" json:"ask_in_words" doc:"false: asking for a person in words shows the button instead of escalating"`

	RestrictedTopics []Topic `yaml:"restricted_topics" mapstructure:"restricted_topics" json:"restricted_topics,omitempty" doc:"what the AI never answers: a list, or file: topics.yaml"`
	// TopicsFile is the path of `restricted_topics: {file: …}`; whoever loads
	// the file puts its list into RestrictedTopics.
	TopicsFile string `yaml:"-" mapstructure:"-" json:"-"`

	Rules           []Rule        `yaml:"rules" mapstructure:"rules" json:"rules,omitempty" doc:"conditions of your own, looked at in order"`
	HumanButton     HumanButton   `yaml:"human_button" mapstructure:"human_button" json:"human_button" doc:"the button Talk to a person"`
	Hours           Hours         `yaml:"hours" mapstructure:"hours" json:"hours,omitzero" doc:"office hours; none means always open"`
	Routing         Routing       `yaml:"routing" mapstructure:"routing" json:"routing" doc:"who is asked to take a waiting conversation"`
	WhenNobody      []Rung        `yaml:"when_nobody" mapstructure:"when_nobody" json:"when_nobody,omitempty" doc:"the ladder: what happens while a visitor waits and somebody is on duty, step by step"`
	WhenOwnerSilent OwnerSilent   `yaml:"when_owner_silent" mapstructure:"when_owner_silent" json:"when_owner_silent,omitzero" doc:"what happens when the owner does not answer; only open hours count"`
	Away            Away          `yaml:"away" mapstructure:"away" json:"away" doc:"what happens when nobody is on duty, out of hours and at the ladder's end: contact, ai_continues, or {suggest: TEXT} with a Markdown text"`
	ReopenWithin    time.Duration `yaml:"reopen_within" mapstructure:"reopen_within" json:"reopen_within" doc:"how long a visitor may reopen a closed conversation by writing"`
	IdleClose       time.Duration `yaml:"idle_close" mapstructure:"idle_close" json:"idle_close" doc:"after how long a quiet conversation is closed"`

	// Shadow is the file of a policy that decides beside this one. It is no part
	// of the policy itself: the hash does not know it.
	Shadow string `yaml:"shadow" mapstructure:"shadow" json:"-" doc:"the file of a policy that is tried out: it decides beside this one, and only its differences are recorded; the path counts from the folder of this file"`
}

// Topic is a restricted topic: the AI never answers it.
type Topic struct {
	Name        string   `yaml:"name" mapstructure:"name" json:"name" doc:"its name, shown to agents"`
	Description string   `yaml:"description" mapstructure:"description" json:"description,omitempty" doc:"what it is about, for people and the model"`
	Phrases     []string `yaml:"phrases" mapstructure:"phrases" json:"phrases,omitempty" doc:"words that mean it; endings, order and small misspellings do not matter"`
	Channel     string   `yaml:"channel" mapstructure:"channel" json:"channel,omitempty" doc:"the Slack channel it goes to"`
	Agents      []string `yaml:"agents" mapstructure:"agents" json:"agents,omitempty" doc:"who alone may claim it: ids of users and user groups"`
	Priority    string   `yaml:"priority" mapstructure:"priority" json:"priority,omitempty" doc:"low, normal, high or urgent"`
	Hours       *Hours   `yaml:"hours" mapstructure:"hours" json:"hours,omitempty" doc:"its own office hours"`
	Level       string   `yaml:"level" mapstructure:"level" json:"level,omitempty" doc:"its own level"`
	Say         Text     `yaml:"say" mapstructure:"say" json:"say,omitempty" doc:"what the visitor is told when a person is asked"`
}

// Rule is a condition of the admin's. Without Do it only sets the others for
// whatever verdict comes out.
type Rule struct {
	Name     string   `yaml:"name" mapstructure:"name" json:"name" doc:"its name, shown in explanations"`
	When     string   `yaml:"when" mapstructure:"when" json:"when" doc:"the condition, over visitor, page, conversation and signals"`
	Do       string   `yaml:"do" mapstructure:"do" json:"do,omitempty" doc:"escalate, offer or notify"`
	Priority string   `yaml:"priority" mapstructure:"priority" json:"priority,omitempty" doc:"low, normal, high or urgent"`
	Channel  string   `yaml:"channel" mapstructure:"channel" json:"channel,omitempty" doc:"the Slack channel"`
	Agents   []string `yaml:"agents" mapstructure:"agents" json:"agents,omitempty" doc:"who alone may claim it: ids of users and user groups"`
	Say      Text     `yaml:"say" mapstructure:"say" json:"say,omitempty" doc:"what the visitor is told when a person is asked"`
	Tags     []string `yaml:"tags" mapstructure:"tags" json:"tags,omitempty" doc:"tags for the card"`
	Level    string   `yaml:"level" mapstructure:"level" json:"level,omitempty" doc:"the level that holds while the condition does"`
}

// HumanButton says when the button is shown. Strict refuses it before
// AfterAnswers answers; otherwise it only decides when the chip appears.
type HumanButton struct {
	AfterAnswers int  `yaml:"after_answers" mapstructure:"after_answers" json:"after_answers" doc:"the chip appears after this many answers of the AI"`
	Strict       bool `yaml:"strict" mapstructure:"strict" json:"strict" doc:"true: the button is refused before that"`
}

// Hours are office hours. No Open means always open.
type Hours struct {
	Timezone string            `yaml:"timezone" mapstructure:"timezone" json:"timezone,omitempty" doc:"an IANA name, Europe/Berlin"`
	Open     map[string]Ranges `yaml:"open" mapstructure:"open" json:"open,omitempty" doc:"days (mon-fri, sat) and times (09:00-17:30)"`
	Holidays []string          `yaml:"holidays" mapstructure:"holidays" json:"holidays,omitempty" doc:"days on which it is closed, 2026-12-25"`
}

// Routing says who is asked to take a waiting conversation. Order holds names of
// [duty.Orders]; empty asks nobody in particular. Skills maps a topic's name to
// the user group that is asked first.
type Routing struct {
	Duty         string            `yaml:"duty" mapstructure:"duty" json:"duty" doc:"who counts within office hours: auto (every agent who has not switched off) or manual (only who has switched on)"`
	Mode         string            `yaml:"mode" mapstructure:"mode" json:"mode" doc:"offer: anybody may claim, and who is asked is mentioned; assign: who is asked owns it at once"`
	Order        []string          `yaml:"order" mapstructure:"order" json:"order,omitempty" doc:"whom to ask first: knew_visitor, least_busy, round_robin; empty asks nobody in particular"`
	Capacity     int               `yaml:"capacity" mapstructure:"capacity" json:"capacity,omitempty" doc:"nobody with this many conversations is asked; 0 for any number"`
	Skills       map[string]string `yaml:"skills" mapstructure:"skills" json:"skills,omitempty" doc:"the user group that is asked first, by the name of a restricted topic"`
	AcceptWithin time.Duration     `yaml:"accept_within" mapstructure:"accept_within" json:"accept_within,omitempty" doc:"how long who is asked has before the next one is: 10s or more; 60s when it is not set"`
}

// The values of Routing.Duty and Routing.Mode.
const (
	DutyAuto   = "auto"
	DutyManual = "manual"

	ModeOffer  = "offer"
	ModeAssign = "assign"
)

// Rung is one step of the ladder.
type Rung struct {
	After   time.Duration `yaml:"after" mapstructure:"after" json:"after" doc:"after this long in the queue"`
	Do      string        `yaml:"do" mapstructure:"do" json:"do" doc:"ping_group, overflow, ask_contact, email or return_to_ai"`
	Channel string        `yaml:"channel" mapstructure:"channel" json:"channel,omitempty" doc:"for overflow: the Slack channel it is passed on to"`
	Address string        `yaml:"address" mapstructure:"address" json:"address,omitempty" doc:"for email: the address that is written to"`
}

// What a step of the ladder does.
const (
	RungPing     = "ping_group"
	RungOverflow = "overflow"
	RungContact  = "ask_contact"
	RungEmail    = "email"
	RungReturn   = "return_to_ai"
)

// OwnerSilent says what happens when the owner does not answer. Zero is never.
type OwnerSilent struct {
	Remind  time.Duration `yaml:"remind" mapstructure:"remind" json:"remind,omitempty" doc:"remind the owner after this long"`
	Requeue time.Duration `yaml:"requeue" mapstructure:"requeue" json:"requeue,omitempty" doc:"put it back into the queue after this long"`
}

// The levels.
const (
	AIOnly    = "ai_only"
	Quick     = "quick"
	Balanced  = "balanced"
	AIFirst   = "ai_first"
	HumanOnly = "human_only"
)

// Levels lists the levels, in the order of the documentation.
func Levels() []string { return []string{AIOnly, Quick, Balanced, AIFirst, HumanOnly} }

// Whom the card's first post mentions.
const (
	NotifyOnDuty = "on_duty"
	NotifyGroup  = "group"
	NotifyNone   = "none"
)

// What a rule does.
const (
	DoEscalate = "escalate"
	DoOffer    = "offer"
	DoNotify   = "notify"
)

// Defaults returns the section as it is when the file says nothing.
func Defaults() Config {
	return Config{
		Level:        Balanced,
		Notify:       NotifyOnDuty,
		AskInWords:   true,
		HumanButton:  HumanButton{AfterAnswers: 2},
		Routing:      Routing{Duty: DutyAuto, Mode: ModeOffer},
		Away:         Away{Way: AwayContact},
		ReopenWithin: 72 * time.Hour,
		IdleClose:    24 * time.Hour,
	}
}
