package slackbridge

import (
	"context"
	"crypto/rand"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// notices are what the operator should know: what happened and what to do, one
// line per cause and hour, in the admin channel and the log. The end of what lasts
// is told once; when it comes back within the hour that line is changed. What concerns Slack itself is wide: it stands in Health, too, and
// without an admin channel it is told in the default channel. Each process posts
// what it knows, and Counts keeps two from telling the same. What waits to be posted
// is in memory: a crash loses it, the log and Health do not.
type notices struct {
	b    *Bridge
	wake chan struct{} // capacity one

	mu     sync.Mutex
	causes map[string]*cause
	queue  []notice
}

// cause is something that goes wrong, under a name of its own.
type cause struct {
	since time.Time // when it began to stand
	open  bool      // it lasts
	wide  bool
	text  string
	told  time.Time // when this hour's notice of it was made
	said  bool      // the last word about it was that it is bad
	ended time.Time // when its end was told last
	shown shown     // what Slack shows of it last
}

// shown is where a notice stands. The zero value is nowhere.
type shown struct {
	channel, ts   string
	good, amended bool
}

// notice is a line that waits to be posted.
type notice struct {
	id, cause, text string
	wide, good      bool
	made            time.Time
	tried           time.Time // the answer is missing
	counted         bool
	again           bool // this cause has had such a line in its hour
	next            bool // this process has told an end of it within an hour
}

// Counts counts things by name and the start of a window, for all processes.
type Counts interface {
	Count(ctx context.Context, name string, window time.Time, n int) (int, error)
}

const (
	noticeEvery = time.Hour
	maxNotices  = 100
	maxCauses   = 1000
)

func newNotices(b *Bridge) *notices {
	return &notices{b: b, causes: map[string]*cause{}, wake: make(chan struct{}, 1)}
}

// tell says something to the operator, at most once per cause and hour. wide
// things are told in the default channel when there is no admin channel.
func (n *notices) tell(name, text string, wide bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.say(n.cause(name), name, text, wide)
}

// stand is tell for something that lasts: Health shows it until mended.
func (n *notices) stand(name, text string, wide bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.cause(name)
	if !c.open {
		c.open, c.since = true, n.b.Now()
	}
	c.text, c.wide = text, wide
	n.say(c, name, text, wide)
}

// lasts says whether something stands.
func (n *notices) lasts(name string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.causes[name]
	return c != nil && c.open
}

func (n *notices) say(c *cause, name, text string, wide bool) {
	now := n.b.Now()
	again := now.Sub(c.told) < noticeEvery
	if again && c.said {
		return
	}
	if !again {
		c.told = now
	}
	c.said = true
	n.add(notice{cause: name, text: text, wide: wide, again: again})
}

// mended ends what stand began, and says so if the beginning was told.
func (n *notices) mended(name, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.causes[name]
	if c == nil || !c.open {
		return
	}
	c.open = false
	if !c.said {
		return
	}
	now := n.b.Now()
	n.add(notice{cause: name, text: text + " The trouble began at " + c.since.UTC().Format("15:04") + " UTC.", wide: c.wide, good: true,
		again: !c.ended.Before(c.told), next: now.Sub(c.ended) < noticeEvery})
	c.said, c.ended = false, now
}

// add logs a notice and queues it for the channel, in the place of one of the same
// cause that could not be posted yet.
func (n *notices) add(q notice) {
	q.text, q.made, q.id = draw.ClipEscaped(q.text, draw.MaxNoticeText), n.b.Now(), "hn:"+strings.ToLower(rand.Text())
	n.b.log.Warn("notice", "cause", q.cause, "mended", q.good, "text", q.text)
	if n.b.Config.AdminChannel == "" && !q.wide {
		return
	}
	n.queue = slices.DeleteFunc(n.queue, func(old notice) bool { return old.cause == q.cause && old.tried.IsZero() })
	if len(n.queue) < maxNotices {
		n.queue = append(n.queue, q)
		poke(n.wake)
	}
}

func (n *notices) cause(name string) *cause {
	c := n.causes[name]
	if c == nil {
		n.prune()
		c = &cause{}
		n.causes[name] = c
	}
	return c
}

// prune forgets causes that are over, when there are many.
func (n *notices) prune() {
	if len(n.causes) < maxCauses {
		return
	}
	for name, c := range n.causes {
		if !c.open && n.b.Now().Sub(c.told) >= noticeEvery {
			delete(n.causes, name)
		}
	}
}

// standing is what is wrong with Slack now, for people; "" when nothing is.
func (n *notices) standing() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []string
	for _, c := range n.causes {
		if c.open && c.wide {
			all = append(all, c.text)
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// run posts what waits, until ctx ends.
func (n *notices) run(ctx context.Context) error {
	const tick = time.Second
	for {
		select {
		case <-ctx.Done():
			n.giveBack(ctx)
			return nil
		case <-n.wake:
		case <-time.After(tick):
		}
		if ok, _ := n.b.health.State(); !ok || n.b.self.Load() == nil {
			continue
		}
		n.returned(n.b.health.Recovered())
		n.flush(ctx) // also where another process leads: only this one may know
		if n.b.leads() {
			n.b.digests.write(ctx)
		}
	}
}

func (n *notices) flush(ctx context.Context) {
	for {
		n.mu.Lock()
		if len(n.queue) == 0 {
			n.mu.Unlock()
			return
		}
		q := n.queue[0]
		n.queue = n.queue[1:]
		n.mu.Unlock()
		if again := n.post(ctx, &q); again {
			n.mu.Lock()
			n.queue = append([]notice{q}, n.queue...)
			n.mu.Unlock()
			return
		}
	}
}

// place is where a notice goes now: the admin channel, or the default one when
// that cannot be used.
func (n *notices) place(ctx context.Context, q notice) (string, bool) {
	for _, channel := range []string{n.b.Config.AdminChannel, n.b.Config.Channel} {
		if channel == "" || channel == n.b.Config.Channel && n.b.Config.AdminChannel == "" && !q.wide {
			continue
		}
		if f, err := n.b.rooms.look(ctx, n.b.self.Load().Team, channel); f == nil && err == nil {
			return channel, true
		}
	}
	return "", false
}

// post posts a notice. again says that it did not arrive and may later.
func (n *notices) post(ctx context.Context, q *notice) (again bool) {
	if q.again {
		if settled, again := n.amend(ctx, q); settled {
			return again
		}
	}
	channel, ok := n.place(ctx, *q)
	if !ok {
		return true
	}
	if !q.tried.IsZero() {
		if n.b.Now().Before(q.tried.Add(n.b.Limits.DoubtWait)) {
			return true
		}
		ts, err := n.stands(ctx, channel, *q)
		if ts != "" {
			n.show(*q, shown{channel, ts, q.good, false})
		}
		if ts != "" || err != nil {
			return ts == ""
		}
	}
	if n.toldElsewhere(ctx, q) {
		return false
	}
	if ok, _ := n.b.client.Throttle.Take("chat.postMessage", channel); !ok || ctx.Err() != nil {
		return true
	}
	ts, err := n.b.send(ctx, channel, "", q.message(n.b.Now()))
	f, bad := webapi.Failed(err)
	if !bad {
		n.show(*q, shown{channel, ts, q.good, false})
		return false
	}
	n.b.log.Warn("a notice was not posted", "error", err)
	switch {
	case f.Kind == webapi.Doubtful:
		q.tried = n.b.Now()
	case ofChannel(f) || f.OfApp():
		n.b.rooms.refuse(channel, f)
	case f.Kind == webapi.Refused:
		return false
	}
	return true
}

// show notes where the last word about a cause stands.
func (n *notices) show(q notice, at shown) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if c := n.causes[q.cause]; c != nil {
		c.shown = at
	}
}

func (n *notices) shows(q *notice) (at shown) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if c := n.causes[q.cause]; c != nil {
		at = c.shown
	}
	return at
}

// amend changes the line of a cause's end, so that it is true again without a second
// post in the hour. It is not settled when no line is there and one has to be posted.
func (n *notices) amend(ctx context.Context, q *notice) (settled, again bool) {
	at := n.shows(q)
	switch {
	case at.ts == "" || !at.good && !at.amended && q.good:
		return false, false
	case at.good == q.good:
		return true, false // that is what stands there
	}
	if ok, _ := n.b.client.Throttle.Take("chat.update", at.channel); !ok {
		return true, true
	}
	f, bad := webapi.Failed(n.b.update(ctx, at.channel, at.ts, q.message(n.b.Now())))
	if bad {
		n.b.log.Warn("a notice was not changed", "error", f)
		return true, f.Kind != webapi.Refused
	}
	n.show(*q, shown{at.channel, at.ts, q.good, true})
	return true, false
}

// message draws a notice; one that had to wait says of when it is.
func (q *notice) message(now time.Time) draw.Message {
	text := q.text
	if now.Sub(q.made) > longAway {
		text += " (This was at " + q.made.UTC().Format("15:04") + " UTC.)"
	}
	return draw.OperatorNotice(q.id, text, q.good)
}

// stands returns the ts of a notice whose answer is missing, "" when it is not there.
func (n *notices) stands(ctx context.Context, channel string, q notice) (ts string, err error) {
	if ok, _ := n.b.client.Throttle.Take("conversations.history", channel); !ok {
		return "", webapi.ErrPace
	}
	args := url.Values{"channel": {channel}, "oldest": {stamp(q.tried.Add(-backlook))}, "limit": {pageSize}}
	page, err := messages(ctx, n.b.client, "conversations.history", args)
	for _, m := range page.messages {
		if slices.Contains(m.blockIDs(), q.id) {
			return m.TS, nil
		}
	}
	return "", err
}

// toldElsewhere counts a notice for all processes, and says that one has told the
// same in this hour.
func (n *notices) toldElsewhere(ctx context.Context, q *notice) bool {
	if q.counted || n.b.Counts == nil {
		return false
	}
	q.counted = true
	if at := n.shows(q); q.next && at.ts != "" && !at.good {
		return false // the end of a line that is ours
	}
	times, err := n.b.Counts.Count(ctx, q.counter(), q.made.Truncate(noticeEvery), 1)
	return err == nil && times > 1
}

// counter is the name under which all processes count a notice.
func (q *notice) counter() string {
	if q.good {
		return "notice ended " + q.cause
	}
	return "notice " + q.cause
}

// giveBack uncounts, at the end of the process, what was never sent, so that the
// next one tells it.
func (n *notices) giveBack(ctx context.Context) {
	ctx, end := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer end()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, q := range n.queue {
		if q.counted && q.tried.IsZero() {
			if _, err := n.b.Counts.Count(ctx, q.counter(), q.made.Truncate(noticeEvery), -1); err != nil {
				n.b.log.Warn("a notice that was not sent stays counted", "cause", q.cause, "error", err)
			}
		}
	}
}

// Notice tells the admins something in their channel, at most once per cause and
// hour. It does not wait.
func (b *Bridge) Notice(cause, text string) { b.notes.tell(cause, draw.Mrkdwn(text), false) }

// Standing is Notice for something that lasts until Mended, which tells its end.
// What never stood has no end.
func (b *Bridge) Standing(cause, text string) { b.notes.stand(cause, draw.Mrkdwn(text), false) }

// Mended ends what Standing began.
func (b *Bridge) Mended(cause, text string) { b.notes.mended(cause, draw.Mrkdwn(text)) }
