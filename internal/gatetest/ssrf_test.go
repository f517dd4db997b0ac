package gatetest

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/handofftest"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// This version fetches no address that a visitor, a page or an agent names, and
// none that an admin names beside ai.base_url, slack.api_url, mail.smtp and
// webhooks.on_close, whose guard is shown in the room webhook. So B-71 is shown from
// outside: a canary on loopback that nobody may ever call.

// addresses are the ways to name a place that must not be fetched; a canary's own
// port stands in those that lead to this machine.
func addresses(canary string) []string {
	port := canary[strings.LastIndexByte(canary, ':')+1:]
	var out []string
	for _, host := range []string{
		"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
		"169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.0.1", "240.0.0.1", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fec0::1]",
		"user@127.0.0.1", "www.example.com@127.0.0.1", "rebind.example",
	} {
		out = append(out, "http://"+host+":"+port+"/")
	}
	return append(out, canary, "https://127.0.0.1:"+port, "gopher://127.0.0.1:"+port+"/", "file:///etc/passwd")
}

// fetchers are the keys whose features would fetch, or call, an address, and how
// the file's check refuses them: those of features that are not in this version,
// mail.smtp, which takes no web address, and storage.files, which takes a folder of
// this machine and no address at all.
var fetchers = []struct{ form, refusal string }{
	{"knowledge: [{url: %q}]", "knowledge.url is not in this version"},
	{"mail: {smtp: %q}", "mail.smtp"},
	{"storage: {url: sqlite://x.db, files: %q}", "storage.files"},
	{"handoff: {when_nobody: [{after: 2m, do: email, address: %q}]}", "is not a mail address"},
	{"widget: {keys: [{key: pk_x, origins: ['https://a.example'], avatar: %q}]}", `there is no key "avatar"`},
	{"widget: {keys: [{key: pk_x, origins: ['https://a.example'], jwks: %q}]}", `there is no key "jwks"`},
	{"server: {oidc: {issuer: %q}}", `there is no key "oidc"`},
}

// B-71: every key that would make the server fetch an address is refused by name,
// whatever the address looks like.
func TestB71KeysThatFetchAreRefused(t *testing.T) {
	bait := canary(t)
	for _, f := range fetchers {
		for _, address := range addresses(bait.URL) {
			if f.refusal == "storage.files" && strings.HasPrefix(address, "file://") {
				continue
			}
			text := fmt.Sprintf(f.form, address) + "\nai: {base_url: 'offline://'}\n"
			if !strings.HasPrefix(text, "widget:") {
				text += "widget: {keys: [{key: pk_x, origins: ['https://a.example']}]}\n"
			}
			path := filepath.Join(t.TempDir(), "handoff.yaml")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := config.Load(path, func(string) (string, bool) { return "", false })
			if err == nil || !strings.Contains(err.Error(), f.refusal) {
				t.Errorf("%s\ngot %v, want %s", text, err, f.refusal)
			}
		}
	}
}

// B-71: addresses in what visitors, pages, agents, documents and the model write
// are text. Nobody calls them.
func TestB71TextIsNotFetched(t *testing.T) {
	t.Parallel()
	bait := canary(t)
	h := house(t, handofftest.Options{})
	all := addresses(bait.URL)
	listed := strings.Join(all, " ")
	page := "# Vouchers\n\nSee ![a voucher](" + bait.URL + "/p.png) and [the list](" + bait.URL + "/l). <img src=\"" + bait.URL + "/i\"> " + listed + "\n"
	for _, name := range []string{"vouchers.md", "vouchers.html"} {
		if err := os.WriteFile(filepath.Join(h.Dir, "knowledge", name), []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h.Model.Script(llmtest.Say("Vouchers are at ![v](" + bait.URL + "/v.png) and [here](" + bait.URL + "/x), or " + bait.URL + "/raw."))
	h.Start()
	g := newGuest(t, h, map[string]any{
		"page":    map[string]any{"url": bait.URL + "/page", "title": bait.URL, "referrer": bait.URL + "/from"},
		"context": map[string]any{"avatar": bait.URL + "/me.png", "name": bait.URL, "plan": "see " + bait.URL + "/plan"},
	})
	g.say("ask", "Where are the vouchers? "+listed)
	g.hears("Vouchers are at")
	g.post("escalate", map[string]any{"reason": bait.URL, "fields": map[string]any{"link": listed}})
	g.post("contact", map[string]any{"name": bait.URL, "message": listed})
	root := card(t, h, support, g.reference)
	threadShows(t, h, support, root, bait.URL)
	agent := "<" + bait.URL + "/a|a page> and <" + bait.URL + "/b>"
	if _, err := h.Slack.Say(maya, support, root, agent); err != nil {
		t.Fatal(err)
	}
	g.hears("a page")
	for _, m := range h.Slack.Thread(support, root) {
		if m.Unfurls > 0 {
			t.Errorf("Slack was asked to fetch a preview for %q", m.Visible())
		}
	}
}

// B-71, B-65: an event that names a file, an avatar or an answer elsewhere makes
// nobody go there.
func TestB71FilesOfEventsAreNotFetched(t *testing.T) {
	t.Parallel()
	bait := canary(t)
	h := started(t, handofftest.Options{})
	g := newGuest(t, h, map[string]any{})
	g.post("escalate", map[string]any{})
	root := card(t, h, support, g.reference)
	file := map[string]any{
		"id": "F0EVIL", "name": "a.png", "mimetype": "image/png", "filetype": "png", "mode": "hosted", "size": 10,
		"url_private": bait.URL + "/files-pri/a.png", "url_private_download": bait.URL + "/files-pri/download/a.png", "thumb_360": bait.URL + "/t.png",
		"permalink": bait.URL + "/p", "external_url": bait.URL + "/e",
	}
	ts := unheard(t, h, root, "see the file")
	h.Slack.Emit(map[string]any{
		"type": "message", "subtype": "file_share", "channel": support, "channel_type": "channel", "user": maya, "text": "see the file", "ts": ts,
		"thread_ts": root, "event_ts": ts, "files": []any{file}, "user_profile": map[string]any{"image_72": bait.URL + "/face.png"},
		"attachments": []any{map[string]any{"from_url": bait.URL + "/u", "image_url": bait.URL + "/u.png", "original_url": bait.URL}},
	})
	g.hears("see the file")
	if _, err := h.Slack.Say(maya, support, root, "and after it"); err != nil {
		t.Fatal(err)
	}
	g.hears("and after it") // the lines of a thread are worked in their order
	for _, e := range g.events() {
		if strings.Contains(string(e.Data), bait.URL) || strings.Contains(string(e.Data), "F0EVIL") {
			t.Errorf("the visitor is shown the file's address: %s", e.Data)
		}
	}
}

// B-71: a model or a Slack that answers with a redirect is not followed, so the
// key and the tokens stay with the host the admin named.
func TestB71RedirectsAreNotFollowed(t *testing.T) {
	for _, code := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			bait := canary(t)
			to := func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, bait.URL+r.URL.Path, code)
			}
			model, slack := newRecorder(t, to), newRecorder(t, to)
			h := house(t, handofftest.Options{Mode: "http", Policy: "handoff: {level: ai_only}\n"})
			rewrite(t, h,
				`base_url: "[^"]*"`, `base_url: "`+model.URL+`/v1"`,
				`mode: http`, `mode: socket, app_token: `+fakeslack.SampleAppToken,
				`signing_secret: \w+, `, "", `api_url: "[^"]*"`, `api_url: "`+slack.URL+`/api/"`)
			h.Start()
			g := newGuest(t, h, map[string]any{})
			g.say("ask", "How long do parcels within Germany take?")
			g.until("the apology", func([]seen) bool { return len(model.calls()) > 0 && len(g.events()) > 1 })
			waitFor(t, "the bot token and the app token are tried", func() bool {
				seen := strings.Join(slack.calls(), "\n")
				return strings.Contains(seen, "/api/auth.test") && strings.Contains(seen, "/api/apps.connections.open")
			})
			if body := healthz(t, h); body != "degraded" {
				t.Errorf("/healthz says %q, want degraded", body)
			}
		})
	}
}

// B-71: a proxy in the environment is not used: it would see every key. The
// unspecified address is this machine, and no proxy is bypassed for it as for
// 127.0.0.1.
func TestB71ProxyIsNotUsed(t *testing.T) {
	bait := canary(t)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		t.Setenv(name, bait.URL)
	}
	t.Setenv("NO_PROXY", "")
	t.Setenv("no_proxy", "")
	// The test could not fail if this address went past a proxy anyway.
	proxy, err := httpproxy.FromEnvironment().ProxyFunc()(&url.URL{Scheme: "http", Host: "0.0.0.0:1"})
	if err != nil || proxy == nil || proxy.String() != bait.URL {
		t.Fatalf("a client that obeys the environment uses the proxy %v, %v", proxy, err)
	}
	h := house(t, handofftest.Options{Runs: handofftest.InProcessOfItsOwn})
	rewrite(t, h, `base_url: "http://127.0.0.1`, `base_url: "http://0.0.0.0`, `api_url: "http://127.0.0.1`, `api_url: "http://0.0.0.0`)
	h.Model.Script(llmtest.Say("Parcels take two working days."))
	h.Start()
	g := newGuest(t, h, map[string]any{})
	g.say("ask", "How long do parcels within Germany take?")
	g.hears("two working days")
	g.post("escalate", map[string]any{})
	threadShows(t, h, support, card(t, h, support, g.reference), "two working days")
}

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not happen that %s", what)
		}
	}
}

func healthz(t *testing.T, h *handofftest.House) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, body := answer(t, req)
	return strings.TrimSpace(body)
}
