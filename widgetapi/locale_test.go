package widgetapi

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// The operator's texts come in the language that was asked for by name, else in
// the widget's own, else in the one the browser wants most.
func TestTextsInTheVisitorsLanguage(t *testing.T) {
	h := newHouse(t, func(c *Config) {
		c.Widget.Title = conversation.Text{"en": "Acme support", "de": "Acme-Hilfe"}
		c.Widget.Greeting = conversation.Text{"de": "Hallo!", "fr": "Salut !"}
		c.Widget.Starters = []conversation.Text{{"en": "Where is it?", "fr": "Où est-ce ?"}, conversation.English("Returns")}
	})
	g := h.guest()
	for _, c := range []struct {
		name, widget, asked, browser string
		title, greeting, starter     string
		opened                       string // the locale that is stored
	}{
		{"nobody says", "auto", "", "", "Acme support", "Hallo!", "Where is it?", ""},
		{"the browser", "auto", "", "de-AT,de;q=0.9,en;q=0.8", "Acme-Hilfe", "Hallo!", "Where is it?", "de-AT"},
		{"the browser's second choice", "auto", "", "nl, en;q=0.1, fr;q=0.5", "Acme support", "Salut !", "Où est-ce ?", "nl"},
		{"not in the header's order", "auto", "", "fr;q=0.5, de", "Acme-Hilfe", "Hallo!", "Où est-ce ?", "de"},
		{"not wanted", "auto", "", "de;q=0, fr", "Acme support", "Salut !", "Où est-ce ?", "fr"},
		{"a header of nonsense", "auto", "", ";;q=,*,<b>;q=1,de;q=x", "Acme support", "Hallo!", "Where is it?", ""},
		{"the widget", "fr", "", "de", "Acme-Hilfe", "Salut !", "Où est-ce ?", "fr"},
		{"the page", "fr", "de", "en", "Acme-Hilfe", "Hallo!", "Où est-ce ?", "de"},
		{"the page leaves it to the browser", "auto", "auto", "fr", "Acme support", "Salut !", "Où est-ce ?", "fr"},
	} {
		cfg := *h.cfg.Load()
		cfg.Widget.Locale = c.widget
		h.cfg.Store(&cfg)
		var got ConfigReply
		g.want(http.StatusOK, "GET", "/v1/widget/config?key="+shopKey+"&locale="+c.asked, nil, &got, "Accept-Language", c.browser)
		if got.Title != c.title || got.Greeting != c.greeting || !reflect.DeepEqual(got.Starters, []string{c.starter, "Returns"}) || got.Locale != c.widget {
			t.Errorf("%s: got %+v, want %q, %q and %q", c.name, got, c.title, c.greeting, c.starter)
		}
		var made ConversationReply
		g.want(http.StatusCreated, "POST", "/v1/conversations", OpenBody{Locale: c.asked}, &made, "Accept-Language", c.browser)
		if o := h.last(made.ID).(conversation.Opened); o.Locale != c.opened {
			t.Errorf("%s: opened in %q, want %q", c.name, o.Locale, c.opened)
		}
	}
	g.refused(http.StatusBadRequest, codeInvalid, "GET", "/v1/widget/config?key="+shopKey+"&locale=de%0A", nil)
	g.refused(http.StatusBadRequest, codeInvalid, "POST", "/v1/conversations", OpenBody{Locale: "<b>"})
	g.refused(http.StatusBadRequest, codeInvalid, "PATCH", at(g.open(), ""), OpenBody{Locale: "de"})
}

func TestManyLanguages(t *testing.T) {
	if got := languages(strings.Repeat("de,", 5000)); len(got) != maxLanguages {
		t.Errorf("%d languages are kept, want %d", len(got), maxLanguages)
	}
}

func TestLocaleProblems(t *testing.T) {
	w := testConfig().Widget
	w.Locale, w.Starters = "Deutsch!", []conversation.Text{{"en": "a", "e": "b"}}
	var keys []string
	for _, p := range w.Problems() {
		keys = append(keys, p.Key)
	}
	if want := []string{"locale", "starters[0].e"}; !reflect.DeepEqual(keys, want) {
		t.Errorf("problems of %q, want %q", keys, want)
	}
}
