// Package doctor examines a real installation: it calls Slack, the model and
// the database, and says for each what is wrong and what to do about it.
//
// It changes nothing: it posts no message and joins no channel. Checks that
// need the answer of a failed one are told as not done.
package doctor

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/slackbridge"
)

// Verdict is how a check went.
type Verdict string

// The verdicts. Only Bad makes the command fail.
const (
	Good   Verdict = "ok"
	Doubt  Verdict = "look"
	Bad    Verdict = "bad"
	Undone Verdict = "–"
)

// Finding is the result of one check.
type Finding struct {
	Check   string
	Verdict Verdict
	Says    string
	Mend    string // what to do; empty when all is well
}

// Model can be reached, or says why not.
type Model interface {
	Check(ctx context.Context) error
	Name() string
}

// Patient is what doctor examines. Slack is nil when the section is absent.
// Running says that the installation's server is up, with sockets of its own.
// Storage writes to the database, or has the server that owns it do so, and
// returns the parked readers.
type Patient struct {
	File    *config.File
	Model   Model
	Triage  func(ctx context.Context) error // asks ai.triage_model for one answer; nil when none is set
	Slack   *slackbridge.Bridge
	Running bool
	MailTLS *tls.Config // whom to trust as the mail server; nil for the system's choice
	Storage func(ctx context.Context) ([]feed.Parked, error)
	Files   func(ctx context.Context) error                                // keeps a few bytes where files lie, and deletes them; nil where none are taken
	Scan    func(ctx context.Context, data []byte) (clean bool, err error) // storage.scan; nil for none
}

// Examine runs all checks, each with at most ten seconds.
func Examine(ctx context.Context, p Patient) []Finding {
	var out []Finding
	out = append(out, p.slack(ctx)...)
	out = append(out, p.model(ctx))
	out = append(out, p.triage(ctx)...)
	out = append(out, p.mail(ctx)...)
	out = append(out, p.storage(ctx)...)
	return append(out, p.files(ctx)...)
}

// patience is how long one check may take.
const patience = 10 * time.Second

// Print writes the findings and says whether none is bad.
func Print(w io.Writer, findings []Finding) bool {
	healthy := true
	for _, f := range findings {
		fmt.Fprintf(w, "%-5s %-19s %s\n", f.Verdict, f.Check, f.Says)
		if f.Mend != "" {
			fmt.Fprintf(w, "%-25s → %s\n", "", f.Mend)
		}
		healthy = healthy && f.Verdict != Bad
	}
	return healthy
}

// slack lets the staff's door look at itself, and at the channels of the policy.
func (p Patient) slack(ctx context.Context) []Finding {
	if p.Slack == nil {
		return []Finding{{Check: "slack", Verdict: Doubt, Says: "slack: is absent: every escalation takes the away way", Mend: "add the section slack when people should be asked"}}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	around := slackbridge.Around{Running: p.Running, Shared: !strings.HasPrefix(p.File.Storage.URL, "sqlite://")}
	for _, t := range p.File.Handoff.RestrictedTopics {
		around.Channels = append(around.Channels, t.Channel)
	}
	for _, r := range p.File.Handoff.Rules {
		around.Channels = append(around.Channels, r.Channel)
	}
	var out []Finding
	for _, f := range p.Slack.Check(ctx, around) {
		verdict := Bad
		switch {
		case f.OK && f.Mend != "":
			verdict = Doubt
		case f.OK:
			verdict = Good
		}
		out = append(out, Finding{Check: f.Name, Verdict: verdict, Says: f.Message, Mend: f.Mend})
	}
	return out
}

func (p Patient) model(ctx context.Context) Finding {
	f := Finding{Check: "model"}
	if p.File.AI.IsOffline() {
		return p.good(f, "built in: nothing to reach")
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := p.Model.Check(ctx); err != nil {
		f.Verdict, f.Says = Bad, fmt.Sprintf("%s at %s: %v", p.Model.Name(), p.File.AI.BaseURL, err)
		f.Mend = "check ai.base_url, ai.api_key and ai.model; until it answers, visitors are offered a person"
		return f
	}
	return p.good(f, p.Model.Name()+" answers at "+p.File.AI.BaseURL)
}

// triage has the triage model judge one line: whether it is there is not enough,
// it has to be quick and to fill in a form.
func (p Patient) triage(ctx context.Context) []Finding {
	if p.Triage == nil {
		return nil
	}
	f := Finding{Check: "triage model"}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := p.Triage(ctx); err != nil {
		f.Verdict, f.Says = Bad, fmt.Sprintf("%s at %s: %v", p.File.AI.TriageModel, p.File.AI.BaseURL, err)
		f.Mend = "set ai.triage_model to a model that answers within two seconds and knows json_schema, or remove it; until then chats go on without its signals"
		return []Finding{f}
	}
	return []Finding{p.good(f, p.File.AI.TriageModel+" fills in the form")}
}

// mail says hello to the mail server, encrypts and logs in. Nothing is sent.
func (p Patient) mail(ctx context.Context) []Finding {
	c := p.File.Mail
	if !c.Configured() {
		return nil
	}
	f := Finding{Check: "mail server"}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := c.Check(ctx, p.MailTLS); err != nil {
		f.Verdict, f.Says = Bad, fmt.Sprintf("%s: %v", c.Server(), err)
		f.Mend = "check mail.smtp, its login, and that this machine may reach it; until then mails wait"
		return []Finding{f}
	}
	out := []Finding{p.good(f, c.Server()+" takes the login")}
	if p.File.Server.PublicURL == "" {
		out = append(out, Finding{
			Check: "mail links", Verdict: Doubt, Says: "server.public_url is not set, so mails carry no link back to the chat",
			Mend: "set it to the address at which browsers reach this server",
		})
	}
	return out
}

func (p Patient) storage(ctx context.Context) []Finding {
	store, parked := Finding{Check: "store writable"}, Finding{Check: "parked readers"}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	rows, err := p.Storage(ctx)
	if err != nil {
		store.Verdict, store.Says, store.Mend = Bad, err.Error(), "check storage.url, the free space, and who may write there"
		return []Finding{store, undone(parked)}
	}
	out := []Finding{p.good(store, "written and read")}
	if len(rows) == 0 {
		return append(out, p.good(parked, "none"))
	}
	for _, r := range rows {
		out = append(out, Finding{
			Check: parked.Check, Verdict: Bad,
			Says: fmt.Sprintf("%s of %s since %s, after %d attempts: %s", r.Consumer, r.Reference, r.Since.UTC().Format("2006-01-02 15:04 UTC"), r.Attempts, r.Cause),
			Mend: fmt.Sprintf("when the cause is gone: handoff resume %s %s", r.Consumer, r.Reference),
		})
	}
	return out
}

// files keeps a few bytes where visitors' files will lie, and lets the scanner look
// through some that are harmless.
func (p Patient) files(ctx context.Context) []Finding {
	if p.Files == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	place, scan := Finding{Check: "place of files"}, Finding{Check: "virus scanner"}
	if err := p.Files(ctx); err != nil {
		place.Verdict, place.Says = Bad, fmt.Sprintf("%s: %v", p.File.Storage.Files, err)
		place.Mend = "check storage.files, who may write there, and the credentials of a bucket; until then no file is taken"
	} else {
		place = p.good(place, p.File.Storage.Files+" takes files")
	}
	if p.Scan == nil {
		return []Finding{place}
	}
	clean, err := p.Scan(ctx, []byte("handoff\n"))
	switch {
	case err != nil:
		scan.Verdict, scan.Says = Bad, fmt.Sprintf("%s: %v", p.File.Storage.Scan[0], err)
		scan.Mend = "check storage.scan: the program reads the file from its standard input and ends with 0 for clean, 1 for found; until it does no file is taken"
	case !clean:
		scan.Verdict, scan.Says = Bad, p.File.Storage.Scan[0]+" calls a harmless line infected"
		scan.Mend = "check storage.scan: exit code 1 means that something was found; until then every file is refused"
	default:
		scan = p.good(scan, p.File.Storage.Scan[0]+" looks through files")
	}
	return []Finding{place, scan}
}

func (p Patient) good(f Finding, says string) Finding {
	f.Verdict, f.Says = Good, says
	return f
}

func undone(f Finding) Finding {
	f.Verdict, f.Says = Undone, "not looked at, because of the above"
	return f
}
