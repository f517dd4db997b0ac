package widgetapi

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// unsubscribeStyle is all the page looks like; the policy names it by its hash.
const unsubscribeStyle = ":root{font:medium/1.5 system-ui,sans-serif;color-scheme:light dark}" +
	"body{margin:0;min-height:100vh;display:grid;place-items:center}main{max-width:26em;padding:1.5em}" +
	"h1{font-size:1.5em;line-height:1.25;margin:0 0 .5em}p{margin:0 0 1.5em}" +
	"button{font:inherit;font-weight:600;min-height:2.75em;padding:.5em 1.25em;border:0;border-radius:.75em;background:#3B4FD8;color:#fff;cursor:pointer}"

// page is what it says; a form without an action goes to the page's own address,
// so nothing of the request stands in it.
type unsubscribed struct{ name, head, text, button, value string }

var (
	unsubscribeAsk = unsubscribed{"ask", "No more mails?",
		"Press the button, and this chat sends no more mails to the address that this link was mailed to: no answers, and no codes.", "Stop the mails", ""}
	unsubscribeDone = unsubscribed{"done", "The mails are stopped",
		"Answers wait for you in the chat. You may allow mails again, here, whenever you like.", "Allow mails again", `name="again" value="1"`}
	unsubscribeAgain   = unsubscribed{"again", "Mails are allowed again", "This chat may send mails to your address.", "Stop the mails", ""}
	unsubscribeUnknown = unsubscribed{"unknown", "This link is not known", "It is not complete, or it is very old. Open the link in the newest mail.", "", ""}
)

// body is the page's content; each word of it is ours.
func (u unsubscribed) body(in conversation.Speech) string {
	out := "<h1>" + in.Say("page."+u.name+".head", u.head) + `</h1><p role="status">` + in.Say("page."+u.name+".text", u.text) + "</p>"
	if u.button != "" {
		key := "page.stop"
		if u.value != "" {
			key = "page.allow"
		}
		out += `<form method="post"><button` + strings.TrimRight(" "+u.value, " ") + ">" + in.Say(key, u.button) + "</button></form>"
	}
	return out
}

// unsubscribePage is where the link in a mail leads that stops mails. Opening it
// changes nothing and says nothing of the link: scanners open them all.
func (s *Server) unsubscribePage(c *call) (reply, error) {
	return unsubscribeReply(c, http.StatusOK, unsubscribeAsk), nil
}

// unsubscribe stops mails by the page's button, and by the one click of a mail
// program (RFC 8058), which has neither a session nor an Origin. The code in the
// link is all it takes.
func (s *Server) unsubscribe(c *call) (reply, error) {
	const small = 1 << 10
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, small)
	again := c.r.PostFormValue("again") != "" // what is no form stops
	err := s.deps.Codes.StopMails(c.ctx(), c.r.URL.Query().Get("t"), !again)
	switch {
	case errors.Is(err, conversation.ErrNotFound):
		return unsubscribeReply(c, http.StatusNotFound, unsubscribeUnknown), nil
	case err != nil:
		return reply{}, err
	case again:
		return unsubscribeReply(c, http.StatusOK, unsubscribeAgain), nil
	}
	return unsubscribeReply(c, http.StatusOK, unsubscribeDone), nil
}

func unsubscribeReply(c *call, status int, page unsubscribed) reply {
	in := c.page()
	return reply{write: func(w http.ResponseWriter) {
		sum := sha256.Sum256([]byte(unsubscribeStyle))
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+
			"'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Del("Access-Control-Allow-Origin")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		//nolint:gosec // each word is ours: the request only chooses among the languages
		_, _ = w.Write([]byte(`<!doctype html><html lang="` + in.Language() + `" dir="` + in.Direction() + `"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>` + in.Say("page.title", "Mails of this chat") + `</title>` +
			"<style>" + unsubscribeStyle + "</style><main>" + page.body(in) + "</main></html>\n"))
	}}
}
