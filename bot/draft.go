package bot

import (
	"encoding/json"
	"time"

	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/llm"
	"github.com/handoff-bot/handoff/markup"
)

// draft is the answer as it grows: released is what the policy has passed and
// the visitor sees, rest what waits for the end of its sentence.
type draft struct {
	released string
	rest     string
	shownAt  time.Time
}

func (d *draft) reset()      { *d = draft{shownAt: d.shownAt} }
func (d *draft) all() string { return d.released + d.rest }

// tripped ends a stream whose text the policy does not let pass.
type tripped struct{ verdict escalation.Verdict }

func (e *tripped) Error() string { return "the draft is withheld: " + e.verdict.Reason }

// showEvery bounds the snapshots of a draft to 10 a second.
const showEvery = 100 * time.Millisecond

// write takes a piece of the model's text. Each completed sentence is released
// after the policy has passed the whole prefix with it.
func (t *turn) write(d llm.Delta) error {
	t.draft.rest += d.Text
	if t.bot.leaks(t.draft.all()) {
		return errLeak
	}
	complete, rest := markup.Cut(t.draft.rest)
	if complete == "" {
		return nil
	}
	prefix := t.draft.released + complete
	if v := t.judge(prefix); v.Act == escalation.Escalate || v.Act == escalation.Withhold {
		return &tripped{v}
	}
	t.draft.released, t.draft.rest = prefix, rest
	if now := t.bot.Now(); now.Sub(t.draft.shownAt) >= showEvery {
		t.draft.shownAt = now
		t.show(snapshot{Content: markup.FromMarkdown(prefix, t.set.Links)})
	}
	return nil
}

// snapshot is the visitor's view of a draft, as the API sends it.
type snapshot struct {
	Turn     string      `json:"turn"`
	Content  markup.Tree `json:"content"`
	Thinking bool        `json:"thinking,omitempty"`
	Stopped  bool        `json:"stopped,omitempty"`
}

func (t *turn) think() { t.show(snapshot{Thinking: true}) }

// hide takes the draft off the visitor's screen: it will not become a message.
func (t *turn) hide() { t.show(snapshot{Stopped: true}) }

func (t *turn) show(s snapshot) {
	s.Turn = t.id
	if s.Content == nil {
		s.Content = markup.Tree{}
	}
	data, err := json.Marshal(s)
	if err != nil {
		t.bot.Logger.Error("draft not shown", "conversation", t.state.ID, "error", err)
		return
	}
	t.bot.Shows.Publish(t.state.ID, feed.Signal{Kind: feed.SignalDraft, Data: data, Keep: !s.Stopped})
}

// forget ends the snapshot for those who open the stream later.
func (t *turn) forget() {
	t.bot.Shows.Publish(t.state.ID, feed.Signal{Kind: feed.SignalDraft, Keep: true})
}
