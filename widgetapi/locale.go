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

// names says how agents are named to this visitor.
func (c *call) names() naming {
	return naming{c.cfg.ShowAgent, c.cfg.Widget.Title.In(c.locales("")...)}
}

// askedLocale checks a language that was asked for by name. "" and auto ask for
// none.
func askedLocale(tag string) (string, error) {
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
