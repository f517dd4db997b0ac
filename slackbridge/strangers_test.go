package slackbridge_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
)

// Strangers, guests and people of other workspaces press every button, use every
// shortcut, submit every modal and type every command: nothing changes in any log
// nor in the table of agents, and each is told why, each time.
func TestStrangersHaveNoEffect(t *testing.T) {
	for _, mode := range []string{slackbridge.ModeSocket, slackbridge.ModeHTTP} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newStorm(t, mode, slackbridge.RelayOwner)
			modes := w.inEachMode()
			before := w.snapshot()
			t.Run("as", func(t *testing.T) {
				for _, u := range stormOthers {
					if !u.Bot { // a bot presses nothing
						t.Run(u.Name, func(t *testing.T) { t.Parallel(); w.tryEverything(t, u, modes) })
					}
				}
			})
			if after := w.snapshot(); after != before {
				t.Errorf("something changed:\n%s\nwas\n%s", after, before)
			}
			for _, u := range stormOthers {
				if views := w.slack.Views(u.ID); len(views) > 0 {
					t.Errorf("%s has a modal open: %s", u.ID, views[0].Visible())
				}
			}
		})
	}
}

// tryEverything has somebody send all there is to send; each time she is told.
func (w *storm) tryEverything(t *testing.T, u fakeslack.User, modes []*chat) {
	until := func(what string, ok func(*fakeslack.State) bool) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
		defer cancel()
		if err := w.slack.WaitFor(ctx, ok); err != nil {
			t.Errorf("Slack does not show %s\n%s", what, w.dump())
		}
	}
	for what, payload := range w.everything(u, modes) {
		told := 0
		until("anything", func(st *fakeslack.State) bool { told = heardBy(st, u.ID); return true })
		kind := "interactive"
		if strings.HasPrefix(what, "command") {
			kind = "slash_commands"
		}
		w.slack.EmitRaw(kind, payload)
		until("a word to "+u.ID+" about "+what, func(st *fakeslack.State) bool { return heardBy(st, u.ID) > told })
	}
	if err := w.slack.OpenHome(u.ID); err != nil {
		t.Fatal(err)
	}
	until("a Home that says why", func(st *fakeslack.State) bool {
		v, _ := st.Home(u.ID)
		return strings.Contains(v.Visible(), "The inbox is for the support team.") && len(v.Actions()) == 0
	})
}

// inEachMode puts one conversation into each mode; a line of Maya's stands in each.
func (w *storm) inEachMode() []*chat {
	w.t.Helper()
	var out []*chat
	for i, c := range w.chats[:4] {
		c.says("Hello")
		c.shows("Hello")
		if i > 0 {
			c.press(maya, "handoff_claim")
			c.mode(conversation.WithAgent, maya)
			c.agent(maya, "A line of Maya's")
			c.heard("A line of Maya's")
		}
		by := conversation.Author{Role: conversation.Agent, ID: maya, Name: "Maya"}
		switch i {
		case 2:
			c.append(conversation.HandBack(by, "", false))
		case 3:
			c.append(conversation.Close(by, conversation.Closing{}, false))
		}
		out = append(out, c.chat)
	}
	w.agents("U0MAYA Maya C0SUPPORT,S0SUPPORT; U0NINA Nina C0SUPPORT,S0SUPPORT; U0SAM Sam C0SUPPORT,S0SUPPORT")
	for _, c := range out { // the mirror has said what it has to say
		state, err := w.store.State(w.t.Context(), c.id)
		if err != nil {
			w.t.Fatal(err)
		}
		c.reaches("an announcement", func(s conversation.State, _ []conversation.Event) bool { return s.Announced == state.Epoch })
	}
	return out
}

// snapshot is everything that may not change.
func (w *storm) snapshot() string {
	var b strings.Builder
	for _, c := range w.chats {
		for _, e := range w.events(c.chat) {
			fmt.Fprintf(&b, "%s %d %s %s\n", c.reference, e.Seq, conversation.KindOf(e.Body), e.Key)
		}
	}
	rows, err := w.store.Agents(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	fmt.Fprintf(&b, "%+v\n", rows)
	return b.String()
}

// heardBy counts what somebody was told: privately or in a direct message.
func heardBy(st *fakeslack.State, user string) int {
	n := len(st.Ephemerals(user))
	for _, c := range st.Calls() {
		if c.Method == "chat.postMessage" && c.Args["channel"] == user && c.Error == "" {
			n++
		}
	}
	return n
}

// everything is all that somebody can send, by what it is, whatever Slack would
// have offered: the ids in it are public knowledge.
func (w *storm) everything(u fakeslack.User, chats []*chat) map[string][]byte {
	out := map[string][]byte{}
	n := 0
	add := func(what string, body map[string]any) {
		n++
		team := u.TeamID
		if team == "" {
			team = fakeslack.SampleTeam
		}
		body["team"] = map[string]any{"id": fakeslack.SampleTeam}
		body["api_app_id"] = fakeslack.SampleApp
		body["user"] = map[string]any{"id": u.ID, "team_id": team}
		body["trigger_id"] = fmt.Sprintf("%s.%d", u.ID, n)
		raw, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		out[what] = raw
	}
	for i, c := range chats {
		line := ""
		for _, m := range w.slack.Thread(c.channel, c.root) {
			if m.User == maya {
				line = m.TS
			}
		}
		for _, action := range w.bridge.ActionIDs() {
			add(fmt.Sprintf("button %s in chat %d", action, i), map[string]any{"type": "block_actions",
				"container": map[string]any{"type": "message", "message_ts": c.root, "channel_id": c.channel}, "channel": map[string]any{"id": c.channel},
				"actions": []any{map[string]any{"action_id": action, "value": string(c.id) + " " + line, "action_ts": fmt.Sprintf("%d.%d", n, n),
					"selected_option": map[string]any{"value": "why:" + string(c.id)}, "selected_user": u.ID}}})
		}
		for _, callback := range w.bridge.ModalIDs() {
			add(fmt.Sprintf("modal %s for chat %d", callback, i), map[string]any{"type": "view_submission",
				"view": map[string]any{"id": fmt.Sprintf("V%d", n), "hash": "h", "callback_id": callback, "private_metadata": string(c.id) + " " + c.channel + " " + c.root + " " + line,
					"state": map[string]any{"values": map[string]any{"b": map[string]any{"agent": map[string]any{"selected_user": u.ID}, "target": map[string]any{"selected_option": map[string]any{"value": string(chats[0].id)}}}}}}})
		}
		for _, cut := range []string{"handoff_note", "handoff_send", "handoff_move"} {
			add(fmt.Sprintf("shortcut %s in chat %d", cut, i), map[string]any{"type": "message_action", "callback_id": cut, "action_ts": "1.1",
				"channel": map[string]any{"id": c.channel}, "message": map[string]any{"type": "message", "ts": cmp.Or(line, c.root), "thread_ts": c.root, "user": maya}})
		}
	}
	for _, action := range w.bridge.DeskActionIDs() {
		add("button "+action, map[string]any{"type": "block_actions",
			"container": map[string]any{"type": "message", "message_ts": chats[0].root, "channel_id": chats[0].channel}, "channel": map[string]any{"id": chats[0].channel},
			"actions": []any{map[string]any{"action_id": action, "value": "home", "action_ts": fmt.Sprintf("%d.%d", n, n)}}})
	}
	add("shortcut handoff_inbox", map[string]any{"type": "shortcut", "callback_id": "handoff_inbox", "action_ts": "1.1"})
	for _, text := range []string{"", "help", "on", "off", "status", "find Hello", "try I was charged twice", "dance"} {
		n++
		raw, err := json.Marshal(map[string]string{"command": "/handoff", "text": text, "user_id": u.ID, "team_id": fakeslack.SampleTeam, "api_app_id": fakeslack.SampleApp,
			"channel_id": fakeslack.SampleSupport, "trigger_id": fmt.Sprintf("%s.%d", u.ID, n), "response_url": w.slack.ResponseURL(u.ID, fakeslack.SampleSupport)})
		if err != nil {
			w.t.Fatal(err)
		}
		out["command "+text] = raw
	}
	return out
}
