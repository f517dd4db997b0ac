package app

import (
	"reflect"
	"testing"

	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/slackbridge"
)

func TestPlaces(t *testing.T) {
	file := &config.File{Slack: &slackbridge.Config{Channel: "C0SUPPORT", Agents: []string{"S0SUPPORT"}}}
	file.Handoff.RestrictedTopics = []escalation.Topic{
		{Name: "Billing disputes", Channel: "C0BILLING", Agents: []string{"U0PRIYA", "S0BILL"}},
		{Name: "Legal"},
		{Name: "Refunds", Channel: "C0BILLING"},
	}
	file.Handoff.Routing.Skills = map[string]string{"Legal": "S0LEGAL"}
	file.Handoff.Rules = []escalation.Rule{{Name: "vip", Channel: "C0VIP", Agents: []string{"S0BILL"}}}
	a := &App{}
	a.file.Store(file)
	want := []slackbridge.Place{
		{Channel: "C0SUPPORT"}, {Group: "S0SUPPORT"},
		{Name: "Billing disputes", Channel: "C0BILLING"}, {Name: "Billing disputes", Group: "S0BILL"},
		{Name: "Legal", Group: "S0LEGAL"}, {Name: "vip", Channel: "C0VIP"},
	}
	if got := a.places(); !reflect.DeepEqual(got, want) {
		t.Errorf("places %+v, want %+v", got, want)
	}
}
