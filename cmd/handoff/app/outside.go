package app

import (
	"context"
	"time"

	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/mail"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/webhook"
	"github.com/handoff-bot/handoff/widgetapi"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// buildMail gives the log its mail reader, when the file has a mail server.
func (a *App) buildMail(file *config.File) error {
	if !file.Mail.Configured() {
		return nil
	}
	m, err := mail.New(mail.Deps{
		Config: file.Mail, Log: a.store, Ledger: a.store, Visitors: a.store, Counters: a.store, Codes: codes{a.store},
		Settings: a.mailSettings, Alert: a.alert, Standing: a.standing, Mended: a.mended, TLS: a.MailTLS, Dial: a.MailDial, Logger: a.Logger,
	})
	if err != nil {
		return err
	}
	a.addRunner(mail.Consumer, m, 4, nil)
	return nil
}

// buildWebhook gives the log the reader that reports closes, when the file says
// where to.
func (a *App) buildWebhook(file *config.File) error {
	if !file.Webhooks.Configured() {
		return nil
	}
	s, err := webhook.New(webhook.Deps{
		Config: file.Webhooks, Log: a.store, Version: a.Version, Alert: a.alert, HTTP: a.WebhookHTTP, Now: a.now, Logger: a.Logger,
	})
	if err != nil {
		return err
	}
	a.addRunner(webhook.Consumer, s, 4, nil)
	return nil
}

func (a *App) mailSettings() mail.Settings {
	file := a.file.Load()
	show := ""
	if file.Slack != nil {
		show = file.Slack.ShowAgent
	}
	return mail.Settings{
		Team: file.Widget.Title, PublicURL: file.Server.PublicURL, PerDay: file.Limits.MailsPerDayAddress,
		AgentName: func(name string) string { return widgetapi.AgentName(show, "", name) },
		Site:      a.doorConfig().Site,
	}
}

// codes makes the codes that mails carry. Only their hashes are kept.
type codes struct{ store *store.Store }

// Verify implements mail.Codes.
func (c codes) Verify(ctx context.Context, id conversation.ID, address string, expires time.Time) (string, error) {
	return c.save(ctx, session.Verify, session.NewDigits(), id, address, expires)
}

// Resume implements mail.Codes.
func (c codes) Resume(ctx context.Context, id conversation.ID, address string, expires time.Time) (string, error) {
	return c.save(ctx, session.Resume, session.NewLink(), id, address, expires)
}

// OptOut implements mail.Codes.
func (c codes) OptOut(ctx context.Context, address string) (string, bool, error) {
	return c.store.OptOut(ctx, address)
}

func (c codes) save(ctx context.Context, p session.Purpose, code string, id conversation.ID, address string, expires time.Time) (string, error) {
	return code, c.store.SaveCode(ctx, session.Code{
		Hash: session.HashOf(code), Purpose: p, Conversation: id, Address: address, Expires: expires,
	})
}
