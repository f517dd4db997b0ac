package app

import (
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/handoff-bot/handoff/config"
)

// Changed tells the admins what became of a changed file.
func (a *App) Changed(c config.Change) {
	if c.Err != nil {
		a.fileRefused(c.Err)
		return
	}
	loaded := "The configuration was loaded again, policy " + a.Policy().Hash() + "."
	if len(c.Restart) > 0 {
		loaded = "The configuration was loaded again. These keys take effect after a restart: " + strings.Join(c.Restart, ", ") + "."
	}
	a.fileTaken(c.File.Hash, loaded)
}

// fileTaken ends a refusal, or is told by itself.
func (a *App) fileTaken(hash, text string) {
	if cause := a.refused.Swap(nil); cause != nil {
		a.mended(*cause, text)
		return
	}
	a.alert("configuration loaded "+hash, text)
}

// fileRefused: each mistake is a cause of its own, and the latest one stands.
func (a *App) fileRefused(err error) {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(err.Error()))
	cause := fmt.Sprintf("configuration refused %08x", sum.Sum32())
	a.refused.Store(&cause)
	a.standing(cause, "The changed configuration was refused; the old one stays in force. Correct it; the file is read again when it is saved.\n"+err.Error())
}
