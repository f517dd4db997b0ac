package slackbridge

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// maxPeriods bounds the look for the end of the day's hours.
const maxPeriods = 8

// dutyEnds is when a choice ends by itself: on at the close of the day's hours
// (a pause at noon ends nothing), off at the first opening of another day. Zero is
// never.
func (b *Bridge) dutyEnds(choice duty.Choice, now time.Time) time.Time {
	o := b.office(now)
	switch choice {
	case duty.On:
		if !o.Open {
			if o.Change.IsZero() {
				return time.Time{}
			}
			now = o.Change
			o = b.office(now)
		}
		end, day := o.Change, o.today(now)
		for range maxPeriods {
			next := b.office(end)
			if end.IsZero() || next.Open || next.Change.IsZero() || next.today(next.Change) != day {
				break
			}
			end = b.office(next.Change).Change
		}
		return end
	case duty.Off:
		today := o.today(now)
		for range maxPeriods {
			if o.Change.IsZero() {
				break
			}
			if !o.Open && o.today(o.Change) != today {
				return o.Change
			}
			o = b.office(o.Change)
		}
	case duty.Unsaid:
	}
	return time.Time{}
}

// setDuty writes what an agent has said. The command, the Home and the question
// after a claim all end here.
func (b *Bridge) setDuty(ctx context.Context, who profile, choice duty.Choice) (duty.Agent, error) {
	now := b.Now()
	until, today := b.dutyEnds(choice, now), b.office(now).today(now)
	a, err := b.Desk.ChangeAgent(ctx, who.ID, func(a *duty.Agent) {
		if a.Name == "" {
			a.Name = b.people.shown(who)
		}
		if a.Choice != choice || !a.Until.Equal(until) {
			a.Since = now
		}
		a.Choice, a.Until, a.Asked = choice, until, today
	})
	if err != nil {
		return a, fmt.Errorf("write who is on duty: %w", err)
	}
	b.homes.touch(who.ID)
	b.log.Info("duty", "user", who.ID, "choice", choice)
	return a, nil
}

// dutyWords says how it stands with somebody's duty, to herself.
func (b *Bridge) dutyWords(a duty.Agent) string {
	now := b.Now()
	o := b.office(now)
	until := func(words string) string {
		if a.Until.IsZero() || !now.Before(a.Until) {
			return words + "."
		}
		return words + " until " + o.clock(a.Until, now) + "."
	}
	said := a.Until.IsZero() || now.Before(a.Until)
	switch {
	case a.Choice == duty.On && said:
		return until("You are on duty")
	case a.Choice == duty.Off && said:
		return until("You are off duty")
	case o.Manual:
		return "You are not on duty. You get no chats offered until you say so."
	}
	return "You are on duty within office hours."
}

// deskActs maps each button that is about a person, or the desk, to what it does.
func (b *Bridge) deskActs() map[string]func(context.Context, press) error {
	acts := map[string]func(context.Context, press) error{
		draw.ActDutyOn:    b.withDesk(func(ctx context.Context, p press) error { return b.pressDuty(ctx, p, duty.On) }),
		draw.ActDutyOff:   b.withDesk(func(ctx context.Context, p press) error { return b.pressDuty(ctx, p, duty.Off) }),
		draw.ActDutyNever: b.withDesk(b.pressNotToday),
		draw.ActLeave:     b.withDesk(b.pressLeave),

		draw.ActInviteNo: b.pressInviteNo, draw.ActInviteCheck: b.pressInviteCheck,
	}
	maps.Copy(acts, b.homeActs())
	return acts
}

// withDesk refuses a press where nobody is kept on duty.
func (b *Bridge) withDesk(run func(context.Context, press) error) func(context.Context, press) error {
	return func(ctx context.Context, p press) error {
		if b.Desk == nil {
			b.tellPresser(p, draw.Words("Nobody is kept on duty here."))
			return nil
		}
		return run(ctx, p)
	}
}

// workDeskPress deals with such a button. Who may press it is looked up, as with
// any other.
func (b *Bridge) workDeskPress(ctx context.Context, p press, run func(context.Context, press) error) error {
	who, why, err := b.standingAnywhere(ctx, p.me, p.e.User)
	if err != nil {
		return err
	}
	p.who, p.by = who, b.people.author(who)
	if why != "" {
		b.log.Info("a press was refused", "action", p.action.ActionID, "user", who.ID)
		b.tellPresser(p, draw.Words(why))
		return nil
	}
	return run(ctx, p)
}

// standingAnywhere says whether somebody is an agent of any channel in use, and
// otherwise why not.
func (b *Bridge) standingAnywhere(ctx context.Context, me identity, user userRef) (who profile, why string, err error) {
	for _, place := range append([]string{b.Config.Channel}, b.inUse()...) {
		if !isChannel(place) {
			continue
		}
		var no string
		if who, no, err = b.people.standing(ctx, me.Team, place, user.ID); err != nil && why == "" {
			return who, "", fmt.Errorf("look somebody up: %w", err)
		}
		if err == nil && no == "" {
			why = ""
			break
		}
		why = cmp.Or(why, no)
	}
	if user.TeamID != "" && user.TeamID != me.Team {
		why = notOfThisWorkspace
	}
	return who, why, nil
}

// pressDuty switches somebody on or off duty.
func (b *Bridge) pressDuty(ctx context.Context, p press, choice duty.Choice) error {
	a, err := b.setDuty(ctx, p.who, choice)
	if err != nil {
		return err
	}
	b.refreshHome(ctx, p)
	if choice == duty.Off {
		return b.askLeave(ctx, p, b.dutyWords(a))
	}
	b.replaceOriginal(p, draw.Words(b.dutyWords(a)))
	return nil
}

func (b *Bridge) pressNotToday(ctx context.Context, p press) error {
	b.replaceOriginal(p, draw.Words("You are not on duty today. Say /handoff on, or use the switch in this app's Home, when that changes."))
	return nil
}

// askDuty asks an agent who has claimed a conversation privately whether she is on
// duty: under routing.duty: manual, once a day, where she acted, or directly when
// that was in the Home.
func (b *Bridge) askDuty(ctx context.Context, who profile, channel, thread string) {
	now := b.Now()
	o := b.office(now)
	if b.Desk == nil || !o.Manual || !o.Open {
		return
	}
	today, ask := o.today(now), false
	_, err := b.Desk.ChangeAgent(ctx, who.ID, func(a *duty.Agent) {
		ask = a.Asked != today && !a.OnDuty(true, now)
		if a.Name == "" {
			a.Name = b.people.shown(who)
		}
		a.Asked = today
	})
	if err != nil || !ask {
		if err != nil {
			b.log.Warn("somebody was not asked to go on duty", "error", err)
		}
		return
	}
	m := draw.DutyQuestion()
	if channel == "" {
		b.direct.add(whisper{user: who.ID, m: m})
		return
	}
	b.aside.add(whisper{user: who.ID, channel: channel, thread: thread, m: m})
}

// claimed says that an act made this agent the owner by her own hand.
func claimed(out conversation.Outcome, user string) bool {
	for _, e := range out.Events {
		switch body := e.Body.(type) {
		case conversation.Claimed:
			return body.Agent.ID == user && !out.Replayed
		case conversation.Transferred:
			return body.To.ID == user && e.Author.ID == user && !out.Replayed
		}
	}
	return false
}
