package main

import (
	"fmt"
	"strings"
)

// file is the commented handoff.yaml of init.
func (a *answers) file() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# yaml-language-server: $schema=docs/handoff.schema.json
# Every key is explained in docs/configuration.md. handoff check reads this file.

server:
  addr: ":8080" # for visitors; put TLS in front
  public_url: %s

storage:
  url: sqlite://handoff.db
  files: file://files # what visitors and agents send beside words; s3://bucket works, too

widget:
  keys:
    - key: %s # public: it goes into your page
      origins: [%s]
      # identity: optional # your server signs who is signed in: docs/identity.md
      # identity_secret: ["${HANDOFF_IDENTITY_SECRET}"] # make one: echo "sk_$(openssl rand -hex 32)"
  title: %q
  greeting: Hi! Ask me anything. # or by language: {en: Hi! Ask me anything., de: Hallo! Fragen Sie mich.}

`, a.publicURL, a.key(), strings.TrimSuffix(a.site, "/"), a.title)
	if a.model == "offline" {
		b.WriteString("ai:\n  base_url: offline:// # the built-in model quotes the knowledge; any OpenAI-compatible server works\n")
	} else {
		fmt.Fprintf(&b, "ai:\n  base_url: https://api.openai.com/v1 # any OpenAI-compatible server\n  api_key: ${OPENAI_API_KEY}\n  model: %s\n", a.model)
	}
	b.WriteString("\n# Folders of Markdown, HTML or text that the AI answers from.\n")
	if a.knowledge == "none" {
		b.WriteString("knowledge: []\n#  - path: ./docs\n\n")
	} else {
		fmt.Fprintf(&b, "knowledge:\n  - path: %q\n\n", a.knowledge)
	}
	fmt.Fprintf(&b, "slack:\n  mode: %s\n  bot_token: ${SLACK_BOT_TOKEN}\n", a.mode)
	if a.mode == "http" {
		b.WriteString("  signing_secret: ${SLACK_SIGNING_SECRET}\n")
	} else {
		b.WriteString("  app_token: ${SLACK_APP_TOKEN}\n")
	}
	fmt.Fprintf(&b, `  channel: %s

handoff:
  level: balanced # ai_only, quick, balanced, ai_first, human_only: docs/policy.md
  restricted_topics:
    - name: Billing disputes
      phrases: [charged twice, refund, chargeback]
      say: Let me bring in a colleague for this.

# Behind Reply… on a chat's card; docs/slack.md lists the variables.
replies:
  - name: A moment
    text: Thank you for your patience, {visitor.first_name}. I am looking into it.
  - name: Anything else
    text: {en: "Is there anything else I can help you with?", de: "Kann ich sonst noch etwas für Sie tun?"}
    tags: [end]
`, a.channel)
	return b.String()
}
