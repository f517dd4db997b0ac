package mail

import (
	"regexp"
	"slices"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

var placePattern = regexp.MustCompile(`\{\w+\}`)

func TestEachLetterIsInEachLanguage(t *testing.T) {
	for _, tag := range conversation.Languages() {
		if tag == "en" {
			continue
		}
		in := conversation.SpeechIn(tag)
		for name, words := range sentences {
			said := in.Say("mail."+name, "")
			if said == "" {
				t.Errorf("%s lacks mail.%s", tag, name)
			}
			got, want := placePattern.FindAllString(said, -1), placePattern.FindAllString(words, -1)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: mail.%s has the places %v, want %v", tag, name, got, want)
			}
		}
	}
}
