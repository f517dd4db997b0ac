package knowledge

import (
	"fmt"
	"strings"
)

// Config is the `knowledge` section of handoff.yaml, which is the list of sources.
type Config struct {
	Sources []Source `yaml:"sources" mapstructure:"sources" doc:"Where the AI's knowledge comes from."`

	// Dir is where the index is built; empty means the system's directory for temporary files.
	Dir string `yaml:"-" mapstructure:"-"`
}

// Source is one place documents come from.
type Source struct {
	Path string `yaml:"path" mapstructure:"path" doc:"Folder or file with Markdown (.md), HTML (.html) or text (.txt). Folders are read with everything below them, and watched."`
	URL  string `yaml:"url" mapstructure:"url" doc:"Not in this version; leave it empty."`
	// Own is the name of a source of ours that need not be there, "" for those of the
	// file. Its documents are named after it.
	Own string `yaml:"-" mapstructure:"-"`
}

// Problem is something wrong in the configuration.
type Problem struct {
	Key     string // path in handoff.yaml, such as knowledge[0].path
	Message string // what is wrong, as a sentence that names the key
	Mend    string // what to do about it
}

// Defaults is the configuration when the file says nothing: no sources.
func Defaults() Config { return Config{} }

// Validate returns what is wrong with the configuration, or nil. It does not look at the disk; Open does.
func (c Config) Validate() []Problem {
	var found []Problem
	for i, s := range c.Sources {
		key := fmt.Sprintf("knowledge[%d]", i)
		switch {
		case s.URL != "":
			found = append(found, Problem{Key: key + ".url", Message: "knowledge.url is not in this version", Mend: "save the pages in a folder and name it with path"})
		case strings.TrimSpace(s.Path) == "":
			found = append(found, Problem{Key: key + ".path", Message: key + " has no path", Mend: "name a folder, such as path: ./docs"})
		}
	}
	return found
}
