package slackbridge

import (
	"cmp"
	"context"
	"net/url"
	"time"

	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// maxPeoplePages bounds how much of a large workspace is read, in thousands.
const maxPeoplePages = 10

// pacing waits until a method may be called, or refuses.
type pacing func(ctx context.Context, method, channel string) error

// member is somebody of the workspace as users.list gives her.
type member struct {
	ID       string `json:"id"`
	Team     string `json:"team_id"`
	Name     string `json:"name"`
	Real     string `json:"real_name"`
	Bot      bool   `json:"is_bot"`
	Deleted  bool   `json:"deleted"`
	Guest    bool   `json:"is_restricted"`
	Single   bool   `json:"is_ultra_restricted"`
	Stranger bool   `json:"is_stranger"`
	Profile  struct {
		Real    string `json:"real_name"`
		Display string `json:"display_name"`
		First   string `json:"first_name"`
	} `json:"profile"`
}

func (m member) profile(asked time.Time) profile {
	return profile{
		ID: m.ID, Team: m.Team, Real: cmp.Or(m.Real, m.Profile.Real, m.Name), Display: cmp.Or(m.Profile.Display, m.Real, m.Name),
		Bot: m.Bot || m.ID == "USLACKBOT", Deleted: m.Deleted, Guest: m.Guest || m.Single, Stranger: m.Stranger, asked: asked,
	}
}

// readEveryone reads the people of the workspace.
func (p *people) readEveryone(ctx context.Context, pace pacing) ([]member, error) {
	var all []member
	args := url.Values{"limit": {"1000"}}
	for range maxPeoplePages {
		var page struct {
			Members []member `json:"members"`
			Meta    struct {
				Cursor string `json:"next_cursor"`
			} `json:"response_metadata"`
		}
		if err := pace(ctx, "users.list", ""); err != nil {
			return nil, err
		}
		if err := p.client.Read(ctx, "users.list", args, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Members...)
		if page.Meta.Cursor == "" {
			break
		}
		args.Set("cursor", page.Meta.Cursor)
	}
	return all, nil
}

// learn reads everybody and remembers the names and the profiles.
func (p *people) learn(ctx context.Context, pace pacing) (names map[string]bool, err error) {
	asked := p.now()
	all, err := p.readEveryone(ctx, pace)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.tried = p.now()
		return nil, err
	}
	p.names = map[string]bool{}
	for _, m := range all {
		for _, name := range []string{m.Name, m.Real, m.Profile.Real, m.Profile.Display, m.Profile.First} {
			if folded := draw.Fold(name); folded != "" {
				p.names[folded] = true
			}
		}
		if m.ID != "" && !p.profiles[m.ID].asked.After(asked) {
			p.profiles[m.ID] = m.profile(asked)
		}
	}
	return p.names, nil
}

// crowdPause is how often the whole workspace is asked for because many people
// act at once.
const crowdPause = 10 * time.Second

// crowd is for the moment in which more people act than may be asked for one by
// one: it asks for all of them at once, and says whether that was done just now.
func (p *people) crowd(ctx context.Context) bool {
	p.crowded.Lock() // who comes meanwhile waits for the same answer
	defer p.crowded.Unlock()
	if p.now().Sub(p.crowdAt) < crowdPause {
		return p.crowdOK
	}
	_, err := p.learn(ctx, p.client.Throttle.AtOnce)
	p.crowdAt, p.crowdOK = p.now(), err == nil
	return p.crowdOK
}
