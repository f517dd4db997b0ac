package learn

import "strings"

// Config is the section learn of handoff.yaml.
type Config struct {
	Mode string `yaml:"mode" mapstructure:"mode" doc:"propose: after an agent has closed a chat, its thread proposes what could be kept as knowledge, and an agent approves, edits or dismisses it; off: nothing is proposed" enum:"propose,off"`
	File string `yaml:"file" mapstructure:"file" doc:"the Markdown file that approved answers are written to and read from as knowledge; it counts from the folder of this file"`
}

// The modes.
const (
	ModePropose = "propose"
	ModeOff     = "off"
)

// Problem is something wrong in the configuration.
type Problem struct{ Key, Message, Mend string }

// Defaults is the section when the file says nothing.
func Defaults() Config { return Config{Mode: ModePropose, File: "learned.md"} }

// Problems lists what is wrong.
func (c Config) Problems() []Problem {
	var found []Problem
	if c.Mode != ModePropose && c.Mode != ModeOff {
		found = append(found, Problem{"mode", "there is no mode " + c.Mode, "write propose or off"})
	}
	if !strings.HasSuffix(c.File, ".md") {
		found = append(found, Problem{"file", "the file of learned answers has to be Markdown", "name it with the ending .md, such as learned.md"})
	}
	return found
}
