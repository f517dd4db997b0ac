package widgetapi

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// localeAuto leaves the language to the visitor's browser.
const localeAuto = "auto"

// maxLanguages bounds what is read of an Accept-Language header.
const maxLanguages = 16

// locales lists the languages to show the operator's texts in, the best first:
// the one that was asked for by name, the widget's own, those of the browser.
func (c *call) locales(asked string) []string {
	var out []string
	for _, named := range []string{asked, c.cfg.Widget.Locale} {
		if named != "" && named != localeAuto {
			out = append(out, named)
		}
	}
	return append(out, languages(c.r.Header.Get("Accept-Language"))...)
}

// locale is the visitor's language, "" when nothing says which.
func (c *call) locale(asked string) string {
	return append(c.locales(asked), "")[0]
}

// spoken lists the languages to answer her in: her conversation's, when the call is
// about one, those of the request, which the widget has name its own, the key's.
func (c *call) spoken() []string {
	out := append([]string{c.state.Locale}, languages(c.r.Header.Get("Accept-Language"))...)
	return append(out, c.cfg.Widget.Locale)
}

// speech is our own words in the first of them that we have.
func (c *call) speech() conversation.Speech { return conversation.SpeechIn(c.spoken()...) }

// names says how agents are named to this visitor.
func (c *call) names() naming {
	return naming{c.cfg.ShowAgent, c.cfg.Widget.Title.In(c.spoken()...)}
}

// page is our own words for a page of ours. The link that leads there may name the
// language of the conversation it is about.
func (c *call) page() conversation.Speech {
	asked := c.r.URL.Query().Get("locale")
	if !conversation.IsLocale(asked) {
		asked = ""
	}
	return conversation.SpeechIn(c.locales(asked)...)
}

// askedLocale checks a language that was asked for by name, and writes it with
// hyphens. "" and auto ask for none.
func askedLocale(tag string) (string, error) {
	tag = strings.ReplaceAll(tag, "_", "-")
	if tag != "" && !conversation.IsLocale(tag) {
		return "", invalid("The locale is not a language tag. Send one such as en or pt-BR, or none.")
	}
	return tag, nil
}

// languages reads an Accept-Language header: its tags, the most wanted first.
// What is no tag, and what is not wanted (q=0, *), is left out.
func languages(header string) []string {
	type wanted struct {
		tag string
		q   float64
	}
	var all []wanted
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(part, ";")
		w := wanted{strings.TrimSpace(tag), 1}
		if q, given := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q="); given {
			w.q, _ = strconv.ParseFloat(q, 64) // 0 when it is no number
		}
		if w.q > 0 && conversation.IsLocale(w.tag) && len(all) < maxLanguages {
			all = append(all, w)
		}
	}
	slices.SortStableFunc(all, func(a, b wanted) int { return cmp.Compare(b.q, a.q) })
	out := make([]string, 0, len(all))
	for _, w := range all {
		out = append(out, w.tag)
	}
	return out
}
