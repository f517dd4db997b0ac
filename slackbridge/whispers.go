package slackbridge

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// What is said to one person (a refusal, what became of a line, the answer to a
// command) waits in a queue of its own, one for each way to say it, so that whoever
// worked the inbox goes on while Slack asks for a pause or is away. It has no row:
// words that a crash overtakes are lost, and the thread and the card say the same.
// Nothing can be looked up either, so what may have been said is said again.

// whisper is something for one person. Channel and thread are where she reads it;
// a direct message and an answer have none.
type whisper struct {
	user, channel, thread string
	address               string // of an answer: what Slack gave us for one interaction
	replace               bool   // an answer takes the place of the message it answers
	m                     draw.Message
	// until is when it has become pointless, zero for the queue's own age.
	until time.Time
	// afterReply waits for the thread's first reply: Slack shows nobody what is said
	// privately before it.
	afterReply bool
	came       time.Time // into the queue

	id    int64
	tries int
	alone int       // tries that failed while others arrived
	after time.Time // not before
}

const (
	// whisperFor is how long something private is worth saying: an outage of half
	// an hour, the longest pause that is believed, and the back-off after them pass
	// within it. Later the lock on the line and the owner on the card have told it.
	whisperFor = time.Hour
	// answerFor is how long Slack takes answers at an interaction's address.
	answerFor = 30 * time.Minute
	// mostForOne bounds what waits for one person, so that nobody fills the queue by
	// pressing; mostWhispers bounds the queue, at some kilobytes each.
	mostForOne, mostWhispers = 50, 2000
	// hands is how many are spoken to at once in one way: an answer that hangs
	// holds up one of them.
	hands = 4
	// lastWords is how long the queue goes on when the process ends.
	lastWords = 2 * time.Second
	// oddTries is how often something may fail that fails alone.
	oddTries = 3
	// replyWait is how long a thread may be without its first reply; then the words
	// go to the channel, where the card stands. replyLook is how often we look.
	replyWait, replyLook = 5 * time.Second, 100 * time.Millisecond
	// slowestWhisper bounds the back-off after answers that leave it in doubt.
	slowestWhisper = time.Minute
)

// whispers is the queue of one method. What one person is told she is told in
// order; who waits for nothing waits for nobody else.
type whispers struct {
	method string
	b      *Bridge
	keep   time.Duration // how long what says nothing else is worth saying
	say    func(context.Context, whisper) error
	reach  func(whisper) string // the channel that the method's limit is of

	mu    sync.Mutex
	list  []whisper
	ids   int64
	busy  map[string]bool // who is being spoken to
	after time.Time       // when the method may be tried again after doubt
	fails int             // answers in a row that left it in doubt
	lost  int             // what has become pointless before it was said
	wake  chan struct{}   // capacity one
}

// newWhispers makes the queues: in a thread, directly, and as an answer.
func (b *Bridge) newWhispers() (aside, direct, answer *whispers) {
	queue := func(method string, keep time.Duration, say func(context.Context, whisper) error) *whispers {
		return &whispers{method: method, b: b, keep: keep, say: say, reach: func(whisper) string { return "" }, busy: map[string]bool{}, wake: make(chan struct{}, 1)}
	}
	aside = queue("chat.postEphemeral", whisperFor, b.sayAside)
	direct = queue("chat.postMessage", whisperFor, b.sayDirectly)
	direct.reach = func(w whisper) string { return w.user }
	return aside, direct, queue("response_url", answerFor, b.sayInAnswer)
}

// runWhispers says what waits until ctx ends, and a moment longer.
func (b *Bridge) runWhispers(ctx context.Context) error {
	last, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(lastWords, end) })()
	var g errgroup.Group
	for _, q := range []*whispers{b.aside, b.direct, b.answers} {
		for range hands {
			g.Go(func() error { q.run(ctx, last); return nil })
		}
	}
	return g.Wait()
}

// add takes something to say. It does not wait.
func (q *whispers) add(w whisper) {
	q.mu.Lock()
	defer q.mu.Unlock()
	w.came = q.b.Now()
	if w.until.IsZero() {
		w.until = w.came.Add(q.keep)
	}
	q.ids++
	w.id = q.ids
	n := 0
	for _, other := range q.list {
		if other.user == w.user {
			n++
		}
	}
	if n >= mostForOne {
		q.drop(slices.IndexFunc(q.list, func(other whisper) bool { return other.user == w.user }), "too many for one person")
	}
	if len(q.list) >= mostWhispers {
		q.drop(0, "too many")
	}
	q.list = append(q.list, w)
	poke(q.wake)
}

// drop forgets what waits at i.
func (q *whispers) drop(i int, why string) {
	q.b.log.Warn("something private was not said", "method", q.method, "user", q.list[i].user, "why", why)
	q.list = slices.Delete(q.list, i, i+1)
	q.lost++
}

// run says one after the other. When ctx ends it says what can be said at once,
// until last ends too.
func (q *whispers) run(ctx, last context.Context) {
	for last.Err() == nil {
		var back <-chan struct{}
		if q != q.b.answers { // their addresses need neither the token nor the Web API
			back = q.b.health.Back()
		}
		w, wait, ok := q.next(back != nil)
		if ok {
			q.deliver(last, w)
			continue
		}
		if ctx.Err() != nil {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-q.wake:
		case <-back:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// next takes what may be said now, which is nothing while Slack is down; otherwise
// it says how long to wait.
func (q *whispers) next(down bool) (w whisper, wait time.Duration, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.b.Now()
	q.age(now)
	wait = outageTick
	switch {
	case down:
		return w, wait, false
	case q.after.After(now):
		return w, min(wait, q.after.Sub(now)), false
	}
	for _, w := range q.firsts() {
		if w.after.After(now) {
			wait = min(wait, w.after.Sub(now))
			continue
		}
		ok, retry := q.b.client.Throttle.Take(q.method, q.reach(w))
		if !ok {
			wait = min(wait, retry.Sub(now))
			continue
		}
		q.busy[w.user] = true
		poke(q.wake) // there may be work for another hand
		return w, 0, true
	}
	return w, wait, false
}

// firsts are what each person would be told next; what has failed least often
// comes first, so that one odd message holds nobody else up.
func (q *whispers) firsts() []whisper {
	var out []whisper
	turn := map[string]bool{}
	for _, w := range q.list {
		if !turn[w.user] && !q.busy[w.user] {
			out = append(out, w)
		}
		turn[w.user] = true
	}
	slices.SortStableFunc(out, func(a, b whisper) int { return a.tries - b.tries })
	return out
}

// age drops what has become pointless.
func (q *whispers) age(now time.Time) {
	for i := 0; i < len(q.list); {
		if now.Before(q.list[i].until) || q.busy[q.list[i].user] {
			i++
			continue
		}
		q.drop(i, "it has become pointless")
	}
}

// deliver says it, and keeps it when it may not have arrived.
func (q *whispers) deliver(ctx context.Context, w whisper) {
	err := q.say(ctx, w)
	f, bad := webapi.Failed(err)
	q.mu.Lock()
	defer q.mu.Unlock()
	defer poke(q.wake)
	delete(q.busy, w.user)
	i := slices.IndexFunc(q.list, func(other whisper) bool { return other.id == w.id })
	now := q.b.Now()
	switch {
	case i < 0: // dropped meanwhile
	case errors.Is(err, errNoReply):
		q.list[i].after = now.Add(replyLook)
	case bad && f.Kind == webapi.Limited:
		q.list[i].after = now.Add(f.Retry)
	case bad && f.Kind != webapi.Refused && q.odd(i):
		q.drop(i, "Slack takes others and not this")
	case bad && f.Kind != webapi.Refused:
		q.list[i].tries++
		q.list[i].after = now.Add(q.backoff(q.list[i].tries))
		if !q.after.After(now) { // what other hands tried meanwhile has failed with it
			q.fails++
			q.after = now.Add(q.backoff(q.fails))
		}
		q.b.log.Warn("something private is said again", "method", q.method, "user", w.user, "error", err)
	default:
		q.list = slices.Delete(q.list, i, i+1)
		q.fails, q.after = 0, time.Time{}
		if err != nil {
			q.elsewhere(w, err)
		}
	}
}

// odd says that what waits at i has failed, again and again, while Slack took what
// others are told: it is not the method that fails.
func (q *whispers) odd(i int) bool {
	if q.fails == 0 {
		q.list[i].alone++
	}
	return q.list[i].alone > oddTries
}

// backoff is the pause after so many answers in a row that left it in doubt.
func (q *whispers) backoff(n int) time.Duration {
	return min(q.b.Limits.DoubtWait<<min(n-1, 10), slowestWhisper)
}

// elsewhere deals with what Slack has refused to show. Who cannot be reached in
// the channel is told directly, without buttons, which need the thread.
func (q *whispers) elsewhere(w whisper, err error) {
	if q == q.b.aside && webapi.HasCode(err, "user_not_in_channel", "channel_not_found", "not_in_channel", "is_archived") {
		w.m.Blocks = w.m.Blocks[:1]
		q.b.direct.add(whisper{user: w.user, m: w.m, until: w.until})
		return
	}
	q.b.log.Warn("something private was refused", "method", q.method, "user", w.user, "error", err)
}

// Unsaid counts what was never said privately because it had become pointless
// before Slack took it.
func (b *Bridge) Unsaid() int {
	n := 0
	for _, q := range []*whispers{b.aside, b.direct, b.answers} {
		q.mu.Lock()
		n += q.lost
		q.mu.Unlock()
	}
	return n
}

// errNoReply says that the thread has no reply yet.
var errNoReply = errors.New("the thread has no reply yet")

// sayAside shows a message to one person, in a thread or the channel.
func (b *Bridge) sayAside(ctx context.Context, w whisper) error {
	options := w.m.Options()
	switch quiet := w.afterReply && !b.replied(ctx, w); {
	case quiet && b.Now().Before(w.came.Add(replyWait)):
		return errNoReply
	case w.thread != "" && !quiet:
		options = append(options, slack.MsgOptionTS(w.thread))
	}
	return b.client.Call(ctx, "chat.postEphemeral", w.channel, func(ctx context.Context) error {
		_, err := b.client.API.PostEphemeralContext(ctx, w.channel, w.user, options...)
		return err
	})
}

// replied says that a line of ours stands in the thread, or that we cannot tell.
func (b *Bridge) replied(ctx context.Context, w whisper) bool {
	t, err := b.Threads.ThreadAt(ctx, b.self.Load().Team, w.channel, w.thread)
	if err != nil {
		return true
	}
	posts, err := b.Posts.PostsOf(ctx, t.ID)
	return err != nil || slices.ContainsFunc(posts, func(p ledger.Post) bool { return p.State == ledger.Sent })
}

func (b *Bridge) sayDirectly(ctx context.Context, w whisper) error {
	_, err := b.send(ctx, w.user, "", w.m)
	return err
}

// sayInAnswer answers through the address of an interaction. It has limits and
// troubles of its own, which say nothing of the Web API.
func (b *Bridge) sayInAnswer(ctx context.Context, w whisper) error {
	err := b.answer(ctx, w.address, w.m, "ephemeral", w.replace)
	if err == nil {
		return nil
	}
	return webapi.Classify("response_url", err)
}
