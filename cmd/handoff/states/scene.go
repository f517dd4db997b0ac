package states

import (
	"slices"
	"strings"
)

// Scene is one state and how it comes about.
type Scene struct {
	// ID is its number in the list of states, with a name where one number has
	// several pictures: 1-unread.
	ID, Title string
	// Note says what to look at.
	Note string
	// Policy is YAML appended to the installation's file.
	Policy string
	// Key is YAML added to the widget's key (", identity: optional").
	Key string
	// Hover is the hook that the pointer stands on: a person's hand on the page, the
	// mouse of the picture's test.
	Hover string
	// Script has one step per line: see installation.play for the server's and
	// page/scene.js for the browser's.
	Script string
	// Bare says why nothing of the widget is in the page; empty when something is.
	Bare string
	// Panel is the state with the panel open; without it only the corner shows.
	Panel bool
}

// steps are the lines of the script.
func (s Scene) steps() []string {
	var out []string
	for line := range strings.Lines(s.Script) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

func find(id string) (Scene, bool) {
	all := Scenes()
	i := slices.IndexFunc(all, func(s Scene) bool { return s.ID == id })
	if i < 0 {
		return Scene{}, false
	}
	return all[i], true
}
