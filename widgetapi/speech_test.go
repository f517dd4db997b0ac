package widgetapi

import (
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// spoken are the errors that a visitor may come to read; the others tell the
// site's developer what to mend.
var spoken = []string{
	codeClosed, codeBlocked, codeRated, codeTooEarly, codeWrong, codeExpired, codeSpent, codeTooLarge, codeTooMany, codeBusy, codeFull, codeInternal,
	codeFileType, codeFileLarge, codeFileEmpty, codeFileDamaged, codeFileBlocked,
}

func TestErrorsAndPagesAreInEachLanguage(t *testing.T) {
	keys := []string{
		"launcher", "title", "greeting", "you", "assistant", "support", "transcript.head", "transcript.taken_back", "transcript.source",
		"page.title", "page.stop", "page.allow",
	}
	for _, code := range spoken {
		keys = append(keys, "error."+code)
	}
	for _, p := range []unsubscribed{unsubscribeAsk, unsubscribeDone, unsubscribeAgain, unsubscribeUnknown} {
		keys = append(keys, "page."+p.name+".head", "page."+p.name+".text")
	}
	for _, tag := range conversation.Languages() {
		for _, key := range keys {
			if tag != "en" && conversation.SpeechIn(tag).Say(key, "") == "" {
				t.Errorf("%s lacks %s", tag, key)
			}
		}
	}
}
