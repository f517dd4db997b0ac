package slackbridge

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// Slack tells of somebody's presence only when it is asked, one person at a time.
// So it is asked only while a conversation waits and the queue chooses people, and
// only about those who could be chosen. An answer holds for duty.PresenceFor; what
// was not answered stays unknown, which counts as present.

// At most 20 calls in any minute: five at once, and a new one every four seconds.
const (
	presenceEvery = 4 * time.Second
	presenceBurst = 5
)

// maxDND is how many people one call of dnd.teamInfo tells about.
const maxDND = 50

// presence asks Slack who is there.
type presence struct {
	desk   Desk
	client *webapi.Client
	log    *slog.Logger
	agents []string // the setting: who may answer, empty for whoever is in a channel
	pace   *rate.Limiter
	asked  map[string]time.Time // by agent, also without an answer
}

func newPresence(b *Bridge) *presence {
	return &presence{desk: b.Desk, client: b.client, log: b.log, agents: b.Config.Agents,
		pace: rate.NewLimiter(rate.Every(presenceEvery), presenceBurst), asked: map[string]time.Time{}}
}

// keepDesk watches over those on duty: who is there when a seat is needed, and
// what is written to those who are off.
func (b *Bridge) keepDesk(ctx context.Context) error {
	if b.Desk == nil {
		return nil
	}
	p := newPresence(b)
	for needed := false; b.deskPause(ctx, &needed) == nil; {
		if !b.leads() {
			continue
		}
		if !needed {
			if err := b.releaseAnswered(ctx); err != nil && ctx.Err() == nil {
				b.log.Warn("the chats of people off duty were not looked at", "error", err)
			}
		}
		now := b.Now()
		o := b.office(now)
		if ok, _ := b.health.State(); !ok || b.self.Load() == nil || !o.Seats {
			continue
		}
		if err := p.ask(ctx, now, o.Manual); err != nil && ctx.Err() == nil {
			b.log.Warn("somebody's presence is not known", "error", err)
		}
	}
	return nil
}

// deskRest is the least time between two looks at the desk.
const deskRest = 50 * time.Millisecond

// deskPause waits until the next look: DeskEvery, or until a conversation begins
// to wait, which needs a seat at once.
func (b *Bridge) deskPause(ctx context.Context, needed *bool) error {
	*needed = false
	if err := webapi.Sleep(ctx, min(deskRest, b.Limits.DeskEvery)); err != nil {
		return err
	}
	tick := time.NewTimer(b.Limits.DeskEvery)
	defer tick.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-b.seats:
		*needed = true
	case <-tick.C:
	}
	return nil
}

// ask asks about those whose presence matters now and is not known, as far as the pace
// allows. manual says that only who said so is on duty.
func (p *presence) ask(ctx context.Context, now time.Time, manual bool) error {
	stale, err := p.candidates(ctx, now, manual)
	if err != nil || len(stale) == 0 {
		return err
	}
	if len(stale) > maxDND {
		stale = stale[:maxDND]
	}
	if !p.may("dnd.teamInfo", now) {
		return nil
	}
	quiet, err := p.dndOf(ctx, stale, now)
	if f, bad := webapi.Failed(err); bad && f.Kind != webapi.Refused {
		return err
	}
	for _, a := range stale {
		if !p.may("users.getPresence", now) {
			return nil
		}
		p.asked[a.ID] = now
		away, err := p.awayOf(ctx, a.ID)
		if f, bad := webapi.Failed(err); bad && f.Kind == webapi.Refused {
			p.log.Warn("somebody's presence is not known", "user", a.ID, "error", err)
			continue
		}
		if err != nil {
			return err
		}
		_, err = p.desk.ChangeAgent(ctx, a.ID, func(a *duty.Agent) {
			a.Away, a.AwayAt, a.DNDUntil = away, now, quiet[a.ID]
		})
		if err != nil {
			return fmt.Errorf("write somebody's presence: %w", err)
		}
	}
	return nil
}

// may spends one of the calls of a minute.
func (p *presence) may(method string, now time.Time) bool {
	if !p.pace.AllowN(now, 1) {
		return false
	}
	ok, _ := p.client.Throttle.Take(method, "")
	return ok
}

// candidates lists who could take what waits and whose presence is not known,
// who was asked about longest ago first.
func (p *presence) candidates(ctx context.Context, now time.Time, manual bool) ([]duty.Agent, error) {
	line, err := p.desk.Line(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the line: %w", err)
	}
	line = slices.DeleteFunc(line, func(w conversation.Wait) bool { return !w.Staffed })
	if len(line) == 0 {
		return nil, nil
	}
	rows, err := p.desk.Agents(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the table of agents: %w", err)
	}
	rows = slices.DeleteFunc(rows, func(a duty.Agent) bool {
		asked := p.asked[a.ID]
		fresh := !asked.IsZero() && now.Sub(asked) < duty.PresenceFor
		return fresh || a.Known(now) || !a.OnDuty(manual, now) || !p.couldTake(a, line)
	})
	slices.SortStableFunc(rows, func(x, y duty.Agent) int { return x.AwayAt.Compare(y.AwayAt) })
	return rows, nil
}

// couldTake says that somebody answers where one of these waits.
func (p *presence) couldTake(a duty.Agent, line []conversation.Wait) bool {
	if len(p.agents) > 0 {
		return a.Among(p.agents)
	}
	return slices.ContainsFunc(line, func(w conversation.Wait) bool { return slices.Contains(a.Places, w.Channel) })
}

// awayOf asks whether somebody is away.
func (p *presence) awayOf(ctx context.Context, id string) (away bool, err error) {
	err = p.client.Call(ctx, "users.getPresence", "", func(ctx context.Context) error {
		answer, err := p.client.API.GetUserPresenceContext(ctx, id)
		if err == nil {
			away = answer.Presence == "away"
		}
		return err
	})
	return away, err
}

// dndOf asks until when people do not want to be disturbed; who may be disturbed
// now is not in the answer.
func (p *presence) dndOf(ctx context.Context, list []duty.Agent, now time.Time) (map[string]time.Time, error) {
	out, ids := map[string]time.Time{}, make([]string, 0, len(list))
	for _, a := range list {
		ids = append(ids, a.ID)
	}
	err := p.client.Call(ctx, "dnd.teamInfo", "", func(ctx context.Context) error {
		answer, err := p.client.API.GetDNDTeamInfoContext(ctx, ids)
		for id, d := range answer {
			from, to := time.Unix(int64(d.NextStartTimestamp), 0), time.Unix(int64(d.NextEndTimestamp), 0)
			if d.Enabled && !now.Before(from) && now.Before(to) {
				out[id] = to
			}
		}
		return err
	})
	return out, err
}
