package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge"
)

// manifestFile is where init puts the Slack app manifest.
const manifestFile = "slack-manifest.yaml"

// answers are what init asks for. Each is also a flag.
type answers struct {
	site, title, mode, publicURL, channel, model, knowledge string
	yes                                                     bool
}

func initCommand() *cobra.Command {
	var path string
	var a answers
	cmd := &cobra.Command{
		Use:   "init",
		Short: "write handoff.yaml and the Slack app manifest",
		Long: "Asks a few questions (a flag answers one, --yes takes the defaults for the rest) and writes a commented handoff.yaml and\n" +
			manifestFile + ". It overwrites nothing. Secrets stay in the environment; the file names the variables.",
		Args: args(cobra.NoArgs, "no words"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, p := range []string{path, manifestFile} {
				if _, err := os.Stat(p); !errors.Is(err, fs.ErrNotExist) {
					return fmt.Errorf("%s is there already: move it away, or name another file with --config", p)
				}
			}
			if err := a.ask(cmd.InOrStdin(), cmd.OutOrStdout()); err != nil {
				return err
			}
			return a.write(cmd.OutOrStdout(), path)
		},
	}
	fileFlag(cmd, &path)
	f := cmd.Flags()
	f.StringVar(&a.site, "site", "", "the address of the site that shows the chat")
	f.StringVar(&a.title, "title", "", "the name in the chat's header")
	f.StringVar(&a.mode, "mode", "", "how Slack reaches the server: socket or http")
	f.StringVar(&a.publicURL, "url", "", "the public address of this server")
	f.StringVar(&a.channel, "channel", "", "the id of the Slack channel")
	f.StringVar(&a.knowledge, "knowledge", "", "a folder of texts that the AI answers from, or none")
	f.StringVar(&a.model, "model", "", "the model's name, or offline for the built-in one")
	f.BoolVarP(&a.yes, "yes", "y", false, "ask nothing")
	return cmd
}

// ask fills in what no flag has answered.
func (a *answers) ask(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	for _, q := range []struct {
		into          *string
		question, def string
		check         func(string) error
	}{
		{&a.site, "The address of your site", "https://www.example.com", origin},
		{&a.title, "The name in the chat's header", "Support", nil},
		{&a.mode, "How Slack reaches this server, socket or http", "socket", oneOf("socket", "http")},
		{&a.publicURL, "The public address of this server", "https://chat.example.com", origin},
		{&a.channel, "The id of the Slack channel for chats", "C0SUPPORT", nil},
		{&a.knowledge, "A folder of Markdown, HTML or text to answer from, or none", "none", nil},
		{&a.model, "The model's name, or offline for the built-in one", "gpt-5-mini", nil},
	} {
		if *q.into == "" && !a.yes {
			fmt.Fprintf(out, "%s [%s]: ", q.question, q.def)
			if lines.Scan() {
				*q.into = strings.TrimSpace(lines.Text())
			}
		}
		if *q.into == "" {
			*q.into = q.def
		}
		if q.check != nil {
			if err := q.check(*q.into); err != nil {
				return fmt.Errorf("%s: %w", strings.ToLower(q.question), err)
			}
		}
	}
	return lines.Err()
}

func origin(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || strings.Trim(u.Path, "/") != "" {
		return fmt.Errorf("%q is not an address such as https://www.example.com", s)
	}
	return nil
}

func oneOf(names ...string) func(string) error {
	return func(s string) error {
		for _, n := range names {
			if s == n {
				return nil
			}
		}
		return fmt.Errorf("%q is not one of %s", s, strings.Join(names, ", "))
	}
}

// write writes both files and says what comes next.
func (a *answers) write(out io.Writer, path string) error {
	app, err := slackbridge.Manifest(a.mode, a.publicURL, slackbridge.Defaults())
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(a.file()), 0o600); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	if err := os.WriteFile(manifestFile, app, 0o600); err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	_, err = fmt.Fprintf(out, `
Wrote %[1]s and %[2]s.

1. Create the Slack app: https://api.slack.com/apps, Create New App, From a manifest, paste %[2]s. Install it.
2. Set %[3]s in the environment.
3. Write /invite @Handoff in the channel %[4]s.
4. handoff check -c %[1]s, then handoff doctor -c %[1]s, then handoff serve -c %[1]s.
`, path, manifestFile, strings.Join(a.variables(), ", "), a.channel)
	if err != nil {
		return fmt.Errorf("say what comes next: %w", err)
	}
	return nil
}

// variables are the environment variables that the file names.
func (a *answers) variables() []string {
	out := []string{"SLACK_BOT_TOKEN"}
	if a.mode == "http" {
		out = append(out, "SLACK_SIGNING_SECRET")
	} else {
		out = append(out, "SLACK_APP_TOKEN")
	}
	if a.model != "offline" {
		out = append(out, "OPENAI_API_KEY")
	}
	return out
}

// key makes a public key for the site; it is no secret, only unlikely.
func (a *answers) key() string {
	return "pk_" + strings.TrimPrefix(conversation.RandomID("site"), "site_")[:12]
}
