package slackbridge

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// homes draws the App Homes of those who look at one: when she opens it or presses
// something in it, and again when the lists have changed. Nothing tells when
// somebody stops looking, so it is believed for lookFor. What a crash loses is that
// somebody was looking: her Home stays as it is until she opens it again.
//
// Slack counts views.publish per app, for everybody together. So one Home is drawn
// at most once per Limits.HomeEvery, what somebody waits for goes first, redraws
// that nobody asked for have a share of the tier, the one drawn longest ago first,
// and a Home that would look the same is not sent.
type homes struct {
	b      *Bridge
	holder string        // names this process
	wake   chan struct{} // capacity one
	pace   *rate.Limiter // of redraws that nobody asked for

	mu    sync.Mutex
	looks map[string]*look // by user
	stamp int64            // of the log, when it was looked at last
}

// look is one person in front of her Home.
type look struct {
	view  draw.HomeView
	hash  string   // of the view as Slack has it, "" when not known
	left  []string // hashes of views that were gone on from: what shows one is old news
	seen  time.Time
	drawn time.Time // when it was drawn last
	after time.Time // not before: Slack has asked for a pause
	shown [sha256.Size]byte
	asked int  // acts of hers that are not drawn yet
	stale bool // the lists have changed
	busy  bool // being drawn
}

const (
	// lookFor is how long somebody is believed to look at her Home.
	lookFor = 10 * time.Minute
	// homeTick is how often it is looked whether something has happened, while
	// somebody looks.
	homeTick = time.Second
	// homeAges is how often a Home is drawn for the minutes in it.
	homeAges = time.Minute
	// homeShare is how many redraws a minute nobody has asked for; the tier of
	// views.publish is 100.
	homeShare = 70
	// homeSlots is how many Homes are drawn at once.
	homeSlots = 4
	// maxLeft is how many views of one Home are remembered as gone on from.
	maxLeft = 20
)

func newHomes(b *Bridge) *homes {
	pace := rate.NewLimiter(rate.Limit(homeShare)/60, 5)
	if b.Limits.Unlimited {
		pace = rate.NewLimiter(rate.Inf, 1)
	}
	return &homes{b: b, holder: conversation.RandomID("home"), wake: make(chan struct{}, 1), pace: pace, looks: map[string]*look{}}
}

// open notes that somebody opened her Home or pressed something in it, as v says
// Slack has it now; the zero v is a Home that was never drawn.
func (h *homes) open(ctx context.Context, user string, v viewRef, change func(draw.HomeView) draw.HomeView) error {
	if err := h.b.Log.HoldHome(ctx, user, h.holder); err != nil {
		return fmt.Errorf("note who draws a Home: %w", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.looks[user]
	if l == nil {
		l = &look{}
		h.looks[user] = l
	}
	// What she pressed before, and an opening that comes after its press, show a view
	// that we have gone on from: what she chose since stays.
	if v.Hash != "" && !slices.Contains(l.left, v.Hash) {
		l.hash, l.view = v.Hash, draw.ReadHomeView(v.Metadata)
	}
	if change != nil {
		l.view = change(l.view)
		l.leave(v.Hash)
	}
	l.seen = h.b.Now()
	l.asked++
	poke(h.wake)
	return nil
}

// leave notes that a view is not the last one any more.
func (l *look) leave(hash string) {
	if hash != "" && !slices.Contains(l.left, hash) {
		l.left = append(l.left, hash)
		l.left = l.left[max(0, len(l.left)-maxLeft):]
	}
}

// touch draws somebody's Home again, if she looks at it.
func (h *homes) touch(user string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l := h.looks[user]; l != nil {
		l.asked++
		poke(h.wake)
	}
}

// run draws until ctx ends.
func (h *homes) run(ctx context.Context) error {
	var drawing sync.WaitGroup
	defer drawing.Wait()
	slots := make(chan struct{}, homeSlots)
	for {
		user, wait := h.next(ctx)
		if user == "" {
			timer := time.NewTimer(wait)
			select {
			case <-ctx.Done():
				timer.Stop()
				return nil
			case <-h.wake:
			case <-timer.C:
			}
			timer.Stop()
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case slots <- struct{}{}:
		}
		drawing.Go(func() { // ends with the drawing
			defer func() { <-slots; poke(h.wake) }()
			h.draw(ctx, user)
		})
	}
}

// next chooses whose Home is drawn now, or says how long to wait.
func (h *homes) next(ctx context.Context) (user string, wait time.Duration) {
	h.look(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	now, wait := h.b.Now(), homeTick
	if len(h.looks) == 0 {
		wait = lookFor
	}
	var best *look
	for id, l := range h.looks {
		due := l.drawn.Add(h.b.Limits.HomeEvery)
		if l.after.After(due) {
			due = l.after
		}
		switch {
		case now.Sub(l.seen) > lookFor && !l.busy:
			delete(h.looks, id)
		case l.busy || l.asked == 0 && !l.stale && now.Sub(l.drawn) < homeAges:
		case due.After(now):
			wait = min(wait, due.Sub(now))
		case best == nil, l.asked > 0 && best.asked == 0, (l.asked > 0) == (best.asked > 0) && l.drawn.Before(best.drawn):
			user, best = id, l
		}
	}
	if best == nil {
		return "", wait
	}
	if best.asked == 0 && !h.pace.AllowN(now, 1) {
		return "", min(wait, time.Minute/homeShare)
	}
	best.busy = true
	return user, 0
}

// look marks all Homes when something has happened since the last look.
func (h *homes) look(ctx context.Context) {
	h.mu.Lock()
	looked := len(h.looks) > 0
	h.mu.Unlock()
	if !looked {
		return
	}
	stamp, err := h.b.Log.Stamp(ctx)
	if err != nil {
		if ctx.Err() == nil {
			h.b.log.Warn("the inbox was not looked at", "error", err)
		}
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if stamp != h.stamp {
		h.stamp = stamp
		for _, l := range h.looks {
			l.stale = true
		}
	}
}

// draw draws one Home and notes what became of it.
func (h *homes) draw(ctx context.Context, user string) {
	h.mu.Lock()
	l := h.looks[user]
	asked := l.asked
	view, hash, shown := l.view, l.hash, l.shown
	l.stale, l.drawn = false, h.b.Now()
	h.mu.Unlock()
	blocks, agent, err := h.b.homeOfUser(ctx, user, view)
	request := slack.HomeTabViewRequest{Type: slack.VTHomeTab, PrivateMetadata: view.Metadata(), Blocks: slack.Blocks{BlockSet: blocks}}
	print := fingerprint(request)
	if err == nil && (asked > 0 || print != shown) {
		hash, err = h.b.publish(ctx, user, hash, request)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	l.busy = false
	if err != nil {
		h.failed(ctx, user, l, err)
		return
	}
	if hash != l.hash {
		l.leave(l.hash)
	}
	l.shown, l.hash = print, hash
	l.asked -= asked
	if !agent && l.asked == 0 {
		delete(h.looks, user) // nothing will change for her
	}
}

// failed notes why a Home was not drawn. h.mu is held, also while the database is
// asked, which is seldom.
func (h *homes) failed(ctx context.Context, user string, l *look, err error) {
	l.stale = true
	f, ofSlack := webapi.Failed(err)
	switch {
	case ctx.Err() != nil:
	case webapi.HasCode(err, "hash_conflict"):
		// It was drawn meanwhile: what she sees is not what we think, so the lists are
		// read again. If another process has drawn it for an act of hers that we do not
		// know of, that one goes on.
		l.hash, l.drawn = "", time.Time{}
		if holder, err := h.b.Log.HomeHolder(ctx, user); err == nil && holder != h.holder && l.asked == 0 {
			delete(h.looks, user)
		}
	case ofSlack && f.Kind == webapi.Refused:
		h.b.log.Warn("a Home was refused", "user", user, "error", err)
		delete(h.looks, user)
	default:
		l.after = h.b.Now().Add(outagePause)
		if ofSlack && f.Kind == webapi.Limited {
			l.after = h.b.Now().Add(max(f.Retry, time.Second))
		}
		h.b.log.Warn("a Home waits", "user", user, "error", err)
	}
}

// fingerprint tells whether two views look the same.
func fingerprint(v slack.HomeTabViewRequest) [sha256.Size]byte {
	raw, err := json.Marshal(v)
	if err != nil {
		return [sha256.Size]byte{}
	}
	return sha256.Sum256(raw)
}

// publish sends a Home and returns the hash of it. Without the hash of the one
// before, whatever stands there is replaced.
func (b *Bridge) publish(ctx context.Context, user, hash string, view slack.HomeTabViewRequest) (string, error) {
	request := slack.PublishViewContextRequest{UserID: user, View: view}
	if hash != "" {
		request.Hash = &hash
	}
	var now string
	err := b.client.Patient(ctx, "views.publish", "", func(ctx context.Context) error {
		answer, err := b.client.API.PublishViewContext(ctx, request)
		if err == nil {
			now = answer.Hash
		}
		return err
	})
	return now, err
}

// homeOfUser is what somebody's Home shows, and whether she is an agent.
func (b *Bridge) homeOfUser(ctx context.Context, user string, v draw.HomeView) ([]slack.Block, bool, error) {
	me := b.self.Load()
	if me == nil {
		return nil, false, webapi.ErrPace
	}
	_, why, err := b.standingAnywhere(ctx, *me, userRef{ID: user})
	if err != nil {
		return nil, false, err
	}
	if why != "" {
		return draw.Say(draw.Words("The inbox is for the support team. " + why)).Blocks, false, nil
	}
	in, err := b.readInbox(ctx, user, v)
	if err != nil {
		return nil, true, err
	}
	return in.Blocks(), true, nil
}
