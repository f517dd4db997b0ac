package handofftest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/fakesmtp"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// remark is something the operator is told: how it comes about, each time anew,
// the words that say what happened and what to do, and how it ends.
type remark struct {
	name    string
	policy  string
	happens func(b *bubble)
	says    string
	mend    string
	mends   func(b *bubble)
	ends    string // "" when it has no end, or none that is told
	untold  bool   // not in Slack while it lasts
	daily   bool   // happens once a day at most
}

func remarks() []remark {
	return append(append(fileRemarks(), slackRemarks()...), otherRemarks()...)
}

// file reads the installation's file.
func (b *bubble) file() *config.File {
	b.t.Helper()
	f, err := config.Load(filepath.Join(b.Dir, "handoff.yaml"), noEnv)
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

func fileRemarks() []remark {
	return []remark{
		{name: "policy loaded", happens: func(b *bubble) { b.app.Changed(config.Change{File: b.file()}) },
			says: "The configuration was loaded again, policy "},
		{name: "policy needs a restart", happens: func(b *bubble) { b.app.Changed(config.Change{File: b.file(), Restart: []string{"server.addr"}}) },
			says: "The configuration was loaded again.", mend: "after a restart: server.addr"},
		{name: "policy refused", happens: func(b *bubble) { b.app.Changed(config.Change{Err: errors.New("line 7: handoff.level: no such level")}) },
			says: "was refused; the old one stays in force", mend: "Correct it; the file is read again when it is saved",
			mends: func(b *bubble) { b.app.Changed(config.Change{File: b.file()}) }, ends: "The configuration was loaded again, policy "},
	}
}

// fault makes Slack fail each call of a method, until it heals.
func fault(method string, do fakeslack.Failure) func(*bubble) {
	return func(b *bubble) { b.Slack.Inject(fakeslack.Fault{Method: method, Do: do}) }
}

func heals(b *bubble) { b.Slack.Heal() }

// asks lets a new visitor ask for a person.
func (b *bubble) asks() *guest {
	b.t.Helper()
	g := b.visitor(fmt.Sprintf("visitor-%d", len(b.guests)))
	g.presses("human")
	return g
}

// away takes Slack away for a while.
func (b *bubble) away(d time.Duration) {
	b.slack(func(sw *fakeslack.Switches) { sw.Outage = true })
	b.wait(d)
	b.slack(func(sw *fakeslack.Switches) { sw.Outage = false })
}

func slackRemarks() []remark {
	return []remark{
		{name: "bot token", happens: func(b *bubble) { b.Slack.RevokeTokens("token_revoked") },
			says: "Slack refuses the bot token: token_revoked", mend: "set the new xoxb- token as slack.bot_token", untold: true,
			mends: func(b *bubble) { b.Slack.RevokeTokens("") }, ends: "Slack takes the bot token again"},
		{name: "app token", happens: func(b *bubble) {
			fault("apps.connections.open", fakeslack.Refuse{Error: "invalid_auth"})(b)
			b.Slack.DropSockets()
		},
			says: "Slack refuses the app token: invalid_auth", mend: "Create a new one with the scope connections:write", mends: heals, ends: "Slack takes the app token again"},
		{name: "scope", happens: func(b *bubble) {
			fault("chat.update", fakeslack.Refuse{Error: "missing_scope"})(b)
			g := b.asks()
			g.claimedBy("maya")
			g.presses("close") // the claim is answered by another way
		},
			says: "Slack does not let the app call chat.update: missing_scope", mend: "install it again", mends: heals, ends: "Slack lets the app call chat.update again"},
		{name: "post refused", happens: func(b *bubble) {
			b.Slack.Inject(fakeslack.Fault{Method: "chat.postMessage", Channel: fakeslack.SampleSupport, Times: 1, Do: fakeslack.Refuse{Error: "metadata_too_large"}})
			b.asks()
		}, says: "Slack does not take a post of H-", mend: "handoff doctor"},
		{name: "slack away", happens: func(b *bubble) { b.away(6 * time.Minute) },
			says: "Slack could not be reached from ", mend: "nothing is lost"},
		{name: "sockets", happens: (*bubble).crowd, says: "More than ten connections are open for this Slack app", mend: "stop it, or give it an app of its own"},
	}
}

// crowd opens ten sockets of somebody else's, and lets ours come last.
func (b *bubble) crowd() {
	b.t.Helper()
	b.stop()
	for b.Slack.Sockets() < 10 {
		b.stranger()
	}
	b.launch()
}

// stranger opens a socket of somebody else's with our app token.
func (b *bubble) stranger() {
	b.t.Helper()
	dial := b.wires.dialer("198.51.100.9")
	web := &http.Client{Transport: &http.Transport{DialContext: dial}}
	b.t.Cleanup(web.CloseIdleConnections)
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, "http://slack.test/api/apps.connections.open", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+fakeslack.SampleAppToken)
	res, err := web.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	var open struct{ URL string }
	err = json.NewDecoder(res.Body).Decode(&open)
	_ = res.Body.Close()
	if err != nil {
		b.t.Fatal(err)
	}
	ws, greeted, err := (&websocket.Dialer{NetDialContext: dial}).Dial(open.URL, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	_ = greeted.Body.Close()
	var read sync.WaitGroup
	read.Go(func() { // so that pings are answered
		for err == nil {
			_, _, err = ws.ReadMessage()
		}
	})
	b.t.Cleanup(func() { _ = ws.Close(); read.Wait() })
	b.wait(time.Second)
}

func otherRemarks() []remark {
	spends := func(tokens int) func(b *bubble) {
		return func(b *bubble) {
			b.Model.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{Text: "Parcels take two working days.", PromptTokens: 1, CompletionTokens: tokens}})
			g := b.visitor(fmt.Sprintf("visitor-%d", len(b.guests)))
			g.says("How long does delivery take?")
		}
	}
	letter := func(b *bubble) {
		g := b.asks()
		g.gives(g.name + "@mail.example")
	}
	return []remark{
		{name: "budget 80", policy: "budget", happens: spends(17), says: "The AI has used 80 % of today's budget (20.00 USD)", mend: "raise ai.budget.day", daily: true},
		{name: "budget 100", policy: "budget", happens: spends(20), says: "The AI has used today's budget (20.00 USD). It rests until midnight UTC", mend: "raise ai.budget.day", daily: true},
		{name: "model refused", happens: func(b *bubble) {
			b.Model.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{Status: http.StatusUnauthorized, ErrorCode: "invalid_api_key"}})
			g := b.visitor(fmt.Sprintf("visitor-%d", len(b.guests)))
			g.says("How long does delivery take?")
		}, says: "The model server refuses the key or the model, so every question goes to the team.", mend: "Check ai.api_key, ai.model"},
		{name: "mail server down", policy: mailPolicy, happens: func(b *bubble) {
			if !b.Mail.Down() {
				b.Mail.Stop()
			}
			letter(b)
		}, says: "The mail server mail.test:587 cannot be reached", mend: "mail.smtp is right", mends: func(b *bubble) { b.Mail.Start() }, ends: "The mail server mail.test:587 takes mails again"},
		{name: "mail refused", policy: mailPolicy, happens: func(b *bubble) {
			b.Mail.Fail(fakesmtp.Fault{At: fakesmtp.AtRcpt, Code: 550})
			letter(b)
		}, says: "The mail server will not take a mail of H-", mend: "Look at the mail server's log"},
		{name: "webhook gone", policy: "webhooks: {on_close: 'http://crm.test/hook', secret: a secret, allow: [192.0.2.0/24]}\n", happens: func(b *bubble) {
			if b.wires.hosts["crm.test"] == nil {
				b.answers("crm.test", http.StatusGone)
			}
			g := b.visitor(fmt.Sprintf("visitor-%d", len(b.guests)))
			g.says("How long does delivery take?")
			g.presses("close")
		}, says: "The server at webhooks.on_close answered 410", mend: "Remove webhooks.on_close, or correct it"},
	}
}

// answers runs a server that answers everything with a status, until end.
func (b *bubble) answers(host string, status int) (end func()) {
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })} //nolint:gosec // on the wires of a test
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(b.wires.listen(host)) })
	end = func() { _ = server.Close(); served.Wait() }
	b.t.Cleanup(end)
	return end
}

// What could not be told because Slack was away for hours is told afterwards, with
// its time, and what is over meanwhile only as that.
func TestTheOperatorIsToldLater(t *testing.T) {
	t.Parallel()
	inBubble(t, "", berlin("2026-01-20 10:03"), func(b *bubble) {
		b.withAdmin()
		b.slack(func(sw *fakeslack.Switches) { sw.Outage = true })
		b.wait(time.Minute)
		b.app.Changed(config.Change{Err: errors.New("line 7: handoff.level: no such level")})
		b.wait(2 * time.Hour)
		b.app.Changed(config.Change{File: b.file()})
		b.app.Changed(config.Change{File: b.file(), Restart: []string{"server.addr"}})
		b.wait(2 * time.Hour)
		b.slack(func(sw *fakeslack.Switches) { sw.Outage = false })
		b.wait(2 * time.Minute)
		b.noticed(adminChannel, "was refused", 0)
		b.noticed(adminChannel, "The trouble began at 09:04 UTC. (This was at 11:04 UTC.)", 1)
		b.noticed(adminChannel, "after a restart: server.addr. (This was at 11:04 UTC.)", 1)
		b.noticed(adminChannel, "Slack could not be reached from 09:0", 1)
		b.noticed(adminChannel, "", 3)
	})
}

// Everything the operator is told, is told: once an hour, however often it happens
// and however often the program is started in between, with what to do; and its
// end is told, too.
func TestTheOperatorIsTold(t *testing.T) {
	for _, r := range remarks() {
		t.Run(strings.ReplaceAll(r.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			policy := r.policy
			if policy == "budget" {
				policy = ""
			}
			inBubble(t, policy, berlin("2026-01-20 10:03"), func(b *bubble) {
				b.withAdmin()
				if r.policy == "budget" {
					b.with("ai: {", "budget: {day: 20, currency: USD, price: {in: 0, out: 1000000}}")
				}
				b.tells(r)
			})
		})
	}
}

func (b *bubble) tells(r remark) {
	b.t.Helper()
	times := 1
	if r.untold {
		times = 0
	}
	for i := range 3 {
		r.happens(b)
		b.wait(3 * time.Minute)
		b.noticed(adminChannel, r.says, times)
		if i == 1 {
			b.restart()
		}
	}
	if list := b.notices(adminChannel, r.says); !r.untold && !strings.Contains(strings.Join(list, ""), r.mend) {
		b.t.Errorf("it does not say what to do, %q:\n%s", r.mend, strings.Join(list, "\n"))
	}
	if logged := b.log.String(); r.untold && (!strings.Contains(logged, r.says) || !strings.Contains(logged, r.mend)) {
		b.t.Errorf("the log lacks %q and %q", r.says, r.mend)
	}
	if r.mends == nil {
		b.wait(time.Hour)
		r.happens(b)
		b.wait(3 * time.Minute)
		if !r.daily {
			times++
		}
		b.noticed(adminChannel, r.says, times)
		return
	}
	r.mends(b)
	b.wait(10 * time.Minute)
	b.noticed(adminChannel, r.ends, 1)
	if list := b.notices(adminChannel, r.ends); len(list) > 0 && !strings.Contains(list[0], "The trouble began at ") {
		b.t.Errorf("it does not say since when: %s", list[0])
	}
	if !r.untold { // both tokens are refused together
		b.noticed(adminChannel, "", times+1)
	}
}

// The admin channel itself cannot be used: what it would be told is told in the
// default channel, with that.
func TestTheAdminChannelIsGone(t *testing.T) {
	t.Parallel()
	inBubble(t, "", time.Time{}, func(b *bubble) {
		b.withAdmin()
		b.wait(time.Second)
		archive := func(yes bool) {
			b.Slack.UpdateChannel(adminChannel, func(c *fakeslack.Channel) { c.Archived = yes })
			b.wait(2 * time.Second)
		}
		archive(true)
		b.app.Changed(config.Change{Err: errors.New("line 7: handoff.level: no such level")})
		b.wait(time.Minute)
		b.noticed(fakeslack.SampleSupport, "#handoff-admin (C0ADMIN) cannot be used: it is archived. Until it can, these notices are posted in", 1)
		b.noticed(fakeslack.SampleSupport, "was refused; the old one stays in force", 1)
		archive(false)
		b.app.Changed(config.Change{File: b.file()})
		b.wait(time.Minute)
		b.noticed(adminChannel, "#handoff-admin (C0ADMIN) can be used again", 1)
		b.noticed(adminChannel, "The configuration was loaded again", 1)
		b.noticed(fakeslack.SampleSupport, "", 2)
	})
}
