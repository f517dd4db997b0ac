package draw

import (
	"github.com/slack-go/slack"
)

// The form of Try a sentence…, and its fields.
const (
	ModalTry = "handoff_modal_try"

	InputSentence = "sentence"
	InputLevel    = "level"
)

// TryForm asks for a sentence and, where there are levels, for one of them, "" for
// that of the configuration. verdict is what was said of the sentence, "" before.
func TryForm(sentence, level string, levels []string, verdict string) slack.ModalViewRequest {
	input := slack.NewPlainTextInputBlockElement(plain("I was charged twice"), InputSentence)
	input.MaxLength, input.InitialValue = maxInput, Clip(sentence, maxInput)
	blocks := []slack.Block{slack.NewInputBlock(InputSentence, plain("What a visitor might write"), nil, input)}
	if len(levels) > 0 {
		choices := [][2]string{{anything, "As configured"}}
		for _, l := range levels {
			choices = append(choices, [2]string{chosen(l), l})
		}
		blocks = append(blocks, optional(slack.NewInputBlock(InputLevel, plain("Level"), nil, pickOne(InputLevel, chosen(level), choices))))
	}
	if verdict != "" {
		blocks = append(blocks, richLine("", Words(verdict)))
	}
	view := modal(ModalTry, "Try a sentence", "", blocks...)
	view.Submit, view.Close = plain("Try"), plain("Close")
	return view
}
