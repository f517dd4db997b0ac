package widget_test

import "testing"

// A language that the page names goes to the server with the texts and with the
// conversation; without one the browser's own header speaks, and the conversation
// is opened in what the server's config says of that, auto.
func TestThePageNamesALanguage(t *testing.T) {
	for attributes, want := range map[string][2]any{`data-locale="de-AT"`: {"de-AT", "de-AT"}, "": {nil, "auto"}} {
		chat := newChatServer(t)
		chat.config["locale"] = "auto"
		b := open(t, desktop, site(t, chat.URL, attributes))
		b.click("launcher")
		b.write("hello")
		waitFor(t, chat.listening)
		asked := chat.lastBody("/v1/widget/config")["locale"]
		opened := chat.lastBody("POST /v1/conversations")["locale"]
		if asked != want[0] || opened != want[1] {
			t.Errorf("with %q: the texts in %v, the conversation in %v, want %v", attributes, asked, opened, want)
		}
	}
}

// The widget's own words come in the visitor's language, right to left where it is
// written so.
func TestTheWidgetSpeaksTheVisitorsLanguage(t *testing.T) {
	for language, want := range map[string][2]string{
		"de-AT": {"ltr", "Nachricht schreiben"}, "ar": {"rtl", "كتابة رسالة"}, "sv": {"ltr", "Write a message"},
	} {
		chat := newChatServer(t)
		chat.config["language"] = language
		b := open(t, desktop, site(t, chat.URL, ""))
		b.click("launcher")
		b.until("q('composer')?.placeholder === '" + want[1] + "'")
		if got := b.js("root.querySelector('.h').dir"); got != want[0] {
			t.Errorf("%s: the direction is %v, want %s", language, got, want[0])
		}
		b.clean()
	}
}
