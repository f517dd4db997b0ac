package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/knowledge"
	"github.com/handoff-bot/handoff/llm"
)

// turn is one attempt to react to the visitor's last line.
type turn struct {
	bot      *Bot
	id       string
	on       conversation.Seq // the line it reacts to
	state    conversation.State
	set      Settings
	now      time.Time
	past     history
	passages []knowledge.Passage
	finding  escalation.Finding
	calls    map[string]bool // tool calls made, by name and arguments
	draft    draft
	judged   escalation.Situation // the last one that was judged
	pause    time.Duration        // before the next attempt, with errAgain
}

var (
	// errAgain: the attempt failed and another one follows.
	errAgain = errors.New("the turn is tried again")
	// errStopped: the visitor pressed Stop.
	errStopped = errors.New("the visitor stopped the turn")
	// errLeak: the model repeated its instructions.
	errLeak = errors.New("the model repeated its instructions")
)

func (b *Bot) newTurn(ctx context.Context, s conversation.State, now time.Time) (*turn, error) {
	past, err := readHistory(ctx, b.Log, s)
	if err != nil {
		return nil, err
	}
	return &turn{
		bot: b, id: conversation.RandomID("trn"), on: s.LastVisitor.Seq, state: s, set: b.Settings(), now: now,
		past: past, calls: map[string]bool{},
	}, nil
}

// run takes the turn to its end and returns what to append. It is errAgain with
// drafts when the attempt failed and another may help, and
// conversation.ErrSuperseded when nobody waits for it any longer.
func (t *turn) run(ctx context.Context) ([]conversation.Draft, error) {
	if t.state.StopAsked > t.on {
		return t.stopped(), nil
	}
	if v := t.judge(""); v.Act != escalation.Answer {
		if !answersToo(v) {
			return t.outcome(v, ""), nil
		}
	}
	over, release, err := t.overBudget(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	if t.finding.OverBudget = over; over {
		return t.outcome(t.judge(""), ""), nil
	}
	ctx, cancel := t.watch(ctx)
	defer cancel()
	defer t.forget()
	t.think()
	triage := t.triaged(ctx)
	t.lookUp(ctx)
	t.finding.Triage = triage()
	if v := t.judge(""); v.Act != escalation.Answer && !answersToo(v) {
		return t.outcome(v, ""), nil
	}
	return t.answer(ctx)
}

// answersToo says that the model answers although the verdict is not Answer: an
// offer that goes with an answer. There is none when nothing was asked but for a
// person, and when there is nothing, or nobody, to answer with.
func answersToo(v escalation.Verdict) bool {
	switch v.Reason {
	case escalation.ReasonFrustrated, escalation.ReasonRepeated, escalation.ReasonChallenge, escalation.ReasonRule:
		return v.Act == escalation.Offer
	}
	return false
}

// lookUp searches the knowledge for what the visitor wrote; when that finds
// nothing good, for what she wrote before as well, because "and to France?" is
// about the line above it. A search that fails counts as one that found nothing.
func (t *turn) lookUp(ctx context.Context) {
	answered := max(t.state.LastBot.Seq, t.state.LastAgent.Seq, t.state.Chapter())
	question, before := t.past.question(answered), t.past.lineBefore(answered)
	t.finding.Searched, t.finding.Floor = true, t.floor()
	for _, words := range []string{question, before + "\n" + question} {
		found, err := t.bot.Library.Search(ctx, words, passagesPerTurn)
		if err != nil {
			t.finding.ToolFailed = true
			t.bot.Logger.Warn("knowledge not searched", "conversation", t.state.ID, "error", err)
		}
		t.found(found)
		if t.finding.Best >= knowledge.Floor || before == "" {
			return
		}
	}
}

// floor is the score below which the knowledge counts as empty. The built-in
// model can only quote, so what it quotes has to fit. A real model reads the
// passages and says itself when they do not answer; it is not asked only when
// nothing comes near.
func (t *turn) floor() float64 {
	if t.set.Model.IsOffline() {
		return knowledge.Floor
	}
	return knowledge.Floor / 2
}

// judge asks the policy about the visitor's words and the bot's own so far.
func (t *turn) judge(draft string) escalation.Verdict {
	t.judged = escalation.Situation{
		Now: t.now, Level: t.set.Level(t.state.Widget), State: t.state,
		Lines: t.past.since(t.state.Chapter()), Visitor: t.past.visitor, Verified: t.past.verified, Events: t.past.tracked, Page: t.past.page,
		Draft: draft, Finding: t.finding, Past: t.past.past, Locale: t.past.locale,
		TakenUp: t.on < t.past.back,
	}
	return t.set.Policy.Judge(t.judged)
}

// decided is the last judgement as the log keeps it, with what the shadow policy
// makes of the same situation.
func (t *turn) decided(v escalation.Verdict, withheld string) conversation.Draft {
	return t.system(t.set.Shadow.Beside(v.Decided(t.on, t.id, withheld), t.judged))
}

// answer asks the model, lets it use its tools, and turns what it wrote, or how
// it failed, into drafts.
func (t *turn) answer(ctx context.Context) ([]conversation.Draft, error) {
	ctx, cancel := context.WithTimeout(ctx, t.set.Model.Timeout)
	defer cancel()
	request, err := t.request()
	if err != nil {
		return nil, err
	}
	for range maxToolCalls + 1 {
		t.draft.reset()
		reply, err := t.bot.Model.Stream(ctx, request, t.write)
		t.charge(ctx, reply.Usage)
		if err != nil {
			return t.ended(ctx, err)
		}
		if len(reply.ToolCalls) == 0 {
			return t.finish()
		}
		answers, wants := t.use(ctx, reply.ToolCalls)
		if t.finding.Wants = wants; wants != "" {
			if v := t.judge(""); v.Act != escalation.Answer {
				t.hide()
				return t.outcome(v, ""), nil
			}
		}
		request.Messages = append(request.Messages, llm.Message{Role: llm.RoleAssistant, Content: reply.Text, ToolCalls: reply.ToolCalls})
		request.Messages = append(request.Messages, answers...)
	}
	return t.failed(errors.New("the model only calls tools"))
}

// finish checks the complete answer and makes it the turn's outcome.
func (t *turn) finish() ([]conversation.Draft, error) {
	t.finding.Final = true
	text := strings.TrimSpace(t.draft.all())
	if text == "" {
		return t.failed(errors.New("the model wrote nothing"))
	}
	v := t.judge(text)
	if v.Act == escalation.Answer || v.Act == escalation.Offer {
		return t.says(v, text), nil
	}
	t.hide()
	return t.outcome(v, text), nil
}

// ended turns the end of a stream that did not finish into an outcome.
func (t *turn) ended(ctx context.Context, err error) ([]conversation.Draft, error) {
	var trip *tripped
	cause := context.Cause(ctx)
	switch {
	case errors.As(err, &trip):
		t.hide()
		return t.outcome(trip.verdict, t.draft.all()), nil
	case errors.Is(err, errLeak):
		t.hide()
		return t.leaked(), nil
	case errors.Is(cause, errStopped):
		return t.stopped(), nil
	case errors.Is(cause, conversation.ErrSuperseded), errors.Is(cause, context.Canceled):
		t.hide()
		return nil, cause
	}
	t.hide()
	return t.failed(err)
}

// attempts is how often a turn is tried before the model counts as down.
const attempts = 2

// failed counts the attempt. The last one asks the policy what happens when the
// model is down.
func (t *turn) failed(err error) ([]conversation.Draft, error) {
	n := t.state.Failed + 1
	// Not the error itself: a model server may quote the request in it. "handoff
	// doctor" asks the server without a visitor's words, and shows what it says.
	t.bot.Logger.Warn("turn failed", "conversation", t.state.ID, "turn", t.id, "attempt", n, "cause", cause(err))
	note := t.system(conversation.TurnFailed{Turn: t.id, On: t.on, Cause: cause(err), Attempt: n})
	t.pause = max(time.Second, llm.RetryAfter(err))
	if n < attempts && mayHelp(err) && t.pause <= 5*time.Second {
		return []conversation.Draft{note}, errAgain
	}
	t.finding.ModelDown = true
	if errors.Is(err, llm.ErrRefused) {
		t.bot.Alert("model refused", "The model server refuses the key or the model, so every question goes to the team. Check ai.api_key, ai.model and ai.base_url; handoff doctor shows what it says.")
	}
	return append([]conversation.Draft{note}, t.outcome(t.judge(""), "")...), nil
}

// mayHelp says whether the same request may work a moment later.
func mayHelp(err error) bool {
	return !errors.Is(err, llm.ErrRefused) && !errors.Is(err, llm.ErrBadRequest) && !errors.Is(err, llm.ErrTooLong)
}

// cause is the code under which a failure is logged; it holds no text of others.
func cause(err error) string {
	for _, c := range []struct {
		err  error
		code string
	}{
		{llm.ErrUnavailable, "unavailable"},
		{llm.ErrRateLimited, "rate_limited"},
		{llm.ErrRefused, "refused"},
		{llm.ErrBadRequest, "bad_request"},
		{llm.ErrTooLong, "too_long"},
		{context.DeadlineExceeded, "timeout"},
	} {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	return "other"
}

// watch cancels the returned context when the turn is no longer wanted: the
// visitor wrote again, pressed Stop, or the conversation is not the bot's.
func (t *turn) watch(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	wake, stop := t.bot.Wakes.Watch(t.state.ID)
	gone := make(chan struct{})
	go func() { // ends with the turn
		defer close(gone)
		tick := time.NewTicker(time.Second) // makes up for a lost wake-up
		defer tick.Stop()
		for {
			if why := t.unwanted(ctx); why != nil {
				cancel(why)
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-wake:
			case <-tick.C:
			}
		}
	}()
	return ctx, func() { cancel(nil); stop(); <-gone }
}

func (t *turn) unwanted(ctx context.Context) error {
	s, err := t.bot.Log.State(ctx, t.state.ID)
	switch {
	case err != nil:
		return nil // the decider at commit is the guarantee
	case s.Mode != conversation.WithBot || s.LastVisitor.Seq != t.on:
		return fmt.Errorf("%w: mode %s", conversation.ErrSuperseded, s.Mode)
	case s.StopAsked > t.on:
		return errStopped
	}
	return nil
}
