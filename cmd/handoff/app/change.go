package app

import (
	"fmt"
	"hash/fnv"
	"strings"
	"sync/atomic"

	"github.com/handoff-bot/handoff/config"
)

// Changed tells the admins what became of a changed file.
func (a *App) Changed(c config.Change) {
	switch {
	case c.Shadow && c.Err != nil:
		a.stands(&a.refusedShadow, "shadow policy refused", "The file of the shadow policy was refused; the last good one goes on deciding beside the policy in force. Correct it; it is read again when it is saved.", c.Err)
	case c.Shadow:
		if cause := a.refusedShadow.Swap(nil); cause != nil {
			a.mended(*cause, "The file of the shadow policy can be read again.")
		}
	case c.Err != nil:
		a.fileRefused(c.Err)
	case len(c.Restart) > 0:
		a.fileTaken(c.File.Hash, "The configuration was loaded again. These keys take effect after a restart: "+strings.Join(c.Restart, ", ")+"."+warned(c.File))
	default:
		a.fileTaken(c.File.Hash, "The configuration was loaded again, policy "+a.Policy().Hash()+"."+warned(c.File))
	}
}

// warned says that a file has something to mend.
func warned(f *config.File) string {
	if len(f.Warnings) == 0 {
		return ""
	}
	return fmt.Sprintf(" Warnings: %d; handoff check shows them.", len(f.Warnings))
}

// fileTaken ends a refusal, or is told by itself.
func (a *App) fileTaken(hash, text string) {
	if cause := a.refused.Swap(nil); cause != nil {
		a.mended(*cause, text)
		return
	}
	a.alert("configuration loaded "+hash, text)
}

// fileRefused tells of a file that was not taken.
func (a *App) fileRefused(err error) {
	a.stands(&a.refused, "configuration refused", "The changed configuration was refused; the old one stays in force. Correct it; the file is read again when it is saved.", err)
}

// stands: each mistake is a cause of its own, and the latest one stands.
func (a *App) stands(latest *atomic.Pointer[string], kind, text string, err error) {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(err.Error()))
	cause := fmt.Sprintf("%s %08x", kind, sum.Sum32())
	latest.Store(&cause)
	a.standing(cause, text+"\n"+err.Error())
}
