package app

import (
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// mender proposes changes of the policy in force, with the line of the file.
type mender struct{ a *App }

// Missed implements slackbridge.Mender.
func (m mender) Missed(line string, missed conversation.Missed) (draw.Mend, bool) {
	return m.placed(m.a.Policy().MendMissed(line, missed.Topic, missed.Phrase))
}

// Wrong implements slackbridge.Mender.
func (m mender) Wrong(d conversation.Decided, said map[conversation.Seq]string) (draw.Mend, bool) {
	return m.placed(m.a.Policy().MendWrong(d, said))
}

func (m mender) placed(mend escalation.Mend, ok bool) (draw.Mend, bool) {
	return draw.Mend{Say: mend.Say, YAML: mend.YAML, Place: m.a.file.Load().Places[mend.Key]}, ok
}
