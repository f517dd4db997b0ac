package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/escalation"
)

func checkCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "validate the configuration without starting anything",
		Long: "Reads the configuration, tells everything that is wrong with it, with line, column and the mend, and sums up what it\n" +
			"would do. Nothing is started and nobody is called; handoff doctor tries a real installation.",
		Args: args(cobra.NoArgs, "no words"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := load(cmd, path)
			if err != nil {
				return err
			}
			policy, problems := escalation.Compile(f.Handoff)
			if len(problems) > 0 {
				return fmt.Errorf("handoff.%s: %s", problems[0].Key, problems[0].Message)
			}
			if err := usableStorage(f); err != nil {
				return err
			}
			summary(cmd.OutOrStdout(), f, policy, time.Now())
			return nil
		},
	}
	fileFlag(cmd, &path)
	return cmd
}

// usableStorage refuses a SQLite file where this binary has no SQLite: serve
// would not start.
func usableStorage(f *config.File) error {
	if sqliteBuilt || !strings.HasPrefix(f.Storage.URL, "sqlite://") {
		return nil
	}
	return &config.Error{File: f.Path, Problems: []config.Problem{{
		Key:     "storage.url",
		Message: fmt.Sprintf("names a SQLite file (%s), and this binary was built without cgo, which SQLite needs", f.Storage.URL),
		Mend:    "build with CGO_ENABLED=1 and a C compiler such as gcc, or use a PostgreSQL: postgres://user@host/name",
	}}}
}

// summary says what a configuration does.
func summary(w io.Writer, f *config.File, p *escalation.Policy, now time.Time) {
	fmt.Fprintf(w, "%s is fine\n\n", f.Path)
	row := func(name, value string) { fmt.Fprintf(w, "%-10s %s\n", name, value) }
	for i, k := range f.Widget.Keys {
		name := "sites"
		if i > 0 {
			name = ""
		}
		row(name, strings.TrimSpace(k.Key+"  "+strings.Join(k.Origins, " ")+"  "+k.Level))
	}
	row("model", modelName(f))
	row("knowledge", knowledgeNames(f))
	row("slack", slackName(f))
	row("mail", mailName(f))
	if f.Webhooks.Configured() {
		row("on close", "told to "+f.Webhooks.Host())
	}
	row("level", f.Handoff.Level)
	each(row, "topics", f.Handoff.RestrictedTopics, func(t escalation.Topic) string { return topicName(f, t) })
	each(row, "rules", f.Handoff.Rules, ruleName)
	row("hours", hours(p, now))
	row("policy", p.Hash())
	if f.Shadow != nil {
		row("shadow", shadowName(f))
	}
}

// shadowName names the policy that is tried out.
func shadowName(f *config.File) string {
	p, problems := escalation.Compile(*f.Shadow)
	if len(problems) > 0 {
		return f.Handoff.Shadow // it was loaded, so it compiles
	}
	return f.Handoff.Shadow + ", policy " + p.Hash() + ": only recorded"
}

// each writes a row per entry, with the name on the first only.
func each[T any](row func(name, value string), name string, entries []T, describe func(T) string) {
	if len(entries) == 0 {
		row(name, "none")
	}
	for _, e := range entries {
		row(name, describe(e))
		name = ""
	}
}

func modelName(f *config.File) string {
	if f.AI.IsOffline() {
		return "built in: it quotes the knowledge"
	}
	return f.AI.Model + " at " + f.AI.BaseURL
}

func knowledgeNames(f *config.File) string {
	if len(f.Knowledge) == 0 {
		return "none: the AI can only say that it does not know"
	}
	names := make([]string, len(f.Knowledge))
	for i, s := range f.Knowledge {
		names[i] = s.Path
	}
	return strings.Join(names, ", ")
}

func slackName(f *config.File) string {
	if f.Slack == nil {
		return "slack: is absent: every escalation takes the away way"
	}
	return fmt.Sprintf("mode %s, channel %s", f.Slack.Mode, f.Slack.Channel)
}

func mailName(f *config.File) string {
	if !f.Mail.Configured() {
		return "none: whoever has left the chat is not reached"
	}
	return "from " + f.Mail.From + " by " + f.Mail.Server()
}

func topicName(f *config.File, t escalation.Topic) string {
	to := t.Channel
	if to == "" && f.Slack != nil {
		to = f.Slack.Channel
	}
	if f.Slack == nil || to == "" {
		to = "the away way"
	}
	return fmt.Sprintf("%s → %s (%d phrases)", t.Name, to, len(t.Phrases))
}

func ruleName(r escalation.Rule) string {
	do := r.Do
	if do == "" {
		do = "sets"
	}
	for _, part := range [][2]string{{"priority", r.Priority}, {"level", r.Level}, {"channel", r.Channel}, {"agents", strings.Join(r.Agents, ",")}, {"tags", strings.Join(r.Tags, ",")}} {
		if part[1] != "" {
			do += " " + part[0] + " " + part[1]
		}
	}
	return fmt.Sprintf("%s: %s when %s", r.Name, do, r.When)
}

// hours says whether the office is open now, and until or from when.
func hours(p *escalation.Policy, now time.Time) string {
	open, next := p.Open(now)
	switch zone := p.Zone(""); {
	case open && next.IsZero():
		return "always open"
	case open:
		return "open now, until " + next.In(zone).Format("Mon 15:04 MST")
	case next.IsZero():
		return "closed, and never open: see handoff.hours"
	default:
		return "closed now, open from " + next.In(zone).Format("Mon 2 Jan 15:04 MST")
	}
}
