package fakeslack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

func eventID(e socketmode.Event) string {
	return e.Data.(slackevents.EventsAPIEvent).Data.(*slackevents.EventsAPICallbackEvent).EventID
}

func say(t *testing.T, s *fakeslack.Server, words string) string {
	t.Helper()
	ts, err := s.Say(maya, support, "", words)
	if err != nil {
		t.Fatal(err)
	}
	return ts
}

func TestMischief(t *testing.T) {
	cases := []struct {
		name string
		do   fakeslack.Prank
		say  int
		want string // the texts received, in order
	}{
		{"again, same id", fakeslack.Again{}, 1, "0 0"},
		{"again, new id", fakeslack.Again{NewID: true}, 1, "0 0"},
		{"swapped", fakeslack.Swap{}, 2, "1 0"},
		{"lost", fakeslack.Lose{}, 2, "1"},
		{"lost to a limit", fakeslack.Lose{Limited: true}, 1, "app_rate_limited"},
		{"late", fakeslack.Late{By: 2 * time.Second}, 2, "1 0"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, _ := start(t, fakeslack.Options{Delay: quick})
			l := listen(t, s, nil)
			s.Disturb(fakeslack.Mischief{Type: "message", Times: 1, Do: c.do})
			for i := range c.say {
				say(t, s, fmt.Sprint(i))
			}
			var got, ids []string
			for range strings.Fields(c.want) {
				e := l.next(t)
				outer := e.Data.(slackevents.EventsAPIEvent)
				if m, ok := outer.InnerEvent.Data.(*slackevents.MessageEvent); ok {
					got, ids = append(got, m.Text), append(ids, eventID(e))
				} else {
					got = append(got, outer.Type)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
			if again, ok := c.do.(fakeslack.Again); ok && (ids[0] != ids[1]) != again.NewID {
				t.Errorf("ids: got %v", ids)
			}
		})
	}
}

func TestEventsWaitForASocket(t *testing.T) {
	s, _ := start(t, fakeslack.Options{Delay: func(d time.Duration) time.Duration { return d / 300 }})
	say(t, s, "early")
	wait(t, s, func(st *fakeslack.State) bool { return st.Deliveries()[0].Attempts >= 2 })
	l := listen(t, s, nil)
	if e := l.next(t); e.Request.RetryAttempt < 1 || message(t, e).Text != "early" {
		t.Errorf("got attempt %d", e.Request.RetryAttempt)
	}
}

func TestGivenUpAfterThreeRetries(t *testing.T) {
	s, _ := start(t, fakeslack.Options{Delay: func(d time.Duration) time.Duration { return d / 3000 }})
	say(t, s, "lost")
	wait(t, s, func(st *fakeslack.State) bool { return st.Deliveries()[0].Over })
	if d := s.Deliveries()[0]; d.Attempts != 4 || d.Acked {
		t.Errorf("got %d attempts, acked %v; want 4, false", d.Attempts, d.Acked)
	}
	if err := s.OpenHome(maya); err != nil {
		t.Fatal(err)
	}
	if err := s.Command(maya, support, "status"); err != nil {
		t.Fatal(err)
	}
	wait(t, s, func(st *fakeslack.State) bool { return len(st.Notices(maya)) == 1 })
	if d := s.Deliveries(); d[len(d)-1].Attempts != 1 {
		t.Errorf("a command is tried %d times, want once", d[len(d)-1].Attempts)
	}
}

func TestOneOrAllSockets(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	a := listen(t, s, nil)
	b := listen(t, s, nil)
	wait(t, s, func(st *fakeslack.State) bool { return st.Sockets() == 2 })
	for i := range 20 {
		say(t, s, fmt.Sprint(i))
	}
	wait(t, s, func(st *fakeslack.State) bool {
		return !slices.ContainsFunc(st.Deliveries(), func(d fakeslack.Delivery) bool { return !d.Acked })
	})
	for range 20 {
		select {
		case <-a.events:
		case <-b.events:
		case <-time.After(5 * time.Second):
			t.Fatal("an event went missing")
		}
	}
	s.Switch(func(sw *fakeslack.Switches) { sw.AllSockets = true })
	say(t, s, "both")
	if x, y := a.next(t), b.next(t); eventID(x) != eventID(y) {
		t.Errorf("got %s and %s, want one event on both", eventID(x), eventID(y))
	}
}

// dial opens a socket by hand and returns the frames it gets.
func dial(t *testing.T, s *fakeslack.Server) (*websocket.Conn, map[string]any) {
	t.Helper()
	out := call(t, s, "apps.connections.open", set{"token": fakeslack.SampleAppToken})
	conn, res, err := websocket.DefaultDialer.Dial(out["url"].(string), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	return conn, frame(t, conn)
}

func frame(t *testing.T, conn *websocket.Conn) map[string]any {
	t.Helper()
	var f map[string]any
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if err := conn.ReadJSON(&f); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSocketGreetingAndTheEleventh(t *testing.T) {
	s, _ := start(t, fakeslack.Options{Delay: quick})
	for i := range 11 {
		conn, hello := dial(t, s)
		if hello["type"] != "hello" || hello["num_connections"] != float64(i+1) || hello["debug_info"].(map[string]any)["approximate_connection_time"] != float64(3600) {
			t.Fatalf("hello: got %v", hello)
		}
		if i < 10 {
			continue
		}
		if f := frame(t, conn); f["type"] != "disconnect" || f["reason"] != "too_many_websockets" {
			t.Errorf("eleventh: got %v", f)
		}
	}
	wait(t, s, func(st *fakeslack.State) bool { return st.Sockets() == 10 })
}

func TestSocketTicketsWorkOnce(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	url := call(t, s, "apps.connections.open", set{"token": fakeslack.SampleAppToken})["url"].(string)
	conn, res, err := websocket.DefaultDialer.Dial(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	defer func() { _ = conn.Close() }()
	_, res, err = websocket.DefaultDialer.Dial(url, nil)
	if err == nil || res.StatusCode != http.StatusForbidden {
		t.Errorf("second use: got %v", err)
	}
	_ = res.Body.Close()
}

func TestDisconnectReasons(t *testing.T) {
	for _, reason := range []string{"warning", "refresh_requested", "link_disabled"} {
		s, _ := start(t, fakeslack.Options{Delay: quick})
		conn, _ := dial(t, s)
		s.Disconnect(reason)
		if f := frame(t, conn); f["reason"] != reason {
			t.Errorf("got %v, want %s", f, reason)
		}
		say(t, s, "not for a socket that was told to go")
		wait(t, s, func(st *fakeslack.State) bool { return st.Sockets() == 0 })
	}
}

func TestFrozenSocketsAreSilent(t *testing.T) {
	s, _ := start(t, fakeslack.Options{Delay: func(d time.Duration) time.Duration { return d / 100 }})
	l := listen(t, s, nil)
	s.Switch(func(sw *fakeslack.Switches) { sw.Frozen = true })
	say(t, s, "held")
	wait(t, s, func(st *fakeslack.State) bool { return st.Deliveries()[0].Attempts == 2 })
	if s.Sockets() != 1 || len(l.events) != 0 {
		t.Errorf("got %d sockets, %d events; want 1, 0", s.Sockets(), len(l.events))
	}
	s.Switch(func(sw *fakeslack.Switches) { sw.Frozen = false })
	if got := message(t, l.next(t)).Text; got != "held" {
		t.Errorf("after the thaw: got %q", got)
	}
}

func TestLargeAcksAreDropped(t *testing.T) {
	s, _ := start(t, fakeslack.Options{Delay: quick})
	conn, _ := dial(t, s)
	say(t, s, "x")
	f := frame(t, conn)
	ack := map[string]any{"envelope_id": f["envelope_id"], "payload": map[string]any{"text": strings.Repeat("x", 20*1024)}}
	if err := conn.WriteJSON(ack); err != nil {
		t.Fatal(err)
	}
	if again := frame(t, conn); again["retry_attempt"] != float64(1) || again["retry_reason"] != "timeout" || again["envelope_id"] == f["envelope_id"] {
		t.Errorf("got %v, want a retry", again)
	}
}

type shapeCase struct {
	name string
	do   func() error
	want string // key=value pairs of the inner event: dots go down, - is absent, + present
}

func shapeCases(s *fakeslack.Server, api *slack.Client, root, other string) []shapeCase {
	return []shapeCase{
		{"own post", func() error { _, _, err := api.PostMessage(support, slack.MsgOptionText("x", false)); return err }, "bot_id=B0HANDOFF app_id=A0HANDOFF user=U0HANDOFF client_msg_id=-"},
		{"own post under a name", func() error {
			_, _, err := api.PostMessage(support, slack.MsgOptionText("x", false), slack.MsgOptionUsername("Ana"), slack.MsgOptionTS(root))
			return err
		}, "subtype=bot_message bot_id=B0HANDOFF username=Ana user=- thread_ts=" + root},
		{"own update", func() error {
			_, _, _, err := api.UpdateMessage(support, root, slack.MsgOptionText("y", false))
			return err
		}, "subtype=message_changed thread_ts=- message.ts=" + root + " message.text=y previous_message.text=root"},
		{"broadcast", func() error { _, err := s.Broadcast(maya, support, root, "x"); return err }, "subtype=thread_broadcast root.ts=" + root + " thread_ts=" + root},
		{"me", func() error { _, err := s.Me(maya, support, "", "waves"); return err }, "subtype=me_message text=waves"},
		{"edit", func() error { return s.Edit(maya, support, other, "changed") }, "subtype=message_changed message.edited.user=U0MAYA message.text=changed thread_ts=-"},
		{"unfurl", func() error { return s.Unfurl(support, root) }, "subtype=message_changed message.ts=" + root},
		{"delete", func() error { return s.Delete(maya, support, other) }, "subtype=message_deleted deleted_ts=" + other + " previous_message.user=U0MAYA"},
		{"tombstone", func() error { _, _, err := api.DeleteMessage(support, root); return err }, "subtype=message_changed message.subtype=tombstone message.ts=" + root},
		{"huddle", func() error { return s.Huddle(maya, support) }, "subtype=huddle_thread"},
		{"join", func() error { return s.Join(sam, billing) }, "subtype=channel_join user=U0SAM"},
		{"reaction", func() error { return s.React(maya, billing, s.History(billing)[0].TS, "eyes") }, "type=reaction_added reaction=eyes item.channel=C0BILLING"},
		{"mention", func() error { _, err := s.Say(maya, support, "", "<@U0HANDOFF> hi"); return err }, "type=message text=<@U0HANDOFF> client_msg_id=+"},
		{"channel archived", func() error {
			s.UpdateChannel(billing, func(c *fakeslack.Channel) { c.Archived = true })
			return nil
		}, "type=channel_archive channel=C0BILLING"},
		{"group members", func() error {
			s.UpdateGroup(fakeslack.SampleBillingGroup, func(g *fakeslack.Group) { g.Members = []string{maya} })
			return nil
		}, "type=subteam_members_changed subteam_id=S0BILL"},
	}
}

// The inner events the bot must tell apart.
func TestEventShapes(t *testing.T) {
	s, api := start(t, fakeslack.Options{})
	root := thread(t, s, 0)
	other := say(t, s, "to change")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range shapeCases(s, api, root, other) {
		before := len(s.Deliveries())
		must(c.do())
		all := s.Deliveries()
		if len(all) == before {
			t.Errorf("%s: no event", c.name)
			continue
		}
		var outer struct{ Event map[string]any }
		must(json.Unmarshal(all[before].Payload, &outer))
		for pair := range strings.FieldsSeq(c.want) {
			key, want, _ := strings.Cut(pair, "=")
			got := dig(outer.Event, key)
			if (want == "+") != (got != "-") && want == "+" || want != "+" && !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s: got %s, want %s", c.name, key, got, want)
			}
		}
	}
	s.Switch(func(sw *fakeslack.Switches) { sw.BareDeletes = true })
	ts := say(t, s, "bare")
	must(s.Delete(maya, support, ts))
	all := s.Deliveries()
	if last := string(all[len(all)-1].Payload); strings.Contains(last, "previous_message") || !strings.Contains(last, `"deleted_ts":"`+ts) {
		t.Errorf("bare delete: got %s", last)
	}
}

func dig(m map[string]any, path string) string {
	head, rest, deeper := strings.Cut(path, ".")
	v, ok := m[head]
	if !ok {
		return "-"
	}
	if deeper {
		inner, _ := v.(map[string]any)
		return dig(inner, rest)
	}
	return fmt.Sprint(v)
}

func TestTwoMessagesWithOneGesture(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	ts, err := s.SayTwice(maya, support, "", "once")
	if err != nil {
		t.Fatal(err)
	}
	a, _ := s.Message(support, ts[0])
	b, _ := s.Message(support, ts[1])
	if a.TS == b.TS || a.ClientMsgID != b.ClientMsgID || a.ClientMsgID == "" {
		t.Errorf("got %s %s and %s %s", a.TS, a.ClientMsgID, b.TS, b.ClientMsgID)
	}
}

func TestWaitForEndsWithItsContext(t *testing.T) {
	s := fakeslack.Sample(fakeslack.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.WaitFor(ctx, func(*fakeslack.State) bool { return false }); err == nil {
		t.Error("got no error")
	}
}
