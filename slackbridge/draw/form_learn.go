package draw

import (
	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// The form that keeps an answer as knowledge, and its fields.
const (
	ModalLearn = "handoff_modal_learn"

	InputQuestion = "question"
	InputAnswer   = "answer"
)

// LearnForm shows a question and its answer, to change and approve. metadata says what
// they are about.
func LearnForm(id conversation.ID, metadata, asked, answered string) slack.ModalViewRequest {
	question := slack.NewPlainTextInputBlockElement(plain("Do you deliver to Norway?"), InputQuestion)
	question.InitialValue, question.MaxLength = Clip(asked, 300), 300
	answer := textInput(InputAnswer, "Answer", "What the AI should say", answered)
	answer.Optional = false
	view := modal(ModalLearn, "Keep as knowledge", id,
		richLine("", Words("The AI answers every visitor from it, so write nothing that belongs to one of them.")),
		slack.NewInputBlock(InputQuestion, plain("Question"), nil, question), answer)
	view.PrivateMetadata, view.Submit = metadata, plain("Approve")
	return view
}
