package handofftest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/store"
)

// Replays reads the log of an installation that no longer runs and decides each
// stored verdict again, by the policy that is stored under its hash: the same has
// to come out. It also looks whether every escalation says why, and whether the
// card shows it.
func (h *House) Replays(ctx context.Context) error {
	s, err := store.Open(ctx, h.storage, store.Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("open the log again: %w", err)
	}
	defer func() { _ = s.Close() }()
	states, err := s.Search(ctx, conversation.Query{Limit: 10_000})
	if err != nil {
		return fmt.Errorf("list the conversations: %w", err)
	}
	var wrong []error
	for _, st := range states {
		events, err := s.Events(ctx, st.ID, 0, 100_000)
		if err != nil {
			return fmt.Errorf("read %s: %w", st.Reference, err)
		}
		wrong = append(wrong, h.retold(ctx, s, st, events)...)
	}
	return errors.Join(wrong...)
}

func (h *House) retold(ctx context.Context, s *store.Store, st conversation.State, events []conversation.Event) []error {
	var wrong []error
	var why string
	for _, e := range events {
		var err error
		switch b := e.Body.(type) {
		case conversation.Decided:
			err = replayed(ctx, s, b)
		case conversation.Escalated:
			if why = b.Explain; why == "" && b.Reason != conversation.ReasonReopened {
				err = errors.New("the escalation does not say why")
			}
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s, event %d: %w", st.Reference, e.Seq, err))
		}
	}
	// A card that is drawn again for a second escalation may not have been yet.
	open := st.Epoch == 1 && (st.Mode == conversation.Waiting || st.Mode == conversation.WithAgent)
	if open && why != "" && !h.tells(st.Reference, why) {
		wrong = append(wrong, fmt.Errorf("%s: its card does not show %q", st.Reference, why))
	}
	return wrong
}

// tells says that the card of a conversation shows the explanation. One that was
// never posted shows nothing, which is no fault of the explanation's.
func (h *House) tells(reference, why string) bool {
	var shows string
	_ = h.Slack.WaitFor(context.Background(), func(st *fakeslack.State) bool {
		channel, ts := findCard(st, reference, "")
		m, _ := st.Message(channel, ts)
		shows = m.Visible()
		return true
	})
	return shows == "" || strings.Contains(shows, why)
}

// replayed decides a stored verdict again, and that of a shadow beside it.
func replayed(ctx context.Context, s *store.Store, d conversation.Decided) error {
	p, err := stored(ctx, s, d.Policy)
	if err != nil {
		return err
	}
	was := outcome{d.Act, d.Rule, d.Reason, d.Topic, d.Level, d.Priority, d.Channel, d.Tags, d.Agents, d.Notify}
	if again := outcomeOf(escalation.Replay(p, d)); !reflect.DeepEqual(again, was) {
		return fmt.Errorf("the verdict %+v replays as %+v", was, again)
	}
	if d.Explain == "" || len(d.Tried) == 0 {
		return fmt.Errorf("the verdict %+v does not say what was looked at", was)
	}
	if v := d.Shadow; v.Differs() {
		if p, err = stored(ctx, s, v.Policy); err != nil {
			return err
		}
		was = outcome{v.Act, v.Rule, v.Reason, v.Topic, v.Level, v.Priority, v.Channel, v.Tags, v.Agents, v.Notify}
		if again := outcomeOf(escalation.ReplayShadow(p, d)); !reflect.DeepEqual(again, was) {
			return fmt.Errorf("the shadow's verdict %+v replays as %+v", was, again)
		}
	}
	return nil
}

// stored is the policy that is kept under a hash.
func stored(ctx context.Context, s *store.Store, hash string) (*escalation.Policy, error) {
	text, err := s.Policy(ctx, hash)
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w", hash, err)
	}
	p, err := escalation.Parse(text)
	if err == nil && p.Hash() != hash {
		err = fmt.Errorf("its text has the hash %s", p.Hash())
	}
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w", hash, err)
	}
	return p, nil
}

// outcome is what has to come out again.
type outcome struct {
	Act, Rule, Reason, Topic, Level, Priority, Channel string
	Tags, Agents                                       []string
	Notify                                             bool
}

func outcomeOf(v escalation.Verdict) outcome {
	return outcome{string(v.Act), v.Rule, v.Reason, v.Topic, v.Level, v.Priority, v.Channel, v.Tags, v.Agents, v.Notify}
}
