package widgetapi

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widget"
)

// What a visitor may come to read is in each language, with the same places.
func TestErrorsAndPagesAreInEachLanguage(t *testing.T) {
	english := map[string]string{}
	for code, a := range faults {
		if a.visitor {
			english["error."+code] = a.sentence
		}
	}
	for key, words := range told {
		english["error."+key] = words
	}
	for _, p := range []unsubscribed{unsubscribeAsk, unsubscribeDone, unsubscribeAgain, unsubscribeUnknown} {
		english["page."+p.name+".head"], english["page."+p.name+".text"] = p.head, p.text
	}
	for _, said := range regexp.MustCompile(`\.Say "([^"]+)" "([^"]+)"`).FindAllSubmatch(widget.ResumePage(), -1) {
		english[string(said[1])] = string(said[2])
	}
	place := regexp.MustCompile(`\{\w+\}`)
	for _, tag := range conversation.Languages() {
		for key, words := range english {
			if tag == "en" {
				continue
			}
			said := conversation.SpeechIn(tag).Say(key, "")
			if got, want := place.FindAllString(said, -1), place.FindAllString(words, -1); said == "" || !slices.Equal(got, want) {
				t.Errorf("%s: %s is %q, want it translated with the places %v", tag, key, said, want)
			}
		}
	}
}

// A visitor's error is in her conversation's language, else in the one that the
// widget asks for; one for the site's developer stays English and names none.
func TestAnErrorIsInHerLanguage(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	var german ConversationReply
	g.want(http.StatusCreated, "POST", "/v1/conversations", OpenBody{Locale: "de_AT"}, &german)
	for _, c := range []struct {
		name, path, browser string
		body                any
		code, locale, words string
	}{
		{"her conversation's", at(german.ID, "/contact"), "fr", ContactBody{Email: "ada"}, codeInvalid, "de", "Das ist keine E-Mail-Adresse"},
		{"hers without a conversation", "/v1/sessions/resume", "fr", ResumeBody{Code: "lnk_x"}, codeWrong, "fr", "Ce lien a déjà servi"},
		{"of no language we have", "/v1/sessions/resume", "sv", ResumeBody{Code: "lnk_x"}, codeWrong, "en", "This link was used already"},
		{"of somebody else's conversation", at("cnv_aaaaaaaaaaaaaaaaaaaaaaaaaa", "/contact"), "ja", ContactBody{Email: "ada"}, codeNotFound, "ja", "この会話は見つかりません。"},
		{"the developer's", at(german.ID, "/messages"), "de", MessageBody{ClientID: "c1"}, codeInvalid, "", "The message is empty."},
	} {
		got := g.do("POST", c.path, c.body, "Accept-Language", c.browser)
		if e := got.fault(); e.Code != c.code || e.Locale != c.locale || !strings.HasPrefix(e.Message, c.words) {
			t.Errorf("%s: got %+v, want %s, %q and %q", c.name, e, c.code, c.locale, c.words)
		}
	}
}

// The pages of ours speak the language their link names, else the browser's.
func TestPagesAreInHerLanguage(t *testing.T) {
	h := newHouse(t)
	h.server.deps.Assets = builtAssets{}
	g := h.guest()
	for _, c := range []struct{ path, browser, head, words string }{
		{"/resume", "de-AT,de;q=0.9", `<html lang="de" dir="ltr">`, "<h1>Chat fortsetzen</h1>"},
		{"/resume?locale=ar", "de", `<html lang="ar" dir="rtl">`, "<h1>متابعة المحادثة</h1>"},
		{"/resume?locale=%22%3E%3Cb%3E", "fr", `<html lang="fr" dir="ltr">`, `data-part="Ce lien est incomplet.`},
		{"/resume", "", `<html lang="en" dir="ltr">`, `data-part="This link is not complete.`},
		{"/widget/frame?key=" + shopKey + "&origin=" + shopOrigin + "&locale=he", "de", `<html lang="he" dir="rtl">`, "<title>תמיכה</title>"},
		{"/unsubscribe?t=x&locale=he", "de", `<html lang="he" dir="rtl">`, "להפסיק את ההודעות?"},
	} {
		got := string(g.do("GET", c.path, nil, "Accept-Language", c.browser).body)
		if !strings.Contains(got, c.head) || !strings.Contains(got, c.words) {
			t.Errorf("%s for %q: got %s, want %s and %s", c.path, c.browser, got, c.head, c.words)
		}
	}
}
