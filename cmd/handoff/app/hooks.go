package app

import (
	"context"
	"fmt"
	"net/url"

	"github.com/handoff-bot/handoff/bot"
	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
	"github.com/handoff-bot/handoff/widget"
	"github.com/handoff-bot/handoff/widgetapi"
)

// botAuthor is who the bot's lines are by.
var botAuthor = conversation.Author{Role: conversation.Bot, ID: "bot", Name: "Assistant"}

// settings is the bot's snapshot for one turn.
func (a *App) settings() bot.Settings {
	file, p := a.file.Load(), a.policies.Load()
	return bot.Settings{
		Policy: p.live, Shadow: p.shadow, Level: a.level, Model: file.AI, Links: links(file), Author: botAuthor,
		AnswersPerDay: file.Limits.AnswersPerDay,
	}
}

// level is a widget key's own level, "" for the policy's.
func (a *App) level(key string) string {
	for _, k := range a.file.Load().Widget.Keys {
		if k.Key == key {
			return k.Level
		}
	}
	return ""
}

// links allows the model to link to the sites that carry the widget and to our
// own address.
func links(file *config.File) markup.Links {
	var hosts []string
	for _, k := range file.Widget.Keys {
		for _, origin := range k.Origins {
			if u, err := url.Parse(origin); err == nil {
				hosts = append(hosts, u.Hostname())
			}
		}
	}
	if u, err := url.Parse(file.Server.PublicURL); err == nil && u.Host != "" {
		hosts = append(hosts, u.Hostname())
	}
	return markup.Links{AllowHosts: hosts}
}

// buildDoor makes the visitor's door.
func (a *App) buildDoor(*config.File) (err error) {
	a.door, err = widgetapi.New(widgetapi.Deps{
		Log: a.store, Conversations: a.store, Sessions: a.store, Counters: a.store, Presence: a.store, Codes: a.store, Builds: a.store,
		Notifier: a.notifier, Live: a.live, Assets: assets{}, Files: a.files,
		Duty: a.duty, Escalation: a.button, Health: a.health, Alert: a.alert, Metrics: a.metrics(),
		Now: a.now, Logger: a.Logger,
	}, a.doorConfig)
	return err
}

func (a *App) doorConfig() widgetapi.Config {
	file := a.file.Load()
	c := widgetapi.Config{
		Server: file.Server, Limits: file.Limits, Widget: file.Widget, Level: file.Handoff.Level,
		HumanButton:  widgetapi.HumanButton{AfterAnswers: file.Handoff.HumanButton.AfterAnswers, Strict: file.Handoff.HumanButton.Strict},
		ReopenWithin: file.Handoff.ReopenWithin, Mail: file.Mail.Configured(),
	}
	if file.Slack != nil {
		c.ShowAgent = file.Slack.ShowAgent
	}
	return c
}

// button is what the visitor's button does: the policy decides, never the model.
func (a *App) button(ctx context.Context, key string, s conversation.State) (widgetapi.Button, error) {
	situation, err := bot.Situation(ctx, a.store, s)
	if err != nil {
		return widgetapi.Button{}, err
	}
	situation.Now, situation.Level = a.now(), a.level(key)
	p := a.policies.Load()
	b := p.live.Button(situation)
	decided := p.shadow.BesideButton(b.Verdict.Decided(0, "", ""), situation)
	return widgetapi.Button{Escalated: b.Escalated, Decided: &decided, Say: conversation.Message{Text: b.Say}, LeaveMessage: b.Nobody, TooEarly: b.Early}, nil
}

// locale is the language a conversation was opened in, "" when it is not known.
func (a *App) locale(ctx context.Context, id conversation.ID) (string, error) {
	first, err := a.store.Events(ctx, id, 0, 1)
	if err != nil {
		return "", fmt.Errorf("read how the conversation was opened: %w", err)
	}
	for _, e := range first {
		if o, ok := e.Body.(conversation.Opened); ok {
			return o.Locale, nil
		}
	}
	return "", nil
}

// channel is where a conversation goes that no topic and no rule sends elsewhere.
func (a *App) channel() string {
	if s := a.file.Load().Slack; s != nil {
		return s.Channel
	}
	return ""
}

// group is the agents' user group, "" when they are not one.
func (a *App) group() string {
	s := a.file.Load().Slack
	if s == nil || len(s.Agents) != 1 || s.Agents[0] == "" || s.Agents[0][0] != 'S' {
		return ""
	}
	return s.Agents[0]
}

// health is the state of the house.
func (a *App) health(ctx context.Context) widgetapi.Health {
	detail := map[string]any{"policy": a.Policy().Hash()}
	ok := true
	if err := a.store.Ping(ctx); err != nil {
		ok, detail["store"] = false, err.Error()
	}
	if a.bridge != nil {
		up, why := a.bridge.Health()
		ok, detail["slack"] = ok && up, map[string]any{"ok": up, "why": why}
	}
	if parked, err := a.store.Parked(ctx); err == nil {
		ok, detail["parked"] = ok && len(parked) == 0, len(parked)
	}
	return widgetapi.Health{OK: ok, Detail: detail}
}

// assets are the widget's built files.
type assets struct{}

func (assets) Loader() ([]byte, string) { return widget.Loader() }

func (assets) ResumePage() []byte { return widget.ResumePage() }

func (assets) FramePage() []byte { return widget.FramePage() }

func (assets) Asset(path string) ([]byte, string, bool) { return widget.Asset(path) }
