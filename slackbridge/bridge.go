package slackbridge

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/learn"
	"github.com/handoff-bot/handoff/replies"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// Leader says whether this process is the one that writes to Slack.
type Leader interface{ Held() bool }

// Deps is what a Bridge works with. Log, Threads, Posts and Inbox are required.
type Deps struct {
	Config  Config
	Log     Log
	Threads Threads
	Posts   Posts
	Inbox   Inbox
	// Desk keeps who may answer and who is on duty. With nil nobody is kept, and a
	// line that is taken back counts as seen.
	Desk Desk
	// Office tells the policy's hours and routing at a time; nil is always open.
	Office func(time.Time) Office
	// InUse lists the ids of the channels and user groups that the policy names; nil
	// for none.
	InUse func() []string
	// Readers wakes the conversations that wait for Slack when it is back; with
	// nil they look again by themselves, within minutes when there are many.
	Readers Readers
	// Leader is nil where there is only one process, and so is Leases.
	Leader Leader
	Leases feed.Leases
	// HTTP calls Slack; nil means a client with a timeout of 10 s. Dialer opens
	// the sockets. When they are nil, neither uses a proxy or follows a redirect.
	HTTP   *http.Client
	Dialer *websocket.Dialer
	Limits Limits
	// Errands keeps what is done beside the threads; with nil nobody gets a direct
	// message, and long transcripts are no file.
	Errands Errands
	// Receipts keeps the marks on lines; nil means that lines carry none.
	Receipts Receipts
	// Files keeps what is sent beside words; nil means that no file is passed on.
	Files Files
	// Visitors tells whether visitors are there and how far they have read; nil
	// means that the card does not say. Mails says that answers go out by mail, too;
	// nil means that they do not.
	Visitors Visitors
	Mails    func() bool
	// Places lists where a conversation can be passed on to, besides a person: the
	// topics' channels, and groups. nil means the channel of Config alone.
	Places func() []Place
	// Counts keeps what was told to the operator, for all processes; nil means that
	// each remembers its own.
	Counts Counts
	// Try explains the verdict for a sentence, for /handoff try; nil means the
	// command says that it is not there. level is one of Levels, or "" for the
	// policy's own; without Levels there is no choice.
	Try    func(ctx context.Context, words, level string) (string, error)
	Levels []string
	// Replies lists the canned replies; nil for none. Drafts writes suggestions for
	// agents; nil where there is no model.
	Replies func() []replies.Reply
	Drafts  Drafter
	// Keep writes an approved answer into the file of learned answers; nil means that
	// there is none. Proposes says that a close proposes one now.
	Keep     func(learn.Entry) error
	Proposes func() bool
	// Evidence tells what a decision of the log, the event at, rests on beyond what
	// the log says; nil for nothing.
	Evidence func(ctx context.Context, events []conversation.Event, at conversation.Seq) (draw.Evidence, error)
	// Translator translates between agents and visitors; nil where there is no model.
	Translator Translator
	// Mends proposes changes of the policy for what agents say of it; nil for none.
	Mends Mender
	// Topics names the restricted topics of the policy; nil for none.
	Topics func() []string
	// Marked lists the conversations with a mark of an agent at a time in [from, to),
	// for the weekly list; nil means that there is none.
	Marked func(ctx context.Context, from, to time.Time) ([]conversation.ID, error)
	// Numbers counts the days [from, to) for the weekly post; nil means that there is
	// none.
	Numbers func(ctx context.Context, from, to time.Time) (WeekNumbers, error)
	// Now tells the time; nil means time.Now. Logger nil is silent.
	Now    func() time.Time
	Logger *slog.Logger
}

// Bridge is the staff's door. It is safe for concurrent use.
type Bridge struct {
	Deps
	log     *slog.Logger
	client  *webapi.Client
	health  *webapi.Health
	people  *people
	briefs  *briefs
	homes   *homes
	watches *watches
	notes   *notices
	digests *digests
	rooms   *rooms
	self    atomic.Pointer[identity]

	work    *workers
	lookups sync.Map // searches that the pace has interrupted: where they go on
	cards   keyed    // held while a conversation's card is drawn
	sockets *sockets
	forms   forms // the open forms of Reply…
	// formLocks are held while one of them is drawn.
	formLocks keyed
	alones    keyed    // held by the works that [Bridge.alone] does
	handles   sync.Map // the names of user groups, by id
	// What is said to one person: in a thread, directly, and as an answer.
	aside, direct, answers *whispers

	receipts    receipts
	translation translation

	again   chan struct{} // asks for a backfill, capacity one
	recount chan struct{} // asks for a look at who the agents are, capacity one
	seats   chan struct{} // somebody begins to wait, capacity one
	gate    *gate
	known   chan struct{} // closed when self is known
	learned chan struct{} // an answer was approved, capacity one
	knows   sync.Once
}

// identity is who we are in Slack.
type identity struct {
	Team, TeamURL, User, Bot, App string
}

// New checks the settings and makes a Bridge. Nothing runs and nothing is called
// until Run; Mirror and Handler may be used before.
func New(d Deps) (*Bridge, error) {
	if list := d.Config.Problems(); len(list) > 0 {
		return nil, errors.New("slack." + list[0].Key + " " + list[0].Message + ". " + list[0].Mend)
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.HTTP == nil {
		d.HTTP = webapi.DirectHTTP()
	}
	if d.Dialer == nil {
		d.Dialer = webapi.DirectDialer()
	}
	d.Limits = d.Limits.withDefaults()
	b := &Bridge{Deps: d, log: d.Logger, again: make(chan struct{}, 1), recount: make(chan struct{}, 1), seats: make(chan struct{}, 1), known: make(chan struct{}), learned: make(chan struct{}, 1), gate: newGate(func() {
		d.Logger.Warn("lines go on although the threads are not compared yet; one may stand out of order")
	})}
	b.client = webapi.New(webapi.Options{Token: d.Config.BotToken, URL: d.Config.APIURL, HTTP: d.HTTP, Pace: d.Limits.Pace, Now: d.Now})
	b.health = b.client.Health
	if d.Readers != nil {
		b.health.LookAgain(rousedTick)
	}
	b.people = newPeople(b.client, d.Config, d.Limits.CacheFor, d.Now)
	b.rooms = newRooms(b.client, d.Threads, d.Now)
	b.briefs = &briefs{log: d.Log, kept: map[conversation.ID]draw.Brief{}, past: map[conversation.ID]past{}}
	b.homes, b.watches = newHomes(b), newWatches(b)
	b.notes = newNotices(b)
	b.digests = newDigests(b, b.notes.wake)
	b.client.OnBarred, b.client.OnFreed = b.notes.barred, b.notes.freed
	b.work = newWorkers()
	b.sockets = newSockets(b)
	b.aside, b.direct, b.answers = b.newWhispers()
	b.receipts = newReceipts()
	b.translation = translation{by: d.Translator, log: d.Logger}
	return b, nil
}

// Run runs the door until ctx ends: the sockets, the inbox, the backfill, and
// the probe that notices when Slack goes and comes back.
func (b *Bridge) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	b.work.start(ctx)
	// What the process before this one has stored and not worked comes first:
	// whatever Slack tells from now on was written later.
	b.sweep(ctx, b.Now().Add(inboxLease), firstRows)
	defer b.work.wait()
	defer b.gate.release()
	g.Go(func() error { return b.probe(ctx) })
	g.Go(func() error { return b.sweepInbox(ctx) })
	g.Go(func() error { return b.backfillLoop(ctx) })
	g.Go(func() error { return b.notes.run(ctx) })
	g.Go(func() error { return b.keepNames(ctx) })
	g.Go(func() error { return b.rouseLoop(ctx) })
	g.Go(func() error { return b.watchRooms(ctx) })
	g.Go(func() error { return b.keepPlaces(ctx) })
	g.Go(func() error { return b.keepRoster(ctx) })
	g.Go(func() error { return b.keepDesk(ctx) })
	g.Go(func() error { return b.keepWeekly(ctx) })
	g.Go(func() error { return b.keepLearned(ctx) })
	g.Go(func() error { return b.runWhispers(ctx) })
	g.Go(func() error { return b.runReceipts(ctx) })
	g.Go(func() error { return b.homes.run(ctx) })
	g.Go(func() error { return b.watches.run(ctx) })
	if b.Config.Mode == ModeSocket {
		g.Go(func() error { return b.sockets.run(ctx) })
	}
	if err := g.Wait(); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

// Health says whether Slack can be used, and why not, for people.
func (b *Bridge) Health() (ok bool, why string) {
	if ok, why = b.health.State(); !ok {
		return false, why
	}
	if why := b.notes.standing(); why != "" {
		return false, why
	}
	return true, ""
}

// Up says whether Slack answers, and since when it does.
func (b *Bridge) Up() (since time.Time, up bool) {
	return b.health.Since()
}

// Mirror is the reader "slack" of the log.
func (b *Bridge) Mirror() feed.Handler { return mirror{b} }

func (b *Bridge) leads() bool { return b.Leader == nil || b.Leader.Held() }

// probe asks Slack who we are until it answers, and again whenever it has fallen
// silent. It is the only one that tries while Slack is down.
func (b *Bridge) probe(ctx context.Context) error {
	for {
		if ok, _ := b.health.State(); !ok || b.unsure() {
			b.introduce(ctx)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-b.health.Changed():
			if err := webapi.Sleep(ctx, min(b.health.Pause(), b.Limits.ProbeEvery)); err != nil {
				return nil
			}
		case <-time.After(b.lookAgain()):
		}
	}
}

// lookAgain is how long until the next probe.
func (b *Bridge) lookAgain() time.Duration {
	if ok, retry := b.client.Throttle.Take("auth.test", ""); !ok {
		return retry.Sub(b.Now())
	}
	if b.unsure() {
		return min(b.health.Pause(), 20*b.Limits.ProbeEvery)
	}
	return b.health.Pause()
}

// unsure says that Slack has to be asked who we are, also while it answers: it has
// not said so yet, or has refused the token, and another call was answered at the
// same moment.
func (b *Bridge) unsure() bool { return b.self.Load() == nil || b.notes.lasts(causeToken) }

// introduce calls auth.test and remembers who we are.
func (b *Bridge) introduce(ctx context.Context) {
	if ok, _ := b.client.Throttle.Take("auth.test", ""); !ok {
		return // Slack has asked for a pause
	}
	_, before := b.health.State()
	var who *slack.AuthTestResponse
	err := b.client.Call(ctx, "auth.test", "", func(ctx context.Context) (err error) {
		who, err = b.client.API.AuthTestContext(ctx)
		return err
	})
	if err != nil {
		if _, why := b.health.State(); why != before {
			b.log.Warn("slack is not usable", "error", err)
		}
		if f, _ := webapi.Failed(err); f.Kind == webapi.TokenRefused {
			b.notes.stand(causeToken, "Slack refuses the bot token: "+draw.Mrkdwn(f.Code)+". Install the app again and set the new xoxb- token as slack.bot_token.", true)
		}
		return
	}
	b.notes.mended(causeToken, "Slack takes the bot token again; what waited is being posted.")
	me := identity{Team: who.TeamID, TeamURL: who.URL, User: who.UserID, Bot: who.BotID}
	if old := b.self.Load(); old != nil && old.Bot == me.Bot {
		me.App = old.App
	} else if me.App, err = b.appID(ctx, who.BotID); err != nil {
		b.log.Warn("the app's id is not known", "error", err)
	}
	b.askBackfill()
	b.self.Store(&me)
	b.knows.Do(func() { close(b.known) })
	b.health.Answered()
	b.health.Rouse() // who we are was part of what they waited for
}

func (b *Bridge) appID(ctx context.Context, bot string) (string, error) {
	var id string
	err := b.client.Call(ctx, "bots.info", "", func(ctx context.Context) error {
		info, err := b.client.API.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: bot})
		if err == nil {
			id = info.AppID
		}
		return err
	})
	return id, err
}

func poke(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// changeThread changes the row of a thread as it is now: the mirror, the buttons and
// the backfill all write to it, in several processes. After an error it is t.
func (b *Bridge) changeThread(ctx context.Context, t ledger.Thread, change func(*ledger.Thread)) (ledger.Thread, error) {
	now, err := b.Threads.ChangeThread(ctx, t.ID, change)
	if err != nil {
		return t, err
	}
	return now, nil
}
