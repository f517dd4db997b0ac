package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// Consumer is the mirror's name among the readers.
const Consumer = "slack"

// mirror is the reader that keeps Slack like the log. Its position in the log
// only says how far edits have been carried over; how far the lines have is in
// the posts themselves, which is what makes a crash between any two steps
// harmless.
type mirror struct{ b *Bridge }

// later unwinds a visit that cannot go on now: not an error, a time to come back.
// paced says that only the pace of one method is in the way: what needs another
// one goes on.
type later struct {
	at    time.Time
	why   string
	paced bool
}

func (l *later) Error() string { return "later: " + l.why }

// notLeading is how soon a process that does not lead looks again.
const notLeading = 250 * time.Millisecond

// Handle implements feed.Handler.
func (m mirror) Handle(ctx context.Context, w feed.Work) (feed.Done, error) {
	b := m.b
	if !b.leads() {
		return feed.Done{Through: w.After, Due: w.Now.Add(notLeading)}, nil
	}
	if w.State.Mode == conversation.Waiting {
		poke(b.seats)
	}
	v := &visit{Bridge: b, w: w, state: w.State, now: w.Now}
	done, err := v.run(ctx)
	var wait *later
	switch {
	case errors.As(err, &wait):
		b.log.Debug("the thread waits", "conversation", w.Conversation, "why", wait.why, "until", wait.at)
		return feed.Done{Through: w.After, Due: wait.at}, nil
	case err != nil:
		return feed.Done{}, err
	}
	return done, nil
}

// visit is one call of the mirror for one conversation.
type visit struct {
	*Bridge
	w      feed.Work
	state  conversation.State
	now    time.Time
	me     identity
	thread ledger.Thread
	posts  []ledger.Post
	fresh  []int64 // those this visit has made
	silent bool    // this card may not mention
	// fallback says that the channel it belongs in cannot be used, and this one is
	// in its place.
	fallback bool
	until    conversation.Seq // the last event that belongs into the thread, 0 for all
}

func (v *visit) through() conversation.Seq {
	if n := len(v.w.Events); n > 0 {
		return v.w.Events[n-1].Seq
	}
	return v.w.After
}

// run does what is to be done, in order: the thread, what is in doubt, the lines,
// the edits, the card.
func (v *visit) run(ctx context.Context) (feed.Done, error) {
	done := feed.Done{Through: v.through()}
	thread, err := v.Threads.ThreadOf(ctx, v.w.Conversation)
	if err != nil && !errors.Is(err, conversation.ErrNotFound) {
		return done, fmt.Errorf("look for the thread: %w", err)
	}
	stands := err == nil && thread.State != ledger.Moved
	lines, err := v.ruleLines(ctx)
	if err != nil {
		return done, err
	}
	if !stands && !v.wanted() && len(lines) == 0 {
		return done, nil
	}
	if due, down := v.health.ComeBack(v.w.Conversation); down {
		return done, &later{at: due, why: "Slack is down"}
	}
	me := v.self.Load()
	if me == nil {
		return done, &later{at: v.health.Known(v.w.Conversation), why: "who we are is not known"}
	}
	v.me, v.thread = *me, thread
	if !stands && !v.wanted() {
		return done, v.tellRules(ctx, lines)
	}
	if err := v.settle(ctx, stands); err != nil {
		return done, err
	}
	spoke, err := pacedUntil(v.speak(ctx))
	if err != nil {
		return done, err
	}
	drawn, err := v.carryEdits(ctx)
	if err != nil {
		return done, err
	}
	card, err := v.drawCard(ctx, v.w.Conversation, false)
	if err != nil {
		return done, err
	}
	if err := v.errands(ctx, spoke.IsZero()); err != nil {
		return done, err
	}
	if err := v.tellRules(ctx, lines); err != nil {
		return done, err
	}
	done.Due = soonest(spoke, drawn, card)
	if v.state.Announced < v.state.Epoch && v.arrived(spoke.IsZero()) {
		done.Key = fmt.Sprintf("s:announce:%d", v.state.Epoch)
		done.Decide = conversation.Announce(v.state.Epoch, v.thread.Channel)
	}
	return done, nil
}

// pacedUntil takes a pace that is in the way out of an error: the time when to
// come back, zero when nothing is.
func pacedUntil(err error) (time.Time, error) {
	var wait *later
	if errors.As(err, &wait) && wait.paced {
		return wait.at, nil
	}
	return time.Time{}, err
}

// soonest is the earliest of some times; zero is never.
func soonest(times ...time.Time) (first time.Time) {
	for _, t := range times {
		if first.IsZero() || !t.IsZero() && t.Before(first) {
			first = t
		}
	}
	return first
}

// wanted says that the conversation needs a thread: somebody waits and it is
// known where, an agent has it, or it ended before its card could be posted.
func (v *visit) wanted() bool {
	switch v.state.Mode {
	case conversation.Waiting:
		return v.state.Routed()
	case conversation.WithAgent:
		return true
	case conversation.IsClosed:
		return v.state.Announced < v.state.Epoch && v.state.Routed()
	case conversation.WithBot:
	}
	return false
}

// arrived says that the current escalation shows in the thread: as its card, or,
// when everything was said, as a line below it.
func (v *visit) arrived(said bool) bool {
	if v.thread.Epoch >= v.state.Epoch {
		return true
	}
	return said && (v.state.Mode != conversation.Waiting || v.state.Routed())
}

// place is the channel the conversation belongs in. One that had to leave its
// channel stays where it went until it gets another route.
func (v *visit) place(stands bool) string {
	waits := v.state.Mode == conversation.Waiting && !v.state.Routed()
	route := v.state.Route
	switch {
	case stands && (waits || v.state.Mode == conversation.WithBot || v.state.Mode == conversation.IsClosed):
		return v.thread.Channel
	case stands && v.thread.Channel == v.Config.Channel && route.Seq > 0 && v.thread.Since >= route.Seq:
		return v.thread.Channel
	case route.Channel != "":
		return route.Channel
	case stands:
		return v.thread.Channel
	}
	return v.Config.Channel
}

// settle makes sure that the thread stands, in the right channel.
func (v *visit) settle(ctx context.Context, stands bool) error {
	channel, err := v.room(ctx, v.place(stands))
	if err != nil {
		return err
	}
	if stands && v.thread.Channel != channel {
		settled, err := v.quit(ctx, channel)
		if settled || err != nil {
			return err
		}
		stands = false
	}
	if !stands || v.thread.State == ledger.Opening {
		if err := v.open(ctx, channel); err != nil {
			return err
		}
	}
	return v.loadPosts(ctx)
}

// loadPosts reads what stands in the thread, and clears up what is in doubt.
func (v *visit) loadPosts(ctx context.Context) (err error) {
	if v.posts, err = v.Posts.PostsOf(ctx, v.thread.ID); err != nil {
		return fmt.Errorf("read the posts: %w", err)
	}
	return v.resolve(ctx)
}

// posted is the last event that stands in the thread.
func (v *visit) posted() conversation.Seq {
	var last conversation.Seq
	for _, p := range v.posts {
		if p.State == ledger.Sent {
			last = max(last, done(p))
		}
	}
	return last
}

// speak posts every line that does not stand in the thread yet.
func (v *visit) speak(ctx context.Context) error {
	events, err := v.unsaid(ctx)
	for v.until > 0 && len(events) > 0 && events[len(events)-1].Seq > v.until {
		events = events[:len(events)-1]
	}
	if err != nil || len(events) == 0 {
		return err
	}
	script, err := v.script(ctx, events)
	if err != nil {
		return err
	}
	for _, p := range script.Posts(events) {
		if v.spoken(p) {
			continue
		}
		if err := v.post(ctx, p, since(events, p.First())); err != nil {
			return err
		}
	}
	return nil
}

// since is when an event was appended.
func since(events []conversation.Event, seq conversation.Seq) time.Time {
	for _, e := range events {
		if e.Seq >= seq {
			return e.At
		}
	}
	return time.Time{}
}

// unsaid reads the events after the last post; most often they are those of the
// claim.
func (v *visit) unsaid(ctx context.Context) ([]conversation.Event, error) {
	from := v.posted()
	if from == v.w.After && v.through() == v.state.Seq {
		return v.w.Events, nil
	}
	if from >= v.state.Seq {
		return nil, nil
	}
	events, err := readAll(ctx, v.Log, v.w.Conversation, from)
	if err != nil {
		return nil, err
	}
	for len(events) > 0 && events[len(events)-1].Seq > v.state.Seq {
		events = events[:len(events)-1]
	}
	return events, nil
}

func (v *visit) script(ctx context.Context, events []conversation.Event) (draw.Script, error) {
	name, err := v.visitorName(ctx)
	if err != nil {
		return draw.Script{}, err
	}
	s := draw.NewScript(v.state, v.thread, name, events)
	s.Silent = v.silent
	s.Typed, s.Forms = typedIn(v.thread, events)
	return s, v.quoteLines(ctx, &s, events)
}

// visitorName is the visitor's name as it may stand above a post.
func (v *visit) visitorName(ctx context.Context) (string, error) {
	brief, err := v.briefs.of(ctx, v.w.Conversation)
	if err != nil {
		return "", fmt.Errorf("read the brief: %w", err)
	}
	handle := conversation.Handle(v.state.Visitor)
	if draw.PlainName(brief.Name) == "" {
		return handle, nil
	}
	return draw.Username(brief.Name, handle, v.people.taken(ctx)), nil
}
