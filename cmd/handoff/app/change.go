package app

import (
	"strings"

	"github.com/handoff-bot/handoff/config"
)

// Changed tells the admins what became of a changed file.
func (a *App) Changed(c config.Change) {
	switch {
	case c.Err != nil:
		a.alert("configuration refused", "The changed configuration was refused; the old one stays in force.\n"+c.Err.Error())
	case len(c.Restart) > 0:
		a.alert("configuration needs a restart", "The configuration was loaded again. These keys take effect after a restart: "+strings.Join(c.Restart, ", "))
	default:
		a.alert("configuration loaded "+c.File.Hash, "The configuration was loaded again, policy "+a.Policy().Hash()+".")
	}
}
