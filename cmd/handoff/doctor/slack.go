package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/cmd/handoff/manifest"
	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/slackbridge"
)

// slack runs the checks that call Slack.
func (p Patient) slack(ctx context.Context) []Finding {
	if p.File.Slack == nil {
		return []Finding{{Check: "slack", Verdict: Doubt, Says: "slack: is absent: every escalation takes the away way", Mend: "add the section slack when people should be asked"}}
	}
	who, identity := p.tokens(ctx)
	if identity.Verdict == Bad {
		rest := []Finding{{Check: "scopes"}, {Check: "channel membership"}, {Check: "shared channel"}}
		out := []Finding{identity}
		for _, f := range rest {
			out = append(out, undone(f))
		}
		return out
	}
	out := []Finding{identity, p.scopes(who), p.clock(who)}
	return append(out, p.channels(ctx)...)
}

// reply is an answer of the Web API with the headers that tell something.
type reply struct {
	TeamName string `json:"team"`
	User     string `json:"user"`
	Channel  struct {
		Name      string `json:"name"`
		Member    bool   `json:"is_member"`
		Private   bool   `json:"is_private"`
		ExtShared bool   `json:"is_ext_shared"`
		Archived  bool   `json:"is_archived"`
	} `json:"channel"`
	scopes string
	date   time.Time
}

// refusal is an answer of Slack that says no.
type refusal struct{ code, needed string }

func (r *refusal) Error() string {
	if r.needed != "" {
		return fmt.Sprintf("Slack says %s (needed: %s)", r.code, r.needed)
	}
	return "Slack says " + r.code
}

// call asks one method of the Web API.
func (p Patient) call(ctx context.Context, token, method string, args url.Values) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.File.Slack.APIURL+method, strings.NewReader(args.Encode()))
	if err != nil {
		return reply{}, fmt.Errorf("call Slack: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := p.Client.Do(req)
	if err != nil {
		return reply{}, fmt.Errorf("reach Slack: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	var body struct {
		OK     bool   `json:"ok"`
		Error  string `json:"error"`
		Needed string `json:"needed"`
		reply
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err == nil {
		err = json.Unmarshal(raw, &body)
	}
	switch {
	case err != nil:
		return reply{}, fmt.Errorf("read Slack's answer to %s (%s): %w", method, resp.Status, err)
	case !body.OK:
		return reply{}, &refusal{code: body.Error, needed: body.Needed}
	}
	body.scopes = resp.Header.Get("X-OAuth-Scopes")
	body.date, _ = http.ParseTime(resp.Header.Get("Date")) // zero when there is none
	return body.reply, nil
}

// tokens tries each token for what it is for: two of a kind are easily swapped.
func (p Patient) tokens(ctx context.Context) (reply, Finding) {
	f, s := Finding{Check: "token kinds"}, p.File.Slack
	who, err := p.call(ctx, s.BotToken, "auth.test", nil)
	if err != nil {
		return who, bad(f, "slack.bot_token: "+err.Error(), mendOf(err, "install the app again and copy the Bot User OAuth Token (xoxb-…)"))
	}
	if s.Mode == slackbridge.ModeSocket {
		if _, err := p.call(ctx, s.AppToken, "apps.connections.open", nil); err != nil {
			return who, bad(f, "slack.app_token: "+err.Error(), mendOf(err, "make an app-level token with the scope connections:write (xapp-…)"))
		}
		return who, p.good(f, fmt.Sprintf("%s in %s, and a socket may be opened", who.User, who.TeamName))
	}
	return who, p.good(f, fmt.Sprintf("%s in %s; mode http, requests are checked with the signing secret", who.User, who.TeamName))
}

func bad(f Finding, says, mend string) Finding {
	f.Verdict, f.Says, f.Mend = Bad, says, mend
	return f
}

// mendOf suggests something for an error: Slack said no, or was not reached.
func mendOf(err error, refused string) string {
	if code(err) == "" {
		return "check the way to slack.com from this machine, and slack.api_url"
	}
	return refused
}

// scopes compares what the token was granted with the manifest.
func (p Patient) scopes(who reply) Finding {
	f := Finding{Check: "scopes"}
	if who.scopes == "" {
		f.Verdict, f.Says = Doubt, "Slack does not say which scopes the token has"
		return f
	}
	granted := strings.Split(strings.ReplaceAll(who.scopes, " ", ""), ",")
	var missing []string
	for _, want := range manifest.Scopes(p.File.Slack.VisitorNames) {
		if !slices.Contains(granted, want) {
			missing = append(missing, want)
		}
	}
	if len(missing) > 0 {
		return bad(f, "missing: "+strings.Join(missing, ", "), "update the app from `handoff manifest` and install it again")
	}
	return p.good(f, fmt.Sprintf("all %d of the manifest", len(manifest.Scopes(p.File.Slack.VisitorNames))))
}

// clock compares our time with Slack's: signatures are refused when they are
// five minutes old.
func (p Patient) clock(who reply) Finding {
	f := Finding{Check: "clock"}
	off := p.Now().Sub(who.date).Round(time.Second)
	switch {
	case who.date.IsZero():
		f.Verdict, f.Says = Doubt, "Slack does not say what time it is"
		return f
	case off.Abs() > time.Minute:
		return bad(f, fmt.Sprintf("%v away from Slack's", off), "let the machine keep its time by NTP")
	}
	return p.good(f, "agrees with Slack's")
}

// channels looks at every channel the configuration names.
func (p Patient) channels(ctx context.Context) []Finding {
	member, shared := Finding{Check: "channel membership"}, Finding{Check: "shared channel"}
	var out []Finding
	var names, outside []string
	for _, id := range p.named() {
		r, err := p.call(ctx, p.File.Slack.BotToken, "conversations.info", url.Values{"channel": {id}})
		switch c := r.Channel; {
		case err != nil:
			out = append(out, bad(member, id+": "+err.Error(), "check the id; a private channel is seen only after /invite @Handoff in it"))
		case c.Archived:
			out = append(out, bad(member, "#"+c.Name+" is archived", "take it out of the archive or name another channel"))
		case !c.Member:
			out = append(out, bad(member, "the bot is not in #"+c.Name, "write /invite @Handoff in #"+c.Name))
		case c.ExtShared:
			outside = append(outside, "#"+c.Name)
			fallthrough
		default:
			names = append(names, "#"+c.Name)
		}
	}
	if len(out) == 0 {
		out = append(out, p.good(member, strings.Join(names, ", ")))
	}
	if len(outside) > 0 {
		return append(out, bad(shared, strings.Join(outside, ", ")+" can be read by people outside your company", "use a channel of your own: visitors' words are posted there"))
	}
	return append(out, p.good(shared, "none is shared with another company"))
}

// named lists the channels of the configuration, each once.
func (p Patient) named() []string {
	out := []string{p.File.Slack.Channel}
	add := func(id string) {
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	for _, t := range p.File.Handoff.RestrictedTopics {
		add(t.Channel)
	}
	for _, r := range p.File.Handoff.Rules {
		add(r.Channel)
	}
	add(p.File.Slack.AdminChannel)
	return out
}

// Team asks Slack for the name of the workspace.
func Team(ctx context.Context, f *config.File, client *http.Client) (string, error) {
	who, err := Patient{File: f, Client: client}.call(ctx, f.Slack.BotToken, "auth.test", nil)
	return who.TeamName, err
}
