package widget_test

import "testing"

// A language that the page names goes to the server with the texts and with the
// conversation; without one the browser's own header speaks.
func TestThePageNamesALanguage(t *testing.T) {
	for attributes, want := range map[string]any{`data-locale="de-AT"`: "de-AT", "": nil} {
		chat := newChatServer(t)
		chat.config["locale"] = "auto"
		b := open(t, desktop, site(t, chat.URL, attributes))
		b.click("launcher")
		b.write("hello")
		waitFor(t, chat.listening)
		asked := chat.lastBody("/v1/widget/config")["locale"]
		opened := chat.lastBody("POST /v1/conversations")["locale"]
		if asked != want || opened != want {
			t.Errorf("with %q: the texts in %v, the conversation in %v, want %v", attributes, asked, opened, want)
		}
	}
}
