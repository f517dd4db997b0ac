package fakeslack

import (
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"
)

// State is the workspace as WaitFor shows it. Its methods return copies; it is
// valid only inside the function it was passed to.
type State struct {
	opts Options
	sw   Switches
	base string // before the paths of URLs handed out

	users      map[string]*User
	userOrder  []string
	channels   map[string]*room
	order      []string
	groups     []*Group
	ephemerals []*Message
	views      []*View
	homes      map[string]*View
	files      map[string]*File
	notices    map[string][]string
	triggers   map[string]*trigger
	hooks      map[string]*hook
	tickets    map[string]bool

	calls      []*Call
	called     int
	deliveries []*delivery
	sockets    int

	scopes     []string
	tokenError string
	lastTS     int64
	lastID     int
}

// room is a channel with its messages in order of ts, replies included.
type room struct {
	Channel
	messages []*Message
	// lost holds the ts of roots that were deleted: replies to them land in
	// the channel.
	lost map[string]bool
}

type trigger struct {
	user    string
	expires time.Time
	used    bool
	view    string // the view it was raised in, for views.push
}

func newState(o Options) *State {
	st := &State{
		opts: o, sw: o.Switches, base: o.BaseURL, scopes: slices.Clone(o.Scopes),
		users: map[string]*User{}, channels: map[string]*room{}, homes: map[string]*View{}, files: map[string]*File{},
		notices: map[string][]string{}, triggers: map[string]*trigger{}, hooks: map[string]*hook{}, tickets: map[string]bool{},
	}
	st.addUser(User{ID: o.BotUser, Name: strings.ToLower(o.BotName), RealName: o.BotName, Bot: true, Active: true})
	return st
}

func (st *State) addUser(u User) {
	if u.RealName == "" {
		u.RealName = u.Name
	}
	if u.DisplayName == "" {
		u.DisplayName = u.RealName
	}
	if u.TeamID == "" {
		u.TeamID = st.opts.Team
	}
	if u.TZ == "" {
		u.TZ = "Europe/Berlin"
	}
	if _, known := st.users[u.ID]; !known {
		st.userOrder = append(st.userOrder, u.ID)
	}
	st.users[u.ID] = &u
}

func (st *State) addChannel(c Channel) *room {
	c.Members = slices.Clone(c.Members)
	if c.Created.IsZero() {
		c.Created = st.opts.Now()
	}
	r := &room{Channel: c, lost: map[string]bool{}}
	if old, known := st.channels[c.ID]; known {
		r.messages, r.lost = old.messages, old.lost
	} else {
		st.order = append(st.order, c.ID)
	}
	st.channels[c.ID] = r
	return r
}

// im returns the direct message between the user and the bot, opening it.
func (st *State) im(user string) *room {
	for _, r := range st.channels {
		if r.IM == user {
			return r
		}
	}
	return st.addChannel(Channel{ID: "D" + strings.TrimPrefix(user, "U"), IM: user, Members: []string{user, st.opts.BotUser}})
}

// nextTS returns a timestamp later than every one before it.
func (st *State) nextTS() string {
	t := st.opts.Now().UnixMicro() / 100 * 100
	if t <= st.lastTS {
		t = st.lastTS + 100
	}
	st.lastTS = t
	return formatTS(t)
}

func formatTS(micros int64) string {
	return fmt.Sprintf("%d.%06d", micros/1_000_000, micros%1_000_000)
}

// newID returns an id such as Ev00000012A: unique in the workspace, and of no
// meaning.
func (st *State) newID(prefix string) string {
	st.lastID++
	return fmt.Sprintf("%s0%07d%s", prefix, st.lastID, rand.Text()[:3])
}

func (st *State) newTrigger(user, view string) string {
	st.sweep()
	id := fmt.Sprintf("%d.%s", st.opts.Now().UnixMilli(), strings.ToLower(rand.Text()))
	st.triggers[id] = &trigger{user: user, view: view, expires: st.opts.Now().Add(triggerLife)}
	return id
}

func (r *room) member(user string) bool { return slices.Contains(r.Members, user) }

func (r *room) kind() string {
	switch {
	case r.IM != "":
		return "im"
	case r.Private:
		return "group"
	default:
		return "channel"
	}
}

func (r *room) find(ts string) *Message {
	i := sort.Search(len(r.messages), func(i int) bool { return r.messages[i].TS >= ts })
	if i < len(r.messages) && r.messages[i].TS == ts {
		return r.messages[i]
	}
	return nil
}

func (r *room) remove(ts string) {
	r.messages = slices.DeleteFunc(r.messages, func(m *Message) bool { return m.TS == ts })
}

func (m *Message) isReply() bool { return m.ThreadTS != "" && m.ThreadTS != m.TS }

// replies returns the replies to root, in order.
func (r *room) replies(root string) []*Message {
	var out []*Message
	for _, m := range r.messages {
		if m.ThreadTS == root && m.TS != root {
			out = append(out, m)
		}
	}
	return out
}

// roots returns what the channel itself shows: no replies but broadcast ones.
func (r *room) roots() []*Message {
	var out []*Message
	for _, m := range r.messages {
		if !m.isReply() || m.Broadcast {
			out = append(out, m)
		}
	}
	return out
}

func (st *State) group(id string) *Group {
	for _, g := range st.groups {
		if g.ID == id {
			return g
		}
	}
	return nil
}

// keep is how many calls, deliveries, triggers and response URLs are kept, so
// that a workspace can run for weeks.
const keep = 50_000

// record notes a call.
func (st *State) record(c Call) *Call {
	st.called++
	c.N = st.called
	st.calls = append(trim(st.calls), &c)
	return &c
}

// trim drops the older half of a list that has grown too long.
func trim[T any](list []T) []T {
	if len(list) < keep {
		return list
	}
	return slices.Clone(list[len(list)/2:])
}

// sweep drops triggers and response URLs that have expired.
func (st *State) sweep() {
	now := st.opts.Now()
	if len(st.triggers) > keep {
		maps.DeleteFunc(st.triggers, func(_ string, t *trigger) bool { return now.After(t.expires) })
	}
	if len(st.hooks) > keep {
		maps.DeleteFunc(st.hooks, func(_ string, h *hook) bool { return now.After(h.expires) })
	}
}

// name is how a user is shown to others.
func (st *State) name(user string) string {
	if u := st.users[user]; u != nil {
		return u.DisplayName
	}
	return user
}
