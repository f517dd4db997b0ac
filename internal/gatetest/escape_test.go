package gatetest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/handofftest"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// tokens are what Slack, its composer or its parser would act upon.
func tokens() []string {
	return []string{
		"<!channel>", "<!here>", "<!everyone>", "<!here|here>", "<@U0MAYA>", "<@U0MAYA|maya>", "<!subteam^S0SUPPORT>", "<!subteam^S0SUPPORT|@support-team>",
		"<#C0SUPPORT>", "<#C0SUPPORT|support>", "<!date^1700000000^{date_num}^https://evil.example|x>", "<https://evil.example|bank.com>", "<mailto:a@evil.example|us>",
		"@here", "@channel", "@everyone", "@maya", "#support", "[bank](http://evil.example)", "http://evil.example/?d=1", "&lt;!here&gt;", "&amp;lt;!here&amp;gt;", "&#60;!here&#62;",
		"*Maya claimed this*", "_i_", "~s~", "`c`", "```", "> quote", ":rotating_light:", "✅ Maya has this chat", "5 < 6 & 7 > 2", "<", ">", "&", "<<!here>>", "<! here>", "<\u200b!here>",
		"\u202e>ereh!<", "\u2066", "\u0000", "\u001b[31m", "\ufeff", "名前", "H-4F2K", "h:cnv_x:1:0", `{"type":"broadcast","range":"here"}`, `"},{"type":"user","user_id":"U0MAYA"}`, "|", "^",
	}
}

// nasty makes n different strings, of up to 60 characters, of such tokens.
func nasty(n int) []string {
	random, parts := rand.New(rand.NewPCG(53, 1)), tokens()
	known := make(map[string]bool, n)
	out := slices.Clone(parts)
	for len(out) < n {
		s := ""
		for range 1 + random.IntN(3) {
			s += parts[random.IntN(len(parts))] + []string{"", " ", "a"}[random.IntN(3)]
		}
		if r := []rune(s); len(r) > 60 {
			s = string(r[:60])
		}
		if !known[s] {
			known[s] = true
			out = append(out, s)
		}
	}
	return out[:n]
}

// bundles joins strings into lines of at most limit characters.
func bundles(all []string, limit int) []string {
	var out []string
	line := ""
	for _, s := range all {
		if line != "" && len([]rune(line))+len([]rune(s))+3 > limit {
			out, line = append(out, line), ""
		}
		line += " · " + s
	}
	return append(out, line)
}

// B-53: two thousand strings that would mention, link, format or forge go through
// every field a visitor has, and through the model and the documents. Slack is
// never told to do anything by them, and shows them as they were written.
func TestB53EveryField(t *testing.T) {
	t.Parallel()
	all := nasty(2000)
	h := house(t, handofftest.Options{Policy: "handoff: {level: balanced, notify: none}\n"})
	document := "# How long vouchers are valid <!here> <@U0MAYA> & *b*\n\nVouchers are valid for a year. <!channel>\n\n## Tokens\n\n" + strings.Join(tokens(), " ") + "\n"
	document = strings.ReplaceAll(document, "\x00", "") // a file with one is no text, and left out
	if err := os.WriteFile(filepath.Join(h.Dir, "knowledge", "vouchers.md"), []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Model.Script(llmtest.Say("Vouchers are valid for a year. " + strings.Join(tokens(), " ")))
	h.Start()
	short, long := bundles(all, 190), bundles(all, 1900)
	pick := func(from []string, i int) string { return from[i%len(from)] }
	for n := range 4 {
		g := newGuest(t, h, map[string]any{
			"page":    map[string]any{"url": "https://shop.example/" + pick(short, n) + "?x=" + pick(all, n), "title": pick(short, n)[:60], "referrer": pick(all, n)},
			"context": map[string]any{"name": pick(all, 7*n), "email": pick(all, n), "plan": pick(short, n+1), "company": pick(short, n+2), "phone": pick(all, n+9)},
		})
		g.say("ask", "How long are vouchers valid?")
		g.hears("valid for a year")
		for i, line := range bundles(all[n*500:(n+1)*500], 3900) {
			g.say(fmt.Sprint("line-", i), line)
		}
		g.post("escalate", map[string]any{"reason": pick(long, n+3), "fields": map[string]any{pick(short, n)[:50]: pick(long, n+4), pick(all, n+11) + "x": pick(short, n+5)}})
		g.post("contact", map[string]any{"name": pick(all, n+20), "email": "a@b.example", "message": pick(long, n+6)})
		for _, fields := range []map[string]any{{"email": pick(all, n+22)}, {"phone": pick(all, n+23)}} { // taken or refused
			g.call(http.MethodPost, g.at("contact"), fields)
		}
		g.must(http.MethodPatch, strings.TrimSuffix(g.at(""), "/"), map[string]any{"page": map[string]any{"url": "https://shop.example/next", "title": pick(all, n+30)}}, nil)
		g.call(http.MethodPost, g.at("rating"), map[string]any{"score": 1, "comment": pick(long, n+7)})
		g.say("plain", fmt.Sprintf("5 < 6 & 7 > 2, line %d", n))
		root := card(t, h, support, g.reference)
		threadShows(t, h, support, root, fmt.Sprintf("5 < 6 & 7 > 2, line %d", n))
		if n == 0 {
			threadShows(t, h, support, root, "<!channel> · <!here> · <!everyone> · ") // as it was written
			// One that surely goes alone: the others may follow a line in the same
			// message, whose notification begins with that one.
			g.say("alone", "5 < 6 & 7 > 2, line by itself")
			threadShows(t, h, support, root, "5 < 6 & 7 > 2, line by itself")
		}
	}
	for _, c := range h.Slack.Calls() {
		harmless(t, c)
	}
	for _, root := range h.Slack.History(support) {
		for _, m := range h.Slack.Thread(support, root.TS) {
			if len(m.Controls) > 0 || m.Unfurls > 0 {
				t.Errorf("Slack is made to do %v, %d previews, by %.200q", m.Controls, m.Unfurls, m.Visible())
			}
		}
	}
	escapedOnce(t, h)
}

// harmless fails when a call could make Slack do something by what is in it.
func harmless(t *testing.T, c fakeslack.Call) {
	t.Helper()
	if strings.ContainsAny(c.Args["text"], "<>") {
		t.Errorf("%s: an unescaped sign in the text %.200q", c.Method, c.Args["text"])
	}
	for _, arg := range []string{"parse", "link_names"} {
		if v := c.Args[arg]; v != "" && v != "none" && v != "false" && v != "0" {
			t.Errorf("%s: %s is %q", c.Method, arg, v)
		}
	}
	if c.Method == "chat.postMessage" && (c.Args["unfurl_links"] != "false" || c.Args["unfurl_media"] != "false") {
		t.Errorf("%s: previews are on: %q, %q", c.Method, c.Args["unfurl_links"], c.Args["unfurl_media"])
	}
	for _, arg := range []string{"blocks", "view"} {
		var tree any
		if c.Args[arg] != "" && json.Unmarshal([]byte(c.Args[arg]), &tree) == nil {
			harmlessNode(t, c.Method, tree)
		}
	}
}

func harmlessNode(t *testing.T, method string, node any) {
	t.Helper()
	switch n := node.(type) {
	case map[string]any:
		switch n["type"] {
		case "broadcast", "user", "usergroup", "channel", "mrkdwn", "markdown", "emoji", "image":
			t.Errorf("%s: a visitor's text became %v", method, n)
		case "link":
			url, _ := n["url"].(string)
			if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "mailto:") {
				t.Errorf("%s: a link to %q", method, url)
			}
			if label, ok := n["text"].(string); ok && label != url && strings.Contains(url, "evil.example") {
				t.Errorf("%s: %q hides a link to %q", method, label, url)
			}
		}
		for _, child := range n {
			harmlessNode(t, method, child)
		}
	case []any:
		for _, child := range n {
			harmlessNode(t, method, child)
		}
	}
}

// escapedOnce looks at the plain line in the notification's text.
func escapedOnce(t *testing.T, h *handofftest.House) {
	t.Helper()
	found := false
	for _, c := range h.Slack.Calls() {
		if !strings.Contains(c.Args["text"], ", line ") {
			continue
		}
		found = true
		if !strings.Contains(c.Args["text"], "5 &lt; 6 &amp; 7 &gt; 2, line") {
			t.Errorf("escaped wrongly, or twice: %q", c.Args["text"])
		}
	}
	if !found {
		t.Error("no notification holds the plain line")
	}
}
