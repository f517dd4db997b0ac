package config

import (
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/escalation"
)

func TestAwayForms(t *testing.T) {
	for text, want := range map[string]string{
		"away: ai_continues":                    escalation.AwayContinues,
		"away: {suggest: Call us.}":             escalation.AwaySuggest,
		"away: {suggest: {de: Rufen Sie an.}}":  escalation.AwaySuggest,
		"away: {suggest: {pt-BR: Ligue para.}}": escalation.AwaySuggest,
		"level: quick":                          escalation.AwayContact,
	} {
		f := mustParse(t, minimal+"handoff: {"+text+"}\n", with())
		p, wrong := escalation.Compile(f.Handoff)
		if len(wrong) > 0 || p.Away() != want || want == escalation.AwaySuggest && p.Suggestion("pt-BR") == "" {
			t.Errorf("%s: %s, %v; want %s", text, p.Away(), wrong, want)
		}
	}
	for text, says := range map[string]string{
		"away: never":              "not known",
		"away: suggest":            "suggest has no text",
		"away: {suggest: \"\"}":    "suggest has no text",
		"away: {}":                 "suggest has no text",
		"away: {call: us}":         `there is no key "call" in handoff.away`,
		"away: [contact]":          "handoff.away",
		"away: {suggest: [a, b]}":  "handoff.away.suggest",
		"away: {suggest: {en: 1}}": "handoff.away.suggest.en",
	} {
		found := problems(t, minimal+"handoff: {"+text+"}\n", with())
		if len(found) != 1 || !strings.Contains(found[0].Key+": "+found[0].Message, says) || found[0].Line != 5 {
			t.Errorf("%s: %+v, want one in line 5 that says %q", text, found, says)
		}
	}
}

func TestEmailStepNeedsMail(t *testing.T) {
	const step = "handoff: {when_nobody: [{after: 2m, do: email, address: desk@example.com}]}\n"
	found := problems(t, minimal+step, with())
	if len(found) != 1 || found[0].Key != "handoff.when_nobody[0].do" || found[0].Line != 5 || found[0].Mend == "" {
		t.Errorf("problems %+v", found)
	}
	mustParse(t, minimal+step+"server: {public_url: \"https://chat.example.com\"}\nmail: {smtp: \"smtp://u:p@mail.example.com\", from: support@example.com}\n", with())
}
