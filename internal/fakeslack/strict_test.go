package fakeslack_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// set is the arguments of a call.
type set map[string]string

func text(n int) string { return strings.Repeat("é", n) }

// sectionBlocks is n sections with text of the given length.
func sectionBlocks(n, length int) string {
	blocks := []any{}
	for range n {
		blocks = append(blocks, map[string]any{"type": "section", "text": map[string]any{"type": "plain_text", "text": text(length)}})
	}
	out, _ := json.Marshal(blocks)
	return string(out)
}

func modal(body string) string {
	return `{"type":"modal","title":{"type":"plain_text","text":"T"},"blocks":[` + body + `]}`
}

const divider = `{"type":"divider"}`

// strictSetup makes one message of each author and the places nobody may enter.
func strictSetup(t *testing.T) (s *fakeslack.Server, own, hers string) {
	t.Helper()
	s, _ = start(t, fakeslack.Options{})
	s.AddChannel(fakeslack.Channel{ID: "C0OPEN", Name: "open", Members: []string{maya}})
	s.AddChannel(fakeslack.Channel{ID: "C0SECRET", Name: "secret", Private: true, Members: []string{maya}})
	s.AddChannel(fakeslack.Channel{ID: "C0OLD", Name: "old", Archived: true, Members: []string{maya, fakeslack.SampleBotUser}})
	own, _ = call(t, s, "chat.postMessage", set{"channel": support, "text": "mine"})["ts"].(string)
	hers, err := s.Say(maya, support, "", "hers")
	if err != nil || own == "" {
		t.Fatal(own, err)
	}
	return s, own, hers
}

func TestRefusals(t *testing.T) {
	s, own, hers := strictSetup(t)
	cases := []struct {
		name, method string
		args         set
		want         string
	}{
		{"no such method", "chat.shout", set{}, "unknown_method"},
		{"wrong token", "auth.test", set{"token": "xoxb-other"}, "invalid_auth"},
		{"no token", "auth.test", set{"token": ""}, "not_authed"},
		{"app token for a bot method", "auth.test", set{"token": fakeslack.SampleAppToken}, "not_allowed_token_type"},
		{"bot token for sockets", "apps.connections.open", set{}, "not_allowed_token_type"},
		{"scope not granted", "users.lookupByEmail", set{"email": "maya@acme.example"}, "missing_scope"},
		{"empty post", "chat.postMessage", set{"channel": support}, "no_text"},
		{"unknown channel", "chat.postMessage", set{"channel": "C0NONE", "text": "x"}, "channel_not_found"},
		{"public channel, not a member", "chat.postMessage", set{"channel": "C0OPEN", "text": "x"}, "not_in_channel"},
		{"private channel, not a member", "chat.postMessage", set{"channel": "C0SECRET", "text": "x"}, "channel_not_found"},
		{"archived", "chat.postMessage", set{"channel": "C0OLD", "text": "x"}, "is_archived"},
		{"51 blocks", "chat.postMessage", set{"channel": support, "blocks": sectionBlocks(51, 1)}, "invalid_blocks"},
		{"section over 3000", "chat.postMessage", set{"channel": support, "blocks": sectionBlocks(1, 3001)}, "invalid_blocks"},
		{"blocks that are no list", "chat.postMessage", set{"channel": support, "blocks": "{}"}, "invalid_blocks_format"},
		{"metadata without a type", "chat.postMessage", set{"channel": support, "text": "x", "metadata": `{"event_payload":{}}`}, "invalid_metadata_format"},
		{"metadata too large", "chat.postMessage", set{"channel": support, "text": "x", "metadata": `{"event_type":"a","event_payload":{"a":"` + text(9000) + `"}}`}, "metadata_too_large"},
		{"update of another's", "chat.update", set{"channel": support, "ts": hers, "text": "x"}, "cant_update_message"},
		{"update of nothing", "chat.update", set{"channel": support, "ts": "1.000100", "text": "x"}, "message_not_found"},
		{"update over 4000", "chat.update", set{"channel": support, "ts": own, "text": text(4001)}, "msg_too_long"},
		{"escaping counts", "chat.update", set{"channel": support, "ts": own, "text": strings.Repeat("&", 801)}, "msg_too_long"},
		{"delete of another's", "chat.delete", set{"channel": support, "ts": hers}, "cant_delete_message"},
		{"ephemeral to a stranger of the channel", "chat.postEphemeral", set{"channel": billing, "user": sam, "text": "x"}, "user_not_in_channel"},
		{"replies without a root", "conversations.replies", set{"channel": support, "ts": "1.000100"}, "thread_not_found"},
		{"history of a private channel", "conversations.history", set{"channel": "C0SECRET"}, "channel_not_found"},
		{"history from outside", "conversations.history", set{"channel": "C0OPEN"}, "not_in_channel"},
		{"join of a private channel", "conversations.join", set{"channel": "C0SECRET"}, "channel_not_found"},
		{"bad cursor", "conversations.history", set{"channel": support, "cursor": "zzz"}, "invalid_cursor"},
		{"unknown user", "users.info", set{"user": "U0NONE"}, "user_not_found"},
		{"unknown group", "usergroups.users.list", set{"usergroup": "S0NONE"}, "no_such_subteam"},
		{"made-up trigger", "views.open", set{"trigger_id": "1.a", "view": modal(divider)}, "invalid_trigger_id"},
		{"update of no view", "views.update", set{"view_id": "V0", "view": modal(divider)}, "not_found"},
		{"home with a wrong hash", "views.publish", set{"user_id": maya, "hash": "x", "view": `{"type":"home","blocks":[]}`}, "hash_conflict"},
		{"home that is a modal", "views.publish", set{"user_id": maya, "view": modal(divider)}, "invalid_arguments"},
		{"home too large", "views.publish", set{"user_id": maya, "view": text(130_000)}, "view_too_large"},
		{"file of no size", "files.getUploadURLExternal", set{"filename": "a.txt", "length": "0"}, "file_upload_size_restricted"},
		{"completing what is not there", "files.completeUploadExternal", set{"files": `[{"id":"F0"}]`}, "file_not_found"},
		{"reaction that is no name", "reactions.add", set{"channel": support, "timestamp": own, "name": ":eyes:"}, "invalid_name"},
		{"username too long", "chat.postMessage", set{"channel": support, "text": "x", "username": text(81)}, "invalid_arguments"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := call(t, s, c.method, c.args); got["error"] != c.want || got["ok"] != false {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

func TestMissingScopeNamesBoth(t *testing.T) {
	s, _ := start(t, fakeslack.Options{Scopes: []string{"channels:read"}})
	got := call(t, s, "chat.postMessage", set{"channel": support, "text": "x"})
	if got["error"] != "missing_scope" || got["needed"] != "chat:write" || got["provided"] != "channels:read" {
		t.Errorf("got %v", got)
	}
	s.SetScopes([]string{"chat:write"})
	if got := call(t, s, "chat.postMessage", set{"channel": support, "text": "x", "username": "Ana"}); got["needed"] != "chat:write.customize" {
		t.Errorf("custom name: got %v", got)
	}
	s.SetScopes([]string{"channels:history"})
	s.AddChannel(fakeslack.Channel{ID: "C0PRIV", Name: "priv", Private: true, Members: []string{fakeslack.SampleBotUser}})
	if got := call(t, s, "conversations.history", set{"channel": "C0PRIV"}); got["needed"] != "groups:history" {
		t.Errorf("private history: got %v", got)
	}
}

func TestTokenInHeaderAndJSONBody(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	post := func(token, body string) map[string]any {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.APIURL()+"chat.postMessage", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Close = true
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		var out map[string]any
		if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	body := `{"channel":"` + support + `","text":"hi","blocks":[` + divider + `],"unfurl_links":false}`
	if got := post(fakeslack.SampleBotToken, body); got["ok"] != true {
		t.Errorf("token in the header: got %v", got)
	}
	if got := post("", `{"token":"`+fakeslack.SampleBotToken+`","channel":"`+support+`","text":"hi"}`); got["error"] != "not_authed" {
		t.Errorf("token in a JSON body: got %v", got)
	}
	if got := post(fakeslack.SampleBotToken, "{"); got["error"] != "invalid_json" {
		t.Errorf("broken JSON: got %v", got)
	}
}

func TestLongTextSplitsAndTruncates(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	call(t, s, "chat.postMessage", set{"channel": support, "text": text(9000)})
	if got := len(s.History(support)); got != 3 {
		t.Errorf("9,000 characters: got %d messages, want 3", got)
	}
	out := call(t, s, "chat.postMessage", set{"channel": billing, "text": text(41_000)})
	if got := len(s.History(billing)); got != 10 || out["warning"] != "message_truncated" {
		t.Errorf("41,000 characters: got %d messages, warning %v", got, out["warning"])
	}
}

func TestTextComesBackEscaped(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	cases := []struct {
		sent, want string
		controls   []string
	}{
		{"a < b && c > d", "a &lt; b &amp;&amp; c &gt; d", nil},
		{"&lt;!channel&gt; &amp;", "&lt;!channel&gt; &amp;", nil},
		{"<!channel> look", "<!channel> look", []string{"<!channel>"}},
		{"<@U0MAYA> <https://evil.example|bank.com>", "<@U0MAYA> <https://evil.example|bank.com>", []string{"<@U0MAYA>", "<https://evil.example|bank.com>"}},
		{"<b>no</b>", "&lt;b&gt;no&lt;/b&gt;", nil},
		{"see https://a.example now", "see <https://a.example> now", []string{"<https://a.example>"}},
	}
	for _, c := range cases {
		ts, _ := call(t, s, "chat.postMessage", set{"channel": support, "text": c.sent})["ts"].(string)
		m, _ := s.Message(support, ts)
		if m.Text != c.want || !slices.Equal(m.Controls, c.controls) || m.Raw != c.sent {
			t.Errorf("%q: got %q %q, want %q %q", c.sent, m.Text, m.Controls, c.want, c.controls)
		}
	}
	blocks := `[{"type":"section","text":{"type":"mrkdwn","text":"hey @here <#C0SUPPORT>"}},{"type":"section","text":{"type":"plain_text","text":"<!channel>"}},{"type":"section","text":{"type":"mrkdwn","verbatim":true,"text":"@here"}}]`
	ts, _ := call(t, s, "chat.postMessage", set{"channel": support, "blocks": blocks, "text": "x"})["ts"].(string)
	m, _ := s.Message(support, ts)
	if want := []string{"<#C0SUPPORT>", "@here"}; !slices.Equal(m.Controls, want) {
		t.Errorf("blocks: got %q, want %q", m.Controls, want)
	}
}

func TestUpdateKeepsAndRemoves(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	blocks := `[{"type":"section","block_id":"h:1","text":{"type":"plain_text","text":"x"}},{"type":"markdown","block_id":"h:2","text":"**x**"}]`
	ts, _ := call(t, s, "chat.postMessage", set{"channel": support, "blocks": blocks, "metadata": `{"event_type":"m","event_payload":{"mid":"1"}}`})["ts"].(string)
	m, _ := s.Message(support, ts)
	if ids := m.BlockIDs(); ids[0] != "h:1" || ids[1] == "h:2" || ids[1] == "" {
		t.Errorf("block ids: got %q; a section keeps its own, markdown does not", ids)
	}
	call(t, s, "chat.update", set{"channel": support, "ts": ts, "text": "plain"})
	m, _ = s.Message(support, ts)
	if len(m.Blocks) != 0 || m.Metadata == nil {
		t.Errorf("text alone: got %d blocks, metadata %v; want none, kept", len(m.Blocks), m.Metadata)
	}
}
