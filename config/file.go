// Package config loads handoff.yaml.
//
// The one idea: a room owns its settings (fields, defaults, words, checks) in a
// Config type, and this package owns everything around them. It reads the file
// strictly, keeps where each key stands, expands ${NAME}, lays the environment
// twins (HANDOFF_SLACK_BOT_TOKEN for slack.bot_token) on top through viper, asks
// every room what is wrong with the result and reports all of it at once, each
// with line, column, excerpt and the mend.
//
// [Load] gives a [File] or an [*Error]. [Watcher] reads the file again when it
// changes and swaps the whole File; a file that does not load changes nothing.
// The package keeps no state: after a crash the file is simply read again.
package config

import (
	"path/filepath"
	"slices"

	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/knowledge"
	"github.com/handoff-bot/handoff/learn"
	"github.com/handoff-bot/handoff/llm"
	"github.com/handoff-bot/handoff/mail"
	"github.com/handoff-bot/handoff/replies"
	"github.com/handoff-bot/handoff/slackbridge"
	"github.com/handoff-bot/handoff/webhook"
	"github.com/handoff-bot/handoff/widgetapi"
)

// File is a configuration that has been checked. Slack is nil when the section
// is absent: then every escalation takes the away way.
type File struct {
	Server    widgetapi.ServerConfig `yaml:"server" mapstructure:"server" doc:"Where the program listens."`
	Storage   Storage                `yaml:"storage" mapstructure:"storage" doc:"Where conversations are kept."`
	Limits    widgetapi.Limits       `yaml:"limits" mapstructure:"limits" doc:"What visitors may do how often. They never end in silence: a refused request says when to try again."`
	Widget    widgetapi.WidgetConfig `yaml:"widget" mapstructure:"widget" doc:"The visitor's chat."`
	AI        llm.Config             `yaml:"ai" mapstructure:"ai" doc:"The model that answers."`
	Knowledge []knowledge.Source     `yaml:"knowledge" mapstructure:"knowledge" doc:"What the AI answers from."`
	Slack     *slackbridge.Config    `yaml:"slack" mapstructure:"slack" doc:"The team's Slack. Without this section every escalation takes the away way."`
	Handoff   escalation.Config      `yaml:"handoff" mapstructure:"handoff" doc:"When and how a person is brought in."`

	Mail     mail.Config    `yaml:"mail" mapstructure:"mail" doc:"How visitors are reached after they have left; see docs/mail.md. Without it no mail is sent."`
	Webhooks webhook.Config `yaml:"webhooks" mapstructure:"webhooks" doc:"What your own server is told; see docs/webhooks.md."`

	Replies []replies.Reply `yaml:"replies" mapstructure:"replies" doc:"Canned replies: what agents find behind Reply… on the card; see docs/slack.md."`

	Learn learn.Config `yaml:"learn" mapstructure:"learn" doc:"What agents have answered becomes knowledge; see docs/slack.md."`

	Privacy *Later `yaml:"privacy" mapstructure:"privacy" doc:"Not in this version."`

	// Shadow is the policy of the file that handoff.shadow names, nil for none.
	Shadow *escalation.Config `yaml:"-" mapstructure:"-"`

	// Places tells where the policy's topics and rules stand, and its level:
	// topic/NAME, rule/NAME or level to file:line.
	Places map[string]string `yaml:"-" mapstructure:"-"`

	// Path is the file; Includes are the files it names, such as topics.yaml.
	// Hash changes with the text of any of them.
	Path     string   `yaml:"-" mapstructure:"-"`
	Includes []string `yaml:"-" mapstructure:"-"`
	Hash     string   `yaml:"-" mapstructure:"-"`
	// Warnings are things to mend that do not stop the program.
	Warnings []string `yaml:"-" mapstructure:"-"`

	liveHash, shadowHash string // of the files without the shadow's, and of those
	shadowPath           string // of the shadow's file
	shadowErr            *Error // what is wrong with the shadow, nil when nothing is
	texts                texts  // what was read
	shadowDoubts         []string
}

// Storage is the section "storage".
type Storage struct {
	URL       string   `yaml:"url" mapstructure:"url" doc:"sqlite:// and a path that counts from the working directory, or postgres://…; several nodes may share a PostgreSQL."`
	Files     string   `yaml:"files" mapstructure:"files" doc:"Where the content of files is kept: file:// and a folder that counts from the working directory, or s3://bucket/prefix?endpoint=https://…&region=…; several nodes need the same place. S3 credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the AWS credentials file or the machine's role."`
	FilesDays int      `yaml:"files_days" mapstructure:"files_days" doc:"how many days a file is kept"`
	Scan      []string `yaml:"scan" mapstructure:"scan" doc:"a program and its arguments that looks through each file before it is kept: it gets the file on its standard input, and ends with 0 for clean, 1 for blocked; anything else refuses the file for now. Example: [clamdscan, --no-summary, -]"`
}

// Later is a section whose feature does not exist yet. It is known by name, so
// that it is refused by name.
type Later struct{}

// fileDefaults is the configuration when nothing is set. The section "slack"
// has defaults only when it is there, in the file or in the environment.
func fileDefaults(withSlack bool) File {
	f := File{
		Server:  widgetapi.ServerDefaults(),
		Storage: Storage{URL: "sqlite://handoff.db", Files: "file://files", FilesDays: 90},
		Limits:  widgetapi.LimitsDefaults(),
		Widget:  widgetapi.WidgetDefaults(),
		AI:      llm.Defaults(),
		Handoff: escalation.Defaults(),
		Learn:   learn.Defaults(),
	}
	if withSlack {
		s := slackbridge.Defaults()
		f.Slack = &s
	}
	return f
}

// resolve makes the paths of the knowledge count from the file's folder.
func (f *File) resolve() {
	for i, s := range f.Knowledge {
		if s.Path != "" && !filepath.IsAbs(s.Path) {
			f.Knowledge[i].Path = filepath.Join(filepath.Dir(f.Path), s.Path)
		}
	}
	if f.Learn.File != "" && !filepath.IsAbs(f.Learn.File) {
		f.Learn.File = filepath.Join(filepath.Dir(f.Path), f.Learn.File)
	}
}

// KnowledgeConfig is the section "knowledge" as its room takes it.
func (f *File) KnowledgeConfig() knowledge.Config {
	sources := f.Knowledge
	if f.Learn.File != "" {
		sources = append(slices.Clone(sources), knowledge.Source{Path: f.Learn.File, Own: "learned"})
	}
	return knowledge.Config{Sources: sources}
}
