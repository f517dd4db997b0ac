package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// ears are the people who are spoken to privately, and a Slack that may refuse.
type ears struct {
	*Bridge
	mu    sync.Mutex
	heard []string // user: text @ seconds since the start
	began time.Time
	weird func(w whisper, n int) error // what Slack says to the nth call
	hangs string                       // whose first answer takes a minute
	takes time.Duration                // for an answer
	calls int
	end   func()
}

func newEars(t *testing.T, weird func(whisper, int) error) *ears {
	limits := Limits{}.withDefaults()
	r := &ears{began: time.Now(), weird: weird}
	r.Bridge = &Bridge{Deps: Deps{Now: time.Now, Limits: limits}, log: slog.New(slog.DiscardHandler), client: webapi.New(webapi.Options{Now: time.Now})}
	r.health = r.client.Health
	r.health.Answered()
	r.aside, r.direct, r.answers = r.newWhispers()
	for _, q := range []*whispers{r.aside, r.direct, r.answers} {
		q.say = func(ctx context.Context, w whisper) error {
			return r.client.Call(ctx, q.method, q.reach(w), func(context.Context) error { return r.hear(w) })
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.runWhispers(ctx) }() // ends in end
	r.end = func() { cancel(); <-ended }
	return r
}

func (r *ears) hear(w whisper) error {
	time.Sleep(r.takes)
	r.mu.Lock()
	hangs := w.user == r.hangs
	if hangs {
		r.hangs = ""
	}
	r.mu.Unlock()
	if hangs {
		time.Sleep(time.Minute)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if r.weird != nil {
		if err := r.weird(w, r.calls); err != nil {
			return err
		}
	}
	r.heard = append(r.heard, fmt.Sprintf("%s: %s @%.0f", w.user, w.m.Text, time.Since(r.began).Seconds()))
	return nil
}

func (r *ears) tell(user, text string) { r.tellUntil(user, text, time.Time{}) }

func (r *ears) tellUntil(user, text string, until time.Time) {
	r.aside.add(whisper{user: user, channel: "C1", until: until, m: draw.Say(draw.Words(text))})
}

// to is what one person has heard, in order.
func (r *ears) to(user string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, h := range r.heard {
		if rest, ok := strings.CutPrefix(h, user+": "); ok {
			out = append(out, rest)
		}
	}
	return strings.Join(out, ", ")
}

// called counts what was tried.
func (r *ears) called() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls
}

func toEars(t *testing.T, weird func(whisper, int) error, tell func(r *ears)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := newEars(t, weird)
		defer func() { r.end() }()
		tell(r)
	})
}

// A pause of the method, an outage and an answer in doubt lose nothing, and what
// one person is told stays in order.
func TestWhispersOutlast(t *testing.T) {
	trouble := &webapi.Failure{Method: "chat.postEphemeral", Kind: webapi.Doubtful, Code: "internal_error"}
	t.Run("a pause", func(t *testing.T) {
		toEars(t, nil, func(r *ears) {
			r.client.Throttle.Pause("chat.postEphemeral", "", time.Now().Add(10*time.Second))
			began := time.Now()
			r.tell("maya", "one")
			r.tell("sam", "two")
			r.tell("maya", "three")
			if took := time.Since(began); took != 0 {
				t.Errorf("the tellers were held for %v", took)
			}
			time.Sleep(11 * time.Second)
			if got := r.to("maya") + "; " + r.to("sam"); got != "one @10, three @10; two @10" {
				t.Errorf("heard %q", got)
			}
		})
	})
	t.Run("an outage", func(t *testing.T) {
		toEars(t, nil, func(r *ears) {
			r.health.Silent(trouble)
			r.tell("maya", "one")
			r.tell("maya", "two")
			time.Sleep(30 * time.Minute)
			r.health.Answered()
			synctest.Wait()
			if got := r.to("maya"); got != "one @1800, two @1800" {
				t.Errorf("heard %q", got)
			}
		})
	})
	t.Run("doubt", func(t *testing.T) {
		poisoned := func(w whisper, _ int) error {
			if w.m.Text == "odd" {
				return errors.New("500")
			}
			return nil
		}
		toEars(t, poisoned, func(r *ears) {
			r.tell("maya", "odd")
			r.tell("maya", "two")
			r.tell("sam", "three")
			for range 20 {
				time.Sleep(50 * time.Second)
				r.tell("sam", "more")
				r.health.Answered() // as the probe does
			}
			if got := r.to("sam"); !strings.HasPrefix(got, "three @") {
				t.Errorf("sam heard %q", got)
			}
			if got := r.to("maya"); !strings.HasPrefix(got, "two @") {
				t.Errorf("maya heard %q", got)
			}
			if n, calls := r.Unsaid(), r.called(); n != 1 || calls > 110 {
				t.Errorf("%d unsaid after %d calls", n, calls)
			}
		})
	})
}

// What several are told at once and fails at once is one failure: the pause after it
// is as long as for one of them.
func TestWhispersFailTogether(t *testing.T) {
	began := time.Time{}
	down := func(whisper, int) error {
		if time.Since(began) < 10*time.Second {
			return errors.New("503")
		}
		return nil
	}
	toEars(t, down, func(r *ears) {
		began, r.takes = time.Now(), 100*time.Millisecond
		for i := range hands {
			r.tell(fmt.Sprintf("u%d", i), "x")
		}
		for range 60 {
			time.Sleep(time.Second)
			r.health.Answered() // as the probe does
		}
		for i := range hands {
			if got := r.to(fmt.Sprintf("u%d", i)); got != "x @14" { // 0, 2, 6, 14 s and the answers
				t.Errorf("u%d heard %q", i, got)
			}
		}
	})
}

// Only what has become pointless is dropped, and one person cannot push out what
// others are told.
func TestWhispersAreDropped(t *testing.T) {
	toEars(t, nil, func(r *ears) {
		r.client.Throttle.Pause("chat.postEphemeral", "", time.Now().Add(time.Minute))
		r.tellUntil("maya", "undo", time.Now().Add(30*time.Second))
		r.tell("maya", "refused")
		for i := range 3 * mostForOne {
			r.tell("stranger", fmt.Sprint(i))
		}
		time.Sleep(3 * time.Minute)
		if got := r.to("maya"); !strings.HasPrefix(got, "refused @") || strings.Contains(got, "undo") {
			t.Errorf("maya heard %q", got)
		}
		if got := strings.Split(r.to("stranger"), ", "); len(got) != mostForOne || !strings.HasPrefix(got[0], "100 @") {
			t.Errorf("the stranger heard %d: %q", len(got), got)
		}
		if n := r.Unsaid(); n != 2*mostForOne+1 {
			t.Errorf("%d unsaid", n)
		}
	})
}

// Who is not in the channel is told directly, without the buttons.
func TestWhisperToWhoIsNotThere(t *testing.T) {
	absent := func(w whisper, _ int) error {
		if w.channel == "C1" {
			return slack.SlackErrorResponse{Err: "user_not_in_channel"}
		}
		return nil
	}
	toEars(t, absent, func(r *ears) {
		r.tell("guest", "no")
		synctest.Wait()
		if got := r.to("guest"); got != "no @0" || r.called() != 2 {
			t.Errorf("heard %q after %d calls", got, r.called())
		}
	})
}

// When the process ends in order what waits is said first, unless Slack has asked
// for a pause.
func TestLastWords(t *testing.T) {
	for name, row := range map[string]struct {
		pause time.Duration
		want  string
	}{"free": {0, "one @0, two @0"}, "paused": {time.Hour, ""}} {
		t.Run(name, func(t *testing.T) {
			toEars(t, nil, func(r *ears) {
				r.client.Throttle.Pause("chat.postEphemeral", "", time.Now().Add(row.pause))
				r.tell("maya", "one")
				r.tell("maya", "two")
				began := time.Now()
				r.end()
				r.end = func() {}
				if got := r.to("maya"); got != row.want || time.Since(began) > lastWords {
					t.Errorf("heard %q after %v, want %q", got, time.Since(began), row.want)
				}
			})
		})
	}
}

// Nobody waits for somebody whose answer hangs.
func TestWhispersToMany(t *testing.T) {
	toEars(t, nil, func(r *ears) {
		r.hangs = "u00"
		for i := range 15 {
			r.tell(fmt.Sprintf("u%02d", i), "x")
			r.tell(fmt.Sprintf("u%02d", i), "y")
		}
		time.Sleep(20 * time.Second)
		for i := 1; i < 15; i++ {
			if got := r.to(fmt.Sprintf("u%02d", i)); !strings.HasPrefix(got, "x @") || !strings.Contains(got, "y @") {
				t.Errorf("u%02d heard %q", i, got)
			}
		}
		if got := r.to("u00"); got != "" {
			t.Errorf("u00 heard %q", got)
		}
		time.Sleep(time.Minute)
		if got := r.to("u00"); got != "x @60, y @60" {
			t.Errorf("u00 heard %q", got)
		}
	})
}
