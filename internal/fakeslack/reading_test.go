package fakeslack_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

func thread(t *testing.T, s *fakeslack.Server, replies int) (root string) {
	t.Helper()
	root, _ = call(t, s, "chat.postMessage", set{"channel": support, "text": "root", "metadata": `{"event_type":"m","event_payload":{"mid":"1"}}`})["ts"].(string)
	for i := range replies {
		if _, err := s.Say(maya, support, root, fmt.Sprint("reply ", i)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestRepliesArePaged(t *testing.T) {
	for _, c := range []struct {
		name  string
		sw    fakeslack.Switches
		limit int
		pages int
	}{{"one page", fakeslack.Switches{}, 0, 1}, {"limit 2", fakeslack.Switches{}, 2, 3}, {"short pages", fakeslack.Switches{ShortPages: true}, 1000, 3}} {
		t.Run(c.name, func(t *testing.T) {
			s, api := start(t, fakeslack.Options{Switches: c.sw})
			root := thread(t, s, 5)
			cursor, pages, seen := "", 0, map[string]bool{}
			for {
				list, more, next, err := api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: support, Timestamp: root, Cursor: cursor, Limit: c.limit})
				if err != nil {
					t.Fatal(err)
				}
				if list[0].Timestamp != root || list[0].ReplyCount != 5 || list[0].LatestReply == "" {
					t.Errorf("root first: got %+v", list[0].Msg)
				}
				for _, m := range list {
					seen[m.Timestamp] = true
				}
				pages++
				if cursor = next; !more {
					break
				}
			}
			if pages != c.pages || len(seen) != 6 {
				t.Errorf("got %d messages in %d pages, want 6 in %d", len(seen), pages, c.pages)
			}
		})
	}
}

func TestOldestLatestInclusive(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	var ts []string
	for i := range 4 {
		one, err := s.Say(maya, support, "", fmt.Sprint(i))
		if err != nil {
			t.Fatal(err)
		}
		ts = append(ts, one)
	}
	cases := []struct {
		args set
		want string
	}{
		{set{}, "3210"}, {set{"oldest": ts[1]}, "32"}, {set{"oldest": ts[1], "inclusive": "true"}, "321"},
		{set{"latest": ts[2]}, "10"}, {set{"latest": ts[2], "oldest": ts[1], "inclusive": "1"}, "21"}, {set{"limit": "1"}, "3"},
	}
	for _, c := range cases {
		c.args["channel"] = support
		got := ""
		for _, m := range call(t, s, "conversations.history", c.args)["messages"].([]any) {
			got += m.(map[string]any)["text"].(string)
		}
		if got != c.want {
			t.Errorf("%v: got %s, want %s", c.args, got, c.want)
		}
	}
}

func TestMetadataModes(t *testing.T) {
	for _, c := range []struct {
		mode                  fakeslack.MetadataMode
		posted, plain, onWish bool
	}{{fakeslack.MetadataOnRequest, true, false, true}, {fakeslack.MetadataAlways, true, true, true}, {fakeslack.MetadataDropped, false, false, false}} {
		s, api := start(t, fakeslack.Options{Switches: fakeslack.Switches{Metadata: c.mode}})
		_, ts, out, err := api.PostMessageWithResponseContext(context.Background(), support, slack.MsgOptionText("x", false), slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "m", EventPayload: map[string]any{"mid": "1"}}))
		if err != nil {
			t.Fatal(err)
		}
		has := func(all bool) bool {
			list, _, _, err := api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: support, Timestamp: ts, IncludeAllMetadata: all})
			if err != nil {
				t.Fatal(err)
			}
			return list[0].Metadata.EventType == "m"
		}
		if got := [3]bool{out.Metadata.EventType == "m", has(false), has(true)}; got != [3]bool{c.posted, c.plain, c.onWish} {
			t.Errorf("mode %d: got %v", c.mode, got)
		}
		_ = s
	}
}

func TestRepliesToWhatIsGone(t *testing.T) {
	for _, vanish := range []bool{false, true} {
		s, api := start(t, fakeslack.Options{Switches: fakeslack.Switches{VanishingRoots: vanish}})
		root := thread(t, s, 1)
		call(t, s, "chat.delete", set{"channel": support, "ts": root})
		_, _, out, err := api.PostMessageWithResponseContext(context.Background(), support, slack.MsgOptionText("late", false), slack.MsgOptionTS(root))
		if err != nil || out.ThreadTimestamp != "" {
			t.Errorf("vanish %v: got thread %q, %v; want the channel itself", vanish, out.ThreadTimestamp, err)
		}
		got := call(t, s, "conversations.replies", set{"channel": support, "ts": root})
		if (got["error"] == "thread_not_found") != vanish {
			t.Errorf("vanish %v: got %v", vanish, got)
		}
	}
}

func TestSmallPlan(t *testing.T) {
	s, api := start(t, fakeslack.Options{Switches: fakeslack.Switches{SmallPlan: true}})
	root := thread(t, s, 20)
	read := func() ([]slack.Message, error) {
		list, _, _, err := api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: support, Timestamp: root, Limit: 1000})
		return list, err
	}
	list, err := read()
	if err != nil || len(list) != 15 {
		t.Errorf("got %d objects, %v; want 15", len(list), err)
	}
	_, err = read()
	var limited *slack.RateLimitedError
	if !errors.As(err, &limited) || limited.RetryAfter < 50*time.Second {
		t.Errorf("second call in a minute: got %v", err)
	}
}

func TestThrottle(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	s, _ := start(t, fakeslack.Options{Switches: fakeslack.Switches{Throttle: true}, Now: func() time.Time { return now }})
	refused := 0
	for range 8 {
		if call(t, s, "chat.postMessage", set{"channel": support, "text": "x"})["error"] == "ratelimited" {
			refused++
		}
	}
	if other := call(t, s, "chat.postMessage", set{"channel": billing, "text": "x"}); refused != 3 || other["ok"] != true {
		t.Errorf("got %d refused of 8, other channel %v; want 3 and ok", refused, other)
	}
	if calls := s.Calls(); calls[7].Status != http.StatusTooManyRequests || calls[7].Committed {
		t.Errorf("got %+v", calls[7])
	}
}

func TestPeople(t *testing.T) {
	s, api := start(t, fakeslack.Options{Scopes: append(fakeslack.ManifestScopes(), "users:read.email")})
	s.AddUser(fakeslack.User{ID: "U0GUEST", Name: "guest", UltraRestricted: true, Restricted: true})
	s.AddUser(fakeslack.User{ID: "U0OUT", Name: "out", TeamID: "T0OTHER", Stranger: true, Deleted: true})
	u, err := api.GetUserInfo(maya)
	if err != nil || u.RealName != "Maya Lind" || u.Profile.DisplayName != "Maya" || u.Profile.Image48 == "" || u.Profile.Email == "" {
		t.Errorf("users.info: got %+v, %v", u, err)
	}
	all, err := api.GetUsers()
	if err != nil || len(all) != 6 || !all[4].IsUltraRestricted || !all[5].IsStranger || all[5].TeamID != "T0OTHER" || !all[0].IsBot {
		t.Errorf("users.list: got %d, %v", len(all), err)
	}
	if u, err := api.GetUserByEmail("MAYA@acme.example"); err != nil || u.ID != maya {
		t.Errorf("lookupByEmail: got %v, %v", u, err)
	}
	s.UpdateUser(maya, func(u *fakeslack.User) { u.Active = false; u.DNDUntil = time.Now().Add(time.Hour) })
	if p, err := api.GetUserPresence(maya); err != nil || p.Presence != "away" {
		t.Errorf("presence: got %v, %v", p, err)
	}
	if d, err := api.GetDNDTeamInfo([]string{maya, sam}); err != nil || !d[maya].Enabled || d[sam].Enabled {
		t.Errorf("dnd: got %v, %v", d, err)
	}
	members, err := api.GetUserGroupMembers(fakeslack.SampleSupportGroup)
	if err != nil || len(members) != 2 {
		t.Errorf("group: got %v, %v", members, err)
	}
	s.Switch(func(sw *fakeslack.Switches) { sw.FreePlan = true })
	if _, err := api.GetUserGroups(); err == nil || err.Error() != "plan_upgrade_required" {
		t.Errorf("free plan: got %v", err)
	}
	bot, err := api.GetBotInfo(slack.GetBotInfoParameters{Bot: fakeslack.SampleBot})
	if err != nil || bot.UserID != fakeslack.SampleBotUser {
		t.Errorf("bots.info: got %v, %v", bot, err)
	}
}

func TestChannels(t *testing.T) {
	s, api := start(t, fakeslack.Options{})
	s.AddChannel(fakeslack.Channel{ID: "C0OPEN", Name: "open", Members: []string{maya}})
	if _, _, _, err := api.JoinConversation("C0OPEN"); err != nil {
		t.Fatal(err)
	}
	if members, _, err := api.GetUsersInConversation(&slack.GetUsersInConversationParameters{ChannelID: "C0OPEN"}); err != nil || len(members) != 2 {
		t.Errorf("members: got %v, %v", members, err)
	}
	mine, _, err := api.GetConversationsForUser(&slack.GetConversationsForUserParameters{})
	if err != nil || len(mine) != 3 {
		t.Errorf("users.conversations: got %d, %v", len(mine), err)
	}
	s.UpdateChannel("C0OPEN", func(c *fakeslack.Channel) { c.ExtShared = true; c.Name = "shared" })
	info, err := api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: "C0OPEN"})
	if err != nil || !info.IsExtShared || info.Name != "shared" || !info.IsMember {
		t.Errorf("info: got %+v, %v", info, err)
	}
	im, _, _, err := api.OpenConversation(&slack.OpenConversationParameters{Users: []string{maya}})
	if err != nil {
		t.Fatal(err)
	}
	if ch, _, err := api.PostMessage(maya, slack.MsgOptionText("psst", false)); err != nil || ch != im.ID {
		t.Errorf("post to a user: got %s, %v; want %s", ch, err, im.ID)
	}
	link, err := api.GetPermalink(&slack.PermalinkParameters{Channel: support, Ts: thread(t, s, 0)})
	if err != nil || !strings.HasPrefix(link, "https://acme.slack.com/archives/C0SUPPORT/p") {
		t.Errorf("permalink: got %s, %v", link, err)
	}
}

func TestFiles(t *testing.T) {
	ctx := context.Background()
	s, api := start(t, fakeslack.Options{})
	root := thread(t, s, 0)
	for _, way := range []string{"client", "raw"} {
		var err error
		if way == "client" {
			_, err = api.UploadFileContext(ctx, slack.UploadFileParameters{Filename: "a.txt", FileSize: 12, Content: "hello, files", Channel: support, ThreadTimestamp: root})
		} else {
			err = uploadRaw(ctx, api, root)
		}
		if err != nil {
			t.Fatalf("%s: %v", way, err)
		}
		list := s.Thread(support, root)
		m := list[len(list)-1]
		if len(m.Files) != 1 || string(m.Files[0].Data) != "hello, files" || m.Subtype != "file_share" {
			t.Fatalf("%s: got %+v", way, m)
		}
		f, _, _, err := api.GetFileInfoContext(ctx, m.Files[0].ID, 0, 0)
		if err != nil || len(f.Shares.Public[support]) != 1 {
			t.Fatalf("%s: info %+v, %v", way, f, err)
		}
		var got bytes.Buffer
		if err := api.GetFileContext(ctx, f.URLPrivateDownload, &got); err != nil || got.String() != "hello, files" {
			t.Errorf("%s: download %q, %v", way, got.String(), err)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URLPrivate, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Close = true
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if kind := res.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/html") {
			t.Errorf("without the token: got %s, want a sign-in page", kind)
		}
		if err := complete(api, m.Files[0].ID); err == nil {
			t.Errorf("%s: completing twice: no error", way)
		}
	}
}

func complete(api *slack.Client, file string) error {
	_, err := api.CompleteUploadExternalContext(context.Background(), slack.CompleteUploadExternalParameters{Files: []slack.FileSummary{{ID: file}}, Channel: support})
	return err
}

func uploadRaw(ctx context.Context, api *slack.Client, root string) error {
	slot, err := api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: "a.txt", FileSize: 12})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, slot.UploadURL, strings.NewReader("hello, files"))
	if err != nil {
		return err
	}
	req.Close = true
	req.Header.Set("Content-Type", "application/octet-stream")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	_, err = api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{Files: []slack.FileSummary{{ID: slot.FileID}}, Channel: support, ThreadTimestamp: root})
	return err
}
